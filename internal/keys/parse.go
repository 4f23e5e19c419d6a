package keys

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/symbi-ctl/symbi-ctl/internal/strictjson"
)

// Key is what a file may hold: a public key, and its private half when that is
// what the file holds.
type Key struct {
	Public  *ecdsa.PublicKey
	Private *ecdsa.PrivateKey // nil for a public key
	Kid     string            // the name that a JWK gives itself, else ""
	Exp     *string           // the expiry that a JWK gives itself, RFC 3339, else nil
}

// Parse reads whatever holds keys: PKCS#8, SEC1, encrypted PKCS#8, SPKI, a
// public JWK, or a JWK Set, which may hold several. Text around a PEM block is
// ignored, as everybody does; a second block is not.
func Parse(data []byte, passphrase Passphrase) ([]Key, error) {
	if len(data) > Max {
		return nil, fmt.Errorf("more than %d bytes", Max)
	}
	if isJSON(data) {
		return parseJSON(data)
	}
	block, err := onlyBlock(data)
	if err != nil {
		return nil, err
	}
	if block.Type == typePublic {
		public, err := parseSPKI(block.Bytes)
		if err != nil {
			return nil, err
		}
		return []Key{{Public: public}}, nil
	}
	private, err := parsePrivateBlock(block, passphrase)
	if err != nil {
		return nil, err
	}
	return []Key{{Public: &private.PublicKey, Private: private}}, nil
}

// ParsePrivate reads the one private key that data holds.
func ParsePrivate(data []byte, passphrase Passphrase) (*ecdsa.PrivateKey, error) {
	k, err := parseOne(data, passphrase)
	switch {
	case err != nil:
		return nil, err
	case k.Private == nil:
		return nil, errors.New("a public key where a private key is wanted")
	}
	return k.Private, nil
}

// ParsePublic reads the one public key that data holds. A private key is
// refused, so that nobody hands one around by mistake.
func ParsePublic(data []byte) (Key, error) {
	k, err := parseOne(data, nil)
	switch {
	case errors.Is(err, ErrPassphraseNeeded) || err == nil && k.Private != nil:
		return Key{}, errors.New("a private key where a public key is wanted")
	case err != nil:
		return Key{}, err
	}
	return k, nil
}

func parseOne(data []byte, passphrase Passphrase) (Key, error) {
	all, err := Parse(data, passphrase)
	if err != nil {
		return Key{}, err
	}
	if len(all) != 1 {
		return Key{}, fmt.Errorf("%d keys where one is wanted", len(all))
	}
	return all[0], nil
}

func isJSON(data []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n"), []byte("{"))
}

func parseJSON(data []byte) ([]Key, error) {
	v, err := strictjson.Parse(data, strictjson.Options{MaxBytes: Max})
	if err != nil {
		return nil, fmt.Errorf("parse JWK: %w", err)
	}
	set, isSet := []JWK{}, false
	err = v.Read(strictjson.Options{}, func(r *strictjson.Reader) {
		if isSet = r.Has("keys"); isSet {
			r.Objects("keys", func(r *strictjson.Reader) { set = append(set, ReadJWK(r)) })
		}
	})
	if err == nil && !isSet {
		err = v.Read(strictjson.Options{}, func(r *strictjson.Reader) { set = append(set, ReadJWK(r)) })
	}
	if err != nil {
		return nil, fmt.Errorf("parse JWK: %w", err)
	}
	out := make([]Key, len(set))
	for i, jwk := range set {
		public, err := jwk.PublicKey()
		if err != nil {
			return nil, fmt.Errorf("parse JWK %q: %w", jwk.Kid, err)
		}
		out[i] = Key{Public: public, Kid: jwk.Kid, Exp: jwk.Exp}
	}
	return out, nil
}

// onlyBlock returns the PEM block that holds the key, without the curve that
// openssl puts in front of it.
func onlyBlock(data []byte) (*pem.Block, error) {
	block, rest := pem.Decode(data)
	if block != nil && block.Type == typeCurve {
		block, rest = pem.Decode(rest)
	}
	if block == nil {
		return nil, errors.New("no key in PEM or JWK form")
	}
	if second, _ := pem.Decode(rest); second != nil {
		return nil, fmt.Errorf("a second PEM block %q follows the key", second.Type)
	}
	return block, nil
}

func parsePrivateBlock(block *pem.Block, passphrase Passphrase) (*ecdsa.PrivateKey, error) {
	if block.Headers["DEK-Info"] != "" {
		return nil, &ConvertError{"encrypted in the old way of OpenSSL, which is weak", encryptAnew}
	}
	switch block.Type {
	case typePrivate:
		return parsePKCS8(block.Bytes)
	case typeEncrypted:
		if passphrase == nil {
			return nil, ErrPassphraseNeeded
		}
		return decryptPKCS8(block.Bytes, passphrase)
	case typeSEC1:
		return parseSEC1(block.Bytes)
	case "CERTIFICATE":
		return nil, &ConvertError{"a certificate", fromCertificate}
	case "OPENSSH PRIVATE KEY":
		return nil, &ConvertError{"a key of OpenSSH", fromOpenSSH}
	case "RSA PRIVATE KEY", "DSA PRIVATE KEY", "RSA PUBLIC KEY":
		return nil, fmt.Errorf("a PEM block %q: %w", block.Type, ErrUnsupported)
	}
	return nil, fmt.Errorf("a PEM block %q: want a private or public key", block.Type)
}

func parseSEC1(der []byte) (*ecdsa.PrivateKey, error) {
	var parts []asn1.RawValue
	if err := unmarshal(der, &parts); err != nil {
		return nil, fmt.Errorf("parse SEC1 key: %w", err)
	}
	for _, p := range parts {
		var curve asn1.RawValue
		if _, err := asn1.Unmarshal(p.Bytes, &curve); err == nil && p.Class == asn1.ClassContextSpecific && p.Tag == 0 && explicit(curve) {
			return nil, &ConvertError{"a key with explicit curve parameters", namePrivate}
		}
	}
	key, err := x509.ParseECPrivateKey(der)
	if err != nil {
		return nil, fmt.Errorf("parse SEC1 key: %w: %w", ErrUnsupported, err)
	}
	return onP256(key)
}

func parsePKCS8(der []byte) (*ecdsa.PrivateKey, error) {
	var outer struct {
		Version   int
		Algorithm algorithm
		Key       []byte
		Rest      asn1.RawValue `asn1:"optional"`
	}
	if err := unmarshal(der, &outer); err != nil {
		return nil, fmt.Errorf("parse PKCS#8 key: %w", err)
	}
	if err := outer.Algorithm.check(namePrivate); err != nil {
		return nil, err
	}
	key, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, fmt.Errorf("parse PKCS#8 key: %w", err)
	}
	private, ok := key.(*ecdsa.PrivateKey)
	if !ok {
		return nil, ErrUnsupported
	}
	return onP256(private)
}

// unmarshal reads all of der, where the standard library's readers of private
// keys do not mind what follows.
func unmarshal(der []byte, into any) error {
	rest, err := asn1.Unmarshal(der, into)
	if err == nil && len(rest) > 0 {
		err = errors.New("something follows the key")
	}
	return err
}

func parseSPKI(der []byte) (*ecdsa.PublicKey, error) {
	var outer struct {
		Algorithm algorithm
		Key       asn1.BitString
	}
	if err := unmarshal(der, &outer); err != nil {
		return nil, fmt.Errorf("parse SPKI key: %w", err)
	}
	if err := outer.Algorithm.check(namePublic); err != nil {
		return nil, err
	}
	if b := outer.Key.Bytes; len(b) > 0 && (b[0] == 2 || b[0] == 3) {
		return nil, &ConvertError{"a compressed point, for which peers have different ids", namePublic}
	}
	key, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return nil, fmt.Errorf("parse SPKI key: %w", err)
	}
	public, ok := key.(*ecdsa.PublicKey)
	if !ok || public.Curve != elliptic.P256() {
		return nil, ErrUnsupported
	}
	return public, nil
}

func onP256(key *ecdsa.PrivateKey) (*ecdsa.PrivateKey, error) {
	if key.Curve != elliptic.P256() {
		return nil, fmt.Errorf("a key on %s: %w", key.Curve.Params().Name, ErrUnsupported)
	}
	return key, nil
}

// algorithm is an AlgorithmIdentifier of X.509.
type algorithm struct {
	OID        asn1.ObjectIdentifier
	Parameters asn1.RawValue `asn1:"optional"`
}

// check refuses everything but id-ecPublicKey with the named curve P-256, and
// says what the key is instead. Convert is the command that names the curve.
func (a algorithm) check(convert string) error {
	if !a.OID.Equal(asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1}) {
		return fmt.Errorf("%s: %w", nameOf(a.OID, "a key of algorithm "), ErrUnsupported)
	}
	var curve asn1.ObjectIdentifier
	if explicit(a.Parameters) {
		return &ConvertError{"a key with explicit curve parameters", convert}
	}
	if _, err := asn1.Unmarshal(a.Parameters.FullBytes, &curve); err != nil {
		return fmt.Errorf("a key without the name of a curve: %w", ErrUnsupported)
	}
	if !curve.Equal(asn1.ObjectIdentifier{1, 2, 840, 10045, 3, 1, 7}) {
		return fmt.Errorf("%s: %w", nameOf(curve, "a key on curve "), ErrUnsupported)
	}
	return nil
}

func nameOf(oid asn1.ObjectIdentifier, other string) string {
	switch oid.String() {
	case "1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10":
		return "an RSA key"
	case "1.2.840.10040.4.1":
		return "a DSA key"
	case "1.3.101.110", "1.3.101.111":
		return "an X25519 or X448 key"
	case "1.3.101.112", "1.3.101.113":
		return "an Ed25519 or Ed448 key"
	case "1.3.132.0.10":
		return "a key on secp256k1"
	case "1.3.132.0.33":
		return "a key on P-224"
	case "1.3.132.0.34":
		return "a key on P-384"
	case "1.3.132.0.35":
		return "a key on P-521"
	}
	return other + oid.String()
}
