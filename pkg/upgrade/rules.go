package upgrade

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"sync"

	"github.com/pelletier/go-toml/v2"
)

// definition looks for what the DSL lost.
func (c *check) definition(name, text string) {
	for i, line := range strings.Split(text, "\n") {
		if m := goneWord().FindStringSubmatch(line); m != nil {
			c.add(Version{1, 20}, Finding{
				Severity: Blocks, File: name, Line: i + 1, Message: fmt.Sprintf("the statement %q is no longer part of the language; the definition does not parse", m[1]),
				Todo: "Take it out; agents talk through messages.",
			})
		}
	}
}

//nolint:gochecknoglobals // compiled on first use
var (
	goneWord    = sync.OnceValue(func() patternOf { return compile(`^\s*(emit|on)\s+\w`) })
	toolCall    = sync.OnceValue(func() patternOf { return compile(`tool_call::`) })
	toolName    = sync.OnceValue(func() patternOf { return compile(`\bresource\.tool_name\b`) })
	slot        = sync.OnceValue(func() patternOf { return compile(`\?(?:principal|resource)\b`) })
	place       = sync.OnceValue(func() patternOf { return compile(`<input>:([0-9]+):`) })
	placeholder = sync.OnceValue(func() patternOf { return compile(`\{_(scan_flags|output_file|evidence_dir)\}`) })
)

type patternOf = *regexp.Regexp

func compile(pattern string) patternOf { return regexp.MustCompile(pattern) }

// hasOutbound reports whether the project restricts what may be reached.
func (c *check) hasOutbound() bool {
	data, err := fs.ReadFile(c.project.Root, "symbiont.toml")
	var s map[string]any
	return err == nil && len(data) <= maxFile && toml.Unmarshal(data, &s) == nil && s["outbound"] != nil
}

func (c *check) policy(name, text string) {
	for i, line := range strings.Split(text, "\n") {
		if toolName().MatchString(line) {
			c.add(Version{1, 21}, Finding{
				Severity: Changes, File: name, Line: i + 1, Message: "resource.tool_name had no effect up to 1.20 and grants now",
				Todo: "Generate the policy again with 2.0: it lacks the forbid for high-risk calls nobody approved.",
			})
		}
		if toolCall().MatchString(line) {
			c.add(Version{1, 21}, Finding{
				Severity: Note, File: name, Line: i + 1, Message: "tool_call::… is only asked for tools without [tool.cedar]",
				Todo: "See that no tool it is meant for has that section.",
			})
		}
	}
	if line, problem := checkCedar(text); problem != "" {
		c.add(Version{1, 21}, Finding{
			Severity: Blocks, File: name, Line: line, Message: "the policy does not parse, and then everything is denied: " + problem, Todo: "Mend it before the upgrade.",
		})
	}
}

func (c *check) signature(name, text string) {
	if !strings.Contains(text, `"symbi-skill-v2"`) {
		c.add(Version{2, 0}, Finding{Severity: Blocks, File: name, Message: "a signature of SchemaPin 1.3, which is refused", Todo: "Sign the skill again with a runtime of 2.0 or later (symbi-skill-v2)."})
	}
}

// link refuses a link inside a skill.
func (c *check) link(name string) {
	for dir := path.Dir(name); ; dir = path.Dir(dir) {
		if _, err := fs.Stat(c.project.Root, path.Join(dir, "SKILL.md")); err == nil {
			c.add(Version{2, 0}, Finding{Severity: Blocks, File: name, Message: "a link inside a skill: its scan fails as incomplete", Todo: "Put the file itself there."})
			return
		}
		if dir == "." {
			return
		}
	}
}

func (c *check) settings(name, text string) {
	var s struct {
		Sandbox struct {
			Tier string `toml:"tier"`
		} `toml:"sandbox"`
	}
	if err := toml.Unmarshal([]byte(text), &s); err != nil {
		c.add(Version{1, 21}, Finding{Severity: Blocks, File: name, Message: "the file is read from 1.21 on, and is not TOML: " + err.Error(), Todo: "Mend it."})
		return
	}
	if s.Sandbox.Tier == "landlock" {
		c.add(Version{3, 0}, Finding{Severity: Changes, File: name, Message: "landlock is not comparable with the other tiers any more: it satisfies none and none satisfies it", Todo: "Give agents that ask for a tier the tier landlock too."})
	}
}

// stores looks at what runtimes left on disk.
func (c *check) stores() {
	v := Version{1, 21}
	if c.claims*10 >= maxClaims*8 || c.claimBytes*10 >= maxStore*8 {
		f := Finding{
			Severity: Blocks, File: ".symbiont/invocations", Todo: "Move old files away while the runtime is stopped: their ids are then forgotten.",
			Message: fmt.Sprintf("%d of %d files and %d of %d MiB are used; when it is full every submission is refused, and nothing is ever purged", c.claims, maxClaims, c.claimBytes>>20, maxStore>>20),
		}
		f.Since = v.String()
		c.found = append(c.found, f) // whatever the versions
	}
	if c.project.Data == nil {
		return
	}
	_, old := fs.Stat(c.project.Data, "symbi/cron_jobs.db")
	_, moved := fs.Stat(c.project.Root, ".symbiont/cron_jobs.db")
	if old == nil && moved != nil {
		c.add(v, Finding{Severity: Blocks, File: ".symbiont/cron_jobs.db", Message: "schedules of the user's data folder (symbi/cron_jobs.db) are not carried over", Todo: "Create them again after the upgrade."})
	}
}
