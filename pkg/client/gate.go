package client

import (
	"context"
	"errors"
)

// explain replaces "not served" by the version that has the route, when that
// is known.
func (c *Client) explain(ctx context.Context, p payload, err error) error {
	if no, ok := errors.AsType[*APIError](err); !ok || no.Kind != NotServed {
		return err
	}
	r, ok := findRoute(p.method, p.path.full())
	if !ok || r.Path == prefix+"/health" {
		return err // the question for the version is a call itself
	}
	gate := &NotServedError{Feature: Feature(r.Method + " " + r.Path), Err: err}
	v, verr := c.Version(ctx)
	if verr == nil && v != nil {
		gate.Have = v.String()
	}
	if r.Dialect == DialectSDK {
		return gate
	}
	need, ok := ParseVersion(r.Since)
	if !ok || v == nil || !v.Less(need) {
		return err
	}
	gate.Need = need.String()
	return gate
}
