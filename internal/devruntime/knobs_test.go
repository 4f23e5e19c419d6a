package devruntime_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/symbi-ctl/symbi-ctl/internal/devruntime"
	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

func TestHealth(t *testing.T) {
	t.Parallel()
	g := newRig(t, func(o *devruntime.Options) { o.NotReady = true })
	for _, step := range []struct {
		later  time.Duration
		ready  int
		uptime string
	}{{0, 503, "0"}, {4999 * time.Millisecond, 503, "4"}, {time.Millisecond, 200, "5"}} {
		g.ahead.Add(int64(step.later))
		if r := g.ask(t, "GET /health/ready", "", "Authorization", ""); r.status != step.ready || r.body != "" {
			t.Errorf("%v: %d %s", step, r.status, r.body)
		}
		h := g.ask(t, "GET /health", "", "Authorization", "")
		want := `{"status":"healthy","uptime_seconds":` + step.uptime + `,"timestamp":"` + g.now().Format(time.RFC3339Nano) + `","version":"3.0.0"}`
		if h.status != http.StatusOK || h.body != want {
			t.Errorf("%d %s, want %s", h.status, h.body, want)
		}
	}
	if r := g.ask(t, "GET /health/live", "", "Authorization", ""); r.status != http.StatusOK || r.body != "" {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := g.ask(t, "GET /status", ""); r.body != `{"version":"3.0.0","healthy":true,"agent_count":2,"schedule_count":0,"channel_count":0}` {
		t.Errorf("%s", r.body)
	}
	var s client.SchedulerHealth
	if r := g.ask(t, "GET /health/scheduler", ""); r.status != http.StatusOK || strings.Count(r.body, `":`) != 13 {
		t.Errorf("%s", r.body)
	} else {
		r.decode(t, &s)
	}
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	g.run(t, beta, key1, `"FAIL"`)
	g.execute(t, alpha, key2, `"SLOW"`)
	for told := range g.model.began {
		if told == "SLOW" {
			break
		}
	}
	want := `{"agents":{"total":1,"running":1,"idle":0,"error":1},"system":{"uptime_seconds":0,"memory_usage":512,"cpu_usage":0}}`
	if r := g.ask(t, "GET /metrics", ""); r.body != want {
		t.Errorf("%s, want %s", r.body, want)
	}
}

func TestLatency(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, func(o *devruntime.Options) { o.Latency = 2 * time.Second })
		began := time.Now()
		if r := g.ask(t, "GET /health", ""); r.status != http.StatusOK || time.Since(began) != 2*time.Second {
			t.Errorf("%d after %v", r.status, time.Since(began))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began = time.Now()
		g.serve(g.request(ctx, t, "POST /agents", `{"name":"x","dsl":"agent x() {}"}`, nil))
		if time.Since(began) != time.Second {
			t.Errorf("a client that went away was answered after %v", time.Since(began))
		}
		if n, err := g.state.CountAgents(t.Context()); n != 2 || err != nil {
			t.Errorf("its request was carried out: %d agents, %v", n, err)
		}
		g.close(t)
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	chance := 0.0
	g := newRig(t, func(o *devruntime.Options) {
		o.FailRate, o.Chance = 0.25, func() float64 { return chance }
	})
	for at, want := range map[float64]int{0: 500, 0.2499: 500, 0.25: 200, 0.99: 200} {
		chance = at
		r := g.ask(t, "GET /health", "")
		if r.status != want || want == http.StatusInternalServerError && r.member("code") != "INJECTED_FAULT" {
			t.Errorf("%v: %d %s", at, r.status, r.body)
		}
	}
	random := newRig(t, func(o *devruntime.Options) { o.FailRate = 1 })
	if r := random.ask(t, "POST /agents", `{"name":"x","dsl":"agent x() {}"}`); r.status != http.StatusInternalServerError {
		t.Errorf("%d %s", r.status, r.body)
	}
	if n, err := random.state.CountAgents(t.Context()); n != 2 || err != nil {
		t.Errorf("a request that failed was carried out: %d agents, %v", n, err)
	}
}

// TestLog: a line for each request and run, with the id that the answer has and
// the path; no token, query, input or output.
func TestLog(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	g := newRig(t, func(o *devruntime.Options) { o.Logger = slog.New(slog.NewJSONHandler(&log, nil)) })
	r := g.ask(t, "GET /audit/runs/"+alpha+"/"+unknown+"?public_key=secret-query", "")
	g.ask(t, "POST /agents/"+alpha+"/heartbeat", `{"state":"Running","agentpin_jwt":"secret-jwt"}`)
	g.run(t, alpha, key1, `"secret-input"`)
	g.close(t)
	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	var first struct {
		Msg, ID, Method, Path string
		Status                int
	}
	if err := json.Unmarshal([]byte(lines[0]), &first); err != nil {
		t.Fatal(err)
	}
	if first.Msg != "request" || first.ID == "" || first.ID != r.header.Get("X-Request-Id") || first.Method != http.MethodGet || first.Path != "/api/v1/audit/runs/"+alpha+"/"+unknown || first.Status != 400 {
		t.Errorf("%s", lines[0])
	}
	if !strings.Contains(log.String(), `"msg":"run"`) || !strings.Contains(log.String(), `"status":"Completed"`) {
		t.Errorf("no line for the run: %s", log.String())
	}
	for _, secret := range []string{token, "secret", "Bearer"} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log shows %q:\n%s", secret, log.String())
		}
	}
}
