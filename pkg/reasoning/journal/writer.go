package journal

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"github.com/symbi-ctl/symbi-ctl/internal/ident"
	"github.com/symbi-ctl/symbi-ctl/internal/safefile"
	"github.com/symbi-ctl/symbi-ctl/internal/strictjson"
	"github.com/symbi-ctl/symbi-ctl/pkg/reasoning/journal/event"
)

const extension = ".jsonl"

// ErrStopped says that a writer takes no more records: it was closed, or an
// earlier record could not be written.
var ErrStopped = errors.New("the journal takes no more records")

// EntryError says that a record was not written because no journal may hold it
// at this place. The writer is stopped.
type EntryError struct {
	Code    Code // why [Verify] would refuse the journal
	Message string
}

// Error names the reason.
func (e *EntryError) Error() string { return "record: " + e.Message }

// New says which journal is opened.
type New struct {
	Dir     string // folder, made with mode 0700 when it is missing
	AgentID string // a UUID
	RunID   string // a UUID; "" writes version 1, which names no run
}

// Writer is one journal while its run goes on. It is safe for concurrent use.
type Writer struct {
	name    string
	agentID string
	runID   string
	key     ed25519.PrivateKey

	mu      sync.Mutex
	file    *os.File
	stopped bool
	check   *verifier // sees every line before the file does
}

// Create opens a journal that must not be there yet: AGENT.RUN.jsonl, of mode
// 0600, signed with the key of the folder, which is made when there is none. The
// error is fs.ErrExist for a journal that is there, and wraps [ErrNotPrivate]
// when others may get at the folder or the key, [ErrID] for an id that is none.
func Create(n New) (*Writer, error) {
	name := n.AgentID + extension
	if n.RunID != "" {
		name = n.AgentID + "." + n.RunID + extension
	}
	for _, id := range []string{n.AgentID, n.RunID} {
		if !ident.Valid(id) && (id != "" || n.AgentID == "") {
			return nil, fmt.Errorf("%.60q: %w", id, ErrID)
		}
	}
	dir, err := filepath.Abs(n.Dir)
	if err != nil {
		return nil, err
	}
	if err := privateFolder(dir); err != nil {
		return nil, err
	}
	key, err := signingKey(dir)
	if err != nil {
		return nil, err
	}
	w := &Writer{
		name: filepath.Join(dir, strings.ToLower(name)), agentID: strings.ToLower(n.AgentID), runID: strings.ToLower(n.RunID), key: key,
	}
	if w.check, err = newVerifier(Options{PublicKey: w.PublicKey(), RunID: n.RunID, AgentID: n.AgentID}); err != nil {
		return nil, err
	}
	if w.file, err = os.OpenFile(w.name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, safefile.Secret); err != nil {
		return nil, err
	}
	if err := w.file.Sync(); err != nil {
		w.file.Close()
		return nil, err
	}
	syncFolder(dir)
	return w, nil
}

// PublicKey is the key to verify the journal with.
func (w *Writer) PublicKey() ed25519.PublicKey {
	return ed25519.PublicKey(w.key[ed25519.SeedSize:])
}

// Reference is what whoever started the run has to keep.
func (w *Writer) Reference() event.Reference {
	return event.Reference{RunID: w.runID, Path: w.name, PublicKey: w.check.story.key}
}

// Append signs a record and returns when it is on disk. After an error the
// writer is stopped: what the file holds is then what a verifier says of it. The
// error is an [*EntryError] for a record that does not fit those before it, and
// [ErrStopped] for a writer that is stopped.
func (w *Writer) Append(e Entry) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stopped {
		return ErrStopped
	}
	err := w.append(e)
	w.stopped = err != nil
	return err
}

// Close stops the writer. It is safe to call it twice.
func (w *Writer) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stopped = true
	if err := w.file.Close(); !errors.Is(err, os.ErrClosed) {
		return err
	}
	return nil
}

func (w *Writer) append(e Entry) error {
	if info, err := w.file.Stat(); err != nil || info.Size() != w.check.bytes {
		return errors.Join(fmt.Errorf("%s was changed by somebody else", w.name), err)
	}
	line, err := w.line(e)
	if err != nil {
		return err
	}
	if f := w.check.line(line); f != nil {
		return &EntryError{f.code, f.message}
	}
	if _, err := w.file.Write(line); err != nil {
		return err
	}
	return w.file.Sync()
}

// line is the record as it stands in the file.
func (w *Writer) line(e Entry) ([]byte, error) {
	if e.Time.IsZero() || e.Event == nil {
		return nil, &EntryError{CodeEvent, "the record has no time or no event"}
	}
	at, err := event.Time{Time: e.Time}.MarshalText()
	if err != nil {
		return nil, err
	}
	payload := []byte(`{"entry":{"agent_id":"` + w.agentID + `","event":`)
	if payload, err = event.Append(payload, e.Event); err != nil {
		return nil, &EntryError{CodeEvent, err.Error()}
	}
	payload = append(payload, `,"iteration":`...)
	payload = strconv.AppendUint(payload, uint64(e.Iteration), 10)
	payload = append(payload, `,"sequence":`...)
	payload = strconv.AppendInt(payload, int64(w.check.story.records), 10)
	payload = append(payload, `,"timestamp":`...)
	payload = strictjson.AppendString(payload, string(at))
	payload = append(payload, `},"previous_hash":"`+w.check.previous+`",`...)
	if w.runID != "" {
		payload = append(payload, `"run_id":"`+w.runID+`","version":2}`...)
	} else {
		payload = append(payload, `"version":1}`...)
	}
	line := append([]byte(`{"payload":`), payload...)
	line = append(line, `,"signature":"`...)
	line = base64.StdEncoding.AppendEncode(line, ed25519.Sign(w.key, payload))
	return append(line, "\"}\n"...), nil
}
