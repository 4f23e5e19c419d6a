package client

import (
	"context"
	"errors"
	"iter"
	"net/http"
)

// Agents calls GET /agents and yields the agents as they arrive, in the
// runtime's order, which is arbitrary. An error ends the sequence. Memory does
// not grow with the number of agents.
func (c *Client) Agents(ctx context.Context) iter.Seq2[Agent, error] {
	return streamList[Agent](ctx, c, call{method: http.MethodGet, path: segments("agents")})
}

// AgentList calls GET /agents and returns all agents, in the runtime's order.
func (c *Client) AgentList(ctx context.Context) ([]Agent, error) {
	var all []Agent
	for a, err := range c.Agents(ctx) {
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, nil
}

// CreateAgent calls POST /agents. It is never repeated: names need not be
// unique, so a second agent could result.
func (c *Client) CreateAgent(ctx context.Context, a CreateAgent) (AgentRef, error) {
	return send[AgentRef](ctx, c, call{method: http.MethodPost, path: segments("agents"), body: a})
}

// AgentStatus calls GET /agents/{id}/status, and GET /agents/{id} where a
// server has only the path of SDK 1.11.
func (c *Client) AgentStatus(ctx context.Context, id string) (AgentStatus, error) {
	s, err := send[AgentStatus](ctx, c, call{method: http.MethodGet, path: segments("agents", id, "status")})
	if !notServed(err) {
		return s, err
	}
	old, oldErr := send[AgentStatus](ctx, c, call{method: http.MethodGet, path: segments("agents", id)})
	if oldErr != nil {
		return s, err
	}
	return old, nil
}

// UpdateAgent calls PUT /agents/{id}. Since 1.21 a running run keeps the agent
// as it was.
func (c *Client) UpdateAgent(ctx context.Context, id string, u UpdateAgent) (AgentRef, error) {
	return send[AgentRef](ctx, c, call{method: http.MethodPut, path: segments("agents", id), body: u})
}

// DeleteAgent calls DELETE /agents/{id}. Since 1.21 the runtime cancels the
// agent's runs first, which can take tens of seconds. After a repeat, "not
// found" may mean that the first request was obeyed.
func (c *Client) DeleteAgent(ctx context.Context, id string) (AgentRef, error) {
	return send[AgentRef](ctx, c, call{method: http.MethodDelete, path: segments("agents", id)})
}

// AgentHistory calls GET /agents/{id}/history.
func (c *Client) AgentHistory(ctx context.Context, id string) (AgentHistory, error) {
	return send[AgentHistory](ctx, c, call{method: http.MethodGet, path: segments("agents", id, "history")})
}

// Heartbeat calls POST /agents/{id}/heartbeat, which only external agents have.
func (c *Client) Heartbeat(ctx context.Context, id string, h Heartbeat) error {
	return c.sendEmpty(ctx, call{method: http.MethodPost, path: segments("agents", id, "heartbeat"), body: h})
}

// PushEvent calls POST /agents/{id}/events, which only external agents have.
func (c *Client) PushEvent(ctx context.Context, id string, e PushEvent) error {
	return c.sendEmpty(ctx, call{method: http.MethodPost, path: segments("agents", id, "events"), body: e})
}

// notServed reports whether err says that the runtime has no such route.
func notServed(err error) bool {
	if _, ok := errors.AsType[*NotServedError](err); ok {
		return true
	}
	no, ok := errors.AsType[*APIError](err)
	return ok && no.Kind == NotServed
}
