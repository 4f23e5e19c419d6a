package remote

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/ident"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

const (
	defaultWait    = 10 * time.Minute
	mayHaveStarted = "the run may have started; it never starts twice under its id"
	wasStarted     = "the run was started, and may go on; it never starts twice under its id"
)

// Submit holds the flags of commands that start work.
type Submit struct {
	Input, File string
	Invocation  string
	Wait        bool
	Timeout     time.Duration
}

// Add defines the flags.
func (s *Submit) Add(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&s.Input, "input", "", "`JSON` for the run; other text is taken as a JSON string")
	f.StringVarP(&s.File, "file", "f", "", "read the input from this `file`; - is stdin")
	f.StringVar(&s.Invocation, "invocation-id", "", "resume this submission, or give it an id of your own (`UUID`)")
	f.BoolVar(&s.Wait, "wait", false, "wait for the result")
	f.DurationVar(&s.Timeout, "timeout", defaultWait, "how long --wait waits (`duration`)")
	run := c.RunE
	c.RunE = func(c *cobra.Command, args []string) error {
		if !s.Wait && c.Flags().Changed("timeout") {
			return cli.Usagef("--timeout goes with --wait").WithHint("--request-timeout bounds one request")
		}
		return run(c, args)
	}
}

// Job is work to submit. Again is the command line that resumes it, without the
// invocation id.
type Job struct {
	Agent string // that runs it, "" for a workflow
	Input json.RawMessage
	Again string
	Send  func(context.Context, client.Submission) (client.Invocation, error)
}

// Start submits a job, shows the invocation id before anything is sent, waits
// if asked to, and prints the answer. Its errors carry the status of the
// command: pending, refused, or [cli.ErrNo] for a run that failed.
func (s *Submit) Start(ctx context.Context, c *Conn, api *client.Client, job Job) error {
	if s.Wait && s.Timeout <= 0 {
		return cli.Usagef("--timeout wants a duration above 0, not %v", s.Timeout)
	}
	work := client.Submission{Key: s.Invocation, Input: job.Input}
	if work.Key == "" {
		work.Key = client.NewInvocationID()
	}
	if !ident.Valid(work.Key) {
		return cli.Usagef("--invocation-id wants a UUID of 36 characters, not %q", work.Key)
	}
	if !c.flags.dryRun {
		c.app.Tell(map[string]string{"invocation_id": work.Key}, "invocation %s", work.Key)
	}
	anew := job.Again + c.given()
	again := anew + " --invocation-id " + work.Key
	var first client.InvocationStatus
	once := func(ctx context.Context) (client.Invocation, error) {
		answer, err := job.Send(ctx, work)
		if first == "" {
			first = answer.Status
		}
		return answer, err
	}
	limited, cancel := ctx, context.CancelFunc(func() {})
	if s.Wait {
		limited, cancel = context.WithTimeout(ctx, s.Timeout)
		send := once
		once = func(ctx context.Context) (client.Invocation, error) { return api.Await(ctx, send) }
	}
	defer cancel()
	answer, err := once(limited)
	if err != nil && ctx.Err() != nil && !c.flags.dryRun {
		c.tellResume(again)
	}
	if err != nil && limited.Err() != nil && ctx.Err() == nil {
		if c.overdue = c.local(); c.overdue {
			return pending("the run had not ended after "+s.Timeout.String(), again+" --wait").WithHint("it is in this process, which gives it %v more; the same command tells how it ended", lastChance)
		}
		if first == "" {
			return unknown("no answer within "+s.Timeout.String(), again+" --wait")
		}
		return pending("the run goes on after "+s.Timeout.String(), again+" --wait")
	}
	if err != nil {
		if s.Wait {
			again += " --wait"
		}
		return c.lost(err, first != "", again)
	}
	return s.show(c, answer, shown{key: work.Key, anew: anew, again: again, agent: job.Agent, resumed: s.Invocation != "" && first != client.StatusQueued})
}

// shown is what is told beside an answer.
type shown struct {
	key     string
	anew    string // the command line under an id of its own
	again   string // and under this one
	agent   string // that was asked, "" for a workflow
	resumed bool   // the run had been started before
}

// show prints an answer and turns its status into that of the command.
func (s *Submit) show(c *Conn, a client.Invocation, with shown) error {
	if err := a.Err(); err != nil {
		return c.refused(err, a, with)
	}
	if err := c.app.Print(invocationView(a, with)); err != nil {
		e := cli.Classify(err) // only what was to be shown is lost
		return e.WithNext(slices.Concat([]string{with.again + " --wait"}, e.Next)...)
	}
	switch {
	case a.Status == client.StatusFailed:
		return cli.ErrNo
	case a.Pending() && !s.Wait:
		c.tellResume(with.again)
		return cli.ErrPending
	case a.Pending():
		return pending("the run goes on", with.again+" --wait")
	case a.Legacy() && s.Wait:
		e := &cli.Error{Code: cli.CodeNotServed, Status: cli.NotServed, Message: "the run was started, but its result cannot be had: this runtime is older than 1.21"}
		return e.WithNext("symbi-ctl agents list"+c.reach(), "symbi-ctl doctor"+c.reach())
	case a.Legacy():
		c.app.Notice("this runtime is older than 1.21: it ignores the input and tells no result")
	}
	return nil
}

// tellResume says how to wait for a run that goes on.
func (c *Conn) tellResume(again string) {
	c.app.Tell(map[string]string{"resume": again + " --wait"}, "resume with: %s --wait", again)
}

// lost adds to the failure of a submission how to go on with it, unless it was
// refused before anything began. Answered: the runtime had taken it.
func (c *Conn) lost(err error, answered bool, again string) error {
	e, ok := errors.AsType[*cli.Error](c.fault(err))
	if !ok {
		return err
	}
	transport, silent := errors.AsType[*client.TransportError](err)
	_, garbled := errors.AsType[*client.ReplyError](err)
	no, said := errors.AsType[*client.APIError](err)
	switch {
	case answered:
		e = e.WithHint(wasStarted)
	case silent && transport.Sent, garbled:
		e = e.WithHint(mayHaveStarted)
	case silent, said && slices.Contains([]client.Kind{client.Unavailable, client.RateLimited, client.Failed}, no.Kind):
	default:
		return err
	}
	return e.WithNext(append([]string{again}, e.Next...)...)
}

// refused adds to a refusal what the operator should do.
func (c *Conn) refused(err error, a client.Invocation, with shown) error {
	if !slices.Contains([]client.InvocationStatus{client.StatusUnresolved, client.StatusReconciled, client.StatusConflict}, a.Status) {
		return err
	}
	e := cli.Wrap(cli.CodeUnresolved, err).WithHint("%s", map[client.InvocationStatus]string{
		client.StatusUnresolved: "how this run ended is not known, and it never runs again; new work needs a new id",
		client.StatusReconciled: "this run was closed by an operator, and never runs again; new work needs a new id",
		client.StatusConflict:   "this id belongs to other work or another input; without --invocation-id new work gets its own",
	}[a.Status])
	e.HTTPStatus = a.HTTPStatus
	if a.Status == client.StatusConflict {
		e = e.WithNext(with.anew)
	}
	if agent := cmp.Or(a.AgentID, with.agent); a.Audit != nil && ident.Valid(agent) && ident.Valid(a.Audit.RunID) {
		e = e.WithNext(fmt.Sprintf("symbi-ctl runs inspect %s %s --public-key %s%s", Quote(agent), Quote(a.Audit.RunID), Quote(a.Audit.PublicKey), c.reach()))
	}
	return e
}

// unknown says that nobody knows whether the run began.
func unknown(message, again string) error {
	e := &cli.Error{Code: cli.CodeTimeout, Status: cli.CodeTimeout.Status(), Message: message, Retryable: true}
	return e.WithHint(mayHaveStarted).WithNext(again)
}

func pending(message, again string) *cli.Error {
	e := &cli.Error{Code: cli.CodePending, Status: cli.Pending, Message: message, Retryable: true}
	return e.WithNext(again)
}

func invocationView(a client.Invocation, with shown) output.View {
	if a.InvocationID == "" {
		a.InvocationID = with.key
	}
	a.Replayed = a.Replayed && with.resumed // the poll of a new run is no replay to whoever waits
	fields := []output.Field{
		{Name: "INVOCATION", Value: a.InvocationID},
		{Name: "STATUS", Value: string(a.Status), Style: statusStyle(a.Status)},
	}
	add := func(name, value string) {
		if value != "" {
			fields = append(fields, output.Field{Name: name, Value: value})
		}
	}
	add("AGENT", a.AgentID)
	add("RUN", a.ExecutionID)
	if a.Replayed {
		add("REPLAYED", "yes: nothing ran again")
	}
	if r := a.Result; r != nil {
		add("RESULT", r.Status)
		add("OUTPUT", Text(r.Output))
		add("ERROR", Text(r.Error))
		add("TOOK", r.Duration.Std().Round(time.Millisecond).String())
		if r.TotalUsage != nil {
			add("TOKENS", fmt.Sprintf("%d in, %d out", r.TotalUsage.PromptTokens, r.TotalUsage.CompletionTokens))
		}
	}
	if a.Audit != nil {
		add("JOURNAL", a.Audit.Path)
		add("PUBLIC KEY", a.Audit.PublicKey)
	}
	return output.Record{Fields: fields, Value: a}
}

func statusStyle(s client.InvocationStatus) output.Style {
	return map[client.InvocationStatus]output.Style{client.StatusCompleted: output.Good, client.StatusFailed: output.Bad}[s]
}

// Shown is the flags that say what the input is, for a command line that sends
// the same again.
func (s *Submit) Shown() string {
	switch {
	case s.File == "-":
		return " -f INPUT"
	case s.File != "":
		return " -f " + Quote(s.File)
	case s.Input != "":
		return " --input " + Quote(s.Input)
	}
	return ""
}

// Quote makes text one word of a POSIX shell.
func Quote(text string) string {
	if text != "" && strings.Trim(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=@%+,") == "" {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
