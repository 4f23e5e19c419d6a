package skills

import (
	"context"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/rules"
)

// scanOptions are the flags of `skills scan` as they were given.
type scanOptions struct {
	paths         []string
	ruleSet       string
	ruleFiles     []string
	failOn        string
	minConfidence string
	all, strict   bool
	staged        bool
	diffBase      string
	stdinPath     string
	gitignore     bool
	gateFile      string
	inline        bool
	baseline      string
	writeBaseline string
	at            string
}

func newScan(app *cli.App) *cobra.Command {
	var o scanOptions
	c := &cobra.Command{
		Use:   "scan [PATH…]",
		Short: "Scan skills for what should not be in them",
		Long: `Scan folders and files for malware, lures, stolen secrets, hidden instructions
and tampering with agents. Nothing is run, nothing is sent, no link is followed,
and whatever could not be read is said. Without PATH the current folder is
scanned; PATH "-" reads standard input.

A finding refuses (exit status 3) when its severity is at least --fail-on and
its confidence at least --min-confidence. Findings of lower confidence, which
are mentions rather than uses, are counted and shown with --all.

The operator's decisions come from .symbi-skills.yaml in the root of the
repository, never from inside a skill.`,
		Example: `  symbi-ctl skills scan .
  symbi-ctl skills scan skills/pdf --fail-on medium
  symbi-ctl skills scan --staged
  symbi-ctl skills scan --diff-base HEAD -o sarif
  symbi-ctl skills scan --write-baseline baseline.json .
  symbi-ctl skills scan --ruleset sdk-1.11 . -o json`,
		Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			o.paths = args
			return o.run(c.Context(), app)
		},
	}
	o.flags(c)
	return cli.Formats(cli.Exits(c, cli.No), "sarif", "github", "junit", "markdown")
}

func (o *scanOptions) flags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&o.ruleSet, "ruleset", "", "rule `set`: symbi (default), sdk-1.11 or runtime")
	f.StringArrayVar(&o.ruleFiles, "rules", nil, "add the rules of this YAML `file`; may be repeated")
	f.StringVar(&o.failOn, "fail-on", "", "lowest `severity` that refuses: critical, high (default), medium, low, info, or none")
	f.StringVar(&o.minConfidence, "min-confidence", "", "lowest `confidence` that counts: high, medium (default) or low")
	f.BoolVar(&o.all, "all", false, "show findings of low confidence too")
	f.BoolVar(&o.strict, "strict", false, "refuse when something could not be read")
	f.BoolVar(&o.staged, "staged", false, "scan what is staged in git, as it is staged")
	f.StringVar(&o.diffBase, "diff-base", "", "scan what HEAD adds since it left `revision`, from git")
	f.StringVar(&o.stdinPath, "stdin-path", "SKILL.md", "`path` that standard input is reported under")
	f.BoolVar(&o.gitignore, "gitignore", false, "leave out what the repository's own .gitignore leaves out")
	f.StringVar(&o.gateFile, "gate", "", "use this gate `file` instead of .symbi-skills.yaml; none for no file")
	f.BoolVar(&o.inline, "allow-inline-ignores", false, "let symbi-ignore comments in the scanned files count")
	f.StringVar(&o.baseline, "baseline", "", "pass over the findings that this baseline `file` lists")
	f.StringVar(&o.writeBaseline, "write-baseline", "", "write the findings to this baseline `file` and exit with 0")
	f.StringVar(&o.at, "at", "", "judge expiry dates as of this `time` (RFC 3339), not now")
	c.MarkFlagsMutuallyExclusive("staged", "diff-base")
	c.MarkFlagsMutuallyExclusive("baseline", "write-baseline")
	for name, values := range map[string][]string{
		"ruleset": ruleSets(), "fail-on": {"critical", "high", "medium", "low", "info", "none"}, "min-confidence": {"high", "medium", "low"},
	} {
		// The flags were just defined, so this cannot fail.
		_ = c.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
	}
}

// softLimit is the memory above which garbage is collected more often: a scan of
// hundreds of megabytes holds less than 40 MiB at any moment, and would let twice
// as much garbage lie.
const softLimit = 72 << 20

func (o *scanOptions) run(ctx context.Context, app *cli.App) error {
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(softLimit))
	now, err := o.clock(app)
	if err != nil {
		return err
	}
	g, err := o.openGate(ctx, app)
	if err != nil {
		return err
	}
	t, err := o.source(ctx, app, g)
	if err != nil {
		return err
	}
	defer t.close()
	e, err := o.engine(app, g, t)
	if err != nil {
		return err
	}
	if b := g.baseline; b != nil && b.RuleSet != e.name {
		return &cli.Error{Code: cli.CodeBaseline, Status: cli.Usage, Message: "the baseline was written with rule set " + b.RuleSet + ", not " + e.name, Next: []string{"symbi-ctl skills scan --write-baseline FILE"}}
	}
	report, scanErr := e.scan(ctx, t)
	if scanErr != nil && ctx.Err() == nil {
		return cli.Wrap(cli.CodeScan, scanErr)
	}
	g.decide(&report, e, now)
	if o.writeBaseline != "" && scanErr == nil {
		return o.saveBaseline(app, g, report, now)
	}
	if err := o.print(app, report, e, t, g); err != nil {
		return err
	}
	switch {
	case scanErr != nil:
		return scanErr
	case report.Verdict == skills.Refused, o.strict && report.Verdict == skills.Partial:
		return cli.ErrNo
	}
	return nil
}

func (o *scanOptions) clock(app *cli.App) (time.Time, error) {
	if o.at == "" {
		return app.Now(), nil
	}
	at, err := time.Parse(time.RFC3339, o.at)
	if err != nil {
		return at, cli.Usagef("--at %q is not a time", o.at).WithHint("write it as 2026-11-24T12:00:00Z")
	}
	return at, nil
}

// thresholds reads --fail-on and --min-confidence. Severity 0 means that the
// flag was not given.
func (o *scanOptions) thresholds() (rules.Severity, rules.Confidence, error) {
	var severity rules.Severity
	var confidence rules.Confidence
	var err error
	switch {
	case o.failOn == "none":
		severity = rules.Critical + 1
	case o.failOn != "":
		if severity, err = rules.ParseSeverity(o.failOn); err != nil {
			return 0, 0, cli.Usagef("--fail-on: %v, or none", err)
		}
	}
	if o.minConfidence != "" {
		if confidence, err = rules.ParseConfidence(o.minConfidence); err != nil {
			return 0, 0, cli.Usagef("--min-confidence: %v", err)
		}
	}
	return severity, confidence, nil
}

func ruleSets() []string { return []string{"symbi", "sdk-1.11", "runtime"} }

func unknownRuleSet(name string) error {
	e := cli.Usagef("unknown rule set %q: want symbi, sdk-1.11 or runtime", name)
	if near := cli.Nearest(name, ruleSets()); near != "" {
		return e.WithHint("did you mean %s?", near)
	}
	return e
}
