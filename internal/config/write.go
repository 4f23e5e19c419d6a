package config

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v3"

	"github.com/symbi-ctl/symbi-ctl/internal/safefile"
)

const maxLinks = 16

// edit reads the file, lets apply change its document, and writes the result,
// all under the lock. Nothing is written when the old or the new text has a
// problem, or when they are the same.
func (f File) edit(ctx context.Context, apply func(*document) error) (Change, error) {
	target, err := f.target()
	if err != nil {
		return Change{}, err
	}
	lock, err := safefile.Lock(ctx, target)
	if err != nil {
		return Change{}, fmt.Errorf("edit settings: %w", err)
	}
	defer lock.Close()
	old, err := readFile(target, maxFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Change{}, fmt.Errorf("read settings: %w", err)
	}
	before, err := f.parse(old.data)
	if err != nil {
		return Change{}, err
	}
	text, err := before.rewrite(old.data, apply)
	if err != nil {
		return Change{}, err
	}
	after, err := f.parse(text)
	if err != nil {
		return Change{}, err
	}
	change := Change{File: f.path, Changed: !bytes.Equal(text, old.data)}
	if change.Changed {
		if err := safefile.Write(target, text, safefile.Options{Mode: old.mode.Perm(), Replace: true}); err != nil {
			return Change{}, fmt.Errorf("write settings: %w", err)
		}
	}
	old.path = f.path
	if after.holdsSecret() {
		change.Warnings = openToOthers(old)
	}
	return change, nil
}

func (f File) parse(data []byte) (*document, error) {
	d := parseDocument(f.path, f.role, data)
	if len(d.problems) == 0 {
		return d, nil
	}
	first := *d.problems[0]
	first.More = len(d.problems) - 1
	return nil, &first
}

// target follows links by hand, because the last one may lead to a file that
// does not exist yet. All ways to a file end at the same lock.
func (f File) target() (string, error) {
	path := f.path
	for range maxLinks {
		info, err := os.Lstat(path)
		if errors.Is(err, fs.ErrNotExist) {
			return path, nil
		}
		if err != nil {
			return "", fmt.Errorf("look for settings: %w", err)
		}
		if f.role == RoleProject && !info.Mode().IsRegular() {
			return "", notRegular(path)
		}
		if info.Mode()&fs.ModeSymlink == 0 {
			return path, nil
		}
		next, err := os.Readlink(path)
		if err != nil {
			return "", fmt.Errorf("look for settings: %w", err)
		}
		if !filepath.IsAbs(next) {
			next = filepath.Join(filepath.Dir(path), next)
		}
		path = next
	}
	return "", fmt.Errorf("look for settings %s: more than %d links", f.path, maxLinks)
}

// rewrite returns the text of the file after apply. A file without a document
// may still have comments: they stay in front. Text that apply left alone is
// returned as it was, not as the encoder would have written it.
func (d *document) rewrite(old []byte, apply func(*document) error) ([]byte, error) {
	var text bytes.Buffer
	if d.root == nil {
		d.root = &yaml.Node{Kind: yaml.DocumentNode, Content: []*yaml.Node{{Kind: yaml.MappingNode, Tag: "!!map"}}}
		text.Write(old)
		if len(old) > 0 && !bytes.HasSuffix(old, []byte("\n")) {
			text.WriteByte('\n')
		}
	}
	becomeMapping(d.root.Content[0])
	spellNulls(d.root, false)
	unchanged, err := encode(d.root)
	if err != nil {
		return nil, err
	}
	if err := apply(d); err != nil {
		return nil, err
	}
	changed, err := encode(d.root)
	if err != nil || bytes.Equal(changed, unchanged) {
		return old, err
	}
	text.Write(changed)
	return text.Bytes(), nil
}

// spellNulls writes out what is nothing inside of braces, as in {name}: the encoder
// would make it an empty text.
func spellNulls(n *yaml.Node, braces bool) {
	if braces && isNull(n) && n.Value == "" {
		n.Value = "null"
	}
	for _, child := range n.Content {
		spellNulls(child, braces || n.Style&yaml.FlowStyle != 0)
	}
}

func encode(root *yaml.Node) ([]byte, error) {
	var text bytes.Buffer
	enc := yaml.NewEncoder(&text)
	enc.SetIndent(2)
	if err := enc.Encode(root); err != nil {
		return nil, fmt.Errorf("encode settings: %w", err)
	}
	return text.Bytes(), enc.Close()
}
