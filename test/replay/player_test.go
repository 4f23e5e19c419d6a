package replay_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/test/replay"
)

// created is a recorded exchange that later ones refer to.
const created = `{"n":1,"slug":"create","server":"api","request":{"method":"POST","path":"/a","headers":{"Authorization":"Bearer <token>"},"body":{"name":"<3 x n>"}},"response":{"status":200,"headers":{"content-type":"application/json"},"body":{"id":"9e60c9ab-6710-4801-b72c-b3ff3966a63c","status":"ready","tags":[{"k":1},{"k":null}]}}}
{"n":2,"slug":"get","server":"api","request":{"method":"GET","path":"/a/9e60c9ab-6710-4801-b72c-b3ff3966a63c?x=1"},"response":{"status":404,"body_empty":true}}
`

func TestPlay(t *testing.T) {
	t.Parallel()
	const same = `{"id":"32114fb5-a1c0-44f1-aabc-4af1d6551208","status":"ready","tags":[{"k":7}]}`
	for name, tc := range map[string]struct {
		status int
		media  string
		body   string
		want   []string
	}{
		"another id and another number": {200, "application/json", same, nil},
		"status":                        {201, "application/json", same, []string{"create: status: recorded 200, got 201 ready"}},
		"media type":                    {200, "text/plain; charset=utf-8", same, []string{"create: header content-type: recorded application/json, got text/plain"}},
		"no body":                       {200, "application/json", "", []string{"create: body: recorded JSON, got empty"}},
		"value":                         {200, "application/json", strings.Replace(same, "ready", "scheduled", 1), []string{`create: value status: recorded "ready", got "scheduled"`}},
		"member missing":                {200, "application/json", strings.Replace(same, `"status":"ready",`, "", 1), []string{"create: body status: recorded string, got absent"}},
		"member more":                   {200, "application/json", strings.Replace(same, `{`, `{"x":true,`, 1), []string{"create: body x: recorded absent, got bool"}},
		"type":                          {200, "application/json", strings.Replace(same, `"ready"`, "1", 1), []string{"create: body status: recorded string, got number", `create: value status: recorded "ready", got 1`}},
		"element of a list":             {200, "application/json", strings.Replace(same, "7", `"7"`, 1), []string{"create: body tags[].k: recorded number, got string"}},
		"list is empty":                 {200, "application/json", strings.Replace(same, `{"k":7}`, "", 1), []string{"create: body tags[]: recorded 1 elements, got 0 elements"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var asked []string
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				asked = append(asked, fmt.Sprint(r.Method, " ", r.RequestURI, " ", r.Header.Get("Authorization"), " ", string(body)))
				if r.Method == http.MethodGet {
					w.WriteHeader(http.StatusNotFound)
					return
				}
				w.Header().Set("Content-Type", tc.media)
				w.WriteHeader(tc.status)
				fmt.Fprint(w, tc.body)
			}))
			defer server.Close()
			got := tell(t, server, created)
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("differences (-want +got)\n%s", diff)
			}
			id := "9e60c9ab-6710-4801-b72c-b3ff3966a63c"
			if strings.Contains(tc.body, "32114fb5") {
				id = "32114fb5-a1c0-44f1-aabc-4af1d6551208"
			}
			want := []string{`POST /a Bearer secret {"name":"nnn"}`, "GET /a/" + id + "?x=1  "}
			if diff := cmp.Diff(want, asked); diff != "" {
				t.Errorf("requests (-want +got)\n%s", diff)
			}
		})
	}
}

// TestPlayWaits has a server whose run is done at the third question.
func TestPlayWaits(t *testing.T) {
	t.Parallel()
	const story = `{"n":1,"slug":"poll","server":"api","request":{"method":"POST","path":"/x"},"response":{"status":200,"body":{"status":"completed"}}}`
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if asked++; asked < 3 {
			w.WriteHeader(http.StatusConflict)
			fmt.Fprint(w, `{"status":"in_progress"}`)
			return
		}
		w.Header()["Content-Type"] = nil
		fmt.Fprint(w, `{"status":"completed"}`)
	}))
	defer server.Close()
	if diff := cmp.Diff([]string(nil), tell(t, server, story)); diff != "" {
		t.Errorf("differences (-want +got)\n%s", diff)
	}
	if asked != 3 {
		t.Errorf("want 3 questions, got %d", asked)
	}
}

func tell(t *testing.T, server *httptest.Server, text string) []string {
	t.Helper()
	story, err := replay.Load(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	player := &replay.Player{
		Servers:  map[string]string{"api": server.URL},
		Secrets:  map[string]string{"<token>": "secret"},
		Client:   server.Client(),
		Patience: 5 * time.Second,
	}
	var lines []string
	for _, e := range story {
		found, err := player.Play(t.Context(), e)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range found {
			lines = append(lines, d.String())
		}
	}
	return lines
}

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	if _, err := replay.Load(strings.NewReader("{\n")); err == nil {
		t.Error("want an error for a line that is not JSON")
	}
}
