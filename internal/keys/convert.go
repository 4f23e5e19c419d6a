package keys

import (
	"encoding/asn1"
	"fmt"
)

// ConvertError is a key in a form that is not read, though another program can
// write it in one that is. It is [ErrUnsupported].
type ConvertError struct {
	Form    string // what is wrong with it
	Command string // which reads the file OLD and writes the file NEW
}

// Error is the form and the command.
func (e *ConvertError) Error() string {
	return fmt.Sprintf("%s; convert it with `%s`", e.Form, e.Command)
}

// Unwrap returns [ErrUnsupported].
func (e *ConvertError) Unwrap() error { return ErrUnsupported }

// The commands that convert keys. They were run.
const (
	encryptAnew = "openssl pkcs8 -topk8 -in OLD -out NEW"
	// openssl 3 keeps the ciphers of long ago apart.
	encryptLegacy   = encryptAnew + " -provider legacy -provider default"
	namePrivate     = "openssl ec -in OLD -param_enc named_curve -out NEW"
	namePublic      = "openssl ec -pubin -in OLD -pubout -param_enc named_curve -conv_form uncompressed -out NEW"
	fromCertificate = "openssl x509 -in OLD -noout -pubkey -out NEW"
	fromOpenSSH     = "cp OLD NEW && ssh-keygen -p -m PKCS8 -f NEW"
)

// schemeError says with what a PKCS#8 key is encrypted, if not with PBES2.
func schemeError(oid asn1.ObjectIdentifier) error {
	command := encryptLegacy
	switch oid.String() {
	case "1.2.840.113549.1.12.1.3", "1.2.840.113549.1.12.1.4": // with triple DES
		command = encryptAnew
	case "1.2.840.113549.1.5.1", "1.2.840.113549.1.5.3", "1.2.840.113549.1.5.4", "1.2.840.113549.1.5.6", "1.2.840.113549.1.5.10", "1.2.840.113549.1.5.11",
		"1.2.840.113549.1.12.1.1", "1.2.840.113549.1.12.1.2", "1.2.840.113549.1.12.1.5", "1.2.840.113549.1.12.1.6":
	default:
		return &ConvertError{fmt.Sprintf("encrypted with %v, where PBES2 is wanted", oid), encryptAnew}
	}
	return &ConvertError{"encrypted with PBES1, which is weak", command}
}

// explicit reports whether curve is a curve written out in numbers, where its
// name should be.
func explicit(curve asn1.RawValue) bool {
	return curve.Class == asn1.ClassUniversal && curve.Tag == asn1.TagSequence
}
