package agentpin

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/keys"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/internal/safefile"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/dns"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/rotation"
)

// auto is the kid that stands for the hash of the key.
const auto = "auto"

type keygenOptions struct {
	kid, dir, domain, expires string
	format                    *choice
	encrypt, force            bool
	secret                    secretFlag
}

func newKeygen(app *cli.App) *cobra.Command {
	var o keygenOptions
	c := &cobra.Command{
		Use:   "keygen",
		Short: "Make a key pair",
		Long: `Make an ECDSA key on P-256 and write it as KID.private.pem (mode 0600, with
--encrypt encrypted), KID.public.pem and KID.public.jwk.json. Nothing is
replaced without --force. With --passphrase-keyring a passphrase is made and put
into the keyring, unless one of this name is there.`,
		Example: `  symbi-ctl agentpin keygen --kid example-2026-01
  symbi-ctl agentpin keygen --out-dir keys --domain example.com --encrypt --passphrase-file pass.txt`,
		Args: cli.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := o.check(c); err != nil {
				return err
			}
			plan, err := o.plan(app.Now())
			if err != nil {
				return err
			}
			made, err := o.write(app, plan)
			if err != nil {
				return err
			}
			return app.Print(keyView(made))
		},
	}
	f := c.Flags()
	f.StringVar(&o.kid, "kid", auto, "`name` of the key; auto is the hash of the key")
	f.StringVar(&o.dir, "out-dir", ".", "`folder` for the files; it is made if need be")
	f.StringVar(&o.domain, "domain", "", "show the DNS record for this `domain` too")
	o.format = addChoice(c, "format", "both", "`form` of the public key: pem, jwk or both", "pem", "jwk", "both")
	f.StringVar(&o.expires, "exp", "", "write this `time` of expiry into the JWK")
	f.BoolVar(&o.encrypt, "encrypt", false, "encrypt the private key with a passphrase")
	f.BoolVar(&o.force, "force", false, "replace files that are there")
	o.secret.add(c, "", "the new key")
	aliases(f, map[string]string{"output-dir": "out-dir"})
	return cli.Exits(c, cli.Conflict)
}

// check refuses flags that would be ignored, and names that are none.
func (o *keygenOptions) check(c *cobra.Command) error {
	if err := needs(c, "encrypt", "passphrase-file", "passphrase-keyring"); err != nil {
		return err
	}
	if o.kid == "" {
		return cli.Usagef("--kid: the name is empty").WithHint("%s is the hash of the key", auto)
	}
	if o.domain == "" {
		return nil
	}
	return checkDomain("--domain", o.domain)
}

func (o *keygenOptions) plan(now time.Time) (rotation.Plan, error) {
	kid := o.kid
	if kid == auto {
		kid = ""
	}
	if strings.Trim(kid, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") != "" || strings.HasPrefix(kid, ".") || len(kid) > 128 {
		return rotation.Plan{}, cli.Usagef("--kid: %q cannot be a file name", kid).WithHint("use up to 128 letters, digits, points, hyphens and underscores")
	}
	plan, err := rotation.Prepare(kid)
	if err != nil || o.expires == "" {
		return plan, err
	}
	at, err := parseTime("exp", o.expires)
	if err == nil && !at.After(now) {
		err = cli.Usagef("--exp: %s is not in the future", o.expires)
	}
	plan.Key.Exp = new(at.UTC().Format("2006-01-02T15:04:05-07:00"))
	return plan, err
}

// madeKey is a key as keygen, kid and rotate show it.
type madeKey struct {
	Kid        string   `json:"kid"`
	SPKIHash   string   `json:"spki_sha256"`
	Thumbprint string   `json:"thumbprint"`        // hex, as pins and DNS records have it
	RFC7638    string   `json:"thumbprint_base64"` // as JOSE has it
	Private    bool     `json:"private"`           // whether the file holds a private key
	DNSName    string   `json:"dns_name,omitempty"`
	DNSRecord  string   `json:"dns_record,omitempty"`
	Files      []string `json:"files,omitempty"`
}

func describe(k keys.Key) (madeKey, error) {
	hash, err := keys.SPKIHash(k.Public)
	if err != nil {
		return madeKey{}, err
	}
	sum, err := keys.Thumbprint(k.Public)
	if err != nil {
		return madeKey{}, err
	}
	made := madeKey{
		Kid: k.Kid, SPKIHash: hash, Thumbprint: hex.EncodeToString(sum), RFC7638: base64.RawURLEncoding.EncodeToString(sum),
		Private: k.Private != nil,
	}
	if made.Kid == "" {
		made.Kid = hash
	}
	return made, nil
}

// write writes the files of a key.
func (o *keygenOptions) write(app *cli.App, plan rotation.Plan) (madeKey, error) {
	made, err := describe(keys.Key{Public: &plan.Private.PublicKey, Private: plan.Private, Kid: plan.Key.Kid})
	if err != nil {
		return madeKey{}, err
	}
	if o.domain != "" {
		made.DNSName, made.DNSRecord = dns.Name(o.domain), dns.Text(plan.Key)
	}
	if err := os.MkdirAll(app.Path(o.dir), 0o755); err != nil { //nolint:gosec // public keys are in it, too
		return madeKey{}, named(app, o.dir, err)
	}
	for _, path := range o.paths(plan.Key.Kid) {
		if _, err := os.Lstat(app.Path(path)); !o.force && !errors.Is(err, fs.ErrNotExist) {
			return madeKey{}, isThere(path)
		}
	}
	files, err := o.files(app, plan)
	if err != nil {
		return madeKey{}, err
	}
	if err := o.replace(app, files); err != nil {
		return madeKey{}, err
	}
	for _, f := range files {
		made.Files = append(made.Files, f.path)
	}
	return made, nil
}

// replace writes the files, all or none: the private key last, so that the one
// that was there is lost only to its successor.
func (o *keygenOptions) replace(app *cli.App, files []keyFile) error {
	var back []func()
	for _, f := range slices.Backward(files) {
		path := app.Path(f.path)
		old, _, none := safefile.Read(path, keys.Max)
		if err := create(app, f.path, f.data, safefile.Options{Mode: f.mode, Replace: o.force}); err != nil {
			for _, undo := range back {
				undo()
			}
			return err
		}
		back = append(back, func() {
			if none != nil {
				_ = os.Remove(path)
				return
			}
			_ = safefile.Write(path, old, safefile.Options{Mode: f.mode, Replace: true}) // as good as can be
		})
	}
	return nil
}

// paths names the files of a key: the private one, and those of the public one.
func (o *keygenOptions) paths(kid string) []string {
	base := filepath.Join(o.dir, kid)
	paths := []string{base + ".private.pem"}
	if o.format.value != "jwk" {
		paths = append(paths, base+".public.pem")
	}
	if o.format.value != "pem" {
		paths = append(paths, base+".public.jwk.json")
	}
	return paths
}

type keyFile struct {
	path string
	data []byte
	mode fs.FileMode
}

func (o *keygenOptions) files(app *cli.App, plan rotation.Plan) ([]keyFile, error) {
	private, err := o.encode(app, plan)
	if err != nil {
		return nil, err
	}
	base := filepath.Join(o.dir, plan.Key.Kid)
	files := []keyFile{{base + ".private.pem", private, safefile.Secret}}
	if o.format.value != "jwk" {
		text, err := keys.EncodePublic(&plan.Private.PublicKey)
		if err != nil {
			return nil, err
		}
		files = append(files, keyFile{base + ".public.pem", text, public})
	}
	if o.format.value != "pem" {
		text, err := json.MarshalIndent(plan.Key, "", "  ") // no final newline: as peers write it
		if err != nil {
			return nil, err
		}
		files = append(files, keyFile{base + ".public.jwk.json", text, public})
	}
	return files, nil
}

func (o *keygenOptions) encode(app *cli.App, plan rotation.Plan) ([]byte, error) {
	if !o.encrypt {
		return keys.EncodePrivate(plan.Private)
	}
	passphrase, err := o.secret.fresh(&inputs{app: app})
	if err != nil {
		return nil, err
	}
	return keys.EncryptPrivate(plan.Private, passphrase)
}

func keyView(k madeKey) output.View {
	var f fields
	f.add("Kid", k.Kid)
	f.add("SPKI SHA-256", k.SPKIHash)
	f.add("Thumbprint", k.Thumbprint)
	f.add("RFC 7638", k.RFC7638)
	f.add("DNS name", k.DNSName)
	f.add("DNS record", k.DNSRecord)
	for _, file := range k.Files {
		f.add("File", file)
	}
	return output.Record{Value: k, Fields: f}
}
