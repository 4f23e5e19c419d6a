package agentpin

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/audit"
)

func newAudit(app *cli.App) *cobra.Command {
	return cli.Group(&cobra.Command{
		Use:   "audit",
		Short: "Check the log that --audit writes",
		Long: `issue, renew and verify take --audit FILE and append one line of JSON for each
credential: time, verb, valid, the code of a refusal, kid, jti, iss, sub, aud,
exp, and prev, the hash of the line before. No token and no key is in it. The
file is made with mode 0600; several processes may write to it at once. What
cannot be written down is not done: the command ends with status 1.`,
		Example: "  symbi-ctl agentpin audit check audit.jsonl",
	}, newAuditCheck(app))
}

// auditReport is what a log is worth.
type auditReport struct {
	Intact bool         `json:"intact"` // false when there is nothing that could be
	Lines  int          `json:"lines"`
	Fault  *audit.Fault `json:"fault,omitempty"`
}

func newAuditCheck(app *cli.App) *cobra.Command {
	return cli.Exits(&cobra.Command{
		Use:   "check FILE|-",
		Short: "Say whether a line of an audit log was changed",
		Long: `Each line of an audit log holds the hash of the one before it. Status 3 when a
line was changed, added or taken out, or when there is none: a log is made with
its first line. Lines cut off at the end do not show.`,
		Example: "  symbi-ctl agentpin audit check audit.jsonl",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			in := inputs{app: app}
			r, err := in.open(args[0])
			if err != nil {
				return err
			}
			defer r.Close()
			n, fault, err := audit.Check(r)
			if err != nil {
				return err
			}
			report := auditReport{n > 0 && fault == nil, n, fault}
			if err := app.Print(report.view()); err != nil {
				return err
			}
			if !report.Intact {
				return cli.ErrNo // printed already
			}
			return nil
		},
	}, cli.No)
}

func (r auditReport) view() output.View {
	var f fields
	switch {
	case r.Intact:
		f.add("Verdict", "intact", output.Good)
	case r.Fault == nil:
		f.add("Verdict", "no lines", output.Bad)
	default:
		f.add("Verdict", "broken", output.Bad)
		f.add("Fault", fmt.Sprintf("line %d: %s", r.Fault.Line, r.Fault.Message))
	}
	f.add("Lines", fmt.Sprint(r.Lines))
	return output.Record{Value: r, Fields: f}
}
