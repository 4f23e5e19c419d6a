package agentpin

// Code says why a credential is refused. The texts are those of every peer.
type Code string

// The codes. DomainMismatch is only ever a detail: peers report it as
// DiscoveryInvalid.
const (
	SignatureInvalid        Code = "SIGNATURE_INVALID"
	KeyNotFound             Code = "KEY_NOT_FOUND"
	KeyExpired              Code = "KEY_EXPIRED"
	KeyRevoked              Code = "KEY_REVOKED"
	CredentialExpired       Code = "CREDENTIAL_EXPIRED" //nolint:gosec // a code, not a credential
	CredentialRevoked       Code = "CREDENTIAL_REVOKED" //nolint:gosec // a code, not a credential
	AgentNotFound           Code = "AGENT_NOT_FOUND"
	AgentInactive           Code = "AGENT_INACTIVE"
	CapabilityExceeded      Code = "CAPABILITY_EXCEEDED"
	ConstraintViolation     Code = "CONSTRAINT_VIOLATION"
	DelegationInvalid       Code = "DELEGATION_INVALID"
	DelegationDepthExceeded Code = "DELEGATION_DEPTH_EXCEEDED"
	DiscoveryFetchFailed    Code = "DISCOVERY_FETCH_FAILED"
	DiscoveryInvalid        Code = "DISCOVERY_INVALID"
	DomainMismatch          Code = "DOMAIN_MISMATCH"
	AudienceMismatch        Code = "AUDIENCE_MISMATCH"
	AlgorithmRejected       Code = "ALGORITHM_REJECTED"
	KeyPinMismatch          Code = "KEY_PIN_MISMATCH"
)

// CodeDoc tells what a code means and what to do about it.
type CodeDoc struct {
	Code    Code   `json:"code"`
	Meaning string `json:"meaning"`
	Todo    string `json:"todo"`
}

// Codes lists every code.
func Codes() []CodeDoc {
	return []CodeDoc{
		{AlgorithmRejected, "The text is no AgentPin credential: its form, header, a claim or a type is wrong, or it asks for another algorithm.", "`symbi-ctl agentpin inspect` takes it apart and names the fault."},
		{CredentialExpired, "The credential has expired, is not valid yet, or lives longer than allowed.", "Issue a new one, and check the clocks of both sides."},
		{DiscoveryFetchFailed, "A document that is needed cannot be had or cannot be used: the issuer's, or somebody's revocations.", "Check the domain and its /.well-known documents, or bring them in a bundle."},
		{DiscoveryInvalid, "The issuer's document breaks the specification, or is about another domain.", "`symbi-ctl agentpin discovery validate` lists every fault of a document."},
		{DomainMismatch, "The document is about another domain than the one that was asked for.", "Publish the document under the domain it names as entity."},
		{KeyNotFound, "The issuer's document has no usable key with the kid of the credential.", "Publish the key, or issue with a key that is published."},
		{KeyExpired, "The key in the issuer's document has expired, or its expiry cannot be read.", "Rotate the key."},
		{SignatureInvalid, "The signature is not one by the issuer's key over this text.", "`symbi-ctl agentpin inspect` shows the form of the signature: standard JOSE signatures are not AgentPin's."},
		{CredentialRevoked, "The issuer revoked this credential.", "Ask the issuer for a new one."},
		{KeyRevoked, "The issuer revoked the key, under this name or another.", "Issue with a new key."},
		{AgentNotFound, "The issuer's document does not list the agent, or the agent's name belongs to another domain.", "Declare the agent in the document."},
		{AgentInactive, "The agent is suspended, deprecated or revoked.", "Ask the issuer."},
		{CapabilityExceeded, "The credential asks for more than the document lets the agent do.", "Ask for less, or declare more."},
		{ConstraintViolation, "A constraint of the credential is wider than the declared one, or cannot be read.", "Make it equal or tighter."},
		{DelegationInvalid, "Somebody in the delegation chain did not vouch for this, or must not.", "Attest again with the capabilities that the credential has."},
		{DelegationDepthExceeded, "The delegation chain is longer than somebody in it allows.", "Shorten the chain, or raise max_delegation_depth, up to 3."},
		{AudienceMismatch, "The credential was issued for somebody else.", "Issue one for this audience."},
		{KeyPinMismatch, "The domain used another key before.", "If it rotated its key, add the new one with `symbi-ctl agentpin pins add`."},
	}
}
