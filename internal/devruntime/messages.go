package devruntime

import (
	"errors"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/frame"
	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/store"
	"github.com/symbi-ctl/symbi-ctl/internal/strictjson"
	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

const (
	defaultTTL = 300  // seconds
	maxTTL     = 3600 // of upstream's bus
)

func (rt *Runtime) sendMessage(w http.ResponseWriter, r *http.Request) {
	to, ok := frame.ID(w, r, "agent_id")
	if !ok {
		return
	}
	ttl := int64(defaultTTL)
	m := store.Message{ID: uuid.NewString(), Recipient: to, Kind: "direct", Sent: rt.o.Now(), Status: store.Pending}
	if !frame.Body(w, r, frame.MaxMessage, func(r *strictjson.Reader) {
		m.Sender, m.Payload, m.Topic = frame.UUID(r, "sender"), r.String("payload"), r.OptString("topic")
		if seconds := r.OptInt("ttl_seconds"); seconds != nil {
			if ttl = *seconds; ttl < 0 {
				r.Failf("ttl_seconds", "invalid value: integer `%d`, expected u64", ttl)
			}
		}
		r.OptString("agentpin_jwt")
	}) || !frame.For(w, r, m.Sender) {
		return
	}
	m.TTL = time.Duration(min(max(ttl, 1), maxTTL)) * time.Second
	if m.Topic != nil {
		m.Kind = "publish"
	}
	switch _, err := rt.o.Store.Agent(r.Context(), to); {
	case errors.Is(err, store.ErrNotFound):
		m.Status, m.Payload = store.Dropped, ""
	case unwell(w, err, "SEND_MESSAGE_FAILED"):
		return
	}
	if !unwell(w, rt.o.Store.Send(r.Context(), m), "SEND_MESSAGE_FAILED") {
		frame.JSON(w, http.StatusOK, client.MessageStatus{MessageID: m.ID, Status: store.Pending})
	}
}

func (rt *Runtime) receiveMessages(w http.ResponseWriter, r *http.Request) {
	id, ok := frame.ID(w, r, "agent_id")
	if !ok || !frame.For(w, r, id) {
		return
	}
	_, err := rt.o.Store.Agent(r.Context(), id)
	if errors.Is(err, store.ErrNotFound) {
		frame.Refuse(w, http.StatusNotFound, "AGENT_NOT_FOUND", "Communication error: Agent not registered: "+id)
		return
	}
	if unwell(w, err, "RECEIVE_MESSAGES_FAILED") {
		return
	}
	if r.Method == http.MethodHead { // who gets no body must not take what is in it
		frame.Empty(w, http.StatusOK)
		return
	}
	taken, err := rt.o.Store.Take(r.Context(), id)
	if unwell(w, err, "RECEIVE_MESSAGES_FAILED") {
		return
	}
	all := client.Messages{Messages: []client.Message{}}
	for _, m := range taken {
		all.Messages = append(all.Messages, client.Message{
			MessageID: m.ID, Sender: m.Sender, Recipient: &m.Recipient, Topic: m.Topic, Payload: m.Payload, MessageType: m.Kind,
			TimestampSecs: uint64(max(m.Sent.Unix(), 0)), TTLSeconds: uint64(m.TTL / time.Second), //nolint:gosec // bounded
		})
	}
	frame.JSON(w, http.StatusOK, all)
}

func (rt *Runtime) messageStatus(w http.ResponseWriter, r *http.Request) {
	if !frame.AccessOf(r).Admin {
		frame.Refuse(w, http.StatusForbidden, "AGENT_SCOPE_DENIED", "Scoped API keys may not query message status")
		return
	}
	text := r.PathValue("message_id")
	id, err := uuid.Parse(text)
	if err != nil {
		frame.Refuse(w, http.StatusBadRequest, "INVALID_MESSAGE_ID", "Communication error: Invalid message format: Invalid message ID: "+text)
		return
	}
	status, err := rt.o.Store.MessageStatus(r.Context(), id.String())
	if errors.Is(err, store.ErrNotFound) {
		frame.Refuse(w, http.StatusNotFound, "MESSAGE_STATUS_FAILED", "Communication error: Message not found: "+id.String())
		return
	}
	if status == store.Pending {
		status = store.Delivered // to upstream a message has arrived once it lies in the mailbox
	}
	if !unwell(w, err, stateFailed) {
		frame.JSON(w, http.StatusOK, client.MessageStatus{MessageID: id.String(), Status: status})
	}
}
