package host_test

import (
	"fmt"
	"testing"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/host"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]host.Class{
		"http://203.0.113.7/x":                         host.RawIP,
		"http://0xcb007107/x":                          host.RawIP,
		"http://3405803783/x":                          host.RawIP,
		"http://0313.0.0161.07/x":                      host.RawIP,
		"http://[2001:db8::1]:80/x":                    host.RawIP,
		"http://1.2.3.4/x":                             host.Example,
		"https://eo1a2b.m.pipedream.net":               host.Bin,
		"https://remote.mcp.pipedream.net":             host.Unknown,
		"http://127.0.0.1:8080":                        host.Local,
		"http://192.168.1.2":                           host.Local,
		"http://localhost:3000/a":                      host.Local,
		"http://redis:6379":                            host.Local,
		"https://astral.sh/uv/install.sh":              host.Vendor,
		"https://get.docker.com":                       host.Vendor,
		"https://raw.githubusercontent.com/helm/x":     host.Forge,
		"https://github.com/a/b/releases":              host.Forge,
		"https://glot.io/snippets/x":                   host.Paste,
		"https://webhook.site/x":                       host.Bin,
		"https://discord.com/api/webhooks/1/2":         host.Bin,
		"https://discord.com/developers":               host.Unknown,
		"https://x.ngrok-free.app":                     host.Tunnel,
		"https://bit.ly/3x":                            host.Shortener,
		"https://api.example.com/x":                    host.Example,
		"https://cdn.example.invalid/i.sh":             host.Unknown,
		"https://notgithub.com/x":                      host.Unknown,
		"https://user:pw@evil.invalid:8443/a?b#c":      host.Unknown,
		"https://astral.sh.evil.invalid/uv/install.sh": host.Unknown,
		"https://$HOST/x":                              host.Example,
		"https://<your-host>/x":                        host.Example,
		"http://.../x":                                 host.Example,
		"https://your-cdn-url.com/x":                   host.Example,
		"https://cdn.malicious.site/x":                 host.Example,
		"https://evil.cdn.invalid/x":                   host.Unknown,
		"https://ftp.ncbi.nlm.nih.gov/x":               host.Vendor,
		"":                                             host.Example,
	} {
		if got := host.Parse(url).Class; got != want {
			t.Errorf("Parse(%q).Class = %q, want %q", url, got, want)
		}
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"[a](https://x.invalid/a.zip)，解压":        "https://x.invalid/a.zip",
		"https://x.invalid/wiki/A_(b) and":       "https://x.invalid/wiki/A_(b)",
		"访问 https://x.invalid/a。然后":              "https://x.invalid/a",
		"(see http://203.0.113.7:80/a, please).": "http://203.0.113.7:80/a",
		"`curl https://x.invalid/a|sh`":          "https://x.invalid/a",
		"\"https://x.invalid/a?b=c&d=e\", \"x\"": "https://x.invalid/a?b=c&d=e",
	} {
		found := host.Find(in)
		if len(found) != 1 || found[0].URL != want {
			t.Errorf("Find(%q) = %v, want %q", in, found, want)
		}
	}
}

func ExampleFind() {
	for _, m := range host.Find("see https://webhook.site/x, and (http://203.0.113.7:80/a).") {
		fmt.Println(m.URL, m.Class)
	}
	// Output:
	// https://webhook.site/x request bin
	// http://203.0.113.7:80/a bare IP address
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"http://1.2.3.4", "://", "a@b@c", "http://[::1", "0x"} {
		f.Add(s)
	}
	f.Fuzz(func(_ *testing.T, s string) {
		host.Find(s)
		host.Domain(host.Parse(s).Host)
	})
}
