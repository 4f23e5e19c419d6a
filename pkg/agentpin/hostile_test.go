package agentpin_test

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin"
)

// signed returns a token of any content with a good signature: what somebody
// can make who has a key and no scruples.
func (s site) signed(tb testing.TB, header, payload string) string {
	tb.Helper()
	input := part(header) + "." + part(payload)
	digest := sha256.Sum256([]byte(input))
	der, err := s.issuer.Key.Sign(rand.Reader, digest[:], nil)
	if err != nil {
		tb.Fatal(err)
	}
	return input + "." + base64.RawURLEncoding.EncodeToString(der)
}

const (
	goodHeader  = `{"alg":"ES256","typ":"agentpin-credential+jwt","kid":"example-2026-01"}`
	goodPayload = `{"iss":"example.com","sub":"urn:agentpin:example.com:scout","aud":"verifier.example","iat":1780272000,"exp":1780275600,"jti":"j","agentpin_version":"0.1","capabilities":["read:codebase"]}`
)

// withMember adds a member to the end of an object.
func withMember(object, member string) string {
	return strings.TrimSuffix(object, "}") + "," + member + "}"
}

// TestUnknownHeaderMembersAreIgnored holds that nothing but "crit" makes a
// member of the header count that this version does not know, whatever other
// libraries expect of its value.
func TestUnknownHeaderMembersAreIgnored(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for member, code := range map[string]agentpin.Code{
		`"jwk":"x"`: "", `"jwk":{"kty":"EC"}`: "", `"jwk":{"kty":"oct","k":"AA"}`: "", `"x5c":"x"`: "", `"x5c":["AAAA"]`: "",
		`"jku":1`: "", `"x5u":{}`: "", `"nonce":1`: "", `"zip":"DEF"`: "", `"b64":false`: "", `"exp":1e999`: "", `"cty":[null]`: "",
		`"crit":["exp"]`: agentpin.AlgorithmRejected, `"crit":[]`: agentpin.AlgorithmRejected, `"crit":null`: agentpin.AlgorithmRejected,
		`"ALG":"none"`: agentpin.AlgorithmRejected, `"Crit":["x"]`: agentpin.AlgorithmRejected, `"Kid":"k"`: agentpin.AlgorithmRejected,
		`"x":1,"x":1`: agentpin.AlgorithmRejected, `"x":{"y":1,"y":1}`: agentpin.AlgorithmRejected,
	} {
		res, err := s.verifier().Verify(t.Context(), s.signed(t, withMember(goodHeader, member), goodPayload), now())
		if err != nil || res.ErrorCode != code || res.Valid != (code == "") {
			t.Errorf("%s: valid %v, code %q (%s), error %v; want code %q", member, res.Valid, res.ErrorCode, res.ErrorMessage, err, code)
		}
	}
}

// TestKeyInTheHeaderIsNotUsed holds that a key which a token brings along
// verifies nothing.
func TestKeyInTheHeaderIsNotUsed(t *testing.T) {
	t.Parallel()
	s, thief := newSite(t), newSite(t)
	jwk := thief.document.Keys[0]
	header := withMember(goodHeader, `"jwk":{"kty":"EC","crv":"P-256","x":"`+jwk.X+`","y":"`+jwk.Y+`"}`)
	res, err := s.verifier().Verify(t.Context(), thief.signed(t, header, goodPayload), now())
	if err != nil || res.ErrorCode != agentpin.SignatureInvalid {
		t.Errorf("%+v, %v", res, err)
	}
	if len(res.Warnings) != 1 || !strings.Contains(res.Warnings[0], "(jwk)") {
		t.Errorf("warnings %q", res.Warnings)
	}
}

// TestSignatureIsOverSHA256 holds that no other digest is tried.
func TestSignatureIsOverSHA256(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	input := part(goodHeader) + "." + part(goodPayload)
	digest := sha512.Sum512_256([]byte(input))
	der, err := s.issuer.Key.Sign(rand.Reader, digest[:], nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := s.verifier().Verify(t.Context(), input+"."+base64.RawURLEncoding.EncodeToString(der), now())
	if err != nil || res.ErrorCode != agentpin.SignatureInvalid {
		t.Errorf("%+v, %v", res, err)
	}
}

// TestTimesOnTheLimits has every limit of the lifetime, and one second beyond.
func TestTimesOnTheLimits(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const old, big = `"iat":1780272000,"exp":1780275600`, "9223372036854775807"
	for claims, code := range map[string]agentpin.Code{
		`"iat":1780272060,"exp":1780275600`:                    "", // now + skew
		`"iat":1780272061,"exp":1780275600`:                    agentpin.CredentialExpired,
		`"iat":1780270000,"exp":1780271941`:                    "", // now - skew, and a second
		`"iat":1780270000,"exp":1780271940`:                    agentpin.CredentialExpired,
		`"iat":1780272000,"exp":1780275600,"nbf":1780272060`:   "",
		`"iat":1780272000,"exp":1780275600,"nbf":1780272061`:   agentpin.CredentialExpired,
		`"iat":1780272000,"exp":1780358400`:                    "", // 24 hours
		`"iat":1780272000,"exp":1780358401`:                    agentpin.CredentialExpired,
		`"iat":1780272060,"exp":1780272060`:                    agentpin.CredentialExpired,
		`"iat":1780272060,"exp":1780272059`:                    agentpin.CredentialExpired,
		`"iat":-` + big + `,"exp":` + big:                      agentpin.CredentialExpired,
		`"iat":-9223372036854775808,"exp":` + big:              agentpin.CredentialExpired,
		`"iat":` + big + `,"exp":` + big:                       agentpin.CredentialExpired,
		`"iat":1780272000,"exp":1780275600,"nbf":-` + big:      "",
		`"iat":1780272000,"exp":9223372036854775808`:           agentpin.AlgorithmRejected,
		`"iat":1780272000,"exp":1780275600,"nbf":"1780272000"`: agentpin.AlgorithmRejected,
		`"iat":1780272000,"exp":1780275600,"nbf":null`:         "",
		`"iat":1.780272e9,"exp":1780275600`:                    agentpin.AlgorithmRejected,
		`"iat":-0,"exp":1780275600`:                            agentpin.AlgorithmRejected,
		`"iat":01780272000,"exp":1780275600`:                   agentpin.AlgorithmRejected,
		`"iat":+1780272000,"exp":1780275600`:                   agentpin.AlgorithmRejected,
		`"iat":1780272000,"exp":NaN`:                           agentpin.AlgorithmRejected,
		`"iat":1780272000,"exp":true`:                          agentpin.AlgorithmRejected,
	} {
		res, err := s.verifier().Verify(t.Context(), s.signed(t, goodHeader, strings.Replace(goodPayload, old, claims, 1)), now())
		if err != nil || res.ErrorCode != code || res.Valid != (code == "") {
			t.Errorf("%s: valid %v, code %q (%s), error %v; want code %q", claims, res.Valid, res.ErrorCode, res.ErrorMessage, err, code)
		}
	}
}

// TestFormsOfAToken has what is wrong around the parts of a good token.
func TestFormsOfAToken(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	good := s.signed(t, goodHeader, goodPayload)
	parts := strings.Split(good, ".")
	nested := func(depth int) string {
		return s.signed(t, goodHeader, withMember(goodPayload, `"x":`+strings.Repeat("[", depth)+strings.Repeat("]", depth)))
	}
	for name, tc := range map[string]struct {
		token string
		code  agentpin.Code
	}{
		"good":                   {good, ""},
		"blanks in the JSON":     {s.signed(t, " "+goodHeader+"\n", "\t"+goodPayload+"\r\n"), ""},
		"escaped names":          {s.signed(t, strings.Replace(goodHeader, "alg", `\u0061lg`, 1), goodPayload), ""},
		"nested to the limit":    {nested(31), ""},
		"nested beyond it":       {nested(32), agentpin.AlgorithmRejected},
		"blank before":           {" " + good, agentpin.AlgorithmRejected},
		"blank after":            {good + " ", agentpin.SignatureInvalid},
		"line feed after":        {good + "\n", agentpin.SignatureInvalid},
		"carriage return inside": {parts[0] + "." + parts[1] + "." + parts[2][:9] + "\r" + parts[2][9:], agentpin.SignatureInvalid},
		"padded signature":       {good + "=", agentpin.SignatureInvalid},
		"no signature":           {parts[0] + "." + parts[1] + ".", agentpin.SignatureInvalid},
		"two parts":              {parts[0] + "." + parts[1], agentpin.AlgorithmRejected},
		"four parts":             {good + ".", agentpin.AlgorithmRejected},
		"nothing":                {"", agentpin.AlgorithmRejected},
		"only dots":              {"..", agentpin.AlgorithmRejected},
		"scheme in front":        {"AgentPin " + good, agentpin.AlgorithmRejected},
		"zero byte":              {"\x00" + good, agentpin.AlgorithmRejected},
		"half of a surrogate":    {s.signed(t, goodHeader, withMember(goodPayload, `"x":"\ud800"`)), agentpin.AlgorithmRejected},
		"no UTF-8":               {s.signed(t, goodHeader, withMember(goodPayload, "\"x\":\"\xff\"")), agentpin.AlgorithmRejected},
		"byte order mark":        {s.signed(t, goodHeader, "\ufeff"+goodPayload), agentpin.AlgorithmRejected},
		"something behind":       {s.signed(t, goodHeader, goodPayload+"{}"), agentpin.AlgorithmRejected},
		"a string":               {s.signed(t, goodHeader, `"x"`), agentpin.AlgorithmRejected},
		"null":                   {s.signed(t, "null", goodPayload), agentpin.AlgorithmRejected},
		"long s in a name":       {s.signed(t, goodHeader, withMember(goodPayload, `"iſs":"x"`)), agentpin.AlgorithmRejected},
		"too long":               {good + strings.Repeat("A", agentpin.MaxToken), agentpin.AlgorithmRejected},
	} {
		res, err := s.verifier().Verify(t.Context(), tc.token, now())
		if err != nil || res.ErrorCode != tc.code || res.Valid != (tc.code == "") {
			t.Errorf("%s: valid %v, code %q (%s), error %v; want code %q", name, res.Valid, res.ErrorCode, res.ErrorMessage, err, tc.code)
		}
	}
}
