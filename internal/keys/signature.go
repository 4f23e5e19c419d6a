package keys

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
)

// PublicOf returns the public half of a signer, or [ErrUnsupported] when that
// is no ECDSA key on P-256.
func PublicOf(key crypto.Signer) (*ecdsa.PublicKey, error) {
	public, ok := key.Public().(*ecdsa.PublicKey)
	if !ok || public.Curve != elliptic.P256() {
		return nil, ErrUnsupported
	}
	return public, nil
}

// SignDetached signs message with ECDSA over its SHA-256 and returns the DER
// form in padded standard base64, which every peer reads.
func SignDetached(key crypto.Signer, message []byte) (string, error) {
	if _, err := PublicOf(key); err != nil {
		return "", fmt.Errorf("sign: %w", err)
	}
	digest := sha256.Sum256(message)
	der, err := key.Sign(rand.Reader, digest[:], crypto.SHA256)
	if err != nil {
		return "", fmt.Errorf("sign: %w", err)
	}
	return base64.StdEncoding.EncodeToString(der), nil
}

// VerifyDetached reports whether text is a signature of message by the key: DER
// in base64 of either alphabet, padded or not, without blanks.
func VerifyDetached(public *ecdsa.PublicKey, message []byte, text string) bool {
	der, err := decodeSignature(text)
	if err != nil {
		return false
	}
	digest := sha256.Sum256(message)
	return ecdsa.VerifyASN1(public, digest[:], der)
}

func decodeSignature(text string) ([]byte, error) {
	padded, url := strings.HasSuffix(text, "="), strings.ContainsAny(text, "-_")
	switch {
	case url && padded:
		return strict(base64.URLEncoding, text)
	case url:
		return strict(base64.RawURLEncoding, text)
	case padded:
		return strict(base64.StdEncoding, text)
	}
	return strict(base64.RawStdEncoding, text)
}

// strict decodes text with enc and accepts no other text for the same bytes:
// the standard decoder skips CR and LF even when it is strict.
func strict(enc *base64.Encoding, text string) ([]byte, error) {
	if i := strings.IndexAny(text, "\r\n"); i >= 0 {
		return nil, base64.CorruptInputError(i)
	}
	return enc.Strict().DecodeString(text)
}
