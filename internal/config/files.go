package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
)

// FileName is the name of the user's and of a project's settings file.
const FileName = ".symbiont.yaml"

// FileInfo is one of the files that settings are read from.
type FileInfo struct {
	Role   Role   `json:"role"`
	Path   string `json:"path"`
	Exists bool   `json:"exists"`
}

// Files returns the files that [Load] reads, the strongest first, whether they
// exist or not. The project's is left out when there is no place for one.
func Files(o LoadOptions) ([]FileInfo, error) {
	var files []FileInfo
	if o.EnvFile != "" {
		files = append(files, FileInfo{Role: RoleEnvFile, Path: o.abs(o.EnvFile)})
	}
	if o.ConfigFile != "" {
		files = append(files, FileInfo{Role: RoleConfig, Path: o.abs(o.ConfigFile)})
	} else {
		if project := o.projectPath(); project != "" {
			files = append(files, FileInfo{Role: RoleProject, Path: project})
		}
		if o.Home != "" {
			files = append(files, FileInfo{Role: RoleUser, Path: o.userPath()})
		}
	}
	for i, f := range files {
		var err error
		if files[i].Exists, err = exists(f.Path); err != nil {
			return nil, err
		}
	}
	return files, nil
}

func (o LoadOptions) userPath() string { return filepath.Join(o.Home, FileName) }

func (o LoadOptions) abs(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(o.Dir, path)
}

// projectPath returns the project file, or where it would be made. It is empty
// when that is the user's own file. What may not be looked at is not there.
func (o LoadOptions) projectPath() string {
	if o.Dir == "" {
		return ""
	}
	dirs := upToRepository(o.Dir)
	path := filepath.Join(dirs[len(dirs)-1], FileName)
	for _, dir := range dirs {
		candidate := filepath.Join(dir, FileName)
		if _, err := os.Lstat(candidate); err == nil {
			path = candidate
			break
		}
	}
	if o.Home != "" && (path == o.userPath() || sameFile(path, o.userPath())) {
		return ""
	}
	return path
}

// upToRepository returns dir and its parents up to the one that holds .git, or
// dir alone when none does.
func upToRepository(dir string) []string {
	var dirs []string
	for at := filepath.Clean(dir); ; at = filepath.Dir(at) {
		dirs = append(dirs, at)
		if _, err := os.Lstat(filepath.Join(at, ".git")); err == nil {
			return dirs
		}
		if at == filepath.Dir(at) {
			return dirs[:1]
		}
	}
}

// exists does not follow a link at the end of path. A path below something that
// is not a folder does not exist: HOME is /dev/null in many a container.
func exists(path string) (bool, error) {
	_, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for settings: %w", err)
	}
	return true, nil
}

func sameFile(a, b string) bool {
	infoA, errA := os.Stat(a)
	infoB, errB := os.Stat(b)
	return errA == nil && errB == nil && os.SameFile(infoA, infoB)
}

// content is what was read of a file, at most limit bytes and one.
type content struct {
	path string
	data []byte
	mode fs.FileMode
}

func readFile(path string, limit int64) (content, error) {
	f, err := os.Open(path)
	if err != nil {
		return content{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return content{}, err
	}
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	return content{path: path, data: data, mode: info.Mode()}, err
}

// readSettings reads a file that may be missing, unless it was asked for by
// name. A project file has to be a regular file: behind a link it could be
// anything of the user's, and reading a pipe waits for ever.
func readSettings(f FileInfo) (content, error) {
	if !f.Exists && (f.Role == RoleUser || f.Role == RoleProject) {
		return content{}, nil
	}
	if f.Role == RoleProject {
		info, err := os.Lstat(f.Path)
		if err != nil {
			return content{}, fmt.Errorf("read settings: %w", err)
		}
		if !info.Mode().IsRegular() {
			return content{}, notRegular(f.Path)
		}
	}
	c, err := readFile(f.Path, maxFile)
	if errors.Is(err, fs.ErrNotExist) && f.Role == RoleUser {
		return content{}, nil // a link to a file that is still to be made
	}
	if err != nil {
		return content{}, fmt.Errorf("read settings: %w", err)
	}
	return c, nil
}

func notRegular(path string) *Error {
	return &Error{Source: Source{Kind: FromFile, File: path, Project: true}, Message: "a project file has to be a regular file, not a link or a device"}
}

// openToOthers returns a warning when others can read the secret in c.
func openToOthers(c content) []string {
	if runtime.GOOS == "windows" || !c.mode.IsRegular() || c.mode.Perm()&0o077 == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%s holds a secret and has mode %04o: run chmod 600 %s", c.path, c.mode.Perm(), shellQuote(c.path))}
}

func shellQuote(s string) string {
	if strings.ContainsFunc(s, func(r rune) bool {
		return !strings.ContainsRune("/._-", r) && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	}) {
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	return s
}
