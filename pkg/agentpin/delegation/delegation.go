// Package delegation knows the chain of attestations by which one domain lets
// an agent of another act for it. [Attest] makes an entry, [Entry.Attests]
// checks its signature, and [Chain.Verify] checks a whole chain against the
// documents of everybody in it.
//
// It promises the rules of the AgentPin specification, sections 5.6 and 6.1,
// which no peer applies inside a verification. It fails closed: what cannot be
// established is refused. Names that could shift the borders between the
// fields of an attestation are refused too.
package delegation

import (
	"crypto"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/symbi-ctl/symbi-ctl/internal/keys"
	"github.com/symbi-ctl/symbi-ctl/internal/strictjson"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/capability"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
)

// Max is the most entries a chain may have to be looked at. The specification
// allows [discovery.MaxDepth] of them.
const Max = 8

// Entry is one attestation: the agent of a domain vouches for the next one in
// the chain, the last entry for the agent of the credential.
type Entry struct {
	Domain      string `json:"domain"`
	Role        string `json:"role"` // discovery.Maker or discovery.Deployer
	AgentID     string `json:"agent_id"`
	Kid         string `json:"kid"`
	Attestation string `json:"attestation"` // DER in standard base64
}

// Agent is somebody who can be delegated to.
type Agent struct {
	Domain  string
	AgentID string
}

// Read reads an entry from r.
func Read(r *strictjson.Reader) Entry {
	e := Entry{r.String("domain"), r.String("role"), r.String("agent_id"), r.String("kid"), r.String("attestation")}
	if !slices.Contains(roles(), e.Role) {
		r.Failf("role", "unknown role %q", e.Role)
	}
	return e
}

func roles() []string { return []string{discovery.Maker, discovery.Deployer} }

// Parse reads a chain: an array of entries, the outermost first.
func Parse(data []byte) ([]Entry, error) {
	v, err := strictjson.Parse(data, strictjson.Options{})
	if err != nil {
		return nil, fmt.Errorf("parse delegation chain: %w", err)
	}
	if v.Kind() != strictjson.Array || len(v.Items()) > Max {
		return nil, fmt.Errorf("parse delegation chain: want an array of at most %d entries", Max)
	}
	var chain []Entry
	for i, item := range v.Items() {
		err := item.Read(strictjson.Options{Unknown: strictjson.Refuse}, func(r *strictjson.Reader) { chain = append(chain, Read(r)) })
		if err != nil {
			return nil, fmt.Errorf("parse delegation chain: entry %d: %w", i, err)
		}
	}
	return chain, nil
}

// Attest returns e with the attestation by key that its agent delegates these
// capabilities to another. The capabilities are bound as a set: a credential
// with fewer of them needs its own attestation from most verifiers.
func Attest(key crypto.Signer, e Entry, to Agent, capabilities []string) (Entry, error) {
	if !slices.Contains(roles(), e.Role) {
		return Entry{}, fmt.Errorf("attest: unknown role %q, want %s", e.Role, strings.Join(roles(), " or "))
	}
	if slices.Contains([]string{e.Domain, e.AgentID, to.Domain, to.AgentID}, "") {
		return Entry{}, errors.New("attest: a name is empty")
	}
	text, err := e.canonical(to, capability.Hash(capabilities))
	if err != nil {
		return Entry{}, fmt.Errorf("attest: %w", err)
	}
	e.Attestation, err = keys.SignDetached(key, text)
	if err != nil {
		return Entry{}, fmt.Errorf("attest: %w", err)
	}
	return e, nil
}

// Attests reports whether the attestation is a signature by the key over this
// entry, the delegatee and the capabilities.
func (e Entry) Attests(public *ecdsa.PublicKey, to Agent, capabilities []string) bool {
	for _, hash := range capability.Hashes(capabilities) {
		text, err := e.canonical(to, hash)
		if err == nil && keys.VerifyDetached(public, text, e.Attestation) {
			return true
		}
	}
	return false
}

// Canonical returns the text that an attestation signs.
func (e Entry) Canonical(to Agent, capabilities []string) (string, error) {
	text, err := e.canonical(to, capability.Hash(capabilities))
	return string(text), err
}

// canonical joins the fields with pipes that are not escaped, so that none may
// hold one.
func (e Entry) canonical(to Agent, hash string) ([]byte, error) {
	fields := []string{e.Domain, e.Role, e.AgentID, to.Domain, to.AgentID, hash}
	for _, f := range fields {
		if strings.ContainsFunc(f, func(r rune) bool { return r == '|' || r < ' ' || r == 0x7f }) {
			return nil, fmt.Errorf("the name %q holds a pipe or a control character", f)
		}
	}
	return []byte(strings.Join(fields, "|")), nil
}
