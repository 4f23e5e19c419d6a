package journal_test

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/symbi-ctl/symbi-ctl/internal/strictjson"
	"github.com/symbi-ctl/symbi-ctl/pkg/reasoning/journal"
	"github.com/symbi-ctl/symbi-ctl/pkg/reasoning/journal/event"
)

// TestWriterWritesWhatTheRuntimeWrote: with its key, a writer makes the genuine
// journals byte for byte.
func TestWriterWritesWhatTheRuntimeWrote(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	for _, v := range vectors(t) {
		if !strings.HasSuffix(v.Name, "--intact") || v.PublicKey != seedKey {
			continue
		}
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			var told []journal.Entry
			for line := range bytes.Lines(v.Data) {
				told = append(told, entryOf(t, line))
			}
			w, err := journal.Create(journal.New{Dir: dir, AgentID: v.AgentID, RunID: v.RunID})
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range told {
				if err := w.Append(e); err != nil {
					t.Fatal(err)
				}
			}
			got, err := os.ReadFile(w.Reference().Path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(v.Data), string(got)); diff != "" {
				t.Errorf("-runtime +got:\n%s", diff)
			}
		})
	}
}

func entryOf(t *testing.T, line []byte) journal.Entry {
	t.Helper()
	var record struct {
		Payload struct {
			Entry struct {
				Timestamp time.Time
				Iteration uint32
				Event     json.RawMessage
			}
		}
	}
	if err := json.Unmarshal(line, &record); err != nil {
		t.Fatal(err)
	}
	v, err := strictjson.Parse(record.Payload.Entry.Event, strictjson.Options{})
	if err != nil {
		t.Fatal(err)
	}
	e, err := event.Read(v)
	if err != nil {
		t.Fatal(err)
	}
	return journal.Entry{Time: record.Payload.Entry.Timestamp, Iteration: record.Payload.Entry.Iteration, Event: e}
}

func TestCreateMakesWhatIsMissing(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), ".symbiont", "governed")
	w, err := journal.Create(journal.New{Dir: dir, AgentID: strings.ToUpper(agentID), RunID: id("01")})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	want := filepath.Join(dir, agentID+"."+id("01")+".jsonl")
	if got := w.Reference(); got.Path != want || got.RunID != id("01") || got.PublicKey != hex.EncodeToString(w.PublicKey()) {
		t.Errorf("the reference is %+v, want the file %s", got, want)
	}
	for name, mode := range map[string]fs.FileMode{dir: 0o700, want: 0o600, filepath.Join(dir, journal.KeyFile): 0o600} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != mode {
			t.Errorf("%s has the mode %v, want %v", name, info.Mode().Perm(), mode)
		}
	}
	if _, err := journal.Create(journal.New{Dir: dir, AgentID: agentID, RunID: id("01")}); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a second journal of the run: got %v, want fs.ErrExist", err)
	}
	old, err := journal.Create(journal.New{Dir: dir, AgentID: agentID})
	if err != nil {
		t.Fatal(err)
	}
	defer old.Close()
	if got := old.Reference(); got.Path != filepath.Join(dir, agentID+".jsonl") || got.PublicKey != w.Reference().PublicKey {
		t.Errorf("the reference of version 1 is %+v", got)
	}
}

func TestCreateRefuses(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		spoil func(dir string) error
		n     journal.New
		want  error
	}{
		"no agent":         {nil, journal.New{RunID: id("01")}, journal.ErrID},
		"no UUID":          {nil, journal.New{AgentID: "../x"}, journal.ErrID},
		"no UUID of a run": {nil, journal.New{AgentID: agentID, RunID: "../x"}, journal.ErrID},
		"an open folder":   {func(dir string) error { return os.Chmod(dir, 0o750) }, journal.New{AgentID: agentID}, journal.ErrNotPrivate},
		"an open key":      {func(dir string) error { return os.Chmod(filepath.Join(dir, journal.KeyFile), 0o640) }, journal.New{AgentID: agentID}, journal.ErrNotPrivate},
		"a short key":      {func(dir string) error { return os.Truncate(filepath.Join(dir, journal.KeyFile), 31) }, journal.New{AgentID: agentID}, journal.ErrNotPrivate},
		"a key of two names": {func(dir string) error {
			return os.Link(filepath.Join(dir, journal.KeyFile), filepath.Join(dir, "copy"))
		}, journal.New{AgentID: agentID}, journal.ErrNotPrivate},
		"a key elsewhere": {elsewhere, journal.New{AgentID: agentID}, journal.ErrNotPrivate},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tc.n.Dir = folder(t)
			if tc.spoil != nil {
				if err := tc.spoil(tc.n.Dir); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := journal.Create(tc.n); !errors.Is(err, tc.want) {
				t.Errorf("got %v, want %v", err, tc.want)
			}
			left, err := filepath.Glob(filepath.Join(tc.n.Dir, "*.jsonl"))
			if err != nil || len(left) > 0 {
				t.Errorf("left behind: %v, %v", left, err)
			}
		})
	}
}

// elsewhere moves the key out of the folder and leaves a link.
func elsewhere(dir string) error {
	name := filepath.Join(dir, journal.KeyFile)
	moved := filepath.Join(filepath.Dir(dir), "moved")
	if err := os.Rename(name, moved); err != nil {
		return err
	}
	return os.Symlink(moved, name)
}

// TestOneKey: runs that start at the same time in a new folder get one key.
func TestOneKey(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "governed")
	keys := make([]string, 8)
	var all sync.WaitGroup
	for i := range keys {
		all.Go(func() {
			w, err := journal.Create(journal.New{Dir: dir, AgentID: agentID, RunID: id("0" + string(rune('0'+i)))})
			if err != nil {
				t.Error(err)
				return
			}
			keys[i] = w.Reference().PublicKey
			if err := w.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, k := range keys {
		if k != keys[0] {
			t.Errorf("got the keys %q, want one", keys)
			break
		}
	}
}

// TestAppendStops: after an error nothing more is written, and what is there
// verifies.
func TestAppendStops(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		wrong journal.Entry
		code  journal.Code
	}{
		"no time":           {journal.Entry{Event: completed()}, journal.CodeEvent},
		"no event":          {journal.Entry{Time: time.Unix(0, 0)}, journal.CodeEvent},
		"half an event":     {entries(&event.Terminated{})[0], journal.CodeEvent},
		"a second start":    {entries(started(nil))[0], journal.CodeLifecycle},
		"too long":          {entries(&event.ImprovementOutput{Output: strings.Repeat("x", journal.MaxRecord)})[0], journal.CodeTooLong},
		"no such account":   {entries(reserve(reservation("11", 1, 1, root(1))))[0], journal.CodeBudget},
		"a link to nowhere": {entries(&event.BudgetScopeLinked{RootID: rootID, RootAudit: &event.Reference{RunID: id("50")}})[0], journal.CodeLink},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, err := journal.Create(journal.New{Dir: folder(t), AgentID: agentID, RunID: id("01")})
			if err != nil {
				t.Fatal(err)
			}
			defer w.Close()
			good := entries(started(nil), completed())
			if err := w.Append(good[0]); err != nil {
				t.Fatal(err)
			}
			var refused *journal.EntryError
			if err := w.Append(tc.wrong); !errors.As(err, &refused) || refused.Code != tc.code {
				t.Errorf("got %v, want an EntryError with %s", err, tc.code)
			}
			if err := w.Append(good[1]); !errors.Is(err, journal.ErrStopped) {
				t.Errorf("after that: got %v, want ErrStopped", err)
			}
			got := verified(t, w)
			if got.Status != journal.Incomplete || got.Recovery.Records != 1 {
				t.Errorf("got %s with %d records: %s", got.Status, got.Recovery.Records, got.Message)
			}
		})
	}
}

func verified(tb testing.TB, w *journal.Writer) journal.Report {
	tb.Helper()
	f, err := os.Open(w.Reference().Path)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	got, err := journal.Verify(tb.Context(), f, journal.Options{PublicKey: w.PublicKey(), AgentID: agentID})
	if err != nil {
		tb.Fatal(err)
	}
	return got
}

// TestOthersDoNotWrite: a file that grew by another hand is left as it is.
func TestOthersDoNotWrite(t *testing.T) {
	t.Parallel()
	w, err := journal.Create(journal.New{Dir: folder(t), AgentID: agentID, RunID: id("01")})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := os.WriteFile(w.Reference().Path, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := w.Append(entries(started(nil))[0]); err == nil || errors.Is(err, journal.ErrStopped) {
		t.Errorf("got %v, want an error about the file", err)
	}
	if got, err := os.ReadFile(w.Reference().Path); err != nil || string(got) != "x" {
		t.Errorf("the file holds %q, %v", got, err)
	}
}

func TestClose(t *testing.T) {
	t.Parallel()
	w, err := journal.Create(journal.New{Dir: folder(t), AgentID: agentID, RunID: id("01")})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := w.Append(entries(started(nil))[0]); !errors.Is(err, journal.ErrStopped) {
		t.Errorf("got %v, want ErrStopped", err)
	}
}

// TestManyAppend: what many goroutines append stands in one chain.
func TestManyAppend(t *testing.T) {
	t.Parallel()
	w, err := journal.Create(journal.New{Dir: folder(t), AgentID: agentID, RunID: id("01")})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if err := w.Append(entries(&event.ObservationsCollected{})[0]); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if got := verified(t, w); got.Recovery.Records != 20 || !got.Intact() {
		t.Errorf("got %s with %d records: %s", got.Status, got.Recovery.Records, got.Message)
	}
}

// TestWrittenIsVerified: whatever a writer takes, a verifier takes too, and
// nothing of it is lost.
func TestWrittenIsVerified(t *testing.T) {
	t.Parallel()
	var pool []journal.Entry
	for _, s := range stories() {
		pool = append(pool, s.told...)
	}
	dir := folder(t)
	rapid.Check(t, func(t *rapid.T) {
		w, err := journal.Create(journal.New{Dir: dir, AgentID: agentID, RunID: randomID(t)})
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		taken := 0
		for range rapid.IntRange(1, 12).Draw(t, "records") {
			if err := w.Append(rapid.SampledFrom(pool).Draw(t, "record")); err != nil {
				break
			}
			taken++
		}
		data, err := os.ReadFile(w.Reference().Path)
		if err != nil {
			t.Fatal(err)
		}
		got, err := journal.Verify(t.Context(), bytes.NewReader(data), journal.Options{PublicKey: w.PublicKey(), RunID: w.Reference().RunID, AgentID: agentID})
		if err != nil {
			t.Fatal(err)
		}
		if taken > 0 != got.Intact() || got.Recovery.Records != taken || got.Recovery.Bytes != int64(len(data)) {
			t.Fatalf("took %d, got %s %s with %d: %s", taken, got.Status, got.Code, got.Recovery.Records, got.Message)
		}
	})
}

func randomID(t *rapid.T) string {
	t.Helper()
	var b [16]byte
	rand.Read(b[:])
	h := hex.EncodeToString(b[:])
	return strings.Join([]string{h[:8], h[8:12], h[12:16], h[16:20], h[20:]}, "-")
}
