package devruntime

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/symbi-ctl/symbi-ctl/internal/pause"

	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/store"
	"github.com/symbi-ctl/symbi-ctl/pkg/client"
	"github.com/symbi-ctl/symbi-ctl/pkg/reasoning/provider"
)

// standardInput is what an agent is told when a submission has no input, in the
// words of runtime 3.0.
const standardInput = "Execute this scheduled agent's configured task."

const (
	maxInput   = 1 << 20
	runTimeout = time.Hour
	tryAgain   = time.Second // after the store could not keep how far a run is
)

var (
	errInputLong = errors.New("input exceeds 1 MiB")
	errTimeout   = errors.New("the run took longer than an hour")
)

func isNotFound(err error) bool { return errors.Is(err, store.ErrNotFound) }

// work runs what is queued, one after the other.
func (rt *Runtime) work(ctx context.Context) {
	for {
		i, ok := rt.queue.take(ctx)
		if !ok {
			return
		}
		rt.runOne(ctx, i)
		rt.queue.done()
	}
}

// runOne begins a submission, which is queued without its work, runs it and keeps
// how it ended.
func (rt *Runtime) runOne(ctx context.Context, queued store.Invocation) {
	run, cancel := context.WithTimeoutCause(ctx, runTimeout, errTimeout)
	rt.mu.Lock()
	rt.cancels[queued.Run] = cancel
	rt.mu.Unlock()
	defer func() {
		cancel()
		rt.mu.Lock()
		delete(rt.cancels, queued.Run)
		rt.mu.Unlock()
	}()
	var i store.Invocation
	err := rt.keep(ctx, func(ctx context.Context) (err error) {
		if i, err = rt.o.Store.Invocation(ctx, queued.Scope, queued.ID); err != nil {
			return err
		}
		return rt.o.Store.Begin(ctx, i)
	})
	if isNotFound(err) {
		return // cancelled while it waited
	}
	if err != nil {
		rt.o.Logger.Error("run not begun; it stays queued", "run", queued.Run, "error", err)
		return
	}
	began := rt.o.Now()
	end := rt.run(run, i)
	end.result.Duration = client.DurationOf(rt.o.Now().Sub(began))
	if err := rt.keep(ctx, func(ctx context.Context) error { return rt.finish(ctx, i, end) }); err != nil {
		rt.o.Logger.Error("end of a run not kept", "run", i.Run, "error", err)
		return
	}
	rt.o.Logger.Info("run", "run", i.Run, "agent", i.Agent, "status", end.result.Status, "problem", end.problem, "took", rt.o.Now().Sub(began))
}

// keep changes the store, and tries again until it succeeds or ctx ends: what a
// full disk refuses now may fit later. The change is not cut short by ctx.
func (rt *Runtime) keep(ctx context.Context, change func(context.Context) error) error {
	for {
		err := change(context.WithoutCancel(ctx))
		if err == nil || isNotFound(err) || errors.Is(err, store.ErrClosed) || errors.Is(err, store.ErrGone) {
			return err
		}
		rt.o.Logger.Warn("state not kept; trying again", "error", err)
		timer := time.NewTimer(tryAgain)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return err
		}
	}
}

// ending is how a run ended.
type ending struct {
	result  client.TaskCompletion
	phase   store.Phase
	problem string
}

func (rt *Runtime) finish(ctx context.Context, i store.Invocation, e ending) error {
	data, err := json.Marshal(e.result)
	if err != nil {
		return err
	}
	i.Phase, i.Problem, i.Result = e.phase, e.problem, data
	state := client.StateCompleted
	if e.phase != store.Completed {
		state = client.StateFailed
	}
	if e.result.Status == "Terminated" {
		state = client.StateTerminated
	}
	return rt.o.Store.Finish(ctx, i, store.Entry{Execution: i.Run, Status: e.result.Status, At: rt.o.Now()}, string(state))
}

// run is one completion of the agent's instructions, recorded in its journal.
// What keeps it from starting leaves it unresolved, as upstream does.
func (rt *Runtime) run(ctx context.Context, i store.Invocation) ending {
	result := client.TaskCompletion{RunID: i.Run, AgentID: i.Agent, Status: "Unresolved"}
	unresolved := func(problem string) ending { return ending{result, store.Unresolved, problem} }
	var job work
	if err := json.Unmarshal(i.Work, &job); err != nil {
		return unresolved(err.Error())
	}
	about, err := description(job)
	switch {
	case err != nil:
		return unresolved(err.Error())
	case rt.o.Provider == nil:
		return unresolved("no model is configured")
	}
	rec, err := rt.record(i, job)
	if err != nil {
		return unresolved(err.Error())
	}
	defer rec.close()
	request := provider.Request{
		System:    instructions(job, about),
		Messages:  []provider.Message{{Role: provider.User, Content: told(job.Input)}},
		MaxTokens: maxOutput,
	}
	reply, failure, err := rt.ask(ctx, rec, request)
	if err != nil {
		return unresolved(err.Error())
	}
	result.Audit = &client.Audit{Path: rec.path(), PublicKey: rt.key}
	result.TotalUsage, result.Budget = rec.usage(), rec.budget()
	if failure != nil {
		result.Status, result.Error = failed(ctx, failure)
		return ending{result, store.Failed, ""}
	}
	result.Status, result.Output = "Completed", &reply.Content
	return ending{result, store.Completed, ""}
}

// ask completes a request, on record. failure is why there is no reply, err that
// the record could not be written.
func (rt *Runtime) ask(ctx context.Context, rec *recorder, request provider.Request) (reply provider.Response, failure, err error) {
	err = rec.begin(request, rt.o.Provider)
	if errors.Is(err, errOverBudget) {
		return reply, err, nil
	}
	if err != nil {
		return reply, nil, err
	}
	reply, failure = rt.o.Provider.Complete(ctx, request)
	return reply, failure, rec.end(reply, failure)
}

// failed says how a run ended that has no answer, and why.
func failed(ctx context.Context, failure error) (status string, reason *string) {
	switch {
	case errors.Is(context.Cause(ctx), errTimeout):
		return "TimedOut", new(errTimeout.Error())
	case ctx.Err() != nil:
		return "Terminated", new("the run was cancelled")
	}
	return "Failed", new(fmt.Sprintf("scheduled invocation did not complete: Error { message: %q }", "Inference failed: "+failure.Error()))
}

// instructions are what the agent is: the prompt it was given, or its
// definition.
func instructions(job work, description string) string {
	if job.Prompt != "" {
		return job.Prompt
	}
	if description != "" {
		return description
	}
	return "You are the agent " + job.Name + ". Your definition:\n" + job.DSL
}

// told is an input as the agent is told it: a text as it is, anything else as
// JSON.
func told(input json.RawMessage) string {
	if len(input) == 0 || string(input) == "null" {
		return standardInput
	}
	var text string
	if json.Unmarshal(input, &text) == nil && text != "" { // models refuse an empty message
		return text
	}
	return string(input)
}

// cancelRuns ends the runs of an agent and waits until they have ended, or ctx
// does. Runs of another process go on: they end without their agent.
func (rt *Runtime) cancelRuns(ctx context.Context, agent string) {
	for {
		open, err := rt.o.Store.RunningOf(ctx, agent)
		if err != nil || !rt.cancelSome(ctx, open) {
			return
		}
		if pause.For(ctx, lookAgain) != nil {
			return
		}
	}
}

// cancelSome tells runs to end, and reports whether there are some to wait for.
func (rt *Runtime) cancelSome(ctx context.Context, open []store.Invocation) (wait bool) {
	for _, i := range open {
		rt.mu.Lock()
		cancel, ours := rt.cancels[i.Run]
		rt.mu.Unlock()
		switch {
		case ours:
			cancel()
			wait = true
		case i.Phase == store.Queued:
			end := ending{client.TaskCompletion{RunID: i.Run, AgentID: i.Agent, Status: "Terminated", Error: new("the run was cancelled")}, store.Failed, ""}
			wait = rt.finish(ctx, i, end) == nil || wait
		}
	}
	return wait
}
