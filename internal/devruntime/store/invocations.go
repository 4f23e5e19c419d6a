package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"
)

// Phase is how far a submission got.
type Phase string

// The phases. Queued ones run again after a crash, since nothing was begun;
// running ones become unresolved, since nobody knows what was done.
const (
	Queued     Phase = "queued"
	Running    Phase = "running"
	Completed  Phase = "completed"
	Failed     Phase = "failed"
	Unresolved Phase = "unresolved"
)

// Over reports whether nothing will happen any more.
func (p Phase) Over() bool { return p != Queued && p != Running }

func (p Phase) known() bool { return p == Completed || p == Failed || p == Unresolved || !p.Over() }

// Invocation is a submission under its key. Scope and ID tell it from every
// other; Identity is a digest of everything that has to be the same when it is
// sent again. Work and Result are JSON for the runtime.
type Invocation struct {
	Scope    string          `json:"scope"`
	ID       string          `json:"id"`
	Identity string          `json:"identity"`
	Agent    string          `json:"agent_id"`
	Run      string          `json:"run_id"`
	Work     json.RawMessage `json:"work,omitzero"`
	Phase    Phase           `json:"phase"`
	Result   json.RawMessage `json:"result,omitzero"`
	Problem  string          `json:"problem"` // why it is unresolved
	owner    string
}

const invocationColumns = "scope, id, identity, agent, run, work, owner, phase, result, problem"

// openColumns leave out the work, which can be megabytes of each of thousands.
const openColumns = "scope, id, identity, agent, run, '', owner, phase, result, problem"

func scanInvocation(row scanner) (Invocation, error) {
	var i Invocation
	var work, result string
	err := row.Scan(&i.Scope, &i.ID, &i.Identity, &i.Agent, &i.Run, &work, &i.owner, &i.Phase, &result, &i.Problem)
	if errors.Is(err, sql.ErrNoRows) {
		return i, ErrNotFound
	}
	i.Work, i.Result = raw(work), raw(result)
	return i, explain(err)
}

func raw(text string) json.RawMessage {
	if text == "" {
		return nil
	}
	return json.RawMessage(text)
}

// Claim takes a key for a submission. It reports true when the key was free:
// the submission then is the caller's to run, and is on disk together with its
// line of history. Otherwise it returns what has the key.
func (s *Store) Claim(ctx context.Context, i Invocation, e Entry) (Invocation, bool, error) {
	mine := false
	got := i
	err := s.do(ctx, func(tx txn) error {
		known, err := scanInvocation(tx.row("SELECT "+invocationColumns+" FROM invocations WHERE scope = ? AND id = ?", i.Scope, i.ID))
		if err == nil {
			got, mine = known, false
			return nil
		}
		if !errors.Is(err, ErrNotFound) {
			return err
		}
		i.owner = s.instance
		if err := putInvocation(tx, invocationRow{i, s.o.Now(), s.o.Now()}); err != nil {
			return err
		}
		mine = true
		if i.Phase != Queued {
			return nil
		}
		return addEntry(tx, i.Agent, e)
	})
	return got, mine && err == nil, err
}

func putInvocation(tx txn, r invocationRow) error {
	i := r.Invocation
	// The schema wants an audit too, which nobody reads: a run's follows from its agent and id.
	_, err := tx.exec("INSERT INTO invocations ("+invocationColumns+", audit, created, changed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?, ?)",
		i.Scope, i.ID, i.Identity, i.Agent, i.Run, string(i.Work), i.owner, i.Phase, string(i.Result), i.Problem, stored(r.Created), stored(r.Changed))
	return err
}

// Invocation returns what has a key, or [ErrNotFound].
func (s *Store) Invocation(ctx context.Context, scope, id string) (Invocation, error) {
	return scanInvocation(s.queryRow(ctx, "SELECT "+invocationColumns+" FROM invocations WHERE scope = ? AND id = ?", scope, id))
}

// InvocationOf returns the submission behind a run, or [ErrNotFound].
func (s *Store) InvocationOf(ctx context.Context, run string) (Invocation, error) {
	return scanInvocation(s.queryRow(ctx, "SELECT "+invocationColumns+" FROM invocations WHERE run = ?", run))
}

// Begin says that a queued submission is being run. It gives
// [ErrNotFound] when it is not queued any more: then it must not run.
func (s *Store) Begin(ctx context.Context, i Invocation) error {
	return s.do(ctx, func(tx txn) error {
		return affected(tx.exec("UPDATE invocations SET phase = ?, changed = ? WHERE scope = ? AND id = ? AND phase = ? AND owner = ?",
			Running, stored(s.o.Now()), i.Scope, i.ID, Queued, s.instance))
	})
}

// Finish keeps the end of a submission, in i.Phase, with its line of history
// and the state that its agent is left in. It gives [ErrNotFound] when the
// submission is over already.
func (s *Store) Finish(ctx context.Context, i Invocation, e Entry, state string) error {
	return s.do(ctx, func(tx txn) error {
		err := affected(tx.exec("UPDATE invocations SET phase = ?, result = ?, problem = ?, changed = ? WHERE scope = ? AND id = ? AND phase IN ('queued', 'running')",
			i.Phase, string(i.Result), i.Problem, stored(s.o.Now()), i.Scope, i.ID))
		if err != nil {
			return err
		}
		return closeRun(tx, s.o.Now(), i.Agent, e, state)
	})
}

// closeRun keeps what the end of a run means for its agent, if that is still
// there.
func closeRun(tx txn, now time.Time, agent string, e Entry, state string) error {
	_, err := tx.exec("UPDATE agents SET state = ?, active = ? WHERE id = ? AND external = 0", state, stored(now), agent)
	if err != nil {
		return err
	}
	var there int
	if err := tx.row("SELECT count(*) FROM agents WHERE id = ?", agent).Scan(&there); err != nil || there == 0 {
		return err
	}
	return addEntry(tx, agent, e)
}

// Recover takes over what instances left that are no more: it returns the
// queued submissions without their work, which are now this instance's to run,
// and marks those that were running as unresolved.
func (s *Store) Recover(ctx context.Context, problem string) ([]Invocation, error) {
	var mine []Invocation
	err := s.do(ctx, func(tx txn) error {
		mine = nil
		open, err := openInvocations(tx)
		if err != nil {
			return err
		}
		alive := map[string]bool{}
		for _, i := range open {
			lives, known := alive[i.owner]
			if !known {
				lives = s.lives(i.owner)
				alive[i.owner] = lives
			}
			if lives {
				continue
			}
			if i.Phase == Queued {
				if _, err := tx.exec("UPDATE invocations SET owner = ? WHERE scope = ? AND id = ?", s.instance, i.Scope, i.ID); err != nil {
					return err
				}
				mine = append(mine, i)
				continue
			}
			if _, err := tx.exec("UPDATE invocations SET phase = ?, problem = ?, changed = ? WHERE scope = ? AND id = ?", Unresolved, problem, stored(s.o.Now()), i.Scope, i.ID); err != nil {
				return err
			}
			if err := closeRun(tx, s.o.Now(), i.Agent, Entry{Execution: i.Run, Status: "Unresolved", At: s.o.Now()}, "Failed"); err != nil {
				return err
			}
		}
		return nil
	})
	return mine, err
}

func openInvocations(tx txn) ([]Invocation, error) {
	rows, err := tx.rows("SELECT " + openColumns + " FROM invocations WHERE phase IN ('queued', 'running') ORDER BY created, id")
	return collect(rows, err, scanInvocation)
}

// CountOpen returns how many submissions are queued and how many running.
func (s *Store) CountOpen(ctx context.Context) (queued, running uint64, err error) {
	err = s.queryRow(ctx, "SELECT count(*) FILTER (WHERE phase = 'queued'), count(*) FILTER (WHERE phase = 'running') FROM invocations WHERE phase IN ('queued', 'running')").Scan(&queued, &running)
	return queued, running, explain(err)
}

// Busy returns, of each agent that has submissions which are not over, how far
// the farthest got.
func (s *Store) Busy(ctx context.Context) (map[string]Phase, error) {
	rows, err := s.query(ctx, "SELECT agent, max(phase) FROM invocations WHERE phase IN ('queued', 'running') GROUP BY agent")
	type pair struct {
		agent string
		phase Phase
	}
	pairs, err := collect(rows, err, func(row scanner) (p pair, err error) {
		err = row.Scan(&p.agent, &p.phase)
		return p, explain(err)
	})
	busy := make(map[string]Phase, len(pairs))
	for _, p := range pairs {
		busy[p.agent] = p.phase
	}
	return busy, err
}

// RunningOf returns the submissions of an agent that are not over, without their
// work.
func (s *Store) RunningOf(ctx context.Context, agent string) ([]Invocation, error) {
	rows, err := s.query(ctx, "SELECT "+openColumns+" FROM invocations WHERE agent = ? AND phase IN ('queued', 'running')", agent)
	return collect(rows, err, scanInvocation)
}
