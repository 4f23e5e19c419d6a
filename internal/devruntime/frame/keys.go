package frame

import (
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"strings"

	"github.com/google/uuid"
	"golang.org/x/crypto/argon2"

	"github.com/symbi-ctl/symbi-ctl/internal/safefile"
	"github.com/symbi-ctl/symbi-ctl/internal/strictjson"
)

// Key is one line of upstream's key file.
type Key struct {
	ID      string
	Hash    string    // PHC string, argon2id over the secret part
	Scope   *[]string // agents that it may touch; nil: an administrator's
	Revoked bool
}

const maxKeyFile = 1 << 20

// ReadKeys reads a key file. A file that is missing is empty; one that others
// can read, or that is not what upstream writes, is an error: upstream would let
// the token in instead.
func ReadKeys(path string) ([]Key, error) {
	data, info, err := safefile.Read(path, maxKeyFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read keys: %w", err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("read keys: %s can be read by others; chmod 600 it", path)
	}
	keys, err := parseKeys(data)
	if err != nil {
		return nil, fmt.Errorf("read keys %s: %w", path, err)
	}
	return keys, nil
}

// parseKeys refuses members that it does not know: a misspelled agent_scope
// would make an administrator.
func parseKeys(data []byte) ([]Key, error) {
	v, err := strictjson.Parse(data, strictjson.Options{MaxBytes: maxKeyFile})
	if err != nil {
		return nil, err
	}
	if v.Kind() != strictjson.Array {
		return nil, errors.New("the file holds no list")
	}
	keys := make([]Key, 0, len(v.Items()))
	for _, item := range v.Items() {
		var k Key
		if err := item.Read(strictjson.Options{Unknown: strictjson.Refuse}, k.read); err != nil {
			return nil, err
		}
		keys = append(keys, k)
	}
	return keys, nil
}

func (k *Key) read(r *strictjson.Reader) {
	k.ID, k.Hash = r.String("key_id"), r.String("key_hash")
	if strings.Contains(k.ID, ".") {
		r.Failf("key_id", "a dot ends the id in a token, so an id cannot have one")
	}
	if agents := r.OptStrings("agent_scope"); agents != nil {
		for i, agent := range agents {
			if id, err := uuid.Parse(agent); err == nil {
				agents[i] = id.String()
			}
		}
		k.Scope = &agents
	}
	if revoked := r.OptBool("revoked"); revoked != nil {
		k.Revoked = *revoked
	}
	r.OptString("description")
	r.OptString("created_at")
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
