package remote

import "github.com/symbi-ctl/symbi-ctl/internal/output"

// Stream prints rows as they arrive. That the runtime fails in the middle is
// its error, and not one of printing.
func Stream[T any](c *Conn, s output.Stream[T]) error {
	var failed error
	rows := s.Rows
	s.Rows = func(yield func(T, error) bool) {
		for row, err := range rows {
			failed = err
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
	err := c.app.Print(s)
	if failed != nil {
		return failed
	}
	return err
}
