package client_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// exchange is one line of testdata/wire.
type exchange struct {
	N       int
	Slug    string
	Server  string
	Request struct {
		Method, Path string
		Headers      map[string]any // a list where a header was sent twice
		Body         json.RawMessage
	}
	Response struct {
		Status   int
		Headers  map[string]string
		Body     json.RawMessage
		BodyText string `json:"body_text"`
	}
}

// key returns the key of a submission, "" if there is none or more than one.
func (x exchange) key() string {
	key, _ := x.Request.Headers["Idempotency-Key"].(string)
	return key
}

// invocation reports whether the reply is the answer to a submission.
func (x exchange) invocation() bool {
	var b map[string]any
	return json.Unmarshal(x.Response.Body, &b) == nil && b["status"] != nil && b["code"] == nil
}

// RoundTrip answers with what was recorded.
func (x exchange) RoundTrip(r *http.Request) (*http.Response, error) {
	body := []byte(x.Response.BodyText)
	if x.Response.Body != nil {
		body = x.Response.Body
	}
	h := http.Header{}
	for name, value := range x.Response.Headers {
		if !strings.EqualFold(name, "content-length") {
			h.Set(name, value)
		}
	}
	return &http.Response{
		StatusCode: x.Response.Status, Header: h, Body: io.NopCloser(bytes.NewReader(body)), Request: r, ContentLength: int64(len(body)),
	}, nil
}

// story reads the exchanges of one version.
func story(tb testing.TB, version string) []exchange {
	tb.Helper()
	f, err := os.Open(filepath.Join("..", "..", "testdata", "wire", version+".jsonl"))
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	var all []exchange
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var x exchange
		if err := json.Unmarshal(lines.Bytes(), &x); err != nil {
			tb.Fatal(err)
		}
		all = append(all, x)
	}
	if err := lines.Err(); err != nil || len(all) < 600 {
		tb.Fatalf("%s: %d exchanges, %v", version, len(all), err)
	}
	return all
}

// seen keeps the last request.
type seen struct {
	http.RoundTripper
	version      string // not "": the answer is a health of this version
	method, path string
	body         []byte
}

func (s *seen) RoundTrip(r *http.Request) (*http.Response, error) {
	if s.version != "" {
		var x exchange
		x.Response.Status, x.Response.Headers = http.StatusOK, map[string]string{"Content-Type": "application/json"}
		x.Response.Body = json.RawMessage(`{"status":"healthy","uptime_seconds":9,"timestamp":"2026-11-23T13:11:59Z","version":"` + s.version + `"}`)
		return x.RoundTrip(r)
	}
	s.method, s.path, s.body = r.Method, r.URL.RequestURI(), nil
	if r.Body != nil {
		s.body, _ = io.ReadAll(r.Body)
	}
	return s.RoundTripper.RoundTrip(r)
}
