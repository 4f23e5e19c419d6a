package journal

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/symbi-ctl/symbi-ctl/internal/strictjson"
	"github.com/symbi-ctl/symbi-ctl/pkg/reasoning/journal/event"
)

// aDay is more than any place is ahead of another, in seconds.
const aDay = 24 * 60 * 60

// maxDepth is how deep the runtime lets the JSON of a payload nest.
const maxDepth = 127

// Entry is one record of a journal. Its agent and its place are those of the
// journal.
type Entry struct {
	Time      time.Time // not zero
	Iteration uint32    // the turn of the loop it belongs to, 0 before the first
	Event     event.Event

	sequence uint64
	agentID  string
}

// record is one line, taken apart.
type record struct {
	raw       []byte // the payload as it was written
	payload   strictjson.Value
	signature []byte

	version  int
	runID    string
	previous string
	sequence uint64
	agentID  string
	event    strictjson.Value
}

// parse takes a line apart, without looking into its payload.
func parse(line []byte) (*record, error) {
	v, err := strictjson.Parse(line, strictjson.Options{MaxBytes: MaxRecord, MaxDepth: maxDepth + 1, MaxValues: MaxRecord})
	if err != nil {
		return nil, err
	}
	rec := &record{}
	var signature string
	err = v.Read(strictjson.Options{Unknown: strictjson.Refuse}, func(r *strictjson.Reader) {
		for _, m := range r.Rest() {
			if m.Name == "payload" {
				rec.payload = m.Value
			}
		}
		if !r.Has("payload") {
			r.Failf("payload", "the member is missing")
		}
		signature = r.String("signature")
	})
	if err != nil {
		return nil, err
	}
	if rec.signature, err = base64.StdEncoding.Strict().DecodeString(signature); err != nil {
		return nil, errors.New("signature: want base64")
	}
	if len(signature) != base64.StdEncoding.EncodedLen(ed25519.SignatureSize) || len(rec.signature) != ed25519.SignatureSize {
		return nil, fmt.Errorf("signature: want %d bytes in base64", ed25519.SignatureSize)
	}
	// The text is one object with the two members, each once: there is only one
	// payload that this can find.
	var envelope struct {
		Payload json.RawMessage `json:"payload"`
	}
	if err := json.Unmarshal(line, &envelope); err != nil {
		return nil, err
	}
	rec.raw = envelope.Payload
	return rec, nil
}

// signed reports whether the payload was signed with the key. Like the runtime
// it refuses points of small order.
func (rec *record) signed(key ed25519.PublicKey) bool {
	return !smallOrder(rec.signature) && ed25519.Verify(key, rec.raw, rec.signature)
}

// open reads the payload, but for what its event means.
func (rec *record) open() (Entry, error) {
	var e Entry
	err := rec.payload.Read(strictjson.Options{}, func(r *strictjson.Reader) {
		rec.version = int(r.Int("version"))
		rec.previous = r.String("previous_hash")
		if r.OptString("run_id") != nil {
			rec.runID = event.ID(r, "run_id")
		}
		if rec.version != version1 && rec.version != version2 || (rec.version == version2) != (rec.runID != "") {
			r.Failf("version", "version %d does not go with this run id", rec.version)
		}
		r.Object("entry", func(r *strictjson.Reader) { rec.entry(r, &e) })
		for _, m := range r.Rest() {
			r.Failf(m.Name, "unknown member")
		}
	})
	e.sequence, e.agentID = rec.sequence, rec.agentID
	return e, err
}

func (rec *record) entry(r *strictjson.Reader, e *Entry) {
	for _, m := range r.Rest() {
		if m.Name == "event" {
			rec.event = m.Value
		}
	}
	if !r.Has("event") {
		r.Failf("event", "the member is missing")
	}
	sequence, iteration := r.Int("sequence"), r.Int("iteration")
	if sequence < 0 || iteration < 0 || iteration > int64(^uint32(0)) {
		r.Failf("", "sequence or iteration is out of range")
	}
	rec.sequence, e.Iteration = uint64(sequence), uint32(iteration) //nolint:gosec // checked above
	rec.agentID = event.ID(r, "agent_id")
	at := r.String("timestamp")
	err := e.Time.UnmarshalText([]byte(at))
	_, offset := e.Time.Zone()
	if err != nil || strings.Contains(at, ",") || max(offset, -offset) >= aDay { // time takes a comma for a point
		r.Failf("timestamp", "want a time of RFC 3339")
	}
}
