// Package keys reads and writes the keys that sign things here: ECDSA on P-256
// and nothing else. [Parse] reads every form that people have, [ParsePrivate]
// and [ParsePublic] insist on one half; [Generate], [EncodePrivate],
// [EncryptPrivate] and [EncodePublic] write the one canonical form that every
// peer reads, and [JWK] is the form published in documents.
//
// It promises that a key is on the curve, that what it writes is PKCS#8 or SPKI
// in one PEM block with one final newline, and that a passphrase is asked for
// only when it is needed.
//
// It refuses other curves and algorithms by name, several keys where one is
// wanted, a second PEM block, and a private key where a public one belongs.
package keys
