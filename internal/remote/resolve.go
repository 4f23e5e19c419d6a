package remote

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/ident"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

const (
	maxCandidates = 10 // listed in a message
	shortestID    = 4  // a beginning that is meant as one of an id, as in git
)

// ExactAgent is [Agent] for commands that change or delete what they find: the
// beginning of a name is not enough.
func ExactAgent(ctx context.Context, api *client.Client, text string) (client.Agent, error) {
	return find(ctx, api, text, true)
}

// Agent finds the agent that text names: by id, by unique name, or by a unique
// beginning of either. A whole id is taken as it is, without asking the
// runtime; its name is then empty.
func Agent(ctx context.Context, api *client.Client, text string) (client.Agent, error) {
	return find(ctx, api, text, false)
}

func find(ctx context.Context, api *client.Client, text string, exact bool) (client.Agent, error) {
	if ident.Valid(text) {
		return client.Agent{ID: strings.ToLower(text)}, nil
	}
	var named, begun, ids []client.Agent
	var names []string
	for a, err := range api.Agents(ctx) {
		switch {
		case err != nil:
			return client.Agent{}, err
		case text == "":
			continue
		case a.Name == text:
			named = append(named, a)
		case strings.HasPrefix(a.ID, strings.ToLower(text)):
			ids = append(ids, a)
		case strings.HasPrefix(a.Name, text):
			begun = append(begun, a)
		}
		names = append(names, a.Name)
	}
	found := named
	begun = append(begun, ids...)
	switch {
	case len(named) == 0 && !exact:
		found = begun
	case len(named) > 0 && len(text) >= shortestID: // whoever names an agent must not choose what an id means
		found = append(found, ids...)
	}
	switch len(found) {
	case 0:
		e := &cli.Error{Code: cli.CodeNotFound, Status: cli.NotFound, Message: fmt.Sprintf("no agent is called %q, nor does an id begin so", text)}
		if exact && len(begun) > 0 {
			e.Message = fmt.Sprintf("%q is neither the whole id nor the whole name of an agent; what changes agents wants one of them", text)
			return client.Agent{}, e.WithHint("did you mean %s?", candidates(begun))
		}
		if near := output.SanitizeLine(cli.Nearest(text, names)); near != "" {
			e = e.WithHint("did you mean %s?", near)
		}
		return client.Agent{}, e.WithNext("symbi-ctl agents list")
	case 1:
		return found[0], nil
	}
	e := &cli.Error{Code: cli.CodeAmbiguous, Status: cli.CodeAmbiguous.Status(), Message: fmt.Sprintf("%d agents are called %q or begin so", len(found), text)}
	return client.Agent{}, e.WithHint("take the id: %s", candidates(found))
}

func candidates(found []client.Agent) string {
	SortAgents(found)
	var lines []string
	for _, a := range found[:min(len(found), maxCandidates)] {
		lines = append(lines, fmt.Sprintf("%s (%s, %s)", a.ID, output.SanitizeLine(a.Name), output.SanitizeLine(string(a.State))))
	}
	if len(found) > maxCandidates {
		lines = append(lines, "…")
	}
	return strings.Join(lines, ", ")
}

// SortAgents sorts by name, then id.
func SortAgents(agents []client.Agent) {
	slices.SortFunc(agents, func(a, b client.Agent) int {
		if order := strings.Compare(a.Name, b.Name); order != 0 {
			return order
		}
		return strings.Compare(a.ID, b.ID)
	})
}
