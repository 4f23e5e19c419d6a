package discovery

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/symbi-ctl/symbi-ctl/internal/strictjson"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/capability"
)

// Level says how bad a problem is.
type Level string

// The levels: a breach of the specification, what somebody will stumble over,
// and what is merely worth knowing.
const (
	Error   Level = "error"
	Warning Level = "warning"
	Info    Level = "info"
)

// Problem is one finding about a document.
type Problem struct {
	Level   Level  `json:"level"`
	Path    string `json:"path"` // "agents[0].name", "" for the whole document
	Message string `json:"message"`
}

// The limits of the specification's schema.
const (
	maxKid         = 128
	maxName        = 128
	maxDescription = 1024
	minTTL         = 60
)

// Rules say what [Validate] compares a document with.
type Rules struct {
	Entity string        // the domain that publishes it, "" to skip the comparison
	Now    time.Time     // against which times are judged
	Expiry time.Duration // keys that expire within it are warned about; 0 means 30 days
}

const (
	day           = 24 * time.Hour
	defaultExpiry = 30 * day
)

// Validate lists every problem of a document, errors first, or nothing. The
// document can be used by a verifier only when no problem is an [Error].
func Validate(data []byte, rules Rules) []Problem {
	if rules.Expiry == 0 {
		rules.Expiry = defaultExpiry
	}
	l := lint{rules: rules, faulty: map[string]bool{}}
	v, err := strictjson.Parse(data, strictjson.Options{MaxBytes: Max})
	if err == nil {
		// What could be read is judged even when something could not.
		err = v.Read(strictjson.Options{}, l.doc.read)
	}
	if faults, ok := errors.AsType[strictjson.Errors](err); ok {
		for _, f := range faults {
			l.add(Error, f.Path, "%s", f.Reason)
		}
		for _, f := range faults {
			l.faulty[f.Path] = true
		}
	}
	if v.Kind() == strictjson.Object {
		l.document()
	}
	rank := map[Level]int{Error: 0, Warning: 1, Info: 2}
	slices.SortStableFunc(l.problems, func(a, b Problem) int { return cmp.Compare(rank[a.Level], rank[b.Level]) })
	return slices.Compact(l.problems)
}

type lint struct {
	doc      Document
	rules    Rules
	problems []Problem
	faulty   map[string]bool // what could not be read is not judged
}

func (l *lint) add(level Level, path, format string, args ...any) {
	if l.faulty[path] {
		return
	}
	l.problems = append(l.problems, Problem{level, path, fmt.Sprintf(format, args...)})
}

func (l *lint) document() {
	d := &l.doc
	if l.rules.Entity != "" && d.Entity != "" {
		if err := d.CheckEntity(l.rules.Entity); err != nil {
			l.add(Error, "entity", "%v", err)
		}
	}
	if err := CheckDomain(d.Entity); err != nil {
		l.add(Error, "entity", "%v", err)
	}
	l.keys()
	for i := range d.Agents {
		l.agent(fmt.Sprintf("agents[%d]", i), &d.Agents[i])
	}
	l.endpoint("revocation_endpoint", d.RevocationEndpoint)
	l.endpoint("policy_url", d.PolicyURL)
	l.endpoint("schemapin_endpoint", d.SchemaPinEndpoint)
	l.endpoint("a2a_endpoint", d.A2AEndpoint)
	if d.RevocationEndpoint == nil {
		l.add(Warning, "revocation_endpoint", "there is none; most peers then check no revocation at all")
	}
	if at, err := ParseTime(d.UpdatedAt); err != nil {
		l.add(Error, "updated_at", "%v", err)
	} else if at.After(l.rules.Now) {
		l.add(Warning, "updated_at", "%s is in the future", d.UpdatedAt)
	}
	l.unknown("", d.Extra)
}

func (l *lint) keys() {
	byKey := map[string]string{}
	for i, k := range l.doc.Keys {
		path := fmt.Sprintf("public_keys[%d]", i)
		if n := utf8.RuneCountInString(k.Kid); n == 0 || n > maxKid {
			l.add(Error, path+".kid", "%d characters, want 1 to %d", n, maxKid)
		}
		if _, err := k.PublicKey(); err != nil {
			l.add(Error, path, "%v", err)
		} else if other, ok := byKey[k.Thumbprint()]; ok {
			l.add(Error, path, "the same key as %q under another kid", other)
		}
		byKey[k.Thumbprint()] = k.Kid
		if k.Exp != nil {
			l.expiry(path+".exp", *k.Exp)
		}
		l.unknown(path, k.Extra)
	}
}

func (l *lint) expiry(path, text string) {
	at, err := ParseTime(text)
	switch {
	case err != nil:
		l.add(Error, path, "%v", err)
	case at.Before(l.rules.Now):
		l.add(Warning, path, "the key expired at %s", text)
	case at.Before(l.rules.Now.Add(l.rules.Expiry)):
		l.add(Warning, path, "the key expires at %s", text)
	}
}

func (l *lint) agent(path string, a *Agent) {
	l.agentID(path, a.ID)
	l.urn(path+".agent_type", a.Type)
	if n := utf8.RuneCountInString(a.Name); n > maxName {
		l.add(Error, path+".name", "%d characters, want at most %d", n, maxName)
	}
	if a.Description != nil && utf8.RuneCountInString(*a.Description) > maxDescription {
		l.add(Error, path+".description", "%d characters, want at most %d", utf8.RuneCountInString(*a.Description), maxDescription)
	}
	if ttl := a.CredentialTTLMax; ttl != nil && *ttl >= 0 && (*ttl < minTTL || *ttl > DefaultTTL) {
		l.add(Error, path+".credential_ttl_max", "%d is not between %d and %d", *ttl, minTTL, DefaultTTL)
	}
	for i, c := range a.Capabilities {
		at := fmt.Sprintf("%s.capabilities[%d]", path, i)
		if err := capability.Check(c); err != nil {
			l.add(Error, at, "%v", err)
		} else if err := capability.Taxonomy(c); err != nil {
			l.add(Warning, at, "%v", err)
		}
	}
	if a.Capabilities != nil && len(a.Capabilities) == 0 {
		l.add(Warning, path+".capabilities", "the agent may do nothing")
	}
	for _, problem := range a.Constraints.Check() {
		l.add(Error, path+".constraints", "%s", problem)
	}
	if a.Constraints != nil {
		l.unknown(path+".constraints", a.Constraints.Extra)
	}
	if l.doc.EntityType == Deployer && (a.Type == nil || a.MakerAttestation == nil) {
		l.add(Warning, path, "an agent of a deployer should have agent_type and maker_attestation")
	}
	l.unknown(path, a.Extra)
}

func (l *lint) agentID(path, id string) {
	domain, err := URNDomain(id)
	switch {
	case !IsURN(id):
		l.add(Warning, path+".agent_id", "%q is not of the form urn:agentpin:DOMAIN:NAME", id)
	case err != nil:
		l.add(Error, path+".agent_id", "%q: %v", id, err)
	case domain != l.doc.Entity:
		l.add(Warning, path+".agent_id", "%q names the domain %q; its credentials will be refused", id, domain)
	}
}

func (l *lint) urn(path string, id *string) {
	if id == nil {
		return
	}
	if _, err := URNDomain(*id); err != nil {
		l.add(Error, path, "%q: %v", *id, err)
	}
}

func (l *lint) endpoint(name string, text *string) {
	if text == nil {
		return
	}
	u, err := url.Parse(*text)
	switch {
	case err != nil || u.Host == "":
		l.add(Error, name, "%q is not a URL", *text)
	case u.Scheme != "https":
		l.add(Error, name, "%q is not https", *text)
	case !sameSite(u.Hostname(), l.doc.Entity):
		l.add(Warning, name, "%q is on another domain than %s", *text, l.doc.Entity)
	}
}

// sameSite reports whether a host is the domain, below it or above it.
func sameSite(host, domain string) bool {
	return host == domain || strings.HasSuffix(host, "."+domain) || strings.HasSuffix(domain, "."+host)
}

func (l *lint) unknown(path string, extra []Member) {
	for _, m := range extra {
		at := m.Name
		if path != "" {
			at = path + "." + m.Name
		}
		l.add(Info, at, "unknown member")
	}
}

// ParseTime reads a time of a document: RFC 3339 with seconds and a zone, its
// letters in either case.
func ParseTime(text string) (time.Time, error) {
	at, err := time.Parse(time.RFC3339, strings.ToUpper(text))
	if err == nil {
		// The layout also takes one digit for the hour, a comma, and zones that
		// are a day away.
		_, zone := at.Zone()
		if text[len("2006-01-02T15")] == ':' && !strings.Contains(text, ",") && max(zone, -zone) < int(day/time.Second) {
			return at, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is not an RFC 3339 time", text)
}
