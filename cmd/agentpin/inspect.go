package agentpin

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin"
)

func newInspect(app *cli.App) *cobra.Command {
	var at atFlag
	c := &cobra.Command{
		Use:   "inspect FILE|-",
		Short: "Show what a credential says, without verifying it",
		Long: `Take a token apart and show what it says. Nothing of it is verified: anybody can
write such a token. A token that every verifier refuses by its form is shown
too, with the reason.`,
		Example: "  symbi-ctl agentpin inspect agent.jwt",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			in := inputs{app: app}
			now, err := at.time(app)
			if err != nil {
				return err
			}
			token, err := in.token(args[0])
			if err != nil {
				return err
			}
			seen, err := agentpin.Inspect(token)
			if err != nil {
				return notCredential(args[0], token, err)
			}
			return app.Print(inspectView(seen, now))
		},
	}
	at.add(c.Flags())
	return c
}

func inspectView(seen agentpin.Inspection, now time.Time) output.View {
	var f fields
	f.add("Verified", "UNVERIFIED: this only shows what the token says", output.Warn)
	f.add("Refused by form", seen.Refusal, output.Bad)
	if c := seen.Credential; c != nil {
		claimFields(&f, c.Kid, c.Claims, now)
		f.add("Lifetime", c.Claims.Lifetime().String())
	} else {
		f.add("Header", string(seen.Header))
		f.add("Payload", string(seen.Payload))
	}
	f.add("Signature", seen.Signature)
	return output.Record{Value: seen, Fields: f}
}
