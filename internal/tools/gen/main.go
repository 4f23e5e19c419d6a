// Command gen writes what the repository holds and code decides: completion
// scripts, the reference of commands, rules, error codes and settings, and the
// unreleased part of the changelog. Run it with `make gen`. With -man it writes
// manual pages instead, which are packed into releases and not kept.
//
// The same code gives the same bytes: no dates, no versions, sorted. The folders
// completions and docs/cli belong to it; what it did not write is removed there.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

// pages are the files to write: name, with slashes and relative to the root of
// the repository, to content.
type pages map[string][]byte

func main() {
	root := flag.String("root", "../..", "write into the repository at this `folder`")
	man := flag.String("man", "", "write manual pages into this `folder`, and nothing else")
	flag.Parse()
	if err := generate(context.Background(), *root, *man); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func generate(ctx context.Context, root, man string) error {
	if man != "" {
		return manuals(man)
	}
	out := pages{}
	for _, fill := range []func(context.Context, pages) error{completions, commands, ruleBook, errorCodes, settings} {
		if err := fill(ctx, out); err != nil {
			return err
		}
	}
	if err := changelog(root, out); err != nil {
		return err
	}
	for _, owned := range []string{"completions", "docs/cli"} {
		if err := os.RemoveAll(filepath.Join(root, filepath.FromSlash(owned))); err != nil {
			return fmt.Errorf("clear %s: %w", owned, err)
		}
	}
	for name, content := range out {
		if err := write(filepath.Join(root, filepath.FromSlash(name)), content); err != nil {
			return err
		}
	}
	return nil
}

func write(name string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return fmt.Errorf("make the folder of %s: %w", name, err)
	}
	if err := os.WriteFile(name, content, 0o644); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}
