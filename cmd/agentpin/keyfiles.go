package agentpin

import (
	"crypto/ecdsa"
	"errors"
	"fmt"
	"io/fs"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/keys"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
)

// publicKey reads a public key; kid is the name that a JWK gives itself, or the
// hash of the key.
func (in *inputs) publicKey(path string) (keys.Key, error) {
	k, err := load(in, path, keys.Max, keys.ParsePublic)
	if err != nil {
		return keys.Key{}, keyError(path, err)
	}
	if k.Kid == "" {
		k.Kid, err = keys.SPKIHash(k.Public)
	}
	return k, err
}

// keyError gives the errors of keys their code.
func keyError(path string, err error) error {
	var known *cli.Error
	switch {
	case errors.As(err, &known) && known.Code != cli.CodeLoad:
		return err
	case errors.As(err, &known):
		return cli.Wrap(cli.CodeKey, err)
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrPermission):
		return err
	}
	return cli.Wrap(cli.CodeKey, fmt.Errorf("read key %s: %w", path, err))
}

// keyFlags are the flags of commands that sign.
type keyFlags struct {
	path, kid string
	secret    secretFlag
}

func (k *keyFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&k.path, "key", "", "private key `file`, - for stdin: PKCS#8, SEC1 or encrypted PKCS#8")
	c.Flags().StringVar(&k.kid, "kid", "", "`name` of the key in the document; without it, the hash of the key")
	k.secret.add(c, "", "the key")
	_ = c.MarkFlagRequired("key") // it was just defined
}

// signer returns the key and its name: the one given, or that of the same key
// in a document, or its hash.
func (k *keyFlags) signer(in *inputs, published *discovery.Document) (*ecdsa.PrivateKey, string, error) {
	private, err := in.privateKey(k.path, k.secret.ask(in, "Passphrase of "+k.path))
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
	kid, err := keys.SPKIHash(&private.PublicKey)
	return private, kid, err
}

// privateKey reads a private key and says so when others can read it too.
func (in *inputs) privateKey(path string, passphrase keys.Passphrase) (*ecdsa.PrivateKey, error) {
	if path != standard {
		key, exposed, err := keys.ReadPrivateFile(in.app.Path(path), passphrase)
		if err != nil {
			return nil, keyError(path, named(in.app, path, err))
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
		return nil, keyError(path, err)
	}
	return key, nil
}
