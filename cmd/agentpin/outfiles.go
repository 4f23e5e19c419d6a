package agentpin

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"github.com/spf13/pflag"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/internal/safefile"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
)

// outFlags are the flags of commands that make a file.
type outFlags struct {
	path  string
	force bool
}

func (o *outFlags) add(f *pflag.FlagSet) { o.addTo(f, "write to this `file`; without it, to stdout") }

// addTo is add for a command whose result goes elsewhere when --out is not given.
func (o *outFlags) addTo(f *pflag.FlagSet, usage string) {
	f.StringVar(&o.path, "out", "", usage)
	o.path = standard
	f.BoolVar(&o.force, "force", false, "replace a file that is there")
}

// toFile reports whether the result goes to a file.
func (o *outFlags) toFile() bool { return o.path != standard }

// write puts data into the file and says so.
func (o *outFlags) write(app *cli.App, data []byte, mode fs.FileMode) error {
	if err := create(app, o.path, data, safefile.Options{Mode: mode, Replace: o.force}); err != nil {
		return err
	}
	app.Notice("wrote %s", o.path)
	return nil
}

// create writes a file; one that is there already is a conflict.
func create(app *cli.App, path string, data []byte, o safefile.Options) error {
	err := safefile.Write(app.Path(path), data, o)
	if errors.Is(err, fs.ErrExist) {
		return isThere(path)
	}
	return named(app, path, err)
}

func isThere(path string) error {
	return cli.Wrap(cli.CodeConflict, fmt.Errorf("%s is there already", path)).WithNext("add --force to replace it")
}

// emit writes a document to the file or prints it.
func (o *outFlags) emit(app *cli.App, document any) error {
	if o.toFile() {
		text, err := discovery.EncodeJSON(document)
		if err != nil {
			return err
		}
		return o.write(app, text, public)
	}
	return printJSON(app, document)
}

// printJSON prints a document as the JSON text it is, for people too.
func printJSON(app *cli.App, document any) error {
	text, err := output.EncodeJSON(document)
	if err != nil {
		return err
	}
	return app.Print(output.Document{Text: string(text), Value: document})
}

// rewrite changes a file in place, under its lock.
func rewrite[T any](ctx context.Context, app *cli.App, path string, most int64, parse func([]byte) (T, error), change func(T) (any, error)) error {
	missing := &fs.PathError{Op: "read", Path: path, Err: syscall.ENOENT}
	if _, err := os.Stat(app.Path(path)); errors.Is(err, fs.ErrNotExist) {
		return missing // and no lock beside it
	}
	err := safefile.Update(ctx, safefile.Edit{Path: app.Path(path), Mode: public, Max: most, Apply: func(old []byte) ([]byte, error) {
		if old == nil {
			return nil, missing
		}
		v, err := parse(old)
		if err != nil {
			return nil, unusable(path, old, v, err)
		}
		changed, err := change(v)
		if err != nil || changed == nil {
			return nil, err
		}
		return discovery.EncodeJSON(changed)
	}})
	return named(app, path, err)
}
