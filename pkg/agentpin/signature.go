package agentpin

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"strings"

	"github.com/symbi-ctl/symbi-ctl/internal/keys"
)

// rawSignatureSize is the size of an ES256 signature as RFC 7518 has it.
const rawSignatureSize = 64

// verifySignature expects a token that [Parse] accepts. The signature is what
// AgentPin calls ES256: ECDSA on P-256 in DER, where RFC 7518 wants the two
// numbers side by side. No JOSE library has a part in it: each reads the header
// a second time and refuses values that a verifier has to ignore, such as a
// "jwk" that is no key.
func verifySignature(token string, public *ecdsa.PublicKey) error {
	dot := strings.LastIndexByte(token, '.')
	der, err := keys.DecodeBase64URL(token[dot+1:])
	if err != nil {
		return errors.New("it is not base64url")
	}
	digest := sha256.Sum256([]byte(token[:dot]))
	if !ecdsa.VerifyASN1(public, digest[:], der) {
		return errors.New("it does not verify")
	}
	return nil
}

// sign returns the signature of a token's first two parts, in DER and with the
// smaller of the two possible numbers s: every verifier takes both.
func sign(key crypto.Signer, input []byte) ([]byte, error) {
	if _, err := keys.PublicOf(key); err != nil {
		return nil, fmt.Errorf("sign credential: %w", err)
	}
	digest := sha256.Sum256(input)
	der, err := key.Sign(rand.Reader, digest[:], crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("sign credential: %w", err)
	}
	var parts struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(der, &parts); err != nil {
		return nil, fmt.Errorf("sign credential: %w", err)
	}
	order := elliptic.P256().Params().N
	if parts.S.Cmp(new(big.Int).Rsh(order, 1)) <= 0 {
		return der, nil
	}
	parts.S.Sub(order, parts.S)
	if der, err = asn1.Marshal(parts); err != nil {
		return nil, fmt.Errorf("sign credential: %w", err)
	}
	return der, nil
}
