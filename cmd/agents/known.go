package agents

import (
	"context"
	"errors"
	"strings"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/remote"
	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

// notExternal says why a report was refused: runtimes give one answer for an
// agent that they run themselves and for one that is not there.
func notExternal(ctx context.Context, api *client.Client, id string, refused error) error {
	no, ok := errors.AsType[*client.APIError](refused)
	if !ok || no.Kind != client.NotFound {
		return refused
	}
	if err := exists(ctx, api, id); err != nil {
		return err
	}
	e := cli.Wrap(cli.CodeConflict, refused)
	e.Message, e.HTTPStatus = "agent "+id+" is run by the runtime: only an agent that runs elsewhere reports what it does", no.Status
	return e.WithHint("an agent that runs elsewhere is made with --mode external")
}

// exists returns the runtime's error for an agent that is not there, and nil
// when it is, or when that cannot be told.
func exists(ctx context.Context, api *client.Client, id string) error {
	_, err := api.AgentStatus(ctx, id)
	if no, ok := errors.AsType[*client.APIError](err); ok && no.Kind == client.NotFound {
		return err
	}
	return nil
}

// isExternal says why a run was refused, when that is because the agent runs
// elsewhere: to try again would not help.
func isExternal(ctx context.Context, api *client.Client, id string, refused error) error {
	no, ok := errors.AsType[*client.APIError](refused)
	if !ok || no.Kind != client.Unavailable || no.Code != string(client.StatusUnavailable) {
		return refused
	}
	s, err := api.AgentStatus(ctx, id)
	if err != nil || !strings.HasPrefix(strings.ToLower(s.ExecutionMode), "external") {
		return refused
	}
	e := cli.Wrap(cli.CodeConflict, refused)
	e.Message, e.HTTPStatus = "agent "+id+" runs elsewhere (its mode is external): a runtime cannot start it", no.Status
	return e.WithHint("start it where it is; it tells the runtime with `agents heartbeat` and `agents emit`")
}

// tellTwins says that other agents have the same name: from now on a name alone
// does not tell them apart. That it cannot be found out is no failure of what was
// done.
func tellTwins(ctx context.Context, conn *remote.Conn, api *client.Client, made client.AgentRef, name string) {
	all, err := api.AgentList(ctx)
	if err != nil {
		return
	}
	twins := 0
	for _, a := range all {
		if a.Name == name && a.ID != made.ID {
			twins++
		}
	}
	switch {
	case twins == 1:
		conn.App().Notice("one more agent is called %s: name this one by its id, %s", name, made.ID)
	case twins > 1:
		conn.App().Notice("%d more agents are called %s: name this one by its id, %s", twins, name, made.ID)
	}
}
