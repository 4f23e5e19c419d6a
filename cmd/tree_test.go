package cmd_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/symbi-ctl/symbi-ctl/cmd"
	"github.com/symbi-ctl/symbi-ctl/internal/cli"
)

// The tests of this file hold for every command that there is or will be: they
// walk the tree.

// walk calls visit with c and every visible command below it.
func walk(c *cobra.Command, visit func(*cobra.Command)) {
	if c.Hidden || c.Name() == "help" {
		return
	}
	visit(c)
	for _, child := range c.Commands() {
		walk(child, visit)
	}
}

// run is one command line in an empty home and with no terminal.
func run(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	status = cmd.Run(t.Context(), args, []string{"HOME=" + t.TempDir()}, strings.NewReader(""), &out, &errs)
	return status, out.String(), errs.String()
}

// words returns the command line that leads to c, without the program's name.
func words(c *cobra.Command) []string { return strings.Fields(c.CommandPath())[1:] }

func TestCommandsAreDescribed(t *testing.T) {
	t.Parallel()
	walk(cmd.Tree(), func(c *cobra.Command) {
		if !regexp.MustCompile(`^[A-Z][a-z]+\b.*[^.\s]$`).MatchString(c.Short) {
			t.Errorf("%s: Short %q: want one line, a verb first, no full stop", c.CommandPath(), c.Short)
		}
		if len(examples(c)) == 0 {
			t.Errorf("%s has no Example", c.CommandPath())
		}
		for _, line := range examples(c) {
			if !strings.Contains(line, "symbi-ctl "+strings.Join(words(c), " ")) {
				t.Errorf("%s: the example %q shows another command", c.CommandPath(), line)
			}
		}
		if !c.Runnable() {
			t.Errorf("%s cannot be run; make it a cli.Group", c.CommandPath())
		}
		if c.Args == nil {
			t.Errorf("%s says nothing about its arguments (Args)", c.CommandPath())
		}
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if f.Usage == "" || strings.HasSuffix(f.Usage, ".") {
				t.Errorf("%s --%s: usage %q: want a phrase without a full stop", c.CommandPath(), f.Name, f.Usage)
			}
		})
	})
}

// examples returns the lines of c's Example that run the program.
func examples(c *cobra.Command) []string {
	var lines []string
	for line := range strings.SplitSeq(c.Example, "\n") {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			lines = append(lines, line)
		}
	}
	return lines
}

// TestOneLetterOneMeaning: a letter that means two things is learned twice.
func TestOneLetterOneMeaning(t *testing.T) {
	t.Parallel()
	meaning := map[string]string{
		"h": "help", "o": "output", "f": "file", "p": "profile", "q": "quiet",
		"v": "verbose", "w": "watch", "y": "yes", "n": "limit",
	}
	walk(cmd.Tree(), func(c *cobra.Command) {
		c.InitDefaultHelpFlag()
		check := func(f *pflag.Flag) {
			if f.Shorthand != "" && meaning[f.Shorthand] != f.Name {
				t.Errorf("%s: -%s is --%s; a letter of its own is not for this flag", c.CommandPath(), f.Shorthand, f.Name)
			}
			for letter, name := range meaning {
				if f.Name == name && f.Shorthand != letter {
					t.Errorf("%s: --%s goes without -%s here, and has it elsewhere", c.CommandPath(), f.Name, letter)
				}
			}
		}
		c.Flags().VisitAll(check)
		c.PersistentFlags().VisitAll(check)
	})
}

// TestUnknownChildrenAreRefused: cobra alone answers a mistyped child with help
// and status 0, and a script goes on as if something had been done.
func TestUnknownChildrenAreRefused(t *testing.T) {
	t.Parallel()
	walk(cmd.Tree(), func(c *cobra.Command) {
		if !c.HasAvailableSubCommands() {
			return
		}
		for _, child := range c.Commands() {
			if child.Hidden || child.Name() == "help" {
				continue
			}
			typo := child.Name() + "z"
			status, stdout, stderr := run(t, append(words(c), typo)...)
			suggestion := regexp.MustCompile(`did you mean .*\b` + regexp.QuoteMeta(child.Name()) + `\b.*\?`)
			if status != int(cli.Usage) || stdout != "" || !strings.Contains(stderr, strconv.Quote(typo)) || !suggestion.MatchString(stderr) {
				t.Errorf("%s %s: status %d, stdout %q, stderr %q; want status 2 and the suggestion %s", c.CommandPath(), typo, status, stdout, stderr, child.Name())
			}
		}
		status, stdout, _ := run(t, append(words(c), "there-is-no-such-child", "--also", "x")...)
		if status != int(cli.Usage) || stdout != "" {
			t.Errorf("%s with an unknown child and flag: status %d, stdout %q", c.CommandPath(), status, stdout)
		}
	})
}

func TestHelpRenders(t *testing.T) {
	t.Parallel()
	walk(cmd.Tree(), func(c *cobra.Command) {
		status, stdout, stderr := run(t, append(words(c), "--help")...)
		if status != 0 || stderr != "" {
			t.Errorf("%s --help: status %d, stderr %q", c.CommandPath(), status, stderr)
		}
		for _, want := range []string{c.UseLine(), examples(c)[0]} {
			if !strings.Contains(stdout, want) {
				t.Errorf("%s --help does not show %q", c.CommandPath(), want)
			}
		}
		for _, r := range stdout {
			if r != '\n' && !unicode.IsPrint(r) {
				t.Errorf("%s --help holds %U", c.CommandPath(), r)
				break
			}
		}
	})
}

// TestCommandsListsTheTree: what agents and documentation read is the tree.
func TestCommandsListsTheTree(t *testing.T) {
	t.Parallel()
	type command struct {
		Path  string `json:"path"`
		Exits []int  `json:"exit_statuses"`
	}
	var want []command
	root := cmd.Tree()
	walk(root, func(c *cobra.Command) {
		if c == root {
			return
		}
		var exits []int
		for _, s := range cli.DeclaredExits(c) {
			exits = append(exits, int(s))
		}
		want = append(want, command{c.CommandPath(), exits})
	})
	status, stdout, stderr := run(t, "commands", "-o", "json")
	if status != 0 {
		t.Fatalf("commands -o json: status %d, %s", status, stderr)
	}
	var got []command
	if err := json.Unmarshal([]byte(stdout), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestErrorCodesAreExplained: the constants, the catalogue, the command and the
// code that gives them out agree.
func TestErrorCodesAreExplained(t *testing.T) {
	t.Parallel()
	catalogue := map[string]cli.CodeDoc{}
	for _, d := range cli.Catalogue() {
		if _, twice := catalogue[string(d.Code)]; twice {
			t.Errorf("%s is in the catalogue twice", d.Code)
		}
		catalogue[string(d.Code)] = d
	}
	source, uses := sources(t)
	for _, m := range regexp.MustCompile(`(?m)^\s+(Code\w+)\s+Code = "(\w+)"`).FindAllStringSubmatch(source, -1) {
		name, code := m[1], m[2]
		d, ok := catalogue[code]
		if !ok {
			t.Errorf("%s is not in the catalogue", code)
			continue
		}
		delete(catalogue, code)
		if d.Meaning == "" || d.Todo == "" || !strings.HasSuffix(d.Todo, ".") {
			t.Errorf("%s: the catalogue wants sentences about what it means and what to do", code)
		}
		if n := len(regexp.MustCompile(`\b`+name+`\b`).FindAllString(uses, -1)); n == 0 {
			t.Errorf("nothing gives out %s", code)
		}
		if status, stdout, stderr := run(t, "explain", code); status != 0 || !strings.Contains(stdout, d.Todo) {
			t.Errorf("explain %s: status %d, stdout %q, stderr %q", code, status, stdout, stderr)
		}
	}
	for code := range catalogue {
		t.Errorf("%s is in the catalogue and has no constant", code)
	}
}

// sources returns the text of the catalogue and of all other code.
func sources(t *testing.T) (catalogue, rest string) {
	t.Helper()
	var others strings.Builder
	for _, dir := range []string{".", "*", "../internal/cli", "../internal/remote"} {
		names, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			switch {
			case strings.HasSuffix(name, "_test.go"):
			case strings.HasSuffix(name, "internal/cli/catalogue.go"):
				catalogue = string(text)
			default:
				others.Write(text)
			}
		}
	}
	if catalogue == "" {
		t.Fatal("internal/cli/catalogue.go is not where it was")
	}
	return catalogue, others.String()
}

// scriptLine is a line of a script that runs the program.
type scriptLine struct {
	where  string
	status string // empty when the line does not say
	args   []string
	text   string // what follows the name of the program
}

// script finds the command lines of testdata/scripts.
func script(t *testing.T) []scriptLine {
	t.Helper()
	names, err := filepath.Glob(filepath.Join("..", "testdata", "scripts", "*.txtar"))
	if err != nil || len(names) == 0 {
		t.Fatalf("find the scripts: %d found, %v", len(names), err)
	}
	command := regexp.MustCompile(`(?:\bstatus (\d+))?(?:^|[\s'";|&(])symbi-ctl (.+)$`)
	var found []scriptLine
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		lines, _, _ := strings.Cut(string(text), "\n-- ")
		number := 0
		for line := range strings.SplitSeq(lines, "\n") {
			number++
			if m := command.FindStringSubmatch(line); m != nil && !strings.HasPrefix(line, "#") {
				found = append(found, scriptLine{filepath.Base(name) + ":" + strconv.Itoa(number), m[1], fields(m[2]), m[2]})
			}
		}
	}
	return found
}

// fields splits a command line at blanks that are outside of quotes, which it
// drops: a script and a shell quote differently.
func fields(line string) []string {
	var words []string
	var word strings.Builder
	quote, inWord := rune(0), false
	for _, r := range line + " " {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && (r == '\'' || r == '"'):
			quote, inWord = r, true
		case quote == 0 && unicode.IsSpace(r):
			if inWord {
				words = append(words, word.String())
			}
			word.Reset()
			inWord = false
		default:
			word.WriteRune(r)
			inWord = true
		}
	}
	return words
}

// TestExamplesRun: an example that no script runs is a promise nobody checks.
// Redirections and pipes are the shell's and are left out of the comparison.
func TestExamplesRun(t *testing.T) {
	t.Parallel()
	tail := regexp.MustCompile(`\s(?:>>?|<|\|\|?|&&|;|#|&\w+&)(?:\s|$).*$`)
	ran := map[string]bool{}
	for _, line := range script(t) {
		ran[strings.Join(line.args, " ")] = true
		ran[strings.Join(fields(tail.ReplaceAllString(line.text, "")), " ")] = true
	}
	walk(cmd.Tree(), func(c *cobra.Command) {
		for _, line := range examples(c) {
			_, args, _ := strings.Cut(line, "symbi-ctl ")
			if args = tail.ReplaceAllString(args, ""); !ran[strings.Join(fields(args), " ")] {
				t.Errorf("%s: no script of testdata/scripts runs the example\n  symbi-ctl %s", c.CommandPath(), args)
			}
		}
	})
}

// TestScriptsMeetDeclaredStatuses: a status that a script sees is one that the
// command says it can give.
func TestScriptsMeetDeclaredStatuses(t *testing.T) {
	t.Parallel()
	root := cmd.Tree()
	seen := map[*cobra.Command]map[cli.Status]bool{}
	for _, line := range script(t) {
		n, err := strconv.Atoi(line.status)
		if err != nil {
			continue
		}
		c, _, err := root.Find(line.args)
		if err != nil || c.HasSubCommands() {
			continue
		}
		if seen[c] == nil {
			seen[c] = map[cli.Status]bool{}
		}
		seen[c][cli.Status(n)] = true
		if !slices.Contains(cli.DeclaredExits(c), cli.Status(n)) {
			t.Errorf("%s: %s gave status %d, which it does not declare", line.where, c.CommandPath(), n)
		}
	}
	walk(root, func(c *cobra.Command) {
		for _, s := range cli.DeclaredExits(c) {
			if s == cli.No && !seen[c][s] {
				t.Errorf("%s declares status 3 and no script sees it; statuses seen: %v", c.CommandPath(), slices.Sorted(maps.Keys(seen[c])))
			}
		}
	})
}
