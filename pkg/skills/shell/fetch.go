package shell

import (
	"path"
	"strings"
)

// Fetches reports whether c reads from the network and writes what it got to
// standard output or a file.
func (c Call) Fetches() bool {
	switch c.Name {
	case "curl", "wget", "fetch", "aria2c", "axel", "http", "https", "httpie", "xh", "curlie", "lwp-request", "lwp-download", "lynx", "links", "w3m", "ftp", "tftp",
		"iwr", "irm", "invoke-webrequest", "invoke-restmethod", "start-bitstransfer":
		return len(c.Args) > 0
	case "nc", "ncat", "netcat":
		return !c.Has("l", "listen", "e", "c") && len(c.Operands()) > 0
	case "gh":
		return len(c.Args) > 1 && (c.Args[0].Text == "api" || c.Args[0].Text == "gist")
	case "openssl":
		return len(c.Args) > 0 && c.Args[0].Text == "s_client"
	}
	return false
}

// Decodes reports whether c turns encoded text into what it hides.
func (c Call) Decodes() bool {
	switch c.Name {
	case "base64", "base32", "basenc", "gbase64":
		return c.Has("d", "D", "decode", "di")
	case "openssl":
		return len(c.Args) > 0 && (c.Args[0].Text == "base64" || c.Args[0].Text == "enc" || strings.HasPrefix(c.Args[0].Text, "aes")) && c.Has("d")
	case "xxd":
		return c.Has("r")
	case "tr":
		return len(c.Args) > 1 && strings.HasSuffix(c.Args[0].Text, "z") && strings.HasPrefix(strings.ToLower(c.Args[1].Text), "n-z")
	case "uudecode", "rev", "gunzip", "zcat", "bunzip2", "unxz", "xzcat", "bzcat":
		return true
	case "gzip", "bzip2", "xz", "zstd":
		return c.Has("d", "decompress")
	case "gpg", "gpg2", "age":
		return c.Has("d", "decrypt")
	case "certutil":
		return c.Has("decode", "decodehex")
	}
	return false
}

// URLs returns the addresses among the arguments. Of a program that fetches
// they need no scheme when no other has one.
func (c Call) URLs() []string {
	var out, bare []string
	for i, w := range c.Args {
		text := w.Text
		if n := strings.Index(text, "://"); n > 0 && n < 12 {
			out = append(out, text)
			continue
		}
		if !c.Fetches() || strings.HasPrefix(text, "-") || i > 0 && takesValue(c.Args[i-1].Text) || w.Quoted && strings.ContainsAny(text, " \n{") {
			continue
		}
		host, _, _ := strings.Cut(text, "/")
		host, _, _ = strings.Cut(host, ":")
		if strings.Contains(host, ".") && !strings.HasPrefix(host, ".") && !strings.Contains(host, "=") && len(host) > 3 {
			bare = append(bare, "http://"+text)
		}
	}
	if len(out) == 0 {
		return bare
	}
	return out
}

// takesValue reports whether a flag of a fetching program is followed by
// something else than an address.
func takesValue(flag string) bool {
	switch flag {
	case "--output", "--header", "--data", "--user", "--user-agent", "--referer", "--cookie", "--form", "--request", "--output-document", "--upload-file", "--cacert", "--cert", "--key", "--data-binary":
		return true
	}
	return len(flag) > 1 && isFlagWith(flag, flag[len(flag)-1]) && strings.IndexByte("oOHduAebFXTPEw", flag[len(flag)-1]) >= 0
}

// Saves returns the file a fetching command writes to; "" when it is standard
// output.
func (c Call) Saves() string {
	for _, r := range c.Redirects {
		if (r.Op == ">" || r.Op == ">>" || r.Op == ">|") && !strings.HasPrefix(r.Target.Text, "/dev/") {
			return r.Target.Text
		}
	}
	remote := ""
	if urls := c.URLs(); len(urls) > 0 {
		remote = path.Base(strings.TrimRight(urls[len(urls)-1], "/"))
		remote, _, _ = strings.Cut(remote, "?")
	}
	switch c.Name {
	case "curl", "curlie":
		if v, ok := c.Value("o", "output"); ok {
			return stdoutDash(v)
		}
		if c.Has("O", "remote-name") {
			return remote
		}
	case "wget":
		if v, ok := c.Value("O", "output-document"); ok {
			return stdoutDash(v)
		}
		return remote
	case "aria2c", "axel", "lwp-download":
		if v, ok := c.Value("o", "out", "output"); ok {
			return v
		}
		return remote
	case "iwr", "irm", "invoke-webrequest", "invoke-restmethod", "start-bitstransfer":
		for i, w := range c.Args {
			flag := strings.ToLower(w.Text)
			if i+1 < len(c.Args) && (flag == "-outfile" || flag == "-o" || flag == "-destination") {
				return c.Args[i+1].Text
			}
		}
	}
	return ""
}

func stdoutDash(v string) string {
	if v == "-" || v == "/dev/stdout" {
		return ""
	}
	return v
}
