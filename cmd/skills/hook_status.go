package skills

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/git"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
)

// hookStatus is what stands at the place of a hook.
type hookStatus struct {
	Hook    string `json:"hook"`
	State   string `json:"state"`   // absent, installed, foreign, unfit
	Current bool   `json:"current"` // the installed lines are those that install would write
	Path    string `json:"path"`
	Others  bool   `json:"others"` // the file has lines of others
	Manager string `json:"manager,omitempty"`
	Note    string `json:"note,omitempty"`
}

func newHookStatus(app *cli.App) *cobra.Command {
	var hook string
	c := cli.Exits(&cobra.Command{
		Use:   "status",
		Short: "Say whether the scan is in the git hooks",
		Long: `Say whether the scan is in the git hooks of this repository. Without --hook both
are shown. The exit status is 3 when it is in none of them.`,
		Example: `  symbi-ctl skills hook status
  symbi-ctl skills hook status --hook pre-commit -o json`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			names := hookNames()
			if hook != "" {
				names = []string{hook}
			}
			list, err := hookStatuses(c.Context(), app, names)
			if err != nil {
				return err
			}
			if err := app.Print(hookStatusView(list)); err != nil {
				return err
			}
			for _, s := range list {
				if s.State == string(git.HookInstalled) {
					return nil
				}
			}
			return cli.ErrNo
		},
	}, cli.No)
	hookFlag(c, &hook, "", "only the hook of this `name`: pre-commit or pre-push")
	return c
}

func hookStatuses(ctx context.Context, app *cli.App, names []string) ([]hookStatus, error) {
	list := make([]hookStatus, 0, len(names))
	for _, name := range names {
		h, _, err := openHook(ctx, app, name)
		if err != nil {
			return nil, err
		}
		s := hookStatus{Hook: name, State: string(h.State), Path: h.Path, Others: h.Others, Manager: h.Manager, Note: h.Reason}
		s.Current = h.State == git.HookInstalled && h.Lines == hookLines(name, hookProgram(app, h))
		switch {
		case h.State == git.HookInstalled && !s.Current:
			s.Note = "written by another version or another place of symbi-ctl; install writes it anew"
		case h.State != git.HookInstalled && h.Manager != "":
			s.Note = "written by " + h.Manager
		}
		list = append(list, s)
	}
	return list, nil
}

func hookStatusView(list []hookStatus) output.View {
	return output.List[hookStatus]{Rows: list, Columns: []output.Column[hookStatus]{
		{Header: "HOOK", Cell: func(s hookStatus) string { return s.Hook }},
		{Header: "STATE", Cell: func(s hookStatus) string { return s.State }},
		{Header: "FILE", Cell: func(s hookStatus) string { return s.Path }},
		{Header: "NOTE", Cell: func(s hookStatus) string { return s.Note }},
	}}
}
