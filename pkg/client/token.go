package client

import (
	"bytes"
	"encoding/json"
	"net/http"

	"github.com/symbi-ctl/symbi-ctl/internal/loopback"
)

// Credential returns the AgentPin credential that the body of a request carries,
// which is secret, or "".
func Credential(body []byte) string {
	if !bytes.Contains(body, []byte("agentpin_jwt")) {
		return ""
	}
	var carries struct {
		AgentpinJWT string `json:"agentpin_jwt"`
	}
	if json.Unmarshal(body, &carries) != nil {
		return ""
	}
	return carries.AgentpinJWT
}

// authorize adds the token, unless a secret would cross a network in the clear:
// then a public route goes without the token, and any other is refused, as is all
// that carries a credential.
func (c *Client) authorize(req *http.Request, p payload) error {
	if len(p.secrets) == 0 {
		return nil
	}
	credential := Credential(p.content) != ""
	switch {
	case c.confidential(req):
	case credential:
		return &InsecureTokenError{Host: c.base.host, Credential: true}
	case p.public:
		return nil
	default:
		return &InsecureTokenError{Host: c.base.host}
	}
	if c.o.Token != "" {
		req.Header.Set("Authorization", "Bearer "+c.o.Token)
	}
	return nil
}

// confidential reports whether nobody on a network can read req.
func (c *Client) confidential(req *http.Request) bool {
	if c.base.scheme == "https" || c.o.InsecureHTTP || c.o.UnixSocket != "" || c.base.local {
		return true
	}
	if !c.base.loopback() {
		return false
	}
	if c.o.Proxy == nil {
		return true
	}
	via, err := c.o.Proxy(req)
	return err == nil && (via == nil || loopback.Host(via.Host))
}
