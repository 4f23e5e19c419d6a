// Package doctor is the command doctor: what is wrong between this machine and
// its runtime, and what an upgrade would break.
package doctor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/internal/remote"
	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

const maxSkew = 60 * time.Second // what credentials forgive

// New returns the command doctor.
func New(app *cli.App) *cobra.Command {
	conn := remote.New(app)
	var o upgradeOptions
	c := remote.Exits(&cobra.Command{
		Use:   "doctor",
		Short: "Check settings, key, runtime and project",
		Long: `Check what has to be right before the other commands can work: the settings, the
key, the way to the runtime, its version and clock. With --upgrade-to the
project folder is read too, for what a later runtime refuses or decides
differently.

The command ends with 0 when nothing is wrong and 3 when something is. When the
runtime cannot be asked it ends as every command does: with 6 when nothing
answers, with 1 when what answers is no runtime. With --upgrade-to the runtime
need not be there.`,
		Example: "  symbi-ctl doctor\n  symbi-ctl doctor --upgrade-to 3.0 --upgrade-from 1.19 --project .",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			plan, err := o.plan(c.Flags().Changed)
			if err != nil {
				return err
			}
			d := &diagnosis{app: app, conn: conn}
			d.settings()
			unreachable := conn.Do(c.Context(), d.runtime)
			if errors.Is(unreachable, context.Canceled) {
				return unreachable
			}
			if unreachable != nil {
				d.unreachable(unreachable, o.to != "")
			}
			if o.to != "" {
				if err := d.upgrade(c.Context(), plan, app.Path(o.project)); err != nil {
					return err
				}
			}
			if err := app.Print(d.view()); err != nil {
				return err
			}
			switch {
			case unreachable != nil && o.to == "":
				return unreachable
			case d.failed():
				return cli.ErrNo
			}
			return nil
		},
	}, cli.No)
	f := c.Flags()
	f.StringVar(&o.to, "upgrade-to", "", "check the project for an upgrade to this `version`")
	f.StringVar(&o.from, "upgrade-from", "", "the `version` of today; without it the runtime is asked")
	f.StringVar(&o.project, "project", ".", "the project `folder`")
	return conn.Alone(c)
}

// Outcomes of a check.
const (
	good = "ok"
	odd  = "warning"
	bad  = "wrong"
)

// result is one check.
type result struct {
	Check   string   `json:"check"`
	Outcome string   `json:"outcome"`
	Message string   `json:"message"`
	Todo    string   `json:"todo,omitempty"`
	Files   []string `json:"files,omitempty"` // that were read
}

type diagnosis struct {
	app     *cli.App
	conn    *remote.Conn
	results []result
	version *client.Version
}

func (d *diagnosis) add(check, outcome, message, todo string) {
	d.results = append(d.results, result{Check: check, Outcome: outcome, Message: message, Todo: todo})
}

func (d *diagnosis) failed() bool {
	for _, r := range d.results {
		if r.Outcome == bad {
			return true
		}
	}
	return false
}

func (d *diagnosis) settings() {
	s, err := d.app.Settings()
	if err != nil {
		d.add("settings", bad, err.Error(), "symbi-ctl config validate")
		return
	}
	d.add("settings", good, "the settings are valid", "")
	end, err := s.Endpoint()
	switch {
	case err != nil:
		d.add("key", bad, err.Error(), "symbi-ctl config explain api_key")
	case end.URL == "local:":
		d.add("key", good, "the embedded runtime of this process needs none", "")
	case end.Withheld != "":
		d.add("key", odd, "no API key is sent: "+end.Withheld, "symbi-ctl auth login")
	case end.Token.Reveal() == "":
		d.add("key", odd, "no API key is set", "symbi-ctl auth login")
	default:
		d.add("key", good, "an API key is set", "")
	}
	for _, w := range end.Warnings {
		d.add("key", odd, w, "chmod 600 the file")
	}
}

func (d *diagnosis) unreachable(err error, aside bool) {
	e := cli.Classify(err)
	outcome := bad
	if aside {
		outcome = odd
	}
	d.add("runtime", outcome, e.Message, e.Hint)
}

// runtime asks the runtime. Its error is that the runtime cannot be asked.
func (d *diagnosis) runtime(ctx context.Context, api *client.Client) error {
	h, err := api.Health(ctx)
	if err != nil {
		return err
	}
	d.add("runtime", good, fmt.Sprintf("version %s at %s, up for %v", h.Version, d.conn.Address(api), time.Duration(min(h.UptimeSeconds, 1<<32))*time.Second), "")
	if v, ok := client.ParseVersion(h.Version); ok {
		d.version = &v
		d.features(v)
	} else {
		d.add("version", odd, fmt.Sprintf("the runtime calls itself %q, which is no version", h.Version), "what it serves is found out by asking")
	}
	if skew := h.Timestamp.Sub(d.app.Now()).Round(time.Second); skew.Abs() > maxSkew {
		d.add("clock", bad, fmt.Sprintf("the clock of the runtime differs by %v", skew), "set the clocks; credentials and schedules depend on them")
	} else {
		d.add("clock", good, "the clocks agree", "")
	}
	ready, err := api.Ready(ctx)
	switch {
	case err != nil:
		return err
	case !ready:
		d.add("ready", odd, "the runtime is not ready yet", "it needs five seconds after its start")
	default:
		d.add("ready", good, "the runtime is ready", "")
	}
	if model := d.conn.ModelInUse(api); model != "" {
		d.add("model", good, model, "")
	}
	d.authorized(ctx, api)
	return nil
}

// features says what the version lacks.
func (d *diagnosis) features(v client.Version) {
	for _, f := range client.Features() {
		if v.Less(f.Since()) {
			d.add("version", odd, fmt.Sprintf("%s needs %v", f, f.Since()), "upgrade the runtime, or use the embedded one: --local")
		}
	}
}

func (d *diagnosis) authorized(ctx context.Context, api *client.Client) {
	n := 0
	for _, err := range api.Agents(ctx) {
		if err != nil {
			d.add("access", bad, err.Error(), "symbi-ctl auth status")
			return
		}
		n++
	}
	d.add("access", good, fmt.Sprintf("the key may list agents: %d", n), "")
}

func (d *diagnosis) view() output.View {
	styles := map[string]output.Style{good: output.Good, odd: output.Warn, bad: output.Bad}
	return output.List[result]{Rows: d.results, Columns: []output.Column[result]{
		{Header: "CHECK", Cell: func(r result) string { return r.Check }},
		{Header: "OUTCOME", Cell: func(r result) string { return r.Outcome }, Style: func(r result) output.Style { return styles[r.Outcome] }},
		{Header: "MESSAGE", Cell: func(r result) string { return r.Message }},
		{Header: "TO DO", Cell: func(r result) string { return r.Todo }},
	}}
}
