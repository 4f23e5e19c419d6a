package spec_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/spec"
)

// typical is a skill of the usual size, some 4 KB with a few references.
func typical() string {
	return front("license: MIT\nallowed-tools: Read Bash(git add:*)\nmetadata:\n  version: \"1.0\"") +
		strings.Repeat("Some advice in a line of the usual length, with `code` and more words.\n", 50) +
		"See [the guide](references/guide.md) and run `scripts/run.sh`.\n"
}

func BenchmarkParse(b *testing.B) {
	data := []byte(typical())
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		spec.Parse(data)
	}
}

func BenchmarkLintTree(b *testing.B) {
	fsys := fstest.MapFS{}
	for i := range 100 {
		dir := fmt.Sprintf("skills/s%03d/", i)
		fsys[dir+"SKILL.md"] = file(typical())
		fsys[dir+"references/guide.md"] = file("# Guide\n")
		fsys[dir+"scripts/run.sh"] = file("#!/bin/sh\n")
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := spec.LintTree(b.Context(), fsys); err != nil {
			b.Fatal(err)
		}
	}
}
