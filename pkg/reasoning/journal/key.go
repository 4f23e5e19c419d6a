package journal

import (
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/symbi-ctl/symbi-ctl/internal/safefile"
)

// KeyFile is the name of the file in a folder of journals that holds the seed
// they are signed with: 32 bytes, for its owner alone.
const KeyFile = "audit-signing.key"

// ErrNotPrivate says that a folder or key file is not for its owner alone, or
// not what it has to be.
var ErrNotPrivate = errors.New("not private")

// privateFolder makes the folder when it is missing, and refuses one that others
// may enter.
func privateFolder(dir string) error {
	const mode fs.FileMode = 0o700
	if err := os.MkdirAll(dir, mode); err != nil {
		return err
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	if !info.IsDir() || !ownersAlone(info) {
		return fmt.Errorf("%s: %w: want a folder of mode 0700 that belongs to this user", dir, ErrNotPrivate)
	}
	return nil
}

// PublicKey returns the key with which the journals of a folder are verified.
// Folder and key are made when there are none.
func PublicKey(dir string) (ed25519.PublicKey, error) {
	if err := privateFolder(dir); err != nil {
		return nil, err
	}
	key, err := signingKey(dir)
	if err != nil {
		return nil, err
	}
	return ed25519.PublicKey(key[ed25519.SeedSize:]), nil
}

// signingKey reads the key of a private folder, and makes one when there is
// none. Of several that make one at the same time all get the same.
func signingKey(dir string) (ed25519.PrivateKey, error) {
	unlock, err := lock(dir)
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", dir, err)
	}
	defer unlock()
	name := filepath.Join(dir, KeyFile)
	if _, err := os.Lstat(name); errors.Is(err, fs.ErrNotExist) {
		seed := make([]byte, ed25519.SeedSize)
		rand.Read(seed) // never fails
		if err := safefile.Write(name, seed, safefile.Options{}); err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, err
		}
	}
	named, err := os.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !named.Mode().IsRegular() || !ownersAlone(named) || !oneName(named) || named.Size() != ed25519.SeedSize {
		return nil, fmt.Errorf("%s: %w: want a file of %d bytes and mode 0600, with one name, that belongs to this user", name, ErrNotPrivate, ed25519.SeedSize)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !os.SameFile(named, info) {
		return nil, fmt.Errorf("%s: %w: the file was exchanged", name, ErrNotPrivate)
	}
	seed := make([]byte, ed25519.SeedSize)
	if _, err := io.ReadFull(f, seed); err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

// syncFolder makes a new name durable where the system can do that.
func syncFolder(dir string) {
	if f, err := os.Open(dir); err == nil {
		_ = f.Sync()
		_ = f.Close()
	}
}
