//go:build interop && unix

// Package realruntime builds and starts the genuine Symbiont runtime: the
// published library behind its own HTTP servers, in a small program of ours
// (src), with a scripted model and no network. Start is the entry point.
//
// The program is built once with cargo and kept in the user's cache folder,
// below symbi-ctl/runtime, under a hash of its sources and the compiler. A cold
// build takes about four minutes on two cores. Without cargo, Start skips the
// test and says so.
package realruntime

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/gofrs/flock"
)

//go:embed src 1.19.0 3.0.0
var sources embed.FS

// errNoCargo means that nothing here can compile Rust.
var errNoCargo = errors.New("cargo is not installed")

// built returns the program of a version, after building it if need be.
func built(ctx context.Context, version string) (string, error) {
	compiler, err := exec.CommandContext(ctx, "rustc", "--version", "--verbose").Output()
	if err != nil {
		return "", fmt.Errorf("%w: %w", errNoCargo, err)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	sum, err := fingerprint(version, compiler)
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "symbi-ctl", "runtime", sum)
	program := filepath.Join(dir, "realruntime")
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return "", err
	}
	lock := flock.New(dir + ".lock")
	if err := lock.Lock(); err != nil {
		return "", err
	}
	defer lock.Close()
	if _, err := os.Stat(program); err == nil {
		return program, nil
	}
	work, err := os.MkdirTemp(dir, "build-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(work)
	if err := compile(ctx, work, version); err != nil {
		return "", fmt.Errorf("build runtime %s: %w", version, err)
	}
	return program, os.Rename(filepath.Join(work, "target", "debug", "realruntime"), program)
}

// fingerprint names what a build depends on.
func fingerprint(version string, compiler []byte) (string, error) {
	sum := sha256.New()
	sum.Write(compiler)
	for _, dir := range []string{"src", version} {
		err := fs.WalkDir(sources, dir, func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			text, err := sources.ReadFile(name)
			fmt.Fprintf(sum, "%s %d\n%s", name, len(text), text)
			return err
		})
		if err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(sum.Sum(nil)[:12]), nil
}

// compile lays the sources out below work and runs cargo, gently: others use
// the machine too.
func compile(ctx context.Context, work, version string) error {
	if err := os.CopyFS(work, sources); err != nil {
		return err
	}
	dir := filepath.Join(work, version)
	if err := unfoldLock(ctx, dir); err != nil {
		return err
	}
	args := []string{"cargo", "build", "--locked", "--quiet", "--jobs", "2", "--target-dir", filepath.Join(work, "target")}
	if nice, err := exec.LookPath("nice"); err == nil {
		args = append([]string{nice}, args...)
	}
	cargo := exec.CommandContext(ctx, args[0], args[1:]...) //nolint:gosec // every word of it is ours
	cargo.Dir = dir
	if out, err := cargo.CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	return nil
}

// unfoldLock turns lock.txt into Cargo.lock: in lock.txt the registry that every
// package comes from is written as REGISTRY, and cargo knows its name.
func unfoldLock(ctx context.Context, dir string) error {
	work, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer work.Close()
	folded, err := work.ReadFile("lock.txt")
	if err != nil {
		return err
	}
	metadata := exec.CommandContext(ctx, "cargo", "metadata", "--no-deps", "--format-version", "1")
	metadata.Dir = dir
	out, err := metadata.Output()
	if err != nil {
		return fmt.Errorf("cargo metadata: %w", err)
	}
	var project struct {
		Packages []struct{ Dependencies []struct{ Source string } }
	}
	if err := json.Unmarshal(out, &project); err != nil {
		return fmt.Errorf("cargo metadata: %w", err)
	}
	if len(project.Packages) != 1 || len(project.Packages[0].Dependencies) == 0 {
		return errors.New("cargo metadata: no package with dependencies")
	}
	registry := project.Packages[0].Dependencies[0].Source
	return work.WriteFile("Cargo.lock", bytes.ReplaceAll(folded, []byte("REGISTRY"), []byte(registry)), 0o600)
}
