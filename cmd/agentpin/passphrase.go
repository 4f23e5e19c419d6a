package agentpin

import (
	"crypto/rand"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/keyring"
	"github.com/symbi-ctl/symbi-ctl/internal/keys"
)

// secretFlag is where a passphrase comes from.
type secretFlag struct {
	path, name string // of a file, of a secret in the keyring
	prefix     string // of the flags: nothing, or "new-"
}

func (s *secretFlag) add(c *cobra.Command, prefix, of string) {
	s.prefix = prefix
	f := c.Flags()
	f.StringVar(&s.path, prefix+"passphrase-file", "", "`file` with the passphrase of "+of+", - for stdin; else "+passwordVariable+", else you are asked")
	f.StringVar(&s.name, prefix+"passphrase-keyring", "", "`name` of the passphrase of "+of+" in the keyring of your session")
	c.MarkFlagsMutuallyExclusive(prefix+"passphrase-file", prefix+"passphrase-keyring")
}

// ask returns the source of a passphrase.
func (s *secretFlag) ask(in *inputs, question string) keys.Passphrase {
	return func() ([]byte, error) {
		if s.name != "" {
			secret, err := secrets().Get(s.name)
			return []byte(secret), s.explain(err)
		}
		if s.path != "" {
			data, err := in.read(s.path, maxPassphrase)
			if err != nil {
				return nil, err
			}
			line, _, _ := strings.Cut(string(data), "\n")
			return []byte(strings.TrimSuffix(line, "\r")), nil
		}
		if secret, _ := in.app.Getenv(passwordVariable); secret != "" {
			return []byte(secret), nil
		}
		return in.app.AskSecret(question, s.ways()...)
	}
}

// ways are the sources of a passphrase that need nobody.
func (s *secretFlag) ways() []string {
	return []string{"--" + s.prefix + "passphrase-file FILE", "--" + s.prefix + "passphrase-keyring NAME", passwordVariable + " in the environment"}
}

// fresh is ask for a passphrase that is new: typed twice, or made for a keyring
// that has none of this name.
func (s *secretFlag) fresh(in *inputs) ([]byte, error) {
	if s.name != "" {
		return s.made(in)
	}
	given, _ := in.app.Getenv(passwordVariable)
	first, err := s.ask(in, "New passphrase")()
	switch {
	case err != nil:
		return nil, err
	case len(first) == 0:
		return nil, cli.Usagef("the new passphrase is empty")
	case s.path != "" || given != "":
		return first, nil
	}
	second, err := s.ask(in, "New passphrase, again")()
	if err != nil {
		return nil, err
	}
	if string(first) != string(second) {
		return nil, cli.Usagef("the two passphrases differ")
	}
	return first, nil
}

func (s *secretFlag) made(in *inputs) ([]byte, error) {
	secret, err := secrets().Get(s.name)
	if !errors.Is(err, keyring.ErrNotFound) {
		return []byte(secret), s.explain(err)
	}
	secret = rand.Text()
	if err := secrets().Set(s.name, secret); err != nil {
		return nil, s.explain(err)
	}
	in.app.Notice("made a passphrase and put it into your keyring as %q; without it the key is lost", s.name)
	return []byte(secret), nil
}

// explain gives an error of the keyring its code, and names the other ways.
func (s *secretFlag) explain(err error) error {
	if err == nil {
		return nil
	}
	ways := s.ways()
	return cli.Classify(err).WithNext(ways[0], ways[2])
}

func secrets() keyring.Keyring { return keyring.New(keyring.Service, 0) }
