package output_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/internal/output"
)

// sink counts writes and fails from the given one on.
type sink struct {
	bytes.Buffer
	writes, failAt int
	short          bool
	err            error
}

func (s *sink) Write(b []byte) (int, error) {
	s.writes++
	if s.failAt > 0 && s.writes >= s.failAt {
		if s.short {
			return len(b) / 2, nil
		}
		return 0, s.err
	}
	return s.Buffer.Write(b)
}

func TestOneWrite(t *testing.T) {
	t.Parallel()
	for _, format := range output.Formats() {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			var out sink
			p, err := output.New(output.Options{Format: format, Out: &out})
			if err != nil {
				t.Fatal(err)
			}
			if err := p.Print(agents()); err != nil {
				t.Fatal(err)
			}
			if out.writes != 1 {
				t.Errorf("%d writes, want 1", out.writes)
			}
		})
	}
}

func TestWriteErrors(t *testing.T) {
	t.Parallel()
	views := map[string]output.View{"list": agents(), "record": record(), "text": output.Text("x"), "stream": stream(agents().Rows...)}
	for _, format := range output.Formats() {
		for name, view := range views {
			t.Run(format+" "+name, func(t *testing.T) {
				t.Parallel()
				for want, out := range map[error]*sink{
					syscall.EPIPE:    {failAt: 1, err: syscall.EPIPE},
					syscall.ENOSPC:   {failAt: 1, err: syscall.ENOSPC},
					io.ErrShortWrite: {failAt: 1, short: true},
				} {
					p, err := output.New(output.Options{Format: format, Out: out})
					if err != nil {
						t.Fatal(err)
					}
					if err := p.Print(view); !errors.Is(err, want) {
						t.Errorf("Print = %v, want %v", err, want)
					}
				}
			})
		}
	}
}

var errBroken = errors.New("connection reset")

func brokenAfter(n int) iter.Seq2[agent, error] {
	return func(yield func(agent, error) bool) {
		for range n {
			if !yield(agent{ID: "a"}, nil) {
				return
			}
		}
		yield(agent{}, errBroken)
	}
}

func TestStreamErrors(t *testing.T) {
	t.Parallel()
	for format, want := range map[string]string{
		"table": "", "wide": "", "json": "", "yaml": "",
		"jsonl": strings.Repeat(`{"id":"a","state":"","run_count":0}`+"\n", 2),
		"csv":   "ID,STATE,LAST NOTE\na,,\na,,\n",
		"name":  "a\na\n",
	} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			var out sink
			p, err := output.New(output.Options{Format: format, Out: &out})
			if err != nil {
				t.Fatal(err)
			}
			err = p.Print(output.Stream[agent]{Rows: brokenAfter(2), Columns: columns()})
			if !errors.Is(err, errBroken) {
				t.Errorf("Print = %v, want %v", err, errBroken)
			}
			if diff := cmp.Diff(want, out.String()); diff != "" {
				t.Errorf("written before the error (-want +got):\n%s", diff)
			}
		})
	}
}

func TestStreamStopsWhenTheReaderIsGone(t *testing.T) {
	t.Parallel()
	produced := 0
	endless := output.Stream[agent]{Columns: columns(), Rows: func(yield func(agent, error) bool) {
		for yield(agent{ID: "a"}, nil) {
			produced++
		}
	}}
	p, err := output.New(output.Options{Format: "jsonl", Out: &sink{failAt: 2, err: syscall.EPIPE}})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Print(endless); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("Print = %v, want EPIPE", err)
	}
	if produced > 10_000 {
		t.Errorf("%d rows were made for a reader that had gone", produced)
	}
}

func TestExtraErrorWritesNothing(t *testing.T) {
	t.Parallel()
	view := agents()
	view.Extra = map[string]func(io.Writer) error{"bad": func(w io.Writer) error {
		_, err := io.WriteString(w, "half")
		return errors.Join(err, errBroken)
	}}
	var out sink
	p, err := output.New(output.Options{Format: "bad", Out: &out})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Print(view); !errors.Is(err, errBroken) || out.writes != 0 {
		t.Errorf("Print = %v after %d writes, want %v after 0", err, out.writes, errBroken)
	}
}

func TestUnencodable(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"json", "jsonl", "yaml"} {
		p, err := output.New(output.Options{Format: format, Out: io.Discard})
		if err != nil {
			t.Fatal(err)
		}
		var unsupported *json.UnsupportedTypeError
		if err := p.Print(output.Record{Value: make(chan int)}); !errors.As(err, &unsupported) {
			t.Errorf("%s: Print = %v, want an unsupported type", format, err)
		}
	}
}
