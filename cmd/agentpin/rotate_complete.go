package agentpin

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/safefile"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/revocation"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/rotation"
)

type completeOptions struct {
	completion rotation.Completion
	revocation string
	reason     *choice
	yes        bool
	at         atFlag
}

func newRotateComplete(app *cli.App) *cobra.Command {
	o := completeOptions{completion: rotation.Completion{Skew: agentpin.DefaultSkew}}
	c := &cobra.Command{
		Use:   "complete DOCUMENT",
		Short: "Drop and revoke the old key",
		Long: `Take the old key out of a discovery document and add it to the revocations,
first the revocation, then the document. It waits until every credential signed
with the old key has expired, unless --early says that it was stolen.`,
		Example: "  symbi-ctl agentpin rotate complete site.json --kid example-2026-01 --revocation revoked.json --yes",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			now, err := o.at.time(app)
			if err != nil {
				return err
			}
			o.completion.Now, o.completion.Reason = now, o.reason.value
			if err := o.rehearse(app, args[0]); err != nil {
				return err
			}
			if err := app.Confirm(o.yes, "Revoke the key "+o.completion.Kid+" for good?"); err != nil {
				return err
			}
			done, err := o.run(c, app, args[0])
			if err != nil {
				return err
			}
			return app.Print(done.view())
		},
	}
	f := c.Flags()
	f.StringVar(&o.completion.Kid, "kid", "", "`name` of the old key")
	o.reason = addChoice(c, "reason", "superseded", "why, as one `word` of the specification", revocation.Reasons()...)
	f.StringVar(&o.revocation, "revocation", "", "`file` with the revocations; it is made if need be")
	f.BoolVar(&o.completion.Early, "early", false, "do not wait until credentials signed with it have expired")
	f.BoolVarP(&o.yes, "yes", "y", false, "do not ask")
	o.at.add(f)
	_ = c.MarkFlagRequired("kid")        // they were
	_ = c.MarkFlagRequired("revocation") // just defined
	return cli.Exits(c, cli.NotFound, cli.Conflict)
}

// rehearse completes the rotation of a copy, so that nobody is asked about what
// cannot be done.
func (o *completeOptions) rehearse(app *cli.App, path string) error {
	in := inputs{app: app}
	d, err := in.document(path)
	if err != nil {
		return err
	}
	old, err := in.read(o.revocation, revocation.Max)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	_, err = o.revoked(d, old)
	return err
}

func (o *completeOptions) run(c *cobra.Command, app *cli.App, path string) (rotated, error) {
	done := rotated{Document: path, Revoked: o.completion.Kid}
	err := rewrite(c.Context(), app, path, discovery.Max, discovery.Parse, func(d *discovery.Document) (any, error) {
		if err := o.revoke(c, app, d); err != nil {
			return nil, err
		}
		done.describe(d)
		return d, nil
	})
	done.Next = []string{
		"publish " + path + " at " + discovery.URL(done.Entity),
		"publish " + o.revocation + " at " + discovery.RevocationURL(done.Entity),
	}
	return done, err
}

// revoke completes the rotation of d and writes the revocations.
func (o *completeOptions) revoke(c *cobra.Command, app *cli.App, d *discovery.Document) error {
	return safefile.Update(c.Context(), safefile.Edit{Path: app.Path(o.revocation), Mode: public, Max: revocation.Max, Apply: func(old []byte) ([]byte, error) {
		return o.revoked(d, old)
	}})
}

// revoked takes the old key out of d and returns the revocations with it; old is
// the text of those that there are.
func (o *completeOptions) revoked(d *discovery.Document, old []byte) ([]byte, error) {
	revoked := revocation.New(d.Entity, o.completion.Now)
	if old != nil {
		var err error
		if revoked, err = revocation.Parse(old); err != nil {
			return nil, cli.Wrap(cli.CodeLoad, fmt.Errorf("%s: %w", o.revocation, err))
		}
	}
	if revoked.Entity != d.Entity {
		return nil, cli.Wrap(cli.CodeConflict, fmt.Errorf("%s is about %s, not about %s", o.revocation, revoked.Entity, d.Entity))
	}
	err := rotation.Complete(d, revoked, o.completion)
	switch {
	case errors.Is(err, rotation.ErrTooEarly):
		return nil, cli.Wrap(cli.CodeConflict, err).WithHint("--early drops it now; credentials signed with it stop working")
	case errors.Is(err, rotation.ErrNoKey):
		return nil, cli.Wrap(cli.CodeNotFound, err).WithHint("the document has %s", kids(d))
	case errors.Is(err, rotation.ErrLastKey):
		return nil, cli.Wrap(cli.CodeConflict, err)
	case err != nil:
		return nil, cli.Usagef("%v", err)
	}
	return revoked.Encode()
}

// kids names the keys of a document.
func kids(d *discovery.Document) string {
	names := make([]string, len(d.Keys))
	for i, k := range d.Keys {
		names[i] = k.Kid
	}
	return strings.Join(names, ", ")
}
