package remote

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/symbi-ctl/symbi-ctl/internal/output"
)

// maxFlat is how deep objects are flattened; what is deeper is shown as JSON.
const maxFlat = 4

// Fields shows the members of a JSON object, in its own order, one below the
// other; objects inside it are flattened with dots.
func Fields(v any) []output.Field {
	data, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	return flatten(nil, "", data, maxFlat)
}

func flatten(fields []output.Field, prefix string, data []byte, levels int) []output.Field {
	dec := json.NewDecoder(bytes.NewReader(data))
	if token, err := dec.Token(); levels == 0 || err != nil || token != json.Delim('{') {
		return append(fields, output.Field{Name: prefix, Value: plainText(data)})
	}
	for dec.More() {
		key, err := dec.Token()
		var value json.RawMessage
		if err != nil || dec.Decode(&value) != nil {
			return fields
		}
		name := strings.ToUpper(strings.ReplaceAll(fmt.Sprint(key), "_", " "))
		if prefix != "" {
			name = prefix + " " + name
		}
		fields = flatten(fields, name, value, levels-1)
	}
	return fields
}

func plainText(data []byte) string {
	var s string
	if json.Unmarshal(data, &s) == nil {
		return s
	}
	return string(data)
}

// Text is what s points to, or nothing.
func Text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
