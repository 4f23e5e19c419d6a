package agentpin

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/safefile"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
)

const (
	// standard is the name of stdin and stdout on the command line.
	standard = "-"
	// public is the mode of files that are meant to be read by others.
	public fs.FileMode = 0o644
	// passwordVariable holds the passphrase of keys, for those who have nowhere
	// to keep a file.
	passwordVariable = "SYMBI_AGENTPIN_PASSWORD" //nolint:gosec // the name, not the secret
	maxPassphrase    = 4 << 10
	// maxTokenFile is the size up to which a file with a token is read, so that
	// one that is too long is refused as a token.
	maxTokenFile = 16 << 20
)

// inputs reads the files that a command line names. Only one of them can be
// stdin.
type inputs struct {
	app  *cli.App
	used string // what stdin was read for
}

// read returns the text of a file, or of stdin.
func (in *inputs) read(path string, most int64) ([]byte, error) {
	if path != standard {
		data, _, err := safefile.Read(in.app.Path(path), most)
		return data, named(in.app, path, err)
	}
	if in.used != "" {
		return nil, cli.Usagef("stdin can be read only once").WithHint("give one of the inputs as a file")
	}
	in.used = path
	data, err := safefile.ReadAll(in.app.In, most)
	if err != nil {
		return nil, fmt.Errorf("read stdin: %w", err)
	}
	return data, nil
}

// inputName is the name of an input for people.
func inputName(path string) string {
	if path == standard {
		return "stdin"
	}
	return path
}

// open opens a file, or stdin.
func (in *inputs) open(path string) (io.ReadCloser, error) {
	if path == standard {
		return io.NopCloser(in.app.In), nil
	}
	f, err := os.Open(in.app.Path(path))
	return f, named(in.app, path, err)
}

// named makes an error about a file name it as the command line did.
func named(app *cli.App, path string, err error) error {
	var at *fs.PathError
	if errors.As(err, &at) && at.Path == app.Path(path) {
		return &fs.PathError{Op: at.Op, Path: path, Err: at.Err}
	}
	return err
}

// load reads a file and parses it. A file that cannot be used is a LOAD_ERROR:
// the question was not asked.
func load[T any](in *inputs, path string, most int64, parse func([]byte) (T, error)) (T, error) {
	var none T
	data, err := in.read(path, most)
	if err != nil {
		return none, err
	}
	v, err := parse(data)
	if err != nil {
		return none, unusable(path, data, v, err)
	}
	return v, nil
}

// unusable is the error for a file that could not be read as v.
func unusable(path string, data []byte, v any, cause error) *cli.Error {
	e := cli.Wrap(cli.CodeLoad, fmt.Errorf("%s: %w", inputName(path), cause))
	e.Hint = otherKind(path, data, v)
	return e
}

// document reads a discovery document.
func (in *inputs) document(path string) (*discovery.Document, error) {
	d, err := load(in, path, discovery.Max, discovery.Parse)
	var known *cli.Error
	if errors.As(err, &known) && known.Code == cli.CodeLoad && known.Hint == "" {
		return nil, known.WithNext("symbi-ctl agentpin discovery validate " + path)
	}
	return d, err
}

// token reads one token. A token on the command line would be seen by every
// user of the machine.
func (in *inputs) token(path string) (string, error) {
	data, err := in.read(path, maxTokenFile)
	if err != nil && strings.Count(path, ".") == 2 && strings.HasPrefix(path, "ey") { // no such file, or a name too long for one
		return "", cli.Usagef("a credential was given as an argument").WithHint("everybody on this machine can read command lines; give it in a file or on stdin, as -")
	}
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(string(data)), nil
}
