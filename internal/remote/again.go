package remote

import "strings"

// given is the flags of this command line that say where the runtime is, for a
// command line that changes something there again.
func (c *Conn) given() string {
	if c.flags.confirm == "" {
		return c.reach()
	}
	return c.reach() + " --confirm " + Quote(c.flags.confirm)
}

// reach is those of them that commands have which change nothing.
func (c *Conn) reach() string {
	var b strings.Builder
	b.WriteString(c.where())
	add := func(flag, value string) {
		if value != "" {
			b.WriteString(" --" + flag + " " + Quote(value))
		}
	}
	key := strings.TrimPrefix(c.app.Override["api_key"], "file:")
	if key == "/dev/stdin" {
		key = "-"
	}
	add("api-key-file", key)
	add("state", c.flags.state)
	if c.flags.insecureHTTP {
		b.WriteString(" --insecure-http")
	}
	add("ca-file", c.flags.caFile)
	add("client-cert", c.flags.certFile)
	add("client-key", c.flags.keyFile)
	add("server-name", c.flags.named)
	add("unix-socket", c.flags.socket)
	add("env-file", c.app.Global.Env)
	return b.String()
}

// where is those of them that choose the address, and the key that is kept for
// it.
func (c *Conn) where() string {
	var b strings.Builder
	switch address := c.app.Override["base_url"]; address {
	case "":
	case LocalURL:
		b.WriteString(" --local")
	default:
		b.WriteString(" --base-url " + Quote(address))
	}
	if p := c.app.Global.Profile; p != "" {
		b.WriteString(" --profile " + Quote(p))
	}
	if file := c.app.Global.Config; file != "" {
		b.WriteString(" --config " + Quote(file))
	}
	return b.String()
}
