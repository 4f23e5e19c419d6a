package cmd_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/itchyny/gojq"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/symbi-ctl/symbi-ctl/internal/devruntime"
	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/frame"
	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/store"
	"github.com/symbi-ctl/symbi-ctl/pkg/reasoning/provider"
)

// serveRuntime serves the embedded runtime from this process, and points the
// settings at it. Its model answers as TRANSCRIPT says, or repeats what it is
// told. With -no-model there is none; with -cut, submissions are taken and their
// connections cut before the answer, as long as there is a file cut; with -lock
// the token is not set.
func serveRuntime(ts *testscript.TestScript, neg bool, args []string) {
	const token = "canary-of-the-runtime"
	o := devruntime.Options{Provider: provider.NewEcho(), Now: time.Now, Guard: &frame.Guard{Token: token}}
	locked, cut := false, false
	for _, arg := range args {
		switch arg {
		case "-no-model":
			o.Provider = nil
		case "-cut":
			cut = true
		case "-lock":
			locked = true
		default:
			scripted, err := provider.NewScripted([]byte(ts.ReadFile(arg)), nil)
			ts.Check(err)
			o.Provider = scripted
		}
	}
	if neg {
		ts.Fatalf("usage: runtime [-no-model] [-cut] [-lock] [TRANSCRIPT]")
	}
	ctx := context.Background()
	state, err := store.Open(ctx, store.Options{Now: time.Now})
	ts.Check(err)
	o.Store = state
	rt, err := devruntime.New(o)
	ts.Check(err)
	ts.Check(rt.Start(ctx))
	site := httptest.NewServer(rt)
	if cut {
		site.Config.Handler = cutWhile(ts.MkAbs("cut"), rt)
	}
	ts.Defer(func() {
		site.CloseClientConnections()
		site.Close()
		over, cancel := context.WithCancel(ctx)
		cancel() // runs that go on are not waited for
		_ = rt.Close(over)
		_ = state.Close()
	})
	ts.Check(os.WriteFile(ts.MkAbs("token"), []byte(token+"\n"), 0o600))
	ts.Setenv("SYMBIONT_BASE_URL", site.URL)
	if !locked {
		ts.Setenv("SYMBIONT_API_KEY", token)
	}
}

// cutWhile lets the runtime do what it is asked, and hangs up instead of
// answering to submissions as long as there is a file.
func cutWhile(file string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := os.Stat(file); err != nil || !strings.HasSuffix(r.URL.Path, "/execute") {
			next.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(httptest.NewRecorder(), r)
		panic(http.ErrAbortHandler)
	})
}

// serveFault starts a server of a kind, see [faults] and [answers], and points
// the settings at it.
func serveFault(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: server KIND")
	}
	if args[0] == "refused" {
		ts.Setenv("SYMBIONT_BASE_URL", "http://127.0.0.1:1")
		return
	}
	h, ok := faults()[args[0]]
	if !ok {
		h, ok = answers()[args[0]]
	}
	if !ok {
		ts.Fatalf("there is no server of the kind %q", args[0])
	}
	site := httptest.NewServer(h)
	ts.Defer(func() {
		site.CloseClientConnections()
		site.Close()
	})
	ts.Setenv("SYMBIONT_BASE_URL", site.URL)
	ts.Setenv("SYMBIONT_API_KEY", "canary-for-servers")
}

// capture sets a variable to what the last stdout or stderr has between the
// parentheses of a regular expression.
func capture(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: capture NAME FILE REGEXP")
	}
	m := regexp.MustCompile(args[2]).FindStringSubmatch(ts.ReadFile(args[1]))
	if len(m) != 2 {
		ts.Fatalf("%s does not match %s", args[1], args[2])
	}
	ts.Setenv(args[0], m[1])
}

// jsonCheck wants the last stdout to be one JSON value, and the result of a jq
// expression on it to be a given JSON value, or anything but null and false.
func jsonCheck(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 2 {
		ts.Fatalf("usage: json [EXPRESSION [VALUE]]")
	}
	jsonOf(ts, "stdout", args)
}

// errorCheck is jsonCheck for the JSON error on the last stderr, which may have
// notices before it.
func errorCheck(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 2 {
		ts.Fatalf("usage: error [EXPRESSION [VALUE]]")
	}
	jsonOf(ts, "stderr", args)
}

func jsonOf(ts *testscript.TestScript, stream string, args []string) {
	text := ts.ReadFile(stream)
	if stream == "stderr" {
		lines := strings.Split(strings.TrimSpace(text), "\n")
		text = lines[len(lines)-1]
	}
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		ts.Fatalf("%s is not one JSON value: %v", stream, err)
	}
	if len(args) == 0 {
		return
	}
	query, err := gojq.Parse(args[0])
	ts.Check(err)
	got, _ := query.Run(value).Next()
	if err, failed := got.(error); failed {
		ts.Fatalf("%s: %v", args[0], err)
	}
	found, err := json.Marshal(got)
	ts.Check(err)
	switch {
	case len(args) == 2 && string(found) != args[1]:
		ts.Fatalf("%s is %s, want %s", args[0], found, args[1])
	case len(args) == 1 && (got == nil || got == false):
		ts.Fatalf("%s is %s", args[0], found)
	}
}
