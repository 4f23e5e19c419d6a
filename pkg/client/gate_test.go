package client_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.yaml.in/yaml/v3"

	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

func TestParseVersion(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]*client.Version{
		"3.0.0":         {Major: 3},
		"v1.21.1":       {Major: 1, Minor: 21, Patch: 1},
		"1.18":          {Major: 1, Minor: 18},
		"2.0.0-rc.1":    {Major: 2},
		"2.0.0+build-7": {Major: 2},
		"":              nil,
		"3":             nil,
		"3.x.0":         nil,
		"1.2.3.4":       nil,
		"-1.2.3":        nil,
		"99999999999.1": nil,
	} {
		got, ok := client.ParseVersion(in)
		if ok != (want != nil) || ok && got != *want {
			t.Errorf("ParseVersion(%q) = %v, %v, want %v", in, got, ok, want)
		}
	}
}

// TestRequire: each gate opens with its version and not before.
func TestRequire(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		before, since string
		features      []client.Feature
	}{
		"1.16": {"1.15.2", "1.16.0", []client.Feature{client.FeatureApprovals}},
		"1.18": {"1.17.0", "1.18.0", []client.Feature{client.FeatureStatus}},
		"1.19": {"1.18.9", "1.19.0", []client.Feature{client.FeatureTermination}},
		"1.20": {"1.19.0", "1.20.0", []client.Feature{client.FeatureLocalModel}},
		"1.21": {"1.20.0", "1.21.0", []client.Feature{client.FeatureSubmissions, client.FeatureRunAudit, client.FeatureSandbox, client.FeatureScheduleInput}},
		"2.0":  {"1.21.1", "2.0.0", []client.Feature{client.FeatureChatTickets, client.FeatureImprovements}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, f := range tc.features {
				older := newScript(t, tc.before)
				err := newClient(t, client.Options{BaseURL: older.URL}).Require(t.Context(), f)
				want := &client.NotServedError{Feature: f, Have: tc.before, Need: tc.since}
				var got *client.NotServedError
				if !errors.As(err, &got) || !cmp.Equal(want, got) {
					t.Errorf("%s at %s: %v", f, tc.before, err)
				}
				newer := newScript(t, tc.since)
				c := newClient(t, client.Options{BaseURL: newer.URL})
				for range 3 {
					if err := c.Require(t.Context(), f); err != nil {
						t.Errorf("%s at %s: %v", f, tc.since, err)
					}
				}
				if newer.asked != 1 {
					t.Errorf("asked for the version %d times, want once", newer.asked)
				}
			}
		})
	}
}

// TestUnknownVersion: a runtime that tells no version is given a chance.
func TestUnknownVersion(t *testing.T) {
	t.Parallel()
	s := newScript(t, "nightly")
	if err := newClient(t, client.Options{BaseURL: s.URL}).Require(t.Context(), client.FeatureImprovements); err != nil {
		t.Error(err)
	}
}

// TestNotServed: an empty 404 or 405 names the version that has the route.
func TestNotServed(t *testing.T) {
	t.Parallel()
	do := func(method, path string) func(context.Context, *client.Client) error {
		return func(ctx context.Context, c *client.Client) error {
			_, err := c.Do(ctx, client.Request{Method: method, Path: path})
			return err
		}
	}
	for name, tc := range map[string]struct {
		version string
		status  int
		call    func(context.Context, *client.Client) error
		want    error
	}{
		"older runtime": {
			"1.11.0", 404, func(ctx context.Context, c *client.Client) error { _, err := c.Status(ctx); return err },
			&client.NotServedError{Feature: "GET /api/v1/status", Have: "1.11.0", Need: "1.18.0"},
		},
		"older runtime, audit": {"1.20.0", 404, func(ctx context.Context, c *client.Client) error {
			_, err := c.InspectRun(ctx, "a", "r", "00")
			return err
		}, &client.NotServedError{Feature: "GET /api/v1/audit/runs/{agent_id}/{run_id}", Have: "1.20.0", Need: "1.21.0"}},
		"route of SDK 1.11": {
			"3.0.0", 404, do(http.MethodGet, "/tools/validate"),
			&client.NotServedError{Feature: "GET /api/v1/tools/{tool_name}", Have: "3.0.0"},
		},
		"version not known": {
			"", 404, do(http.MethodPost, "/api/v1/tools/validate"),
			&client.NotServedError{Feature: "POST /api/v1/tools/validate"},
		},
		"set-up without agents": {
			"3.0.0", 404, do(http.MethodGet, "/metrics"),
			&client.APIError{Method: "GET", Path: "/api/v1/metrics", Status: 404, Message: "the runtime does not serve this route", Kind: client.NotServed},
		},
		"no route at all": {
			"3.0.0", 404, do(http.MethodGet, "/nothing-here"),
			&client.APIError{Method: "GET", Path: "/api/v1/nothing-here", Status: 404, Message: "the runtime does not serve this route", Kind: client.NotServed},
		},
		"other method": {
			"3.0.0", 405, do(http.MethodPatch, "/agents"),
			&client.APIError{Method: "PATCH", Path: "/api/v1/agents", Status: 405, Message: "the runtime does not serve this route", Kind: client.NotServed},
		},
		"health itself": {
			"", 404, func(ctx context.Context, c *client.Client) error { _, err := c.Health(ctx); return err },
			&client.APIError{Method: "GET", Path: "/api/v1/health", Status: 404, Message: "the runtime does not serve this route", Kind: client.NotServed},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScript(t, tc.version, answer{status: tc.status})
			err := tc.call(t.Context(), newClient(t, client.Options{BaseURL: s.URL}))
			if diff := cmp.Diff(tc.want, err, cmpopts.IgnoreFields(client.NotServedError{}, "Err")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestAgentStatusFallback: servers that have only the path of SDK 1.11.
func TestAgentStatusFallback(t *testing.T) {
	t.Parallel()
	status := answer{status: 200, body: `{"agent_id":"a","state":"Ready","last_activity":"2026-11-23T13:11:59Z","resource_usage":{"memory_bytes":1,"cpu_percent":0.5,"active_tasks":0}}`}
	s := newScript(t, "3.0.0", answer{status: 404}, status)
	got, err := newClient(t, client.Options{BaseURL: s.URL}).AgentStatus(t.Context(), "a")
	if err != nil || got.State != client.StateReady || !slices.Equal(s.requests(), []string{"GET /api/v1/agents/a/status", "GET /api/v1/agents/a"}) {
		t.Errorf("got %+v, %v after %q", got, err, s.requests())
	}
	s = newScript(t, "3.0.0", answer{status: 404, body: `{"error":"Internal error: Agent a not found","code":"AGENT_NOT_FOUND","details":null}`})
	if _, err := newClient(t, client.Options{BaseURL: s.URL}).AgentStatus(t.Context(), "a"); kindOf(err) != client.NotFound || len(s.requests()) != 1 {
		t.Errorf("err = %v after %q", err, s.requests())
	}
}

func TestReady(t *testing.T) {
	t.Parallel()
	s := newScript(t, "", answer{status: 503}, answer{status: 200}, answer{status: 500})
	c := newClient(t, s.patient(new(pauses)))
	for _, want := range []bool{false, true} {
		if got, err := c.Ready(t.Context()); got != want || err != nil {
			t.Errorf("Ready = %v, %v, want %v", got, err, want)
		}
	}
	if _, err := c.Ready(t.Context()); kindOf(err) != client.Failed {
		t.Errorf("err = %v, want a failure", err)
	}
}

// TestRoutes: the table holds what the contract holds.
func TestRoutes(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", "testdata", "wire", "openapi.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	type operation struct {
		Since   string `yaml:"x-since"`
		Dialect string `yaml:"x-dialect"`
		Summary string
	}
	var contract struct {
		Paths map[string]map[string]yaml.Node
	}
	if err := yaml.Unmarshal(text, &contract); err != nil {
		t.Fatal(err)
	}
	var want []client.Route
	for path, methods := range contract.Paths {
		for method, node := range methods {
			if !slices.Contains([]string{"get", "post", "put", "delete"}, method) {
				continue
			}
			var o operation
			if err := node.Decode(&o); err != nil {
				t.Fatal(err)
			}
			r := client.Route{Method: map[string]string{"get": "GET", "post": "POST", "put": "PUT", "delete": "DELETE"}[method], Path: path, Since: o.Since, Dialect: client.DialectSDK}
			if o.Dialect == "oss" {
				r.Dialect = client.DialectRuntime
			}
			want = append(want, r)
		}
	}
	less := func(a, b client.Route) bool { return a.Path+" "+a.Method < b.Path+" "+b.Method }
	if diff := cmp.Diff(want, client.Routes(), cmpopts.IgnoreFields(client.Route{}, "Summary"), cmpopts.SortSlices(less)); diff != "" {
		t.Errorf("(-contract +table):\n%s", diff)
	}
	for _, r := range client.Routes() {
		if r.Summary == "" {
			t.Errorf("%s %s has no summary", r.Method, r.Path)
		}
	}
}
