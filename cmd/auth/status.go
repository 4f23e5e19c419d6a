package auth

import (
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/config"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/internal/remote"
	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

// state is what can be said of a key without showing it.
type state struct {
	Address   string   `json:"base_url"`
	Set       bool     `json:"set"`
	Withheld  string   `json:"withheld,omitempty"` // why the key is not sent to the address
	Source    string   `json:"source"`
	Overrides []string `json:"overrides"` // sources of keys that are not used, the strongest first
	Accepted  bool     `json:"accepted"`
	Scope     string   `json:"scope"` // all, some agents, none
	Problem   string   `json:"problem,omitempty"`

	own bool // the runtime is in this process, and makes its key itself
}

func newStatus(conn *remote.Conn) *cobra.Command {
	app := conn.App()
	return cli.Exits(&cobra.Command{
		Use:   "status",
		Short: "Say which key is used, and whether the runtime accepts it",
		Long: `Say where the key comes from, never what it is, and ask the runtime whether it
accepts it. A flag stands before the environment, and that before the files;
OVERRIDES names the places of keys that are not used. The command ends with 3
when the key is not accepted.`,
		Example: "  symbi-ctl auth status",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			st, err := describe(app)
			if err != nil {
				return err
			}
			err = conn.Do(c.Context(), func(ctx context.Context, api *client.Client) error {
				st.Address = conn.Address(api)
				return st.ask(ctx, api)
			})
			if e, ok := errors.AsType[*cli.Error](err); ok && e.Code != cli.CodeNotAuthenticated {
				e.Hint = strings.TrimPrefix(e.Hint+"; ", "; ") + st.wouldSend()
			}
			if err != nil {
				return err
			}
			if err := app.Print(st.view()); err != nil {
				return err
			}
			if !st.Accepted {
				return cli.ErrNo
			}
			return nil
		},
	}, cli.No, cli.NotFound, cli.Unreachable, cli.NotServed)
}

func describe(app *cli.App) (*state, error) {
	s, err := app.Settings()
	if err != nil {
		return nil, err
	}
	e, err := s.Explain(setting)
	if err != nil {
		return nil, err
	}
	st := &state{Set: e.Value != "", Source: e.Source.String(), Overrides: []string{}, Scope: "none"}
	unused := e.Losers
	if st.own = s.Config.BaseURL == remote.LocalURL; st.own {
		st.Source = "the embedded runtime makes its own"
		if st.Set {
			unused = append([]config.Candidate{e.Candidate}, unused...)
		}
	}
	if end, err := s.Endpoint(); err == nil {
		st.Withheld = end.Withheld
	}
	for _, key := range unused {
		st.Overrides = append(st.Overrides, key.Source.String())
	}
	return st, nil
}

// ask finds out what the key may do: an administrator's may see the metrics.
func (s *state) ask(ctx context.Context, api *client.Client) error {
	_, err := api.Metrics(ctx)
	no, refused := errors.AsType[*client.APIError](err)
	switch {
	case err == nil:
		s.Accepted, s.Scope = true, "all"
	case refused && no.Kind == client.Unauthenticated:
		s.Problem = no.Error()
	case refused && no.Kind == client.Forbidden:
		s.Accepted, s.Scope = true, "some agents"
	default:
		return err
	}
	return nil
}

func (s *state) key() string {
	switch {
	case s.own:
		return "[not needed]"
	case s.Withheld != "":
		return "not sent: " + s.Withheld
	case s.Set:
		return "[set]"
	}
	return "none"
}

// wouldSend says which key a runtime would get that does not answer.
func (s *state) wouldSend() string {
	switch {
	case s.Withheld != "":
		return "no key would be sent: " + s.Withheld
	case s.Set:
		return "the key of " + s.Source + " would be sent"
	}
	return "no key is set"
}

func (s *state) view() output.View {
	styles := map[bool]output.Style{true: output.Good, false: output.Bad}
	yes := map[bool]string{true: "yes", false: "no"}
	fields := []output.Field{
		{Name: "ADDRESS", Value: s.Address},
		{Name: "KEY", Value: s.key()},
		{Name: "SOURCE", Value: s.Source},
	}
	if len(s.Overrides) > 0 {
		fields = append(fields, output.Field{Name: "OVERRIDES", Value: strings.Join(s.Overrides, ", ")})
	}
	fields = append(fields, []output.Field{
		{Name: "ACCEPTED", Value: yes[s.Accepted], Style: styles[s.Accepted]},
		{Name: "SCOPE", Value: s.Scope},
	}...)
	if s.Problem != "" {
		fields = append(fields, output.Field{Name: "PROBLEM", Value: s.Problem})
	}
	return output.Record{Fields: fields, Value: s}
}
