package agentpin

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/constraint"
)

// issued is a credential as issue and renew show it to programs.
type issued struct {
	Token   string          `json:"token,omitempty"`
	Kid     string          `json:"kid"`
	Claims  agentpin.Claims `json:"claims"`
	File    string          `json:"file,omitempty"`
	Renewed *bool           `json:"renewed,omitempty"` // of renew
}

func issuedView(i issued, now time.Time) output.View {
	var f fields
	f.add("File", i.File)
	if i.Renewed != nil {
		f.add("Renewed", map[bool]string{true: "yes", false: "not yet"}[*i.Renewed])
	}
	claimFields(&f, i.Kid, i.Claims, now)
	return output.Record{Value: i, Fields: f}
}

// claimFields are the lines of a credential.
func claimFields(f *fields, kid string, c agentpin.Claims, now time.Time) {
	f.add("Issuer", c.Issuer)
	f.add("Agent", c.Subject)
	if c.Audience != nil {
		f.add("Audience", *c.Audience)
	}
	f.list("Capabilities", c.Capabilities)
	constraintFields(f, "Constraint", c.Constraints)
	f.add("Issued", moment(c.IssuedAt, now))
	if c.NotBefore != nil {
		f.add("Not before", moment(*c.NotBefore, now))
	}
	f.add("Expires", moment(c.Expires, now))
	for _, e := range c.Chain {
		f.add("Delegation", fmt.Sprintf("%s as %s by %s (key %s)", e.AgentID, e.Role, e.Domain, e.Kid))
	}
	if c.Nonce != nil {
		f.add("Nonce", *c.Nonce)
	}
	f.add("Id", c.ID)
	f.add("Key", kid)
}

func constraintFields(f *fields, name string, s *constraint.Set) {
	if s == nil {
		return
	}
	line := func(what, value string) { f.add(name, what+": "+value) }
	lists := map[string][]string{"allowed_domains": s.AllowedDomains, "denied_domains": s.DeniedDomains, "ip_allowlist": s.IPAllowlist}
	for _, what := range []string{"allowed_domains", "denied_domains", "ip_allowlist"} {
		if list := lists[what]; list != nil {
			line(what, strings.Join(slices.Clone(list), ", "))
		}
	}
	if s.RateLimit != nil {
		line("rate_limit", *s.RateLimit)
	}
	if s.Classification != nil {
		line("data_classification_max", *s.Classification)
	}
	if h := s.ValidHours; h != nil {
		line("valid_hours", h.Start+" to "+h.End+" "+h.Timezone)
	}
}
