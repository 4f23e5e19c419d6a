package strictjson_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/internal/strictjson"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"null":            "null",
		"booleans":        "[true,false]",
		"numbers":         "[0,-1,1.5,1e3,2E-7,123456789012345678901234567890]",
		"empty":           `[{},[],""]`,
		"order and case":  `{"b":1,"a":2,"A":3}`,
		"raw characters":  "\"\u007f\u2028<>&/\U0001d11e\"",
		"many members":    `{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":1,"j":1,"k":1,"l":1,"m":1,"n":1,"o":1,"p":1,"q":1,"r":1}`,
		"control escapes": `"\u0000\u001f\b\t\n\f\r\"\\"`,
		"nested":          `{"a":[{"b":[[]]},null]}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v, err := strictjson.Parse([]byte(text), strictjson.Options{})
			if err != nil {
				t.Fatalf("Parse(%s): %v", text, err)
			}
			if diff := cmp.Diff(text, string(v.AppendJSON(nil))); diff != "" {
				t.Errorf("written back (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseEscapes(t *testing.T) {
	t.Parallel()
	v, err := strictjson.Parse([]byte(` "\u0041\u00e9\uD834\udd1e\/\b" `), strictjson.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("Aé\U0001d11e/\b", v.Text()); diff != "" {
		t.Errorf("text (-want +got):\n%s", diff)
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ text, want string }{
		"nothing":              {"", "the text ends where a value should be (byte 0)"},
		"blanks only":          {" \n", "the text ends where a value should be (byte 2)"},
		"byte order mark":      {"\ufeff{}", "the text starts with a byte order mark (byte 0)"},
		"not UTF-8":            {"{\"a\":\"\xff\"}", "the text is not UTF-8"},
		"encoded surrogate":    {"\"\xed\xa0\x80\"", "the text is not UTF-8"},
		"half a pair":          {`"\ud834"`, "half of a surrogate pair (byte 7)"},
		"half a pair, text":    {`"\ud834x"`, "half of a surrogate pair (byte 7)"},
		"two first halves":     {`"\ud834\ud834"`, "half of a surrogate pair (byte 13)"},
		"second half alone":    {`"\udd1e"`, "half of a surrogate pair (byte 7)"},
		"trailing value":       {"{} {}", "something follows the value (byte 3)"},
		"trailing text":        {"1x", "something follows the value (byte 1)"},
		"duplicate":            {`{"a":1,"b":2,"a":3}`, "a: the member occurs twice"},
		"duplicate, escaped":   {`{"a":1,"\u0061":2}`, "a: the member occurs twice"},
		"duplicate below":      {`{"x":[1,{"a":1,"a":1}]}`, "x[1].a: the member occurs twice"},
		"duplicate among many": {`{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":1,"j":1,"k":1,"l":1,"m":1,"n":1,"o":1,"p":1,"q":1,"b":1}`, "b: the member occurs twice"},
		"strange name":         {`{"a b\n":1,"a b\n":1}`, `"a b\n": the member occurs twice`},
		"comma at the end":     {`[1,]`, "a comma without anything after it (byte 3)"},
		"comma in front":       {`[,1]`, "[0]: no value can start with ','"},
		"no comma":             {`{"a":1 "b":2}`, "want ',' or '}' (byte 7)"},
		"no colon":             {`{"a" 1}`, "want ':' after the name a (byte 5)"},
		"name without quotes":  {`{a:1}`, "want the name of a member in quotes (byte 1)"},
		"single quotes":        {`{'a':1}`, "want the name of a member in quotes (byte 1)"},
		"comment":              {"/* */ 1", "no value can start with '/' (byte 0)"},
		"NaN":                  {`{"exp":NaN}`, "exp: no value can start with 'N'"},
		"infinity":             {"Infinity", "no value can start with 'I' (byte 0)"},
		"negative infinity":    {"-Infinity", "want a digit (byte 1)"},
		"plus":                 {"+1", "no value can start with '+' (byte 0)"},
		"leading zero":         {"01", "something follows the value (byte 1)"},
		"point without digit":  {"1.", "want a digit after the point (byte 2)"},
		"empty exponent":       {"1e+", "want a digit in the exponent (byte 3)"},
		"upper-case word":      {"True", "no value can start with 'T' (byte 0)"},
		"half a word":          {"nul", "no value can start with 'n' (byte 0)"},
		"open string":          {`"a`, "the string does not end (byte 2)"},
		"open string, escaped": {`"a\n`, "the string does not end (byte 4)"},
		"open escape":          {`"\`, "there is no such escape (byte 2)"},
		"unknown escape":       {`"\x41"`, "there is no such escape (byte 2)"},
		"short escape":         {`"\u12"`, `want four hexadecimal digits after \u (byte 5)`},
		"line feed in string":  {"\"a\nb\"", "a control character stands in a string (byte 2)"},
		"control after escape": {"\"\\n\x01\"", "a control character stands in a string (byte 3)"},
		"open array":           {"[1", "want ',' or ']' (byte 2)"},
		"open object":          {"{", "want the name of a member in quotes (byte 1)"},
		"form feed":            {"\f1", "no value can start with '\\f' (byte 0)"},
		"zero byte":            {"\x00", "no value can start with '\\x00' (byte 0)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := strictjson.Parse([]byte(tc.text), strictjson.Options{})
			if err == nil {
				t.Fatalf("Parse(%q) succeeded, want %q", tc.text, tc.want)
			}
			if diff := cmp.Diff(tc.want, err.Error()); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseCaps(t *testing.T) {
	t.Parallel()
	deep := func(n int) []byte { return []byte(strings.Repeat("[", n) + strings.Repeat("]", n)) }
	if _, err := strictjson.Parse(deep(32), strictjson.Options{}); err != nil {
		t.Errorf("32 levels: %v", err)
	}
	if _, err := strictjson.Parse(deep(33), strictjson.Options{}); err == nil {
		t.Error("33 levels are accepted")
	}
	if _, err := strictjson.Parse(deep(3), strictjson.Options{MaxDepth: 2}); err == nil {
		t.Error("3 levels are accepted where 2 are the cap")
	}
	if _, err := strictjson.Parse([]byte(`[[],[],[[]]]`), strictjson.Options{MaxDepth: 3}); err != nil {
		t.Errorf("neighbours count as levels: %v", err)
	}
	if _, err := strictjson.Parse([]byte(`"12"`), strictjson.Options{MaxBytes: 4}); err != nil {
		t.Errorf("4 of 4 bytes: %v", err)
	}
	if _, err := strictjson.Parse([]byte(`{"a":[1,""]}`), strictjson.Options{MaxValues: 4}); err != nil {
		t.Errorf("4 of 4 values: %v", err)
	}
	if _, err := strictjson.Parse([]byte(`{"a":[1,"",{}]}`), strictjson.Options{MaxValues: 4}); err == nil {
		t.Error("5 values are accepted where 4 are the cap")
	}
	dense := "[" + strings.Repeat("0,", strictjson.DefaultMaxValues-1) + "0]"
	if _, err := strictjson.Parse([]byte(dense), strictjson.Options{}); err == nil {
		t.Error("one value more than the default is accepted")
	}
	_, err := strictjson.Parse([]byte(`"123"`), strictjson.Options{MaxBytes: 4})
	if want := "the text has 5 bytes, more than 4"; err == nil || err.Error() != want {
		t.Errorf("5 of 4 bytes: error %v, want %s", err, want)
	}
}

func TestErrorsAreTyped(t *testing.T) {
	t.Parallel()
	_, err := strictjson.Parse([]byte(`{"a":[1,x]}`), strictjson.Options{})
	var one *strictjson.Error
	if !errors.As(err, &one) {
		t.Fatalf("error %T is no *Error", err)
	}
	want := &strictjson.Error{Path: "a[1]", Reason: "no value can start with 'x'", Offset: 8}
	if diff := cmp.Diff(want, one); diff != "" {
		t.Errorf("error (-want +got):\n%s", diff)
	}
}

func TestAppend(t *testing.T) {
	t.Parallel()
	v, err := strictjson.Parse([]byte(`{"x":1.50,"y":{"z":[null]}}`), strictjson.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for object, want := range map[string]string{
		`{}`:      `{"x":1.50,"y":{"z":[null]}}`,
		`{"a":1}`: `{"a":1,"x":1.50,"y":{"z":[null]}}`,
	} {
		if diff := cmp.Diff(want, string(strictjson.Append([]byte(object), v.Members()))); diff != "" {
			t.Errorf("Append to %s (-want +got):\n%s", object, diff)
		}
	}
	if diff := cmp.Diff(`{"a":1}`, string(strictjson.Append([]byte(`{"a":1}`), nil))); diff != "" {
		t.Errorf("Append nothing (-want +got):\n%s", diff)
	}
}

// FuzzParse holds that whatever is accepted is JSON to the standard library
// too, means the same, and survives being written.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{`{"a":[1,-2.5e3,"\u00e9\ud834\udd1e",true,null],"b":{}}`, `{"a":1,"a":2}`, "\ufeff1", `"\ud800"`, `-0`, "[[[[", "1 2"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := strictjson.Parse(data, strictjson.Options{})
		if err != nil {
			return
		}
		var std, again any
		if err := json.Unmarshal(data, &std); err != nil && !tooLarge(err) {
			t.Fatalf("accepted %q, encoding/json says %v", data, err)
		}
		text := v.AppendJSON(nil)
		if err := json.Unmarshal(text, &again); err != nil && !tooLarge(err) {
			t.Fatalf("%q is written as %q: %v", data, text, err)
		}
		if diff := cmp.Diff(std, again); diff != "" {
			t.Fatalf("%q means another thing than %q:\n%s", data, text, diff)
		}
		if _, err := strictjson.Parse(text, strictjson.Options{}); err != nil {
			t.Fatalf("%q is written as %q, which is refused: %v", data, text, err)
		}
	})
}

// tooLarge reports that a number is JSON but no float64.
func tooLarge(err error) bool {
	var number *json.UnmarshalTypeError
	return errors.As(err, &number)
}
