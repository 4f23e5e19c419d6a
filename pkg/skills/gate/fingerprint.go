package gate

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
)

// Fingerprint names a finding so that it is found again after lines have moved:
// a SHA-256, in hex, of the rule's id, the slash path, the matched text with
// every run of white space as one blank, and nth, which counts from 0 the equal
// findings of a file. It holds no line number. For a rule that matches secrets,
// pass an empty text: the hash of a short secret gives it away.
func Fingerprint(rule, path, matched string, nth int) string {
	h := sha256.New()
	fmt.Fprintf(h, "symbi/v1\x00%s\x00%s\x00%d\x00", rule, path, nth)
	_, _ = io.WriteString(h, strings.Join(strings.Fields(matched), " ")) // a hash takes everything
	return hex.EncodeToString(h.Sum(nil))
}
