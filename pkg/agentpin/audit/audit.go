// Package audit writes down what was decided about credentials: one JSON object
// a line, without secrets, each line holding the hash of the one before it.
// [Log.Append] writes, [Check] finds a line that was changed or taken out.
//
// It promises that several processes may write one file. It does not protect a
// file against somebody who can write it and counts the hashes anew; ship the
// lines elsewhere for that.
package audit

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/symbi-ctl/symbi-ctl/internal/safefile"
)

// maxLine is the longest line, in bytes. What a record holds comes from a token
// of at most 64 KiB, of which each byte may become an escape of six.
const maxLine = 1 << 20

// Record is one decision. Everything about a credential is what the credential
// says: it is true only when Valid.
type Record struct {
	Time     time.Time `json:"time"`
	Verb     string    `json:"verb"` // "issue", "verify", …
	Valid    bool      `json:"valid"`
	Code     string    `json:"error_code,omitempty"`
	Kid      string    `json:"kid,omitempty"`
	ID       string    `json:"jti,omitempty"`
	Issuer   string    `json:"iss,omitempty"`
	Subject  string    `json:"sub,omitempty"`
	Audience *string   `json:"aud,omitempty"`
	Expires  int64     `json:"exp,omitempty"`
	Previous string    `json:"prev"` // hex SHA-256 of the line before, "" for the first
}

// Log is a file of records.
type Log struct{ Path string }

// Append writes records in their order. Their Previous is set here.
func (l Log) Append(ctx context.Context, records ...Record) error {
	if len(records) == 0 {
		return nil
	}
	lock, err := safefile.Lock(ctx, l.Path)
	if err != nil {
		return fmt.Errorf("lock audit log: %w", err)
	}
	defer lock.Close()
	if err := l.append(records); err != nil {
		return fmt.Errorf("write audit log %s: %w", l.Path, err)
	}
	return nil
}

func (l Log) append(records []Record) (err error) {
	f, err := safefile.Open(l.Path, os.O_RDWR|os.O_CREATE|os.O_APPEND)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	last, size, err := lastLine(f)
	if err != nil {
		return err
	}
	previous := ""
	if last != nil {
		if _, ok := previousOf(last); !ok {
			return errors.New("its last line is no record, so the file is no audit log")
		}
		previous = hash(last)
	}
	var text bytes.Buffer
	for _, r := range records {
		r.Previous = previous
		line, err := json.Marshal(r)
		if err != nil {
			return err
		}
		if len(line) >= maxLine {
			return fmt.Errorf("a record of %d bytes", len(line))
		}
		previous = hash(line)
		text.Write(append(line, '\n'))
	}
	if _, err := f.Write(text.Bytes()); err != nil {
		// Half a line would keep everything that comes later out of the log.
		return errors.Join(err, f.Truncate(size))
	}
	return f.Sync()
}

func hash(line []byte) string {
	sum := sha256.Sum256(line)
	return hex.EncodeToString(sum[:])
}

// lastLine returns the last line of a log, nil when it is empty, and the size of
// the log. A line that does not end was cut off by a crash: nothing may be
// written behind it.
func lastLine(f *os.File) (line []byte, size int64, err error) {
	info, err := f.Stat()
	if err != nil {
		return nil, 0, err
	}
	if !info.Mode().IsRegular() {
		return nil, 0, errors.New("not a regular file")
	}
	size = info.Size()
	if size == 0 {
		return nil, 0, nil
	}
	tail := make([]byte, min(size, maxLine))
	if _, err := f.ReadAt(tail, size-int64(len(tail))); err != nil {
		return nil, 0, err
	}
	line, ok := bytes.CutSuffix(tail, []byte("\n"))
	if !ok {
		return nil, 0, errors.New("the last line is cut off; repair the file first")
	}
	if i := bytes.LastIndexByte(line, '\n'); i >= 0 {
		line = line[i+1:]
	}
	return line, size, nil
}

// Fault is a place where a log is broken.
type Fault struct {
	Line    int    `json:"line"` // counted from 1
	Message string `json:"message"`
}

// Check reads a whole log. It returns how many lines it has and the first
// fault, or nil.
func Check(r io.Reader) (lines int, fault *Fault, err error) {
	scan := bufio.NewScanner(r)
	scan.Buffer(nil, maxLine+1)
	scan.Split(wholeLines)
	previous := ""
	for scan.Scan() {
		lines++
		found, ok := previousOf(scan.Bytes())
		if !ok {
			return lines, &Fault{lines, "the line is no record"}, nil
		}
		if found != previous {
			return lines, &Fault{lines, "a line before this one was changed, added or taken out"}, nil
		}
		previous = hash(scan.Bytes())
	}
	switch err := scan.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return lines, &Fault{lines + 1, "the line is no record: it is too long"}, nil
	case err != nil:
		return lines, nil, fmt.Errorf("read audit log: %w", err)
	}
	return lines, nil, nil
}

// wholeLines is bufio.ScanLines for hashes: a carriage return counts.
func wholeLines(data []byte, atEOF bool) (int, []byte, error) {
	if i := bytes.IndexByte(data, '\n'); i >= 0 {
		return i + 1, data[:i], nil
	}
	if atEOF && len(data) > 0 {
		return len(data), data, nil
	}
	return 0, nil, nil
}

// previousOf reads a line. One without a verb is some other file's.
func previousOf(line []byte) (string, bool) {
	var r Record
	err := json.Unmarshal(line, &r)
	return r.Previous, err == nil && r.Verb != ""
}
