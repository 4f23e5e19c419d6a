package client

import (
	"context"
	"net/http"
)

// SendMessage is a message to an agent. Sender is an agent's id; TTLSeconds nil
// means 300, and runtimes cut it to an hour. AgentpinJWT is secret.
type SendMessage struct {
	Sender      string  `json:"sender"`
	Payload     string  `json:"payload"`
	TTLSeconds  *uint64 `json:"ttl_seconds,omitzero"`
	Topic       *string `json:"topic,omitzero"`
	AgentpinJWT string  `json:"agentpin_jwt,omitzero"`
}

// MessageStatus is what became of a message: pending, delivered, failed or
// expired.
type MessageStatus struct {
	MessageID string `json:"message_id"`
	Status    string `json:"status"`
}

// Message is a message as its recipient gets it.
type Message struct {
	MessageID     string  `json:"message_id"`
	Sender        string  `json:"sender"`
	Recipient     *string `json:"recipient"`
	Topic         *string `json:"topic"`
	Payload       string  `json:"payload"`
	MessageType   string  `json:"message_type"` // direct, broadcast, publish, subscribe, request, response
	TimestampSecs uint64  `json:"timestamp_secs"`
	TTLSeconds    uint64  `json:"ttl_seconds"`
}

// Messages is what was waiting for an agent.
type Messages struct {
	Messages []Message `json:"messages"`
}

// SendMessage calls POST /agents/{id}/messages. It is never repeated. A status
// right after it may still be "not found".
func (c *Client) SendMessage(ctx context.Context, to string, m SendMessage) (MessageStatus, error) {
	return send[MessageStatus](ctx, c, call{method: http.MethodPost, path: segments("agents", to, "messages"), body: m})
}

// ReceiveMessages calls GET /agents/{id}/messages, which takes the messages
// away from the runtime: it is never repeated, and when the reply cannot be
// read the error is an *[UndecodedError] that holds what came.
func (c *Client) ReceiveMessages(ctx context.Context, id string) (Messages, error) {
	var m Messages
	got, err := sendInto(ctx, c, call{method: http.MethodGet, path: segments("agents", id, "messages"), once: true, most: maxList}, &m)
	switch {
	case err == nil:
		return m, nil
	case got.status == http.StatusOK:
		return Messages{}, &UndecodedError{Body: got.body, Err: err}
	}
	return Messages{}, err
}

// MessageStatus calls GET /messages/{id}/status.
func (c *Client) MessageStatus(ctx context.Context, id string) (MessageStatus, error) {
	return send[MessageStatus](ctx, c, call{method: http.MethodGet, path: segments("messages", id, "status")})
}
