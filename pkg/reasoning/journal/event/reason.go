package event

import (
	"encoding/json"

	"github.com/symbi-ctl/symbi-ctl/internal/strictjson"
)

// End is a way for a run to end.
type End string

// The ends of a run.
const (
	Completed          End = "Completed"
	MaxIterations      End = "MaxIterations"
	MaxTokens          End = "MaxTokens"
	Timeout            End = "Timeout"
	UnconfirmedEffects End = "UnconfirmedEffects"
	PolicyDenial       End = "PolicyDenial"
	Failed             End = "Error"
)

// Reason says why a run ended. Text goes with [PolicyDenial] and [Failed] only.
type Reason struct {
	End  End
	Text string
}

// String is the end, with the text when there is one.
func (r Reason) String() string {
	if r.Text == "" {
		return string(r.End)
	}
	return string(r.End) + ": " + r.Text
}

// textName is the member that holds the text, "" for an end without one.
func (e End) textName() string {
	switch e {
	case PolicyDenial:
		return "reason"
	case Failed:
		return "message"
	default:
		return ""
	}
}

// MarshalJSON writes the name of the end, or an object with it as only member.
func (r Reason) MarshalJSON() ([]byte, error) {
	if name := r.End.textName(); name != "" {
		return json.Marshal(map[End]map[string]string{r.End: {name: r.Text}})
	}
	return json.Marshal(string(r.End))
}

// read takes the reason from a member.
func (r *Reason) read(in *strictjson.Reader, name string) {
	if v, _ := find(in, name); v.Kind() != strictjson.Object {
		r.End = End(in.String(name))
		choice(in, name, r.End, Completed, MaxIterations, MaxTokens, Timeout, UnconfirmedEffects)
		return
	}
	in.Object(name, func(in *strictjson.Reader) {
		oneOf(in, func(name string) func(*strictjson.Reader) {
			r.End = End(name)
			text := r.End.textName()
			if text == "" {
				return nil
			}
			return func(in *strictjson.Reader) { r.Text = in.String(text) }
		})
	})
}
