package rules

import (
	"slices"
	"strings"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/shell"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/text"
)

func toolServers() []Rule {
	return []Rule{{
		ID: "tool-server-added", Severity: Medium, Confidence: Likely, Category: Agency,
		Title:    "Tool server added to the agent from a package",
		Why:      "The server's tools and their descriptions stand in every later conversation, and its program is fetched anew at each start.",
		Fix:      "Let the user add the server, and pin its version.",
		Refs:     []string{"ASI04", "AST02", "CWE-829"},
		In:       text.Script | text.Fence | text.Payload,
		Triggers: []string{" mcp add"},
		Judge:    judgeToolServer,
		Hits: []Sample{
			{Path: "a.sh", Text: "claude mcp add helper -- npx -y helper-mcp"},
			{Path: "a.sh", Text: "codex mcp add helper -- uvx helper-mcp"},
			{Path: "a.sh", Text: "claude mcp add --scope user helper bunx helper-mcp"},
		},
		Misses: []Sample{
			{Path: "a.sh", Text: "claude mcp add helper -- npx -y helper-mcp@1.4.2"},
			{Path: "a.sh", Text: "claude mcp add local -- node ./server.js"},
			{Path: "a.sh", Text: "claude mcp list"},
			{Text: "Use `claude mcp add` to add a server."},
		},
	}}
}

// judgeToolServer wants a package that is run without a version.
func judgeToolServer(s *Scene) []Hit {
	var hits []Hit
	s.EachPipeline(func(c Command, p shell.Pipeline) {
		for _, call := range p.Calls {
			if len(call.Args) < 3 || call.Args[0].Text != "mcp" || !strings.HasPrefix(call.Args[1].Text, "add") {
				continue
			}
			runner := slices.IndexFunc(call.Args, func(w shell.Word) bool {
				return w.Text == "npx" || w.Text == "bunx" || w.Text == "uvx" || w.Text == "pnpx"
			})
			if runner < 0 {
				continue
			}
			name := slices.IndexFunc(call.Args[runner+1:], func(w shell.Word) bool { return !strings.HasPrefix(w.Text, "-") })
			if name < 0 {
				continue
			}
			if _, version, ok := strings.Cut(strings.TrimPrefix(call.Args[runner+1+name].Text, "@"), "@"); ok && version != "latest" {
				continue
			}
			hits = append(hits, s.act(c))
		}
	})
	return hits
}
