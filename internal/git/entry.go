package git

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Kind is what an entry is.
type Kind string

// The kinds of entries. A [Symlink]'s object holds its target; a [Submodule]'s
// is a commit of another repository and cannot be read here.
const (
	File       Kind = "file"
	Executable Kind = "executable"
	Symlink    Kind = "symlink"
	Submodule  Kind = "submodule"
)

// State says whether an entry has an object.
type State string

// The states of entries. [Unmerged] is a path that a merge has left in
// conflict: it cannot be committed as it is.
const (
	Present  State = "present"
	Deleted  State = "deleted"
	Unmerged State = "unmerged"
)

// Entry is one path of the index or of a commit. Folders are not entries.
type Entry struct {
	Path  string // slash path from the root of the work tree
	Kind  Kind   // of a deleted or unmerged entry: what it was, or empty
	State State
	ID    string // of the object, in hex; empty unless [Present]
}

// Change is what a commit adds to what it shares with another.
type Change struct {
	Base, Head string // ids of the two commits that are compared; Base may be empty
	Entries    []Entry
}

// Commit returns the id of the commit that rev names. Anything else than one
// commit, and a rev that begins with a hyphen, is [ErrRevision].
func (r *Repo) Commit(ctx context.Context, rev string) (string, error) {
	if rev == "" || rev[0] == '-' || strings.ContainsAny(rev, "\x00\n") {
		return "", fmt.Errorf("%w: %q", ErrRevision, rev)
	}
	id, err := r.output(ctx, nil, "rev-parse", "--verify", "--quiet", "--end-of-options", rev+"^{commit}")
	if ctx.Err() != nil {
		return "", err
	}
	if err != nil || !isID(id) {
		return "", fmt.Errorf("%w: %q", ErrRevision, rev)
	}
	return id, nil
}

// Staged lists what the next commit would change: the index compared with HEAD,
// or with nothing when there is no commit yet. A rename is a deletion and a new
// entry. Paths limits the list to these files and folders.
func (r *Repo) Staged(ctx context.Context, paths ...string) ([]Entry, error) {
	entries, err := r.diff(ctx, paths, "diff-index", "--cached", "--ita-invisible-in-index", "HEAD")
	if err == nil {
		return entries, nil
	}
	if _, headErr := r.Commit(ctx, "HEAD"); !errors.Is(headErr, ErrRevision) {
		return nil, err
	}
	nothing, err := r.output(ctx, strings.NewReader(""), "hash-object", "-t", "tree", "--stdin")
	if err != nil {
		return nil, err
	}
	return r.diff(ctx, paths, "diff-index", "--cached", "--ita-invisible-in-index", nothing)
}

// Changed lists what the commit head changes since it parted from base: head
// compared with the merge base of the two, as a pull request is shown. What
// base has got since then is not in it, nor is what is staged or in the work
// tree. The id of zeros alone, by which git and forges say that a branch is new,
// compares with nothing. Without a merge base, in a shallow clone for example,
// the error is [ErrNoMergeBase].
func (r *Repo) Changed(ctx context.Context, base, head string, paths ...string) (Change, error) {
	ours, err := r.Commit(ctx, head)
	if err != nil {
		return Change{}, err
	}
	if isID(base) && strings.Trim(base, "0") == "" {
		entries, err := r.Tree(ctx, ours, paths...)
		return Change{Head: ours, Entries: entries}, err
	}
	theirs, err := r.Commit(ctx, base)
	if err != nil {
		return Change{}, err
	}
	common, err := r.output(ctx, nil, "merge-base", theirs, ours)
	if ctx.Err() != nil {
		return Change{}, err
	}
	if err != nil || !isID(common) {
		return Change{}, fmt.Errorf("compare %s with %s: %w", head, base, ErrNoMergeBase)
	}
	entries, err := r.diff(ctx, paths, "diff-tree", "-r", common, ours)
	if err != nil {
		return Change{}, err
	}
	return Change{Base: common, Head: ours, Entries: entries}, nil
}

// Index lists the whole index, that is, the next commit, sorted by path.
func (r *Repo) Index(ctx context.Context, paths ...string) ([]Entry, error) {
	args := append([]string{"ls-files", "--stage", "-z", "--full-name", "--"}, below(paths)...)
	return r.list(ctx, stageEntry, args)
}

// Tree lists everything that the commit named by rev holds, sorted by path.
func (r *Repo) Tree(ctx context.Context, rev string, paths ...string) ([]Entry, error) {
	commit, err := r.Commit(ctx, rev)
	if err != nil {
		return nil, err
	}
	args := append([]string{"ls-tree", "-r", "-z", "--full-tree", commit, "--"}, below(paths)...)
	return r.list(ctx, treeEntry, args)
}

func (r *Repo) diff(ctx context.Context, paths []string, command string, args ...string) ([]Entry, error) {
	all := append([]string{command, "--raw", "-z", "--no-abbrev", "--no-renames", "--no-ext-diff", "--no-textconv", "--ignore-submodules=none"}, args...)
	return r.list(ctx, rawEntry, append(append(all, "--"), below(paths)...))
}

// below drops a limit that is none: not every command knows ".".
func below(paths []string) []string {
	if slices.Contains(paths, ".") {
		return nil
	}
	return paths
}

// list runs git and reads an entry from its output until there are no more.
func (r *Repo) list(ctx context.Context, read func(next) (Entry, error), args []string) ([]Entry, error) {
	var entries []Entry
	err := r.records(ctx, args, func(n next) error {
		var err error
		entries, err = collect(n, read)
		return err
	})
	return entries, err
}

// next returns the record that follows, without the NUL at its end. After the
// last it is empty and io.EOF.
type next func() (string, error)

func collect(n next, read func(next) (Entry, error)) ([]Entry, error) {
	var entries []Entry
	for {
		e, err := read(n)
		if errors.Is(err, io.EOF) {
			return tidy(entries)
		}
		if err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
}

// stageEntry reads MODE ID STAGE TAB PATH.
func stageEntry(n next) (Entry, error) {
	part, name, err := split(n)
	if err != nil {
		return Entry{}, err
	}
	if part[2] != "0" {
		return Entry{Path: name, Kind: kind(part[0]), State: Unmerged}, nil
	}
	return present(name, part[0], part[1])
}

// treeEntry reads MODE TYPE ID TAB PATH.
func treeEntry(n next) (Entry, error) {
	part, name, err := split(n)
	if err != nil {
		return Entry{}, err
	}
	return present(name, part[0], part[2])
}

func split(n next) (part []string, name string, err error) {
	record, err := n()
	if err != nil {
		return nil, "", cut(record, err)
	}
	facts, name, found := strings.Cut(record, "\t")
	part = strings.Split(facts, " ")
	if !found || len(part) != 3 {
		return nil, "", malformed(record)
	}
	return part, name, nil
}

// rawEntry reads :OLDMODE NEWMODE OLDID NEWID STATUS NUL PATH.
func rawEntry(n next) (Entry, error) {
	facts, err := n()
	if err != nil {
		return Entry{}, cut(facts, err)
	}
	name, err := n()
	if err != nil {
		return Entry{}, cut(facts, err)
	}
	part := strings.Split(strings.TrimPrefix(facts, ":"), " ")
	if len(part) != 5 || facts[0] != ':' {
		return Entry{}, malformed(facts)
	}
	switch part[4] {
	case "D":
		return Entry{Path: name, Kind: kind(part[0]), State: Deleted}, nil
	case "U":
		return Entry{Path: name, Kind: kind(part[1]), State: Unmerged}, nil
	}
	return present(name, part[1], part[3])
}

// cut tells the end of the output from output that ends inside an entry.
func cut(record string, err error) error {
	if errors.Is(err, io.EOF) && record != "" {
		return io.ErrUnexpectedEOF
	}
	return err
}

// tidy sorts by path and makes one entry of an unmerged path, which comes as
// several records. Only a forged tree holds another path twice, to hide one.
func tidy(entries []Entry) ([]Entry, error) {
	slices.SortStableFunc(entries, func(a, b Entry) int { return strings.Compare(a.Path, b.Path) })
	kept := entries[:0]
	for _, e := range entries {
		last := len(kept) - 1
		switch {
		case last < 0 || kept[last].Path != e.Path:
			kept = append(kept, e)
		case kept[last].State == Unmerged:
		case e.State == Unmerged:
			kept[last] = e
		default:
			return nil, fmt.Errorf("the path %q is there twice", e.Path)
		}
	}
	return kept, nil
}

func present(name, mode, id string) (Entry, error) {
	e := Entry{Path: name, Kind: kind(mode), State: Present, ID: id}
	if e.Kind == "" || !isID(id) || !clean(name) {
		return Entry{}, malformed(mode + " " + id + " " + name)
	}
	return e, nil
}

func kind(mode string) Kind {
	switch mode {
	case "100644", "100664":
		return File
	case "100755":
		return Executable
	case "120000":
		return Symlink
	case "160000":
		return Submodule
	}
	return ""
}

func isID(s string) bool {
	return (len(s) == 40 || len(s) == 64) && strings.Trim(s, "0123456789abcdef") == ""
}

func malformed(record string) error { return fmt.Errorf("unexpected record %.200q", record) }
