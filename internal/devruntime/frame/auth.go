package frame

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
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
	Keys  []Key  // of a key file; when there are any, the token counts no more

	slow  sync.Mutex // argon2 takes 19 MiB: one at a time
	mu    sync.Mutex
	known map[[sha256.Size]byte]Access // digests of tokens that were good once
}

// Admit returns the access of a request, or false.
func (g *Guard) Admit(r *http.Request) (Access, bool) {
	if g.Open {
		return Access{Admin: true}, true
	}
	values := r.Header.Values("Authorization")
	if len(values) != 1 {
		return Access{}, false
	}
	token, ok := strings.CutPrefix(values[0], "Bearer ")
	if !ok || token == "" {
		return Access{}, false
	}
	if len(g.Keys) > 0 {
		return g.key(token)
	}
	same := g.Token != "" && subtle.ConstantTimeCompare([]byte(token), []byte(g.Token)) == 1
	return Access{Admin: true}, same
}

func (g *Guard) key(token string) (Access, bool) {
	digest := sha256.Sum256([]byte(token))
	if a, ok := g.remembered(digest); ok {
		return a, true
	}
	id, secret, ok := strings.Cut(token, ".")
	if !ok {
		return Access{}, false
	}
	for _, k := range g.Keys {
		if k.ID != id || k.Revoked || !g.matches(k.Hash, secret) {
			continue
		}
		a := Access{KeyID: id, Admin: k.Scope == nil}
		if k.Scope != nil {
			a.Agents = *k.Scope
		}
		g.remember(digest, a)
		return a, true
	}
	return Access{}, false
}

func (g *Guard) remembered(digest [sha256.Size]byte) (Access, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	a, ok := g.known[digest]
	return a, ok
}

func (g *Guard) remember(digest [sha256.Size]byte, a Access) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.known == nil {
		g.known = map[[sha256.Size]byte]Access{}
	}
	g.known[digest] = a
}

func (g *Guard) matches(phc, secret string) bool {
	g.slow.Lock()
	defer g.slow.Unlock()
	return matches(phc, secret)
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
