// Package git reads a repository through the git program: what is staged, what
// a branch adds, what a commit holds, and the bytes of objects. Start with
// [Open]; [Repo.Staged], [Repo.Changed], [Repo.Index] and [Repo.Tree] list
// entries, [Repo.Blobs] reads them, [NewFS] makes a file system of them.
//
// It promises to read only: no lock is taken, no hook, pager, filter, external
// diff or fsmonitor is run, nothing is fetched, and replacement objects are
// ignored, because what is judged has to be what is recorded. Only the methods
// of [Hook] write, and only the file of a hook. Paths are the bytes that git
// holds, so they may hold line feeds or not be UTF-8. Paths that a caller gives
// are names, never patterns.
//
// The environment is given, not taken: inside a hook GIT_DIR and
// GIT_INDEX_FILE say which repository and which index are meant, and `git
// commit -a` or `git commit FILE` use an index of their own.
package git

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// The errors that a caller can act on.
var (
	ErrNoGit         = errors.New("the git program was not found")
	ErrNotRepository = errors.New("not the work tree of a git repository")
	ErrRevision      = errors.New("no such revision")
	ErrNoMergeBase   = errors.New("no common ancestor")
	ErrMissing       = errors.New("no such object")
)

// Error is a git command that did not succeed. Its text is what git said.
type Error struct {
	Command string // the subcommand, such as "diff-index"
	Stderr  string // at most 4 KiB, without the line feed at the end
	Err     error  // of the process
}

// Error returns the subcommand and what git wrote to stderr.
func (e *Error) Error() string {
	if e.Stderr == "" {
		return fmt.Sprintf("git %s: %v", e.Command, e.Err)
	}
	return fmt.Sprintf("git %s: %s", e.Command, e.Stderr)
}

// Unwrap returns the error of the process.
func (e *Error) Unwrap() error { return e.Err }

// Options says where a repository is looked for, and how git is run.
type Options struct {
	Dir     string   // a folder inside the work tree
	Env     []string // "NAME=value", as the process got it
	Program string   // path of git; empty means the first git on the PATH of Env
}

// Repo is a repository with a work tree. It is safe for concurrent use.
type Repo struct {
	Root   string // absolute path of the work tree, symbolic links resolved
	GitDir string // absolute path; in a linked work tree, that work tree's own

	program string
	env     []string
}

// Open finds the repository that o.Dir is in. The error is [ErrNoGit] when
// there is no git program and [ErrNotRepository] when git finds no work tree,
// or does not trust the one it found.
func Open(ctx context.Context, o Options) (*Repo, error) {
	program, err := find(o)
	if err != nil {
		return nil, err
	}
	r := &Repo{Root: o.Dir, program: program, env: environment(o.Env)}
	places, err := r.output(ctx, nil, "rev-parse", "--show-toplevel", "--absolute-git-dir")
	if err != nil {
		return nil, r.notRepository(ctx, err)
	}
	root, gitDir, _ := strings.Cut(places, "\n")
	if strings.Contains(gitDir, "\n") { // a line feed in one of the two paths
		if root, err = r.output(ctx, nil, "rev-parse", "--show-toplevel"); err != nil {
			return nil, r.notRepository(ctx, err)
		}
		gitDir = strings.TrimPrefix(places, root+"\n")
	}
	r.Root, r.GitDir = filepath.FromSlash(root), filepath.FromSlash(gitDir)
	return r, nil
}

func (r *Repo) notRepository(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return err
	}
	return fmt.Errorf("%w: %w", ErrNotRepository, err)
}

// find returns the path of git. Folders of PATH that are not absolute are
// passed over: the current folder is what is being judged.
func find(o Options) (string, error) {
	if o.Program != "" {
		return o.Program, nil
	}
	for _, dir := range filepath.SplitList(lookup(o.Env, "PATH")) {
		if !filepath.IsAbs(dir) {
			continue
		}
		if program, err := exec.LookPath(filepath.Join(dir, "git")); err == nil {
			return program, nil
		}
	}
	return "", fmt.Errorf("%w on the PATH", ErrNoGit)
}

// lookup returns the last value of name. Windows writes PATH in any case.
func lookup(env []string, name string) string {
	for _, pair := range slices.Backward(env) {
		if key, value, _ := strings.Cut(pair, "="); strings.EqualFold(key, name) {
			return value
		}
	}
	return ""
}

// environment is env without what would change the form of git's answers, and
// with what keeps git from prompting, locking, fetching and replacing.
func environment(env []string) []string {
	changing := []string{
		"GIT_EXTERNAL_DIFF", "GIT_GLOB_PATHSPECS", "GIT_ICASE_PATHSPECS", "GIT_NOGLOB_PATHSPECS", "LANGUAGE",
		"GIT_REDIRECT_STDIN", "GIT_REDIRECT_STDOUT", "GIT_REDIRECT_STDERR",
	}
	kept := slices.DeleteFunc(slices.Clone(env), func(pair string) bool {
		key, _, _ := strings.Cut(pair, "=")
		return slices.Contains(changing, key)
	})
	return append(kept,
		"LC_ALL=C", "GIT_OPTIONAL_LOCKS=0", "GIT_TERMINAL_PROMPT=0", "GIT_PAGER=cat",
		"GIT_LITERAL_PATHSPECS=1", "GIT_NO_REPLACE_OBJECTS=1",
		"GIT_NO_LAZY_FETCH=1", "GIT_ALLOW_PROTOCOL=none", // the second for git before 2.45
	)
}

// command prepares git, in the root of the work tree, to be ended with ctx.
func (r *Repo) command(ctx context.Context, args ...string) *exec.Cmd {
	all := []string{"--no-pager"}
	if r.GitDir != "" {
		all = append(all, "--git-dir="+r.GitDir, "--work-tree="+r.Root)
	}
	all = append(all, "-c", "core.fsmonitor=false", "-c", "core.quotepath=off", "-c", "submodule.recurse=false")
	all = append(all, args...)
	c := exec.CommandContext(ctx, r.program, all...) //nolint:gosec // the program is the operator's git, revisions are checked and paths follow --
	c.Dir, c.Env = r.Root, r.env
	c.WaitDelay = 2 * time.Second // for children of git that hold its pipes
	return c
}

// noHooks comes before a subcommand. None of those used here runs a hook in the
// versions known; the next one might.
func noHooks() []string { return []string{"-c", "core.hooksPath=/dev/null"} }

// output returns what git prints, without the line feed at the end.
func (r *Repo) output(ctx context.Context, stdin io.Reader, args ...string) (string, error) {
	return run(ctx, r.command(ctx, append(noHooks(), args...)...), stdin, args[0])
}

func run(ctx context.Context, c *exec.Cmd, stdin io.Reader, name string) (string, error) {
	var stdout bytes.Buffer
	var stderr head
	c.Stdin, c.Stdout, c.Stderr = stdin, &stdout, &stderr
	if err := c.Run(); err != nil {
		return "", failure(ctx.Err(), name, err, &stderr)
	}
	return strings.TrimSuffix(stdout.String(), "\n"), nil
}

// records runs git and gives parse its output, record by record.
func (r *Repo) records(ctx context.Context, args []string, parse func(next) error) error {
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	c := r.command(inner, append(noHooks(), args...)...)
	var stderr head
	c.Stderr = &stderr
	stdout, err := c.StdoutPipe()
	if err != nil {
		return fmt.Errorf("run git %s: %w", args[0], err)
	}
	if err := c.Start(); err != nil {
		return failure(ctx.Err(), args[0], err, &stderr)
	}
	buffered := bufio.NewReaderSize(stdout, 64<<10)
	parseErr := parse(func() (string, error) {
		record, err := buffered.ReadString(0)
		return strings.TrimSuffix(record, "\x00"), err
	})
	if parseErr != nil && !errors.Is(parseErr, io.ErrUnexpectedEOF) {
		cancel() // there may be more output, which nobody reads
		_ = c.Wait()
		return fmt.Errorf("read the output of git %s: %w", args[0], cmp.Or(ctx.Err(), parseErr))
	}
	if err := c.Wait(); err != nil { // which is why the output was cut
		return failure(ctx.Err(), args[0], err, &stderr)
	}
	return parseErr
}

// failure prefers ended, the error of the context, over what the end did to the
// process.
func failure(ended error, command string, err error, stderr *head) error {
	if ended != nil {
		return fmt.Errorf("run git %s: %w", command, ended)
	}
	return &Error{Command: command, Stderr: strings.TrimSpace(stderr.String()), Err: err}
}

// head keeps the beginning of what is written to it.
type head struct{ bytes.Buffer }

const headSize = 4 << 10

func (h *head) Write(p []byte) (int, error) {
	if room := headSize - h.Len(); room > 0 {
		h.Buffer.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}

// Rel returns the slash path, in the repository, of a file or folder given by
// its absolute path on disk; "." is the root. A path outside the work tree is an
// error. The name itself is not followed when it is a symbolic link, and it need
// not exist.
func (r *Repo) Rel(name string) (string, error) {
	if target, err := filepath.EvalSymlinks(name); err == nil && target == r.Root {
		return ".", nil
	}
	rel, err := filepath.Rel(r.Root, filepath.Join(resolve(filepath.Dir(name)), filepath.Base(name)))
	if err != nil || !filepath.IsLocal(rel) {
		return "", fmt.Errorf("%s is outside of the repository %s", name, r.Root)
	}
	return filepath.ToSlash(rel), nil
}

// resolve follows the symbolic links of as much of folder as exists.
func resolve(folder string) string {
	if target, err := filepath.EvalSymlinks(folder); err == nil {
		return target
	}
	if parent := filepath.Dir(folder); parent != folder {
		return filepath.Join(resolve(parent), filepath.Base(folder))
	}
	return folder
}
