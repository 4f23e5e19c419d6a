package cmd_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/cmd"
	"github.com/symbi-ctl/symbi-ctl/internal/cli"
)

// changing are the runs of commands that change something on a runtime: those
// that have --dry-run.
func changing() map[*cobra.Command]asking {
	rows := askings()
	found := map[*cobra.Command]asking{}
	walk(cmd.Tree(), func(c *cobra.Command) {
		path := strings.Join(words(c), " ")
		if row, ok := rows[path]; ok && c.Flag("dry-run") != nil {
			if path == "api" {
				row.args = []string{"DELETE", "/agents/x"}
			}
			found[c] = row
		}
	})
	return found
}

// watchful answers what guards may ask, and remembers every change that
// reached it.
type watchful struct {
	mu      sync.Mutex
	changes []string
}

func (s *watchful) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet || strings.HasSuffix(r.URL.Path, "/messages") {
		s.mu.Lock()
		s.changes = append(s.changes, r.Method+" "+r.URL.Path)
		s.mu.Unlock()
	}
	healthOnly("3.0.0", "healthy")(w, r)
}

// TestGuards: with --dry-run, with a profile that only reads or is protected, and
// with wrong flags about output, no command changes anything.
func TestGuards(t *testing.T) {
	t.Parallel()
	if n := len(changing()); n < 10 {
		t.Errorf("only %d commands with --dry-run have a row in askings", n)
	}
	settings := filepath.Join(t.TempDir(), "settings.yaml")
	if err := os.WriteFile(settings, []byte("profiles:\n  reads: {read_only: true}\n  prod: {protected: true}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		flags  []string
		status cli.Status
		code   string
	}{
		"dry run":                    {[]string{"--dry-run"}, cli.OK, ""},
		"read only":                  {[]string{"--config", settings, "--profile", "reads"}, cli.Usage, "READ_ONLY"},
		"read only, confirmed":       {[]string{"--config", settings, "--profile", "reads", "--confirm", "reads"}, cli.Usage, "READ_ONLY"},
		"protected":                  {[]string{"--config", settings, "--profile", "prod"}, cli.Usage, "CONFIRMATION_NEEDED"},
		"protected, wrongly":         {[]string{"--config", settings, "--profile", "prod", "--confirm", "reads"}, cli.Usage, "CONFIRMATION_NEEDED"},
		"unknown format":             {[]string{"-o", "jsonn"}, cli.Usage, "unknown output format"},
		"broken jq":                  {[]string{"--jq", ".["}, cli.Usage, "jq expression"},
		"broken template":            {[]string{"--template", "{{"}, cli.Usage, "template"},
		"unknown colour":             {[]string{"--color", "blue"}, cli.Usage, "--color"},
		"dry run of what only reads": {[]string{"--config", settings, "--profile", "reads", "--dry-run"}, cli.OK, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := &watchful{}
			site := httptest.NewServer(server)
			t.Cleanup(site.Close)
			for c, row := range changing() {
				args := slices.Concat(words(c), row.args, []string{"--base-url", site.URL, "-o", "json"}, tc.flags)
				var out, errs bytes.Buffer
				status := cli.Status(cmd.Run(t.Context(), args, []string{"HOME=" + t.TempDir(), "SYMBIONT_API_KEY=canary"}, strings.NewReader(row.stdin), &out, &errs))
				if status != tc.status || !strings.Contains(errs.String(), tc.code) {
					t.Errorf("%s: status %v, want %v and %s; stderr %s", c.CommandPath(), status, tc.status, tc.code, errs.String())
				}
				checkPlan(t, c.CommandPath(), out.Bytes(), tc.status == cli.OK)
			}
			if len(server.changes) > 0 {
				t.Errorf("changed all the same: %v", server.changes)
			}
		})
	}
}

// checkPlan wants the request that was not sent, or nothing.
func checkPlan(t *testing.T, name string, stdout []byte, planned bool) {
	t.Helper()
	if !planned {
		if len(stdout) > 0 {
			t.Errorf("%s: stdout %s", name, stdout)
		}
		return
	}
	var plan struct {
		DryRun  bool   `json:"dry_run"`
		Address string `json:"base_url"`
		Request struct{ Method, Path string }
	}
	if err := json.Unmarshal(stdout, &plan); err != nil || !plan.DryRun || !strings.HasPrefix(plan.Address, "http://127.0.0.1:") || plan.Request.Method == "" || !strings.HasPrefix(plan.Request.Path, "/api/v1/") {
		t.Errorf("%s: stdout is no plan: %s", name, stdout)
	}
}

// TestWrongUsage: a command line that cannot be understood gives one JSON error,
// whatever the command.
func TestWrongUsage(t *testing.T) {
	t.Parallel()
	walk(cmd.Tree(), func(c *cobra.Command) {
		status, stdout, stderr := run(t, append(words(c), "--there-is-no-such-flag", "-o", "json")...)
		if status != int(cli.Usage) || stdout != "" {
			t.Errorf("%s: status %d, stdout %q", c.CommandPath(), status, stdout)
		}
		checkError(t, c.CommandPath(), stderr, cli.Usage)
	})
}
