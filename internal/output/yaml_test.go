package output_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"

	"github.com/symbi-ctl/symbi-ctl/internal/output"
)

func TestYAML(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ json, want string }{
		"key order":         {`{"z":1,"a":{"y":true,"b":null}}`, "z: 1\na:\n  \"y\": true\n  b: null\n"},
		"numbers survive":   {`[1e400,-0,0.10,123456789012345678901234567890,1E+2]`, "- 1e400\n- -0\n- 0.10\n- 123456789012345678901234567890\n- 1E+2\n"},
		"bools as strings":  {`["true","No","y","OFF","null","~",""]`, "- \"true\"\n- \"No\"\n- \"y\"\n- \"OFF\"\n- \"null\"\n- \"~\"\n- \"\"\n"},
		"numbers as string": {`["1","0x1f","1_000","1:30","-.inf","+1","1e3"]`, "- \"1\"\n- \"0x1f\"\n- \"1_000\"\n- \"1:30\"\n- \"-.inf\"\n- \"+1\"\n- \"1e3\"\n"},
		"date as string":    {`["2026-01-02"]`, "- \"2026-01-02\"\n"},
		"merge key":         {`{"<<":"x"}`, "\"<<\": x\n"},
		"plain":             {`["a b","agent-1","日本"]`, "- a b\n- agent-1\n- 日本\n"},
		"indicators":        {`["a: b","- a","#c","[x","*a","!t"]`, "- 'a: b'\n- \"- a\"\n- '#c'\n- '[x'\n- '*a'\n- '!t'\n"},
		"several lines":     {`{"a":"x\ny\n"}`, "a: |\n  x\n  y\n"},
		"empty":             {`{"a":[],"b":{}}`, "a: []\nb: {}\n"},
		"bidi":              {`{"a\u202e":"\u202eb\u007f\u0085\udb40\udc41"}`, "\"a\\u202e\": \"\\u202eb\\x7F\\N\\U000E0041\"\n"},
		"bidi, two lines":   {`["a\n\u200bb"]`, "- \"a\\n\\u200bb\"\n"},
		"scalar":            {`"x"`, "x\n"},
		"null":              {`null`, "null\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := render(t, output.Options{Format: "yaml"}, output.Record{Value: json.RawMessage(tc.json)})
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("YAML differs (-want +got):\n%s", diff)
			}
		})
	}
}

// asYAML converts doc and returns what a reader of the YAML sees.
func asYAML(doc json.RawMessage) (text string, value any, err error) {
	var buf bytes.Buffer
	p, err := output.New(output.Options{Format: "yaml", Out: &buf})
	if err != nil {
		return "", nil, err
	}
	if err := p.Print(output.Record{Value: doc}); err != nil {
		return "", nil, err
	}
	var node yaml.Node
	if err := yaml.Unmarshal(buf.Bytes(), &node); err != nil {
		return buf.String(), nil, err
	}
	if len(node.Content) != 1 {
		return buf.String(), nil, errors.New("not one document")
	}
	return buf.String(), fromNode(node.Content[0]), nil
}

// fromNode gives what encoding/json with UseNumber would have given.
func fromNode(n *yaml.Node) any {
	switch n.Kind {
	case yaml.MappingNode:
		m := map[string]any{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			m[n.Content[i].Value] = fromNode(n.Content[i+1])
		}
		return m
	case yaml.SequenceNode:
		list := []any{}
		for _, child := range n.Content {
			list = append(list, fromNode(child))
		}
		return list
	default:
		return fromScalar(n)
	}
}

func fromScalar(n *yaml.Node) any {
	switch {
	case n.ShortTag() == "!!null":
		return nil
	case n.ShortTag() == "!!bool":
		return n.Value == "true"
	case n.ShortTag() == "!!str" && n.Style == 0 && isJSONNumber(n.Value):
		return json.Number(n.Value) // too big for a float: the digits are there
	case n.ShortTag() == "!!str":
		return n.Value
	}
	return json.Number(n.Value)
}

// isJSONNumber knows the grammar alone: an exponent may pass what any float of
// Go can hold.
func isJSONNumber(s string) bool {
	return strings.ContainsAny(s[:1], "-0123456789") && json.Valid([]byte(s))
}

func checkYAML(t interface {
	Helper()
	Errorf(string, ...any)
}, doc []byte,
) {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(doc))
	dec.UseNumber()
	var want any
	if err := dec.Decode(&want); err != nil {
		return
	}
	normal, err := json.Marshal(want) // duplicate keys are gone
	if err != nil {
		return
	}
	text, got, err := asYAML(normal)
	if err != nil {
		t.Errorf("%s became %q: %v", normal, text, err)
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s became %q (-want +got):\n%s", normal, text, diff)
	}
	if bad := firstForbidden(text, "\n"); bad != "" {
		t.Errorf("%s became %q with %s", normal, text, bad)
	}
}

func TestYAMLSaysTheSame(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		doc, err := json.Marshal(drawMessages(t))
		if err != nil {
			t.Fatal(err)
		}
		checkYAML(t, doc)
	})
}

func FuzzYAML(f *testing.F) {
	for _, seed := range []string{
		`{"a":[1,2.50,"x"]}`, `"yes"`, `{"<<":{"a":"1:30"}}`, `["\u202e","\n a\n","\t"," x ","a\n\n","\u0000"]`,
		`1e999`, `-1e7000000000`, `{"":""}`, `[[],{},[{}]]`, `"🚀\ufe0f"`, strconv.Quote("- |\n  x"), `"\n"`, `" \n"`, `"a\n "`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		if len(doc) > 1<<12 || !json.Valid(doc) {
			return
		}
		checkYAML(t, doc)
	})
}

func TestYAMLOfBrokenJSON(t *testing.T) {
	t.Parallel()
	p, err := output.New(output.Options{Format: "yaml", Out: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Print(output.Record{Value: json.RawMessage(`{"a":`)}); err == nil {
		t.Error("half an object was printed")
	}
}
