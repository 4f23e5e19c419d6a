package remote

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// NewToken makes a token for the embedded runtime.
func NewToken() string {
	var secret [24]byte
	_, _ = rand.Read(secret[:]) // never fails
	return hex.EncodeToString(secret[:])
}

// TokenFile is where the token of a state folder is.
func TokenFile(dir string) string { return filepath.Join(dir, "token") }

// OwnToken reads the token of a state folder, and makes it at the first start.
// Every process has the same one: a submission is resumed by who made it.
func OwnToken(dir string) (string, error) {
	path := TokenFile(dir)
	token, err := readToken(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return token, err
	}
	f, err := os.CreateTemp(dir, "token-") // mode 0600
	if err != nil {
		return "", err
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(NewToken() + "\n")
	if err := errors.Join(err, f.Close()); err != nil {
		return "", err
	}
	err = os.Link(f.Name(), path) // fails when another process was first
	if err != nil && !errors.Is(err, fs.ErrExist) {
		err = os.Rename(f.Name(), path) // a file system without links
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	return readToken(path)
}

func readToken(path string) (string, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() || runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return "", fmt.Errorf("%s is not a file that only you can read; remove it, or chmod 600 it if you made it", path)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	return ParseToken(path, data)
}

// ParseToken reads a token from the content of a file of that name.
func ParseToken(name string, data []byte) (string, error) {
	token := strings.TrimSpace(string(data))
	if token == "" || strings.ContainsAny(token, " \t\r\n") {
		return "", fmt.Errorf("%s does not hold a token", name)
	}
	return token, nil
}
