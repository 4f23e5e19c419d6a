package agentpin

import (
	"crypto/ecdsa"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/keys"
	"github.com/symbi-ctl/symbi-ctl/internal/safefile"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
)

// Keygen writes the two halves of a key beside each other.
const (
	privateSuffix = ".private.pem"
	publicSuffix  = ".public.pem"
	jwkSuffix     = ".public.jwk.json"
)

// publicKey reads a public key; kid is the name that it has, or the hash of the
// key.
func (in *inputs) publicKey(path string) (keys.Key, error) {
	k, err := in.namedKey(path)
	if err == nil && k.Kid == "" {
		k.Kid, err = keys.SPKIHash(k.Public)
	}
	return k, err
}

// namedKey reads a public key with the name and the expiry that a JWK gives it:
// the one that was named, or the one that keygen wrote beside it. Kid is empty
// when there is none.
func (in *inputs) namedKey(path string) (keys.Key, error) {
	k, err := load(in, path, keys.Max, keys.ParsePublic)
	if err != nil {
		return keys.Key{}, keyError(path, err)
	}
	if k.Kid == "" {
		k.Kid, k.Exp = in.beside(path, k.Public)
	}
	return k, nil
}

// beside returns name and expiry of a key from the JWK that keygen wrote beside
// its PEM file, if that still is the same key.
func (in *inputs) beside(path string, public *ecdsa.PublicKey) (kid string, exp *string) {
	for _, suffix := range []string{privateSuffix, publicSuffix} {
		base, found := strings.CutSuffix(path, suffix)
		if !found {
			continue
		}
		text, _, err := safefile.Read(in.app.Path(base+jwkSuffix), keys.Max)
		if err != nil {
			return "", nil
		}
		if k, err := keys.ParsePublic(text); err == nil && k.Public.Equal(public) {
			return k.Kid, k.Exp
		}
	}
	return "", nil
}

// keyError gives the errors of keys their code.
func keyError(path string, err error) error {
	var known *cli.Error
	switch {
	case errors.As(err, &known) && known.Code != cli.CodeLoad:
		return err
	case errors.As(err, &known):
		e := cli.Wrap(cli.CodeKey, err)
		e.Hint = known.Hint
		return e
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrPermission):
		return err
	}
	return cli.Wrap(cli.CodeKey, fmt.Errorf("read key %s: %w", inputName(path), err))
}

// keyFlags are the flags of commands that sign.
type keyFlags struct {
	path, kid string
	secret    secretFlag
}

func (k *keyFlags) add(c *cobra.Command) {
	k.addFile(c)
	c.Flags().StringVar(&k.kid, "kid", "", "`name` of the key; without it, that of --discovery, of the JWK beside the key, or its hash")
}

// addFile is add for what is signed without a name.
func (k *keyFlags) addFile(c *cobra.Command) {
	c.Flags().StringVar(&k.path, "key", "", "private key `file`, - for stdin: PKCS#8, SEC1 or encrypted PKCS#8")
	k.secret.add(c, "", "the key")
	_ = c.MarkFlagRequired("key") // it was just defined
}

// private returns the key.
func (k *keyFlags) private(in *inputs) (*ecdsa.PrivateKey, error) {
	return in.privateKey(k.path, k.secret.ask(in, "Passphrase of "+k.path))
}

// signer returns the key and its name: the one given, that of the same key in a
// document or in the JWK beside it, or its hash, which is said.
func (k *keyFlags) signer(in *inputs, published *discovery.Document) (*ecdsa.PrivateKey, string, error) {
	private, err := k.private(in)
	if err != nil {
		return nil, "", err
	}
	if k.kid != "" {
		return private, k.kid, nil
	}
	jwk, err := keys.NewJWK(&private.PublicKey, "")
	if err != nil {
		return nil, "", err
	}
	if published != nil {
		for _, there := range published.Keys {
			if there.Thumbprint() == jwk.Thumbprint() {
				return private, there.Kid, nil
			}
		}
	}
	if kid, _ := in.beside(k.path, &private.PublicKey); kid != "" {
		return private, kid, nil
	}
	kid, err := keys.SPKIHash(&private.PublicKey)
	if err == nil {
		in.app.Notice("nothing names the key %s: it goes by its hash, %s; --kid gives its name in the document", inputName(k.path), kid)
	}
	return private, kid, err
}

// publisher reads the document of the domain whose key signs; nil when none is
// given.
func (in *inputs) publisher(path string) (*discovery.Document, error) {
	if path == "" {
		return nil, nil
	}
	return in.document(path)
}

// checkPublished refuses a key that a document does not publish: whoever reads the
// document could not verify what the key has signed.
func (k *keyFlags) checkPublished(d *discovery.Document, key *ecdsa.PublicKey) error {
	if d == nil || publishes(d, key) {
		return nil
	}
	return &cli.Error{Code: cli.CodeNotFound, Status: cli.NotFound, Message: "the document does not publish the key " + k.path}
}

// privateKey reads a private key and says so when others can read it too.
func (in *inputs) privateKey(path string, passphrase keys.Passphrase) (*ecdsa.PrivateKey, error) {
	if path != standard {
		key, exposed, err := keys.ReadPrivateFile(in.app.Path(path), passphrase)
		if err != nil {
			data, _, _ := safefile.Read(in.app.Path(path), keys.Max) // nothing when it cannot be read, which err says
			return nil, wrongKey(path, data, named(in.app, path, err))
		}
		if exposed {
			in.app.Notice("warning: others can read %s; run: chmod 600 %s", path, path)
		}
		return key, nil
	}
	data, err := in.read(path, keys.Max)
	if err != nil {
		return nil, err
	}
	key, err := keys.ParsePrivate(data, passphrase)
	if err != nil {
		return nil, wrongKey(path, data, err)
	}
	return key, nil
}

// wrongKey is keyError with a hint at what the file is instead.
func wrongKey(path string, data []byte, cause error) error {
	err := keyError(path, cause)
	var known *cli.Error
	if errors.As(err, &known) && known.Code == cli.CodeKey && known.Hint == "" {
		known.Hint = otherKind(path, data, keys.Key{})
	}
	return err
}
