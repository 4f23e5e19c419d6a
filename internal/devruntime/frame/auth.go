package frame

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"

	"golang.org/x/crypto/argon2"
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
type Guard struct {
	Open  bool   // everybody is an administrator
	Token string // the administrator's
	Keys  []Key  // of a key file; when there are any, the token counts no more
	mu    sync.Mutex
	known map[string]Access // tokens that were good once, so that argon2 runs once for each
}

// Key is one line of upstream's key file.
type Key struct {
	ID      string    `json:"key_id"`
	Hash    string    `json:"key_hash"` // PHC string, argon2id over the secret part
	Scope   *[]string `json:"agent_scope"`
	Revoked bool      `json:"revoked"`
}

// ReadKeys reads a key file. A file that is missing is empty; one that others
// can read, or that does not parse, is an error: upstream would let the token
// in instead.
func ReadKeys(path string) ([]Key, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read keys: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("read keys: %s can be read by others; chmod 600 it", path)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read keys: %w", err)
	}
	var keys []Key
	if err := json.Unmarshal(data, &keys); err != nil {
		return nil, fmt.Errorf("read keys %s: %w", path, err)
	}
	return keys, nil
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
	g.mu.Lock()
	defer g.mu.Unlock() // argon2 takes 19 MiB: one at a time
	if a, ok := g.known[token]; ok {
		return a, true
	}
	id, secret, ok := strings.Cut(token, ".")
	if !ok {
		return Access{}, false
	}
	for _, k := range g.Keys {
		if k.ID != id || k.Revoked || !matches(k.Hash, secret) {
			continue
		}
		a := Access{KeyID: id, Admin: k.Scope == nil}
		if k.Scope != nil {
			a.Agents = *k.Scope
		}
		if g.known == nil {
			g.known = map[string]Access{}
		}
		g.known[token] = a
		return a, true
	}
	return Access{}, false
}

// The most that a hash may cost: a key file is the operator's, but a slip in it
// should not take the machine.
const (
	maxMemory = 1 << 20 // KiB
	maxTime   = 64
)

// matches checks a secret against a PHC string of argon2id.
func matches(phc, secret string) bool {
	parts := strings.Split(phc, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false
	}
	var version int
	var memory, time uint32
	var threads uint8
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return false
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &time, &threads); err != nil || memory > maxMemory || time > maxTime || time == 0 || threads == 0 {
		return false
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil || len(want) == 0 || len(want) > 128 {
		return false
	}
	got := argon2.IDKey([]byte(secret), salt, time, memory, threads, uint32(len(want))) //nolint:gosec // bounded above
	return subtle.ConstantTimeCompare(got, want) == 1
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
