package store

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/symbi-ctl/symbi-ctl/internal/strictjson"
)

const maxRow = 16 << 20 // the longest row of a document, in bytes

// Import fills an empty store with a document of [Store.Export], with all of it
// or with nothing. Submissions that were queued or running when the document
// was written become unresolved, because they may go on where it came from. The
// error is [ErrExists] when the store is not empty, [ErrInvalid] for what is no
// such document (unknown, missing or repeated members included) and a
// *[NewerError] for a document of a later version. Of r no more than a row is
// held in memory, and a row of more than 16 MiB is refused.
func (s *Store) Import(ctx context.Context, r io.Reader) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return ErrClosed
	}
	if err := errors.Join(s.there(), s.changes.fill(ctx)); err != nil {
		return explain(err)
	}
	raw, err := s.writes.BeginTx(ctx, nil) // not the writer's: what was read of r cannot be read again
	if err != nil {
		return explain(err)
	}
	defer raw.Rollback() //nolint:errcheck // after a commit there is nothing to roll back
	tx := txn{ctx, raw, s.changes}
	var rows int
	if err := tx.row("SELECT (SELECT count(*) FROM agents) + (SELECT count(*) FROM invocations) + (SELECT count(*) FROM messages)").Scan(&rows); err != nil {
		return explain(err)
	}
	if rows > 0 {
		return fmt.Errorf("import state: %w", ErrExists)
	}
	bound := &rowBound{from: r, left: maxRead}
	in := importer{tx: tx, decoder: json.NewDecoder(bound), bound: bound, now: s.o.Now()}
	if err := in.document(); err != nil {
		return fmt.Errorf("import state: %w", explain(err))
	}
	return explain(raw.Commit())
}

// importer reads a document, row by row.
type importer struct {
	tx      txn
	decoder *json.Decoder
	bound   *rowBound
	now     time.Time
	format  string
	version int
	open    []Invocation // that were not over
}

func (in *importer) document() error {
	if err := in.object(in.member); err != nil {
		return err
	}
	if _, err := in.decoder.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: something follows the document", ErrInvalid)
	}
	switch {
	case in.format != documentFormat:
		return fmt.Errorf("%w: format is %q", ErrInvalid, in.format)
	case in.version > documentVersion:
		return &NewerError{in.version, documentVersion}
	case in.version != documentVersion:
		return fmt.Errorf("%w: version is %d", ErrInvalid, in.version)
	}
	for _, i := range in.open {
		if err := closeRun(in.tx, in.now, i.Agent, Entry{Execution: i.Run, Status: "Unresolved", At: in.now}, "Failed"); err != nil {
			return err
		}
	}
	return nil
}

// object reads the members of the document; each has to be there once.
func (in *importer) object(member func(name string) error) error {
	if err := in.delimiter('{'); err != nil {
		return err
	}
	missing := []string{"format", "version", "meta", "agents", "events", "history", "invocations", "messages"}
	for in.decoder.More() {
		token, err := in.decoder.Token()
		if err != nil {
			return invalid(err)
		}
		name, _ := token.(string)
		at := slices.Index(missing, name)
		if at < 0 {
			return fmt.Errorf("%w: member %q is unknown or repeated", ErrInvalid, name)
		}
		missing = slices.Delete(missing, at, at+1)
		if err := member(name); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("%w: it has no %s", ErrInvalid, missing[0])
	}
	return in.delimiter('}')
}

func (in *importer) delimiter(want json.Delim) error {
	token, err := in.decoder.Token()
	if err != nil {
		return invalid(err)
	}
	if token != want {
		return fmt.Errorf("%w: want %v, got %v", ErrInvalid, want, token)
	}
	return nil
}

func (in *importer) member(name string) error {
	switch name {
	case "format":
		return invalid(in.decoder.Decode(&in.format))
	case "version":
		return invalid(in.decoder.Decode(&in.version))
	case "meta":
		return in.meta()
	case "agents":
		return rows(in, agentNames(), in.agent)
	case "events":
		return rows(in, []string{"agent_id", "kind", "payload", "at"}, in.event)
	case "history":
		return rows(in, []string{"agent_id", "execution_id", "status", "at"}, in.entry)
	case "invocations":
		return rows(in, invocationNames(), in.invocation)
	}
	return rows(in, messageNames(), in.message)
}

func agentNames() []string {
	return []string{
		"id", "name", "dsl", "execution_mode", "capabilities", "metadata", "state", "external", "last_result",
		"heartbeat_interval", "heard", "created", "active",
	}
}

func invocationNames() []string {
	return []string{"scope", "id", "identity", "agent_id", "run_id", "work", "phase", "result", "problem", "created", "changed"}
}

func messageNames() []string {
	return []string{"id", "sender", "recipient", "topic", "kind", "payload", "sent", "ttl", "status"}
}

// rows reads an array of objects that have no members but the known ones.
func rows[T any](in *importer, known []string, keep func(T) error) error {
	if err := in.delimiter('['); err != nil {
		return err
	}
	for at := 0; in.decoder.More(); at++ {
		var text json.RawMessage
		if err := in.decoder.Decode(&text); err != nil {
			return invalid(err)
		}
		in.bound.left = maxRead
		one, err := row[T](text, known)
		if err == nil {
			err = keep(one)
		}
		if err != nil {
			return fmt.Errorf("row %d: %w", at, err)
		}
	}
	return in.delimiter(']')
}

// maxRead is what may be read before a row is whole: the row, and as much again
// that the decoder reads ahead.
const maxRead = 2 * maxRow

// rowBound fails when a row does not end, before it fills the memory.
type rowBound struct {
	from io.Reader
	left int
}

// Read implements io.Reader.
func (b *rowBound) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, fmt.Errorf("a row has more than %d bytes", maxRow)
	}
	n, err := b.from.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}

func row[T any](text []byte, known []string) (one T, err error) {
	o := strictjson.Options{MaxBytes: maxRow, Unknown: strictjson.Refuse}
	err = strictjson.ReadObject(text, o, func(r *strictjson.Reader) {
		for _, name := range known {
			r.Has(name)
		}
	})
	if err == nil {
		err = json.Unmarshal(text, &one)
	}
	return one, invalid(err)
}

func (in *importer) meta() error {
	var meta map[string]string
	if err := in.decoder.Decode(&meta); err != nil {
		return invalid(err)
	}
	for key, value := range meta {
		if err := putMeta(in.tx, key, value); err != nil {
			return err
		}
	}
	return nil
}

func (in *importer) agent(a Agent) error {
	if a.ID == "" || !storable(a.Heard, a.Created, a.Active) {
		return ErrInvalid
	}
	var there bool
	if err := in.tx.row("SELECT count(*) FROM agents WHERE id = ?", a.ID).Scan(&there); err != nil || there {
		return cmp.Or(err, fmt.Errorf("%w: two agents have the id %q", ErrInvalid, a.ID))
	}
	return putAgent(in.tx, a)
}

func (in *importer) event(e eventRow) error {
	if e.Agent == "" || !storable(e.At) {
		return ErrInvalid
	}
	return addEvent(in.tx, e.Agent, e.Event)
}

func (in *importer) entry(e entryRow) error {
	if e.Agent == "" || !storable(e.At) {
		return ErrInvalid
	}
	return addEntry(in.tx, e.Agent, e.Entry)
}

func (in *importer) invocation(i invocationRow) error {
	if i.ID == "" || !i.Phase.known() || !storable(i.Created, i.Changed) {
		return ErrInvalid
	}
	if !i.Phase.Over() {
		in.open = append(in.open, i.Invocation)
		i.Problem, i.Phase = "imported while "+string(i.Phase), Unresolved
	}
	return putInvocation(in.tx, i)
}

func (in *importer) message(m Message) error {
	if m.ID == "" || !storable(m.Sent) || m.TTL < 0 || !slices.Contains([]string{Pending, Delivered, Dropped, Expired}, m.Status) {
		return ErrInvalid
	}
	return putMessage(in.tx, m)
}

// storable reports whether the times fit into nanoseconds since 1970.
func storable(times ...time.Time) bool {
	return !slices.ContainsFunc(times, func(t time.Time) bool { return !instant(stored(t)).Equal(t) })
}

func invalid(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", ErrInvalid, err)
}
