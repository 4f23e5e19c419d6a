package agentpin

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"runtime"
	"strings"
	"time"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/audit"
)

// verdict is the answer for one token of many.
type verdict struct {
	Line int `json:"line"` // counted from 1
	agentpin.Result
}

// many verifies the tokens of a file and streams the answers.
func (o *verifyOptions) many(ctx context.Context, app *cli.App, v *agentpin.Verifier, path string, now time.Time) error {
	in := inputs{app: app}
	r, err := in.open(path)
	if err != nil {
		return err
	}
	defer r.Close()
	tokens := lines{from: bufio.NewReader(r)}
	if found := tokens.look(); !found && tokens.err == nil && !o.allowEmpty {
		return cli.Wrap(cli.CodeLoad, fmt.Errorf("%s holds no token", inputName(path))).WithHint("what made it may have failed; --allow-empty takes nothing for an answer")
	}
	b := batch{options: o, app: app, ctx: ctx, now: now, input: tokens}
	if err := app.Print(batchView(b.verdicts(v))); err != nil {
		return err
	}
	if b.total > 0 {
		app.Notice("%d of %d tokens are valid", b.total-b.refused, b.total)
	}
	switch {
	case b.unanswered != nil:
		return b.unanswered
	case b.refused > 0:
		return cli.ErrNo // printed already
	}
	return nil
}

// lines reads tokens, one a line; blank lines are not counted as tokens.
type lines struct {
	from    *bufio.Reader
	number  int
	first   string // the token that look has found
	numbers []int  // of the tokens that were read and not answered yet
	ended   bool
	err     error // of reading, but not the end
}

// look reads on to the first token, or reports that there is none.
func (l *lines) look() bool {
	var found bool
	l.first, found = l.token()
	return found
}

// tokens are those from the first on.
func (l *lines) tokens(yield func(string) bool) {
	token, found := l.first, l.first != ""
	for found {
		l.numbers = append(l.numbers, l.number)
		if !yield(token) {
			return
		}
		token, found = l.token()
	}
}

// token returns the next token.
func (l *lines) token() (string, bool) {
	for !l.ended {
		text, err := l.next()
		if err != nil {
			l.ended = true
			if !errors.Is(err, io.EOF) {
				l.err = err
			}
		}
		if token := strings.TrimSpace(text); token != "" {
			return token, true
		}
	}
	return "", false
}

// next reads a line. Of one that is too long for a token it keeps so much that
// it is refused for its length.
func (l *lines) next() (string, error) {
	l.number++
	var text []byte
	for {
		part, more, err := l.from.ReadLine()
		if room := agentpin.MaxToken + 1 - len(text); room > 0 {
			text = append(text, part[:min(len(part), room)]...)
		}
		if err != nil || !more {
			return string(text), err
		}
	}
}

type batch struct {
	options    *verifyOptions
	app        *cli.App
	ctx        context.Context //nolint:containedctx // of one call of many
	now        time.Time
	input      lines
	total      int
	refused    int // or not answered
	unanswered error
}

const auditChunk = 256

func (b *batch) verdicts(v *agentpin.Verifier) iter.Seq2[verdict, error] {
	return func(yield func(verdict, error) bool) {
		var records []audit.Record
		flush := func() error {
			err := b.options.audit.log(b.ctx, b.app, records...)
			records = records[:0]
			return err
		}
		for got := range v.VerifyAll(b.ctx, b.input.tokens, b.now, runtime.GOMAXPROCS(0)) {
			b.count(got)
			records = append(records, record("verify", b.now, got.Result.Credential, got.Result))
			if len(records) == auditChunk {
				if err := flush(); err != nil {
					yield(verdict{}, err)
					return
				}
			}
			row := verdict{b.input.numbers[0], got.Result}
			b.input.numbers = b.input.numbers[1:]
			if !yield(row, nil) {
				return
			}
		}
		err := errors.Join(flush(), b.ctx.Err())
		if b.input.err != nil {
			err = errors.Join(err, fmt.Errorf("read line %d: %w", b.input.number, b.input.err))
		}
		if err != nil {
			yield(verdict{}, err)
		}
	}
}

func (b *batch) count(got agentpin.Verdict) {
	b.total++
	if !got.Result.Valid {
		b.refused++
	}
	if got.Err != nil && b.unanswered == nil {
		b.unanswered = unanswered(got.Result, got.Err)
	}
}

func batchView(rows iter.Seq2[verdict, error]) output.View {
	return output.Stream[verdict]{Rows: rows, Empty: "No tokens.", Columns: []output.Column[verdict]{
		{Header: "LINE", Cell: func(v verdict) string { return fmt.Sprint(v.Line) }},
		{Header: "VERDICT", Cell: func(v verdict) string {
			if v.Valid {
				return "valid"
			}
			return string(v.ErrorCode)
		}, Style: func(v verdict) output.Style {
			if v.Valid {
				return output.Good
			}
			return output.Bad
		}},
		{Header: "AGENT", Cell: func(v verdict) string { return v.AgentID }},
		{Header: "REASON", Wide: true, Cell: func(v verdict) string { return v.ErrorMessage }},
	}}
}
