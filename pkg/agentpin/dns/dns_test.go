package dns_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/dns"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	k := discovery.Key{Kid: "k", Kty: "EC", Crv: "P-256", X: "x", Y: "y"}
	d := &discovery.Document{Keys: []discovery.Key{{Kid: "other"}, k}}
	for name, tc := range map[string]struct {
		texts []string
		fails bool
	}{
		"nothing":        {nil, false},
		"other records":  {[]string{"v=spf1 -all"}, false},
		"right":          {[]string{"v=spf1 -all", dns.Text(k)}, false},
		"without kid":    {[]string{"v=agentpin1; fp=sha256:" + k.Thumbprint()}, false},
		"wrong kid":      {[]string{"v=agentpin1; kid=z; fp=sha256:" + k.Thumbprint()}, true},
		"no fingerprint": {[]string{"v=agentpin1"}, true},
		"first counts":   {[]string{"v=agentpin1; fp=sha256:00", dns.Text(k)}, true},
	} {
		if err := dns.Check(d, tc.texts); (err != nil) != tc.fails {
			t.Errorf("%s: error %v, want one: %v", name, err, tc.fails)
		}
	}
	if err := dns.Check(d, []string{"v=agentpin1; fp=sha256:00"}); !errors.Is(err, dns.ErrMismatch) {
		t.Errorf("error %v, want ErrMismatch", err)
	}
	if got := dns.Name("example.com."); got != "_agentpin.example.com" {
		t.Errorf("name %q", got)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("v=agentpin1; kid=a; fp=sha256:ab")
	f.Fuzz(func(t *testing.T, text string) {
		r, err := dns.Parse(text)
		if err == nil && len(r.Fingerprint) < len("sha256:") {
			t.Fatalf("record %+v", r)
		}
	})
}

// FuzzText holds that the record of a key matches it, whatever its name.
func FuzzText(f *testing.F) {
	for _, kid := range []string{"", "k", "a;fp=sha256:00", " k ", "v=agentpin2", "k=v"} {
		f.Add(kid)
	}
	f.Fuzz(func(t *testing.T, kid string) {
		k := discovery.Key{Kid: kid, Kty: "EC", Crv: "P-256", X: "x", Y: "y"}
		if err := dns.Check(&discovery.Document{Keys: []discovery.Key{k}}, []string{dns.Text(k)}); err != nil {
			t.Fatalf("%s: %v", dns.Text(k), err)
		}
	})
}

func ExampleParse() {
	r, err := dns.Parse("v=agentpin1; kid=example-2026-01; fp=SHA256:94E6")
	fmt.Println(*r.Kid, r.Fingerprint, err)
	// Output: example-2026-01 sha256:94e6 <nil>
}
