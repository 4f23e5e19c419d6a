package dev

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"

	"github.com/natefinch/atomic"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/frame"
	"github.com/symbi-ctl/symbi-ctl/internal/remote"
)

const maxToken = 4 << 10

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
	token := remote.NewToken()
	_, err = f.WriteString(token + "\n")
	return &frame.Guard{Token: token}, credential{file: f.Name(), where: f.Name(), fleeting: true}, errors.Join(err, f.Close())
}

func readToken(app *cli.App, file string) (string, error) {
	data, err := remote.ReadFile(app, file, maxToken)
	if err != nil {
		return "", err
	}
	return remote.ParseToken(file, data)
}

// writeWhole replaces a file: whoever waits for it never sees half of it.
func writeWhole(path string, data []byte) error { return atomic.WriteFile(path, bytes.NewReader(data)) }
