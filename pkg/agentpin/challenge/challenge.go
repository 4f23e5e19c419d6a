// Package challenge lets two sides prove to each other that they hold their
// keys: one makes a [New] challenge, the other answers it with [Respond], and
// [Challenge.Verify] judges the answer. [Seen] remembers answers on disk.
//
// It promises that only the text of a nonce is ever signed: a nonce that could
// be part of a credential or an attestation is refused. It refuses what peers
// do not look at: the wrong type, a nonce that is too short, and a time that
// lies in the future or cannot be read.
package challenge

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"time"

	"github.com/symbi-ctl/symbi-ctl/internal/keys"
	"github.com/symbi-ctl/symbi-ctl/internal/strictjson"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
)

const (
	// MaxAge is how old a challenge may be when its answer is judged
	// (specification, section 7.3).
	MaxAge = 60 * time.Second
	// Skew is how far the clock of the other side may be ahead.
	Skew = 60 * time.Second
	// Max is the size up to which a challenge or response is read, in bytes.
	Max = 128 << 10

	typeChallenge = "agentpin-challenge"
	typeResponse  = "agentpin-response"
	nonceSize     = 16 // bytes
	maxNonceSize  = 64
)

// Challenge is what one side sends.
type Challenge struct {
	Type               string  `json:"type"`
	Nonce              string  `json:"nonce"` // base64url
	Timestamp          string  `json:"timestamp"`
	VerifierCredential *string `json:"verifier_credential,omitempty"` // a token of the sender
}

// Response is what the other side answers.
type Response struct {
	Type      string `json:"type"`
	Nonce     string `json:"nonce"`
	Signature string `json:"signature"` // over the text of the nonce, DER in standard base64
	Kid       string `json:"kid"`
}

// New returns a challenge with a fresh nonce. The credential is the sender's
// token, "" for none.
func New(now time.Time, credential string) (Challenge, error) {
	nonce := make([]byte, nonceSize)
	if _, err := rand.Read(nonce); err != nil {
		return Challenge{}, fmt.Errorf("make challenge: %w", err)
	}
	c := Challenge{Type: typeChallenge, Nonce: base64.RawURLEncoding.EncodeToString(nonce), Timestamp: now.UTC().Format(discovery.TimeFormat)}
	if credential != "" {
		c.VerifierCredential = &credential
	}
	return c, nil
}

// Parse reads a challenge.
func Parse(data []byte) (Challenge, error) {
	var c Challenge
	err := strictjson.ReadObject(data, strictjson.Options{MaxBytes: Max}, func(r *strictjson.Reader) {
		c = Challenge{r.String("type"), r.String("nonce"), r.String("timestamp"), r.OptString("verifier_credential")}
	})
	if err != nil {
		return Challenge{}, fmt.Errorf("parse challenge: %w", err)
	}
	return c, nil
}

// ParseResponse reads a response.
func ParseResponse(data []byte) (Response, error) {
	var a Response
	err := strictjson.ReadObject(data, strictjson.Options{MaxBytes: Max}, func(r *strictjson.Reader) {
		a = Response{r.String("type"), r.String("nonce"), r.String("signature"), r.String("kid")}
	})
	if err != nil {
		return Response{}, fmt.Errorf("parse response: %w", err)
	}
	return a, nil
}

// Reason says why something is refused.
type Reason string

// The reasons.
const (
	WrongType     Reason = "wrong_type"
	WeakNonce     Reason = "weak_nonce"
	NonceMismatch Reason = "nonce_mismatch"
	BadTime       Reason = "bad_time"
	InFuture      Reason = "in_future"
	Expired       Reason = "expired"
	BadSignature  Reason = "bad_signature"
	AlreadyUsed   Reason = "already_used"
	WrongKey      Reason = "wrong_key" // the kid names another key
)

// Verdict is the judgement of a response. Message is for people.
type Verdict struct {
	Valid   bool   `json:"valid"`
	Reason  Reason `json:"reason,omitempty"`
	Message string `json:"message,omitempty"`
}

func refuse(r Reason, format string, args ...any) Verdict {
	return Verdict{Reason: r, Message: fmt.Sprintf(format, args...)}
}

// Respond answers a challenge with a key whose name is kid. It refuses to sign
// what is no challenge of this moment.
func Respond(key crypto.Signer, kid string, c Challenge, now time.Time) (Response, error) {
	if v := c.Check(now); v.Reason != "" {
		return Response{}, fmt.Errorf("challenge refused: %s", v.Message)
	}
	signature, err := keys.SignDetached(key, []byte(c.Nonce))
	if err != nil {
		return Response{}, fmt.Errorf("answer challenge: %w", err)
	}
	return Response{typeResponse, c.Nonce, signature, kid}, nil
}

// Check judges a challenge by itself. Valid is false all the same: only a
// response can be valid.
func (c Challenge) Check(now time.Time) Verdict {
	if c.Type != typeChallenge {
		return refuse(WrongType, "the type %q is not %s", c.Type, typeChallenge)
	}
	nonce, err := keys.DecodeBase64URL(c.Nonce)
	if err != nil || len(nonce) < nonceSize || len(nonce) > maxNonceSize {
		return refuse(WeakNonce, "the nonce is not base64url of %d to %d bytes", nonceSize, maxNonceSize)
	}
	at, err := discovery.ParseTime(c.Timestamp)
	switch age := now.Sub(at); {
	case err != nil:
		return refuse(BadTime, "the time %v", err)
	case age < -Skew:
		return refuse(InFuture, "the challenge was made in the future, at %s", c.Timestamp)
	case age > MaxAge:
		return refuse(Expired, "the challenge is %v old, more than %v", age.Round(time.Second), MaxAge)
	}
	return Verdict{}
}

// Verify judges the response to a challenge by the holder of a key.
func (c Challenge) Verify(a Response, public *ecdsa.PublicKey, now time.Time) Verdict {
	if v := c.Check(now); v.Reason != "" {
		return v
	}
	switch {
	case a.Type != typeResponse:
		return refuse(WrongType, "the type %q is not %s", a.Type, typeResponse)
	case a.Nonce != c.Nonce:
		return refuse(NonceMismatch, "the response is for another challenge")
	case !keys.VerifyDetached(public, []byte(c.Nonce), a.Signature):
		return refuse(BadSignature, "the signature does not verify")
	}
	return Verdict{Valid: true}
}
