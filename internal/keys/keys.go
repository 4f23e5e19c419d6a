package keys

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
)

// Max is the size up to which key files are read, in bytes.
const Max = 1 << 20

// The types of PEM blocks.
const (
	typePrivate   = "PRIVATE KEY"           // PKCS#8
	typeEncrypted = "ENCRYPTED PRIVATE KEY" // PKCS#8 in PBES2
	typeSEC1      = "EC PRIVATE KEY"
	typeCurve     = "EC PARAMETERS" // openssl writes it in front of SEC1
	typePublic    = "PUBLIC KEY"    // SPKI
)

// What can be wrong with a key in a way a caller may act on.
var (
	ErrPassphraseNeeded = errors.New("the key is encrypted and there is no passphrase")
	ErrPassphraseWrong  = errors.New("the passphrase is wrong, or the key is damaged")
	ErrUnsupported      = errors.New("not an ECDSA key on P-256")
)

// Passphrase gives the passphrase of an encrypted key. It is called at most
// once, and only when the key is encrypted. A nil Passphrase stands for none.
type Passphrase func() ([]byte, error)

func (p Passphrase) get() ([]byte, error) {
	if p == nil {
		return nil, ErrPassphraseNeeded
	}
	secret, err := p()
	if err != nil {
		return nil, fmt.Errorf("get passphrase: %w", err)
	}
	return secret, nil
}

// Generate returns a new private key.
func Generate() (*ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("generate key: %w", err)
	}
	return key, nil
}

// EncodePrivate returns key as PKCS#8 in PEM, unencrypted.
func EncodePrivate(key *ecdsa.PrivateKey) ([]byte, error) {
	der, err := privateDER(key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: typePrivate, Bytes: der}), nil
}

func privateDER(key *ecdsa.PrivateKey) ([]byte, error) {
	if key.Curve != elliptic.P256() {
		return nil, fmt.Errorf("encode key on %s: %w", key.Curve.Params().Name, ErrUnsupported)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("encode key: %w", err)
	}
	return der, nil
}

// EncodePublic returns key as SPKI in PEM.
func EncodePublic(key *ecdsa.PublicKey) ([]byte, error) {
	der, err := spki(key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: typePublic, Bytes: der}), nil
}

func spki(key *ecdsa.PublicKey) ([]byte, error) {
	if key.Curve != elliptic.P256() {
		return nil, fmt.Errorf("encode key on %s: %w", key.Curve.Params().Name, ErrUnsupported)
	}
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return nil, fmt.Errorf("encode key: %w", err)
	}
	return der, nil
}
