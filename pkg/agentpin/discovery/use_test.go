package discovery_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
)

// TestVerifyingKey has what makes the key unfit that a credential names.
func TestVerifyingKey(t *testing.T) {
	t.Parallel()
	const use = `"use":"sig"`
	for replacement, want := range map[string]error{
		use:                                   nil,
		use + `,"exp":null`:                   nil,
		use + `,"exp":"2026-06-01T00:00:00Z"`: nil, // not before the moment
		use + `,"exp":"2026-06-01T02:00:00.000000000+02:00"`: nil,
		use + `,"exp":"2026-06-01t00:00:00z"`:                nil, // RFC 3339, section 5.6
		use + `,"exp":"2026-05-31T23:59:59.999Z"`:            discovery.ErrKeyExpired,
		use + `,"exp":"2026-05-31t23:59:59z"`:                discovery.ErrKeyExpired,
		use + `,"exp":"2027-01-01"`:                          discovery.ErrKeyExpired,
		use + `,"exp":"2027-01-01T0:00:00Z"`:                 discovery.ErrKeyExpired,
		use + `,"exp":"2027-01-01T00:00:00,5Z"`:              discovery.ErrKeyExpired,
		use + `,"exp":"2027-01-01T00:00:00+24:00"`:           discovery.ErrKeyExpired,
		use + `,"exp":"2027-01-01 00:00:00Z"`:                discovery.ErrKeyExpired,
		use + `,"exp":""`:                                    discovery.ErrKeyExpired,
		use + `,"key_ops":["sign","verify"],"x5c":["AAAA"]`:  nil,
		use + `,"key_ops":["sign"]`:                          discovery.ErrNoKey,
		use + `,"key_ops":[]`:                                discovery.ErrNoKey,
		`"use":"enc"`:                                        discovery.ErrNoKey,
		`"use":"","exp":null`:                                discovery.ErrNoKey,
		`"use":"enc","exp":"2020-01-01T00:00:00Z"`:           discovery.ErrKeyExpired, // as peers, which look at the expiry first
	} {
		d, err := discovery.Parse([]byte(document(strings.Replace(strings.Replace(key, `,"key_ops":["verify"]`, "", 1), use, replacement, 1), agent, "")))
		if err != nil {
			t.Errorf("%s: %v", replacement, err)
			continue
		}
		got, err := d.VerifyingKey(d.Keys[0].Kid, time.Date(2026, 6, 1, 0, 0, 0, 999, time.UTC))
		if !errors.Is(err, want) || (want == nil) != (got.Public != nil) {
			t.Errorf("%s: key %v, error %v, want %v", replacement, got, err, want)
		}
	}
}
