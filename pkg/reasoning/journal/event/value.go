package event

import (
	"encoding/json"
	"time"

	"github.com/symbi-ctl/symbi-ctl/internal/strictjson"
)

// List is an array that is never null in JSON.
type List[T any] []T

// MarshalJSON writes nil as an empty array.
func (l List[T]) MarshalJSON() ([]byte, error) {
	if l == nil {
		return []byte("[]"), nil
	}
	return json.Marshal([]T(l))
}

// Span is a length of time as the runtime writes it.
type Span struct {
	Secs  uint64 `json:"secs"`
	Nanos uint32 `json:"nanos"`
}

// SpanOf converts d; a negative one becomes 0.
func SpanOf(d time.Duration) Span {
	d = max(d, 0)
	return Span{Secs: uint64(d / time.Second), Nanos: uint32(d % time.Second)}
}

// Seconds is the length in seconds.
func (s Span) Seconds() float64 { return float64(s.Secs) + float64(s.Nanos)/1e9 }

func (s *Span) read(r *strictjson.Reader) {
	s.Secs, s.Nanos = count(r, "secs"), number[uint32](r, "nanos")
	noMore(r)
}

// Time is a moment as the runtime writes it: in UTC, with no, three, six or nine
// digits after the second.
type Time struct{ time.Time }

// MarshalText writes t.
func (t Time) MarshalText() ([]byte, error) {
	layout := "2006-01-02T15:04:05Z"
	switch n := t.Nanosecond(); {
	case n%int(time.Microsecond) != 0:
		layout = "2006-01-02T15:04:05.000000000Z"
	case n%int(time.Millisecond) != 0:
		layout = "2006-01-02T15:04:05.000000Z"
	case n != 0:
		layout = "2006-01-02T15:04:05.000Z"
	}
	return t.UTC().AppendFormat(nil, layout), nil
}

// MarshalJSON writes t in quotes.
func (t Time) MarshalJSON() ([]byte, error) {
	text, err := t.MarshalText()
	return append(append([]byte{'"'}, text...), '"'), err
}

// Usage counts the tokens of one or more requests to a model.
type Usage struct {
	PromptTokens     uint32 `json:"prompt_tokens"`
	CompletionTokens uint32 `json:"completion_tokens"`
	TotalTokens      uint32 `json:"total_tokens"`
}

func (u *Usage) read(r *strictjson.Reader) {
	u.PromptTokens, u.CompletionTokens = number[uint32](r, "prompt_tokens"), number[uint32](r, "completion_tokens")
	u.TotalTokens = number[uint32](r, "total_tokens")
}

// Reference names the journal of a run: its file and the key (Ed25519, lower
// case hex) that it verifies with.
type Reference struct {
	RunID     string `json:"run_id"`
	Path      string `json:"path"`
	PublicKey string `json:"public_key"`
}

// Read takes the reference from the object of r.
func (f *Reference) Read(r *strictjson.Reader) {
	f.RunID, f.Path, f.PublicKey = ID(r, "run_id"), r.String("path"), r.String("public_key")
}

func optReference(r *strictjson.Reader, name string) *Reference {
	f := new(Reference)
	if r.OptObject(name, f.Read) {
		return f
	}
	return nil
}

// Snapshot is the state of an account of tokens. Available is what is left of it
// and of every account above it.
type Snapshot struct {
	RootID    string `json:"root_id"`
	Scope     uint64 `json:"scope"`
	Limit     uint32 `json:"limit"`
	Usage     Usage  `json:"usage"`
	Reserved  uint32 `json:"reserved_tokens"`
	Uncertain uint32 `json:"uncertain_tokens"`
	Available uint32 `json:"available_tokens"`
	Exceeded  bool   `json:"exceeded"`
}

func (s *Snapshot) read(r *strictjson.Reader) {
	s.RootID, s.Scope, s.Limit = ID(r, "root_id"), count(r, "scope"), number[uint32](r, "limit")
	r.Object("usage", s.Usage.read)
	s.Reserved, s.Uncertain = number[uint32](r, "reserved_tokens"), number[uint32](r, "uncertain_tokens")
	s.Available, s.Exceeded = number[uint32](r, "available_tokens"), flag(r, "exceeded")
}

// Scope is an account of tokens: that of a run, below that of the run it works
// for.
type Scope struct {
	Scope  uint64  `json:"scope"`
	Parent *uint64 `json:"parent"` // nil for the root, whose Scope is 0
	Limit  uint32  `json:"limit"`
}

func (s *Scope) read(r *strictjson.Reader) {
	s.Scope, s.Parent, s.Limit = count(r, "scope"), optCount(r, "parent"), number[uint32](r, "limit")
	noMore(r)
}

// Reservation is what was set aside for one request to a model.
type Reservation struct {
	ID           string      `json:"id"`
	RootID       string      `json:"root_id"`
	Ancestors    List[Scope] `json:"ancestors"` // own account first, root last
	InputTokens  uint32      `json:"input_tokens"`
	OutputTokens uint32      `json:"output_tokens"`
	AgentID      string      `json:"agent_id"`
	Audit        *Reference  `json:"audit"`
	Iteration    uint32      `json:"iteration"`
	Provider     string      `json:"provider"`
	Model        string      `json:"model"`
	RequestHash  string      `json:"request_hash"` // sha256:HEX of what was asked
	RequestBytes uint64      `json:"request_bytes"`
}

func (v *Reservation) read(r *strictjson.Reader) {
	v.ID, v.RootID, v.AgentID = ID(r, "id"), ID(r, "root_id"), ID(r, "agent_id")
	r.Objects("ancestors", func(r *strictjson.Reader) {
		var s Scope
		s.read(r)
		v.Ancestors = append(v.Ancestors, s)
	})
	v.InputTokens, v.OutputTokens = number[uint32](r, "input_tokens"), number[uint32](r, "output_tokens")
	v.Audit, v.Iteration = optReference(r, "audit"), number[uint32](r, "iteration")
	v.Provider, v.Model = r.String("provider"), r.String("model")
	v.RequestHash, v.RequestBytes = r.String("request_hash"), count(r, "request_bytes")
	noMore(r)
}

// Outcome says how a reservation was settled.
type Outcome string

// The outcomes.
const (
	Confirmed Outcome = "confirmed" // the usage that was reported fits the reservation
	Unknown   Outcome = "unknown"   // no usage was reported; all of it counts as possibly spent
	Exceeded  Outcome = "exceeded"  // more was used than reserved
)
