package remote

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/safefile"
)

const maxInput = 1 << 20 // the runtime takes no more

func readAtMost(in io.Reader, name string, most int64) ([]byte, error) {
	data, err := safefile.ReadAll(in, most)
	switch {
	case errors.Is(err, safefile.ErrTooLong):
		return nil, cli.Usagef("%s: %v", name, err)
	case err != nil:
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return data, nil
}

// ReadText is [ReadFile] for UTF-8 text, which is all that JSON can carry.
func ReadText(app *cli.App, file string, most int64) ([]byte, error) {
	data, err := ReadFile(app, file, most)
	if err == nil && (!utf8.Valid(data) || bytes.IndexByte(data, 0) >= 0) {
		return nil, cli.Usagef("%s is not text: the runtime takes UTF-8 only", shownName(file)).WithHint("send binary data encoded, as base64 for example")
	}
	return data, err
}

func shownName(file string) string {
	if file == "-" {
		return "stdin"
	}
	return file
}

// InputJSON reads the input of a run. Text that is not JSON is taken as a JSON
// string, so that a plain sentence needs no quotes twice; what begins like an
// object, a list or a string and is not one is refused.
func (c *Conn) InputJSON(text, file string) (json.RawMessage, error) {
	data, err := c.Input(text, file, maxInput)
	if err != nil || data == nil {
		return nil, err
	}
	if json.Valid(data) {
		return data, nil
	}
	if first := firstByte(data); first == '{' || first == '[' || first == '"' {
		var v any
		return nil, cli.Usagef("the input is not JSON: %v", json.Unmarshal(data, &v))
	}
	return json.Marshal(string(data))
}

func firstByte(data []byte) byte {
	for _, b := range data {
		if b != ' ' && b != '\t' && b != '\r' && b != '\n' {
			return b
		}
	}
	return 0
}
