package agentpin

import (
	"encoding/base64"
	"encoding/json"
	"fmt"

	"github.com/symbi-ctl/symbi-ctl/internal/keys"
)

// Inspection is a token taken apart. Nothing of it was verified.
type Inspection struct {
	Verified  bool            `json:"verified"` // always false
	Header    json.RawMessage `json:"header"`
	Payload   json.RawMessage `json:"payload"`
	Signature string          `json:"signature_form"`
	Refusal   string          `json:"refusal,omitempty"` // why every verifier refuses its form

	Credential *Credential `json:"-"` // nil when there is a Refusal
}

// Inspect takes apart whatever has three parts and JSON in the first two, also
// what a verifier refuses.
func Inspect(token string) (Inspection, error) {
	if len(token) > MaxToken {
		return Inspection{}, fmt.Errorf("inspect token: %d bytes, more than %d", len(token), MaxToken)
	}
	parts, err := split(token)
	if err != nil {
		return Inspection{}, fmt.Errorf("inspect token: %w", err)
	}
	var out Inspection
	for i, into := range []*json.RawMessage{&out.Header, &out.Payload} {
		text, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil {
			return Inspection{}, fmt.Errorf("inspect token: part %d is not base64url", i+1)
		}
		if !json.Valid(text) {
			return Inspection{}, fmt.Errorf("inspect token: part %d is not JSON", i+1)
		}
		*into = text
	}
	out.Signature = signatureForm(parts[2])
	if out.Credential, err = Parse(token); err != nil {
		out.Refusal = err.Error()
	}
	return out, nil
}

// signatureForm says what a signature looks like.
func signatureForm(text string) string {
	raw, err := keys.DecodeBase64URL(text)
	switch {
	case err != nil:
		return "not base64url"
	case len(raw) == 0:
		return "none"
	case len(raw) == rawSignatureSize:
		return "64 bytes: standard JOSE, not AgentPin"
	case raw[0] == 0x30:
		return fmt.Sprintf("DER, %d bytes", len(raw))
	}
	return fmt.Sprintf("unknown, %d bytes", len(raw))
}
