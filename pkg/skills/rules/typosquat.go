package rules

import (
	"path"
	"slices"
	"strings"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/shell"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/text"
)

func typosquats() []Rule {
	return []Rule{typosquatPackage(), typosquatSkill()}
}

func typosquatPackage() Rule {
	return Rule{
		ID: "typosquat-package", Severity: High, Confidence: Likely, Category: Lures,
		Title:    "Package whose name is a slip away from a well-known one",
		Why:      "Names such as reqeusts are registered by attackers, who wait for a slip or write the install line themselves.",
		Fix:      "Correct the name, and look at what was installed.",
		Refs:     []string{"ASI04", "AST02", "CWE-1357"},
		In:       text.Anywhere,
		Triggers: []string{"pip install", "pip3 install", "npm install", "npm i ", "npx ", "yarn add", "pnpm add", "bun add", "uv add", "uvx ", "bunx ", "gem install", "uv tool install", "pipx install"},
		Judge:    judgeTyposquat,
		Hits: []Sample{
			{Text: "pip install reqeusts"},
			{Text: "npm i -g clawhubb"},
			{Text: "npx clawdhub1@latest login"},
			{Text: "pip install beautifulsop4==4.12"},
			{Path: "setup.sh", Text: "npm install puppeteeer commander\n"},
		},
		Misses: []Sample{
			{Text: "pip install requests urllib3"},
			{Text: "npm i -g clawhub"},
			{Text: "pip install websocket-client pymongo"},
			{Text: "npm install socketio @acme/requestss-types"},
		},
	}
}

// wellKnown are package names that are long enough for a slip to be told from
// another name.
func wellKnown() []string {
	return []string{
		"requests", "matplotlib", "tensorflow", "transformers", "langchain", "beautifulsoup4", "selenium", "playwright", "fastapi", "pydantic", "sqlalchemy", "cryptography", "paramiko", "setuptools", "websockets", "colorama", "opencv-python", "scikit-learn", "openpyxl", "markitdown", "pdfplumber", "pycryptodome", "telethon", "streamlit", "anthropic", "python-dotenv", "python-telegram-bot",
		"typescript", "webpack", "prettier", "commander", "mongoose", "puppeteer", "nodemon", "cross-env", "jsonwebtoken", "body-parser", "cheerio", "node-fetch", "tailwindcss", "electron", "express",
		"openclaw", "clawhub", "clawdhub", "clawdbot", "moltbot", "mcporter",
	}
}

// agentTools are imitated with a digit or a suffix too.
func agentTools() []string {
	return []string{"openclaw", "clawhub", "clawdhub", "clawdbot", "moltbot"}
}

// realNames are packages of their own that are a slip away from another.
func realNames() []string {
	return []string{"clawhub", "clawdhub", "websocket", "request", "socketio", "expres", "clawbot", "moltbots", "requestes", "electro", "moltbook"}
}

func judgeTyposquat(s *Scene) []Hit {
	var hits []Hit
	s.EachPipeline(func(c Command, p shell.Pipeline) {
		for _, call := range p.Calls {
			if !installs(call) {
				continue
			}
			for _, name := range packageNames(call) {
				if like := imitates(name); like != "" {
					h := c.Hit()
					h.Message = "Package name " + name + " imitates " + like
					hits = append(hits, h)
				}
			}
		}
	})
	return hits
}

// packageNames returns what an installer is told to install, without versions.
func packageNames(c shell.Call) []string {
	var out []string
	for _, w := range c.Operands() {
		name := strings.ToLower(w.Text)
		if i := strings.IndexAny(name, "=<>~![@;"); i > 0 {
			name = name[:i]
		}
		if len(name) > 4 && !strings.ContainsAny(name, "/:$ ") {
			out = append(out, name)
		}
		if (c.Name == "npx" || c.Name == "uvx" || c.Name == "bunx") && len(out) > 0 {
			break
		}
	}
	return out
}

// imitates returns the well-known name that name is one slip away from: two
// letters swapped, one doubled or left out; for the agents' own tools also a
// digit or two behind it.
func imitates(name string) string {
	if slices.Contains(wellKnown(), name) || slices.Contains(realNames(), name) {
		return ""
	}
	for _, known := range wellKnown() {
		if d := len(name) - len(known); d >= -1 && d <= 1 && slipped(name, known) {
			return known
		}
	}
	for _, known := range agentTools() {
		if rest, ok := strings.CutPrefix(name, known); ok && len(rest) < 3 && strings.Trim(rest, "0123456789") == "" {
			return known
		}
	}
	return ""
}

// slipped reports whether a is known with two neighbours swapped, a letter
// doubled or a letter left out.
func slipped(a, known string) bool {
	i := 0
	for i < len(a) && i < len(known) && a[i] == known[i] {
		i++
	}
	switch {
	case len(a) == len(known):
		return i+1 < len(a) && a[i] == known[i+1] && a[i+1] == known[i] && a[i+2:] == known[i+2:]
	case len(a) > len(known):
		return i > 0 && a[i] == a[i-1] && a[i+1:] == known[i:]
	default:
		return i > 0 && a[i:] == known[i+1:]
	}
}

func typosquatSkill() Rule {
	return Rule{
		ID: "typosquat-skill-name", Severity: Medium, Confidence: Likely, Category: Lures,
		Title: "Skill whose name imitates a tool of the agent",
		Why:   "The campaign published dozens of skills named after the hub's own tool, a letter off, for agents and people to find.",
		Fix:   "Check the publisher. Give a skill of your own a name of its own.",
		Refs:  []string{"ASI04", "AST02", "AST04", "CWE-1357"},
		Fact: func(f *File) []Hit {
			if !strings.EqualFold(path.Base(f.Path), "SKILL.md") {
				return nil
			}
			name := strings.ToLower(path.Base(path.Dir(f.Path)))
			like := imitates(name)
			if like == "" || !slices.Contains(agentTools(), like) {
				return nil
			}
			return []Hit{{Message: "Skill name " + name + " imitates " + like}}
		},
		Hits: []Sample{
			{Path: "clawhubb/SKILL.md", Text: "x"},
			{Path: "clawwhub/SKILL.md", Text: "x"},
			{Path: "clawdhub1/SKILL.md", Text: "x"},
			{Path: "openlcaw/SKILL.md", Text: "x"},
		},
		Misses: []Sample{
			{Path: "clawhub/SKILL.md", Text: "x"},
			{Path: "claw-hub-tips/SKILL.md", Text: "x"},
			{Path: "openclaw360/SKILL.md", Text: "x"},
			{Path: "clawhubb/README.md", Text: "x"},
			{Path: "requestss/SKILL.md", Text: "x"},
		},
	}
}
