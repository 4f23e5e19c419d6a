package cmd_test

import (
	"bytes"
	"encoding/json"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/cmd"
	"github.com/symbi-ctl/symbi-ctl/internal/cli"
)

// asking is how a command is run so that it asks a runtime.
type asking struct {
	args   []string
	stdin  string
	prints bool                  // its result is what it saw, a failure included
	want   map[string]cli.Status // where it differs from expected; 0 to 3 are answers
}

// askings has a row for every command that can reach a runtime.
func askings() map[string]asking {
	const agent = "00000000-0000-4000-8000-000000000001"
	key := strings.Repeat("ab", 32)
	bodiless := map[string]cli.Status{"truncated": cli.OK, "html": cli.OK, "type": cli.OK} // any body will do
	return map[string]asking{
		"agents create":    {args: []string{"x", "--prompt", "x"}},
		"agents delete":    {args: []string{agent, "--yes"}},
		"agents emit":      {args: []string{agent, "--payload", "1"}},
		"agents export":    {args: []string{agent}},
		"agents get":       {args: []string{agent}},
		"agents heartbeat": {args: []string{agent}},
		"agents history":   {args: []string{agent}},
		"agents list":      {},
		"agents metrics":   {args: []string{agent}},
		"agents run":       {args: []string{agent, "--input", "x", "--wait"}},
		"agents status":    {args: []string{agent}},
		"agents update":    {args: []string{agent, "--name", "x"}},
		"agents wait":      {args: []string{agent}},
		"agents watch":     {},
		"api":              {args: []string{"GET", "/agents"}, prints: true, want: bodiless},
		"auth login":       {args: []string{"--from-file", "-"}, stdin: "canary\n"},
		"auth status":      {want: map[string]cli.Status{"locked": cli.No, "forbidden": cli.OK}},
		"doctor":           {prints: true},
		"messages list":    {args: []string{agent}},
		"messages send":    {args: []string{agent, "--from", agent, "--text", "x"}},
		"messages status":  {args: []string{agent}},
		"runs inspect":     {args: []string{agent, agent, "--public-key", key}},
		"status":           {},
		"workflows run":    {args: []string{"-"}, stdin: "agent a(x: String) -> String { }"},
	}
}

// offline are commands with the flags of a connection that need none.
func offline() []string { return []string{"api routes", "auth logout", "auth token", "profile add"} }

// expected is the exit status for each fault of [faults].
func expected() map[string][]cli.Status {
	return map[string][]cli.Status{
		"refused": {cli.Unreachable}, "silent": {cli.Unreachable}, "hangup": {cli.Unreachable}, "reset": {cli.Unreachable, cli.Failure},
		"limited": {cli.Unreachable}, "gateway": {cli.Unreachable},
		"truncated": {cli.Failure}, "garbage": {cli.Unreachable, cli.Failure}, "html": {cli.Failure}, "huge": {cli.Unreachable, cli.Failure},
		"endless": {cli.Failure}, "type": {cli.Failure}, "redirect": {cli.Failure}, "failed": {cli.Failure},
		"locked": {cli.Auth}, "forbidden": {cli.Auth}, "missing": {cli.NotFound}, "unserved": {cli.NotServed},
	}
}

// TestFaults runs every command that can reach a runtime against servers that
// answer wrongly. A new command falls under it until it has a row in askings.
// It is not parallel: messages that cannot be read are kept in the working
// folder.
func TestFaults(t *testing.T) {
	t.Chdir(t.TempDir())
	rows := askings()
	var found []*cobra.Command
	walk(cmd.Tree(), func(c *cobra.Command) {
		path := strings.Join(words(c), " ")
		if _, has := rows[path]; c.Flag("base-url") == nil || slices.Contains(offline(), path) || c.HasAvailableSubCommands() && !has {
			return
		}
		if _, has := rows[path]; !has {
			t.Errorf("%s can reach a runtime; give it a row in askings", path)
			return
		}
		delete(rows, path)
		found = append(found, c)
	})
	for path := range rows {
		t.Errorf("askings has a row for %q, which is no command that reaches a runtime", path)
	}
	if missing := len(faults()) + 1 - len(expected()); missing != 0 { // nobody serves refused
		t.Errorf("%d faults have nothing that is expected of them", missing)
	}
	for kind, want := range expected() { //nolint:paralleltest // the working folder is one for all
		t.Run(kind, func(t *testing.T) {
			address := "http://127.0.0.1:1"
			if h, ok := faults()[kind]; ok {
				site := httptest.NewServer(h)
				t.Cleanup(func() { site.CloseClientConnections(); site.Close() })
				address = site.URL
			}
			for _, c := range found {
				checkFault(t, c, target{kind, address, want})
			}
		})
	}
}

// target is a server with a fault.
type target struct {
	kind, address string
	want          []cli.Status
}

// checkFault wants one JSON error with the status, and nothing on stdout.
func checkFault(t *testing.T, c *cobra.Command, to target) {
	t.Helper()
	row := askings()[strings.Join(words(c), " ")]
	want := to.want
	own, answered := row.want[to.kind]
	if answered {
		want = []cli.Status{own}
	}
	timeout := "20s"
	if slices.Equal(want, []cli.Status{cli.Unreachable}) {
		timeout = "50ms" // some of them never answer
	}
	args := slices.Concat(words(c), row.args, []string{"--base-url", to.address, "--max-retries", "0", "--request-timeout", timeout, "-o", "json"})
	var out, errs bytes.Buffer
	env := []string{"HOME=" + t.TempDir(), "SYMBIONT_API_KEY=canary"}
	status := cli.Status(cmd.Run(t.Context(), args, env, strings.NewReader(row.stdin), &out, &errs))
	name := c.CommandPath()
	if !slices.Contains(want, status) {
		t.Errorf("%s: status %v, want %v; stderr %.400s", name, status, want, errs.String())
	}
	if !slices.Contains(cli.DeclaredExits(c), status) {
		t.Errorf("%s: status %v is not declared", name, status)
	}
	if strings.Contains(out.String()+errs.String(), "canary") {
		t.Errorf("%s shows the key", name)
	}
	if answered {
		return
	}
	if out.Len() > 0 && !row.prints {
		t.Errorf("%s: stdout %.200q", name, out.String())
	}
	checkError(t, name, errs.String(), status)
}

// checkError wants every line of stderr to be JSON, and the last one, and no
// other, an error.
func checkError(t *testing.T, name, stderr string, status cli.Status) {
	t.Helper()
	var got struct {
		Error struct {
			Code, Message string
			Status        cli.Status
		}
	}
	lines := strings.Split(strings.TrimSpace(stderr), "\n")
	last := lines[len(lines)-1]
	if err := json.Unmarshal([]byte(last), &got); err != nil || got.Error.Code == "" || got.Error.Message == "" || got.Error.Status != status {
		t.Errorf("%s: status %v, and no JSON error that says so: %.300s", name, status, stderr)
	}
	for _, line := range lines[:len(lines)-1] {
		var said map[string]any
		if err := json.Unmarshal([]byte(line), &said); err != nil || said["error"] != nil {
			t.Errorf("%s: a line of stderr is no JSON, or a second error: %.300s", name, line)
		}
	}
}
