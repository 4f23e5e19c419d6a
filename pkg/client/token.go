package client

import (
	"bytes"
	"net/http"

	"github.com/symbi-ctl/symbi-ctl/internal/loopback"
)

// authorize adds the token, unless it would cross a network in the clear: then
// a public route goes without and any other is refused.
func (c *Client) authorize(req *http.Request, public bool) error {
	if c.o.Token == "" {
		return nil
	}
	if !c.confidential(req) {
		if public {
			return nil
		}
		return &InsecureTokenError{Host: c.base.host}
	}
	req.Header.Set("Authorization", "Bearer "+c.o.Token)
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

// hide replaces the token, which a server may repeat in its errors.
func (c *Client) hide(text []byte) []byte {
	if c.o.Token == "" {
		return text
	}
	return bytes.ReplaceAll(text, []byte(c.o.Token), []byte(set))
}
