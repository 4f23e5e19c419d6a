package remote_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/remote"
	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

// TestNamesDoNotChooseIDs: an agent that is called like the beginning of an id
// does not get what was meant for the other.
func TestNamesDoNotChooseIDs(t *testing.T) {
	t.Parallel()
	const payments, taker = "3f2a0000-0000-4000-8000-000000000001", "77770000-0000-4000-8000-000000000002"
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `[{"id":"`+payments+`","name":"payments","state":"Ready"},{"id":"`+taker+`","name":"3f2a","state":"Ready"},{"id":"88880000-0000-4000-8000-000000000003","name":"pay","state":"Ready"}]`)
	}))
	t.Cleanup(site.Close)
	api, err := client.New(client.Options{BaseURL: site.URL})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{"3f2a0": payments, "7777": taker, "pay": "88880000-0000-4000-8000-000000000003", "payments": payments, "3f2a": "", "nobody": ""} {
		for name, find := range map[string]func() (client.Agent, error){
			"Agent":      func() (client.Agent, error) { return remote.Agent(t.Context(), api, text) },
			"ExactAgent": func() (client.Agent, error) { return remote.ExactAgent(t.Context(), api, text) },
		} {
			got, err := find()
			want := want
			if name == "ExactAgent" && (text == "3f2a0" || text == "7777") {
				want = ""
			}
			if got.ID != want || (err != nil) != (want == "") {
				t.Errorf("%s(%q) = %s, %v, want %q", name, text, got.ID, err, want)
			}
			var e *cli.Error
			if text == "3f2a" && (!errors.As(err, &e) || e.Code != cli.CodeAmbiguous) {
				t.Errorf("%s(%q): %v, want ambiguous", name, text, err)
			}
		}
	}
}
