package journal_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/pkg/reasoning/journal"
	"github.com/symbi-ctl/symbi-ctl/pkg/reasoning/journal/event"
)

// seed is that of the vectors; its public key is seedKey.
const seed = "62b2214fc55486d241c3b3bc42b4f06148800c4f793a3fdd37f2953137b57bea"

// folder makes a folder of journals that has the key.
func folder(tb testing.TB) string {
	tb.Helper()
	return folderWith(tb, must(hex.DecodeString(seed)))
}

func folderWith(tb testing.TB, seed []byte) string {
	tb.Helper()
	dir := filepath.Join(tb.TempDir(), "governed")
	if err := os.Mkdir(dir, 0o700); err != nil {
		tb.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, journal.KeyFile), seed, 0o600); err != nil {
		tb.Fatal(err)
	}
	return dir
}

// written lets a writer write entries and returns the file.
func written(tb testing.TB, dir, run string, told []journal.Entry) []byte {
	tb.Helper()
	w, err := journal.Create(journal.New{Dir: dir, AgentID: agentID, RunID: run})
	if err != nil {
		tb.Fatal(err)
	}
	defer w.Close()
	for i, e := range told {
		if err := w.Append(e); err != nil {
			tb.Fatalf("record %d: %v", i, err)
		}
	}
	data, err := os.ReadFile(w.Reference().Path)
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

// TestViews holds that the real runtime reads the same out of what a writer
// wrote as this package does. testdata/views.json is what it answered.
func TestViews(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join("testdata", "views.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Views map[string]map[string]any }
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	dir := folder(t)
	for _, s := range stories() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			o := journal.Options{PublicKey: publicKey(t, seedKey), RunID: s.run, AgentID: agentID}
			report, err := journal.Verify(t.Context(), bytes.NewReader(written(t, dir, s.run, s.told)), o)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(shared(file.Views[s.run]), shared(members(t, marshal(t, report)))); diff != "" {
				t.Errorf("view (-runtime +got):\n%s", diff)
			}
		})
	}
}

// shared takes out of a view what only one side has: the state of the
// invocation, the place of the file, our verdict, and the words of warnings.
func shared(view map[string]any) map[string]any {
	for _, name := range []string{"audit", "version", "run_id", "public_key"} {
		delete(view, name)
	}
	if i, ok := view["invocation"].(map[string]any); ok {
		view["invocation"] = map[string]any{"id": i["id"], "scope": i["scope"]}
	}
	if r, ok := view["recovery"].(map[string]any); ok {
		delete(r, "run_id")
		delete(r, "agent_id")
		if w, ok := r["warnings"].([]any); ok {
			r["warnings"] = len(w)
		}
	}
	return view
}

// TestManyDecisions: what a report holds does not grow with a journal that
// decides on nothing, again and again.
func TestManyDecisions(t *testing.T) {
	t.Parallel()
	const most = 1 << 15
	denied := make(event.List[json.RawMessage], most+2)
	for i := range denied {
		denied[i] = json.RawMessage(`{}`)
	}
	told := entries(started(nil), &event.PolicyEvaluated{Iteration: 1, DeniedCount: most + 2, Denied: denied}, completed())
	data := written(t, folder(t), id("01"), told)
	report, err := journal.Verify(t.Context(), bytes.NewReader(data), journal.Options{PublicKey: publicKey(t, seedKey)})
	if err != nil || report.Status != journal.Completed || len(report.Permissions) != most || report.PermissionsOmitted != 2 {
		t.Errorf("%s, %d decisions and %d left out, %v", report.Status, len(report.Permissions), report.PermissionsOmitted, err)
	}
}
