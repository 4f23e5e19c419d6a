package cmd_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/cmd"
)

const secret = "canary-3f9c1d"

// way is how a key comes to a command. Its files lie in HOME, which is where the
// command runs too.
type way struct {
	files map[string]string
	env   []string
	flags []string
	url   func(address string) string
}

func ways() map[string]way {
	return map[string]way{
		"environment":     {env: []string{"SYMBIONT_API_KEY=" + secret}},
		"second variable": {env: []string{"SYMBIONT_API_TOKEN=" + secret}},
		"file":            {files: map[string]string{"key": secret + "\n"}, flags: []string{"--api-key-file", "key"}},
		"settings":        {files: map[string]string{".symbiont.yaml": "api_key: " + secret + "\n"}},
		"profile":         {files: map[string]string{".symbiont.yaml": "profiles:\n  p: {api_key: " + secret + "}\n"}, flags: []string{"-p", "p"}},
		"reference":       {files: map[string]string{".symbiont.yaml": "api_key: file:~/key\n", "key": secret + "\n"}},
		"variable":        {files: map[string]string{".symbiont.yaml": "api_key: env:OURS\n"}, env: []string{"OURS=" + secret}},
		".env file":       {files: map[string]string{"vars": "SYMBIONT_API_KEY=" + secret + "\n"}, flags: []string{"--env-file", "vars"}},
		"address":         {url: func(a string) string { return strings.Replace(a, "://", "://operator:"+secret+"@", 1) }},
		"query":           {url: func(a string) string { return a + "?token=" + secret }},
	}
}

// repeaters answer with what they were asked, keys included.
func repeaters() map[string]http.HandlerFunc {
	said := func(r *http.Request) string {
		dump, err := httputil.DumpRequest(r, true)
		if err != nil {
			return err.Error()
		}
		return string(dump)
	}
	answer := func(status int) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("X-Request-Id", r.Header.Get("Authorization"))
			w.WriteHeader(status)
			_ = json.NewEncoder(w).Encode(map[string]any{
				"error": said(r), "code": r.Header.Get("Authorization"), "message": said(r),
				"status": said(r), "version": said(r), "id": said(r), "name": said(r), "agents": []string{said(r)},
			})
		}
	}
	return map[string]http.HandlerFunc{
		"200": answer(http.StatusOK), "400": answer(http.StatusBadRequest), "401": answer(http.StatusUnauthorized),
		"409": answer(http.StatusConflict), "500": answer(http.StatusInternalServerError),
		"page": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = w.Write([]byte("<html>" + said(r)))
		},
		"redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/"+r.Header.Get("Authorization"), http.StatusFound)
		},
	}
}

// TestKeysStaySecret: however a key is given, no command shows it or writes it
// down, not even when the server repeats it and all is traced.
func TestKeysStaySecret(t *testing.T) {
	var commands []*cobra.Command
	rows := askings()
	walk(cmd.Tree(), func(c *cobra.Command) {
		if _, ok := rows[strings.Join(words(c), " ")]; ok {
			commands = append(commands, c)
		}
	})
	t.Chdir(t.TempDir())
	seen := 0
	for kind, handler := range repeaters() { //nolint:paralleltest // the working folder is one for all
		t.Run(kind, func(t *testing.T) {
			site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if strings.Contains(r.Header.Get("Authorization"), secret) {
					seen++
				}
				handler(w, r)
			}))
			t.Cleanup(site.Close)
			for name, way := range ways() {
				for _, c := range commands {
					way.try(t, name, c, rows[strings.Join(words(c), " ")], site.URL)
				}
			}
		})
	}
	if seen == 0 {
		t.Error("no server saw the key: nothing was tried")
	}
}

// try runs a command with the key and looks for it.
func (w way) try(t *testing.T, name string, c *cobra.Command, row asking, address string) {
	t.Helper()
	home := t.TempDir()
	for path, data := range w.files {
		if err := os.WriteFile(filepath.Join(home, path), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(home)
	if w.url != nil {
		address = w.url(address)
	}
	args := slices.Concat(words(c), row.args, w.flags, []string{"--base-url", address, "--max-retries", "0", "--request-timeout", "5s", "-vv"})
	for _, format := range []string{"table", "json"} {
		var out, errs bytes.Buffer
		ctx, stop := context.WithTimeout(t.Context(), 300*time.Millisecond) // some wait for what never comes
		cmd.Run(ctx, append(args, "-o", format), append(w.env, "HOME="+home), strings.NewReader(row.stdin), &out, &errs)
		stop()
		if strings.Contains(out.String()+errs.String(), secret) {
			t.Errorf("%s, key by %s, -o %s: shows the key:\n%.1500s\n%.1500s", c.CommandPath(), name, format, out.String(), errs.String())
			return
		}
	}
	err := fs.WalkDir(os.DirFS(home), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || w.files[path] != "" {
			return err
		}
		data, err := fs.ReadFile(os.DirFS(home), path)
		if strings.Contains(string(data), secret) {
			t.Errorf("%s, key by %s: wrote the key to %s", c.CommandPath(), name, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
