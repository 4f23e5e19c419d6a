package agentpin

import (
	"context"
	"iter"
	"time"

	"golang.org/x/sync/errgroup"
)

// perWorker is how many tokens a worker gets at a time: enough that waiting for
// the slowest costs little, few enough that the first verdict comes soon.
const perWorker = 64

// Verdict is the result of one of many tokens.
type Verdict struct {
	Result Result
	Err    error // as of [Verifier.Verify]
}

// VerifyAll verifies tokens on a number of workers and yields the verdicts in
// the order of the tokens. They are read as they are needed. Keys are pinned in
// order too, so that two runs pin the same. The verdicts end early when ctx
// does.
func (v *Verifier) VerifyAll(ctx context.Context, tokens iter.Seq[string], now time.Time, workers int) iter.Seq[Verdict] {
	workers = max(workers, 1)
	return func(yield func(Verdict) bool) {
		next, stop := iter.Pull(tokens)
		defer stop()
		for ctx.Err() == nil {
			chunk := take(next, workers*perWorker)
			if len(chunk) == 0 {
				return
			}
			for _, s := range v.judgeAll(ctx, chunk, now, workers) {
				s.finish(ctx)
				res, err := s.result()
				if !yield(Verdict{res, err}) {
					return
				}
			}
		}
	}
}

func take(next func() (string, bool), most int) []string {
	var chunk []string
	for len(chunk) < most {
		token, ok := next()
		if !ok {
			break
		}
		chunk = append(chunk, token)
	}
	return chunk
}

// judgeAll runs the steps that change nothing, each worker on every n-th token.
func (v *Verifier) judgeAll(ctx context.Context, tokens []string, now time.Time, workers int) []*verification {
	out := make([]*verification, len(tokens))
	var all errgroup.Group
	for w := range min(workers, len(tokens)) {
		all.Go(func() error {
			for i := w; i < len(tokens); i += workers {
				out[i] = v.judge(ctx, tokens[i], now)
			}
			return nil
		})
	}
	_ = all.Wait() // the workers return no errors
	return out
}
