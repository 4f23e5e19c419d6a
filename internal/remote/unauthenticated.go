package remote

import (
	"fmt"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/store"
	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

// unauthenticated says which key was refused, or why none was sent, and where
// another one is.
func (c *Conn) unauthenticated(e *cli.Error, api *client.APIError) *cli.Error {
	const ask = "symbi-ctl auth status"
	if api.Code == "AGENTPIN_VERIFICATION_FAILED" {
		return e.WithHint("the runtime wants an AgentPin credential and did not accept this one: see --agentpin-file").WithNext("symbi-ctl agentpin verify --help")
	}
	var said string
	switch {
	case c.key != "":
		said = "the key that you gave was sent; it is wrong or expired"
	case c.local():
		said = "the embedded runtime of this process has a key of its own"
	case c.end.Withheld != "":
		said = "no key was sent: " + c.end.Withheld
	case c.end.Token.IsZero():
		said = "no key was sent: none is set"
	default:
		said = fmt.Sprintf("the key of %s was sent; it is wrong or expired", c.end.Source)
	}
	if file := c.servedToken(); file != "" && c.key == "" {
		return e.WithHint("%s; `symbi-ctl dev up` serves there, and its key is in %s: --api-key-file takes it", said, file).
			WithNext(ask, "symbi-ctl auth login --from-file "+Quote(file)+c.where())
	}
	return e.WithHint("%s", said).WithNext(ask, "symbi-ctl auth login"+c.where())
}

// servedToken is the file with the key of the embedded runtime that serves the
// address, "" when none says that it does.
func (c *Conn) servedToken() string {
	dir, err := StateDir(c.app, c.flags.state)
	if err != nil || dir == "" {
		return ""
	}
	h, err := store.HeldBy(dir)
	if err != nil || h.Token == "" || !samePlace(h.URL, c.end.URL) {
		return ""
	}
	if _, err := readToken(h.Token); err != nil {
		return ""
	}
	return h.Token
}
