package rules

import (
	"slices"
	"strings"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/host"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/shell"
)

// transfer is what a command sends away.
type transfer struct {
	to    []string     // addresses
	body  []shell.Word // words that are sent, or name what is
	stdin bool         // what is piped in is sent
	args  bool         // xargs makes arguments of what is piped in
	rest  []shell.Word // other arguments that commands are substituted into
	copy  bool         // a copying tool, which people use for their own machines
}

// transferOf tells what c sends over the network. Headers and cookies are not
// counted: credentials belong there.
func transferOf(c shell.Call) (transfer, bool) {
	t, ok := direct(c)
	t.args = slices.Contains(c.Wrappers, "xargs")
	for _, w := range c.Args {
		if len(w.Subs) > 0 {
			t.rest = append(t.rest, w)
		}
	}
	return t, ok || t.args && len(t.to) > 0
}

func direct(c shell.Call) (transfer, bool) {
	switch c.Name {
	case "curl", "curlie":
		return curlTransfer(c)
	case "wget":
		t := transfer{to: c.URLs(), body: valuesOf(c, "--post-file", "--post-data", "--body-file", "--body-data")}
		t.stdin = slices.ContainsFunc(t.body, func(w shell.Word) bool { return w.Text == "-" || w.Text == "/dev/stdin" })
		t.body = append(t.body, carrying(c)...)
		return t, len(t.body) > 0
	case "http", "https", "httpie", "xh":
		return transfer{to: c.URLs(), body: c.Args, stdin: true}, true
	case "iwr", "irm", "invoke-webrequest", "invoke-restmethod":
		body := valuesOf(c, "-body", "-infile", "-form")
		return transfer{to: c.URLs(), body: append(body, carrying(c)...), stdin: true}, len(body) > 0
	case "openssl":
		return transfer{to: []string{"tcp://" + wordAfter(c, "-connect")}, body: redirected(c), stdin: true}, len(c.Args) > 1 && c.Args[0].Text == "s_client"
	case "nc", "ncat", "netcat", "telnet", "socat":
		t := transfer{body: redirected(c), stdin: true}
		if c.Has("l", "listen") {
			return t, false
		}
		for _, w := range c.Operands() {
			t.to = append(t.to, endpoint(w.Text))
		}
		return t, len(t.to) > 0
	case "scp", "rsync", "sftp", "rclone", "lftp", "ncftpput", "croc":
		return copyTransfer(c)
	case "aws", "gsutil", "gcloud", "s3cmd", "mc", "az", "b2":
		return bucketTransfer(c)
	case "ssh":
		return transfer{to: firstHost(c), body: redirected(c), stdin: true, copy: true}, true
	case "mail", "mailx", "mutt", "sendmail", "msmtp", "swaks":
		return transfer{body: append(redirected(c), c.Args...), stdin: true}, true
	case "gh":
		return transfer{to: []string{"https://gist.github.com"}, body: append(redirected(c), c.Args...), stdin: true},
			len(c.Args) > 1 && c.Args[0].Text == "gist" && c.Args[1].Text == "create"
	}
	for _, r := range c.Redirects {
		if at, ok := strings.CutPrefix(r.Target.Text, "/dev/tcp/"); ok && strings.HasPrefix(r.Op, ">") {
			return transfer{to: []string{"tcp://" + strings.Replace(at, "/", ":", 1)}, body: c.Args, stdin: true}, true
		}
	}
	return transfer{}, false
}

func curlTransfer(c shell.Call) (transfer, bool) {
	t := transfer{to: c.URLs()}
	t.body = valuesOf(c, "-d", "--data", "--data-binary", "--data-raw", "--data-ascii", "--data-urlencode", "-F", "--form", "--form-string", "-T", "--upload-file", "--json", "--url-query")
	for _, w := range t.body {
		t.stdin = t.stdin || w.Text == "@-" || w.Text == "-" || w.Text == "." || strings.HasSuffix(w.Text, "=@-") || strings.HasSuffix(w.Text, "<-") || strings.Contains(w.Text, "/dev/stdin")
	}
	if t.stdin {
		t.body = append(t.body, redirected(c)...)
	}
	t.body = append(t.body, carrying(c)...)
	return t, len(t.body) > 0 || slices.ContainsFunc(c.Args, func(w shell.Word) bool { return len(w.Subs) > 0 })
}

// carrying returns the addresses among the arguments that carry something that
// is put into them.
func carrying(c shell.Call) []shell.Word {
	var out []shell.Word
	for _, w := range c.Args {
		if strings.Contains(w.Text, "://") && (len(w.Subs) > 0 || strings.Contains(w.Text, "$")) {
			out = append(out, w)
		}
	}
	return out
}

// valuesOf returns the values of flags: "-d x", "-dx", "--data x", "--data=x".
func valuesOf(c shell.Call, flags ...string) []shell.Word {
	var out []shell.Word
	for i, w := range c.Args {
		for _, f := range flags {
			if strings.EqualFold(w.Text, f) && (len(f) > 2 || w.Text == f) || len(f) == 2 && cluster(w.Text, f[1]) {
				if i+1 < len(c.Args) {
					out = append(out, c.Args[i+1])
				}
				break
			}
			rest, ok := strings.CutPrefix(w.Text, f+"=")
			if !ok && len(f) == 2 {
				rest, ok = strings.CutPrefix(w.Text, f)
			}
			if ok && rest != "" {
				w.Text = rest
				out = append(out, w)
				break
			}
		}
	}
	return out
}

// cluster reports whether word is letters of flags of which the last is letter.
func cluster(word string, letter byte) bool {
	n := len(word)
	return n > 2 && n < 8 && word[0] == '-' && word[1] != '-' && word[n-1] == letter && strings.IndexByte(word, letter) == n-1
}

func redirected(c shell.Call) []shell.Word {
	var out []shell.Word
	for _, r := range c.Redirects {
		if strings.HasPrefix(r.Op, "<") {
			out = append(out, r.Target)
		}
	}
	return out
}

// copyTransfer tells what goes to another machine: operands before one that
// names a host.
func copyTransfer(c shell.Call) (transfer, bool) {
	t := transfer{copy: true}
	for _, w := range withoutValues(c) {
		at, path, remote := strings.Cut(w.Text, ":")
		switch {
		case strings.Contains(w.Text, "://"):
			t.to = append(t.to, w.Text)
		case remote && len(at) > 1 && !strings.ContainsAny(at, "/ =") && !strings.HasPrefix(path, `\`):
			t.to = append(t.to, "ssh://"+at)
		default:
			if len(t.to) == 0 {
				t.body = append(t.body, w)
			}
		}
	}
	return t, len(t.to) > 0 && len(t.body) > 0
}

// withoutValues returns the operands of a copying tool without the values of
// its flags: a key that is used is not sent.
func withoutValues(c shell.Call) []shell.Word {
	var out []shell.Word
	for i, w := range c.Args {
		if i > 0 {
			switch c.Args[i-1].Text {
			case "-i", "-P", "-o", "-F", "-e", "-J", "-c", "-l", "--rsh", "--exclude", "--exclude-from", "--include", "--password-file", "--config":
				continue
			}
		}
		if !strings.HasPrefix(w.Text, "-") {
			out = append(out, w)
		}
	}
	return out
}

func bucketTransfer(c shell.Call) (transfer, bool) {
	t := transfer{copy: true}
	verb := false
	for _, w := range c.Operands() {
		switch {
		case w.Text == "cp" || w.Text == "sync" || w.Text == "mv" || w.Text == "put" || w.Text == "rsync" || w.Text == "upload":
			verb = true
		case strings.Contains(w.Text, "://"):
			if len(t.body) > 0 {
				t.to = append(t.to, w.Text)
			}
		case verb:
			t.body = append(t.body, w)
		}
	}
	return t, verb && len(t.to) > 0
}

func firstHost(c shell.Call) []string {
	for _, w := range c.Operands() {
		if strings.ContainsAny(w.Text, ".@") && !strings.ContainsAny(w.Text, "/ ") {
			return []string{"ssh://" + w.Text}
		}
	}
	return nil
}

// endpoint writes an operand of nc or socat as an address.
func endpoint(word string) string {
	if _, rest, ok := strings.Cut(word, ":"); ok && strings.ContainsAny(word[:1], "TtOo") && strings.Contains(rest, ":") {
		word = rest // TCP:host:port, OPENSSL:host:port
	}
	return "tcp://" + word
}

// destination rates an address that receives what it should not: how bad, and
// how sure it is that somebody meant this very address.
func (s *Scene) destination(urls []string) (Severity, Confidence) {
	severity, confidence := Severity(0), Unlikely
	for _, u := range urls {
		a := host.Parse(s.resolve(u))
		if strings.Trim(a.Host, "0123456789") == "" && a.Port == "" && a.Scheme == "tcp" {
			continue // the port of "nc host port"
		}
		sev, conf := Critical, Certain
		if a.Scheme == "s3" || a.Scheme == "gs" {
			a.Class = host.Cloud
		}
		switch a.Class {
		case host.Local, host.Example:
			sev, conf = High, Unlikely
		case host.Vendor, host.Registry, host.Forge:
			sev, conf = Medium, Likely
		case host.Unknown, host.Cloud:
			sev = High
		case host.Bin:
			if strings.ContainsAny(u, "${") && (strings.Contains(a.Host, "telegram") || strings.Contains(a.Host, "discord")) {
				sev, conf = Medium, Likely // a bot of the user's own
			}
		default:
		}
		if conf > confidence || conf == confidence && sev > severity {
			severity, confidence = sev, conf
		}
	}
	if severity == 0 {
		return High, Unlikely
	}
	return severity, confidence
}
