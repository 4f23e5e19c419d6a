package agentpin

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/pins"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/revocation"
)

// The limits of the specification, sections 5.3 and 6.2.
const (
	DefaultSkew        = 60 * time.Second
	DefaultMaxLifetime = 24 * time.Hour
)

// Documents is where a verifier gets documents from: a [source.Single], a
// [source.Folder], a [bundle.Bundle], a [fetch.Client], or a [source.Chain] of
// them. Revocations returns nil when nothing is published. An error that is
// [discovery.ErrUnreachable] means that nobody answered, [discovery.ErrInvalid]
// that the answer is unusable.
type Documents interface {
	Document(ctx context.Context, domain string) (*discovery.Document, error)
	Revocations(ctx context.Context, d *discovery.Document) (*revocation.Document, error)
}

// Refresher is a source that may hold a document which is out of date. It is
// asked once when a key is missing, and returns nil when it has no newer one.
type Refresher interface {
	Refresh(ctx context.Context, domain string) (*discovery.Document, error)
}

// Pins remembers which keys domains used: a [pins.Store] or a [pins.File].
type Pins interface {
	Pin(ctx context.Context, u pins.Use) (pins.Outcome, error)
}

// Verifier says whether credentials are acceptable. Make it with [NewVerifier]
// and set what differs from the defaults before its first use; after that it
// may be used by several goroutines at once.
type Verifier struct {
	Documents Documents
	Pins      Pins   // nil: keys are not pinned
	Audience  string // who verifies, "" to accept any audience

	// TXT returns the texts of the DNS record that may name the domain's key,
	// nothing when there is none. Nil: DNS is not asked.
	TXT func(ctx context.Context, domain string) ([]string, error)

	Skew        time.Duration // by which clocks may differ
	MaxLifetime time.Duration // of any credential

	RequireAudience   bool // refuse a credential for nobody in particular
	RequireDelegation bool // refuse one whose delegation is not verified
	RequirePin        bool // refuse a domain that is not pinned yet
	IgnoreDeclaredTTL bool // as peers do: an agent's own maximum is not applied
	Trace             bool // fill Result.Trace
}

// NewVerifier returns a verifier with the defaults of the specification.
func NewVerifier(from Documents) *Verifier {
	return &Verifier{Documents: from, Skew: DefaultSkew, MaxLifetime: DefaultMaxLifetime}
}

// Verify answers whether token is acceptable at a time. A refusal is a Result
// with Valid false and a code. The error is non-nil only if no answer could be
// reached: nobody answered for the documents, or the pin store cannot be used;
// the Result then is a refusal all the same.
func (v *Verifier) Verify(ctx context.Context, token string, now time.Time) (Result, error) {
	s := v.judge(ctx, token, now)
	s.finish(ctx)
	return s.result()
}

// A step is one check. It returns why the credential is refused, or nil; skip
// is a note when there was nothing to check.
type step struct {
	name  string
	check func(*verification, context.Context) (skip string, no *refusal)
}

// firstSteps are the checks that change nothing, in the order of the
// specification.
func firstSteps() [11]step {
	return [...]step{
		{"format", (*verification).checkFormat},
		{"lifetime", (*verification).checkLifetime},
		{"discovery", (*verification).checkDiscovery},
		{"key", (*verification).checkKey},
		{"signature", (*verification).checkSignature},
		{"revocation", (*verification).checkRevocation},
		{"agent", (*verification).checkAgent},
		{"capabilities", (*verification).checkCapabilities},
		{"constraints", (*verification).checkConstraints},
		{"delegation", (*verification).checkDelegation},
		{"audience", (*verification).checkAudience},
	}
}

// lastSteps come when nothing else can fail any more: a key is remembered only
// for a credential that is good.
func lastSteps() [1]step { return [...]step{{"pin", (*verification).checkPin}} }

// refusal is why a credential is refused.
type refusal struct {
	code    Code
	message string
	detail  Code
	hint    string
	cause   error // what kept the question from being asked, if that is why
}

func no(code Code, format string, args ...any) *refusal {
	return &refusal{code: code, message: fmt.Sprintf(format, args...)}
}

// verification is one token on its way through the steps.
type verification struct {
	*Verifier
	token string
	now   time.Time

	credential *Credential
	document   *discovery.Document
	key        discovery.VerifyingKey
	declared   *discovery.Agent

	out     Result
	refused *refusal
	number  int
}

// judge runs the steps that change nothing.
func (v *Verifier) judge(ctx context.Context, token string, now time.Time) *verification {
	s := &verification{Verifier: v, token: token, now: now, out: Result{Warnings: []string{}}}
	steps := firstSteps()
	s.run(ctx, steps[:])
	return s
}

// finish runs the rest.
func (s *verification) finish(ctx context.Context) {
	steps := lastSteps()
	s.run(ctx, steps[:])
}

func (s *verification) run(ctx context.Context, steps []step) {
	for _, step := range steps {
		if s.refused != nil {
			return
		}
		s.number++
		skip, no := step.check(s, ctx)
		s.refused = no
		if !s.Trace {
			continue
		}
		t := Step{Number: s.number, Name: step.name, Outcome: Passed, Detail: skip}
		switch {
		case no != nil:
			t.Outcome, t.Code, t.Detail = Failed, no.code, no.message
		case skip != "":
			t.Outcome = Skipped
		}
		s.out.Trace = append(s.out.Trace, t)
	}
}

func (s *verification) warn(format string, args ...any) {
	s.out.Warnings = append(s.out.Warnings, fmt.Sprintf(format, args...))
}

func (s *verification) result() (Result, error) {
	out := s.out
	out.Credential = s.credential
	if no := s.refused; no != nil {
		return Result{
			ErrorCode: no.code, ErrorMessage: no.message, ErrorDetail: no.detail, Hint: no.hint,
			Warnings: out.Warnings, Trace: out.Trace, Credential: out.Credential,
		}, no.cause
	}
	claims := s.credential.Claims
	out.Valid = true
	out.Kid, out.Claims = s.credential.Kid, &s.credential.Claims
	out.AgentID, out.Issuer = claims.Subject, claims.Issuer
	out.Capabilities, out.Constraints = claims.Capabilities, claims.Constraints
	return out, nil
}

// unanswered returns err if it means that the question could not be asked.
func unanswered(err error) error {
	if errors.Is(err, discovery.ErrUnreachable) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil
}
