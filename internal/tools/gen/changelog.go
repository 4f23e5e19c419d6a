package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// kinds are the headings of a changelog, in the order of keepachangelog.com.
func kinds() []string {
	return []string{"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
}

const unreleased = "## [Unreleased]\n"

// changelog puts the entries of changelog/unreleased into CHANGELOG.md. An
// entry is a file of one paragraph that starts with its kind: "Fixed: …".
func changelog(root string, out pages) error {
	name := filepath.Join(root, "CHANGELOG.md")
	page, err := os.ReadFile(name)
	if err != nil {
		return fmt.Errorf("read the changelog: %w", err)
	}
	files, err := filepath.Glob(filepath.Join(root, "changelog", "unreleased", "*.md"))
	if err != nil {
		return fmt.Errorf("find the entries of the changelog: %w", err)
	}
	slices.Sort(files)
	entries := map[string][]string{}
	for _, file := range files {
		kind, text, err := entry(file)
		if err != nil {
			return err
		}
		entries[kind] = append(entries[kind], text)
	}
	if out["CHANGELOG.md"], err = assemble(page, entries); err != nil {
		return fmt.Errorf("assemble %s: %w", name, err)
	}
	return nil
}

func entry(file string) (kind, text string, err error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return "", "", fmt.Errorf("read an entry of the changelog: %w", err)
	}
	kind, text, ok := strings.Cut(strings.TrimSpace(string(content)), ": ")
	if !ok || !slices.Contains(kinds(), kind) || strings.Contains(text, "\n\n") {
		return "", "", fmt.Errorf("%s: want one paragraph that starts with one of %s, and a colon", file, strings.Join(kinds(), ", "))
	}
	return kind, strings.ReplaceAll(text, "\n", " "), nil
}

// assemble replaces what stands between the heading Unreleased and the next
// one.
func assemble(page []byte, entries map[string][]string) ([]byte, error) {
	before, after, ok := bytes.Cut(page, []byte(unreleased))
	if !ok {
		return nil, fmt.Errorf("there is no heading %q", strings.TrimSpace(unreleased))
	}
	if i := bytes.Index(after, []byte("\n## ")); i >= 0 {
		after = after[i:]
	} else {
		after = nil
	}
	var b bytes.Buffer
	b.Write(before)
	b.WriteString(unreleased)
	for _, kind := range kinds() {
		if len(entries[kind]) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n### %s\n\n", kind)
		for _, text := range entries[kind] {
			fmt.Fprintf(&b, "- %s\n", text)
		}
	}
	b.Write(after)
	return b.Bytes(), nil
}
