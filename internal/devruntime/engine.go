package devruntime

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/store"
	"github.com/symbi-ctl/symbi-ctl/pkg/client"
	"github.com/symbi-ctl/symbi-ctl/pkg/reasoning/provider"
)

// standardInput is what an agent is told when a submission has no input.
const standardInput = "Run."

var errQueueFull = errors.New("the queue is full")

func isNotFound(err error) bool { return errors.Is(err, store.ErrNotFound) }

// work runs what is queued, one after the other.
func (rt *Runtime) work(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case i := <-rt.queue:
			if ctx.Err() != nil {
				return // it stays queued on disk
			}
			rt.runOne(ctx, i)
		}
	}
}

// runOne begins a submission, runs it and keeps how it ended.
func (rt *Runtime) runOne(ctx context.Context, i store.Invocation) {
	ctx, cancel := context.WithCancel(ctx)
	rt.mu.Lock()
	rt.cancels[i.Run] = cancel
	rt.mu.Unlock()
	defer func() {
		cancel()
		rt.mu.Lock()
		delete(rt.cancels, i.Run)
		rt.mu.Unlock()
	}()
	if err := rt.o.Store.Begin(ctx, i); err != nil {
		rt.o.Logger.Warn("run not begun", "run", i.Run, "error", err)
		return
	}
	began := rt.o.Now()
	result, phase, problem := rt.run(ctx, i)
	result.Duration = client.DurationOf(rt.o.Now().Sub(began))
	if err := rt.finish(context.WithoutCancel(ctx), i, ending{result, phase, problem}); err != nil {
		rt.o.Logger.Error("end of a run not kept", "run", i.Run, "error", err)
	}
	rt.o.Logger.Info("run", "run", i.Run, "agent", i.Agent, "status", result.Status, "took", rt.o.Now().Sub(began))
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
func (rt *Runtime) run(ctx context.Context, i store.Invocation) (client.TaskCompletion, store.Phase, string) {
	result := client.TaskCompletion{RunID: i.Run, AgentID: i.Agent, Status: "Unresolved"}
	var job work
	if err := json.Unmarshal(i.Work, &job); err != nil {
		return result, store.Unresolved, err.Error()
	}
	agent, err := parseDSL(job.DSL)
	switch {
	case err != nil:
		return result, store.Unresolved, err.Error()
	case rt.o.Provider == nil:
		return result, store.Unresolved, "no model is configured"
	}
	rec, err := rt.record(i, job)
	if err != nil {
		return result, store.Unresolved, err.Error()
	}
	defer rec.close()
	request := provider.Request{
		System:    instructions(job, agent),
		Messages:  []provider.Message{{Role: provider.User, Content: told(job.Input)}},
		MaxTokens: maxOutput,
	}
	if err := rec.begin(request, rt.o.Provider); err != nil {
		return result, store.Unresolved, err.Error()
	}
	reply, failure := rt.o.Provider.Complete(ctx, request)
	if err := rec.end(reply, failure); err != nil {
		return result, store.Unresolved, err.Error()
	}
	result.Audit = &client.Audit{Path: rec.path(), PublicKey: rt.key}
	result.TotalUsage, result.Budget = rec.usage(), rec.budget()
	switch {
	case ctx.Err() != nil:
		result.Status, result.Error = "Terminated", new("the run was cancelled")
		return result, store.Failed, ""
	case failure != nil:
		result.Status = "Failed"
		result.Error = new(fmt.Sprintf("scheduled invocation did not complete: Error { message: %q }", "Inference failed: "+failure.Error()))
		return result, store.Failed, ""
	}
	result.Status, result.Output = "Completed", &reply.Content
	return result, store.Completed, ""
}

// instructions are what the agent is: the prompt it was given, or its
// definition.
func instructions(job work, a agentDSL) string {
	if job.Prompt != "" {
		return job.Prompt
	}
	if a.description != "" {
		return a.description
	}
	return "You are the agent " + job.Name + ". Your definition:\n" + job.DSL
}

// told is an input as the agent is told it: a text as it is, anything else as
// JSON.
func told(input json.RawMessage) string {
	if len(input) == 0 {
		return standardInput
	}
	var text string
	if json.Unmarshal(input, &text) == nil {
		return text
	}
	return string(input)
}

// cancelRuns ends the runs of an agent and waits until they have ended, or ctx
// does.
func (rt *Runtime) cancelRuns(ctx context.Context, agent string) {
	for {
		open, err := rt.o.Store.RunningOf(ctx, agent)
		if err != nil || len(open) == 0 {
			return
		}
		for _, i := range open {
			rt.mu.Lock()
			cancel, running := rt.cancels[i.Run]
			rt.mu.Unlock()
			if running {
				cancel()
				continue
			}
			if i.Phase == store.Queued {
				end := ending{client.TaskCompletion{RunID: i.Run, AgentID: i.Agent, Status: "Terminated", Error: new("the run was cancelled")}, store.Failed, ""}
				_ = rt.finish(ctx, i, end) // it may have begun in the meantime: the next round sees
			}
		}
		timer := time.NewTimer(10 * time.Millisecond)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return
		}
	}
}
