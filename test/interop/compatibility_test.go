//go:build interop && unix

package interop_test

import (
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/test/interop/realruntime"
)

var update = flag.Bool("update", false, "write docs/compatibility.md from what the runtimes did")

// subject is a runtime that is asked, with what the commands before have made.
type subject struct {
	*operator
	name string            // the column of docs/compatibility.md
	made map[string]string // ids and the like
}

// compatible is one command and how the runtimes take it.
type compatible struct {
	command string // as docs/compatibility.md names it
	args    func(s *subject) []string
	keep    map[string]string // jq-like: what to keep of the answer, by name
	// refused says why a runtime does not serve it: status 9, and the words are
	// in the error.
	refused map[string]string
	check   func(t *testing.T, s *subject, answer any)
}

// commands is every command that needs a runtime, in an order in which each
// finds what it needs.
func commands() []compatible {
	later := map[string]string{realruntime.Classic: "needs 1.21"}
	words := func(line string) func(*subject) []string {
		return func(s *subject) []string {
			var args []string
			for word := range strings.FieldsSeq(line) {
				if name, ok := strings.CutPrefix(word, "@"); ok {
					word = s.made[name]
				}
				args = append(args, word)
			}
			return args
		}
	}
	return []compatible{
		{command: "status", args: words("status")},
		{command: "doctor", args: words("doctor")},
		{command: "auth status", args: words("auth status"), check: member("accepted", true)},
		{command: "api", args: words("api GET /health"), check: member("status", "healthy")},
		{command: "agents create", args: words("agents create judged --prompt Judge."), keep: map[string]string{"judged": "id"}},
		{command: "agents create --mode external", args: words("agents create robot --mode external"), keep: map[string]string{"robot": "id"}},
		{command: "agents list", args: words("agents list"), check: lists("id", "judged")},
		{command: "agents get", args: words("agents get @judged"), check: member("name", "judged")},
		{command: "agents status", args: words("agents status @judged"), check: member("execution_mode", "Ephemeral")},
		{command: "agents update", args: words("agents update @judged --name renamed"), check: member("status", "updated")},
		{command: "agents run", args: words("agents run @runner"), keep: map[string]string{"started": "execution_id"}},
		{
			command: "agents run --input --wait", args: words(`agents run @runner --input {"n":1} --wait`), refused: later,
			keep:  map[string]string{"run": "audit.run_id", "key": "audit.public_key", "invocation": "invocation_id", "journal": "audit.path"},
			check: repeats(`{"n":1}`),
		},
		{command: "agents run --invocation-id", args: words(`agents run @runner --input {"n":1} --invocation-id @invocation`), refused: later, check: member("replayed", true)},
		{command: "agents history", args: words("agents history @runner"), check: lists("execution_id", "started")},
		{command: "agents wait", args: words("agents wait @runner --for-state Completed --timeout 20s"), check: member("state", "Completed")},
		{command: "agents watch", args: words("agents watch @runner --for 1s")},
		{command: "agents metrics", args: words("agents metrics @runner"), refused: map[string]string{realruntime.Governed: "not served", realruntime.Classic: "not served"}},
		{command: "agents export", args: words("agents export @runner")},
		{command: "agents heartbeat", args: words("agents heartbeat @robot --agent-state Running --metadata version=2")},
		{command: "agents emit", args: words("agents emit @robot --type RunCompleted --payload {}")},
		{command: "messages send", args: words("messages send @mailbox --from @robot --text hello"), keep: map[string]string{"message": "message_id"}},
		{command: "messages list", args: words("messages list @mailbox"), check: lists("message_id", "message")},
		{command: "messages status", args: words("messages status @message"), check: member("status", "delivered")},
		{command: "workflows run", args: words("workflows run flow.symbi")},
		{command: "workflows run --input --wait", args: words(`workflows run flow.symbi --input {"n":1} --wait`), refused: later, check: member("status", "completed")},
		{command: "runs inspect", args: words("runs inspect @runner @run --public-key @key"), refused: later, check: member("status", "completed")},
		{command: "runs verify", args: words("runs verify @journal --public-key @key"), refused: map[string]string{realruntime.Classic: "has no journals"}},
		{command: "agents delete", args: words("agents delete @robot --yes")},
	}
}

// TestCompatibility asks every runtime everything, with symbi-ctl and with the
// Python SDKs, and holds docs/compatibility.md to the answers.
func TestCompatibility(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	cells := make(map[string]map[string]string)
	note := func(row, column, cell string) {
		mu.Lock()
		defer mu.Unlock()
		if cells[row] == nil {
			cells[row] = make(map[string]string)
		}
		cells[row][column] = cell
	}
	t.Run("ask", func(t *testing.T) { // returns when all have answered
		for _, name := range subjects() {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				s := newSubject(t, name)
				for _, c := range commands() {
					note(c.command, name, s.ask(t, c))
				}
				if !asksSDK(name) {
					return
				}
				for _, version := range sdkVersions() {
					for call, outcome := range s.askSDK(t, version) {
						note(call, version+" "+name, outcome)
					}
				}
			})
		}
	})
	if !t.Failed() && len(cells[commands()[0].command]) == len(subjects()) { // else one could not be asked
		comparePage(t, cells)
	}
}

// subjects are the runtimes that are asked, as docs/compatibility.md names them.
func subjects() []string { return []string{realruntime.Governed, realruntime.Classic, embedded, local} }

// asksSDK reports whether the SDKs are tried with a runtime: not with that of the
// older dialect, which no SDK here belongs to, and not without a server.
func asksSDK(name string) bool { return name != realruntime.Classic && name != local }

// TestCompatibilityIsWhole: every command of the nouns that need a runtime is
// asked, but those that only keep or show what is here.
func TestCompatibilityIsWhole(t *testing.T) {
	t.Parallel()
	here := []string{"api routes", "auth login", "auth logout", "auth token"}
	var all []struct{ Path string }
	o := newOperator(t, local, "")
	o.must(0, &all, "commands")
	for i, c := range all {
		name := strings.TrimPrefix(c.Path, "symbi-ctl ")
		noun, _, _ := strings.Cut(name, " ")
		group := i+1 < len(all) && strings.HasPrefix(all[i+1].Path, c.Path+" ") && name != "api"
		if !slices.Contains([]string{"agents", "api", "auth", "doctor", "messages", "runs", "status", "workflows"}, noun) || group || slices.Contains(here, name) {
			continue
		}
		if !slices.ContainsFunc(commands(), func(c compatible) bool { return c.command == name || strings.HasPrefix(c.command, name+" --") }) {
			t.Errorf("no runtime is asked %q", name)
		}
	}
}

// newSubject starts a runtime.
func newSubject(t *testing.T, name string) *subject {
	t.Helper()
	s := &subject{name: name, made: map[string]string{
		"runner": realruntime.Alpha, "mailbox": realruntime.Alpha, "run": realruntime.Beta, "key": strings.Repeat("5a", 32), "invocation": realruntime.Beta,
	}}
	switch name {
	case embedded:
		s.operator = devUp(t)
	case local:
		s.operator = newOperator(t, local, "")
	default:
		rt := realruntime.Start(t, name)
		s.operator = newOperator(t, rt.URL, rt.Token)
	}
	s.env = append(s.env, "SYMBIONT_VALIDATION_MODE=strict") // what a runtime says is what the contract says
	s.write("flow.symbi", "agent flow() {}\n")
	return s
}

// ask runs one command, and returns its cell.
func (s *subject) ask(t *testing.T, c compatible) string {
	t.Helper()
	why, refused := c.refused[s.name]
	if refused && c.command == "runs verify" { // works on files, of which there are none
		return why
	}
	r := s.do(c.args(s)...)
	if refused {
		if r.status != 9 || !strings.Contains(r.stderr, why) && why != "not served" {
			t.Errorf("%s: want status 9 and %q, got %d\n%s", c.command, why, r.status, r.stderr)
		}
		return why
	}
	if pending := r.status == 8 && !slices.Contains(c.args(s), "--wait"); r.status != 0 && !pending {
		t.Errorf("%s: want status 0, got %d\n%s%s", c.command, r.status, r.stdout, r.stderr)
		return "no"
	}
	var answer any
	if err := json.Unmarshal([]byte(r.stdout), &answer); err != nil {
		t.Errorf("%s: %v\n%s", c.command, err, r.stdout)
		return "no"
	}
	for name, path := range c.keep {
		s.made[name] = fmt.Sprint(at(answer, path))
		if name != "judged" {
			continue
		}
		if s.name != realruntime.Classic { // which on a small host may never start it
			s.made["runner"] = s.made[name]
		}
		if s.name == embedded || s.name == local {
			s.made["mailbox"] = s.made[name]
		}
	}
	if c.check != nil {
		c.check(t, s, answer)
	}
	return "yes"
}

// at returns the member of a value that a dotted path names, or nil.
func at(value any, path string) any {
	for name := range strings.SplitSeq(path, ".") {
		object, _ := value.(map[string]any)
		value = object[name]
	}
	return value
}

// member wants an answer in which a member has a value.
func member(path string, want any) func(*testing.T, *subject, any) {
	return func(t *testing.T, _ *subject, answer any) {
		t.Helper()
		if got := at(answer, path); got != want {
			t.Errorf("want %s %v, got %v in %v", path, want, got, answer)
		}
	}
}

// repeats wants the output of a run to be its input, which each model here
// repeats with or without a word before it.
func repeats(input string) func(*testing.T, *subject, any) {
	return func(t *testing.T, _ *subject, answer any) {
		t.Helper()
		if got := at(answer, "result.output"); got != input && got != "echo: "+input {
			t.Errorf("want the output %s, got %v in %v", input, got, answer)
		}
	}
}

// lists wants a list with an element in which a member is what was kept.
func lists(path, kept string) func(*testing.T, *subject, any) {
	return func(t *testing.T, s *subject, answer any) {
		t.Helper()
		list, _ := answer.([]any)
		if !slices.ContainsFunc(list, func(element any) bool { return at(element, path) == s.made[kept] }) {
			t.Errorf("want a list with %s %s, got %v", path, s.made[kept], answer)
		}
	}
}

// comparePage writes docs/compatibility.md, or holds it to what was seen.
func comparePage(t *testing.T, cells map[string]map[string]string) {
	t.Helper()
	var b strings.Builder
	row := func(cell ...string) { fmt.Fprintf(&b, "| %s |\n", strings.Join(cell, " | ")) }
	head := func(cell ...string) {
		row(cell...)
		row(slices.Repeat([]string{"---"}, len(cell))...)
	}
	b.WriteString(pageHead)
	head(append([]string{"command"}, subjects()...)...)
	for _, c := range commands() {
		line := []string{"`" + c.command + "`"}
		for _, name := range subjects() {
			line = append(line, cells[c.command][name])
		}
		row(line...)
	}
	b.WriteString(pageSDK)
	columns := sdkColumns()
	titles := []string{"call"}
	for _, c := range columns {
		titles = append(titles, "SDK "+strings.Replace(c, " ", ", ", 1))
	}
	head(append(titles, "why")...)
	for _, c := range sdkCalls() {
		line := []string{"`" + c.name + "`"}
		for _, column := range columns {
			line = append(line, cmp.Or(cells[c.name][column], "–"))
		}
		row(append(line, c.why)...)
	}
	file := filepath.Join(root(t), "docs", "compatibility.md")
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	page, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(b.String(), string(page)); diff != "" {
		t.Errorf("docs/compatibility.md is not what the runtimes did (-did +page): go test -tags interop -run TestCompatibility ./test/interop -update\n%s", diff)
	}
}

const pageHead = `# Compatibility

Which command works with which runtime. A test writes this page while it asks the
genuine runtimes: ` + "`go test -tags interop -run TestCompatibility ./test/interop -update`" + `.
A command that a runtime does not serve ends with status 9 and says which version has it.
` + "`dev up` and `local:`" + ` are the embedded runtime, with a server and without.

`

const pageSDK = `
## The Python SDKs

What came of the SDKs' own calls with a runtime: a dash where an SDK has no such call,
else the error that it ended with.

`
