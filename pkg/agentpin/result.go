package agentpin

import (
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/constraint"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/delegation"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/pins"
)

// Result is the verdict on one token. Its JSON is what peers write, with a few
// members more.
type Result struct {
	Valid              bool              `json:"valid"`
	AgentID            string            `json:"agent_id,omitempty"`
	Issuer             string            `json:"issuer,omitempty"`
	Capabilities       []string          `json:"capabilities,omitzero"`
	Constraints        *constraint.Set   `json:"constraints,omitempty"` // those of the credential
	DelegationVerified *bool             `json:"delegation_verified,omitempty"`
	DelegationChain    []delegation.Link `json:"delegation_chain,omitempty"`
	KeyPinning         *Pinning          `json:"key_pinning,omitempty"`
	ErrorCode          Code              `json:"error_code,omitempty"` // empty when Valid
	ErrorMessage       string            `json:"error_message,omitempty"`
	Warnings           []string          `json:"warnings"`

	// What peers do not write. Kid and Claims are there when Valid.
	Kid         string          `json:"kid,omitempty"`
	Claims      *Claims         `json:"claims,omitempty"`
	Effective   *constraint.Set `json:"effective_constraints,omitempty"` // after the declared ones
	ErrorDetail Code            `json:"error_detail,omitempty"`
	Hint        string          `json:"hint,omitempty"`
	Trace       []Step          `json:"trace,omitempty"` // as far as the verification came

	// Credential is what the token says, nil when it cannot be parsed. It is
	// true only when Valid.
	Credential *Credential `json:"-"`
}

// Pinning is what the pin store says of the key.
type Pinning struct {
	Status    pins.Status `json:"status"`
	FirstSeen string      `json:"first_seen,omitempty"`
}

// Outcome is how a step ended.
type Outcome string

// The outcomes. A step is skipped when there is nothing to check.
const (
	Passed  Outcome = "passed"
	Skipped Outcome = "skipped"
	Failed  Outcome = "failed"
)

// Step is one of the twelve steps of a verification.
type Step struct {
	Number  int     `json:"step"`
	Name    string  `json:"name"`
	Outcome Outcome `json:"outcome"`
	Code    Code    `json:"code,omitempty"`
	Detail  string  `json:"detail,omitempty"`
}
