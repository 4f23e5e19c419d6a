package keys_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/asn1"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/internal/keys"
	"github.com/symbi-ctl/symbi-ctl/internal/strictjson"
)

// form reads a key file. All of them are test keys, made for this folder by
// openssl, Python's cryptography and Node; those without an algorithm in their
// names hold the same key.
func form(tb testing.TB, name string) []byte {
	tb.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "forms", name))
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

func correct() ([]byte, error) { return []byte("correct"), nil }

func TestParsePrivateForms(t *testing.T) {
	t.Parallel()
	want, err := keys.ParsePrivate(form(t, "pkcs8.pem"), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"sec1.pem", "openssl-default.pem", "openssl-aes128-sha512.pem", "openssl-scrypt.pem", "openssl-des3.pem", "openssl-sha1.pem", "python-best.pem", "node-aes256.pem"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := keys.ParsePrivate(form(t, name), correct)
			if err != nil {
				t.Fatal(err)
			}
			if !got.Equal(want) {
				t.Error("another key")
			}
		})
	}
}

func TestParsePrivateRefuses(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"private-rsa.pem":             "an RSA key: not an ECDSA key on P-256",
		"private-rsa-traditional.pem": `a PEM block "RSA PRIVATE KEY": not an ECDSA key on P-256`,
		"private-ed25519.pem":         "an Ed25519 or Ed448 key: not an ECDSA key on P-256",
		"private-x25519.pem":          "an X25519 or X448 key: not an ECDSA key on P-256",
		"private-secp224r1.pem":       "a key on P-224: not an ECDSA key on P-256",
		"private-secp384r1.pem":       "a key on P-384: not an ECDSA key on P-256",
		"private-secp521r1.pem":       "a key on P-521: not an ECDSA key on P-256",
		"private-secp256k1.pem":       "a key on secp256k1: not an ECDSA key on P-256",
		"public.pem":                  "a public key where a private key is wanted",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := keys.ParsePrivate(form(t, name), correct)
			if err == nil {
				t.Fatal("accepted")
			}
			if diff := cmp.Diff(want, err.Error()); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

// TestCostIsCapped holds that a file cannot make its reader work for minutes,
// whatever it asks for.
func TestCostIsCapped(t *testing.T) {
	t.Parallel()
	type oid = asn1.ObjectIdentifier
	type pbkdf2 struct {
		Salt           []byte
		Rounds, Length int64
	}
	type scrypt struct {
		Salt            []byte
		N, R, P, Length int64
	}
	salt := []byte("saltsalt")
	for name, tc := range map[string]struct {
		kdf    oid
		params any
		want   string
	}{
		"rounds":    {oid{1, 2, 840, 113549, 1, 5, 12}, pbkdf2{salt, 10_000_001, 32}, "PBKDF2 with 10000001 rounds and 32 bytes is not allowed"},
		"no rounds": {oid{1, 2, 840, 113549, 1, 5, 12}, pbkdf2{salt, 0, 32}, "PBKDF2 with 0 rounds and 32 bytes is not allowed"},
		"length":    {oid{1, 2, 840, 113549, 1, 5, 12}, pbkdf2{salt, 1, 1 << 30}, "PBKDF2 with 1 rounds and 1073741824 bytes is not allowed"},
		"N":         {oid{1, 3, 6, 1, 4, 1, 11591, 4, 11}, scrypt{salt, 1 << 40, 1, 1, 32}, "scrypt with N=1099511627776, r=1, p=1 and 32 bytes is not allowed"},
		"N times r": {oid{1, 3, 6, 1, 4, 1, 11591, 4, 11}, scrypt{salt, 1 << 18, 8, 1, 32}, "scrypt with N=262144, r=8, p=1 and 32 bytes is not allowed"},
		"overflow":  {oid{1, 3, 6, 1, 4, 1, 11591, 4, 11}, scrypt{salt, 1 << 32, 1 << 32, 1, 32}, "scrypt with N=4294967296, r=4294967296, p=1 and 32 bytes is not allowed"},
		"p":         {oid{1, 3, 6, 1, 4, 1, 11591, 4, 11}, scrypt{salt, 2, 1, 17, 32}, "scrypt with N=2, r=1, p=17 and 32 bytes is not allowed"},
		"negative":  {oid{1, 3, 6, 1, 4, 1, 11591, 4, 11}, scrypt{salt, -2, -1, 1, 32}, "scrypt with N=-2, r=-1, p=1 and 32 bytes is not allowed"},
		"odd N":     {oid{1, 3, 6, 1, 4, 1, 11591, 4, 11}, scrypt{salt, 3, 1, 1, 32}, "scrypt: N must be > 1 and a power of 2"},
		"other":     {oid{1, 2, 3}, scrypt{}, "its key is derived with 1.2.3, where PBKDF2 or scrypt is wanted; convert it with `openssl pkcs8 -topk8 -in OLD -out NEW`"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			type algorithm struct {
				OID    oid
				Params any
			}
			type schemes struct{ KDF, Cipher algorithm }
			der, err := asn1.Marshal(struct {
				Algorithm algorithm
				Data      []byte
			}{algorithm{oid{1, 2, 840, 113549, 1, 5, 13}, schemes{algorithm{tc.kdf, tc.params}, algorithm{oid{2, 16, 840, 1, 101, 3, 4, 1, 42}, make([]byte, 16)}}}, make([]byte, 144)})
			if err != nil {
				t.Fatal(err)
			}
			_, err = keys.ParsePrivate(pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: der}), correct)
			if diff := cmp.Diff("decrypt key: "+tc.want, errText(err)); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParsePublicRefuses(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"public-rsa.pem":       "an RSA key: not an ECDSA key on P-256",
		"public-ed25519.pem":   "an Ed25519 or Ed448 key: not an ECDSA key on P-256",
		"public-secp384r1.pem": "a key on P-384: not an ECDSA key on P-256",
		"public-secp256k1.pem": "a key on secp256k1: not an ECDSA key on P-256",
		"pbes1-des3.pem":       "a private key where a public key is wanted",
		"pkcs8.pem":            "a private key where a public key is wanted",
		"sec1.pem":             "a private key where a public key is wanted",
		"openssl-default.pem":  "a private key where a public key is wanted",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := keys.ParsePublic(form(t, name))
			if err == nil {
				t.Fatal("accepted")
			}
			if diff := cmp.Diff(want, err.Error()); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTextAroundABlock(t *testing.T) {
	t.Parallel()
	pem := string(form(t, "pkcs8.pem"))
	for name, tc := range map[string]struct{ text, want string }{
		"text before":      {"Bag Attributes\n  friendlyName: x\n" + pem, ""},
		"text after":       {pem + "\n\nread EC key\n", ""},
		"CRLF":             {strings.ReplaceAll(pem, "\n", "\r\n"), ""},
		"no final newline": {strings.TrimSpace(pem), ""},
		"one long line":    {oneLine(pem), ""},
		"two keys":         {pem + pem, `a second PEM block "PRIVATE KEY" follows the key`},
		"key and public":   {pem + string(form(t, "public.pem")), `a second PEM block "PUBLIC KEY" follows the key`},
		"nothing":          {"", "no key in PEM or JWK form"},
		"only a curve":     {"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n", "no key in PEM or JWK form"},
		"certificate":      {"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "a certificate; convert it with `openssl x509 -in OLD -noout -pubkey -out NEW`"},
		"ssh-keygen":       {"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n", "a key of OpenSSH; convert it with `cp OLD NEW && ssh-keygen -p -m PKCS8 -f NEW`"},
		"something else":   {"-----BEGIN THING-----\nAAAA\n-----END THING-----\n", `a PEM block "THING": want a private or public key`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := keys.ParsePrivate([]byte(tc.text), nil)
			if got := errText(err); got != tc.want {
				t.Errorf("error %q, want %q", got, tc.want)
			}
		})
	}
}

func oneLine(pem string) string {
	lines := strings.Split(strings.TrimSpace(pem), "\n")
	return lines[0] + "\n" + strings.Join(lines[1:len(lines)-1], "") + "\n" + lines[len(lines)-1] + "\n"
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestEncryptPrivate(t *testing.T) {
	t.Parallel()
	key, err := keys.Generate()
	if err != nil {
		t.Fatal(err)
	}
	pem, err := keys.EncryptPrivate(key, []byte("correct"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := keys.ParsePrivate(pem, correct)
	if err != nil || !got.Equal(key) {
		t.Errorf("read back: %v", err)
	}
	_, err = keys.ParsePrivate(pem, func() ([]byte, error) { return []byte("wrong"), nil })
	if !errors.Is(err, keys.ErrPassphraseWrong) {
		t.Errorf("wrong passphrase: error %v", err)
	}
	_, err = keys.ParsePrivate(pem, nil)
	if !errors.Is(err, keys.ErrPassphraseNeeded) {
		t.Errorf("no passphrase: error %v", err)
	}
	cancelled := errors.New("cancelled")
	_, err = keys.ParsePrivate(pem, func() ([]byte, error) { return nil, cancelled })
	if !errors.Is(err, cancelled) {
		t.Errorf("cancelled prompt: error %v", err)
	}
	if _, err := keys.EncryptPrivate(key, nil); err == nil {
		t.Error("an empty passphrase is accepted")
	}
}

// TestNothingFollowsTheKey holds that a PEM block has no room for more.
func TestNothingFollowsTheKey(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"pkcs8.pem":  "parse PKCS#8 key: something follows the key",
		"public.pem": "parse SPKI key: something follows the key",
		"sec1.pem":   "parse SEC1 key: something follows the key",
	} {
		block, _ := pem.Decode(form(t, name))
		block.Bytes = append(block.Bytes, 5, 0)
		_, err := keys.Parse(pem.EncodeToMemory(block), nil)
		if diff := cmp.Diff(want, errText(err)); diff != "" {
			t.Errorf("%s: error (-want +got):\n%s", name, diff)
		}
	}
}

func TestPassphraseIsAskedOnlyWhenNeeded(t *testing.T) {
	t.Parallel()
	_, err := keys.ParsePrivate(form(t, "pkcs8.pem"), func() ([]byte, error) {
		t.Error("asked")
		return nil, nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestOtherCurvesAreNotWritten(t *testing.T) {
	t.Parallel()
	key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"private":   second(keys.EncodePrivate(key)),
		"encrypted": second(keys.EncryptPrivate(key, []byte("x"))),
		"public":    second(keys.EncodePublic(&key.PublicKey)),
		"JWK":       second(keys.NewJWK(&key.PublicKey, "k")),
		"hash":      second(keys.SPKIHash(&key.PublicKey)),
		"signature": second(keys.SignDetached(key, []byte("x"))),
	} {
		if !errors.Is(err, keys.ErrUnsupported) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestReadPrivateFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(path, form(t, "pkcs8.pem"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, exposed, err := keys.ReadPrivateFile(path, nil); err != nil || exposed {
		t.Errorf("exposed %v, error %v", exposed, err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, exposed, err := keys.ReadPrivateFile(path, nil); err != nil || !exposed && runtime.GOOS != "windows" {
		t.Errorf("exposed %v, error %v", exposed, err)
	}
	if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := keys.ReadPrivateFile(path, nil); errText(err) != "no key in PEM or JWK form" {
		t.Errorf("error %v", err)
	}
}

func TestParseJSON(t *testing.T) {
	t.Parallel()
	public, err := keys.ParsePublic(form(t, "public.pem"))
	if err != nil {
		t.Fatal(err)
	}
	jwk, err := keys.NewJWK(public.Public, "a")
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(jwk)
	if err != nil {
		t.Fatal(err)
	}
	got, err := keys.ParsePublic(text)
	if err != nil || !got.Public.Equal(public.Public) || got.Kid != "a" {
		t.Errorf("JWK read back: %v, %v", got, err)
	}
	set, err := keys.Parse([]byte(`{"keys":[`+string(text)+","+string(text)+"]}"), nil)
	if err != nil || len(set) != 2 || set[1].Kid != "a" {
		t.Errorf("set: %v, %v", set, err)
	}
	if _, err := keys.ParsePublic([]byte(`{"keys":[]}`)); errText(err) != "0 keys where one is wanted" {
		t.Errorf("empty set: %v", err)
	}
}

func TestJWKRefuses(t *testing.T) {
	t.Parallel()
	const x, y = "zjg-VrLBcj1XWYby7qOWHDNYWixfY4zQL6Ji6pbJnoM", "sY3zZBcsK0_WdUAbIQbGNJ0uklEAfEHtChn3Nr3kfRA"
	jwk := func(kty, crv, x, y, rest string) string {
		return fmt.Sprintf(`{"kty":%q,"crv":%q,"x":%q,"y":%q%s}`, kty, crv, x, y, rest)
	}
	for name, tc := range map[string]struct{ text, want string }{
		"minimal":        {jwk("EC", "P-256", x, y, ""), ""},
		"other members":  {jwk("EC", "P-256", x, y, `,"alg":"ES256","x5t":"a"`), ""},
		"RSA":            {jwk("RSA", "P-256", x, y, ""), `parse JWK "": kty "RSA": not an ECDSA key on P-256`},
		"curve":          {jwk("EC", "secp256k1", x, y, ""), `parse JWK "": crv "secp256k1": not an ECDSA key on P-256`},
		"use":            {jwk("EC", "P-256", x, y, `,"use":"enc"`), `parse JWK "": use "enc": want sig`},
		"operations":     {jwk("EC", "P-256", x, y, `,"key_ops":["sign"]`), `parse JWK "": key_ops ["sign"]: want verify among them`},
		"no operation":   {jwk("EC", "P-256", x, y, `,"key_ops":[]`), `parse JWK "": key_ops []: want verify among them`},
		"private":        {jwk("EC", "P-256", x, y, `,"d":"AA"`), "parse JWK: d: a published key holds a secret"},
		"symmetric":      {jwk("EC", "P-256", x, y, `,"k":"AA"`), "parse JWK: k: a published key holds a secret"},
		"off the curve":  {jwk("EC", "P-256", x, x, ""), `parse JWK "": the point is not on the curve`},
		"padding":        {jwk("EC", "P-256", x+"=", y, ""), `parse JWK "": a coordinate is not base64url of 32 bytes`},
		"line feed":      {jwk("EC", "P-256", x+"\n", y, ""), `parse JWK "": a coordinate is not base64url of 32 bytes`},
		"trailing bits":  {jwk("EC", "P-256", x[:42]+"N", y, ""), `parse JWK "": a coordinate is not base64url of 32 bytes`},
		"31 bytes":       {jwk("EC", "P-256", x[:42], y, ""), `parse JWK "": a coordinate is not base64url of 32 bytes`},
		"std alphabet":   {jwk("EC", "P-256", strings.ReplaceAll(x, "-", "+"), y, ""), `parse JWK "": a coordinate is not base64url of 32 bytes`},
		"no coordinate":  {`{"kty":"EC","crv":"P-256","x":"` + x + `"}`, "parse JWK: y: the member is missing"},
		"case":           {jwk("EC", "P-256", x, y, `,"KID":"a"`), `parse JWK: KID: the name differs from "kid" only in case`},
		"twice":          {jwk("EC", "P-256", x, y, `,"x":"`+x+`"`), "parse JWK: x: the member occurs twice"},
		"numeric expiry": {jwk("EC", "P-256", x, y, `,"exp":1`), "parse JWK: exp: want a string, got a number"},
		"broken":         {`{`, "parse JWK: want the name of a member in quotes (byte 1)"},
		"named, unnamed": {`{"keys":[{}]}`, "parse JWK: keys[0].kty: the member is missing (and 3 more)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := keys.ParsePublic([]byte(tc.text))
			if diff := cmp.Diff(tc.want, errText(err)); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNamedJWK(t *testing.T) {
	t.Parallel()
	text := `{"kid":"a","kty":"EC","crv":"P-256","x":"","y":"","use":"sig","key_ops":["verify"],"exp":"2027-01-01T00:00:00+00:00","x5t#S256":"z"}`
	var got keys.JWK
	read := func(r *strictjson.Reader) { got = keys.ReadNamedJWK(r) }
	if err := strictjson.ReadObject([]byte(text), strictjson.Options{}, read); err != nil {
		t.Fatal(err)
	}
	back, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(text, string(back)); diff != "" {
		t.Errorf("written back (-want +got):\n%s", diff)
	}
	err = strictjson.ReadObject([]byte(`{"kty":"EC","crv":"P-256","x":"","y":""}`), strictjson.Options{}, read)
	if diff := cmp.Diff("kid: the member is missing (and 1 more)", errText(err)); diff != "" {
		t.Errorf("error (-want +got):\n%s", diff)
	}
}

func TestDetachedSignatures(t *testing.T) {
	t.Parallel()
	key, err := keys.Generate()
	if err != nil {
		t.Fatal(err)
	}
	message := []byte("maker.example|maker")
	text, err := keys.SignDetached(key, message)
	if err != nil {
		t.Fatal(err)
	}
	der, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		text string
		want bool
	}{
		"as written":     {text, true},
		"url":            {base64.RawURLEncoding.EncodeToString(der), true},
		"padded url":     {base64.URLEncoding.EncodeToString(der), true},
		"no padding":     {base64.RawStdEncoding.EncodeToString(der), true},
		"blank":          {text[:10] + " " + text[10:], false},
		"line feed":      {text[:10] + "\n" + text[10:], false},
		"newline at end": {text + "\n", false},
		"trailing byte":  {base64.StdEncoding.EncodeToString(append(der, 0)), false},
		"empty":          {"", false},
	} {
		if got := keys.VerifyDetached(&key.PublicKey, message, tc.text); got != tc.want {
			t.Errorf("%s: %v, want %v", name, got, tc.want)
		}
	}
	if keys.VerifyDetached(&key.PublicKey, []byte("other"), text) {
		t.Error("another message verifies")
	}
}

func FuzzParse(f *testing.F) {
	files, err := os.ReadDir(filepath.Join("testdata", "forms"))
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		f.Add(form(f, file.Name()))
	}
	f.Add([]byte(`{"kty":"EC","crv":"P-256","x":"zjg-VrLBcj1XWYby7qOWHDNYWixfY4zQL6Ji6pbJnoM","y":"sY3zZBcsK0_WdUAbIQbGNJ0uklEAfEHtChn3Nr3kfRA"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		all, err := keys.Parse(data, nil)
		if err != nil {
			return
		}
		for _, k := range all {
			text, err := keys.EncodePublic(k.Public)
			if k.Private != nil {
				text, err = keys.EncodePrivate(k.Private)
			}
			if err != nil {
				t.Fatalf("read but not written: %v", err)
			}
			again, err := keys.Parse(text, nil)
			if err != nil || len(again) != 1 || !again[0].Public.Equal(k.Public) || (again[0].Private == nil) != (k.Private == nil) {
				t.Fatalf("written but not read: %v", err)
			}
		}
	})
}

// FuzzDecrypt has what FuzzParse does not reach without a passphrase. The DER
// is not in PEM here, so that a changed byte changes a number and not the text.
func FuzzDecrypt(f *testing.F) {
	for _, name := range []string{"openssl-default.pem", "openssl-scrypt.pem", "openssl-des3.pem", "openssl-sha1.pem"} {
		block, _ := pem.Decode(form(f, name))
		f.Add(block.Bytes)
	}
	f.Fuzz(func(t *testing.T, der []byte) {
		key, err := keys.ParsePrivate(pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: der}), correct)
		if err == nil && key.Curve != elliptic.P256() {
			t.Fatalf("a key on %s", key.Params().Name)
		}
	})
}

func ExampleParse() {
	data, err := os.ReadFile("testdata/forms/public.pem")
	if err != nil {
		fmt.Println(err)
		return
	}
	all, err := keys.Parse(data, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	kid, err := keys.SPKIHash(all[0].Public)
	fmt.Println(len(kid), err)
	// Output: 64 <nil>
}

func ExampleParsePrivate() {
	data, err := os.ReadFile("testdata/forms/private-secp384r1.pem")
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = keys.ParsePrivate(data, nil)
	fmt.Println(err)
	// Output: a key on P-384: not an ECDSA key on P-256
}

func ExampleThumbprint() {
	key, err := keys.ParsePublic([]byte(`{"kty":"EC","crv":"P-256","x":"zjg-VrLBcj1XWYby7qOWHDNYWixfY4zQL6Ji6pbJnoM","y":"sY3zZBcsK0_WdUAbIQbGNJ0uklEAfEHtChn3Nr3kfRA"}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	sum, err := keys.Thumbprint(key.Public)
	fmt.Println(hex.EncodeToString(sum), err)
	// Output: 94e6894dc01e2588f03f08a17c341a6aeb4c772bd4a15449895de706ca9ae50b <nil>
}
