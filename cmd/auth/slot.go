package auth

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/config"
	"github.com/symbi-ctl/symbi-ctl/internal/keyring"
	"github.com/symbi-ctl/symbi-ctl/internal/safefile"
)

// slots are the places where the keys of one profile of one settings file are
// kept, one for each address. Those of other files are others, so that neither a
// login nor a logout there touches a key that is used here.
type slots struct {
	app    *cli.App
	folder string // of keys in files
	prefix string // of every name
}

// slotsOf returns the slots of a profile in the settings file that edits go to.
func slotsOf(app *cli.App, file config.File, profile string) (slots, error) {
	dir, ok := app.Getenv("XDG_CONFIG_HOME")
	if !ok || !filepath.IsAbs(dir) {
		if app.Home == "" {
			return slots{}, errors.New("there is no home folder to keep a key in")
		}
		dir = filepath.Join(app.Home, ".config")
	}
	path := file.Path()
	if folder, err := filepath.EvalSymlinks(filepath.Dir(path)); err == nil {
		path = filepath.Join(folder, filepath.Base(path))
	}
	return slots{app: app, folder: filepath.Join(dir, "symbi-ctl", "keys"), prefix: name(profile) + "@" + short(path) + "-"}, nil
}

// name is that of a profile in messages and in the names of slots.
func name(profile string) string {
	if profile == "" {
		return "@default" // no profile can have this name
	}
	return profile
}

// short stands for a text in a name.
func short(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:6])
}

// keep stores the key for an address, and returns the reference to it.
func (s slots) keep(key, origin string, inFile bool) (ref string, err error) {
	slot := s.prefix + short(origin)
	if !inFile {
		err = keyring.New(keyring.Service, 0).Set(slot, key)
		if err == nil {
			return "keyring:" + slot, nil
		}
		s.app.Notice("the keyring cannot be used (%v); the key goes into a file", err)
	}
	if err := os.MkdirAll(s.folder, 0o700); err != nil {
		return "", err
	}
	path := filepath.Join(s.folder, slot)
	return "file:" + path, safefile.Write(path, []byte(key+"\n"), safefile.Options{Mode: safefile.Secret, Replace: true})
}

// forget removes the key that a reference leads to, if a login of this profile of
// this settings file put it there: another may be somebody else's as well. One that
// is not there is no error.
func (s slots) forget(ref string) error {
	kind, at, _ := strings.Cut(ref, ":")
	switch {
	case kind == "keyring" && strings.HasPrefix(at, s.prefix):
		err := keyring.New(keyring.Service, 0).Delete(at)
		if err != nil && !errors.Is(err, keyring.ErrNotFound) && !errors.Is(err, keyring.ErrUnavailable) {
			s.app.Notice("the keyring was not asked: %v", err)
		}
	case kind == "file" && filepath.Dir(at) == s.folder && strings.HasPrefix(filepath.Base(at), s.prefix):
		if err := os.Remove(at); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	case kind == "keyring", kind == "file":
		s.app.Notice("the key itself stays at %s, which other settings may use", ref)
	}
	return nil
}
