package keys

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdsa"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"hash"
)

const (
	// writtenRounds is what OWASP asks of PBKDF2 with HMAC-SHA256.
	writtenRounds = 600_000
	// mostRounds keeps a hostile file from holding a processor for minutes.
	mostRounds = 10_000_000
	saltSize   = 16
	keySize    = 32 // AES-256
)

// encryptedKey is EncryptedPrivateKeyInfo of RFC 5958 in PBES2 of RFC 8018.
type encryptedKey struct {
	Algorithm struct {
		OID    asn1.ObjectIdentifier
		Params struct {
			KDF    kdf
			Cipher struct {
				OID asn1.ObjectIdentifier
				IV  []byte
			}
		}
	}
	Data []byte
}

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

func oidPBES2() asn1.ObjectIdentifier  { return asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 13} }
func oidPBKDF2() asn1.ObjectIdentifier { return asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 12} }
func oidAES256() asn1.ObjectIdentifier {
	return asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 42}
}
func oidSHA256() asn1.ObjectIdentifier { return asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 9} }

// EncryptPrivate returns key as PKCS#8 in PEM, encrypted with PBES2: PBKDF2
// with HMAC-SHA256 and AES-256-CBC, which openssl, Python and Node read.
func EncryptPrivate(key *ecdsa.PrivateKey, passphrase []byte) ([]byte, error) {
	if len(passphrase) == 0 {
		return nil, errors.New("encrypt key: the passphrase is empty")
	}
	plain, err := privateDER(key)
	if err != nil {
		return nil, err
	}
	fresh := make([]byte, saltSize+aes.BlockSize)
	if _, err := rand.Read(fresh); err != nil {
		return nil, fmt.Errorf("encrypt key: %w", err)
	}
	salt, iv := fresh[:saltSize], fresh[saltSize:]
	params, err := asn1.Marshal(pbkdf2Params{Salt: salt, Rounds: writtenRounds, PRF: algorithm{OID: oidSHA256(), Parameters: asn1.NullRawValue}})
	if err != nil {
		return nil, fmt.Errorf("encrypt key: %w", err)
	}
	block, err := deriveAES(passphrase, pbkdf2Params{Salt: salt, Rounds: writtenRounds}, sha256.New, keySize)
	if err != nil {
		return nil, fmt.Errorf("encrypt key: %w", err)
	}
	pad := aes.BlockSize - len(plain)%aes.BlockSize
	data := append(plain, bytes.Repeat([]byte{byte(pad)}, pad)...)
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(data, data)

	var out encryptedKey
	out.Algorithm.OID = oidPBES2()
	out.Algorithm.Params.KDF = kdf{OID: oidPBKDF2(), Params: asn1.RawValue{FullBytes: params}}
	out.Algorithm.Params.Cipher.OID, out.Algorithm.Params.Cipher.IV = oidAES256(), iv
	out.Data = data
	der, err := asn1.Marshal(out)
	if err != nil {
		return nil, fmt.Errorf("encrypt key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: typeEncrypted, Bytes: der}), nil
}

func decryptPKCS8(der, passphrase []byte) (*ecdsa.PrivateKey, error) {
	plain, err := decrypt(der, passphrase)
	if err != nil {
		return nil, fmt.Errorf("decrypt key: %w", err)
	}
	key, err := parsePKCS8(plain)
	if err != nil && !errors.Is(err, ErrUnsupported) {
		// The padding of a wrong passphrase is right once in 256 times.
		return nil, fmt.Errorf("decrypt key: %w", ErrPassphraseWrong)
	}
	return key, err
}

func decrypt(der, passphrase []byte) ([]byte, error) {
	var scheme struct {
		Algorithm algorithm
		Data      []byte
	}
	if rest, err := asn1.Unmarshal(der, &scheme); err != nil || len(rest) > 0 {
		return nil, errors.New("no EncryptedPrivateKeyInfo")
	}
	if !scheme.Algorithm.OID.Equal(oidPBES2()) {
		return nil, fmt.Errorf("encrypted with %v: want PBES2; rewrite it with `openssl pkcs8 -topk8`", scheme.Algorithm.OID)
	}
	var key encryptedKey
	if _, err := asn1.Unmarshal(der, &key); err != nil {
		return nil, fmt.Errorf("parse PBES2 parameters: %w", err)
	}
	size, err := aesSize(key.Algorithm.Params.Cipher.OID)
	if err != nil {
		return nil, err
	}
	params, prf, err := key.Algorithm.Params.KDF.read(size)
	if err != nil {
		return nil, err
	}
	block, err := deriveAES(passphrase, params, prf, size)
	if err != nil {
		return nil, err
	}
	iv := key.Algorithm.Params.Cipher.IV
	if len(iv) != aes.BlockSize || len(key.Data) == 0 || len(key.Data)%aes.BlockSize != 0 {
		return nil, errors.New("the length of the data does not fit AES-CBC")
	}
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(key.Data, key.Data)
	return unpad(key.Data)
}

// read returns the parameters and the hash of a PBKDF2.
func (k kdf) read(size int) (p pbkdf2Params, prf func() hash.Hash, err error) {
	if !k.OID.Equal(oidPBKDF2()) {
		return p, nil, fmt.Errorf("the key is derived with %v: want PBKDF2; rewrite it with `openssl pkcs8 -topk8`", k.OID)
	}
	if _, err := asn1.Unmarshal(k.Params.FullBytes, &p); err != nil {
		return p, nil, fmt.Errorf("parse PBKDF2 parameters: %w", err)
	}
	if p.Rounds < 1 || p.Rounds > mostRounds || p.Length != 0 && p.Length != size {
		return p, nil, fmt.Errorf("PBKDF2 with %d rounds and %d bytes is not allowed", p.Rounds, p.Length)
	}
	switch p.PRF.OID.String() {
	case "1.2.840.113549.2.9":
		return p, sha256.New, nil
	case "1.2.840.113549.2.10":
		return p, sha512.New384, nil
	case "1.2.840.113549.2.11":
		return p, sha512.New, nil
	}
	return p, nil, errors.New("PBKDF2 without HMAC-SHA256 or stronger; rewrite it with `openssl pkcs8 -topk8`")
}

func aesSize(oid asn1.ObjectIdentifier) (int, error) {
	switch oid.String() {
	case "2.16.840.1.101.3.4.1.2":
		return 16, nil
	case "2.16.840.1.101.3.4.1.22":
		return 24, nil
	case "2.16.840.1.101.3.4.1.42":
		return keySize, nil
	}
	return 0, fmt.Errorf("the cipher is %v: want AES-CBC", oid)
}

func deriveAES(passphrase []byte, p pbkdf2Params, prf func() hash.Hash, size int) (cipher.Block, error) {
	key, err := pbkdf2.Key(prf, string(passphrase), p.Salt, p.Rounds, size)
	if err != nil {
		return nil, err
	}
	return aes.NewCipher(key)
}

func unpad(data []byte) ([]byte, error) {
	n := int(data[len(data)-1])
	if n == 0 || n > aes.BlockSize || !bytes.Equal(data[len(data)-n:], bytes.Repeat([]byte{byte(n)}, n)) {
		return nil, ErrPassphraseWrong
	}
	return data[:len(data)-n], nil
}
