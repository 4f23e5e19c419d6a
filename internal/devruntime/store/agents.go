package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"iter"
	"time"
)

// The lengths of what is kept of an agent.
const (
	maxEvents  = 100
	maxHistory = 100
	pageRows   = 500 // how many are read at once
)

// Agent is a registered agent. Mode and Metadata are JSON as the wire has them.
type Agent struct {
	ID           string            `json:"id"`
	Name         string            `json:"name"`
	DSL          string            `json:"dsl"`
	Mode         json.RawMessage   `json:"execution_mode,omitzero"`
	Capabilities []string          `json:"capabilities"`
	Metadata     map[string]string `json:"metadata"`
	State        string            `json:"state"`
	External     bool              `json:"external"`
	LastResult   *string           `json:"last_result"`
	Interval     time.Duration     `json:"heartbeat_interval"` // of an external agent; nanoseconds in JSON
	Heard        time.Time         `json:"heard"`              // last heartbeat, zero before the first
	Created      time.Time         `json:"created"`
	Active       time.Time         `json:"active"` // last activity
}

// Event is what an external agent reported.
type Event struct {
	Kind    string          `json:"kind"`
	Payload json.RawMessage `json:"payload"`
	At      time.Time       `json:"at"`
}

// Entry is one line of an agent's history.
type Entry struct {
	Execution string    `json:"execution_id"`
	Status    string    `json:"status"`
	At        time.Time `json:"at"`
}

const agentColumns = "id, name, dsl, mode, capabilities, metadata, state, external, last_result, interval_nanos, heard, created, active"

func scanAgent(row scanner) (Agent, error) {
	var a Agent
	var capabilities, metadata, mode string
	var heard, created, active, interval int64
	err := row.Scan(&a.ID, &a.Name, &a.DSL, &mode, &capabilities, &metadata, &a.State, &a.External, &a.LastResult, &interval, &heard, &created, &active)
	if errors.Is(err, sql.ErrNoRows) {
		return a, ErrNotFound
	}
	if err != nil {
		return a, explain(err)
	}
	a.Mode, a.Interval = raw(mode), time.Duration(interval)
	a.Heard, a.Created, a.Active = instant(heard), instant(created), instant(active)
	return a, errors.Join(json.Unmarshal([]byte(capabilities), &a.Capabilities), json.Unmarshal([]byte(metadata), &a.Metadata))
}

// instant reads a stored time; 0 is no time.
func instant(nanos int64) time.Time {
	if nanos == 0 {
		return time.Time{}
	}
	return time.Unix(0, nanos).UTC()
}

// stored is the reverse of instant.
func stored(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

func putAgent(tx txn, a Agent) error {
	capabilities, err := json.Marshal(a.Capabilities)
	if err != nil {
		return err
	}
	metadata, err := json.Marshal(a.Metadata)
	if err != nil {
		return err
	}
	_, err = tx.exec("INSERT OR REPLACE INTO agents ("+agentColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		a.ID, a.Name, a.DSL, string(a.Mode), string(capabilities), string(metadata), a.State, a.External, a.LastResult,
		int64(a.Interval), stored(a.Heard), stored(a.Created), stored(a.Active))
	return err
}

// CreateAgent keeps a new agent and the first line of its history, if that has
// a status.
func (s *Store) CreateAgent(ctx context.Context, a Agent, first Entry) error {
	return s.do(ctx, func(tx txn) error {
		if err := putAgent(tx, a); err != nil || first.Status == "" {
			return err
		}
		return addEntry(tx, a.ID, first)
	})
}

// Agent returns one agent, or [ErrNotFound].
func (s *Store) Agent(ctx context.Context, id string) (Agent, error) {
	return scanAgent(s.queryRow(ctx, "SELECT "+agentColumns+" FROM agents WHERE id = ?", id))
}

// Agents yields all agents by id. Memory does not grow with their number, and
// the caller may take its time and change the store in between: what is yielded
// is not of one moment, but each agent that stays is there once.
func (s *Store) Agents(ctx context.Context) iter.Seq2[Agent, error] {
	return func(yield func(Agent, error) bool) {
		for last := ""; ; {
			page, err := s.agentsAfter(ctx, last)
			if err != nil {
				yield(Agent{}, err)
				return
			}
			for _, a := range page {
				if !yield(a, nil) {
					return
				}
				last = a.ID
			}
			if len(page) < pageRows {
				return
			}
		}
	}
}

func (s *Store) agentsAfter(ctx context.Context, id string) ([]Agent, error) {
	rows, err := s.query(ctx, "SELECT "+agentColumns+" FROM agents WHERE id > ? ORDER BY id LIMIT ?", id, pageRows)
	return collect(rows, err, scanAgent)
}

// CountAgents returns how many agents there are.
func (s *Store) CountAgents(ctx context.Context) (n uint64, err error) {
	err = s.queryRow(ctx, "SELECT count(*) FROM agents").Scan(&n)
	return n, explain(err)
}

// ChangeAgent lets change work on an agent and keeps the result, or gives
// [ErrNotFound]. An error of change is returned and nothing is kept.
func (s *Store) ChangeAgent(ctx context.Context, id string, change func(*Agent) error) error {
	return s.do(ctx, func(tx txn) error {
		a, err := scanAgent(tx.row("SELECT "+agentColumns+" FROM agents WHERE id = ?", id))
		if err != nil {
			return err
		}
		if err := change(&a); err != nil {
			return err
		}
		return putAgent(tx, a)
	})
}

// DeleteAgent forgets an agent with its events, history and waiting messages.
func (s *Store) DeleteAgent(ctx context.Context, id string) error {
	return s.do(ctx, func(tx txn) error {
		if err := affected(tx.exec("DELETE FROM agents WHERE id = ?", id)); err != nil {
			return err
		}
		if err := expire(tx, id, s.o.Now()); err != nil {
			return err
		}
		for _, statement := range []string{
			"DELETE FROM events WHERE agent = ?", "DELETE FROM history WHERE agent = ?",
			"UPDATE messages SET status = 'failed' WHERE recipient = ? AND status = 'pending'",
		} {
			if _, err := tx.exec(statement, id); err != nil {
				return err
			}
		}
		return nil
	})
}

// AddEvent keeps an event of an agent; of many only the newest 100 stay.
func (s *Store) AddEvent(ctx context.Context, agent string, e Event) error {
	return s.do(ctx, func(tx txn) error { return addEvent(tx, agent, e) })
}

func addEvent(tx txn, agent string, e Event) error {
	if _, err := tx.exec("INSERT INTO events (agent, kind, payload, at) VALUES (?, ?, ?, ?)", agent, e.Kind, string(e.Payload), stored(e.At)); err != nil {
		return err
	}
	_, err := tx.exec("DELETE FROM events WHERE agent = ?1 AND seq <= (SELECT seq FROM events WHERE agent = ?1 ORDER BY seq DESC LIMIT 1 OFFSET ?2)", agent, maxEvents)
	return err
}

// Events returns the events of an agent, the newest last.
func (s *Store) Events(ctx context.Context, agent string) ([]Event, error) {
	rows, err := s.query(ctx, "SELECT kind, payload, at FROM events WHERE agent = ? ORDER BY seq", agent)
	return collect(rows, err, scanEvent)
}

func scanEvent(row scanner) (Event, error) {
	var e Event
	var payload string
	var at int64
	err := row.Scan(&e.Kind, &payload, &at)
	e.Payload, e.At = raw(payload), instant(at)
	return e, explain(err)
}

// addEntry adds a line to the history of an agent; of many only the newest 100
// stay.
func addEntry(tx txn, agent string, e Entry) error {
	if _, err := tx.exec("INSERT INTO history (agent, execution, status, at) VALUES (?, ?, ?, ?)", agent, e.Execution, e.Status, stored(e.At)); err != nil {
		return err
	}
	_, err := tx.exec("DELETE FROM history WHERE agent = ?1 AND seq <= (SELECT seq FROM history WHERE agent = ?1 ORDER BY seq DESC LIMIT 1 OFFSET ?2)", agent, maxHistory)
	return err
}

// History returns the history of an agent, the newest first.
func (s *Store) History(ctx context.Context, agent string) ([]Entry, error) {
	rows, err := s.query(ctx, "SELECT execution, status, at FROM history WHERE agent = ? ORDER BY seq DESC", agent)
	return collect(rows, err, scanEntry)
}

func scanEntry(row scanner) (Entry, error) {
	var e Entry
	var at int64
	err := row.Scan(&e.Execution, &e.Status, &at)
	e.At = instant(at)
	return e, explain(err)
}

// CountState returns how many agents are in a state.
func (s *Store) CountState(ctx context.Context, state string) (n uint64, err error) {
	err = s.queryRow(ctx, "SELECT count(*) FROM agents WHERE state = ?", state).Scan(&n)
	return n, explain(err)
}
