package frame

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"io/fs"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

// The bounds of what tokens that were never seen may cost. A hash takes tens of
// milliseconds and 19 MiB or more.
const (
	checksAtOnce  = 2     // of all keys
	checksWaiting = 4     // different secrets for one key, the one being checked included
	maxRefused    = 1_024 // wrong tokens that are remembered
)

// checks are the hashes that are being computed.
type checks struct {
	once    sync.Once
	slots   chan struct{}
	matches func(phc, secret string) bool // tests set it; nil: the real one
}

// match computes a hash when there is a slot.
func (c *checks) match(phc, secret string) bool {
	c.once.Do(func() {
		c.slots = make(chan struct{}, checksAtOnce)
		if c.matches == nil {
			c.matches = matches
		}
	})
	c.slots <- struct{}{}
	defer func() { <-c.slots }()
	return c.matches(phc, secret)
}

// digest stands for a token in memory: without the secret of its keyring nobody
// can tell which.
type digest [sha256.Size]byte

// keyring is one reading of keys, with what was found out about tokens since.
// Another reading begins with nothing.
type keyring struct {
	lanes  map[string]*lane
	secret [sha256.Size]byte
	flight singleflight.Group // the same token asked for at once is checked once

	mu   sync.Mutex
	good map[digest]Access // as many as there are keys: each has one secret
	bad  map[digest]struct{}
}

// lane is a key, and the tokens for it that wait: who floods one key is not in
// the way of another, and of one key only one secret is checked at a time.
type lane struct {
	key    Key
	places chan struct{}
	turn   sync.Mutex
}

// newKeyring takes the last of several keys with one id, as upstream does.
func newKeyring(keys []Key) *keyring {
	k := &keyring{lanes: map[string]*lane{}, good: map[digest]Access{}, bad: map[digest]struct{}{}}
	_, _ = rand.Read(k.secret[:]) // never fails
	for _, key := range keys {
		k.lanes[key.ID] = &lane{key: key, places: make(chan struct{}, checksWaiting)}
	}
	return k
}

func (k *keyring) digest(token string) (d digest) {
	mac := hmac.New(sha256.New, k.secret[:])
	mac.Write([]byte(token))
	mac.Sum(d[:0])
	return d
}

// same compares in a time that tells nothing, not even a length.
func (k *keyring) same(a, b string) bool {
	x, y := k.digest(a), k.digest(b)
	return hmac.Equal(x[:], y[:])
}

// admit checks a token, from memory when it was seen before.
func (k *keyring) admit(token string, c *checks) (Access, verdict) {
	id, secret, ok := strings.Cut(token, ".")
	l := k.lanes[id]
	if !ok || id == "" || secret == "" || l == nil || l.key.Revoked {
		return Access{}, refused // no hash is computed for it, as upstream computes none
	}
	d := k.digest(token)
	if a, v, known := k.remembered(d); known {
		return a, v
	}
	v, _, _ := k.flight.Do(string(d[:]), func() (any, error) {
		if _, v, known := k.remembered(d); known { // an earlier flight has just ended
			return v, nil
		}
		v := l.check(secret, c)
		k.remember(d, l.key, v)
		return v, nil
	})
	if v == admitted {
		return l.key.access(), admitted
	}
	found, _ := v.(verdict)
	return Access{}, found
}

func (l *lane) check(secret string, c *checks) verdict {
	select {
	case l.places <- struct{}{}:
	default:
		return busy
	}
	defer func() { <-l.places }()
	l.turn.Lock()
	defer l.turn.Unlock()
	if c.match(l.key.Hash, secret) {
		return admitted
	}
	return refused
}

func (k Key) access() Access {
	if k.Scope == nil {
		return Access{KeyID: k.ID, Admin: true}
	}
	return Access{KeyID: k.ID, Agents: *k.Scope}
}

func (k *keyring) remembered(d digest) (a Access, v verdict, known bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if a, ok := k.good[d]; ok {
		return a, admitted, true
	}
	_, known = k.bad[d]
	return a, refused, known
}

// remember keeps the good and the bad apart: however many are bad, no good one
// has to go.
func (k *keyring) remember(d digest, key Key, v verdict) {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch v {
	case admitted:
		k.good[d] = key.access()
	case refused:
		if len(k.bad) >= maxRefused {
			clear(k.bad)
		}
		k.bad[d] = struct{}{}
	case busy: // nothing was found out
	}
}

// stamp tells one state of a file from another; the zero value is a file that is
// not there.
type stamp struct {
	info fs.FileInfo
	at   time.Time
	size int64
	mode fs.FileMode
}

func stampOf(path string) stamp {
	info, err := os.Stat(path)
	if err != nil {
		return stamp{}
	}
	return stamp{info, info.ModTime(), info.Size(), info.Mode()}
}

func (s stamp) equal(o stamp) bool {
	if s.info == nil || o.info == nil {
		return s.info == nil && o.info == nil
	}
	return s.at.Equal(o.at) && s.size == o.size && s.mode == o.mode && os.SameFile(s.info, o.info)
}
