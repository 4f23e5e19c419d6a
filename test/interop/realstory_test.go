//go:build interop && unix

package interop_test

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/symbi-ctl/symbi-ctl/test/interop/realruntime"
	"github.com/symbi-ctl/symbi-ctl/test/replay"
)

// TestRealStory tells the recorded story to the runtime that it was recorded
// with. It judges the judge: the comparison that the embedded runtime has to
// pass finds nothing here.
func TestRealStory(t *testing.T) {
	t.Parallel()
	rt := realruntime.Start(t, realruntime.Governed)
	player := &replay.Player{
		Servers:  realServers(rt),
		Secrets:  map[string]string{"<token>": rt.Token, "<key:legacy>": "legacy-secret"},
		Client:   &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
		Patience: 5 * time.Second,
	}
	for name, key := range rt.Keys {
		player.Secrets["<key:"+name+">"] = key
	}
	before := map[string]func(){
		// Messages arrive a moment after they were accepted, and can be taken once.
		"messages-receive-several": func() { <-time.After(300 * time.Millisecond) },
		"rate-limited":             func() { spend(t, rt.RateURL) },
		"rate-after-pause":         func() { <-time.After(750 * time.Millisecond) },
		"restart-health":           func() { rt.Restart(t); player.Servers = realServers(rt) },
	}
	story, told := realStory(t), 0
	for _, area := range replay.Areas() {
		for _, e := range area.Select(story) {
			if _, other := notAsRecorded()[e.Slug]; other {
				continue
			}
			if prepare, ok := before[e.Slug]; ok {
				prepare()
			}
			found, err := player.Play(t.Context(), e)
			if err != nil {
				t.Error(err)
			}
			for _, d := range found {
				t.Errorf("%s: %v", area.Name, d)
			}
			told++
		}
	}
	t.Logf("%d exchanges told", told)
}

// notAsRecorded names exchanges that show how the recording's server was set up
// or a moment of it, with the reason.
func notAsRecorded() map[string]string {
	return map[string]string{
		"agent-status-unreachable": "takes half a minute without a heartbeat",
		"keys-own-status":          "a schedule ran this agent before, in a part that is not told",
	}
}

func realServers(rt *realruntime.Runtime) map[string]string {
	return map[string]string{"api": rt.URL, "api-keys": rt.KeysURL, "api-rate": rt.RateURL}
}

func realStory(t *testing.T) []replay.Exchange {
	t.Helper()
	file, err := os.Open(filepath.Join(root(t), "testdata", "wire", realruntime.Governed+".jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	story, err := replay.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	return story
}

// spend uses up the requests that an address has.
func spend(t *testing.T, url string) {
	t.Helper()
	for range 110 {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/api/v1/health/live", nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
	}
}
