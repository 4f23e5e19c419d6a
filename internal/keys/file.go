package keys

import (
	"crypto/ecdsa"
	"io/fs"
	"runtime"

	"github.com/symbi-ctl/symbi-ctl/internal/safefile"
)

// ReadPrivateFile reads the private key in a file. Exposed reports that others
// than the owner may read the file. An error about the file itself is a
// *fs.PathError; what is wrong with the key does not name the file.
func ReadPrivateFile(path string, passphrase Passphrase) (key *ecdsa.PrivateKey, exposed bool, err error) {
	data, info, err := safefile.Read(path, Max)
	if err != nil {
		return nil, false, err
	}
	key, err = ParsePrivate(data, passphrase)
	if err != nil {
		return nil, false, err
	}
	return key, Exposed(info), nil
}

// Exposed reports whether a file is open to others than its owner. Windows does
// not say so in the mode.
func Exposed(info fs.FileInfo) bool {
	return runtime.GOOS != "windows" && info.Mode().IsRegular() && info.Mode().Perm()&0o077 != 0
}
