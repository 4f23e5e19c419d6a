package config

import (
	"crypto/subtle"
	"fmt"
	"io"
	"log/slog"
)

// Secret holds a value that must not be printed. It shows as "[set]", or as
// nothing when it is empty, whichever way it is printed or encoded. The zero
// value is empty.
type Secret struct {
	text *string // a pointer, because fmt prints the fields of unexported fields
}

// NewSecret wraps text.
func NewSecret(text string) Secret { return Secret{text: &text} }

// Reveal returns the value itself.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// Equal compares in constant time, as far as the lengths agree.
func (s Secret) Equal(other Secret) bool {
	return subtle.ConstantTimeCompare([]byte(s.Reveal()), []byte(other.Reveal())) == 1
}

// IsZero reports whether the secret is empty.
func (s Secret) IsZero() bool { return s.Reveal() == "" }

// String returns "[set]" or "".
func (s Secret) String() string {
	if s.IsZero() {
		return ""
	}
	return "[set]"
}

// GoString is String.
func (s Secret) GoString() string { return s.String() }

// Format writes String for every verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// MarshalText encodes String, for every text encoding and for JSON.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalYAML encodes String.
func (s Secret) MarshalYAML() (any, error) { return s.String(), nil }

// LogValue logs String.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
