package cmd_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/symbi-ctl/symbi-ctl/cmd"
	"github.com/symbi-ctl/symbi-ctl/internal/cli"
)

// asked names the route on whose answer each command hangs.
func asked() map[string]string {
	const agent = "/agents/" + anAgent
	return map[string]string{
		"agents create": "POST /agents", "agents update": "PUT " + agent, "agents delete": "DELETE " + agent, "agents list": "GET /agents",
		"agents get": "GET " + agent + "/status", "agents status": "GET " + agent + "/status", "agents wait": "GET " + agent + "/status", "agents history": "GET " + agent + "/history",
		"agents heartbeat": "POST " + agent + "/heartbeat", "agents emit": "POST " + agent + "/events", "agents run": "POST " + agent + "/execute", "workflows run": "POST /workflows/execute",
		"messages list": "GET " + agent + "/messages", "messages send": "POST " + agent + "/messages", "messages status": "GET /messages/" + anAgent + "/status",
		"runs inspect": "GET /audit/runs/" + anAgent + "/" + anAgent, "status": "GET /health",
	}
}

// well is what a runtime answers when all is well; "" is an empty body.
func well(method, path string) string {
	const now, audit = "2026-11-23T13:11:59Z", `{"run_id":"` + anAgent + `","path":"/j","public_key":"abababababababababababababababababababababababababababababababab"}`
	switch {
	case path == "/health":
		return healthJSON("3.0.0", "healthy")
	case path == "/health/scheduler":
		return `{"is_running":true}`
	case path == "/status":
		return `{"version":"3.0.0","healthy":true}`
	case path == "/metrics":
		return `{"agents":{},"system":{}}`
	case path == "/agents" && method == http.MethodGet:
		return `[{"id":"` + anAgent + `","name":"greeter","state":"Ready"}]`
	case strings.HasSuffix(path, "/execute"):
		return `{"status":"completed","invocation_id":"` + anAgent + `","replayed":true,"execution_id":"` + anAgent + `","agent_id":"` + anAgent + `","audit":` + audit + `}`
	case strings.HasPrefix(path, "/audit"):
		return `{"audit":` + audit + `,"agent_id":"` + anAgent + `","status":"completed","recovery":{"verified_records":1}}`
	case strings.HasSuffix(path, "/history"):
		return `{"history":[{"execution_id":"` + anAgent + `","status":"created","timestamp":"` + now + `"}]}`
	case strings.HasSuffix(path, "/messages") && method == http.MethodGet:
		return `{"messages":[]}`
	case strings.Contains(path, "/messages"):
		return `{"message_id":"` + anAgent + `","status":"pending"}`
	case strings.HasSuffix(path, "/status"):
		return `{"agent_id":"` + anAgent + `","state":"Completed","last_activity":"` + now + `","resource_usage":{"memory_bytes":null,"cpu_percent":null,"active_tasks":0}}`
	case strings.HasSuffix(path, "/heartbeat"), strings.HasSuffix(path, "/events"), strings.HasPrefix(path, "/health"):
		return ""
	}
	return `{"id":"` + anAgent + `","status":"ready"}`
}

// said is a reply of a status. Body "=" is that of a runtime that is well.
type said struct {
	status int
	kind   string
	body   string
}

// verdicts says what every command makes of a reply.
func verdicts() map[cli.Status][]said {
	const plain, page, data = "text/plain; charset=utf-8", "text/html", "application/json"
	no := func(status int, code, message string) said {
		return said{status, data, fmt.Sprintf(`{"error":%q,"code":%q,"details":null}`, message, code)}
	}
	run := func(status int, word string) said {
		return said{status, data, `{"status":"` + word + `","invocation_id":"` + anAgent + `","replayed":false}`}
	}
	return map[cli.Status][]said{
		cli.OK: {{200, data, "="}, {200, plain, "="}, {201, data, "="}, {202, data, "="}},
		cli.Failure: {
			{200, data, "\ufeff="},
			{200, data, "null"},
			{200, data, "7"},
			{200, data, `[{"id":7}]`},
			{200, data, `{"status":"comp`},
			{200, data, "\xff\xfe"},
			{200, data, "= x"},
			{200, page, "<html>hi</html>"},
			no(200, "ANY", "no"),
			{301, "", ""},
			{304, "", ""},
			{418, "", ""},
			{404, page, "<html>"},
			{404, plain, "404 page not found"},
			{404, data, `{"detail":"Not Found"}`},
			no(404, "ANY", "Internal error: job store error: locked"), no(500, "ANY", "Internal error: boom"),
			{500, "", ""},
			{500, page, "<html>"},
			{520, page, "<html>"},
		},
		cli.Usage: {
			{400, "", ""},
			{400, plain, "Invalid URL: UUID parsing failed"},
			{413, plain, "length limit exceeded"},
			{415, plain, "Expected request with"},
			{422, plain, "Failed to deserialize"},
			no(500, "ANY", "Internal error: Agent name cannot be empty"), run(400, "invalid_request"),
		},
		cli.Auth: {
			{401, "", ""}, {401, page, "<html>"}, {403, "", ""}, {407, page, "<html>"}, no(401, "AGENTPIN_VERIFICATION_FAILED", "no"), no(403, "ADMIN_REQUIRED", "no"), no(403, "AGENT_SCOPE_DENIED", "no"), run(403, "forbidden"),
		},
		cli.NotFound:    {no(404, "AGENT_NOT_FOUND", "no"), no(404, "ANY", "gone"), no(500, "ANY", "Scheduler error: Agent not found: x"), run(404, "not_found")},
		cli.Unreachable: {{408, "", ""}, {429, "", ""}, {429, page, "<html>"}, {502, page, "<html>"}, {503, "", ""}, {504, "", ""}, run(503, "unavailable")},
		cli.Conflict:    {{409, "", ""}, no(409, "already_resolved", "no"), no(410, "expired", "no"), {409, data, `{"error":"already active"}`}, run(409, "conflict"), run(409, "unresolved"), run(409, "reconciled")},
		cli.NotServed:   {{404, "", ""}, {404, plain, "\n"}, {405, "", ""}, {405, page, "<html>"}, no(500, "ANY", "it requires enterprise edition"), no(501, "NOT_IN_DEV", "no"), {501, "", ""}},
	}
}

// TestReplies: a status of HTTP and a body mean the same to every command.
func TestReplies(t *testing.T) {
	t.Chdir(t.TempDir()) // messages that cannot be read are kept there
	for command, route := range asked() {
		for want, replies := range verdicts() {
			for _, r := range replies {
				bodiless := well(strings.Fields(route)[0], strings.Fields(route)[1]) == ""
				if bodiless && r.body == "= x" {
					continue // a body where none is expected, which has tests of its own
				}
				checkReplies(t, command, route, r, want)
			}
		}
	}
}

// checkReplies runs a command against a server that says r to one route.
func checkReplies(t *testing.T, command, route string, r said, want cli.Status) {
	t.Helper()
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		path := strings.TrimPrefix(req.URL.Path, "/api/v1")
		body := well(req.Method, path)
		if req.Method+" "+path == route {
			reply(w, r.status, r.kind, strings.ReplaceAll(r.body, "=", body))
			return
		}
		if strings.HasPrefix(path, "/agents/") && strings.HasSuffix(path, "/status") { // some ask why they were refused
			reply(w, http.StatusNotFound, "application/json", `{"error":"no such agent","code":"AGENT_NOT_FOUND","details":null}`)
			return
		}
		reply(w, http.StatusOK, "application/json", body)
	}))
	defer site.Close()
	row := askings()[command]
	args := slices.Concat(strings.Fields(command), row.args, []string{"--base-url", site.URL, "--max-retries", "0", "--request-timeout", "20s", "-o", "json"})
	var out, errs bytes.Buffer
	status := cli.Status(cmd.Run(t.Context(), args, []string{"HOME=" + t.TempDir(), "SYMBIONT_API_KEY=canary"}, strings.NewReader(row.stdin), &out, &errs))
	what := fmt.Sprintf("%s, told %d %.60q", command, r.status, r.body)
	if status != want {
		t.Errorf("%s: status %v, want %v; stderr %.300s", what, status, want, errs.String())
		return
	}
	if want == cli.OK {
		if !json.Valid(out.Bytes()) {
			t.Errorf("%s: stdout %.200q is no JSON", what, out.String())
		}
		return
	}
	if out.Len() > 0 {
		t.Errorf("%s: stdout %.200q", what, out.String())
	}
	checkError(t, what, errs.String(), status)
}
