package agentpin_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/bundle"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/pins"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/source"
)

// The peer whose answer counts where the vectors name no answer of ours.
const reference = "rust-0.2.0"

// The outcomes that are no codes.
const (
	valid     = "VALID"
	loadError = "LOAD_ERROR"
)

func readVectors(tb testing.TB, name string, into any) {
	tb.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "vectors", name))
	if err != nil {
		tb.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		tb.Fatalf("%s: %v", name, err)
	}
}

// TestVectors runs every case of the files in testdata/vectors, whatever cases
// those are. They were made by running the peers; credentials.json says what we
// answer, and the other files are judged by the rules of the package.
func TestVectors(t *testing.T) {
	t.Parallel()
	for name, run := range map[string]func(*testing.T){
		"credentials": credentialVectors, "capabilities": capabilityVectors, "constraints": constraintVectors,
		"delegation": delegationVectors, "challenge": challengeVectors, "issue-inputs": issueVectors,
		"pin-stores": pinVectors, "a2a-dns": cardVectors, "upstream-rust-fixture": fixtureVector, "keys": keyVectors,
		"keys-pem-jwk": formVectors,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run(t)
		})
	}
}

type credentialCase struct {
	ID       string
	Now      int64
	Audience *string
	Config   struct {
		Skew     *int64 `json:"clock_skew_secs"`
		Lifetime *int64 `json:"max_ttl_secs"`
	}
	Token      *string `json:"jwt"`
	Recipe     string
	Discovery  *string `json:"discovery_ref"`
	Bundle     *string `json:"bundle_ref"`
	Revocation *string `json:"revocation_ref"`
	Pins       *string `json:"pin_store_ref"`
	Want       string  `json:"go_expected"`
}

type credentialFile struct {
	Documents map[string]string
	Vectors   []credentialCase
}

func credentialVectors(t *testing.T) {
	t.Helper()
	var file credentialFile
	readVectors(t, "credentials.json", &file)
	for _, tc := range file.Vectors {
		t.Run(tc.ID, func(t *testing.T) {
			t.Parallel()
			got, res := tc.run(t, file.Documents)
			if diff := cmp.Diff(tc.Want, got); diff != "" {
				t.Errorf("outcome (-want +got):\n%s\n%s", diff, res.ErrorMessage)
			}
		})
	}
}

// run returns the outcome. A refusal must leave the pins as they were.
func (tc credentialCase) run(t *testing.T, documents map[string]string) (string, agentpin.Result) {
	t.Helper()
	text := func(ref *string) []byte {
		if ref == nil {
			return nil
		}
		return []byte(documents[*ref])
	}
	var from agentpin.Documents = source.NewSingle(text(tc.Discovery), text(tc.Revocation))
	if tc.Bundle != nil {
		b, err := bundle.Parse(text(tc.Bundle))
		if err != nil {
			return loadError, agentpin.Result{ErrorMessage: err.Error()}
		}
		from = b
	}
	store := &pins.Store{}
	if tc.Pins != nil {
		var err error
		if store, err = pins.Parse(text(tc.Pins)); err != nil {
			return loadError, agentpin.Result{ErrorMessage: err.Error()}
		}
	}
	v := tc.verifier(from)
	v.Pins = store
	before := encode(t, store)
	res, err := v.Verify(t.Context(), tc.token(t), time.Unix(tc.Now, 0))
	if err != nil {
		t.Errorf("error %v", err)
	}
	if !res.Valid {
		if diff := cmp.Diff(before, encode(t, store)); diff != "" {
			t.Errorf("a refusal changed the pins:\n%s", diff)
		}
		return string(res.ErrorCode), res
	}
	return valid, res
}

func encode(t *testing.T, store *pins.Store) string {
	t.Helper()
	text, err := store.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func (tc credentialCase) verifier(from agentpin.Documents) *agentpin.Verifier {
	v := agentpin.NewVerifier(from)
	v.Trace = true
	if tc.Audience != nil {
		v.Audience = *tc.Audience
	}
	if tc.Config.Skew != nil {
		v.Skew = time.Duration(*tc.Config.Skew) * time.Second
	}
	if tc.Config.Lifetime != nil {
		v.MaxLifetime = time.Duration(*tc.Config.Lifetime) * time.Second
	}
	return v
}

// token returns the token of a case, or makes the one that its recipe
// describes: too many capabilities, or an array that is nested too deep.
func (tc credentialCase) token(t *testing.T) string {
	t.Helper()
	if tc.Token != nil {
		return *tc.Token
	}
	number := regexp.MustCompile(`r?(\d[\d,]*)`)
	most := 0
	for _, m := range number.FindAllStringSubmatch(tc.Recipe, -1) {
		n, err := strconv.Atoi(strings.ReplaceAll(m[1], ",", ""))
		if err != nil {
			t.Fatalf("recipe %q: %v", tc.Recipe, err)
		}
		most = max(most, n)
	}
	claim := `"x":` + strings.Repeat("[", most) + strings.Repeat("]", most)
	if strings.Contains(tc.Recipe, "capabilities") {
		all := make([]string, most+1)
		for i := range all {
			all[i] = fmt.Sprintf(`"read:r%07d"`, i)
		}
		claim = `"capabilities":[` + strings.Join(all, ",") + "]"
	}
	part := base64.RawURLEncoding.EncodeToString
	return part([]byte(`{"alg":"ES256","typ":"agentpin-credential+jwt","kid":"example-2026-01"}`)) + "." +
		part([]byte(`{"iss":"example.com","sub":"urn:agentpin:example.com:scout",`+claim+`}`)) + "." + part([]byte("0"))
}
