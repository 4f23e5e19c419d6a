package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

// agents is a list of n agents that is made while it is read. pad makes names
// longer.
type agents struct {
	n, pad  int
	made    int
	read    int // bytes so far
	pending []byte
}

func (a *agents) Read(p []byte) (int, error) {
	if len(a.pending) == 0 {
		if a.made > a.n {
			return 0, io.EOF
		}
		comma := "["
		if a.made > 0 {
			comma = ","
		}
		a.pending = fmt.Appendf(nil, `%s{"id":"00000000-0000-4000-8000-%012d","name":"agent%*d","state":"Ready"}`, comma, a.made, a.pad, a.made)
		if a.made == a.n {
			a.pending = []byte("]")
		}
		a.made++
	}
	n := copy(p, a.pending)
	a.pending = a.pending[n:]
	a.read += n
	return n, nil
}

// body answers every request with one body that ends with its request.
type body struct{ io.Reader }

func (b body) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Request: r,
		Body: io.NopCloser(bound{r.Context(), b.Reader}),
	}, nil
}

// bound is a reader that ends with a context.
type bound struct {
	ctx context.Context //nolint:containedctx // that is what it is for
	io.Reader
}

func (b bound) Read(p []byte) (int, error) {
	if err := context.Cause(b.ctx); err != nil {
		return 0, err
	}
	return b.Reader.Read(p)
}

func TestBothListShapes(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		body string
		want []client.Agent
		ok   bool
	}{
		"objects":          {`[{"id":"a","name":"x","state":"Ready"},{"id":"b","name":"","state":"Later"}]`, []client.Agent{{ID: "a", Name: "x", State: "Ready"}, {ID: "b", State: "Later"}}, true},
		"bare ids":         {`["a", "b"]`, []client.Agent{{ID: "a"}, {ID: "b"}}, true},
		"mixed":            {`["a",{"id":"b","name":"x","state":"Ready","more":[1]}]`, []client.Agent{{ID: "a"}, {ID: "b", Name: "x", State: "Ready"}}, true},
		"none":             {` [ ] `, nil, true},
		"no id":            {`[{"name":"x"}]`, nil, false},
		"null":             {`[null]`, nil, false},
		"number":           {`[7]`, nil, false},
		"object":           {`{"agents":[]}`, nil, false},
		"not a list":       {`null`, nil, false},
		"cut off":          {`["a","b"`, nil, false},
		"cut in a row":     {`["a",{"id":"b"`, nil, false},
		"more data":        {`["a"] ["b"]`, nil, false},
		"a missing comma":  {`["a" "b"]`, nil, false},
		"an empty body":    {``, nil, false},
		"spaces after it":  {"[\"a\"]\n\n", []client.Agent{{ID: "a"}}, true},
		"an error instead": {`{"error":"x","code":"LIST_AGENTS_FAILED","details":null}`, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := newClient(t, client.Options{Transport: body{strings.NewReader(tc.body)}}).AgentList(t.Context())
			var bad *client.ReplyError
			if (err == nil) != tc.ok || !tc.ok && !errors.As(err, &bad) {
				t.Fatalf("err = %v, want ok %v", err, tc.ok)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestStrictList: rows that break the contract.
func TestStrictList(t *testing.T) {
	t.Parallel()
	for list, want := range map[string]string{
		`[{"id":"a","name":"x","state":"Later"}]`: "",
		`["a"]`: "",
		`[{"id":"a","name":"x","state":"Ready","colour":1}]`: "breaks the contract: unknown member colour",
		`[{"id":"a"}]`: "breaks the contract: no member name; no member state",
	} {
		_, err := newClient(t, client.Options{Strict: true, Transport: body{strings.NewReader(list)}}).AgentList(t.Context())
		var bad *client.ReplyError
		if want == "" && err != nil || want != "" && (!errors.As(err, &bad) || bad.Err.Error() != want) {
			t.Errorf("%s: err = %v, want %q", list, err, want)
		}
	}
}

// TestHTMLList: a page for a browser instead of a list.
func TestHTMLList(t *testing.T) {
	t.Parallel()
	_, err := newClient(t, client.Options{Transport: fixed{200, "text/html", "<html>"}}).AgentList(t.Context())
	if !replyIs("an HTML page")(err) {
		t.Errorf("err = %v", err)
	}
}

// TestListTooLarge: an endless list ends at the cap, after what came before it.
func TestListTooLarge(t *testing.T) {
	t.Parallel()
	seen := 0
	for _, err := range newClient(t, client.Options{Transport: body{&agents{n: 1 << 30, pad: 4 << 10}}}).Agents(t.Context()) {
		if err != nil {
			var bad *client.ReplyError
			if !errors.As(err, &bad) || bad.Problem != "too large" || seen < 10_000 {
				t.Errorf("err = %v after %d agents", err, seen)
			}
			return
		}
		seen++
	}
	t.Error("the list ended without an error")
}

// TestListBreak: a consumer that has enough ends the request.
func TestListBreak(t *testing.T) {
	t.Parallel()
	gone := make(chan struct{})
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(w, &agents{n: 1 << 30})
		<-r.Context().Done()
		close(gone)
	})
	for a, err := range newClient(t, client.Options{BaseURL: url}).Agents(t.Context()) {
		if err != nil || a.ID == "" {
			t.Errorf("got %+v, %v", a, err)
		}
		break
	}
	<-gone
}

// TestListDeadline: the time a consumer takes does not count, given a clock.
func TestListDeadline(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		clock bool
		want  int
	}{"clock": {true, 5}, "no clock": {false, 1}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := client.Options{Transport: body{&agents{n: 5}}, Timeout: time.Minute}
				if tc.clock {
					o.Now = time.Now
				}
				seen := 0
				var last error
				for _, err := range newClient(t, o).Agents(t.Context()) {
					if last = err; err != nil {
						break
					}
					seen++
					time.Sleep(time.Hour) // of the bubble
				}
				var lost *client.TransportError
				if seen != tc.want || tc.clock != (last == nil) || !tc.clock && (!errors.As(last, &lost) || !lost.Timeout) {
					t.Errorf("%d agents, %v, want %d", seen, last, tc.want)
				}
			})
		})
	}
}

// TestListIsNotHeld: the client reads no further ahead than a buffer.
func TestListIsNotHeld(t *testing.T) {
	t.Parallel()
	list := &agents{n: 100_000}
	seen := 0
	for _, err := range newClient(t, client.Options{Transport: body{list}}).Agents(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if seen++; list.made > seen+200 {
			t.Fatalf("%d agents were read ahead of %d", list.made, seen)
		}
	}
	if seen != list.n {
		t.Errorf("%d agents, want %d", seen, list.n)
	}
}

// TestDefaultWait: without a Wait of the caller, a timer waits.
func TestDefaultWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		c := newClient(t, client.Options{MaxRetries: 2, Transport: local{http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusTooManyRequests)
		})}})
		if _, err := c.Metrics(t.Context()); kindOf(err) != client.RateLimited || time.Since(start) != 1800*time.Millisecond {
			t.Errorf("err = %v after %v, want a rate limit after 600 ms and 1.2 s", err, time.Since(start))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := c.Metrics(ctx); kindOf(err) != client.RateLimited {
			t.Errorf("err = %v, want the rate limit, which says more than the deadline", err)
		}
	})
}

// BenchmarkAgents: memory of a list does not grow with it.
func BenchmarkAgents(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		for _, err := range newClient(b, client.Options{Transport: body{&agents{n: 100_000}}}).Agents(b.Context()) {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n != 100_000 {
			b.Fatal(n)
		}
	}
}
