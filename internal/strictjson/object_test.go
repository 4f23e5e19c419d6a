package strictjson_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/internal/strictjson"
)

type key struct {
	Kid string
	Ops []string
}

type token struct {
	Alg      string
	Issued   int64
	Expires  *int64
	Audience *string
	Listed   *bool
	Names    []string
	Keys     []key
	Limits   *key
}

func (tok *token) read(r *strictjson.Reader) {
	tok.Alg = r.String("alg")
	tok.Issued = r.Int("iat")
	tok.Expires = r.OptInt("exp")
	tok.Audience = r.OptString("aud")
	tok.Listed = r.OptBool("listed")
	tok.Names = r.Strings("names")
	r.Objects("keys", func(r *strictjson.Reader) {
		tok.Keys = append(tok.Keys, key{r.String("kid"), r.OptStrings("ops")})
	})
	var limits key
	if r.OptObject("limits", func(r *strictjson.Reader) { limits.Kid = r.String("kid") }) {
		tok.Limits = &limits
	}
	r.OptObjects("more", func(r *strictjson.Reader) { r.Object("inner", func(*strictjson.Reader) {}) })
}

func TestReadObject(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		text string
		want token
	}{
		"everything": {
			`{"alg":"ES256","iat":-5,"exp":9223372036854775807,"aud":"","listed":true,"names":[],"keys":[{"kid":"a","ops":["verify"]},{"kid":"b"}],"limits":{"kid":"c"},"more":[{"inner":{}}]}`,
			token{"ES256", -5, new(int64(9223372036854775807)), new(""), new(true), []string{}, []key{{"a", []string{"verify"}}, {"b", nil}}, &key{"c", nil}},
		},
		"optional members null or absent": {
			`{"exp":null,"alg":"x","iat":0,"names":["n"],"keys":[],"limits":null,"aud":null,"listed":null,"more":null}`,
			token{Alg: "x", Names: []string{"n"}},
		},
		"unknown members": {
			`{"alg":"x","iat":0,"names":["n"],"keys":[],"x-alg":{"a":[1]}}`,
			token{Alg: "x", Names: []string{"n"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got token
			if err := strictjson.ReadObject([]byte(tc.text), strictjson.Options{}, got.read); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("decoded (-want +got):\n%s", diff)
			}
		})
	}
}

func TestReadObjectRefuses(t *testing.T) {
	t.Parallel()
	const rest = `"names":[],"keys":[]}`
	for name, tc := range map[string]struct{ text, want string }{
		"array":              {`[]`, "want an object, got an array"},
		"null":               {`null`, "want an object, got null"},
		"missing":            {`{"iat":1,` + rest, "alg: the member is missing"},
		"required null":      {`{"alg":null,"iat":1,` + rest, "alg: want a string, got null"},
		"wrong type":         {`{"alg":["ES256"],"iat":1,` + rest, "alg: want a string, got an array"},
		"wrong optional":     {`{"alg":"x","iat":1,"aud":["a"],` + rest, "aud: want a string, got an array"},
		"boolean as text":    {`{"alg":"x","iat":1,"listed":"true",` + rest, "listed: want a boolean, got a string"},
		"case":               {`{"ALG":"ES256","alg":"none","iat":1,` + rest, `ALG: the name differs from "alg" only in case`},
		"case, folded":       {`{"alg":"none","iat":1,"key\u017f":1,` + rest, `"key\u017f": the name differs from "keys" only in case`},
		"case, absent":       {`{"alg":"none","iat":1,"EXP":1,` + rest, `EXP: the name differs from "exp" only in case`},
		"float":              {`{"alg":"x","iat":1.0,` + rest, "iat: want an integer without fraction or exponent, got 1.0"},
		"exponent":           {`{"alg":"x","iat":1e3,` + rest, "iat: want an integer without fraction or exponent, got 1e3"},
		"minus zero":         {`{"alg":"x","iat":-0,` + rest, "iat: want an integer, got -0"},
		"too large":          {`{"alg":"x","iat":9223372036854775808,` + rest, "iat: the integer 9223372036854775808 does not fit 64 bits"},
		"number as text":     {`{"alg":"x","iat":"1",` + rest, "iat: want a number, got a string"},
		"optional float":     {`{"alg":"x","iat":1,"exp":2.5,` + rest, "exp: want an integer without fraction or exponent, got 2.5"},
		"item":               {`{"alg":"x","iat":1,"names":["a",1],"keys":[]}`, "names[1]: want a string, got a number"},
		"array as text":      {`{"alg":"x","iat":1,"names":"a","keys":[]}`, "names: want an array, got a string"},
		"item no object":     {`{"alg":"x","iat":1,"names":[],"keys":[1]}`, "keys[0]: want an object, got a number"},
		"below":              {`{"alg":"x","iat":1,"names":[],"keys":[{"kid":"a"},{"Kid":"b"}]}`, "keys[1].kid: the member is missing (and 1 more)"},
		"optional below":     {`{"alg":"x","iat":1,"limits":{},` + rest, "limits.kid: the member is missing"},
		"objects below":      {`{"alg":"x","iat":1,"more":[{"inner":1}],` + rest, "more[0].inner: want an object, got a number"},
		"long hostile names": {`{"alg":"x","iat":1` + strings.Repeat("0", 99) + `,` + rest, "iat: the integer 1000000000000000000000000000000000000000… does not fit 64 bits"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got token
			err := strictjson.ReadObject([]byte(tc.text), strictjson.Options{}, got.read)
			if err == nil {
				t.Fatalf("%s is accepted, want %q", tc.text, tc.want)
			}
			if diff := cmp.Diff(tc.want, err.Error()); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

func TestUnknownMembers(t *testing.T) {
	t.Parallel()
	text := []byte(`{"a":"x","b":1,"c":{"d":2}}`)
	err := strictjson.ReadObject(text, strictjson.Options{Unknown: strictjson.Refuse}, func(r *strictjson.Reader) {
		r.String("a")
		r.Object("c", func(*strictjson.Reader) {})
	})
	var all strictjson.Errors
	if !errors.As(err, &all) {
		t.Fatalf("error %T is no Errors", err)
	}
	want := strictjson.Errors{{Path: "c.d", Reason: "unknown member", Offset: -1}, {Path: "b", Reason: "unknown member", Offset: -1}}
	if diff := cmp.Diff(want, all); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
	var rest []strictjson.Member
	err = strictjson.ReadObject(text, strictjson.Options{}, func(r *strictjson.Reader) {
		r.String("a")
		if !r.Has("c") || r.Has("z") || r.Path() != "" {
			t.Error("Has or Path is wrong")
		}
		rest = r.Rest()
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(`{"b":1}`, string(strictjson.Append([]byte("{}"), rest))); diff != "" {
		t.Errorf("rest (-want +got):\n%s", diff)
	}
}

func TestErrorsAreCapped(t *testing.T) {
	t.Parallel()
	text := `{"names":[` + strings.Repeat("1,", 500) + `1]}`
	err := strictjson.ReadObject([]byte(text), strictjson.Options{}, func(r *strictjson.Reader) { r.Strings("names") })
	var all strictjson.Errors
	if !errors.As(err, &all) || len(all) != 100 {
		t.Errorf("%d errors, want 100", len(all))
	}
}

// FuzzReadObject holds that what is decoded is what encoding/json finds under
// exactly these names.
func FuzzReadObject(f *testing.F) {
	f.Add([]byte(`{"alg":"ES256","iat":-5,"exp":7,"aud":"","listed":true,"names":["a"],"keys":[{"kid":"a","ops":["verify"]}],"limits":{"kid":"c"}}`))
	f.Add([]byte(`{"alg":"none","ALG":"ES256","iat":1,"names":[],"keys":[]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var got token
		if strictjson.ReadObject(data, strictjson.Options{}, got.read) != nil {
			return
		}
		var std struct {
			Alg    string
			Issued int64  `json:"iat"`
			Exp    *int64 `json:"exp"`
			Aud    *string
			Names  []string
			Keys   []struct{ Kid string }
		}
		if err := json.Unmarshal(data, &std); err != nil {
			t.Fatalf("accepted %q, encoding/json says %v", data, err)
		}
		var kids, stdKids []string
		for _, k := range got.Keys {
			kids = append(kids, k.Kid)
		}
		for _, k := range std.Keys {
			stdKids = append(stdKids, k.Kid)
		}
		want := fmt.Sprint(std.Alg, std.Issued, std.Exp != nil, std.Aud != nil, len(std.Names), stdKids)
		if diff := cmp.Diff(want, fmt.Sprint(got.Alg, got.Issued, got.Expires != nil, got.Audience != nil, len(got.Names), kids)); diff != "" {
			t.Fatalf("%q decodes to another thing (-encoding/json +strictjson):\n%s", data, diff)
		}
	})
}

func ExampleReadObject() {
	header := []byte(`{"alg":"none","ALG":"ES256","kid":"example-2026-01"}`)
	var alg, kid string
	err := strictjson.ReadObject(header, strictjson.Options{}, func(r *strictjson.Reader) {
		alg, kid = r.String("alg"), r.String("kid")
	})
	fmt.Println(alg, kid, err)
	// Output: none example-2026-01 ALG: the name differs from "alg" only in case
}

func ExampleParse() {
	v, err := strictjson.Parse([]byte(`{"entity":"example.com","agents":[{"name":"Scout","name":"Root"}]}`), strictjson.Options{})
	fmt.Println(v.Kind(), err)
	// Output: null agents[0].name: the member occurs twice
}

func BenchmarkReadObject(b *testing.B) {
	text := []byte(`{"alg":"ES256","iat":1780272000,"exp":1780275600,"aud":"verifier.example","names":["read:codebase","write:report"],"keys":[{"kid":"example-2026-01","ops":["verify"]}]}`)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		var got token
		if err := strictjson.ReadObject(text, strictjson.Options{}, got.read); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncodingJSON(b *testing.B) {
	text := []byte(`{"alg":"ES256","iat":1780272000,"exp":1780275600,"aud":"verifier.example","names":["read:codebase","write:report"],"keys":[{"kid":"example-2026-01","ops":["verify"]}]}`)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		var got struct {
			Alg, Aud string
			Iat, Exp int64
			Names    []string
			Keys     []key
		}
		if err := json.Unmarshal(text, &got); err != nil {
			b.Fatal(err)
		}
	}
}
