package dev

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/natefinch/atomic"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/frame"
	"github.com/symbi-ctl/symbi-ctl/internal/remote"
)

const maxToken = 4 << 10

func newToken() string {
	var secret [24]byte
	_, _ = rand.Read(secret[:]) // never fails
	return hex.EncodeToString(secret[:])
}

// ownToken reads the token of a state folder, and makes it at the first start.
func ownToken(path string) (string, error) {
	data, err := os.ReadFile(path)
	if err == nil && len(strings.TrimSpace(string(data))) > 0 {
		return strings.TrimSpace(string(data)), nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	token := newToken()
	return token, writeSecret(path, token)
}

// writeSecret writes a file that nobody else can read.
func writeSecret(path, secret string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(secret + "\n")
	return errors.Join(err, f.Chmod(0o600), f.Close())
}

// fleeting makes a token for a state in memory, in a file beside the ready file
// or in the folder for temporary files.
func (o upOptions) fleeting(app *cli.App) (*frame.Guard, credential, error) {
	dir := os.TempDir()
	if o.readyFile != "" {
		dir = filepath.Dir(app.Path(o.readyFile))
	}
	f, err := os.CreateTemp(dir, "symbi-ctl-token-") // mode 0600
	if err != nil {
		return nil, credential{}, err
	}
	token := newToken()
	_, err = f.WriteString(token + "\n")
	return &frame.Guard{Token: token}, credential{file: f.Name(), where: f.Name()}, errors.Join(err, f.Close())
}

func readToken(app *cli.App, file string) (string, error) {
	data, err := remote.ReadFile(app, file, maxToken)
	if err != nil {
		return "", err
	}
	token := strings.TrimSpace(string(data))
	if token == "" || strings.ContainsAny(token, " \t\r\n") {
		return "", fmt.Errorf("%s does not hold a token", file)
	}
	return token, nil
}

// writeWhole replaces a file: whoever waits for it never sees half of it.
func writeWhole(path string, data []byte) error { return atomic.WriteFile(path, bytes.NewReader(data)) }
