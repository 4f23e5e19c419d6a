package git

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Ignored lists what is not tracked and what the .gitignore in the root of the
// work tree leaves out, sorted by path; a folder that is left out as a whole
// stands for what is in it. The .gitignore files of other folders, and the
// user's own, have no say.
func (r *Repo) Ignored(ctx context.Context) ([]string, error) {
	file := filepath.Join(r.Root, ".gitignore")
	info, err := os.Lstat(file)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !info.Mode().IsRegular() { // git follows no link here either
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	args := []string{"ls-files", "--others", "--ignored", "--directory", "-z", "--exclude-from=" + file}
	var out []string
	err = r.records(ctx, args, func(read next) error {
		for {
			name, err := read()
			if err != nil {
				return ignoreEOF(err)
			}
			out = append(out, name)
		}
	})
	return out, err
}

func ignoreEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}
