package client

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
)

// Duration is a length of time as the runtime writes it inside other values.
type Duration struct {
	Secs  uint64 `json:"secs"`
	Nanos uint32 `json:"nanos"`
}

// DurationOf converts d; negative values become 0.
func DurationOf(d time.Duration) Duration {
	d = max(d, 0)
	return Duration{Secs: uint64(d / time.Second), Nanos: uint32(d % time.Second)}
}

// Std converts d; what is too long for a time.Duration is cut to the longest.
func (d Duration) Std() time.Duration {
	const most = uint64(1<<63-1) / uint64(time.Second)
	if d.Secs >= most {
		return 1<<63 - 1
	}
	return time.Duration(d.Secs)*time.Second + time.Duration(d.Nanos)
}

// OffsetTime is a time that the runtime writes with the offset +00:00 where
// others end in Z. It reads both.
type OffsetTime struct{ time.Time }

// MarshalJSON writes t in UTC with the offset +00:00.
func (t OffsetTime) MarshalJSON() ([]byte, error) {
	return json.Marshal(t.UTC().Format("2006-01-02T15:04:05.999999999-07:00"))
}

// Variant is a value of an enum that may carry data: a bare name, or an object
// with the name as its only key. Unknown names pass through.
type Variant struct {
	Name   string
	Detail json.RawMessage // nil: a bare name
}

// MarshalJSON writes the name, or the object with the name as key.
func (v Variant) MarshalJSON() ([]byte, error) {
	if v.Detail == nil {
		return json.Marshal(v.Name)
	}
	return json.Marshal(map[string]json.RawMessage{v.Name: v.Detail})
}

// UnmarshalJSON reads either form.
func (v *Variant) UnmarshalJSON(b []byte) error {
	*v = Variant{}
	b = bytes.TrimSpace(b)
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, &v.Name)
	}
	var tagged map[string]json.RawMessage
	if err := json.Unmarshal(b, &tagged); err != nil {
		return fmt.Errorf("neither a name nor an object with one key: %w", err)
	}
	if len(tagged) != 1 {
		return fmt.Errorf("an object with %d keys where one names the variant", len(tagged))
	}
	for name, detail := range tagged {
		*v = Variant{Name: name, Detail: bytes.Clone(detail)}
	}
	return nil
}

// IsZero reports whether v names nothing.
func (v Variant) IsZero() bool { return v.Name == "" && v.Detail == nil }

// Usage counts tokens of a model.
type Usage struct {
	PromptTokens     int64 `json:"prompt_tokens"`
	CompletionTokens int64 `json:"completion_tokens"`
	TotalTokens      int64 `json:"total_tokens"`
}

// Budget is what is left of the tokens granted to a tree of runs.
type Budget struct {
	RootID          string `json:"root_id"`
	Scope           int64  `json:"scope"`
	Limit           int64  `json:"limit"`
	Usage           Usage  `json:"usage"`
	ReservedTokens  int64  `json:"reserved_tokens"`
	UncertainTokens int64  `json:"uncertain_tokens"`
	AvailableTokens int64  `json:"available_tokens"`
	Exceeded        bool   `json:"exceeded"`
}

// Audit says where the signed journal of a run is and which key (Ed25519, hex)
// checks it. Path is a path on the runtime's host.
type Audit struct {
	RunID     string `json:"run_id,omitzero"`
	Path      string `json:"path"`
	PublicKey string `json:"public_key"`
}

// Envelope is the runtime's form of an error. Details is always there and null
// in all known versions.
type Envelope struct {
	Error   string          `json:"error"`
	Code    string          `json:"code"`
	Details json.RawMessage `json:"details"`
}
