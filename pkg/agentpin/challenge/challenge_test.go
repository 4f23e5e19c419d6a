package challenge_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/symbi-ctl/symbi-ctl/internal/keys"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/challenge"
)

func now() time.Time { return time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC) }

func TestVerify(t *testing.T) {
	t.Parallel()
	key, err := keys.Generate()
	if err != nil {
		t.Fatal(err)
	}
	other, err := keys.Generate()
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		challenge func(*challenge.Challenge)
		response  func(*challenge.Response)
		after     time.Duration
		want      challenge.Reason
	}{
		"good":           {},
		"60 s":           {after: challenge.MaxAge},
		"older":          {after: challenge.MaxAge + time.Second, want: challenge.Expired},
		"clock ahead":    {after: -challenge.Skew},
		"future":         {after: -challenge.Skew - time.Second, want: challenge.InFuture},
		"type":           {challenge: func(c *challenge.Challenge) { c.Type = "x" }, want: challenge.WrongType},
		"response type":  {response: func(a *challenge.Response) { a.Type = "x" }, want: challenge.WrongType},
		"time":           {challenge: func(c *challenge.Challenge) { c.Timestamp = "now" }, want: challenge.BadTime},
		"other nonce":    {response: func(a *challenge.Response) { a.Nonce = strings.Repeat("A", 22) }, want: challenge.NonceMismatch},
		"short nonce":    {challenge: func(c *challenge.Challenge) { c.Nonce = "AAAA" }, want: challenge.WeakNonce},
		"text as nonce":  {challenge: func(c *challenge.Challenge) { c.Nonce = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJ4In0" }, want: challenge.WeakNonce},
		"pipes as nonce": {challenge: func(c *challenge.Challenge) { c.Nonce = "maker.example|maker|engine|d|e|00" }, want: challenge.WeakNonce},
		"long nonce":     {challenge: func(c *challenge.Challenge) { c.Nonce = strings.Repeat("A", 100) }, want: challenge.WeakNonce},
		"signature":      {response: func(a *challenge.Response) { a.Signature = "AAAA" }, want: challenge.BadSignature},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := challenge.New(now(), "")
			if err != nil {
				t.Fatal(err)
			}
			a, err := challenge.Respond(key, "k", c, now())
			if err != nil {
				t.Fatal(err)
			}
			if tc.challenge != nil {
				tc.challenge(&c)
			}
			if tc.response != nil {
				tc.response(&a)
			}
			got := c.Verify(a, &key.PublicKey, now().Add(tc.after))
			if got.Reason != tc.want || got.Valid != (tc.want == "") || (got.Message == "") != got.Valid {
				t.Errorf("verdict %+v, want %q", got, tc.want)
			}
			if got.Reason != "" && !slices.ContainsFunc(challenge.Reasons(), func(d challenge.ReasonDoc) bool { return d.Reason == got.Reason && d.Meaning != "" && d.Todo != "" }) {
				t.Errorf("the reason %s is not explained", got.Reason)
			}
			if _, err := challenge.Respond(key, "k", c, now().Add(tc.after)); tc.challenge != nil && err == nil {
				t.Error("a bad challenge is answered")
			}
			if c.Verify(a, &other.PublicKey, now().Add(tc.after)).Valid {
				t.Error("another key verifies")
			}
		})
	}
}

func TestNew(t *testing.T) {
	t.Parallel()
	c, err := challenge.New(now(), "a.b.c")
	if err != nil {
		t.Fatal(err)
	}
	nonce, err := base64.RawURLEncoding.DecodeString(c.Nonce)
	if err != nil || len(nonce) != 16 || c.Timestamp != "2026-06-01T00:00:00+00:00" || *c.VerifierCredential != "a.b.c" {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "{}", `{"type":"agentpin-challenge","nonce":1,"timestamp":""}`, `{"type":"a","type":"b","nonce":"","timestamp":""}`, `{"type":"a","nonce":"","timestamp":"","Nonce":""}`} {
		if _, err := challenge.Parse([]byte(text)); err == nil {
			t.Errorf("%s is a challenge", text)
		}
		if _, err := challenge.ParseResponse([]byte(text)); err == nil {
			t.Errorf("%s is a response", text)
		}
	}
}

func TestSeen(t *testing.T) {
	t.Parallel()
	s := challenge.Seen{Path: filepath.Join(t.TempDir(), "nonces.json")}
	var fresh atomic.Int32
	var all errgroup.Group
	for range 10 {
		all.Go(func() error {
			ok, err := s.Use(context.WithoutCancel(t.Context()), "n", now())
			if ok {
				fresh.Add(1)
			}
			return err
		})
	}
	if err := all.Wait(); err != nil {
		t.Fatal(err)
	}
	if fresh.Load() != 1 {
		t.Errorf("%d of 10 were told that the nonce is fresh", fresh.Load())
	}
	if ok, err := s.Use(t.Context(), "m", now()); !ok || err != nil {
		t.Errorf("another nonce: %v, %v", ok, err)
	}
	if ok, err := s.Use(t.Context(), "n", now().Add(time.Hour)); !ok || err != nil {
		t.Errorf("an hour later: %v, %v", ok, err)
	}
	if data, err := os.ReadFile(s.Path); err != nil || strings.Contains(string(data), `"m"`) {
		t.Errorf("old nonces stay: %s, %v", data, err)
	}
	if err := os.WriteFile(s.Path, []byte(`{}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if ok, err := s.Use(t.Context(), "n", now()); ok || err == nil {
		t.Errorf("a broken file: %v, %v", ok, err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"type":"agentpin-challenge","nonce":"AFAcmXgyZOmfVRWI6AKp2w","timestamp":"2026-06-01T00:00:00+00:00"}`))
	key, err := keys.Generate()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := challenge.Parse(data)
		if err != nil {
			return
		}
		a, err := challenge.Respond(key, "k", c, now())
		if err == nil && !c.Verify(a, &key.PublicKey, now()).Valid {
			t.Fatalf("answered but not accepted: %s", data)
		}
		if err == nil && strings.ContainsAny(c.Nonce, ".|") {
			t.Fatalf("signed %q", c.Nonce)
		}
	})
}

func Example() {
	key, err := keys.Generate()
	if err != nil {
		fmt.Println(err)
		return
	}
	c, err := challenge.New(now(), "")
	if err != nil {
		fmt.Println(err)
		return
	}
	a, err := challenge.Respond(key, "example-2026-01", c, now())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(c.Verify(a, &key.PublicKey, now()).Valid)
	fmt.Println(c.Verify(a, &key.PublicKey, now().Add(time.Hour)).Message)
	// Output:
	// true
	// the challenge is 1h0m0s old, more than 1m0s
}
