package remote

import "strings"

// given is the flags of this command line that say where the runtime is, for a
// command line that asks the same runtime again.
func (c *Conn) given() string {
	var b strings.Builder
	add := func(flag, value string) {
		if value != "" {
			b.WriteString(" --" + flag + " " + Quote(value))
		}
	}
	if c.app.Override["base_url"] == LocalURL {
		b.WriteString(" --local")
	} else {
		add("base-url", c.app.Override["base_url"])
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
	add("confirm", c.flags.confirm)
	add("profile", c.app.Global.Profile)
	add("config", c.app.Global.Config)
	add("env-file", c.app.Global.Env)
	return b.String()
}
