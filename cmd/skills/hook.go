package skills

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/git"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
)

// newHook is the group `skills hook`.
func newHook(app *cli.App) *cobra.Command {
	return cli.Group(&cobra.Command{
		Use:   "hook",
		Short: "Run the scan before every commit or push",
		Long: `Put the scan into a git hook of this repository, so that nothing is committed or
pushed that it refuses. The lines stand between marks at the top of the hook;
what others have in it stays and runs afterwards.`,
		Example: "  symbi-ctl skills hook install",
	}, newHookInstall(app), newHookUninstall(app), newHookStatus(app))
}

func hookNames() []string { return []string{"pre-commit", "pre-push"} }

// hookFlag defines --hook.
func hookFlag(c *cobra.Command, hook *string, value, usage string) {
	c.Flags().StringVar(hook, "hook", value, usage)
	// The flag was just defined, so this cannot fail.
	_ = c.RegisterFlagCompletionFunc("hook", cobra.FixedCompletions(hookNames(), cobra.ShellCompDirectiveNoFileComp))
}

// openHook reads a hook of the repository that the working folder is in.
func openHook(ctx context.Context, app *cli.App, name string) (*git.Hook, *git.Repo, error) {
	if hookLines(name, "") == "" {
		e := cli.Usagef("unknown hook %q: want %s", name, strings.Join(hookNames(), " or "))
		if near := cli.Nearest(name, hookNames()); near != "" {
			return nil, nil, e.WithHint("did you mean %s?", near)
		}
		return nil, nil, e
	}
	repo, err := openRepo(ctx, app)
	if err != nil {
		return nil, nil, err
	}
	h, err := repo.Hook(ctx, name)
	return h, repo, err
}

// hookResult is what became of a hook.
type hookResult struct {
	Hook    string `json:"hook"`
	Path    string `json:"path"`
	State   string `json:"state"` // absent, installed, foreign, unfit
	Changed bool   `json:"changed"`
	Others  bool   `json:"others"` // the file has lines of others too
	Program string `json:"program,omitempty"`
	DryRun  bool   `json:"dry_run,omitempty"`
	Lines   string `json:"lines,omitempty"`
}

func (r hookResult) view(done string) output.View {
	switch {
	case !r.Changed:
		done = "it was so already"
	case r.DryRun:
		done = "would be " + done
	}
	fields := []output.Field{{Name: "Hook", Value: r.Hook}, {Name: "File", Value: r.Path}, {Name: "State", Value: done}}
	if r.Program != "" {
		fields = append(fields, output.Field{Name: "Program", Value: r.Program})
	}
	return output.Record{Value: r, Fields: fields}
}

type hookInstallOptions struct {
	hook   string
	force  bool
	dryRun bool
}

func newHookInstall(app *cli.App) *cobra.Command {
	var o hookInstallOptions
	c := cli.Exits(&cobra.Command{
		Use:   "install",
		Short: "Put the scan into a git hook",
		Long: `Put the scan into a git hook of this repository, where git looks for it: linked
work trees and core.hooksPath are honoured. A commit is judged by what is
staged, a push by what it adds to the other side.

A hook that is there already keeps its lines; the scan runs before them. What is
no shell script, is a link, or is written by another tool is left alone. With
--force it is set aside under another name, and runs after the scan.`,
		Example: `  symbi-ctl skills hook install
  symbi-ctl skills hook install --hook pre-push`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return o.run(c.Context(), app) },
	}, cli.Conflict)
	hookFlag(c, &o.hook, "pre-commit", "`name` of the hook: pre-commit or pre-push")
	c.Flags().BoolVar(&o.force, "force", false, "install in spite of a hook that cannot be changed safely")
	c.Flags().BoolVar(&o.dryRun, "dry-run", false, "say what would be done, and do nothing")
	return c
}

func (o hookInstallOptions) run(ctx context.Context, app *cli.App) error {
	h, repo, err := openHook(ctx, app, o.hook)
	if err != nil {
		return err
	}
	if !o.force {
		if err := refuseHook(h); err != nil {
			return err
		}
	}
	program := hookProgram(app, h)
	lines := hookLines(o.hook, program)
	r := hookResult{Hook: h.Name, Path: h.Path, State: string(git.HookInstalled), Others: h.Others, Program: program, DryRun: o.dryRun, Lines: lines}
	if o.dryRun {
		r.Changed = h.State != git.HookInstalled || h.Lines != lines
		return app.Print(r.view("installed"))
	}
	if h.State == git.HookUnfit {
		if err := h.SetAside(); err != nil {
			return cli.Wrap(cli.CodeHook, err)
		}
	}
	if r.Changed, err = h.Install(lines); err != nil {
		return err
	}
	if h.Tracked {
		app.Notice("note: %s lies in the work tree; commit it for the others, who need symbi-ctl on their PATH", h.Path)
	}
	if _, err := os.Stat(filepath.Join(repo.Root, ".pre-commit-config.yaml")); err == nil {
		app.Notice("note: this repository has a .pre-commit-config.yaml; the hook symbi-skills-scan can stand there instead")
	}
	return app.Print(r.view("installed"))
}

// hookProgram is the path of this program, or its name alone in a hook that
// other machines get too.
func hookProgram(app *cli.App, h *git.Hook) string {
	if h.Tracked || app.Exe == "" || strings.Contains(app.Exe, "\n") {
		return "symbi-ctl"
	}
	return filepath.ToSlash(app.Exe)
}

// refuseHook says why the hook should not be touched without --force, and what
// to do instead; nil means that it may be.
func refuseHook(h *git.Hook) error {
	refused := func(format string, args ...any) *cli.Error {
		return &cli.Error{Code: cli.CodeHook, Status: cli.CodeHook.Status(), Message: fmt.Sprintf(format, args...)}
	}
	switch {
	case h.State == git.HookInstalled:
		return nil
	case h.Shared:
		return refused("the hooks folder %s is not part of this repository", filepath.Dir(h.Path)).
			WithHint("core.hooksPath points there, so the hook would run in other repositories too").
			WithNext("symbi-ctl skills hook install --hook "+h.Name+" --force", "git config --local core.hooksPath .git/hooks")
	case h.Manager != "":
		return refused("%s is written by %s, which would write it again", h.Path, h.Manager).WithHint("%s", managed(h.Manager, h.Name))
	case h.State == git.HookUnfit:
		return refused("%s cannot be changed safely: %s", h.Path, h.Reason).
			WithHint("--force sets it aside, and it runs after the scan").
			WithNext("symbi-ctl skills hook install --hook " + h.Name + " --force")
	}
	return nil
}

// managed says how the scan is added to the settings of a tool that manages
// hooks.
func managed(tool, hook string) string {
	command := "symbi-ctl skills scan --staged"
	if hook == "pre-push" {
		command = "symbi-ctl skills scan --diff-base @{upstream}"
	}
	switch tool {
	case "pre-commit":
		return "add to .pre-commit-config.yaml, below repos: {repo: " + homepage + ", rev: TAG, hooks: [{id: symbi-skills-scan}]}"
	case "husky":
		return "add this line to .husky/" + hook + ": " + command
	default:
		return "add to lefthook.yml, below " + hook + ", commands: {skills: {run: '" + command + "'}}"
	}
}

func newHookUninstall(app *cli.App) *cobra.Command {
	var hook string
	var dryRun bool
	c := cli.Exits(&cobra.Command{
		Use:   "uninstall",
		Short: "Take the scan out of a git hook",
		Long: `Take the scan out of a git hook of this repository. Lines of others stay, a hook
that was set aside comes back, and a hook without the scan is no error.`,
		Example: "  symbi-ctl skills hook uninstall",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			h, _, err := openHook(c.Context(), app, hook)
			if err != nil {
				return err
			}
			r := hookResult{Hook: h.Name, Path: h.Path, State: string(h.State), Others: h.Others, DryRun: dryRun, Changed: h.State == git.HookInstalled}
			if !dryRun {
				if r.Changed, err = h.Uninstall(); err != nil {
					return cli.Wrap(cli.CodeHook, err)
				}
			}
			if r.Changed && !dryRun {
				r.State = string(git.HookAbsent)
				if h.Others {
					r.State = string(git.HookForeign)
				}
			}
			return app.Print(r.view("removed"))
		},
	}, cli.Conflict)
	hookFlag(c, &hook, "pre-commit", "`name` of the hook: pre-commit or pre-push")
	c.Flags().BoolVar(&dryRun, "dry-run", false, "say what would be done, and do nothing")
	return c
}
