package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"time"
)

// What an exported state says it is. The version grows when a reader of the
// earlier one would misunderstand it.
const (
	documentFormat  = "symbi-ctl-state"
	documentVersion = 1
)

// The rows of a document that are more than a type of this package.
type (
	eventRow struct {
		Agent string `json:"agent_id"`
		Event
	}
	entryRow struct {
		Agent string `json:"agent_id"`
		Entry
	}
	invocationRow struct {
		Invocation
		Created time.Time `json:"created"`
		Changed time.Time `json:"changed"`
	}
)

// Export writes the whole state, as it is at one moment, as one JSON document:
// {"format", "version", "meta", "agents", "events", "history", "invocations",
// "messages"}. Memory does not grow with the state. The document holds what
// agents were told and answered, so it is as secret as the state. A state in
// memory takes no changes until w has taken everything.
func (s *Store) Export(ctx context.Context, w io.Writer) error {
	tx, err := s.reads.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return explain(err)
	}
	defer tx.Rollback() //nolint:errcheck // nothing was changed
	meta, err := readMeta(txn{ctx, tx, nil})
	if err != nil {
		return err
	}
	e := exporter{txn{ctx, tx, nil}, w}
	if err := e.head(meta); err != nil {
		return err
	}
	for _, section := range []func() error{
		func() error {
			return export(e, "agents", "SELECT "+agentColumns+" FROM agents ORDER BY id", scanAgent)
		},
		func() error {
			return export(e, "events", "SELECT agent, kind, payload, at FROM events ORDER BY seq", scanEventRow)
		},
		func() error {
			return export(e, "history", "SELECT agent, execution, status, at FROM history ORDER BY seq", scanEntryRow)
		},
		func() error {
			return export(e, "invocations", "SELECT "+invocationColumns+", created, changed FROM invocations ORDER BY created, scope, id", scanInvocationRow)
		},
		func() error {
			return export(e, "messages", "SELECT "+messageColumns+" FROM messages ORDER BY seq", scanMessage)
		},
	} {
		if err := section(); err != nil {
			return err
		}
	}
	return e.text("\n}\n")
}

// exporter writes the sections of a document.
type exporter struct {
	tx txn
	w  io.Writer
}

func (e exporter) text(s string) error {
	_, err := io.WriteString(e.w, s)
	return err
}

func (e exporter) head(meta map[string]string) error {
	head, err := json.Marshal(struct {
		Format  string            `json:"format"`
		Version int               `json:"version"`
		Meta    map[string]string `json:"meta"`
	}{documentFormat, documentVersion, meta})
	if err != nil {
		return err
	}
	return e.text(string(head[:len(head)-1]))
}

func export[T any](e exporter, name, query string, scan func(scanner) (T, error)) error {
	rows, err := e.tx.rows(query)
	if err != nil {
		return explain(err)
	}
	defer rows.Close()
	if err := e.text(",\n\"" + name + "\":["); err != nil {
		return err
	}
	for separator := "\n"; rows.Next(); separator = ",\n" {
		one, err := scan(rows)
		if err != nil {
			return err
		}
		var line bytes.Buffer
		encoder := json.NewEncoder(&line)
		encoder.SetEscapeHTML(false) // results stay as they were answered
		if err := encoder.Encode(one); err != nil {
			return err
		}
		if err := e.text(separator + strings.TrimSuffix(line.String(), "\n")); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return explain(err)
	}
	return e.text("]")
}

func readMeta(tx txn) (map[string]string, error) {
	type pair struct{ key, value string }
	rows, err := tx.rows("SELECT key, value FROM meta")
	pairs, err := collect(rows, err, func(row scanner) (p pair, err error) {
		err = row.Scan(&p.key, &p.value)
		return p, explain(err)
	})
	meta := map[string]string{}
	for _, p := range pairs {
		meta[p.key] = p.value
	}
	return meta, err
}

// framed scans columns before and after those of another scan.
type framed struct {
	scanner
	before []any
	after  []any
}

func (f framed) Scan(columns ...any) error {
	return f.scanner.Scan(slices.Concat(f.before, columns, f.after)...)
}

func scanEventRow(row scanner) (r eventRow, err error) {
	r.Event, err = scanEvent(framed{row, []any{&r.Agent}, nil})
	return r, err
}

func scanEntryRow(row scanner) (r entryRow, err error) {
	r.Entry, err = scanEntry(framed{row, []any{&r.Agent}, nil})
	return r, err
}

func scanInvocationRow(row scanner) (r invocationRow, err error) {
	var created, changed int64
	r.Invocation, err = scanInvocation(framed{row, nil, []any{&created, &changed}})
	r.Created, r.Changed = instant(created), instant(changed)
	return r, err
}
