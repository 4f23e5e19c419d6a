package keys

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/des" //nolint:gosec // only to read keys that others encrypted
	"crypto/ecdsa"
	"crypto/rand"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
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

func oidPBES2() asn1.ObjectIdentifier { return asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 13} }
func oidAES256() asn1.ObjectIdentifier {
	return asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 42}
}

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
	derivation, err := newPBKDF2(salt)
	if err != nil {
		return nil, fmt.Errorf("encrypt key: %w", err)
	}
	secret, err := derivation.derive(passphrase, keySize)
	if err != nil {
		return nil, fmt.Errorf("encrypt key: %w", err)
	}
	block, err := aes.NewCipher(secret)
	if err != nil {
		return nil, fmt.Errorf("encrypt key: %w", err)
	}
	pad := aes.BlockSize - len(plain)%aes.BlockSize
	data := append(plain, bytes.Repeat([]byte{byte(pad)}, pad)...)
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(data, data)

	var out encryptedKey
	out.Algorithm.OID = oidPBES2()
	out.Algorithm.Params.KDF = derivation
	out.Algorithm.Params.Cipher.OID, out.Algorithm.Params.Cipher.IV = oidAES256(), iv
	out.Data = data
	der, err := asn1.Marshal(out)
	if err != nil {
		return nil, fmt.Errorf("encrypt key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: typeEncrypted, Bytes: der}), nil
}

func decryptPKCS8(der []byte, passphrase Passphrase) (*ecdsa.PrivateKey, error) {
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

func decrypt(der []byte, passphrase Passphrase) ([]byte, error) {
	var scheme struct {
		Algorithm algorithm
		Data      []byte
	}
	if err := unmarshal(der, &scheme); err != nil {
		return nil, errors.New("no EncryptedPrivateKeyInfo")
	}
	if !scheme.Algorithm.OID.Equal(oidPBES2()) {
		return nil, schemeError(scheme.Algorithm.OID)
	}
	var key encryptedKey
	if _, err := asn1.Unmarshal(der, &key); err != nil {
		return nil, fmt.Errorf("parse PBES2 parameters: %w", err)
	}
	size, newCipher, err := cipherOf(key.Algorithm.Params.Cipher.OID)
	if err != nil {
		return nil, err
	}
	given, err := passphrase.get()
	if err != nil {
		return nil, err
	}
	secret, err := key.Algorithm.Params.KDF.derive(given, size)
	if err != nil {
		return nil, err
	}
	block, err := newCipher(secret)
	if err != nil {
		return nil, err
	}
	iv, n := key.Algorithm.Params.Cipher.IV, block.BlockSize()
	if len(iv) != n || len(key.Data) == 0 || len(key.Data)%n != 0 {
		return nil, errors.New("the length of the data does not fit the cipher")
	}
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(key.Data, key.Data)
	return unpad(key.Data, n)
}

// cipherOf returns the size of the key of a cipher in CBC mode, in bytes, and
// the cipher. Triple DES is what openssl 1.0 users were told to take.
func cipherOf(oid asn1.ObjectIdentifier) (size int, newCipher func([]byte) (cipher.Block, error), err error) {
	switch oid.String() {
	case "2.16.840.1.101.3.4.1.2":
		return 16, aes.NewCipher, nil
	case "2.16.840.1.101.3.4.1.22":
		return 24, aes.NewCipher, nil
	case "2.16.840.1.101.3.4.1.42":
		return keySize, aes.NewCipher, nil
	case "1.2.840.113549.3.7":
		return 24, des.NewTripleDESCipher, nil
	}
	return 0, nil, &ConvertError{fmt.Sprintf("encrypted with %v, where AES or triple DES in CBC mode is wanted", oid), encryptLegacy}
}

func unpad(data []byte, most int) ([]byte, error) {
	last := data[len(data)-1]
	n := int(last)
	if n == 0 || n > most || !bytes.Equal(data[len(data)-n:], bytes.Repeat([]byte{last}, n)) {
		return nil, ErrPassphraseWrong
	}
	return data[:len(data)-n], nil
}
