package agentpin

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/keys"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/bundle"
)

// maxSignature is the size of the longest text of a signature, in bytes.
const maxSignature = 1 << 10

type bundleCheck struct {
	Valid    bool     `json:"valid"`
	Problems []string `json:"problems"`
	Entities int      `json:"entities"`
	Signed   bool     `json:"signed"` // by the key that was given
}

func newBundleVerify(app *cli.App) *cobra.Command {
	var (
		maxAge         span
		key, signature string
		at             atFlag
	)
	c := &cobra.Command{
		Use:   "verify FILE",
		Short: "Check a trust bundle, its age and its signature",
		Long: `Check that a bundle can be used: form, version, unique domains, every document
in it; with --max-age that it is fresh, and with --key that it was signed.`,
		Example: `  symbi-ctl agentpin bundle verify bundle.json
  symbi-ctl agentpin bundle verify bundle.json --max-age 168h --key example-2026-01.public.pem`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := needs(c, "key", "signature"); err != nil {
				return err
			}
			in := inputs{app: app}
			now, err := at.time(app)
			if err != nil {
				return err
			}
			text, err := in.read(args[0], bundle.Max)
			if err != nil {
				return err
			}
			report := checkBundle(text, now, time.Duration(maxAge))
			if key != "" {
				if signature == "" {
					signature = args[0] + ".sig"
				}
				if err := report.checkSignature(&in, text, key, signature); err != nil {
					return err
				}
			}
			if err := app.Print(report.view()); err != nil {
				return err
			}
			if !report.Valid {
				return cli.ErrNo // printed already
			}
			return nil
		},
	}
	f := c.Flags()
	f.Var(&maxAge, "max-age", "refuse a bundle that is older")
	f.StringVar(&key, "key", "", "`file` with the public key of whoever signs bundles")
	f.StringVar(&signature, "signature", "", "`file` with the signature; without it, FILE.sig")
	at.add(f)
	return cli.Exits(c, cli.No)
}

func checkBundle(text []byte, now time.Time, maxAge time.Duration) bundleCheck {
	report := bundleCheck{Problems: []string{}}
	b, err := bundle.Parse(text)
	if err != nil {
		for _, fault := range bundle.Faults(text) {
			report.Problems = append(report.Problems, fault.Error())
		}
		return report
	}
	report.Entities = len(b.Documents())
	if maxAge > 0 {
		if err := b.CheckAge(now, maxAge); err != nil {
			report.Problems = append(report.Problems, err.Error())
		}
	}
	report.Valid = len(report.Problems) == 0
	return report
}

func (b *bundleCheck) checkSignature(in *inputs, text []byte, key, signature string) error {
	k, err := in.publicKey(key)
	if err != nil {
		return err
	}
	made, err := in.read(signature, maxSignature)
	if err != nil {
		return err
	}
	line := string(made)
	if n := len(line); n > 0 && line[n-1] == '\n' {
		line = line[:n-1]
	}
	if b.Signed = keys.VerifyDetached(k.Public, text, line); !b.Signed {
		b.Valid = false
		b.Problems = append(b.Problems, "the signature does not verify")
	}
	return nil
}

func (b *bundleCheck) view() output.View {
	var f fields
	if b.Valid {
		f.add("Verdict", "valid", output.Good)
	} else {
		f.add("Verdict", "refused", output.Bad)
	}
	for _, p := range b.Problems {
		f.add("Problem", p)
	}
	f.add("Domains", fmt.Sprint(b.Entities))
	f.add("Signed", map[bool]string{true: "by this key", false: ""}[b.Signed])
	return output.Record{Value: b, Fields: f}
}
