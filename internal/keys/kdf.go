package keys

import (
	"crypto/pbkdf2"
	"crypto/sha1" //nolint:gosec // only to read keys that others encrypted
	"crypto/sha256"
	"crypto/sha512"
	"encoding/asn1"
	"fmt"
	"hash"

	"golang.org/x/crypto/scrypt"
)

const (
	saltSize = 16
	keySize  = 32 // AES-256

	// writtenRounds is what OWASP asks of PBKDF2 with HMAC-SHA256.
	writtenRounds = 600_000
	// mostRounds keeps a hostile file from holding a processor for minutes.
	mostRounds = 10_000_000
	// mostBlocks keeps scrypt from taking more than 128 MiB, and mostLanes it
	// from taking them for minutes. Openssl takes 1/8 and 1/16 of that.
	mostBlocks = 1 << 20
	mostLanes  = 16
)

// kdf says how a key is made of a passphrase: PBKDF2 of RFC 8018 or scrypt of
// RFC 7914.
type kdf struct {
	OID    asn1.ObjectIdentifier
	Params asn1.RawValue
}

type pbkdf2Params struct {
	Salt   []byte
	Rounds int
	Length int       `asn1:"optional"`
	PRF    algorithm `asn1:"optional"`
}

type scryptParams struct {
	Salt    []byte
	N, R, P int
	Length  int `asn1:"optional"`
}

func oidPBKDF2() asn1.ObjectIdentifier { return asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 12} }
func oidScrypt() asn1.ObjectIdentifier { return asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 11591, 4, 11} }
func oidSHA256() asn1.ObjectIdentifier { return asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 9} }

// newPBKDF2 returns what is written: HMAC-SHA256 and as many rounds as keep
// somebody who guesses busy.
func newPBKDF2(salt []byte) (kdf, error) {
	params, err := asn1.Marshal(pbkdf2Params{Salt: salt, Rounds: writtenRounds, PRF: algorithm{OID: oidSHA256(), Parameters: asn1.NullRawValue}})
	if err != nil {
		return kdf{}, err
	}
	return kdf{OID: oidPBKDF2(), Params: asn1.RawValue{FullBytes: params}}, nil
}

// derive makes the key of a cipher that wants size bytes.
func (k kdf) derive(passphrase []byte, size int) ([]byte, error) {
	switch {
	case k.OID.Equal(oidPBKDF2()):
		return k.pbkdf2(passphrase, size)
	case k.OID.Equal(oidScrypt()):
		return k.scrypt(passphrase, size)
	}
	return nil, &ConvertError{fmt.Sprintf("its key is derived with %v, where PBKDF2 or scrypt is wanted", k.OID), encryptAnew}
}

func (k kdf) pbkdf2(passphrase []byte, size int) ([]byte, error) {
	var p pbkdf2Params
	if _, err := asn1.Unmarshal(k.Params.FullBytes, &p); err != nil {
		return nil, fmt.Errorf("parse PBKDF2 parameters: %w", err)
	}
	if p.Rounds < 1 || p.Rounds > mostRounds || p.Length != 0 && p.Length != size {
		return nil, fmt.Errorf("PBKDF2 with %d rounds and %d bytes is not allowed", p.Rounds, p.Length)
	}
	prf, err := p.PRF.hmac()
	if err != nil {
		return nil, err
	}
	return pbkdf2.Key(prf, string(passphrase), p.Salt, p.Rounds, size)
}

func (k kdf) scrypt(passphrase []byte, size int) ([]byte, error) {
	var p scryptParams
	if _, err := asn1.Unmarshal(k.Params.FullBytes, &p); err != nil {
		return nil, fmt.Errorf("parse scrypt parameters: %w", err)
	}
	if min(p.N, p.R, p.P) < 1 || p.N > mostBlocks/p.R || p.P > mostLanes || p.Length != 0 && p.Length != size {
		return nil, fmt.Errorf("scrypt with N=%d, r=%d, p=%d and %d bytes is not allowed", p.N, p.R, p.P, p.Length)
	}
	return scrypt.Key(passphrase, p.Salt, p.N, p.R, p.P, size)
}

// hmac returns the hash under the HMAC that an algorithm names. Absent, it is
// SHA-1, which is what openssl 1.0 wrote and is no weakness here.
func (a algorithm) hmac() (func() hash.Hash, error) {
	switch a.OID.String() {
	case "", "1.2.840.113549.2.7":
		return sha1.New, nil
	case "1.2.840.113549.2.8":
		return sha256.New224, nil
	case "1.2.840.113549.2.9":
		return sha256.New, nil
	case "1.2.840.113549.2.10":
		return sha512.New384, nil
	case "1.2.840.113549.2.11":
		return sha512.New, nil
	case "1.2.840.113549.2.12":
		return sha512.New512_224, nil
	case "1.2.840.113549.2.13":
		return sha512.New512_256, nil
	}
	return nil, &ConvertError{"PBKDF2 without HMAC-SHA1 or one of HMAC-SHA2", encryptAnew}
}
