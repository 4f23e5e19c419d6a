package keys_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/internal/keys"
)

const (
	pkcs8Command  = "openssl pkcs8 -topk8 -in OLD -out NEW"
	legacyCommand = pkcs8Command + " -provider legacy -provider default"
	namedCommand  = "openssl ec -in OLD -param_enc named_curve -out NEW"
	publicCommand = "openssl ec -pubin -in OLD -pubout -param_enc named_curve -conv_form uncompressed -out NEW"
)

// forms are the files that another program has to convert.
func forms() map[string]keys.ConvertError {
	const explicit = "a key with explicit curve parameters"
	return map[string]keys.ConvertError{
		"sec1-encrypted.pem":    {Form: "encrypted in the old way of OpenSSL, which is weak", Command: pkcs8Command},
		"pbes1-des3.pem":        {Form: "encrypted with PBES1, which is weak", Command: pkcs8Command},
		"pbes1-md5.pem":         {Form: "encrypted with PBES1, which is weak", Command: legacyCommand},
		"pkcs8-explicit.pem":    {Form: explicit, Command: namedCommand},
		"sec1-explicit.pem":     {Form: explicit, Command: namedCommand},
		"public-explicit.pem":   {Form: explicit, Command: publicCommand},
		"public-compressed.pem": {Form: "a compressed point, for which peers have different ids", Command: publicCommand},
		"certificate.pem":       {Form: "a certificate", Command: "openssl x509 -in OLD -noout -pubkey -out NEW"},
	}
}

// TestConvertError holds that a form which is not read is named, before anybody
// is asked for its passphrase, and that the command is with it.
func TestConvertError(t *testing.T) {
	t.Parallel()
	asked := func() ([]byte, error) { return nil, errors.New("asked for a passphrase") }
	for name, want := range forms() {
		_, err := keys.Parse(form(t, name), asked)
		var got *keys.ConvertError
		if !errors.As(err, &got) || !errors.Is(err, keys.ErrUnsupported) {
			t.Errorf("%s: error %v", name, err)
			continue
		}
		if diff := cmp.Diff(want, *got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if text := want.Form + "; convert it with `" + want.Command + "`"; !strings.HasSuffix(err.Error(), text) {
			t.Errorf("%s: %q does not end with %q", name, err, text)
		}
	}
}

// TestConvertCommands runs the commands: each gives the key that it was before.
func TestConvertCommands(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("the commands need openssl:", err)
	}
	same, err := keys.ParsePrivate(form(t, "pkcs8.pem"), nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, f := range forms() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if f.Command == legacyCommand && exec.Command("openssl", "list", "-providers", "-provider", "legacy").Run() != nil {
				t.Skip("this openssl has no ciphers of long ago")
			}
			file := filepath.Join(t.TempDir(), "new.pem")
			args := strings.Fields(strings.NewReplacer("OLD", filepath.Join("testdata", "forms", name), "NEW", file).Replace(f.Command))
			if strings.HasPrefix(f.Command, pkcs8Command) {
				args = append(args, "-passin", "pass:correct", "-passout", "pass:correct") // else it asks
			}
			if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
				t.Fatalf("%s: %v\n%s", f.Command, err, out)
			}
			converted, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got, err := keys.Parse(converted, correct)
			if err != nil || len(got) != 1 || !got[0].Public.Equal(&same.PublicKey) {
				t.Errorf("%v, %v", got, err)
			}
		})
	}
}
