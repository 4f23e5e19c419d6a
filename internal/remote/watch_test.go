package remote_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/internal/remote"
	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

// unreachable is how a runtime that is not there fails.
func unreachable() error {
	return &client.TransportError{Method: "GET", URL: "http://runtime/agents", Err: errors.New("connection refused")}
}

func answered(status int, kind client.Kind) error {
	return &client.APIError{Method: "GET", Path: "/agents", Status: status, Kind: kind}
}

// followed is a watch of which each reading is given.
type followed struct {
	out, said bytes.Buffer
	asked     []time.Duration // since the begin
	err       error
	took      time.Duration
}

// follow watches until the context ends, or for as long as the watch says; the
// last of the readings, which are rows or errors, comes again and again.
func follow(ctx context.Context, t *testing.T, watch remote.Watch, readings ...any) *followed {
	t.Helper()
	var f followed
	a, _ := app(t, "http://127.0.0.1:1")
	a.Out, a.Err = &f.out, &f.said
	began := time.Now()
	f.err = remote.Follow(ctx, remote.New(a), watch, remote.Followed[string]{
		Key: func(row string) string { return row },
		Ask: func(ctx context.Context) ([]string, error) {
			now := readings[min(len(f.asked), len(readings)-1)]
			f.asked = append(f.asked, time.Since(began))
			if ctx.Err() != nil {
				return nil, context.Cause(ctx)
			}
			if err, failed := now.(error); failed {
				return nil, err
			}
			return strings.Fields(fmt.Sprint(now)), nil
		},
	})
	f.took = time.Since(began)
	return &f
}

func (f *followed) notices() []string {
	return strings.FieldsFunc(f.said.String(), func(r rune) bool { return r == '\n' })
}

// TestWatchOutlivesARestart: what may pass is told once and asked again.
func TestWatchOutlivesARestart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := follow(t.Context(), t, remote.Watch{For: time.Hour}, "a",
			unreachable(), unreachable(), answered(http.StatusServiceUnavailable, client.Unavailable),
			answered(http.StatusTooManyRequests, client.RateLimited), answered(http.StatusInternalServerError, client.Failed), "a b")
		if f.err != nil {
			t.Errorf("ended with %v", f.err)
		}
		if diff := cmp.Diff("\"a\"\n\"b\"\n", f.out.String()); diff != "" {
			t.Errorf("stdout (-want +got):\n%s", diff)
		}
		said := f.notices()
		if len(said) != 2 || !strings.Contains(said[0], "connection refused") || !strings.Contains(said[1], "answers again") {
			t.Errorf("stderr %q, want one line for the outage and one for its end", f.said.String())
		}
	})
}

// TestWatchEnds: with what will not pass, and with a first reading that fails.
func TestWatchEnds(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		readings []any
		asked    int
	}{
		"nobody at first":    {[]any{unreachable()}, 1},
		"unavailable first":  {[]any{answered(http.StatusServiceUnavailable, client.Unavailable)}, 1},
		"key withdrawn":      {[]any{"a", answered(http.StatusUnauthorized, client.Unauthenticated)}, 2},
		"forbidden":          {[]any{"a", answered(http.StatusForbidden, client.Forbidden)}, 2},
		"gone":               {[]any{"a", answered(http.StatusNotFound, client.NotFound)}, 2},
		"gone, with a 500":   {[]any{"a", answered(http.StatusInternalServerError, client.NotFound)}, 2},
		"not a runtime":      {[]any{"a", &client.ReplyError{Problem: "an HTML page"}}, 2},
		"gone in an outage":  {[]any{"a", unreachable(), answered(http.StatusNotFound, client.NotFound)}, 3},
		"wrong in an outage": {[]any{"a", unreachable(), answered(http.StatusUnauthorized, client.Unauthenticated)}, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := follow(t.Context(), t, remote.Watch{}, tc.readings...)
				if want, _ := tc.readings[len(tc.readings)-1].(error); !errors.Is(f.err, want) || len(f.asked) != tc.asked {
					t.Errorf("ended with %v after %d readings, want %v after %d", f.err, len(f.asked), want, tc.asked)
				}
			})
		})
	}
}

// TestWatchIsOver: the time that was asked for ends a watch well, unless the
// runtime does not answer then.
func TestWatchIsOver(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		readings []any
		failed   bool
	}{
		"answers":            {[]any{"a"}, false},
		"silent":             {[]any{"a", unreachable()}, true},
		"silent, then there": {[]any{"a", unreachable(), "a"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := follow(t.Context(), t, remote.Watch{For: time.Minute}, tc.readings...)
				if lost, _ := errors.AsType[*client.TransportError](f.err); (lost != nil) != tc.failed || (f.err != nil) != tc.failed {
					t.Errorf("ended with %v", f.err)
				}
				if f.took != time.Minute {
					t.Errorf("took %v", f.took)
				}
			})
		})
	}
}

// TestWatchIsInterrupted in an outage as at any time.
func TestWatchIsInterrupted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(30*time.Second, cancel)
		f := follow(ctx, t, remote.Watch{}, "a", unreachable())
		if !errors.Is(f.err, context.Canceled) || f.took != 30*time.Second {
			t.Errorf("ended with %v after %v", f.err, f.took)
		}
	})
}

// TestWatchBacksOff: an outage is not a reason for more questions, and the end
// of it is noticed soon.
func TestWatchBacksOff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := follow(t.Context(), t, remote.Watch{For: 10 * time.Minute}, "a", unreachable())
		if n := len(f.asked); n < 40 || n > 200 {
			t.Errorf("asked %d times in 10 minutes", n)
		}
		for i := 2; i < len(f.asked); i++ {
			if apart := f.asked[i] - f.asked[i-1]; apart < 500*time.Millisecond || apart > 15*time.Second {
				t.Errorf("question %d came %v after the one before", i, apart)
			}
		}
	})
	synctest.Test(t, func(t *testing.T) {
		later := &client.APIError{Status: http.StatusServiceUnavailable, Kind: client.Unavailable, RetryAfter: 40 * time.Second}
		f := follow(t.Context(), t, remote.Watch{For: 2 * time.Minute}, "a", later)
		if n := len(f.asked); n != 4 {
			t.Errorf("asked %d times in 2 minutes of a runtime that wants 40 s between two", n)
		}
	})
}

// TestWatchFitsTheTerminal: what is drawn again is no longer than the screen,
// or its upper end would stay there.
func TestWatchFitsTheTerminal(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		rows int
		want []string
		more string
	}{
		"fits":     {7, []string{"row-06"}, ""},
		"too long": {20, []string{"row-00", "row-04"}, "15 more; a taller terminal or --filter shows them"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, _ := app(t, "http://127.0.0.1:1")
			var out bytes.Buffer
			a.Out = &out
			a.Terminal = cli.Terminal{Out: true, Width: 80, Height: 9}
			var rows []string
			for i := range tc.rows {
				rows = append(rows, fmt.Sprintf("row-%02d", i))
			}
			err := remote.Follow(t.Context(), remote.New(a), remote.Watch{For: time.Millisecond}, remote.Followed[string]{
				Key: func(row string) string { return row }, Ask: func(context.Context) ([]string, error) { return rows, nil },
				Columns: []output.Column[string]{{Header: "NAME", Cell: func(row string) string { return row }}},
			})
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range append(tc.want, tc.more) {
				if !strings.Contains(out.String(), want) {
					t.Errorf("no %q in\n%s", want, out.String())
				}
			}
			if n := strings.Count(out.String(), "\n"); n > 8 || tc.more == "" && strings.Contains(out.String(), "more") {
				t.Errorf("%d lines in\n%s", n, out.String())
			}
		})
	}
}
