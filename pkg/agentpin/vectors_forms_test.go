package agentpin_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/internal/keys"
	"github.com/symbi-ctl/symbi-ctl/internal/strictjson"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/card"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/dns"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/pins"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/source"
)

// issueVectors holds that we issue less than peers do, and what we issue has
// their header, and their claims in the order of the reference.
func issueVectors(t *testing.T) {
	t.Helper()
	var cases []struct {
		ID           string
		PrivatePEM   string `json:"private_pem"`
		Kid, Issuer  string
		AgentID      string `json:"agent_id"`
		Audience     *string
		Capabilities []string
		TTL          int64
		Results      map[string]struct{ JWT string }
	}
	readVectors(t, "issue-inputs.json", &cases)
	for _, tc := range cases {
		key, err := keys.ParsePrivate([]byte(tc.PrivatePEM), nil)
		if err != nil {
			if tc.Results[reference].JWT != "" {
				t.Errorf("%s: %v", tc.ID, err)
			}
			continue
		}
		r := agentpin.Request{AgentID: tc.AgentID, Capabilities: tc.Capabilities, TTL: time.Duration(tc.TTL) * time.Second}
		if tc.Audience != nil {
			r.Audience = *tc.Audience
		}
		token, err := agentpin.Issuer{Domain: tc.Issuer, Kid: tc.Kid, Key: key}.Issue(r, time.Unix(1780272000, 0))
		reference := tc.Results[reference].JWT
		if err != nil || reference == "" || tc.TTL == 0 || tc.Audience != nil && *tc.Audience == "" {
			continue // narrower than peers, or wider, or the same input means another thing here
		}
		want, got := strings.Split(reference, "."), strings.Split(token, ".")
		if diff := cmp.Diff(want[0], got[0]); diff != "" {
			t.Errorf("%s: header (-want +got):\n%s", tc.ID, diff)
		}
		if diff := cmp.Diff(memberNames(t, want[1]), memberNames(t, got[1])); diff != "" {
			t.Errorf("%s: claims (-want +got):\n%s", tc.ID, diff)
		}
	}
}

func memberNames(t *testing.T, part string) []string {
	t.Helper()
	text, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		t.Fatal(err)
	}
	v, err := strictjson.Parse(text, strictjson.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, m := range v.Members() {
		names = append(names, m.Name)
	}
	return names
}

func pinVectors(t *testing.T) {
	t.Helper()
	var file struct {
		WrittenBy map[string]string `json:"written_by"`
		Symbiont  string            `json:"symbiont_file_form"`
	}
	readVectors(t, "pin-stores.json", &file)
	file.WrittenBy["symbiont"] = file.Symbiont
	for peer, text := range file.WrittenBy {
		store, err := pins.Parse([]byte(text))
		if err != nil {
			t.Errorf("%s: %v", peer, err)
			continue
		}
		if diff := cmp.Diff(text, encode(t, store)); diff != "" {
			t.Errorf("%s: written back (-want +got):\n%s", peer, diff)
		}
	}
}

func cardVectors(t *testing.T) {
	t.Helper()
	var file struct {
		A2A struct {
			Cases []struct {
				ID, Op, Domain string
				Card           json.RawMessage
				Results        struct{ JS json.RawMessage }
			}
		}
		DNS []struct {
			ID, Op, TXT string
			Discovery   json.RawMessage
			Results     struct {
				JS struct {
					OK  bool
					Rec *struct {
						Kid         *string
						Fingerprint string
					}
				}
			}
		}
	}
	readVectors(t, "a2a-dns.json", &file)
	for _, tc := range file.A2A.Cases {
		c, err := card.Parse(tc.Card)
		if err != nil {
			var want struct{ OK bool }
			if unmarshal(t, tc.Results.JS, &want); want.OK || tc.Op != "a2a_verify" {
				t.Errorf("%s: %v", tc.ID, err)
			}
			continue
		}
		checkCard(t, tc.ID, tc.Op, c, tc.Results.JS)
	}
	for _, tc := range file.DNS {
		r, err := dns.Parse(tc.TXT)
		if tc.Op == "dns_match" && err == nil {
			d, parseErr := discovery.Parse(tc.Discovery)
			if parseErr != nil {
				t.Fatal(parseErr)
			}
			err = r.Match(d)
		}
		if (err == nil) != tc.Results.JS.OK {
			t.Errorf("%s: %v, want ok %v", tc.ID, err, tc.Results.JS.OK)
		}
		if want := tc.Results.JS.Rec; want != nil {
			if diff := cmp.Diff(dns.Record{Kid: want.Kid, Fingerprint: want.Fingerprint}, r); diff != "" {
				t.Errorf("%s: record (-want +got):\n%s", tc.ID, diff)
			}
		}
	}
}

func checkCard(t *testing.T, id, op string, c *card.Card, js json.RawMessage) {
	t.Helper()
	switch op {
	case "a2a_verify":
		var want struct{ OK bool }
		unmarshal(t, js, &want)
		if err := c.Verify(); (err == nil) != want.OK {
			t.Errorf("%s: %v, want ok %v", id, err, want.OK)
		}
	case "a2a_canon":
		var want string
		unmarshal(t, js, &want)
		if diff := cmp.Diff(want, string(c.Canonical())); diff != "" {
			t.Errorf("%s: canonical text (-want +got):\n%s", id, diff)
		}
	case "a2a_derive":
		var want struct{ Doc map[string]any }
		unmarshal(t, js, &want)
		d, err := c.Document(time.Unix(1780272000, 0))
		if err != nil {
			t.Fatalf("%s: %v", id, err)
		}
		text, err := d.Encode()
		if err != nil {
			t.Fatal(err)
		}
		var got map[string]any
		unmarshal(t, text, &got)
		want.Doc["agentpin_version"] = "0.1" // upstream's 0.3 is read by nobody
		delete(want.Doc, "updated_at")
		delete(got, "updated_at")
		if diff := cmp.Diff(want.Doc, got); diff != "" {
			t.Errorf("%s: document (-want +got):\n%s", id, diff)
		}
		if _, err := discovery.Parse(text); err != nil {
			t.Errorf("%s: the document is not valid: %v", id, err)
		}
	default:
		t.Errorf("%s: unknown operation %q", id, op)
	}
}

func unmarshal(t *testing.T, text []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatal(err)
	}
}

func fixtureVector(t *testing.T) {
	t.Helper()
	var file struct {
		JWT, Audience string
		Discovery     json.RawMessage
		ValidAt       int64 `json:"valid_at_unix"`
	}
	readVectors(t, "upstream-rust-fixture.json", &file)
	v := agentpin.NewVerifier(source.NewSingle(file.Discovery, nil))
	v.Audience = file.Audience
	c, err := agentpin.Parse(file.JWT)
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[int64]agentpin.Code{file.ValidAt: "", c.Claims.Expires + 59: "", c.Claims.Expires + 60: agentpin.CredentialExpired} {
		res, err := v.Verify(context.Background(), file.JWT, time.Unix(at, 0))
		if err != nil || res.ErrorCode != want || res.Valid != (want == "") {
			t.Errorf("at %d: %+v, %v, want %q", at, res, err, want)
		}
	}
}

// keyVectors holds that what peers wrote is written back byte for byte.
func keyVectors(t *testing.T) {
	t.Helper()
	var file struct {
		Keys map[string]struct {
			Private string `json:"private_pem"`
			Public  string `json:"public_pem"`
			Kid     string `json:"kid_spki_sha256"`
			Hash    string `json:"jwk_thumbprint_hex"`
		}
	}
	readVectors(t, "keys.json", &file)
	for name, tc := range file.Keys {
		key, err := keys.ParsePrivate([]byte(tc.Private), nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		private, err1 := keys.EncodePrivate(key)
		public, err2 := keys.EncodePublic(&key.PublicKey)
		kid, err3 := keys.SPKIHash(&key.PublicKey)
		jwk, err4 := keys.NewJWK(&key.PublicKey, kid)
		got := []string{string(private), string(public), kid, jwk.Thumbprint()}
		if diff := cmp.Diff([]string{tc.Private, tc.Public, tc.Kid, tc.Hash}, got); diff != "" {
			t.Errorf("%s: %v %v %v %v (-want +got):\n%s", name, err1, err2, err3, err4, diff)
		}
	}
}

// formVectors holds that every key on P-256 that the standard library or the
// reference reads is read, and no other.
func formVectors(t *testing.T) {
	t.Helper()
	var file struct {
		Private []struct {
			ID, PEM string
			Stdlib  string `json:"go_stdlib"`
			Results map[string]struct{ OK bool }
		} `json:"private_key_load"`
		Public []struct {
			ID, PEM string
			Stdlib  string `json:"go_stdlib"`
		} `json:"public_key_kid"`
	}
	readVectors(t, "keys-pem-jwk.json", &file)
	for _, tc := range file.Private {
		_, err := keys.ParsePrivate([]byte(tc.PEM), nil)
		withCurve := strings.HasPrefix(tc.PEM, "-----BEGIN EC PARAMETERS-----") // the standard library stops at it
		want := strings.HasSuffix(tc.Stdlib, "ok curve=P-256") || tc.Results[reference].OK || withCurve
		if (err == nil) != want {
			t.Errorf("%s: %v, want ok %v", tc.ID, err, want)
		}
	}
	for _, tc := range file.Public {
		key, err := keys.ParsePublic([]byte(tc.PEM))
		kid, ok := strings.CutPrefix(tc.Stdlib, "P-256 kid=")
		if (err == nil) != ok {
			t.Errorf("%s: %v, want ok %v", tc.ID, err, ok)
		}
		if err == nil {
			if got, err := keys.SPKIHash(key.Public); err != nil || got != kid {
				t.Errorf("%s: kid %s, %v, want %s", tc.ID, got, err, kid)
			}
		}
	}
}
