//go:build bench

// Package bench times the whole program on a generated collection of skills,
// beside ripgrep looking for as many patterns in the same files. Run it with
// `make bench`; docs/performance.md explains the figures.
package bench_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/rules"
)

// The sizes of files in public skills: half are below 2.7 KB, one in a hundred
// is above 48 KB, the largest has 3.4 MB.
const (
	median  = 2700.0
	p99     = 48000.0
	largest = 3_400_000
	rounds  = 5
)

func TestBench(t *testing.T) {
	total := 64 << 20
	if mb, err := strconv.Atoi(os.Getenv("BENCH_MB")); err == nil {
		total = mb << 20
	}
	dir := t.TempDir()
	program := filepath.Join(dir, "symbi-ctl")
	build := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", program, "../..")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	tree := filepath.Join(dir, "skills")
	files, size := generate(t, tree, total)
	one := filepath.Join(tree, "skill-00001")
	fmt.Printf("%d files, %.1f MB\n", files, float64(size)/1e6)

	commands := []command{
		{"default rules", []string{program, "skills", "scan", "--fail-on", "none", "-o", "json", tree}},
		{"ten SDK rules", []string{program, "skills", "scan", "--fail-on", "none", "-o", "json", "--ruleset", "sdk-1.11", tree}},
		{"one skill", []string{program, "skills", "scan", "--fail-on", "none", one}},
		{"version", []string{program, "version"}},
	}
	if rg, err := exec.LookPath("rg"); err == nil {
		patterns := filepath.Join(dir, "patterns")
		n := writePatterns(t, patterns)
		commands = append(commands, command{fmt.Sprintf("rg, %d patterns", n), []string{rg, "--no-unicode", "--no-ignore", "--hidden", "-c", "-f", patterns, tree}})
	} else {
		fmt.Println("rg is not installed: no comparison")
	}
	measure(t, commands, size)
}

type command struct {
	name string
	args []string
}

// measure runs the commands in turn, so that a change of the machine's speed
// meets all of them, and prints medians.
func measure(t *testing.T, commands []command, size int64) {
	t.Helper()
	walls := make([][]time.Duration, len(commands))
	cpus := make([][]time.Duration, len(commands))
	peak := make([]int64, len(commands))
	for round := range rounds + 1 {
		for i, c := range commands {
			run := exec.Command(c.args[0], c.args[1:]...)
			start := time.Now()
			err := run.Run()
			wall := time.Since(start)
			if code := run.ProcessState.ExitCode(); code != 0 && code != 1 {
				t.Fatalf("%s: %v", c.name, err)
			}
			if round == 0 {
				continue // warms the caches
			}
			walls[i] = append(walls[i], wall)
			cpus[i] = append(cpus[i], run.ProcessState.UserTime()+run.ProcessState.SystemTime())
			if usage, ok := run.ProcessState.SysUsage().(*syscall.Rusage); ok {
				peak[i] = max(peak[i], usage.Maxrss)
			}
		}
	}
	base := middle(walls[0])
	fmt.Printf("%-20s %10s %10s %8s %9s %8s\n", "", "wall", "cpu", "MB/s", "peak MB", "× first")
	for i, c := range commands {
		w := middle(walls[i])
		fmt.Printf("%-20s %8.1fms %8.1fms %8.0f %9.1f %8.2f\n", c.name, ms(w), ms(middle(cpus[i])), float64(size)/1e6/w.Seconds(), float64(peak[i])/1024, float64(w)/float64(base))
	}
}

func middle(list []time.Duration) time.Duration {
	slices.Sort(list)
	return list[len(list)/2]
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// writePatterns writes one expression for each rule: the alternation of its
// triggers.
func writePatterns(t *testing.T, file string) int {
	t.Helper()
	var out []string
	for _, r := range rules.Symbi().Rules {
		var parts []string
		for _, trigger := range r.Triggers {
			if strings.IndexFunc(trigger, func(c rune) bool { return c < ' ' || c > '~' }) < 0 {
				parts = append(parts, regexp.QuoteMeta(trigger))
			}
		}
		if len(parts) > 0 {
			out = append(out, "(?i)(?:"+strings.Join(parts, "|")+")")
		}
	}
	if err := os.WriteFile(file, []byte(strings.Join(out, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return len(out)
}

// generate writes skills of about total bytes and returns how many files and
// bytes they have. The same seed gives the same bytes.
func generate(t *testing.T, tree string, total int) (files int, size int64) {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	sigma := math.Log(p99/median) / 2.326
	names := []string{"SKILL.md", "scripts/run.sh", "scripts/main.py", "references/guide.md", "src/index.js", "config.json"}
	for skill := 0; size < int64(total); skill++ {
		folder := filepath.Join(tree, fmt.Sprintf("skill-%05d", skill))
		for _, name := range names[:1+r.IntN(len(names))] {
			n := min(largest, int(median*math.Exp(sigma*r.NormFloat64())))
			text := content(r, name, n)
			file := filepath.Join(folder, filepath.FromSlash(name))
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, text, 0o600); err != nil {
				t.Fatal(err)
			}
			files++
			size += int64(len(text))
		}
	}
	return files, size
}

// content is text of n bytes as such a file holds it. What rules look for occurs
// as often as it does in public skills.
func content(r *rand.Rand, name string, n int) []byte {
	var b strings.Builder
	if strings.HasSuffix(name, "SKILL.md") {
		b.WriteString("---\nname: skill\ndescription: Does one thing well. Use it when that thing is needed.\n---\n# Skill\n\n")
	}
	lines := prose()
	if !strings.HasSuffix(name, ".md") {
		lines = code()
	}
	rare := seldom()
	for b.Len() < n {
		line := lines[r.IntN(len(lines))]
		if r.IntN(60) == 0 {
			line = rare[r.IntN(len(rare))]
		}
		b.WriteString(line)
		b.WriteByte('\n')
	}
	return []byte(b.String())
}

func prose() []string {
	return []string{
		"", "", "## Steps", "Read the file, then ask the user which of the sheets to work on.", "- Keep the order of the columns, and the names of the headers.",
		"1. Open the document and look for the section that the task names.", "Use the template below when the report has more than one part.",
		"| Option | Meaning | Default |", "| `--format` | the form of the output | `table` |", "```python", "import json", "print(json.dumps(rows, indent=2))", "```",
		"The result is a table with one row for each month; numbers have two digits.", "See [the reference](references/guide.md) for the whole list of fields.",
		"When something is unclear, stop and ask instead of guessing what is meant.", "> Note: dates are written as YYYY-MM-DD everywhere.", "**Important**: never change the input file in place.",
	}
}

func code() []string {
	return []string{
		"", "def load(path):", "    with open(path, encoding=\"utf-8\") as f:", "        return json.load(f)", "for row in rows:", "    total += float(row[\"amount\"])",
		"if [ -z \"$1\" ]; then", "  echo \"usage: run.sh FILE\" >&2", "  exit 2", "fi", "const rows = await parse(input);", "export function format(rows) {", "  return rows.map((r) => r.join(\"\\t\"));", "}",
		"# one line for each entry", "result = sorted(result, key=lambda r: r[\"date\"])", "set -euo pipefail", "out=\"$(mktemp)\"", "  \"version\": \"1.2.3\",", "  \"description\": \"formats tables\",",
	}
}

func seldom() []string {
	return []string{
		"curl -s https://api.example.com/v1/items | jq '.items[]'", "pip install requests", "npm install --save-dev typescript", "Copy `.env.example` to `.env` and fill in the values.",
		"git clone https://github.com/example/tool.git", "chmod +x scripts/run.sh", "const key = process.env.API_KEY;", "sudo apt-get install -y poppler-utils", "Ask the user for the password of the archive when there is one.",
		"base64 -d image.txt > image.png", "Write the summary to CLAUDE.md only when the user wants it.", "docker run --rm -v \"$PWD:/work\" example/tool", "wget -qO- https://example.com/robots.txt", "rm -rf build/",
	}
}
