package agentpin

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/capability"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/constraint"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/delegation"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/dns"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/pins"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/revocation"
)

// checkFormat is step 1: three parts, a header that names ES256, typed claims.
func (s *verification) checkFormat(_ context.Context) (string, *refusal) {
	c, err := Parse(s.token)
	if err != nil {
		return "", no(AlgorithmRejected, "Token refused: %v", err)
	}
	s.credential = c
	s.out.Warnings = append(s.out.Warnings, c.warnings...)
	return "", nil
}

// checkLifetime is step 2. Sums are made so that no number of a token overflows.
func (s *verification) checkLifetime(_ context.Context) (string, *refusal) {
	c := s.credential.Claims
	now, skew := s.now.Unix(), seconds(s.Skew)
	switch {
	case c.IssuedAt > now+skew:
		return "", no(CredentialExpired, "Credential issued in the future, at %s", stamp(c.IssuedAt))
	case c.Expires <= now-skew:
		return "", no(CredentialExpired, "Credential expired at %s", stamp(c.Expires))
	case c.NotBefore != nil && *c.NotBefore > now+skew:
		return "", no(CredentialExpired, "Credential not valid before %s", stamp(*c.NotBefore))
	case c.Expires <= c.IssuedAt:
		return "", no(CredentialExpired, "Credential expires at %s, not after it was issued", stamp(c.Expires))
	case c.Expires > c.IssuedAt+seconds(s.MaxLifetime):
		return "", no(CredentialExpired, "Credential lives longer than the allowed %v", s.MaxLifetime)
	}
	return "", nil
}

func seconds(d time.Duration) int64 { return int64(d / time.Second) }

func stamp(unix int64) string { return time.Unix(unix, 0).UTC().Format(time.RFC3339) }

// checkDiscovery is step 3: the issuer's document, and the DNS record if it is
// asked.
func (s *verification) checkDiscovery(ctx context.Context) (string, *refusal) {
	issuer := s.credential.Claims.Issuer
	d, err := s.Documents.Document(ctx, issuer)
	if err == nil {
		err = d.CheckEntity(issuer)
	}
	switch {
	case errors.Is(err, discovery.ErrEntity):
		refused := no(DiscoveryInvalid, "Discovery document refused: %v", err)
		refused.detail = DomainMismatch
		return "", refused
	case errors.Is(err, discovery.ErrInvalid):
		return "", no(DiscoveryInvalid, "Discovery document refused: %v", err)
	case err != nil:
		return "", &refusal{code: DiscoveryFetchFailed, message: fmt.Sprintf("Discovery document of %q not available: %v", issuer, err), cause: unanswered(err)}
	}
	s.document = d
	return "", s.checkRecord(ctx)
}

// checkRecord compares the document with the DNS record of its domain.
func (s *verification) checkRecord(ctx context.Context) *refusal {
	if s.TXT == nil {
		return nil
	}
	texts, err := s.TXT(ctx, s.document.Entity)
	if err != nil {
		return &refusal{code: DiscoveryFetchFailed, message: fmt.Sprintf("DNS record of %q not available: %v", s.document.Entity, err), cause: unanswered(err)}
	}
	if err := dns.Check(s.document, texts); err != nil {
		return no(DiscoveryInvalid, "DNS record of %q: %v", s.document.Entity, err)
	}
	return nil
}

// checkKey is step 4. Only the key that is used is judged.
func (s *verification) checkKey(ctx context.Context) (string, *refusal) {
	kid, after := s.credential.Kid, s.now.Add(-s.Skew)
	k, err := s.document.VerifyingKey(kid, after)
	if fresh, ok := s.Documents.(Refresher); ok && errors.Is(err, discovery.ErrNoKey) {
		// The domain may have rotated its key since the document was fetched.
		d, fetchErr := fresh.Refresh(ctx, s.document.Entity)
		if fetchErr == nil && d != nil && d.CheckEntity(s.document.Entity) == nil {
			s.document = d
			if refused := s.checkRecord(ctx); refused != nil {
				return "", refused
			}
			k, err = d.VerifyingKey(kid, after)
		}
	}
	switch {
	case errors.Is(err, discovery.ErrKeyExpired):
		return "", no(KeyExpired, "Key refused: %v", err)
	case err != nil:
		return "", no(KeyNotFound, "Key refused: %v", err)
	}
	s.key = k
	return "", nil
}

// checkSignature is step 5.
func (s *verification) checkSignature(_ context.Context) (string, *refusal) {
	err := verifySignature(s.token, s.key.Public)
	if err == nil {
		return "", nil
	}
	refused := no(SignatureInvalid, "Signature refused: %v", err)
	if parts, err := split(s.token); err == nil && base64.RawURLEncoding.DecodedLen(len(parts[2])) == rawSignatureSize {
		refused.hint = "The signature has the 64 bytes of standard JOSE. AgentPin signatures are DER, although the header says ES256; sign with an AgentPin library."
	}
	return "", refused
}

// checkRevocation is step 6: the credential, its agent, its key. What is published
// but unusable refuses.
func (s *verification) checkRevocation(ctx context.Context) (string, *refusal) {
	revoked, err := s.Documents.Revocations(ctx, s.document)
	if err != nil {
		return "", &refusal{code: DiscoveryFetchFailed, message: fmt.Sprintf("Revocations of %q not available: %v", s.document.Entity, err), cause: unanswered(err)}
	}
	if revoked == nil {
		s.warn("Revocation was not checked: there is no revocation document")
		return "no revocation document", nil
	}
	if revoked.Entity != s.document.Entity {
		return "", no(DiscoveryFetchFailed, "Revocations refused: they are about %q, wanted is %q", revoked.Entity, s.document.Entity)
	}
	if odd := revoked.UnknownReasons(); len(odd) > 0 {
		s.warn("The revocations of %q give reasons that are not in the specification: %q", revoked.Entity, odd)
	}
	claims := s.credential.Claims
	if e, found := revoked.Find(revocation.Credential, claims.ID); found {
		return "", no(CredentialRevoked, "Credential %q revoked (%s)", claims.ID, e.Reason)
	}
	if e, found := revoked.Find(revocation.Agent, claims.Subject); found {
		return "", no(AgentInactive, "Agent %q revoked (%s)", claims.Subject, e.Reason)
	}
	if kid, found := revoked.FindKey(s.document, s.key.Kid); found {
		return "", no(KeyRevoked, "Key %q revoked", kid)
	}
	return "", nil
}

// checkAgent is step 7: declared by the issuer, active, and no longer lived than it
// declares.
func (s *verification) checkAgent(_ context.Context) (string, *refusal) {
	claims := s.credential.Claims
	if !discovery.BelongsTo(claims.Subject, claims.Issuer) {
		return "", no(AgentNotFound, "Agent %q does not belong to %q", claims.Subject, claims.Issuer)
	}
	a := s.document.Agent(claims.Subject)
	switch {
	case a == nil:
		return "", no(AgentNotFound, "Agent %q not declared by %q", claims.Subject, claims.Issuer)
	case a.Status != discovery.Active:
		return "", no(AgentInactive, "Agent %q is %s", claims.Subject, a.Status)
	case !s.IgnoreDeclaredTTL && a.CredentialTTLMax != nil && claims.Expires-claims.IssuedAt > *a.CredentialTTLMax:
		return "", no(CredentialExpired, "Credential lives %v, agent %q declares at most %d s", claims.Lifetime(), claims.Subject, *a.CredentialTTLMax)
	}
	s.declared = a
	return "", nil
}

// checkCapabilities is step 8.
func (s *verification) checkCapabilities(_ context.Context) (string, *refusal) {
	if excess := capability.Excess(s.declared.Capabilities, s.credential.Claims.Capabilities); len(excess) > 0 {
		return "", no(CapabilityExceeded, "Capabilities not declared for %q: %q", s.declared.ID, excess)
	}
	return "", nil
}

// checkConstraints is step 9: each equal to or tighter than declared.
func (s *verification) checkConstraints(_ context.Context) (string, *refusal) {
	asked := s.credential.Claims.Constraints
	if violations := constraint.Compare(s.declared.Constraints, asked); len(violations) > 0 {
		return "", no(ConstraintViolation, "Constraints wider than declared for %q: %v", s.declared.ID, violations)
	}
	s.out.Effective = constraint.Effective(s.declared.Constraints, asked)
	return "", nil
}

// checkDelegation is step 10.
func (s *verification) checkDelegation(ctx context.Context) (string, *refusal) {
	claims := s.credential.Claims
	if len(claims.Chain) == 0 {
		if s.RequireDelegation {
			return "", no(DelegationInvalid, "Credential has no delegation chain")
		}
		return "no delegation chain", nil
	}
	links, err := delegation.Chain{
		Entries: claims.Chain, Issuer: s.document, AgentID: claims.Subject, Capabilities: claims.Capabilities,
		After: s.now.Add(-s.Skew),
	}.Verify(ctx, s.Documents)
	verified := err == nil
	s.out.DelegationChain, s.out.DelegationVerified = links, &verified
	switch {
	case verified:
		return "", nil
	case errors.Is(err, delegation.ErrTooDeep):
		return "", no(DelegationDepthExceeded, "Delegation refused: %v", err)
	case errors.Is(err, delegation.ErrInvalid), errors.Is(err, discovery.ErrInvalid):
		return "", no(DelegationInvalid, "Delegation refused: %v", err)
	case errors.Is(err, discovery.ErrNotAtHand) && !s.RequireDelegation:
		s.warn("Delegation chain present but not verified: %v", err)
		return "documents not at hand", nil
	}
	return "", &refusal{code: DiscoveryFetchFailed, message: fmt.Sprintf("Delegation not verified: %v", err), cause: unanswered(err)}
}

// checkAudience is step 11. Upstream has it after the pin, and so pins keys of
// credentials that it refuses.
func (s *verification) checkAudience(_ context.Context) (string, *refusal) {
	audience := s.credential.Claims.Audience
	switch {
	case audience == nil && s.RequireAudience:
		return "", no(AudienceMismatch, "Credential names no audience")
	case s.RequireAudience && *audience == AnyAudience:
		return "", no(AudienceMismatch, "Credential is for anybody (%q)", AnyAudience)
	case s.Audience == "":
		return "the verifier names no audience", nil
	case audience == nil:
		s.warn("Credential names no audience; anybody can replay it")
		return "the credential names no audience", nil
	case *audience != AnyAudience && *audience != s.Audience:
		return "", no(AudienceMismatch, "Credential is for %q, not for %q", *audience, s.Audience)
	}
	return "", nil
}

// checkPin is step 12: trust on first use.
func (s *verification) checkPin(ctx context.Context) (string, *refusal) {
	if s.Pins == nil {
		return "no pin store", nil
	}
	domain := s.document.Entity
	got, err := s.Pins.Pin(ctx, pins.Use{Domain: domain, Kid: s.key.Kid, Hash: s.key.Thumbprint, At: s.now, KnownOnly: s.RequirePin})
	if err != nil {
		return "", &refusal{code: KeyPinMismatch, message: fmt.Sprintf("Pin store not usable: %v", err), cause: err}
	}
	switch got.Status {
	case pins.Changed:
		refused := no(KeyPinMismatch, "Key %q of %q is not the one pinned for it", s.key.Kid, domain)
		refused.hint = "If the domain rotated its key and told you so, add the new one to the pins."
		return "", refused
	case pins.NotKnown:
		return "", no(KeyPinMismatch, "Domain %q has no pinned key", domain)
	case pins.FirstUse, pins.Matched:
	}
	s.out.KeyPinning = &Pinning{Status: got.Status, FirstSeen: got.FirstSeen}
	return "", nil
}
