package dev

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/symbi-ctl/symbi-ctl/internal/pause"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/store"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/internal/remote"
)

const askAgain = 100 * time.Millisecond

// look finds out who serves a folder, and whether it answers.
func look(ctx context.Context, dir string) (served, error) {
	s := served{State: dir}
	h, running, err := remote.Served(ctx, dir)
	if err != nil || !running { // what one said that was killed is true no more
		return s, err
	}
	s.Running, s.URL, s.PID, s.Since, s.Model, s.Token = true, h.URL, h.PID, h.Since.UTC().Format(time.RFC3339), h.Model, h.Token
	return s, nil
}

func newStatus(app *cli.App) *cobra.Command {
	var state string
	c := cli.Exits(&cobra.Command{
		Use:     "status",
		Short:   "Say whether a state folder is served, and where",
		Example: "  symbi-ctl dev status",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			dir, err := folder(app, state)
			if err != nil {
				return err
			}
			s, err := look(c.Context(), dir)
			if err != nil {
				return err
			}
			if err := app.Print(s.view()); err != nil {
				return err
			}
			if !s.Running {
				return cli.ErrNo
			}
			return nil
		},
	}, cli.No)
	stateFlag(c, &state)
	return c
}

func newWait(app *cli.App) *cobra.Command {
	var state string
	var timeout time.Duration
	c := cli.Exits(&cobra.Command{
		Use:     "wait",
		Short:   "Wait until the embedded runtime answers",
		Example: "  symbi-ctl dev wait --timeout 10s",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			dir, err := folder(app, state)
			if err != nil {
				return err
			}
			if timeout < 0 {
				return cli.Usagef("--timeout wants a duration that is not negative, not %v", timeout)
			}
			ctx, cancel := context.WithTimeout(c.Context(), timeout)
			defer cancel()
			for {
				s, err := look(ctx, dir)
				if err != nil {
					return err
				}
				if s.Running {
					return app.Print(s.view())
				}
				if err := pause.For(ctx, askAgain); err != nil {
					if c.Context().Err() != nil {
						return err
					}
					e := &cli.Error{Code: cli.CodePending, Status: cli.Pending, Message: fmt.Sprintf("nothing serves %s after %v", dir, timeout), Retryable: true}
					return e.WithNext("symbi-ctl dev up")
				}
			}
		},
	}, cli.Pending)
	stateFlag(c, &state)
	c.Flags().DurationVar(&timeout, "timeout", 30*time.Second, "how long to wait (`duration`)")
	return c
}

func newReset(app *cli.App) *cobra.Command {
	var state string
	var yes bool
	c := cli.Exits(&cobra.Command{
		Use:     "reset",
		Short:   "Delete the state of the embedded runtime",
		Long:    `Delete the state: agents, runs and messages. Journals and the token stay.`,
		Example: "  symbi-ctl dev reset --yes",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			dir, err := folder(app, state)
			if err != nil {
				return err
			}
			if err := app.Confirm(yes, "delete the state in "+dir+"?"); err != nil {
				return err
			}
			if !store.Exists(dir) {
				app.Notice("there is no state in %s", dir)
				return nil
			}
			if err := store.Remove(c.Context(), dir); err != nil {
				return remote.StateError(err, state)
			}
			app.Notice("the state in %s is empty", dir)
			return nil
		},
	}, cli.Conflict)
	stateFlag(c, &state)
	c.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask")
	return c
}

func newExport(app *cli.App) *cobra.Command {
	var state string
	c := cli.Exits(&cobra.Command{
		Use:   "export",
		Short: "Write the whole state as one JSON document",
		Long: `Write the whole state as one JSON document, for ` + "`dev import`" + ` and for
` + "`dev up --seed`" + `. It holds what agents were told and answered: it is as
secret as the state.`,
		Example: "  symbi-ctl dev export > state.json",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			dir, err := folder(app, state)
			if err != nil {
				return err
			}
			if !store.Exists(dir) {
				return fmt.Errorf("read the state: %w", &os.PathError{Op: "open", Path: dir, Err: os.ErrNotExist})
			}
			s, err := store.Open(c.Context(), store.Options{Dir: dir, Now: app.Now})
			if err != nil {
				return remote.StateError(err, state)
			}
			var doc bytes.Buffer
			if err := errors.Join(s.Export(c.Context(), &doc), s.Close()); err != nil {
				return err
			}
			return app.Print(output.Document{Text: doc.String(), Value: jsonText(doc.Bytes())})
		},
	})
	stateFlag(c, &state)
	return c
}

// jsonText is JSON that is there already.
type jsonText []byte

// MarshalJSON implements json.Marshaler.
func (j jsonText) MarshalJSON() ([]byte, error) { return j, nil }

func newImport(app *cli.App) *cobra.Command {
	var state string
	c := cli.Exits(&cobra.Command{
		Use:     "import FILE",
		Short:   "Read an exported state into an empty one",
		Example: "  symbi-ctl dev import state.json --state other",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			dir, err := folder(app, state)
			if err != nil {
				return err
			}
			s, err := store.Open(c.Context(), store.Options{Dir: dir, Now: app.Now})
			if err != nil {
				return remote.StateError(err, state)
			}
			if err := errors.Join(importFrom(c.Context(), app, s, args[0]), s.Close()); err != nil {
				return remote.StateError(err, state)
			}
			app.Notice("imported into %s", dir)
			return nil
		},
	}, cli.Conflict)
	stateFlag(c, &state)
	return c
}

func importFrom(ctx context.Context, app *cli.App, s *store.Store, file string) error {
	in := app.In
	if file != "-" {
		f, err := os.Open(app.Path(file))
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	}
	if err := s.Import(ctx, in); err != nil {
		return fmt.Errorf("import %s: %w", file, err)
	}
	return nil
}
