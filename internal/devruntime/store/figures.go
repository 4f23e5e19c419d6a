package store

import (
	"context"
	"time"
)

// Figure is how many submissions are in a phase, and how long they took
// together from their claim to the last change, without those during which the
// clock went back.
type Figure struct {
	Count uint64
	Took  time.Duration
}

// Figures returns the figures of an agent's submissions, or of all when agent is
// "". It reads them all.
func (s *Store) Figures(ctx context.Context, agent string) (map[Phase]Figure, error) {
	rows, err := s.query(ctx, "SELECT phase, count(*), sum(max(changed - created, 0)) FROM invocations WHERE ?1 = '' OR agent = ?1 GROUP BY phase", agent)
	type row struct {
		phase  Phase
		figure Figure
	}
	all, err := collect(rows, err, func(from scanner) (r row, err error) {
		err = from.Scan(&r.phase, &r.figure.Count, &r.figure.Took)
		return r, explain(err)
	})
	figures := make(map[Phase]Figure, len(all))
	for _, r := range all {
		figures[r.phase] = r.figure
	}
	return figures, err
}
