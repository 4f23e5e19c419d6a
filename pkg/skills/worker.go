package skills

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/symbi-ctl/symbi-ctl/internal/match"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/gate"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/rules"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/spec"
	"github.com/symbi-ctl/symbi-ctl/pkg/skills/text"
)

const (
	window   = 4 << 20  // bytes of a file that are held at once
	overlap  = 64 << 10 // bytes of a window that the next one sees again
	headSize = 8 << 10  // bytes that decide what a file is
	maxNest  = 3        // encodings inside one another

	firstRoom = 32 << 10  // bytes of a worker's first buffer: a skill of few files needs no more
	maxRoom   = 256 << 10 // a buffer above this is given back after use
)

// result is what one entry gave.
type result struct {
	path     string
	name     string // from the frontmatter of a SKILL.md
	bytes    int64
	read     bool
	findings []Finding
	skipped  []Skipped

	directives []gate.Directive
}

// worker scans entries one after the other with buffers of its own.
type worker struct {
	ctx      context.Context //nolint:containedctx // a worker lives as long as the scan
	s        *Scanner
	buf      []byte
	finder   finder
	spots    []match.Hit
	asked    []bool // rules asked about the current unit
	touched  []int
	escaped  bool // the last text held escapes
	remarked bool // the last text held symbi-ignore
}

func newWorker(ctx context.Context, s *Scanner) *worker {
	return &worker{ctx: ctx, s: s, buf: make([]byte, 0, firstRoom), asked: make([]bool, len(s.opt.Rules.Rules))}
}

// entry scans one entry of a source.
func (w *worker) entry(e Entry) result {
	r := result{path: e.Path}
	switch {
	case e.Err != nil:
		w.unreadable(&r, e.Err)
	case e.Mode&fs.ModeSymlink != 0:
		w.askFile(&r, w.link(e))
		r.skip("symbolic link to "+e.Link, false)
	case !e.Mode.IsRegular():
		f := rules.File{Path: e.Path, Special: special(e.Mode)}
		w.askFile(&r, f)
		r.skip(f.Special, true)
	default:
		w.file(e, &r)
	}
	return r
}

func (r *result) skip(reason string, partial bool) {
	r.skipped = append(r.skipped, Skipped{Path: r.path, Reason: reason, Partial: partial})
}

func special(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeNamedPipe != 0:
		return "named pipe"
	case mode&fs.ModeSocket != 0:
		return "socket"
	case mode&fs.ModeDevice != 0:
		return "device"
	case mode.IsDir():
		return "git submodule"
	}
	return "special file"
}

func reason(err error) string {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		err = p.Err
	}
	return err.Error()
}

func (w *worker) link(e Entry) rules.File {
	target := e.Link
	if !path.IsAbs(target) {
		target = path.Join(path.Dir(e.Path), target)
	}
	root := path.Clean(e.Root)
	inside := root == "." && !strings.HasPrefix(target, "../") && !path.IsAbs(target) || target == root || strings.HasPrefix(target, root+"/")
	return rules.File{Path: e.Path, Link: e.Link, LinkLeaves: !inside}
}

// file reads a regular file window by window.
func (w *worker) file(e Entry, r *result) {
	in, info, err := openRegular(e)
	if err != nil {
		w.unreadable(r, err)
		return
	}
	defer in.Close()
	if cap(w.buf) > maxRoom {
		w.buf = make([]byte, 0, maxRoom)
	}
	data, more, err := w.fill(in, w.buf[:0], info.Size())
	if err != nil {
		w.unreadable(r, err)
		return
	}
	r.bytes = int64(len(data))
	fact := rules.File{Path: e.Path, Size: info.Size(), Head: data[:min(len(data), headSize)], Executable: info.Mode()&0o111 != 0, Encoding: text.Detect(data)}
	w.askFile(r, fact)
	if fact.Encoding == text.Binary {
		what, known := binaryKind(fact.Head)
		r.skip("binary: "+what, !known)
		if strings.EqualFold(path.Base(e.Path), spec.FileName) || text.KindOf(e.Path, fact.Head) != text.Plain && !known {
			w.askFile(r, rules.File{Path: e.Path, Unreadable: "a text by its name, but not by its bytes"})
		}
		return
	}
	r.read = true
	w.text(r, data, fact.Encoding, 0)
	lines := bytes.Count(data, []byte("\n"))
	for more && w.ctx.Err() == nil {
		tail := data[len(data)-min(overlap, len(data)):]
		lines -= bytes.Count(tail, []byte("\n"))
		n := copy(w.buf[:len(tail)], tail)
		if data, more, err = w.fill(in, w.buf[:n], 0); err != nil {
			w.unreadable(r, err)
			return
		}
		r.bytes += int64(len(data) - n)
		w.text(r, data, fact.Encoding, lines)
		lines += bytes.Count(data, []byte("\n"))
	}
	r.findings = distinct(r.findings)
}

// openRegular opens an entry and makes sure that it still is a regular file.
func openRegular(e Entry) (fs.File, fs.FileInfo, error) {
	f, err := e.Open()
	if err != nil {
		return nil, nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("no longer a regular file")
	}
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return f, info, nil
}

// unreadable accounts for an entry whose content could not be had: a note, and
// a finding, since a gate must not pass what it has not seen.
func (w *worker) unreadable(r *result, err error) {
	r.skip(reason(err), true)
	w.askFile(r, rules.File{Path: r.path, Unreadable: reason(err)})
}

// fill appends to buf what in still has, up to a window, and reports whether
// there may be more. A short read of a file that is as long as size says ends
// it, which saves a system call a file.
func (w *worker) fill(in io.Reader, buf []byte, size int64) (data []byte, more bool, err error) {
	if need := int(min(size+1, window)); cap(buf) < need {
		buf = append(make([]byte, 0, need), buf...)
	}
	for {
		if len(buf) == cap(buf) {
			if len(buf) >= window {
				w.buf = buf
				return buf, true, nil
			}
			buf = append(make([]byte, 0, min(window, 4*cap(buf))), buf...)
		}
		n, err := in.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		w.buf = buf
		switch {
		case errors.Is(err, io.EOF), err == nil && size > 0 && int64(len(buf)) == size:
			return buf, false, nil
		case err != nil:
			return buf, false, err
		}
	}
}

// text scans a text and what is hidden in it. Its first line is line+1 of the
// file.
func (w *worker) text(r *result, data []byte, enc text.Encoding, line int) {
	if enc != text.UTF8 && enc != text.Other {
		data = text.ToUTF8(data, enc)
	}
	facts := match.Inspect(data)
	w.rules(r, data, line)
	if facts.Suspicious {
		w.concealed(r, data, line)
	}
	if facts.LongRun || w.escaped {
		w.payloads(r, data, line, 1)
	}
	if line == 0 && strings.EqualFold(path.Base(r.path), "SKILL.md") {
		r.name = nameOf(data)
	}
}
