package ident_test

import (
	"fmt"
	"testing"

	"github.com/google/uuid"

	"github.com/symbi-ctl/symbi-ctl/internal/ident"
)

func Example() {
	fmt.Println(ident.Valid("00000000-0000-4000-8000-00000000000A"), ident.Valid("{00000000-0000-4000-8000-00000000000a}"))
	// Output: true false
}

// FuzzValid: of 36 characters exactly those are valid that a library takes.
func FuzzValid(f *testing.F) {
	for text, want := range map[string]bool{
		"00000000-0000-4000-8000-00000000000a":          true,
		"00000000-0000-4000-8000-00000000000A":          true,
		"00000000-0000-0000-0000-000000000000":          true,
		"000000000000400080000000000000a":               false,
		"00000000000040008000000000000000000a":          false,
		"00000000-0000-4000-8000-00000000000":           false,
		"00000000-0000-4000-8000-00000000000g":          false,
		"00000000-0000-4000-8000-0000000000-a":          false,
		"00000000_0000_4000_8000_00000000000a":          false,
		"../00000-0000-4000-8000-00000000000a":          false,
		"{00000000-0000-4000-8000-00000000000a}":        false,
		"urn:uuid:00000000-0000-4000-8000-00000000000a": false,
		"": false,
	} {
		if got := ident.Valid(text); got != want {
			f.Errorf("Valid(%q) = %v", text, got)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if got, want := ident.Valid(text), len(text) == 36 && uuid.Validate(text) == nil; got != want {
			t.Errorf("Valid(%q) = %v", text, got)
		}
	})
}
