package sarif

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"net/url"
	"strings"

	"github.com/symbi-ctl/symbi-ctl/internal/output"
)

// Write writes a log with one run, of which it takes everything but Results:
// those come from results and are written one by one, a line each. Text is
// escaped as [output.EncodeJSON] does it.
func Write(w io.Writer, run Run, results iter.Seq[Result]) error {
	run.Results = []Result{}
	frame, err := output.EncodeJSONLine(Log{Schema: Schema, Version: Version, Runs: []Run{run}})
	if err != nil {
		return err
	}
	const end = "]}]}\n" // results is the last member of the last run
	buf := bufio.NewWriter(w)
	frame = bytes.TrimSuffix(frame, []byte(end))
	if _, err := buf.Write(frame); err != nil {
		return fmt.Errorf("write SARIF: %w", err)
	}
	separator := "\n"
	for result := range results {
		line, err := output.EncodeJSONLine(result)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(buf, "%s%s", separator, bytes.TrimSuffix(line, []byte("\n"))); err != nil {
			return fmt.Errorf("write SARIF: %w", err)
		}
		separator = ",\n"
	}
	_, err = buf.WriteString("\n" + end)
	if err := errors.Join(err, buf.Flush()); err != nil {
		return fmt.Errorf("write SARIF: %w", err)
	}
	return nil
}

// ErrPath is the refusal of a path that is not inside the scanned tree.
var ErrPath = errors.New("not a relative path inside the tree")

// URI returns the form of a path for [ArtifactLocation]: path is relative, with
// forward slashes and without dot elements, as in package io/fs. Everything but
// letters, digits and the harmless marks is percent-encoded, colons too, so that
// nothing reads as a scheme. Other paths give [ErrPath].
func URI(path string) (string, error) {
	if !insideTree(path) {
		return "", fmt.Errorf("%q: %w", path, ErrPath)
	}
	parts := strings.Split(path, "/")
	for i, part := range parts {
		parts[i] = strings.ReplaceAll(url.PathEscape(part), ":", "%3A")
	}
	return strings.Join(parts, "/"), nil
}

// insideTree is [fs.ValidPath] for names that need not be UTF-8.
func insideTree(path string) bool {
	return path != "." && fs.ValidPath(strings.ToValidUTF8(path, "?"))
}
