package safefile

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// leftAfter is when nobody can be writing a temporary file any more.
const leftAfter = time.Hour

// stage writes a complete file beside target and returns its name.
func stage(target string, data []byte, mode fs.FileMode) (name string, err error) {
	if mode == 0 {
		mode = Secret
	}
	folder, prefix := filepath.Dir(target), "."+filepath.Base(target)+".symbi-ctl-"
	f, err := os.CreateTemp(folder, prefix+"*") // 0600
	if err != nil {
		return "", bare(err)
	}
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	if _, err := f.Write(data); err != nil {
		return "", bare(err)
	}
	if mode != Secret {
		if err := f.Chmod(mode); err != nil {
			return "", bare(err)
		}
	}
	if info, err := f.Stat(); err == nil {
		sweep(folder, prefix, info.ModTime())
	}
	return f.Name(), bare(f.Sync())
}

// sweep removes what processes that were killed left behind, which may hold a
// secret. How old it is tells the file system, by the time of a new file.
func sweep(folder, prefix string, now time.Time) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return // who may write to a folder need not be able to list it
	}
	for _, e := range entries {
		if !e.Type().IsRegular() || !strings.HasPrefix(e.Name(), prefix) {
			continue
		}
		if info, err := e.Info(); err == nil && now.Sub(info.ModTime()) > leftAfter {
			_ = os.Remove(filepath.Join(folder, e.Name()))
		}
	}
}
