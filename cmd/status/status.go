// Package status is the command status: is the runtime there, what is it, and
// does the key work.
package status

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/internal/remote"
	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

// New returns the command status.
func New(app *cli.App) *cobra.Command {
	conn := remote.New(app)
	var watch remote.Watch
	c := remote.Exits(&cobra.Command{
		Use:   "status",
		Short: "Show the runtime: address, version, health, figures",
		Long: `Show the runtime. What needs no key is always shown; a key that is missing or
refused is said in the line AUTH and does not fail the command. It ends with 3
when the runtime says that it is not healthy.`,
		Example: "  symbi-ctl status\n  symbi-ctl status --jq .version",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := watch.Check(c); err != nil {
				return err
			}
			return conn.Do(c.Context(), func(ctx context.Context, api *client.Client) error {
				if watch.On {
					return remote.Follow(ctx, conn, watch, remote.Followed[report]{
						Ask: func(ctx context.Context) ([]report, error) {
							r, err := ask(ctx, conn, api)
							r.Uptime = 0 // it always changes
							return []report{r}, err
						},
						Key:  func(r report) string { return r.Address },
						View: func(rows []report) output.View { return rows[0].view() },
					})
				}
				r, err := ask(ctx, conn, api)
				if err != nil {
					return err
				}
				if err := app.Print(r.view()); err != nil {
					return err
				}
				if !r.Healthy {
					return cli.ErrNo
				}
				return nil
			})
		},
	}, cli.No)
	watch.Add(c)
	return conn.Alone(c)
}

// report is what can be known of a runtime. Counts are nil where the runtime
// does not tell, or the key may not ask.
type report struct {
	Address   string                  `json:"base_url"`
	Version   string                  `json:"version"`
	Healthy   bool                    `json:"healthy"`
	Ready     bool                    `json:"ready"`
	Uptime    uint64                  `json:"uptime_seconds"`
	Auth      string                  `json:"auth"` // ok, none, refused, limited
	Agents    *uint64                 `json:"agent_count"`
	Schedules *uint64                 `json:"schedule_count"`
	Channels  *uint64                 `json:"channel_count"`
	Metrics   *client.Metrics         `json:"metrics"`
	Scheduler *client.SchedulerHealth `json:"scheduler"`
}

func ask(ctx context.Context, conn *remote.Conn, api *client.Client) (report, error) {
	r := report{Address: conn.Address(api)}
	h, err := api.Health(ctx)
	if err != nil {
		return r, err
	}
	r.Version, r.Uptime, r.Healthy = h.Version, h.UptimeSeconds, h.Status == "healthy"
	if r.Ready, err = api.Ready(ctx); err != nil {
		return r, err
	}
	return r, r.askAuthorized(ctx, api)
}

// askAuthorized asks for what needs a key. A refusal is part of the report.
func (r *report) askAuthorized(ctx context.Context, api *client.Client) error {
	m, err := api.Metrics(ctx)
	if known := r.note(err); known || err != nil {
		return unless(known, err)
	}
	r.Metrics = &m
	s, err := api.SchedulerHealth(ctx)
	if known := r.note(err); !known && err != nil {
		return err
	}
	if err == nil {
		r.Scheduler = &s
	}
	rollup, err := api.Status(ctx)
	if known := r.note(err); known || err != nil {
		return unless(known, err)
	}
	r.Healthy = r.Healthy && rollup.Healthy
	r.Agents, r.Schedules, r.Channels = &rollup.AgentCount, &rollup.ScheduleCount, &rollup.ChannelCount
	return nil
}

func unless(known bool, err error) error {
	if known {
		return nil
	}
	return err
}

// note writes down what an answer says of the key, and reports whether it is an
// answer that a report can hold.
func (r *report) note(err error) bool {
	if err == nil {
		r.Auth = "ok"
		return false
	}
	if _, gated := errors.AsType[*client.NotServedError](err); gated {
		return true
	}
	api, ok := errors.AsType[*client.APIError](err)
	if !ok {
		return false
	}
	words := map[client.Kind]string{client.Unauthenticated: "refused or missing", client.Forbidden: "limited to some agents", client.NotServed: r.Auth}
	word, ok := words[api.Kind]
	if ok {
		r.Auth = word
	}
	return ok
}

func (r report) view() output.View {
	var fields []output.Field
	for _, c := range columns() {
		if value := c.Cell(r); value != "" {
			field := output.Field{Name: c.Header, Value: value}
			if c.Style != nil {
				field.Style = c.Style(r)
			}
			fields = append(fields, field)
		}
	}
	return output.Record{Fields: fields, Value: r}
}

func columns() []output.Column[report] {
	count := func(n *uint64) string {
		if n == nil {
			return ""
		}
		return strconv.FormatUint(*n, 10)
	}
	yes := func(b bool) string { return map[bool]string{true: "yes", false: "no"}[b] }
	good := func(b bool) output.Style { return map[bool]output.Style{true: output.Good, false: output.Bad}[b] }
	return []output.Column[report]{
		{Header: "ADDRESS", Cell: func(r report) string { return r.Address }},
		{Header: "VERSION", Cell: func(r report) string { return r.Version }},
		{Header: "HEALTHY", Cell: func(r report) string { return yes(r.Healthy) }, Style: func(r report) output.Style { return good(r.Healthy) }},
		{Header: "READY", Cell: func(r report) string { return yes(r.Ready) }, Style: func(r report) output.Style { return good(r.Ready) }},
		{Header: "UPTIME", Cell: func(r report) string {
			if r.Uptime == 0 {
				return ""
			}
			return (time.Duration(min(r.Uptime, 1<<32)) * time.Second).String()
		}},
		{Header: "AUTH", Cell: func(r report) string { return r.Auth }, Style: func(r report) output.Style { return good(r.Auth == "ok") }},
		{Header: "AGENTS", Cell: func(r report) string { return count(r.Agents) }},
		{Header: "SCHEDULES", Cell: func(r report) string { return count(r.Schedules) }},
		{Header: "CHANNELS", Cell: func(r report) string { return count(r.Channels) }},
		{Header: "RUNNING", Cell: func(r report) string {
			if r.Metrics == nil {
				return ""
			}
			return strconv.FormatUint(r.Metrics.Agents.Running, 10)
		}},
	}
}
