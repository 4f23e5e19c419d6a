package keys_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/internal/keys"
)

func vectors(t *testing.T, name string, into any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "vectors", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatal(err)
	}
}

// TestKeyVectors holds that what peers wrote is written back byte for byte.
func TestKeyVectors(t *testing.T) {
	t.Parallel()
	var file struct {
		Keys map[string]struct {
			Private    string          `json:"private_pem"`
			Public     string          `json:"public_pem"`
			Kid        string          `json:"kid_spki_sha256"`
			Thumbprint string          `json:"jwk_thumbprint_hex"`
			JWK        json.RawMessage `json:"jwk"`
		}
	}
	vectors(t, "keys.json", &file)
	for name, tc := range file.Keys {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			key, err := keys.ParsePrivate([]byte(tc.Private), nil)
			if err != nil {
				t.Fatal(err)
			}
			check := func(what, want string, got []byte, err error) {
				t.Helper()
				if err != nil {
					t.Errorf("%s: %v", what, err)
				}
				if diff := cmp.Diff(want, string(got)); diff != "" {
					t.Errorf("%s (-want +got):\n%s", what, diff)
				}
			}
			private, err := keys.EncodePrivate(key)
			check("private key", tc.Private, private, err)
			public, err := keys.EncodePublic(&key.PublicKey)
			check("public key", tc.Public, public, err)
			kid, err := keys.SPKIHash(&key.PublicKey)
			check("kid", tc.Kid, []byte(kid), err)
			sum, err := keys.Thumbprint(&key.PublicKey)
			check("thumbprint", tc.Thumbprint, []byte(hex.EncodeToString(sum)), err)
			jwk, err := keys.NewJWK(&key.PublicKey, tc.Kid)
			check("thumbprint of the JWK", tc.Thumbprint, []byte(jwk.Thumbprint()), err)
			got, err := json.Marshal(jwk)
			var want bytes.Buffer
			if err := json.Compact(&want, tc.JWK); err != nil {
				t.Fatal(err)
			}
			check("JWK", want.String(), got, err)
		})
	}
}

type keyCase struct {
	ID        string
	PEM       string
	JWK       json.RawMessage
	PublicPEM string `json:"public_pem"`
	Data      string
	Signature string
	GoStdlib  string `json:"go_stdlib"`
	Results   map[string]struct {
		OK         bool
		Kid        string
		PEM        string
		Thumbprint string
		JWK        json.RawMessage
	}
}

// reference is the peer whose answers count where it answers at all.
const reference = "rust-0.2.0"

// TestFormVectors holds that every private and public form the reference reads
// is read, with the same kid, and that only P-256 is.
func TestFormVectors(t *testing.T) {
	t.Parallel()
	var file map[string]json.RawMessage
	vectors(t, "keys-pem-jwk.json", &file)
	cases := func(section string) []keyCase {
		var all []keyCase
		if err := json.Unmarshal(file[section], &all); err != nil {
			t.Fatalf("%s: %v", section, err)
		}
		return all
	}
	for _, tc := range cases("private_key_load") {
		_, err := keys.ParsePrivate([]byte(tc.PEM), nil)
		wants := tc.Results[reference].OK || strings.HasSuffix(tc.GoStdlib, "ok curve=P-256")
		if wants != (err == nil) && !strings.HasPrefix(tc.PEM, "-----BEGIN EC PARAMETERS-----") { // in front of any curve
			t.Errorf("private %s: %v", tc.ID, err)
		}
	}
	for _, section := range []string{"public_key_kid", "public_key_to_jwk"} {
		for _, tc := range cases(section) {
			checkPublic(t, tc)
		}
	}
	for _, tc := range cases("jwk_to_pem") {
		checkJWK(t, tc)
	}
	for _, tc := range cases("raw_signature") {
		checkSignature(t, tc)
	}
}

func checkPublic(t *testing.T, tc keyCase) {
	t.Helper()
	want := tc.Results[reference]
	key, err := keys.ParsePublic([]byte(tc.PEM))
	if strings.Contains(tc.PEM, "MDkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDIgA") { // a compressed point
		if err == nil {
			t.Errorf("public %s: accepted", tc.ID)
		}
		return
	}
	if want.OK != (err == nil) {
		t.Errorf("public %s: %v", tc.ID, err)
	}
	if err != nil {
		return
	}
	kid, err := keys.SPKIHash(key.Public)
	if err != nil || want.Kid != "" && kid != want.Kid {
		t.Errorf("public %s: kid %s, %v", tc.ID, kid, err)
	}
}

func checkJWK(t *testing.T, tc keyCase) {
	t.Helper()
	want := tc.Results["python-0.2.0"] // the reference does not read a JWK without kid or use
	key, err := keys.ParsePublic(tc.JWK)
	if (want.OK && strict(tc.JWK)) != (err == nil) {
		t.Errorf("JWK %s: %v", tc.ID, err)
	}
	if err != nil {
		return
	}
	pem, err := keys.EncodePublic(key.Public)
	if err != nil || string(pem) != want.PEM {
		t.Errorf("JWK %s: %s, %v", tc.ID, pem, err)
	}
	sum, err := keys.Thumbprint(key.Public)
	if err != nil || hex.EncodeToString(sum) != want.Thumbprint {
		t.Errorf("JWK %s: thumbprint %x, %v", tc.ID, sum, err)
	}
}

// strict reports whether a JWK says nothing that Python lets pass and the
// specification does not.
func strict(text []byte) bool {
	var jwk struct {
		X, Y, D       string
		Kid, Use, Exp *string
		KeyOps        *[]string `json:"key_ops"`
	}
	coordinate := regexp.MustCompile(`^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$`)
	return json.Unmarshal(text, &jwk) == nil && coordinate.MatchString(jwk.X) && coordinate.MatchString(jwk.Y) && jwk.D == "" &&
		(jwk.Use == nil || *jwk.Use == "sig") && (jwk.KeyOps == nil || slices.Contains(*jwk.KeyOps, "verify"))
}

// exact reports whether a text is base64 to its last bit, in either alphabet.
func exact(text string) bool {
	plain := strings.TrimRight(strings.NewReplacer("-", "+", "_", "/").Replace(text), "=")
	_, err := base64.RawStdEncoding.Strict().DecodeString(plain)
	return err == nil && !strings.ContainsAny(text, "\r\n")
}

// checkSignature holds that what any peer accepts is accepted, one of them reads
// both alphabets, unless only a decoder that skips characters or bits reads it.
func checkSignature(t *testing.T, tc keyCase) {
	t.Helper()
	key, err := keys.ParsePublic([]byte(tc.PublicPEM))
	if err != nil {
		t.Fatal(err)
	}
	want := false
	for _, r := range tc.Results {
		want = want || r.OK && exact(tc.Signature)
	}
	if got := keys.VerifyDetached(key.Public, []byte(tc.Data), tc.Signature); got != want {
		t.Errorf("signature %s: %v, want %v", tc.ID, got, want)
	}
}
