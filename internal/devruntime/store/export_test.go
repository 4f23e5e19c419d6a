package store_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/store"
)

// furnished returns a store that has one of everything.
func furnished(tb testing.TB) *store.Store {
	tb.Helper()
	ctx := tb.Context()
	s := open(tb, store.Options{})
	result := "fine"
	a, b := agent("a"), agent("b")
	a.State = "Running"
	b.External, b.Mode, b.LastResult, b.Heard, b.Interval = true, nil, &result, a.Created, time.Minute
	must(tb, s.CreateAgent(ctx, a, created("a")))
	must(tb, s.CreateAgent(ctx, b, created("b")))
	must(tb, s.AddEvent(ctx, "b", store.Event{Kind: "RunStarted", Payload: json.RawMessage("null"), At: a.Created}))
	for _, id := range []string{"queued", "running", "completed", "failed"} {
		i := invocation(id)
		if _, _, err := s.Claim(ctx, i, queued(i)); err != nil {
			tb.Fatal(err)
		}
		if id != "queued" {
			must(tb, s.Begin(ctx, i))
		}
		if i.Phase = store.Phase(id); i.Phase.Over() {
			i.Result = json.RawMessage(`{"output":"<&\u2028>"}`)
			must(tb, s.Finish(ctx, i, ended(i), "Running"))
		}
	}
	must(tb, s.Send(ctx, message("1", a.Created, time.Hour)))
	must(tb, s.SetMeta(ctx, "k", "v"))
	return s
}

func document(tb testing.TB, s *store.Store) string {
	tb.Helper()
	var out bytes.Buffer
	must(tb, s.Export(tb.Context(), &out))
	return out.String()
}

func TestExportImport(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	from := furnished(t)
	text := document(t, from)
	if !json.Valid([]byte(text)) {
		t.Fatalf("not JSON:\n%s", text)
	}
	for name, dir := range map[string]string{"memory": "", "disk": t.TempDir()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			to := open(t, store.Options{Dir: dir})
			must(t, to.Import(ctx, iotest.OneByteReader(strings.NewReader(text))))
			wantError(t, store.ErrExists, to.Import(ctx, strings.NewReader(text)))

			// What was under way is not run a second time here.
			for _, id := range []string{"queued", "running"} {
				i := wantPhase(t, to, id, store.Unresolved)
				if want := "imported while " + id; i.Problem != want {
					t.Errorf("want problem %q, got %q", want, i.Problem)
				}
			}
			if i := wantPhase(t, to, "completed", store.Completed); string(i.Result) != `{"output":"<&\u2028>"}` {
				t.Errorf("want the result to the byte, got %s", i.Result)
			}
			if left, err := to.Recover(ctx, ""); err != nil || len(left) != 0 {
				t.Errorf("want nothing to run, got %v, %v", left, err)
			}
			a, err := to.Agent(ctx, "a")
			if err != nil || a.State != "Failed" {
				t.Errorf("want the agent of the unresolved run Failed, got %s, %v", a.State, err)
			}
			wantStatus(t, to, "1", store.Pending)

			// What is exported again is the same, but for that.
			again := open(t, store.Options{})
			settled := document(t, to)
			must(t, again.Import(ctx, strings.NewReader(settled)))
			if d := cmp.Diff(settled, document(t, again)); d != "" {
				t.Errorf("exported twice (-want +got):\n%s", d)
			}
			must(t, to.Reset(ctx))
			must(t, to.Import(ctx, strings.NewReader(settled)))
		})
	}
}

func TestImportRefuses(t *testing.T) {
	t.Parallel()
	text := document(t, furnished(t))
	replace := func(old, by string) string {
		if !strings.Contains(text, old) {
			t.Fatalf("the document has no %s", old)
		}
		return strings.Replace(text, old, by, 1)
	}
	for name, tc := range map[string]struct {
		text string
		want string
	}{
		"empty":                   {"", "EOF"},
		"no object":               {"[]", "want {"},
		"empty object":            {"{}", "it has no format"},
		"other format":            {replace("symbi-ctl-state", "other"), `format is "other"`},
		"earlier version":         {replace(`"version":1`, `"version":0`), "version is 0"},
		"no version":              {replace(`"version":1`, `"version":"1"`), "version"},
		"unknown section":         {replace(`"messages"`, `"more"`), `member "more"`},
		"repeated section":        {replace(`"messages"`, `"agents"`), `member "agents"`},
		"section of another kind": {replace(`"messages":[`, `"messages":{`), "want ["},
		"unknown member":          {replace(`"dsl":`, `"dsk":`), "unknown member"},
		"repeated member":         {replace(`"dsl":`, `"id":"a","dsl":`), "agents: row 0"},
		"member in capitals":      {replace(`"dsl":`, `"Dsl":`), "only in case"},
		"wrong type":              {replace(`"dsl":"agent {}"`, `"dsl":1`), "agents: row 0"},
		"no id":                   {replace(`"id":"a"`, `"id":""`), "agents: row 0"},
		"unknown phase":           {replace(`"phase":"completed"`, `"phase":"done"`), "invocations: row 0"},
		"unknown status":          {replace(`"status":"pending"`, `"status":"lost"`), "messages: row 0"},
		"time out of range":       {replace(`"created":"2026-11-24T12:00:00Z"`, `"created":"9999-01-01T00:00:00Z"`), "row 0"},
		"twice the same message":  {replace(`"messages":[`, `"messages":[{"id":"1","sent":"2026-11-24T12:00:00Z","status":"pending"},`), "messages: row 1"},
		"twice the same agent":    {replace(`"id":"b"`, `"id":"a"`), "agents: row 1"},
		"cut":                     {text[:len(text)-10], ""},
		"something after":         {text + "{}", "follows"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, store.Options{})
			before := document(t, s)
			err := s.Import(t.Context(), strings.NewReader(tc.text))
			if !errors.Is(err, store.ErrInvalid) && !errors.Is(err, store.ErrExists) || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("want ErrInvalid with %q, got %v", tc.want, err)
			}
			if d := cmp.Diff(before, document(t, s)); d != "" {
				t.Errorf("something was kept (-want +got):\n%s", d)
			}
		})
	}
}

func TestImportOfALaterVersion(t *testing.T) {
	t.Parallel()
	text := strings.Replace(document(t, furnished(t)), `"version":1`, `"version":2`, 1)
	err := open(t, store.Options{}).Import(t.Context(), strings.NewReader(text))
	if newer, ok := errors.AsType[*store.NewerError](err); !ok || *newer != (store.NewerError{Have: 2, Know: 1}) {
		t.Errorf("want a *NewerError, got %v", err)
	}
}

func TestExportStopsAtAnError(t *testing.T) {
	t.Parallel()
	s := furnished(t)
	whole := document(t, s)
	broken := errors.New("broken")
	for n := 0; n < len(whole); n += 97 {
		w := &short{left: n, err: broken}
		wantError(t, broken, s.Export(t.Context(), w))
		if got := w.text.String(); !strings.HasPrefix(whole, got) {
			t.Fatalf("after %d bytes: wrote %q", n, got)
		}
	}
}

// short takes so many bytes and then gives an error.
type short struct {
	left int
	err  error
	text strings.Builder
}

func (s *short) Write(b []byte) (int, error) {
	if len(b) > s.left {
		s.left = 0
		return 0, s.err
	}
	s.left -= len(b)
	return s.text.Write(b)
}

// FuzzImport: no document crashes, and what one leaves can be exported and
// imported again.
func FuzzImport(f *testing.F) {
	text := document(f, furnished(f))
	f.Add(text)
	f.Add(strings.ReplaceAll(text, "a", "ä"))
	f.Add(`{"format":"symbi-ctl-state","version":1,"meta":{},"agents":[],"events":[],"history":[],"invocations":[],"messages":[]}`)
	f.Fuzz(func(t *testing.T, text string) {
		s := open(t, store.Options{})
		if err := s.Import(t.Context(), strings.NewReader(text)); err != nil {
			return
		}
		again := open(t, store.Options{})
		must(t, again.Import(t.Context(), strings.NewReader(document(t, s))))
	})
}

func ExampleStore_Export() {
	ctx := context.Background()
	s, err := store.Open(ctx, store.Options{Now: func() time.Time { return time.Unix(0, 0) }})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()
	var out strings.Builder
	if err := s.Export(ctx, &out); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(out.String())
	// Output:
	// {"format":"symbi-ctl-state","version":1,"meta":{"created_at":"1970-01-01T00:00:00Z"},
	// "agents":[],
	// "events":[],
	// "history":[],
	// "invocations":[],
	// "messages":[]
	// }
}

// TestImportOfEndlessRow: a document that goes on and on in one row is refused
// before it is in memory.
func TestImportOfEndlessRow(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]string{
		"text in a row": `{"format":"symbi-ctl-state","version":1,"meta":{},"agents":[{"id":"`,
		"key of meta":   `{"format":"symbi-ctl-state","version":1,"meta":{"`,
		"no document":   `"`,
	} {
		s := open(t, store.Options{})
		counted := &endless{Reader: strings.NewReader(start)}
		if err := s.Import(t.Context(), counted); !errors.Is(err, store.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
		if counted.read > 64<<20 {
			t.Errorf("%s: %d bytes were read", name, counted.read)
		}
		if n, err := s.CountAgents(t.Context()); n != 0 || err != nil {
			t.Errorf("%s: %d agents, %v", name, n, err)
		}
	}
}

// endless gives the letter a for ever, after what is in the reader.
type endless struct {
	*strings.Reader
	read int
}

func (e *endless) Read(p []byte) (int, error) {
	n, err := e.Reader.Read(p)
	if err != nil {
		n = copy(p, bytes.Repeat([]byte("a"), len(p)))
	}
	e.read += n
	return n, nil
}
