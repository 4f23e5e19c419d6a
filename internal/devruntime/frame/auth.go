package frame

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// Access is what a request may do.
type Access struct {
	KeyID  string
	Admin  bool
	Agents []string // that a key which is no admin's may touch
}

// Covers reports whether the access is enough for an agent.
func (a Access) Covers(agent string) bool { return a.Admin || slices.Contains(a.Agents, agent) }

// Guard decides who may ask. With neither a token nor keys nor Open nobody may.
// It is safe for concurrent use, and must not be copied after the first.
type Guard struct {
	Open  bool   // everybody is an administrator
	Token string // the administrator's
	Keys  []Key  // when there are any, the token counts no more
	// KeyFile is a file of keys, in place of Keys. It is read again when it
	// changes; one that can no longer be used lets nobody in.
	KeyFile string
	// Warn hears why a changed KeyFile cannot be used. Nil: nobody.
	Warn func(error)

	checks checks
	mu     sync.Mutex
	ring   *keyring
	stamp  stamp // of the KeyFile that ring was read from
}

// verdict is what comes of a bearer token.
type verdict int

const (
	refused verdict = iota
	admitted
	busy // too many tokens wait to be checked
)

// retryAfter is when a client may come again that found no place, in seconds: a
// check takes a fraction of one.
const retryAfter = "1"

// Admit returns the access of a request. It reports false after it has answered:
// 401, or 429 when too many unknown keys are being checked already.
func (g *Guard) Admit(w http.ResponseWriter, r *http.Request) (Access, bool) {
	a, v := g.access(r)
	switch v {
	case busy:
		w.Header().Set("Retry-After", retryAfter)
		Empty(w, http.StatusTooManyRequests)
	case refused:
		Empty(w, http.StatusUnauthorized)
	case admitted:
		return a, true
	}
	return Access{}, false
}

func (g *Guard) access(r *http.Request) (Access, verdict) {
	if g.Open {
		return Access{Admin: true}, admitted
	}
	values := r.Header.Values("Authorization")
	if len(values) != 1 {
		return Access{}, refused
	}
	token, ok := strings.CutPrefix(values[0], "Bearer ")
	if !ok || token == "" {
		return Access{}, refused
	}
	ring := g.keyring()
	if g.KeyFile != "" || len(g.Keys) > 0 {
		return ring.admit(token, &g.checks)
	}
	if g.Token != "" && ring.same(token, g.Token) {
		return Access{Admin: true}, admitted
	}
	return Access{}, refused
}

// keyring returns the keys as they are now.
func (g *Guard) keyring() *keyring {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.KeyFile == "" {
		if g.ring == nil {
			g.ring = newKeyring(g.Keys)
		}
		return g.ring
	}
	now := stampOf(g.KeyFile) // before it is read: what changes in between is seen the next time
	if g.ring != nil && now.equal(g.stamp) {
		return g.ring
	}
	keys, err := ReadKeys(g.KeyFile)
	if err != nil && g.Warn != nil {
		g.Warn(err)
	}
	g.ring, g.stamp = newKeyring(keys), now
	return g.ring
}

type accessKey struct{}

// AccessOf returns the access of a request that a [Guard] has admitted.
func AccessOf(r *http.Request) Access {
	a, _ := r.Context().Value(accessKey{}).(Access)
	return a
}

func withAccess(r *http.Request, a Access) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), accessKey{}, a))
}

// Admin answers 403 and reports false unless the key is an administrator's.
func Admin(w http.ResponseWriter, r *http.Request) bool {
	if AccessOf(r).Admin {
		return true
	}
	Refuse(w, http.StatusForbidden, "ADMIN_REQUIRED", "Scoped API keys may not access this endpoint")
	return false
}

// For answers 403 and reports false unless the key covers the agent.
func For(w http.ResponseWriter, r *http.Request, agent string) bool {
	if AccessOf(r).Covers(agent) {
		return true
	}
	Refuse(w, http.StatusForbidden, "AGENT_SCOPE_DENIED", "API key is not scoped to this agent")
	return false
}
