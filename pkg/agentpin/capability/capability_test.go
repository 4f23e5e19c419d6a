package capability_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/capability"
)

func TestMatches(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		declared, requested string
		want                bool
	}{
		{"read:*", "read:codebase", true},
		{"read:*", "read:*", true},
		{"read:*", "read:*.secret", true},
		{"read:codebase", "read:codebase", true},
		{"read:codebase", "read:codebase.github.com/org/repo", true},
		{"read:codebase", "read:codebase.", true},
		{"com.acme.scan:host", "com.acme.scan:host", true},
		{"admin:keys", "admin:keys", true},
		{"admin:keys", "admin:keys.rotate", true},
		{"delete:*", "delete:db", true},
		{"read:a:b", "read:a:b", true},

		{"read:codebase", "read:*", false},
		{"read:codebase", "read:codebase_other", false},
		{"read:codebase.x", "read:codebase", false},
		{"read:*", "write:report", false},
		{"*", "read:x", false},
		{"*:*", "read:x", false},
		{"read", "read", false},
		{"read:*", "read:", false},
		{"read:", "read:.x", false},
		{"read:", "read:", false},
		{":x", ":x", false},
		{"read:a", "read:a:b", false},
		{"READ:x", "read:x", false},
		{"read:*", " read:x", false},
		{"read:data.*", "read:data.x", false},
		{"admin:*", "admin:keys", false},
		{"admin:*", "admin:*", false},
		{"admin:*", "admin:*.x", false},
		{"admin:keys", "admin:*", false},
		{"read:.x", "read:.x.y", true},
		{"read:a..b", "read:a..b.c", true},
		{"read:*.x", "read:*.x.y", true},
	} {
		if got := capability.Matches(tc.declared, tc.requested); got != tc.want {
			t.Errorf("Matches(%q, %q) = %v, want %v", tc.declared, tc.requested, got, tc.want)
		}
	}
}

func TestExcess(t *testing.T) {
	t.Parallel()
	declared := []string{"read:*", "write:report"}
	if diff := cmp.Diff([]string(nil), capability.Excess(declared, []string{"read:x", "write:report"})); diff != "" {
		t.Errorf("covered (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"write:other", "x"}, capability.Excess(declared, []string{"write:other", "read:y", "x"})); diff != "" {
		t.Errorf("in excess (-want +got):\n%s", diff)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for _, c := range []string{"read:*", "read:codebase.github.com/org/repo", "com.acme.scan:x", "x-y2:a:b", "delete:x", "admin:keys"} {
		if err := capability.Check(c); err != nil {
			t.Errorf("%s: %v", c, err)
		}
	}
	long := "read:" + string(make([]byte, 300))
	for c, want := range map[string]string{
		"nonsense":  `capability "nonsense": want action:resource`,
		"read:":     `capability "read:": want action:resource`,
		":x":        `capability ":x": want action:resource`,
		"admin:*":   `capability "admin:*": admin has to name what it administers`,
		"Read:x":    `capability "Read:x": want an action of lower-case letters, digits, hyphens and points`,
		"2read:x":   `capability "2read:x": want an action of lower-case letters, digits, hyphens and points`,
		"com..x:y":  `capability "com..x:y": want an action of lower-case letters, digits, hyphens and points`,
		"read:a,b":  `capability "read:a,b": want a resource of printable ASCII without blanks, commas, quotes, < > & and backslash`,
		"read:a b":  `capability "read:a b": want a resource of printable ASCII without blanks, commas, quotes, < > & and backslash`,
		"read:<x>":  `capability "read:<x>": want a resource of printable ASCII without blanks, commas, quotes, < > & and backslash`,
		"read:café": `capability "read:café": want a resource of printable ASCII without blanks, commas, quotes, < > & and backslash`,
		long:        `capability "read:\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"…: longer than 256 bytes`,
	} {
		err := capability.Check(c)
		if err == nil || err.Error() != want {
			t.Errorf("%.20q: error %v, want %s", c, err, want)
		}
	}
}

func TestHashes(t *testing.T) {
	t.Parallel()
	const want = "eff1f6d0f4236cd63ccd3e9d5a56d8ad93fee0078d1110bafdabd312e839898a"
	set := []string{"write:report", "read:codebase"}
	if got := capability.Hash(set); got != want {
		t.Errorf("Hash = %s, want %s", got, want)
	}
	if diff := cmp.Diff([]string{"write:report", "read:codebase"}, set); diff != "" {
		t.Errorf("the set was sorted in place:\n%s", diff)
	}
	if n := len(capability.Hashes(set)); n != 1 {
		t.Errorf("%d hashes of an ASCII set, want 1", n)
	}
	if n := len(capability.Hashes([]string{"read:café"})); n != 2 {
		t.Errorf("%d hashes of a set with é, want 2", n)
	}
}

// BenchmarkExcessHostile has what the largest document and token can hold.
func BenchmarkExcessHostile(b *testing.B) {
	var declared []string
	for i := range 90_000 {
		declared = append(declared, fmt.Sprintf("a:%05d", i))
	}
	requested := slices.Repeat([]string{"a:89999"}, 1024)
	for b.Loop() {
		if len(capability.Excess(declared, requested)) > 0 {
			b.Fatal("a declared capability is in excess")
		}
	}
}

func ExampleMatches() {
	fmt.Println(capability.Matches("read:codebase", "read:codebase.github.com/org/repo"))
	fmt.Println(capability.Matches("admin:*", "admin:keys"))
	// Output:
	// true
	// false
}

func ExampleExcess() {
	fmt.Println(capability.Excess([]string{"read:*"}, []string{"read:data", "write:report"}))
	// Output: [write:report]
}

func ExampleHash() {
	fmt.Println(capability.Hash(nil))
	// Output: 4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945
}
