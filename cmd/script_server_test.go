package cmd_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

func reply(w http.ResponseWriter, status int, kind, body string) {
	if kind != "" {
		w.Header().Set("Content-Type", kind)
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

// raw writes bytes to the connection and closes it; with reset the other side
// sees a reset instead of the end.
func raw(w http.ResponseWriter, text string, reset bool) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	_, _ = io.WriteString(conn, text)
	if tcp, ok := conn.(*net.TCPConn); ok && reset {
		_ = tcp.SetLinger(0)
	}
	conn.Close()
}

// faults are the servers that answer every request wrongly.
func faults() map[string]http.HandlerFunc {
	jsonHead := "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 4000\r\n\r\n"
	return map[string]http.HandlerFunc{
		"reset":     func(w http.ResponseWriter, _ *http.Request) { raw(w, jsonHead+`{"status":"he`, true) },
		"hangup":    func(w http.ResponseWriter, _ *http.Request) { raw(w, "", false) },
		"truncated": func(w http.ResponseWriter, _ *http.Request) { reply(w, 200, "application/json", `[{"id":"a","na`) },
		"garbage":   func(w http.ResponseWriter, _ *http.Request) { raw(w, "220 smtp.example ESMTP\r\n", false) },
		"html": func(w http.ResponseWriter, _ *http.Request) {
			reply(w, 200, "text/html", "<html>\x1b[31mWelcome</html>")
		},
		"gateway": func(w http.ResponseWriter, _ *http.Request) { reply(w, 502, "text/html", "<html>Bad gateway</html>") },
		"limited": func(w http.ResponseWriter, _ *http.Request) { reply(w, 429, "", "") },
		"locked":  func(w http.ResponseWriter, _ *http.Request) { reply(w, 401, "", "") },
		"forbidden": func(w http.ResponseWriter, _ *http.Request) {
			reply(w, 403, "application/json", `{"error":"no","code":"ADMIN_REQUIRED","details":null}`)
		},
		"missing": func(w http.ResponseWriter, _ *http.Request) {
			reply(w, 404, "application/json", `{"error":"nothing of that name\u001b[31m","code":"AGENT_NOT_FOUND","details":null}`)
		},
		"unserved": func(w http.ResponseWriter, _ *http.Request) { reply(w, 404, "", "") },
		"failed": func(w http.ResponseWriter, _ *http.Request) {
			reply(w, 500, "application/json", `{"error":"Internal error: boom","code":"LIST_AGENTS_FAILED","details":null}`)
		},
		"silent": func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body) // only then does the server see that nobody waits any more
			<-r.Context().Done()
		},
		"type": func(w http.ResponseWriter, _ *http.Request) { reply(w, 200, "image/png", "\x89PNG\r\n\x1a\n\x00\x01") },
		"redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1:1/elsewhere", http.StatusFound)
		},
		"huge": func(w http.ResponseWriter, _ *http.Request) {
			raw(w, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Huge: "+strings.Repeat("x", 2<<20)+"\r\n\r\n", false)
		},
		"endless": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			chunk := []byte(`["` + strings.Repeat("x", 1<<20))
			for r.Context().Err() == nil {
				if _, err := w.Write(chunk); err != nil {
					return
				}
				chunk = chunk[2:]
				chunk = append(chunk, "xx"...)
			}
		},
	}
}

// Texts that want to do something to a terminal.
const (
	evil     = `\u001b[31mred\u001b]0;title\u0007\u202eright\u200b\u0085`
	evilID   = "11111111-1111-4111-8111-111111111111"
	anAgent  = "00000000-0000-4000-8000-000000000001"
	otherRun = "00000000-0000-4000-8000-000000000002"
)

// answers are the servers that answer as some runtimes do.
func answers() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"hostile":    hostile,
		"unhealthy":  healthOnly("3.0.0", "degraded"),
		"nameless":   healthOnly("next", "healthy"),
		"old":        old,
		"unreadable": unreadable,
		"auditor":    auditor,
		"pages": func(w http.ResponseWriter, r *http.Request) {
			status := map[bool]int{true: 501, false: 404}[strings.HasSuffix(r.URL.Path, "/agents")]
			reply(w, status, "text/html", "<html>nothing here</html>")
		},
		"undelivered": func(w http.ResponseWriter, _ *http.Request) {
			reply(w, 200, "application/json", `{"message_id":"m","status":"failed"}`)
		},
		"loose": func(w http.ResponseWriter, r *http.Request) {
			if strings.Contains(r.URL.Path, "/messages/") {
				reply(w, 200, "application/json", `{"message_id":"m","status":"pending","mood":"odd"}`)
				return
			}
			reply(w, 200, "application/json", `[{"id":"`+anAgent+`","name":"greeter","state":"Dreaming","mood":"odd"}]`)
		},
		"scoped": func(w http.ResponseWriter, r *http.Request) {
			if strings.Contains(r.URL.Path, "/health") && !strings.Contains(r.URL.Path, "scheduler") {
				healthOnly("3.0.0", "healthy")(w, r)
				return
			}
			faults()["forbidden"](w, r)
		},
	}
}

func healthJSON(version, status string) string {
	return fmt.Sprintf(`{"status":%q,"uptime_seconds":7,"timestamp":%q,"version":%q}`, status, time.Now().UTC().Format(time.RFC3339), version)
}

// healthOnly knows the routes that need no key and refuses the others.
func healthOnly(version, status string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		switch strings.TrimPrefix(r.URL.Path, "/api/v1") {
		case "/health":
			reply(w, 200, "application/json", healthJSON(version, status))
		case "/health/live", "/health/ready":
			reply(w, 200, "application/json", `{"status":"ready"}`)
		default:
			reply(w, 401, "", "")
		}
	}
}

// hostile puts control sequences into every text that a runtime can send.
func hostile(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimPrefix(r.URL.Path, "/api/v1")
	const now = "2026-01-02T03:04:05Z"
	body := map[string]string{
		"/agents":            `[{"id":"` + evilID + `","name":"` + evil + `","state":"` + evil + `"},{"id":"` + evil + `","name":"two words","state":"Ready"},{"id":"a","name":"twin1` + evil + `","state":"Ready"},{"id":"b","name":"twin2` + evil + `","state":"Ready"}]`,
		"/health":            strings.Replace(healthJSON("X", "healthy"), `"X"`, `"3.0.0`+evil+`"`, 1),
		"/health/ready":      `{"status":"ready"}`,
		"/status":            `{"status":"healthy","message":"` + evil + `"}`,
		"/messages/m/status": `{"message_id":"` + evil + `","status":"` + evil + `"}`,
		"/agents/" + evilID + "/status": `{"agent_id":"` + evilID + `","state":"` + evil + `","last_activity":"` + now + `","resource_usage":{"memory_bytes":null,"cpu_percent":null,"active_tasks":0},"execution_mode":"` +
			evil + `","metadata":{"` + evil + `":"` + evil + `"},"last_result":"` + evil + `","recent_events":[{"event_type":"` + evil + `","payload":{"` + evil + `":"` + evil + `"},"timestamp":"` + now + `"}]}`,
		"/agents/" + evilID + "/history":  `{"history":[{"execution_id":"` + evil + `","status":"` + evil + `","timestamp":"` + now + `"}]}`,
		"/agents/" + evilID + "/metrics":  `{"` + evil + `":"` + evil + `"}`,
		"/agents/" + evilID + "/messages": `{"messages":[{"message_id":"` + evil + `","sender":"` + evil + `","recipient":null,"topic":"` + evil + `","payload":"` + evil + `","message_type":"` + evil + `","timestamp_secs":1,"ttl_seconds":1}]}`,
		"/agents/" + evilID + "/execute": `{"status":"completed","invocation_id":"` + evil + `","replayed":false,"execution_id":"` + evil + `","agent_id":"` + evil + `","audit":{"run_id":"` + evil + `","path":"` + evil + `","public_key":"` + evil +
			`"},"result":{"run_id":"` + evil + `","agent_id":"` + evil + `","status":"` + evil + `","output":"` + evil + `","error":"` + evil + `","duration":{"secs":1,"nanos":0},"total_usage":null,"budget":null,"audit":null}}`,
	}[path]
	if body == "" {
		reply(w, 500, "application/json", `{"error":"`+evil+`","code":"`+evil+`","details":null}`)
		return
	}
	reply(w, 200, "application/json", body)
}

// old is a runtime that knows no inputs and no results.
func old(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimPrefix(r.URL.Path, "/api/v1")
	switch {
	case path == "/health":
		reply(w, 200, "application/json", healthJSON("1.11.0", "healthy"))
	case path == "/health/ready":
		reply(w, 200, "application/json", `{"status":"ready"}`)
	case path == "/status", strings.HasPrefix(path, "/audit"):
		reply(w, 404, "", "")
	case path == "/agents":
		reply(w, 200, "application/json", `["`+anAgent+`"]`)
	case strings.HasSuffix(path, "/execute"):
		reply(w, 200, "application/json", `{"execution_id":"`+otherRun+`","status":"execution_started"}`)
	default:
		reply(w, 401, "", "")
	}
}

// unreadable gives messages away that are no JSON to the end.
func unreadable(w http.ResponseWriter, r *http.Request) {
	if strings.HasSuffix(r.URL.Path, "/messages") {
		reply(w, 200, "application/json", `{"messages":[{"payload":"precious`)
		return
	}
	healthOnly("3.0.0", "healthy")(w, r)
}
