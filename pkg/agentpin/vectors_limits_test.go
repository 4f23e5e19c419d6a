package agentpin_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/symbi-ctl/symbi-ctl/internal/keys"
	"github.com/symbi-ctl/symbi-ctl/internal/strictjson"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/capability"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/challenge"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/constraint"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/delegation"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
)

func capabilityVectors(t *testing.T) {
	t.Helper()
	var file struct {
		Match []struct {
			ID, Declared, Requested string
			Results                 map[string]json.RawMessage
		}
		Hash []struct {
			ID           string
			Capabilities []string
			Results      map[string]string
			SHA          string `json:"canonical_rust_sha256"`
		}
		Taxonomy []struct {
			ID, Capability string
			Results        map[string]struct{ OK bool }
		} `json:"taxonomy_js_0.3.0"`
	}
	readVectors(t, "capabilities.json", &file)
	for _, tc := range file.Match {
		want := string(tc.Results[reference]) == "true"
		for _, c := range []string{tc.Declared, tc.Requested} {
			_, _, ok := capability.Split(c)
			want = want && ok && c != "admin:*" // what peers let pass
		}
		if got := capability.Matches(tc.Declared, tc.Requested); got != want {
			t.Errorf("%s: %v, want %v", tc.ID, got, want)
		}
	}
	for _, tc := range file.Hash {
		if got := capability.Hash(tc.Capabilities); got != tc.SHA {
			t.Errorf("%s: hash %s, want %s", tc.ID, got, tc.SHA)
		}
		all := strings.Join(capability.Hashes(tc.Capabilities), " ")
		for _, peer := range []string{reference, "python-0.2.0"} {
			if !strings.Contains(all, tc.Results[peer]) {
				t.Errorf("%s: no hash of %s among %s", tc.ID, peer, all)
			}
		}
	}
	for _, tc := range file.Taxonomy {
		want := tc.Results["js"].OK
		action, _, _ := strings.Cut(tc.Capability, ":")
		switch {
		case action == "delete": // in the specification, forgotten by 0.3.0
			want = true
		case slices.Contains(strings.Split(action, "."), ""): // JavaScript only looks for a dot
			want = false
		}
		if err := capability.Taxonomy(tc.Capability); (err == nil) != want {
			t.Errorf("%s: %v, want ok %v", tc.ID, err, want)
		}
	}
}

// constraintVectors holds that what any peer refuses is refused.
func constraintVectors(t *testing.T) {
	t.Helper()
	var cases []struct {
		ID                    string
		Discovery, Credential json.RawMessage
		Results               map[string]json.RawMessage
	}
	readVectors(t, "constraints.json", &cases)
	for _, tc := range cases {
		refused := true
		declared, err := readSet(tc.Discovery)
		if err == nil {
			var asked *constraint.Set
			if asked, err = readSet(tc.Credential); err == nil {
				refused = len(constraint.Compare(declared, asked)) > 0
			}
		}
		for peer, answer := range tc.Results {
			if string(answer) != "true" && !refused {
				t.Errorf("%s: accepted, %s answers %s", tc.ID, peer, answer)
			}
		}
	}
}

func readSet(text json.RawMessage) (s *constraint.Set, err error) {
	if string(text) == "null" {
		return nil, nil
	}
	err = strictjson.ReadObject(text, strictjson.Options{}, func(r *strictjson.Reader) { s = constraint.Read(r) })
	return s, err
}

func delegationVectors(t *testing.T) {
	t.Helper()
	var file struct {
		Canonical []struct {
			ID, Domain, Role string
			AgentID          string `json:"agent_id"`
			DelegateeDomain  string `json:"delegatee_domain"`
			DelegateeAgentID string `json:"delegatee_agent_id"`
			Capabilities     []string
			Results          map[string]string
		} `json:"canonical_input"`
		Verify []struct {
			ID               string
			Attestation      delegation.Entry
			PublicPEM        string `json:"public_pem"`
			DelegateeDomain  string `json:"delegatee_domain"`
			DelegateeAgentID string `json:"delegatee_agent_id"`
			Capabilities     []string
			Go               string
		}
		Depth []struct {
			ID      string
			Len     int
			Depths  []int
			Results map[string]struct{ OK bool }
		} `json:"chain_depth"`
	}
	readVectors(t, "delegation.json", &file)
	for _, tc := range file.Canonical {
		e := delegation.Entry{Domain: tc.Domain, Role: tc.Role, AgentID: tc.AgentID}
		fields := e.Domain + e.Role + e.AgentID + tc.DelegateeDomain + tc.DelegateeAgentID
		got, err := e.Canonical(delegation.Agent{Domain: tc.DelegateeDomain, AgentID: tc.DelegateeAgentID}, tc.Capabilities)
		switch {
		case strings.ContainsFunc(fields, func(r rune) bool { return r == '|' || r < ' ' || r == 0x7f }):
			if err == nil {
				t.Errorf("%s: a name with a pipe or a control character is accepted", tc.ID)
			}
		case err != nil || got != tc.Results[reference]:
			t.Errorf("%s: %q, %v, want %q", tc.ID, got, err, tc.Results[reference])
		}
	}
	for _, tc := range file.Verify {
		key, err := keys.ParsePublic([]byte(tc.PublicPEM))
		if err != nil {
			t.Fatal(err)
		}
		to := delegation.Agent{Domain: tc.DelegateeDomain, AgentID: tc.DelegateeAgentID}
		if got, want := tc.Attestation.Attests(key.Public, to, tc.Capabilities), strings.HasPrefix(tc.Go, "ok"); got != want {
			t.Errorf("%s: %v, want %v", tc.ID, got, want)
		}
	}
	for _, tc := range file.Depth {
		var documents []*discovery.Document
		for _, depth := range tc.Depths {
			documents = append(documents, &discovery.Document{MaxDelegationDepth: depth})
		}
		if err := delegation.CheckDepth(tc.Len, documents...); (err == nil) != tc.Results[reference].OK {
			t.Errorf("%s: %v, want ok %v", tc.ID, err, tc.Results[reference].OK)
		}
	}
}

func challengeVectors(t *testing.T) {
	t.Helper()
	var file struct {
		Created map[string]map[string]json.RawMessage
		Verify  []struct {
			ID                  string
			Challenge, Response json.RawMessage
			PublicPEM           string `json:"public_pem"`
			Now                 int64
			Go                  string
		}
	}
	readVectors(t, "challenge.json", &file)
	for kind, peers := range file.Created {
		for peer, text := range peers {
			if _, err := challenge.Parse(text); err != nil {
				t.Errorf("%s by %s: %v", kind, peer, err)
			}
		}
	}
	for _, tc := range file.Verify {
		key, err := keys.ParsePublic([]byte(tc.PublicPEM))
		if err != nil {
			t.Fatal(err)
		}
		got := false
		c, err := challenge.Parse(tc.Challenge)
		a, errResponse := challenge.ParseResponse(tc.Response)
		if err == nil && errResponse == nil {
			got = c.Verify(a, key.Public, time.Unix(tc.Now, 0)).Valid
		}
		if want := strings.HasPrefix(tc.Go, "ok"); got != want {
			t.Errorf("%s: %v, want %v", tc.ID, got, want)
		}
	}
}
