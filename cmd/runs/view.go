package runs

import (
	"fmt"
	"strings"
	"time"

	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/pkg/reasoning/journal"
)

// fields are the lines of a record; those without a value are left out.
type fields []output.Field

func (f *fields) add(name, value string, style ...output.Style) {
	if value == "" {
		return
	}
	line := output.Field{Name: name, Value: value}
	if len(style) > 0 {
		line.Style = style[0]
	}
	*f = append(*f, line)
}

// mostLines is how many things of a kind are shown; JSON has all.
const mostLines = 10

// some adds a line for each of the first values.
func (f *fields) some(name string, values []string) {
	for i, v := range values {
		if i == mostLines {
			f.add(name, fmt.Sprintf("and %d more, see -o json", len(values)-i))
			break
		}
		f.add(name, v, output.Warn)
	}
}

func reportView(r journal.Report) output.View {
	var f fields
	verdictFields(&f, r)
	f.add("Agent", r.AgentID)
	f.add("Run", r.RunID)
	f.add("Key", r.PublicKey)
	f.add("Verified", fmt.Sprintf("%d records, %d bytes", r.Recovery.Records, r.Recovery.Bytes))
	if tail := r.Recovery.TailBytes; tail > 0 {
		f.add("Not verified", fmt.Sprintf("%d bytes after the last line feed", tail), output.Warn)
	}
	if r.First != nil && r.Last != nil {
		f.add("From", r.First.Format(time.RFC3339Nano))
		f.add("To", r.Last.Format(time.RFC3339Nano))
	}
	if r.Intact() {
		storyFields(&f, r)
	}
	for _, w := range r.Recovery.Warnings {
		f.add("Warning", w, output.Warn)
	}
	return output.Record{Value: r, Fields: f}
}

func verdictFields(f *fields, r journal.Report) {
	switch r.Status {
	case journal.Refused:
		where := "the file"
		if r.Line > 0 {
			where = fmt.Sprintf("line %d", r.Line)
		}
		f.add("Verdict", "refused: "+string(r.Code), output.Bad)
		f.add("Where", where)
		f.add("Reason", r.Message)
	case journal.Incomplete:
		f.add("Verdict", "untampered, incomplete", output.Warn)
	case journal.UnknownEffects:
		f.add("Verdict", "verified, with effects of unknown end", output.Warn)
	case journal.Completed:
		f.add("Verdict", "verified, completed", output.Good)
	case journal.Stopped:
		f.add("Verdict", "verified, stopped", output.Good)
	}
}

// storyFields say in short what the run did.
func storyFields(f *fields, r journal.Report) {
	if i := r.Invocation; i != nil {
		f.add("Invocation", i.ID+" ("+i.Scope+")")
	}
	if p := r.Parent; p != nil {
		f.add("Started by", "run "+p.Audit.RunID+" of agent "+p.AgentID)
	}
	if t := r.Terminal; t != nil {
		f.add("End", t.Reason.String())
		f.add("Took", fmt.Sprintf("%d turns, %.3g s, %d tokens", t.Iterations, t.DurationSeconds, t.Usage.TotalTokens))
	}
	if b := r.Budget; b != nil {
		f.add("Tokens", fmt.Sprintf("%d of %d used, %d possibly used", b.Snapshot.Usage.TotalTokens, b.Snapshot.Limit, b.Snapshot.Uncertain))
	}
	var unknown, denied []string
	for _, e := range r.Recovery.Effects {
		if e.Outcome == journal.EffectUnknown {
			unknown = append(unknown, effect(e))
		}
	}
	for _, p := range r.Permissions {
		if p.Decision == journal.Denied {
			denied = append(denied, permission(p))
		}
	}
	f.some("Unknown end", unknown)
	if n := len(r.Recovery.Effects); n > 0 {
		f.add("Effects", fmt.Sprintf("%d, %d of unknown end", n, len(unknown)))
	}
	f.some("Denied", denied)
	if n := len(r.Permissions); n > 0 {
		f.add("Decisions", fmt.Sprintf("%d allowed, %d denied", n-len(denied), len(denied)))
	}
	if r.PermissionsOmitted > 0 {
		f.add("Left out", fmt.Sprintf("%d decisions more", r.PermissionsOmitted))
	}
	var children []string
	for _, c := range r.Children {
		children = append(children, fmt.Sprintf("%s: run %s of agent %s", c.Target, c.Audit.RunID, c.AgentID))
	}
	f.some("Delegated to", children)
}

// effect is the kind of an effect and the name that tells it from others.
func effect(e journal.Effect) string {
	names := []string{"publication_id", "dispatch_id", "request_id", "call_id", "reservation_id", "fingerprint"}
	for _, name := range names {
		if id := e.Identity[name]; id != "" {
			return fmt.Sprintf("%s %s, record %d", strings.ReplaceAll(e.Identity["kind"], "_", " "), id, e.Start)
		}
	}
	return e.Identity["kind"]
}

// permission is what was denied, and why.
func permission(p journal.Permission) string {
	what := "an action"
	for _, name := range []*string{p.ToolName, p.Target, p.ActionType} {
		if name != nil {
			what = *name
			break
		}
	}
	if p.Reason == nil {
		return what
	}
	return what + ": " + *p.Reason
}
