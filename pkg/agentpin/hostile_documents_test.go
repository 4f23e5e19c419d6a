package agentpin_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/bundle"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/pins"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/source"
)

// compact returns the document of a site without blanks, and its key.
func (s site) compact(tb testing.TB) (document, key string) {
	tb.Helper()
	text, err := s.document.MarshalJSON()
	if err != nil {
		tb.Fatal(err)
	}
	key, _, found := strings.Cut(strings.SplitN(string(text), `"public_keys":[`, 2)[1], "]}")
	if !found {
		tb.Fatalf("no key in %s", text)
	}
	return string(text), key + "]}"
}

// verdict is the code of a refusal, "" for a good credential.
func verdict(t *testing.T, v *agentpin.Verifier, token string) agentpin.Code {
	t.Helper()
	res, err := v.Verify(t.Context(), token, now())
	if err != nil {
		t.Error(err)
	}
	if res.Valid != (res.ErrorCode == "") {
		t.Errorf("valid %v with code %q", res.Valid, res.ErrorCode)
	}
	return res.ErrorCode
}

// TestDocumentsByTheRules changes one thing in a good document.
func TestDocumentsByTheRules(t *testing.T) {
	t.Parallel()
	s, other := newSite(t), newSite(t)
	good, key := s.compact(t)
	_, otherKey := other.compact(t)
	again := strings.Replace(key, "example-2026-01", "again", 1)
	for name, tc := range map[string]struct {
		old, new string
		code     agentpin.Code
	}{
		"nothing":                 {"", "", ""},
		"version":                 {`"agentpin_version":"0.1"`, `"agentpin_version":"0.2"`, agentpin.DiscoveryInvalid},
		"version, a number":       {`"agentpin_version":"0.1"`, `"agentpin_version":0.1`, agentpin.DiscoveryInvalid},
		"entity":                  {`"entity":"example.com"`, `"entity":"example.org"`, agentpin.DiscoveryInvalid},
		"entity, another case":    {`"entity":"example.com"`, `"entity":"Example.com"`, agentpin.DiscoveryInvalid},
		"type unknown":            {`"entity_type":"maker"`, `"entity_type":"broker"`, agentpin.DiscoveryInvalid},
		"type missing":            {`"entity_type":"maker",`, "", agentpin.DiscoveryInvalid},
		"agents missing":          {`"agents":`, `"agentz":`, agentpin.DiscoveryInvalid},
		"status missing":          {`,"status":"active"`, "", agentpin.DiscoveryInvalid},
		"deprecated":              {`"status":"active"`, `"status":"deprecated"`, agentpin.AgentInactive},
		"capabilities missing":    {`"capabilities":["read:*","write:report"],`, "", agentpin.DiscoveryInvalid},
		"capabilities, a number":  {`"read:*"`, `"read:*",1`, agentpin.DiscoveryInvalid},
		"capability, nonsense":    {`"read:*"`, `"read:*","nonsense"`, ""},
		"constraint unknown":      {`"status":`, `"constraints":{"data_classification_max":"secret"},"status":`, agentpin.DiscoveryInvalid},
		"rate unreadable, unused": {`"status":`, `"constraints":{"rate_limit":"x","future":1},"status":`, ""},
		"life":                    {`"status":`, `"credential_ttl_max":3600,"status":`, ""},
		"life, a second less":     {`"status":`, `"credential_ttl_max":3599,"status":`, agentpin.CredentialExpired},
		"life, none":              {`"status":`, `"credential_ttl_max":0,"status":`, agentpin.CredentialExpired},
		"life beyond the schema":  {`"status":`, `"credential_ttl_max":1000000,"status":`, ""},
		"life, a fraction":        {`"status":`, `"credential_ttl_max":3600.0,"status":`, agentpin.DiscoveryInvalid},
		"life, null":              {`"status":`, `"credential_ttl_max":null,"status":`, ""},
		"listing, a string":       {`"status":`, `"directory_listing":"yes","status":`, agentpin.DiscoveryInvalid},
		"depth, the most":         {`"max_delegation_depth":2`, `"max_delegation_depth":3`, ""},
		"depth beyond":            {`"max_delegation_depth":2`, `"max_delegation_depth":4`, agentpin.DiscoveryInvalid},
		"depth, huge":             {`"max_delegation_depth":2`, `"max_delegation_depth":4294967296`, agentpin.DiscoveryInvalid},
		"depth, null":             {`"max_delegation_depth":2`, `"max_delegation_depth":null`, agentpin.DiscoveryInvalid},
		"date of any kind":        {s.document.UpdatedAt, "yesterday", ""},
		"endpoint, a number":      {`"revocation_endpoint":`, `"policy_url":1,"revocation_endpoint":`, agentpin.DiscoveryInvalid},
		"same key, another kid":   {key, key + "," + again, ""},
		"kid twice":               {key, key + "," + otherKey, agentpin.DiscoveryInvalid},
		"kid missing elsewhere":   {key, key + "," + strings.Replace(again, `"kid":"again",`, "", 1), agentpin.DiscoveryInvalid},
		"other key unfit":         {key, `{"kid":"z","kty":"OKP","crv":"Ed25519","x":"","y":"","use":"sig"},` + key, ""},
		"other key private":       {key, strings.Replace(again, `"use"`, `"d":"AA","use"`, 1) + "," + key, agentpin.DiscoveryInvalid},
		"key private":             {`"use":"sig"`, `"use":"sig","d":"AA"`, agentpin.DiscoveryInvalid},
		"key for signing":         {`["verify"]`, `["sign"]`, agentpin.KeyNotFound},
		"key operations, a text":  {`["verify"]`, `"verify"`, agentpin.DiscoveryInvalid},
		"key expiry, null":        {`"use":"sig"`, `"use":"sig","exp":null`, ""},
		"key expiry, no date":     {`"use":"sig"`, `"use":"sig","exp":"never"`, agentpin.KeyExpired},
		"key expiry, the edge":    {`"use":"sig"`, `"use":"sig","exp":"2026-05-31T23:59:00Z"`, ""},
		"key expiry, past it":     {`"use":"sig"`, `"use":"sig","exp":"2026-05-31T23:58:59Z"`, agentpin.KeyExpired},
		"kid, another":            {`"kid":"example-2026-01"`, `"kid":"example-2026-02"`, agentpin.KeyNotFound},
		"key of somebody else":    {key, otherKey, agentpin.SignatureInvalid},
		"member in another case":  {`"agents":`, `"Agents":[],"agents":`, agentpin.DiscoveryInvalid},
		"member twice":            {`"agents":`, `"agents":[],"agents":`, agentpin.DiscoveryInvalid},
		"unknown member twice":    {`"agents":`, `"x":[{"y":1,"y":1}],"agents":`, agentpin.DiscoveryInvalid},
		"something behind":        {`"maker"`, `"maker"}{"x":"`, agentpin.DiscoveryInvalid},
	} {
		v := agentpin.NewVerifier(source.NewSingle([]byte(strings.Replace(good, tc.old, tc.new, 1)), nil))
		v.Pins = &pins.Store{}
		if got := verdict(t, v, s.issue(t)); got != tc.code {
			t.Errorf("%s: code %q, want %q", name, got, tc.code)
		}
	}
}

// TestRevocationsByTheRules has documents of revocations in every state.
func TestRevocationsByTheRules(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	good, key := s.compact(t)
	good = strings.Replace(good, key, key+","+strings.Replace(key, "example-2026-01", "old", 1), 1)
	token := s.issue(t)
	c, err := agentpin.Parse(token)
	if err != nil {
		t.Fatal(err)
	}
	for members, code := range map[string]agentpin.Code{
		``: "",
		`,"updated_at":"x","revoked_agents":null`:                                                     "",
		`,"revoked_credentials":[{"jti":"` + c.Claims.ID + `"}]`:                                      agentpin.CredentialRevoked,
		`,"revoked_credentials":[{"jti":"` + strings.ToUpper(c.Claims.ID) + `"}]`:                     "",
		`,"revoked_credentials":[{"jti":"x","revoked_at":"x","reason":"decommissioned"}]`:             "",
		`,"revoked_agents":[{"agent_id":"` + scout + `","reason":"decommissioned"}]`:                  agentpin.AgentInactive,
		`,"revoked_keys":[{"kid":"example-2026-01","revoked_at":"2999-01-01T00:00:00Z"}]`:             agentpin.KeyRevoked,
		`,"revoked_keys":[{"kid":"old"}]`:                                                             agentpin.KeyRevoked, // the same key
		`,"revoked_keys":[{"kid":"OLD"}]`:                                                             "",
		`,"revoked_keys":[{"kid":"example-2026-01"}],"revoked_agents":[{"agent_id":"` + scout + `"}]`: agentpin.AgentInactive,
		`,"revoked_keys":[{"id":"old"}]`:                                                              agentpin.DiscoveryFetchFailed,
		`,"revoked_keys":[{"kid":1}]`:                                                                 agentpin.DiscoveryFetchFailed,
		`,"revoked_keys":["old"]`:                                                                     agentpin.DiscoveryFetchFailed,
		`,"revoked_keys":{"kid":"old"}`:                                                               agentpin.DiscoveryFetchFailed,
		`,"revoked_keys":[],"revoked_keys":[]`:                                                        agentpin.DiscoveryFetchFailed,
		`,"Revoked_keys":[{"kid":"old"}]`:                                                             agentpin.DiscoveryFetchFailed,
		`,"revoked_credentials":[{"JTI":"x"}]`:                                                        agentpin.DiscoveryFetchFailed,
		`,"x":1}{`:                                                                                    agentpin.DiscoveryFetchFailed,
	} {
		revocations := `{"agentpin_version":"0.1","entity":"example.com"` + members + `}`
		if got := verdict(t, agentpin.NewVerifier(source.NewSingle([]byte(good), []byte(revocations))), token); got != code {
			t.Errorf("%s: code %q, want %q", members, got, code)
		}
	}
	for text, code := range map[string]agentpin.Code{
		`{"agentpin_version":"0.1"}`:                        agentpin.DiscoveryFetchFailed,
		`{"entity":"example.com"}`:                          agentpin.DiscoveryFetchFailed,
		`{"agentpin_version":"0.2","entity":"example.com"}`: agentpin.DiscoveryFetchFailed,
		`{"agentpin_version":"0.1","entity":"EXAMPLE.com"}`: agentpin.DiscoveryFetchFailed,
		`[]`: agentpin.DiscoveryFetchFailed, ``: agentpin.DiscoveryFetchFailed,
	} {
		if got := verdict(t, agentpin.NewVerifier(source.NewSingle([]byte(good), []byte(text))), token); got != code {
			t.Errorf("%s: code %q, want %q", text, got, code)
		}
	}
}

// TestBundlesByTheRules has what a bundle may hold beside good documents.
func TestBundlesByTheRules(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	good, _ := s.compact(t)
	other := strings.ReplaceAll(good, "example.com", "example.org")
	revoked := func(entity, kid string) string {
		return `{"agentpin_version":"0.1","entity":"` + entity + `","revoked_keys":[{"kid":"` + kid + `"}]}`
	}
	const head = `{"agentpin_bundle_version":"0.1","created_at":"2026-02-10T00:00:00Z","documents":[`
	refused := errors.New("the file is refused")
	for name, tc := range map[string]struct {
		text string
		code agentpin.Code
		err  error
	}{
		"two documents":         {head + good + "," + other + "]}", "", nil},
		"no documents":          {head + "]}", agentpin.DiscoveryFetchFailed, nil},
		"somebody else":         {head + other + "]}", agentpin.DiscoveryFetchFailed, nil},
		"revoked":               {head + good + `],"revocations":[` + revoked("example.com", "example-2026-01") + "]}", agentpin.KeyRevoked, nil},
		"revoked by others":     {head + good + `],"revocations":[` + revoked("example.org", "example-2026-01") + "]}", "", nil},
		"revoked, then not":     {head + good + `],"revocations":[` + revoked("example.com", "example-2026-01") + "," + revoked("example.com", "x") + "]}", agentpin.KeyRevoked, nil},
		"not, then revoked":     {head + good + `],"revocations":[` + revoked("example.com", "x") + "," + revoked("example.com", "example-2026-01") + "]}", agentpin.KeyRevoked, nil},
		"no revocations":        {head + good + `],"revocations":null}`, "", nil},
		"entity twice":          {head + good + "," + good + "]}", "", refused},
		"unfit document":        {head + good + "," + strings.Replace(other, `"active"`, `"asleep"`, 1) + "]}", "", refused},
		"unfit revocations":     {head + good + `],"revocations":[{}]}`, "", refused},
		"version":               {strings.Replace(head, "0.1", "0.2", 1) + good + "]}", "", refused},
		"date missing":          {strings.Replace(head, `"created_at":"2026-02-10T00:00:00Z",`, "", 1) + good + "]}", "", refused},
		"documents missing":     {`{"agentpin_bundle_version":"0.1","created_at":"2026-02-10T00:00:00Z"}`, "", refused},
		"documents, an object":  {strings.Replace(head, "[", "", 1) + good + "}", "", refused},
		"a document, not a set": {good, "", refused},
	} {
		b, err := bundle.Parse([]byte(tc.text))
		if (err != nil) != (tc.err != nil) {
			t.Errorf("%s: error %v", name, err)
		}
		if err != nil {
			continue
		}
		if got := verdict(t, agentpin.NewVerifier(b), s.issue(t)); got != tc.code {
			t.Errorf("%s: code %q, want %q", name, got, tc.code)
		}
	}
}
