package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

const (
	maxDone    = 100_000 // how many fates of messages are remembered
	sweepEvery = 256     // sends
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

// Send keeps a message. It is pending, or has failed already, as m says. When
// too many wait the error is [ErrFull].
func (s *Store) Send(ctx context.Context, m Message) error {
	return s.do(ctx, func(tx txn) error {
		if s.sends++; s.sends%sweepEvery == 0 {
			if err := sweep(tx, s.o.Now()); err != nil {
				return err
			}
		}
		var pending, bytes int64
		if err := tx.row("SELECT pending, bytes FROM mail").Scan(&pending, &bytes); err != nil {
			return err
		}
		if m.Status == Pending && (pending >= s.o.MaxPending || bytes+int64(len(m.Payload)) > s.o.MaxPendingBytes) {
			return fmt.Errorf("%w: %d messages wait", ErrFull, pending)
		}
		return putMessage(tx, m)
	})
}

func putMessage(tx txn, m Message) error {
	_, err := tx.exec("INSERT INTO messages (id, sender, recipient, topic, kind, payload, sent, ttl, status) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		m.ID, m.Sender, m.Recipient, m.Topic, m.Kind, m.Payload, stored(m.Sent), int64(m.TTL), m.Status)
	return err
}

// maxTaken is how many bytes of payload one [Store.Take] gives away, so that a
// client can read the answer, whatever JSON makes of them.
const maxTaken = 8 << 20

// Take returns the messages that wait for an agent, the oldest first and at most
// 8 MiB of them, and marks them delivered: nobody gets them again. The others
// wait for the next time. What is too old expires.
func (s *Store) Take(ctx context.Context, agent string) ([]Message, error) {
	var taken []Message
	err := s.do(ctx, func(tx txn) error {
		if err := expire(tx, agent, s.o.Now()); err != nil {
			return err
		}
		var err error
		if taken, err = pendingFor(tx, agent); err != nil || len(taken) == 0 {
			return err
		}
		last := taken[len(taken)-1].ID
		_, err = tx.exec("UPDATE messages SET status = 'delivered', payload = '' WHERE recipient = ? AND status = 'pending' AND seq <= (SELECT seq FROM messages WHERE id = ?)", agent, last)
		return err
	})
	return taken, err
}

// expire gives up the messages for an agent that are too old.
func expire(tx txn, agent string, now time.Time) error {
	_, err := tx.exec("UPDATE messages SET status = 'expired', payload = '' WHERE recipient = ? AND status = 'pending' AND sent + ttl <= ?", agent, stored(now))
	return err
}

const messageColumns = "id, sender, recipient, topic, kind, payload, sent, ttl, status"

func pendingFor(tx txn, agent string) ([]Message, error) {
	rows, err := tx.rows("SELECT "+messageColumns+" FROM (SELECT *, sum(length(CAST(payload AS BLOB))) OVER (ORDER BY seq) AS total FROM messages WHERE recipient = ? AND status = 'pending') WHERE total <= ? ORDER BY seq", agent, maxTaken)
	all, err := collect(rows, err, scanMessage)
	for i := range all {
		all[i].Status = Delivered
	}
	return all, err
}

func scanMessage(row scanner) (Message, error) {
	var m Message
	var sent, ttl int64
	err := row.Scan(&m.ID, &m.Sender, &m.Recipient, &m.Topic, &m.Kind, &m.Payload, &sent, &ttl, &m.Status)
	m.Sent, m.TTL = instant(sent), time.Duration(ttl)
	return m, explain(err)
}

// MessageStatus returns what became of a message, or [ErrNotFound].
func (s *Store) MessageStatus(ctx context.Context, id string) (string, error) {
	var status string
	var sent, ttl int64
	err := s.queryRow(ctx, "SELECT status, sent, ttl FROM messages WHERE id = ?", id).Scan(&status, &sent, &ttl)
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

// Sweep expires messages that are too old, and forgets the oldest fates when
// there are more than 100,000. Sends do it too, now and then.
func (s *Store) Sweep(ctx context.Context) error {
	return s.do(ctx, func(tx txn) error { return sweep(tx, s.o.Now()) })
}

func sweep(tx txn, now time.Time) error {
	if _, err := tx.exec("UPDATE messages SET status = 'expired', payload = '' WHERE status = 'pending' AND sent + ttl <= ?", stored(now)); err != nil {
		return err
	}
	_, err := tx.exec("DELETE FROM messages WHERE status <> 'pending' AND seq <= (SELECT seq FROM messages WHERE status <> 'pending' ORDER BY seq DESC LIMIT 1 OFFSET ?)", maxDone)
	return err
}
