package runs

import (
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/ident"
	"github.com/symbi-ctl/symbi-ctl/internal/safefile"
	"github.com/symbi-ctl/symbi-ctl/pkg/reasoning/journal"
)

// standard is the name of stdin on the command line.
const standard = "-"

// maxKeyFile is enough for a key in hex and blanks around it.
const maxKeyFile = 1 << 10

type verifyOptions struct {
	key, keyFile, runID, agentID string
}

func newVerify(app *cli.App) *cobra.Command {
	var o verifyOptions
	c := &cobra.Command{
		Use:   "verify FILE|-",
		Short: "Verify the journal of a run, offline",
		Long: `Check every record of a journal against the key that was kept when the run was
accepted ("audit.public_key" in the answer): signature, place in the chain, run
and agent; and that the records make sense together. The verdicts are those of
the runtime's own audit. No runtime is asked.

Status 0: whole, whatever the run's outcome; effects of unknown end are named.
Status 3: refused. A record was forged, altered, moved or taken out, or the
journal is another one; "line" says where.
Status 8: incomplete. Nothing was tampered with, but the end is missing: the run
goes on, or was interrupted. What stands after the last line feed is never
trusted.`,
		Example: `  symbi-ctl runs verify run.jsonl --public-key-file run.pub
  symbi-ctl runs verify run.jsonl --public-key b4a7361e2bf3cbbe7a6b48d330dc03e74d30ca71e6dce9fec5b7d41eb2f34915 --run-id 00000000-0000-4000-8000-000000000001
  symbi-ctl runs verify - --public-key-file run.pub -o json < run.jsonl`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			want, err := o.expected(app)
			if err != nil {
				return err
			}
			report, err := verify(c.Context(), app, args[0], want)
			if err != nil {
				return err
			}
			if err := app.Print(reportView(report)); err != nil {
				return err
			}
			return verdict(args[0], report)
		},
	}
	f := c.Flags()
	f.StringVar(&o.key, "public-key", "", "`key` that the journal has to be signed with, 64 hex digits")
	f.StringVar(&o.keyFile, "public-key-file", "", "`file` with the key")
	f.StringVar(&o.runID, "run-id", "", "`id` of the run that the journal has to be of")
	f.StringVar(&o.agentID, "agent-id", "", "`id` of the agent that the journal has to be of")
	c.MarkFlagsMutuallyExclusive("public-key", "public-key-file")
	c.MarkFlagsOneRequired("public-key", "public-key-file")
	return cli.Exits(c, cli.No, cli.Pending)
}

// expected is what the journal has to be.
func (o *verifyOptions) expected(app *cli.App) (journal.Options, error) {
	for _, id := range []struct{ flag, value string }{{"run-id", o.runID}, {"agent-id", o.agentID}} {
		if id.value != "" && !ident.Valid(id.value) {
			return journal.Options{}, cli.Usagef("--%s %q is no UUID of 36 characters", id.flag, id.value)
		}
	}
	want := journal.Options{RunID: o.runID, AgentID: o.agentID}
	if o.keyFile == "" {
		key, err := parseKey(o.key)
		if err != nil {
			return want, cli.Usagef("--public-key: %v", err)
		}
		want.PublicKey = key
		return want, nil
	}
	data, _, err := safefile.Read(app.Path(o.keyFile), maxKeyFile)
	if err != nil {
		return want, named(app, o.keyFile, err)
	}
	if want.PublicKey, err = parseKey(string(data)); err != nil {
		e := cli.Wrap(cli.CodeLoad, fmt.Errorf("%s: %w", o.keyFile, err))
		if len(data) == ed25519.SeedSize {
			return want, e.WithHint("this may be %s, which is the secret half; the public one is in the answer to whoever started the run", journal.KeyFile)
		}
		return want, e
	}
	return want, nil
}

func parseKey(text string) (ed25519.PublicKey, error) {
	key, err := hex.DecodeString(strings.TrimSpace(text))
	if err != nil || len(key) != ed25519.PublicKeySize {
		return nil, errors.New("want an Ed25519 public key of 64 hex digits")
	}
	return key, nil
}

func verify(ctx context.Context, app *cli.App, path string, want journal.Options) (journal.Report, error) {
	in, name := app.In, "stdin"
	if path != standard {
		f, err := os.Open(app.Path(path))
		if err != nil {
			return journal.Report{}, named(app, path, err)
		}
		defer f.Close()
		in, name = io.Reader(f), path
	}
	report, err := journal.Verify(ctx, in, want)
	switch {
	case errors.Is(err, journal.ErrKey):
		return report, cli.Usagef("the key is one under which anybody can sign").WithHint("take the key from the answer to whoever started the run")
	case err != nil:
		return report, fmt.Errorf("%s: %w", name, named(app, path, err))
	}
	return report, nil
}

// named makes an error about a file name it as the command line did.
func named(app *cli.App, path string, err error) error {
	var at *fs.PathError
	if errors.As(err, &at) && at.Path == app.Path(path) {
		return &fs.PathError{Op: at.Op, Path: path, Err: at.Err}
	}
	return err
}

// verdict is the exit status for a report that is printed already.
func verdict(name string, r journal.Report) error {
	switch {
	case !r.Intact():
		return cli.ErrNo
	case r.Complete():
		return nil
	}
	if name == standard {
		name = "the journal"
	}
	e := &cli.Error{
		Code: cli.CodeJournalOpen, Status: cli.CodeJournalOpen.Status(),
		Message: fmt.Sprintf("%s is incomplete: %s", name, strings.Join(r.Recovery.Warnings, " ")),
	}
	return e.WithHint("the %d records before are verified; if the run still goes on, verify again when it has ended", r.Recovery.Records)
}
