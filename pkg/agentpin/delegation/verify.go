package delegation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/capability"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/revocation"
)

// Why a chain is refused. An error that is none of these came from the
// documents.
var (
	ErrInvalid = errors.New("the delegation is not valid")
	ErrTooDeep = errors.New("the delegation chain is too long")
)

// Documents gives the documents of a domain. Revocations returns nil when the
// domain has published none. A domain that nothing is known of is
// [discovery.ErrNotAtHand].
type Documents interface {
	Document(ctx context.Context, domain string) (*discovery.Document, error)
	Revocations(ctx context.Context, d *discovery.Document) (*revocation.Document, error)
}

// Chain is what is to be verified: the entries of a credential, the document of
// its issuer, its agent, and the capabilities that it asks for.
type Chain struct {
	Entries      []Entry
	Issuer       *discovery.Document
	AgentID      string
	Capabilities []string
	After        time.Time // keys that expired before it are refused
}

// Link is the verdict on one entry.
type Link struct {
	Domain   string `json:"domain"`
	Role     string `json:"role"`
	Verified bool   `json:"verified"`
	// Bound says which capabilities the attestation covers: those of the
	// "credential", or those "declared" for its agent, of which the credential
	// may use fewer. Peers only know the first.
	Bound string `json:"bound,omitempty"`
}

// Links returns the entries without a verdict.
func Links(entries []Entry) []Link {
	links := make([]Link, len(entries))
	for i, e := range entries {
		links[i] = Link{Domain: e.Domain, Role: e.Role}
	}
	return links
}

// CheckDepth returns [ErrTooDeep] when a chain of n entries is longer than one
// of the documents allows, or when no document allows any.
func CheckDepth(n int, documents ...*discovery.Document) error {
	if n > 0 && len(documents) == 0 {
		return fmt.Errorf("%w: %d entries, nobody allows any", ErrTooDeep, n)
	}
	for _, d := range documents {
		if n > d.MaxDelegationDepth {
			return fmt.Errorf("%w: %d entries, %s allows %d", ErrTooDeep, n, d.Entity, d.MaxDelegationDepth)
		}
	}
	return nil
}

// Verify checks every entry whose document is at hand. The error is
// [discovery.ErrNotAtHand] only when nothing worse was found in the others.
func (c Chain) Verify(ctx context.Context, from Documents) ([]Link, error) {
	links := Links(c.Entries)
	if err := CheckDepth(len(c.Entries), c.Issuer); err != nil {
		return links, err
	}
	var missing error
	for i, e := range c.Entries {
		to := Agent{c.Issuer.Entity, c.AgentID}
		if i+1 < len(c.Entries) {
			to = Agent{c.Entries[i+1].Domain, c.Entries[i+1].AgentID}
		}
		bound, err := c.verify(ctx, from, e, to)
		switch {
		case errors.Is(err, discovery.ErrNotAtHand):
			missing = fmt.Errorf("entry %d of %s: %w", i, e.Domain, err)
		case err != nil:
			return links, fmt.Errorf("entry %d of %s: %w", i, e.Domain, err)
		default:
			links[i].Verified, links[i].Bound = true, bound
		}
	}
	return links, missing
}

func (c Chain) verify(ctx context.Context, from Documents, e Entry, to Agent) (bound string, err error) {
	d, err := c.document(ctx, from, e.Domain)
	if err != nil {
		return "", err
	}
	if err := CheckDepth(len(c.Entries), d); err != nil {
		return "", err
	}
	if d.EntityType != discovery.Both && d.EntityType != e.Role {
		return "", fmt.Errorf("%w: a %s cannot act as %s", ErrInvalid, d.EntityType, e.Role)
	}
	key, err := d.VerifyingKey(e.Kid, c.After)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	if err := c.notRevoked(ctx, from, d, e); err != nil {
		return "", err
	}
	agent := d.Agent(e.AgentID)
	switch {
	case agent == nil || !discovery.BelongsTo(e.AgentID, e.Domain):
		return "", fmt.Errorf("%w: %q is no agent of %s", ErrInvalid, e.AgentID, e.Domain)
	case agent.Status != discovery.Active:
		return "", fmt.Errorf("%w: the agent %q is %s", ErrInvalid, e.AgentID, agent.Status)
	}
	if excess := capability.Excess(agent.Capabilities, c.Capabilities); len(excess) > 0 {
		return "", fmt.Errorf("%w: %q may not delegate %q", ErrInvalid, e.AgentID, excess)
	}
	if e.Attests(key.Public, to, c.Capabilities) {
		return "credential", nil
	}
	if own := c.Issuer.Agent(c.AgentID); own != nil && e.Attests(key.Public, to, own.Capabilities) {
		return "declared", nil
	}
	return "", fmt.Errorf("%w: the attestation does not verify", ErrInvalid)
}

// document returns the document of a domain, which may be that of the issuer.
func (c Chain) document(ctx context.Context, from Documents, domain string) (*discovery.Document, error) {
	if domain == c.Issuer.Entity {
		return c.Issuer, nil
	}
	d, err := from.Document(ctx, domain)
	if err != nil {
		return nil, err
	}
	if err := d.CheckEntity(domain); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return d, nil
}

func (c Chain) notRevoked(ctx context.Context, from Documents, d *discovery.Document, e Entry) error {
	revoked, err := from.Revocations(ctx, d)
	if err != nil || revoked == nil {
		return err
	}
	if revoked.Entity != d.Entity {
		return fmt.Errorf("the revocations are about %q, wanted is %q", revoked.Entity, d.Entity)
	}
	if _, found := revoked.Find(revocation.Agent, e.AgentID); found {
		return fmt.Errorf("%w: the agent %q is revoked", ErrInvalid, e.AgentID)
	}
	if kid, found := revoked.FindKey(d, e.Kid); found {
		return fmt.Errorf("%w: the key %q is revoked", ErrInvalid, kid)
	}
	return nil
}
