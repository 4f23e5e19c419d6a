package cli_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
)

func TestProxy(t *testing.T) {
	t.Parallel()
	const proxy = "HTTPS_PROXY=http://proxy.example:3128"
	for name, tc := range map[string]struct {
		env  []string
		url  string
		want string
	}{
		"none":                     {nil, "https://example.com/", ""},
		"by scheme":                {[]string{proxy}, "https://example.com/", "http://proxy.example:3128"},
		"of another scheme":        {[]string{proxy}, "http://example.com/", ""},
		"in small letters":         {[]string{"https_proxy=http://small.example:1"}, "https://example.com/", "http://small.example:1"},
		"capitals come first":      {[]string{"https_proxy=http://small.example:1", proxy}, "https://example.com/", "http://proxy.example:3128"},
		"empty capitals do not":    {[]string{"https_proxy=http://small.example:1", "HTTPS_PROXY="}, "https://example.com/", "http://small.example:1"},
		"a domain without one":     {[]string{proxy, "NO_PROXY=.example.com,10.0.0.0/8"}, "https://a.example.com/", ""},
		"an address without one":   {[]string{proxy, "no_proxy=10.0.0.0/8"}, "https://10.1.2.3/", ""},
		"loopback never has one":   {[]string{proxy}, "https://127.0.0.1/", ""},
		"the last of two is meant": {[]string{"HTTPS_PROXY=http://first.example:1", proxy}, "https://example.com/", "http://proxy.example:3128"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := http.NewRequest(http.MethodGet, tc.url, nil)
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			u, err := (&cli.App{Environ: tc.env}).Proxy()(r)
			if u != nil {
				got = u.String()
			}
			if diff := cmp.Diff(tc.want, got); diff != "" || err != nil {
				t.Errorf("-want +got: %v\n%s", err, diff)
			}
		})
	}
}

// TestProxyThatIsNone: an address with a mistake in it is no leave to go without.
func TestProxyThatIsNone(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"http://user:pass%zz@proxy.example:1", "ftp://proxy.example", "http://", "://"} {
		proxy := (&cli.App{Environ: []string{"HTTPS_PROXY=" + address}}).Proxy()
		for url, refused := range map[string]bool{"https://example.com/": true, "http://example.com/": false, "https://localhost/": false} {
			r, err := http.NewRequest(http.MethodGet, url, nil)
			if err != nil {
				t.Fatal(err)
			}
			if u, err := proxy(r); u != nil || (err != nil) != refused {
				t.Errorf("%s through %s: %v, %v", url, address, u, err)
			}
		}
	}
}
