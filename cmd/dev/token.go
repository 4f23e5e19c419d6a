package dev

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

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

// given is the token of --token-file.
func (o upOptions) given(app *cli.App) (*frame.Guard, credential, error) {
	from := credential{where: "that of stdin"}
	if o.tokenFile != "-" {
		path := app.Path(o.tokenFile)
		from = credential{file: path, where: path}
		if info, err := os.Stat(path); err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
			return nil, from, fmt.Errorf("read the token: %s can be read by others; chmod 600 it", path)
		}
	}
	data, err := remote.ReadFile(app, o.tokenFile, maxToken)
	if err != nil {
		return nil, from, err
	}
	token, err := remote.ParseToken(o.tokenFile, data)
	if err == nil {
		err = sendable(o.tokenFile, token)
	}
	return &frame.Guard{Token: token}, from, err
}

// writeWhole replaces a file: whoever waits for it never sees half of it.
func writeWhole(path string, data []byte) error { return atomic.WriteFile(path, bytes.NewReader(data)) }
