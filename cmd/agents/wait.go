package agents

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/internal/remote"
	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

const pollEvery = time.Second // the runtime allows 100 requests a minute

// states are those that runtimes know; nobody reports the last one.
func states() []string {
	return []string{"Created", "Initializing", "Ready", "Running", "Suspended", "Waiting", "Completed", "Failed", "Terminating", "Terminated", "Unreachable"}
}

// checkStates refuses a state that no agent ever has.
func checkStates(wanted []string) error {
	for _, state := range wanted {
		if !slices.ContainsFunc(states(), func(known string) bool { return strings.EqualFold(known, state) }) {
			return cli.Usagef("--for-state %q is no state", state).WithHint("the states are %s", strings.Join(states(), ", "))
		}
	}
	return nil
}

type waiting struct {
	id      string
	states  []string
	timeout time.Duration
}

func (w waiting) reached(s client.AgentState) bool {
	wanted := w.states
	if len(wanted) == 0 {
		wanted = []string{string(client.StateCompleted), string(client.StateFailed), string(client.StateTerminated)}
	}
	return slices.ContainsFunc(wanted, func(state string) bool { return strings.EqualFold(state, string(s)) })
}

func wait(ctx context.Context, conn *remote.Conn, api *client.Client, w waiting) error {
	s := client.AgentStatus{State: "unknown"}
	over, err := conn.Poll(ctx, remote.Poll{
		Every: pollEvery, For: w.timeout,
		Ask: func(ctx context.Context) error {
			now, err := api.AgentStatus(ctx, w.id)
			if err == nil {
				s = now
			}
			return err
		},
		Use: func() (bool, error) { return w.reached(s.State), nil },
	})
	switch {
	case over:
		e := &cli.Error{Code: cli.CodePending, Status: cli.Pending, Message: fmt.Sprintf("agent %s did not get there within %v", w.id, w.timeout), Retryable: true}
		return e.WithHint("its state is %s", output.SanitizeLine(string(s.State)))
	case err != nil:
		return err
	}
	if err := conn.View(output.Record{Fields: append([]output.Field{{Name: "AGENT", Value: s.AgentID}}, statusFields(s)...), Value: s}); err != nil {
		return err
	}
	if len(w.states) == 0 && s.State == client.StateFailed {
		return cli.ErrNo
	}
	return nil
}
