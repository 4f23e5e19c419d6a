package rotation_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/revocation"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/rotation"
)

func now() time.Time { return time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC) }

func TestRotation(t *testing.T) {
	t.Parallel()
	old, err := rotation.Prepare("old")
	if err != nil {
		t.Fatal(err)
	}
	plan, err := rotation.Prepare("")
	if err != nil {
		t.Fatal(err)
	}
	if len(plan.Key.Kid) != 64 {
		t.Errorf("kid %q is no hash", plan.Key.Kid)
	}
	d := discovery.New("example.com", discovery.Maker, now().AddDate(0, -1, 0))
	d.Agents = []discovery.Agent{{ID: "a", CredentialTTLMax: new(int64(600))}, {ID: "b", CredentialTTLMax: new(int64(3600))}}
	revoked := revocation.New("example.com", now())
	complete := func(kid, reason string, after time.Duration, early bool) error {
		return rotation.Complete(d, revoked, rotation.Completion{Kid: kid, Reason: reason, Now: now().Add(after), Skew: time.Minute, Early: early})
	}
	for _, step := range []struct {
		name string
		err  error
		is   error
	}{
		{"first key", rotation.Apply(d, old.Key, now()), nil},
		{"the only key", complete("old", "superseded", 0, true), rotation.ErrLastKey},
		{"second key", rotation.Apply(d, plan.Key, now()), nil},
		{"same key", rotation.Apply(d, plan.Key, now()), rotation.ErrKnownKey},
		{"same kid", rotation.Apply(d, discovery.Key{Kid: "old"}, now()), rotation.ErrKnownKey},
		{"too early", complete("old", "superseded", time.Hour, false), rotation.ErrTooEarly},
		{"no such key", complete("older", "superseded", 0, true), rotation.ErrNoKey},
		{"in time", complete("old", "superseded", time.Hour+time.Minute, false), nil},
	} {
		if !errors.Is(step.err, step.is) {
			t.Errorf("%s: error %v, want %v", step.name, step.err, step.is)
		}
	}
	if _, found := revoked.Find(revocation.Key, "old"); !found || len(d.Keys) != 1 || d.Keys[0].Kid != plan.Key.Kid {
		t.Errorf("revoked %v, keys %v", found, d.Keys)
	}
	if d.UpdatedAt != "2026-06-01T01:01:00+00:00" {
		t.Errorf("updated at %s", d.UpdatedAt)
	}
}

func TestApplyRefusesUnusableKeys(t *testing.T) {
	t.Parallel()
	d := discovery.New("example.com", discovery.Maker, now())
	if err := rotation.Apply(d, discovery.Key{Kid: "x", Kty: "RSA"}, now()); err == nil || len(d.Keys) > 0 {
		t.Errorf("error %v, keys %v", err, d.Keys)
	}
}

func TestCompleteKeepsTheKeyWhenItCannotBeRevoked(t *testing.T) {
	t.Parallel()
	d := discovery.New("example.com", discovery.Maker, now())
	d.Keys = []discovery.Key{{Kid: "old"}, {Kid: "new"}}
	for entity, reason := range map[string]string{"example.com": "bored", "example.org": "superseded"} {
		revoked := revocation.New(entity, now())
		err := rotation.Complete(d, revoked, rotation.Completion{Kid: "old", Reason: reason, Now: now(), Early: true})
		if err == nil || len(d.Keys) != 2 || len(revoked.Entries()) > 0 {
			t.Errorf("%s, %s: error %v, keys %v", entity, reason, err, d.Keys)
		}
	}
}

func TestDue(t *testing.T) {
	t.Parallel()
	d := discovery.New("example.com", discovery.Maker, now())
	d.Agents = []discovery.Agent{{}}
	if got := rotation.Due(d, 0); !got.Equal(now().Add(24 * time.Hour)) {
		t.Errorf("due at %v", got)
	}
	d.UpdatedAt = "?"
	if got := rotation.Due(d, 0); !got.IsZero() {
		t.Errorf("due at %v", got)
	}
}

func Example() {
	d := discovery.New("example.com", discovery.Maker, now())
	for _, kid := range []string{"2026-01", "2026-02"} {
		plan, err := rotation.Prepare(kid)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(rotation.Apply(d, plan.Key, now()))
	}
	err := rotation.Complete(d, revocation.New("example.com", now()), rotation.Completion{Kid: "2026-01", Reason: "superseded", Now: now(), Skew: time.Minute})
	fmt.Println(err)
	// Output:
	// <nil>
	// <nil>
	// drop key "2026-01": credentials signed with the old key may be alive until 2026-06-01T00:01:00Z
}
