package journal

import (
	"maps"
	"slices"

	"github.com/symbi-ctl/symbi-ctl/pkg/reasoning/journal/event"
)

// maxScopes caps the accounts of one family of runs, as the runtime does.
const maxScopes = 4096

const nilID = "00000000-0000-0000-0000-000000000000"

// ledger recomputes the accounts of tokens from the reservations in the journal
// of the run that owns them.
type ledger struct {
	root     string // "" until it is opened
	accounts map[uint64]*account
	all      []RecoveredReservation
	index    map[string]int // by id
}

type account struct {
	parent              *uint64
	limit               uint32
	reserved, uncertain uint32
	usage               event.Usage
	exceeded            bool
}

func (a *account) available() uint32 {
	if a.exceeded {
		return 0
	}
	return less(less(less(a.limit, a.usage.TotalTokens), a.uncertain), a.reserved)
}

// less is a-b, or 0.
func less(a, b uint32) uint32 { return a - min(a, b) }

// plus is a+b, or the largest number there is.
func plus(a, b uint32) uint32 {
	if sum := a + b; sum >= a {
		return sum
	}
	return ^uint32(0)
}

// fits reports whether a+b is a number of tokens.
func fits(a, b uint32) bool { return a+b >= a }

func (l *ledger) add(e Entry) *fault {
	switch ev := e.Event.(type) {
	case *event.BudgetOpened:
		if l.root != "" || ev.RootID == nilID {
			return faultf(CodeBudget, "the accounts are opened twice, or without an id")
		}
		l.root = ev.RootID
		l.accounts = map[uint64]*account{0: {limit: ev.Limit}}
		l.index = map[string]int{}
	case *event.BudgetReservationStarted:
		return l.reserve(ev.Reservation, e.sequence)
	case *event.BudgetReservationFinished:
		return l.settle(ev, e.sequence)
	}
	return nil
}

func (l *ledger) reserve(v event.Reservation, sequence uint64) *fault {
	_, twice := l.index[v.ID]
	switch n := len(v.Ancestors); {
	case l.root == "" || v.RootID != l.root:
		return faultf(CodeBudget, "the reservation is for accounts that were not opened here")
	case v.ID == nilID || twice:
		return faultf(CodeBudget, "the reservation has no id, or one that is taken")
	case v.OutputTokens == 0 || !fits(v.InputTokens, v.OutputTokens):
		return faultf(CodeBudget, "the reservation is for no tokens, or for too many")
	case n == 0 || n > maxScopes || v.Ancestors[n-1].Scope != 0 || v.Ancestors[n-1].Parent != nil:
		return faultf(CodeBudget, "the accounts of the reservation do not lead to the root")
	}
	amount := v.InputTokens + v.OutputTokens
	for i, scope := range slices.Backward(v.Ancestors) {
		if f := l.open(v.Ancestors, i); f != nil {
			return f
		}
		if l.accounts[scope.Scope].available() < amount {
			return faultf(CodeBudget, "%d tokens are reserved, more than the account %d has left", amount, scope.Scope)
		}
	}
	for _, scope := range v.Ancestors {
		l.accounts[scope.Scope].reserved += amount // no more than what was available
	}
	l.index[v.ID] = len(l.all)
	l.all = append(l.all, RecoveredReservation{Reservation: v, Start: sequence, Outcome: event.Unknown})
	return nil
}

// open checks the account at i of a line that ends at the root, and opens it
// when it is new. Those above it are open.
func (l *ledger) open(line []event.Scope, i int) *fault {
	scope := line[i]
	above := slices.ContainsFunc(line[i+1:], func(s event.Scope) bool { return s.Scope == scope.Scope })
	var parent *uint64
	if i+1 < len(line) {
		parent = &line[i+1].Scope
	}
	if scope.Scope >= maxScopes || above || !same(scope.Parent, parent) {
		return faultf(CodeBudget, "the accounts above %d do not form a line", scope.Scope)
	}
	if parent != nil && scope.Limit > l.accounts[*parent].limit {
		return faultf(CodeBudget, "the account %d may spend more than the one above it", scope.Scope)
	}
	known := l.accounts[scope.Scope]
	if known == nil {
		l.accounts[scope.Scope] = &account{parent: scope.Parent, limit: scope.Limit}
		return nil
	}
	if !same(known.parent, scope.Parent) || known.limit != scope.Limit {
		return faultf(CodeBudget, "the account %d changes", scope.Scope)
	}
	return nil
}

func same(a, b *uint64) bool { return a == nil && b == nil || a != nil && b != nil && *a == *b }

func (l *ledger) settle(e *event.BudgetReservationFinished, sequence uint64) *fault {
	i, ok := l.index[e.ReservationID]
	switch {
	case l.root == "" || e.RootID != l.root:
		return faultf(CodeBudget, "the settlement is for accounts that were not opened here")
	case !ok:
		return faultf(CodeBudget, "the settlement is of no reservation")
	case l.all[i].Finish != nil:
		return faultf(CodeBudget, "the reservation is settled twice")
	}
	v := &l.all[i]
	if want := Settlement(v.Reservation, e.Usage); e.Outcome != want {
		return faultf(CodeBudget, "the settlement is called %s and is %s", e.Outcome, want)
	}
	amount := v.Reservation.InputTokens + v.Reservation.OutputTokens
	for _, scope := range v.Reservation.Ancestors {
		l.accounts[scope.Scope].settle(amount, e)
	}
	v.Finish, v.Outcome, v.Usage = &sequence, e.Outcome, &e.Usage
	return nil
}

// settle takes a reservation off the account and what came of it on.
func (a *account) settle(amount uint32, e *event.BudgetReservationFinished) {
	a.reserved -= amount // was reserved before
	if e.Outcome == event.Unknown {
		a.uncertain = plus(a.uncertain, amount)
		return
	}
	u := e.Usage
	a.usage.PromptTokens = plus(a.usage.PromptTokens, u.PromptTokens)
	a.usage.CompletionTokens = plus(a.usage.CompletionTokens, u.CompletionTokens)
	a.usage.TotalTokens = plus(a.usage.TotalTokens, max(u.TotalTokens, plus(u.PromptTokens, u.CompletionTokens)))
	a.exceeded = a.exceeded || e.Outcome == event.Exceeded
}

// Settlement is the outcome that a reservation has to be settled with when this
// was used.
func Settlement(v event.Reservation, u event.Usage) event.Outcome {
	amount := plus(v.InputTokens, v.OutputTokens)
	switch {
	case u == event.Usage{}:
		return event.Unknown
	case !fits(u.PromptTokens, u.CompletionTokens), u.TotalTokens < u.PromptTokens+u.CompletionTokens,
		u.TotalTokens > amount, u.CompletionTokens > v.OutputTokens:
		return event.Exceeded
	}
	return event.Confirmed
}

// recovered is the accounts as they stand, nil when there are none here. What is
// not settled counts as possibly spent.
func (l *ledger) recovered() *RecoveredBudget {
	if l.root == "" {
		return nil
	}
	now := map[uint64]*account{}
	for id, a := range l.accounts {
		now[id] = new(*a)
	}
	for _, v := range l.all {
		if v.Finish != nil {
			continue
		}
		amount := v.Reservation.InputTokens + v.Reservation.OutputTokens
		for _, scope := range v.Reservation.Ancestors {
			now[scope.Scope].reserved -= amount
			now[scope.Scope].uncertain = plus(now[scope.Scope].uncertain, amount)
		}
	}
	out := &RecoveredBudget{RootID: l.root, Reservations: append([]RecoveredReservation{}, l.all...)}
	for _, id := range slices.Sorted(maps.Keys(now)) {
		a := now[id]
		s := event.Snapshot{
			RootID: l.root, Scope: id, Limit: a.limit, Usage: a.usage, Reserved: a.reserved,
			Uncertain: a.uncertain, Available: a.available(), Exceeded: a.exceeded,
		}
		for up := a.parent; up != nil; up = now[*up].parent {
			s.Available = min(s.Available, now[*up].available())
			s.Exceeded = s.Exceeded || now[*up].exceeded
		}
		out.Scopes = append(out.Scopes, s)
	}
	return out
}
