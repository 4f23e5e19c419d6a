package journal_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/pkg/reasoning/journal"
)

// vector is a journal and what the audit route of a real runtime said of it.
type vector struct {
	Name      string `json:"name"`
	AgentID   string `json:"agent_id"`
	RunID     string `json:"run_id"`
	PublicKey string `json:"public_key"`
	Data      []byte `json:"data_base64"`
	Runtime   struct {
		HTTPStatus int             `json:"http_status"`
		Status     journal.Status  `json:"status"`
		Recovery   json.RawMessage `json:"recovery"`
	} `json:"runtime_3_0_0"`
}

// vectors returns every case of every file in testdata/vectors.
func vectors(tb testing.TB) []vector {
	tb.Helper()
	names, err := filepath.Glob(filepath.Join("testdata", "vectors", "*.json"))
	if err != nil {
		tb.Fatal(err)
	}
	var all []vector
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			tb.Fatal(err)
		}
		var file struct{ Cases []vector }
		if err := json.Unmarshal(data, &file); err != nil {
			tb.Fatalf("%s: %v", name, err)
		}
		all = append(all, file.Cases...)
	}
	if len(all) == 0 {
		tb.Fatal("testdata/vectors holds no case")
	}
	return all
}

func publicKey(tb testing.TB, text string) ed25519.PublicKey {
	tb.Helper()
	key, err := hex.DecodeString(text)
	if err != nil {
		tb.Fatal(err)
	}
	return key
}

func (v vector) options(tb testing.TB) journal.Options {
	tb.Helper()
	return journal.Options{PublicKey: publicKey(tb, v.PublicKey), RunID: v.RunID, AgentID: v.AgentID}
}

// TestVectors holds that the verdicts are those of the real runtime.
func TestVectors(t *testing.T) {
	t.Parallel()
	for _, v := range vectors(t) {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			got, err := journal.Verify(t.Context(), bytes.NewReader(v.Data), v.options(t))
			if err != nil {
				t.Fatal(err)
			}
			if v.Runtime.HTTPStatus != 200 {
				if got.Status != journal.Refused || got.Code == "" || got.Message == "" || got.Intact() {
					t.Errorf("want it refused with a reason, got %+v", got)
				}
				return
			}
			if got.Status != v.Runtime.Status {
				t.Errorf("status %s (%s at line %d: %s), want %s", got.Status, got.Code, got.Line, got.Message, v.Runtime.Status)
			}
			if diff := cmp.Diff(members(t, v.Runtime.Recovery), members(t, marshal(t, got.Recovery)), onlyOf(v.Runtime.Recovery)); diff != "" {
				t.Errorf("recovery (-runtime +got):\n%s", diff)
			}
		})
	}
}

func marshal(tb testing.TB, v any) []byte {
	tb.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

func members(tb testing.TB, data []byte) map[string]any {
	tb.Helper()
	var m map[string]any
	if err := json.Unmarshal(data, &m); err != nil {
		tb.Fatal(err)
	}
	return m
}

// onlyOf leaves members out of a comparison that want does not have.
func onlyOf(want []byte) cmp.Option {
	var names map[string]json.RawMessage
	_ = json.Unmarshal(want, &names)
	return cmp.FilterPath(func(p cmp.Path) bool {
		if len(p) != 2 {
			return false
		}
		step, ok := p[1].(cmp.MapIndex)
		_, there := names[step.Key().String()]
		return ok && !there
	}, cmp.Ignore())
}
