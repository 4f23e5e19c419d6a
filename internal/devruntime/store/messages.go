package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// keepDone is how long the fate of a message is remembered after its end, and
// maxDone how many fates at most: a store does not grow with its past.
const (
	keepDone = time.Hour
	maxDone  = 100_000
)

// The fates of a message.
const (
	Pending   = "pending"
	Delivered = "delivered"
	Dropped   = "failed"
	Expired   = "expired"
)

// Message is a message on the bus. Topic is nil for one that goes to an agent.
type Message struct {
	ID        string        `json:"id"`
	Sender    string        `json:"sender"`
	Recipient string        `json:"recipient"`
	Topic     *string       `json:"topic"`
	Kind      string        `json:"kind"`
	Payload   string        `json:"payload"`
	Sent      time.Time     `json:"sent"`
	TTL       time.Duration `json:"ttl"`
	Status    string        `json:"status"`
}

// Send keeps a message. It is pending, or has failed already, as m says.
func (s *Store) Send(ctx context.Context, m Message) error {
	return s.do(ctx, func(tx *sql.Tx) error { return send(tx, m) })
}

func send(tx *sql.Tx, m Message) error {
	_, err := tx.Exec("INSERT INTO messages (id, sender, recipient, topic, kind, payload, sent, ttl, status) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		m.ID, m.Sender, m.Recipient, m.Topic, m.Kind, m.Payload, stored(m.Sent), int64(m.TTL), m.Status)
	return err
}

// Take returns the messages that wait for an agent, the oldest first, and marks
// them delivered: nobody gets them again. What is too old expires.
func (s *Store) Take(ctx context.Context, agent string) ([]Message, error) {
	var taken []Message
	err := s.do(ctx, func(tx *sql.Tx) error {
		now := stored(s.o.Now())
		if _, err := tx.Exec("UPDATE messages SET status = 'expired', payload = '' WHERE recipient = ? AND status = 'pending' AND sent + ttl <= ?", agent, now); err != nil {
			return err
		}
		var err error
		if taken, err = pendingFor(tx, agent); err != nil {
			return err
		}
		_, err = tx.Exec("UPDATE messages SET status = 'delivered', payload = '' WHERE recipient = ? AND status = 'pending'", agent)
		return err
	})
	return taken, err
}

func pendingFor(tx *sql.Tx, agent string) ([]Message, error) {
	rows, err := tx.Query("SELECT id, sender, recipient, topic, kind, payload, sent, ttl FROM messages WHERE recipient = ? AND status = 'pending' ORDER BY seq", agent)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := []Message{}
	for rows.Next() {
		m := Message{Status: Delivered}
		var sent, ttl int64
		if err := rows.Scan(&m.ID, &m.Sender, &m.Recipient, &m.Topic, &m.Kind, &m.Payload, &sent, &ttl); err != nil {
			return nil, err
		}
		m.Sent, m.TTL = instant(sent), time.Duration(ttl)
		all = append(all, m)
	}
	return all, rows.Err()
}

// MessageStatus returns what became of a message, or [ErrNotFound].
func (s *Store) MessageStatus(ctx context.Context, id string) (string, error) {
	var status string
	var sent, ttl int64
	err := s.reads.QueryRowContext(ctx, "SELECT status, sent, ttl FROM messages WHERE id = ?", id).Scan(&status, &sent, &ttl)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return "", ErrNotFound
	case err != nil:
		return "", explain(err)
	case status == Pending && sent+ttl <= stored(s.o.Now()):
		return Expired, nil
	}
	return status, nil
}

// Sweep expires messages that are too old, and forgets fates that are older
// than an hour or too many. Call it now and then.
func (s *Store) Sweep(ctx context.Context) error {
	return s.do(ctx, func(tx *sql.Tx) error {
		now := s.o.Now()
		for _, step := range []struct {
			text string
			args []any
		}{
			{"UPDATE messages SET status = 'expired', payload = '' WHERE status = 'pending' AND sent + ttl <= ?", []any{stored(now)}},
			{"DELETE FROM messages WHERE status <> 'pending' AND sent < ?", []any{stored(now.Add(-keepDone))}},
			{"DELETE FROM messages WHERE status <> 'pending' AND seq < (SELECT max(seq) FROM messages) - ?", []any{maxDone}},
		} {
			if _, err := tx.Exec(step.text, step.args...); err != nil {
				return err
			}
		}
		return nil
	})
}
