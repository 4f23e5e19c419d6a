package journal

import (
	"bufio"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"strings"

	"github.com/symbi-ctl/symbi-ctl/internal/ident"
	"github.com/symbi-ctl/symbi-ctl/pkg/reasoning/journal/event"
)

// The caps of the format, in bytes.
const (
	MaxRecord = 1 << 20
	MaxFile   = 64 << 20
)

// The versions of the format. Records of the first name no run.
const (
	version1 = 1
	version2 = 2
)

// firstPrevious is what the first record holds in place of a hash.
const firstPrevious = "0000000000000000000000000000000000000000000000000000000000000000"

// ErrKey says that a public key cannot be used: it is not 32 bytes long, or it
// is one of the few for which anybody can make signatures.
var ErrKey = errors.New("not a usable Ed25519 public key")

// ErrID says that an id is no UUID of 36 characters.
var ErrID = errors.New("not a UUID of 36 characters")

// Options say what a journal has to be.
type Options struct {
	// PublicKey is the key that was kept when the run was accepted, never one
	// that came with the journal.
	PublicKey ed25519.PublicKey
	RunID     string // the run that the journal has to be of; "" means any
	AgentID   string // the agent that the journal has to be of; "" means any
}

// Verify reads a journal to its end, or to the first line that is wrong, and
// returns the verdict. The error wraps [ErrKey] or [ErrID] for options that
// cannot be used, or says that r could not be read or ctx ended. Memory grows
// with what the journal tells of effects and permissions, not with its length.
func Verify(ctx context.Context, r io.Reader, o Options) (Report, error) {
	v, err := newVerifier(o)
	if err != nil {
		return Report{}, err
	}
	lines := &lineReader{in: bufio.NewReader(r)}
	for {
		if err := ctx.Err(); err != nil {
			return Report{}, err
		}
		line, err := lines.next()
		if err != nil && !errors.Is(err, io.EOF) {
			return Report{}, fmt.Errorf("read journal: %w", err)
		}
		if len(line) == 0 {
			break
		}
		if f := v.line(line); f != nil {
			return v.refused(f), nil
		}
	}
	if v.story.records == 0 {
		return v.refused(faultf(CodeEmpty, "there is no complete record")), nil
	}
	return v.finished(), nil
}

// fault is why a journal is refused.
type fault struct {
	code    Code
	message string
}

// mostMessage caps what a message repeats of a journal, in bytes.
const mostMessage = 300

func faultf(code Code, format string, args ...any) *fault {
	return &fault{code: code, message: fmt.Sprintf("%.*s", mostMessage, fmt.Sprintf(format, args...))}
}

// verifier holds what the next line is measured by.
type verifier struct {
	o        Options
	at       int // lines looked at
	bytes    int64
	tail     int64
	version  int
	runID    string
	previous string // hash that the next record has to hold
	whole    hash.Hash
	story    story
}

func newVerifier(o Options) (*verifier, error) {
	if len(o.PublicKey) != ed25519.PublicKeySize || smallOrder(o.PublicKey) {
		return nil, ErrKey
	}
	for _, id := range []string{o.RunID, o.AgentID} {
		if id != "" && !ident.Valid(id) {
			return nil, fmt.Errorf("%.60q: %w", id, ErrID)
		}
	}
	o.RunID, o.AgentID = strings.ToLower(o.RunID), strings.ToLower(o.AgentID)
	return &verifier{o: o, previous: firstPrevious, whole: sha256.New(), story: newStory(hex.EncodeToString(o.PublicKey))}, nil
}

// line looks at the next line, which ends the file when it has no line feed.
func (v *verifier) line(line []byte) *fault {
	v.at++
	v.whole.Write(line)
	switch total := v.bytes + int64(len(line)); {
	case len(line) > MaxRecord:
		return faultf(CodeTooLong, "the record is longer than %d bytes", MaxRecord)
	case total > MaxFile:
		return faultf(CodeTooLong, "the file is longer than %d bytes", MaxFile)
	}
	if line[len(line)-1] != '\n' {
		v.tail = int64(len(line))
		return nil
	}
	e, f := v.record(line)
	if f == nil {
		f = v.story.add(e)
	}
	if f != nil {
		return f
	}
	sum := sha256.Sum256(line)
	v.previous = hex.EncodeToString(sum[:])
	v.bytes += int64(len(line))
	return nil
}

// record verifies one complete line, in the order in which the runtime does.
func (v *verifier) record(line []byte) (Entry, *fault) {
	rec, err := parse(line)
	switch {
	case err != nil:
		return Entry{}, faultf(CodeMalformed, "%v", err)
	case !rec.signed(v.o.PublicKey):
		return Entry{}, faultf(CodeSignature, "the signature is not one by this key over this text")
	}
	e, err := rec.open()
	if err != nil {
		return Entry{}, faultf(CodeMalformed, "%v", err)
	}
	if f := v.follows(rec); f != nil {
		return Entry{}, f
	}
	if e.Event, err = event.Read(rec.event); err != nil {
		if errors.Is(err, event.ErrUnknown) {
			return Entry{}, faultf(CodeUnknown, "%v", err)
		}
		return Entry{}, faultf(CodeEvent, "%v", err)
	}
	v.version, v.runID = rec.version, rec.runID
	return e, nil
}

// follows checks that rec belongs to the run and stands in its place.
func (v *verifier) follows(rec *record) *fault {
	first := v.story.records == 0
	switch {
	case v.o.RunID != "" && rec.runID == "":
		return faultf(CodeRun, "the record names no run, want %s", v.o.RunID)
	case v.o.RunID != "" && rec.runID != v.o.RunID:
		return faultf(CodeRun, "the record is of the run %s, want %s", rec.runID, v.o.RunID)
	case !first && (rec.version != v.version || rec.runID != v.runID):
		return faultf(CodeRun, "the records before are of another run")
	case rec.previous != v.previous:
		return faultf(CodeChain, "the record does not follow the line before it")
	case rec.sequence != uint64(v.story.records): //nolint:gosec // a count is not negative
		return faultf(CodeSequence, "the record has the number %d, want %d", rec.sequence, v.story.records)
	case !first && rec.agentID != v.story.agentID:
		return faultf(CodeAgent, "the records before are of another agent")
	case v.o.AgentID != "" && rec.agentID != v.o.AgentID:
		return faultf(CodeAgent, "the record is of the agent %s, want %s", rec.agentID, v.o.AgentID)
	}
	return nil
}

// finished is the report on a journal of which every line was good.
func (v *verifier) finished() Report {
	r := v.story.report(v.tail)
	v.identify(&r)
	r.SHA256 = hex.EncodeToString(v.whole.Sum(nil))
	return r
}

// refused is the report on a journal that was read up to a fault. It tells what
// was verified before, and nothing of what the records say.
func (v *verifier) refused(f *fault) Report {
	r := Report{Status: Refused, Code: f.code, Line: v.at, Message: f.message, First: v.story.first, Last: v.story.last}
	if f.code == CodeEmpty {
		r.Line = 0
	}
	r.Recovery.Records = v.story.records
	r.Recovery.RequiresReconciliation = true
	r.settle()
	v.identify(&r)
	return r
}

func (v *verifier) identify(r *Report) {
	r.Version, r.RunID, r.AgentID = v.version, v.runID, v.story.agentID
	r.PublicKey = v.story.key
	r.Recovery.Bytes = v.bytes
}

// lineReader cuts a stream into lines of at most [MaxRecord] bytes and one more.
type lineReader struct {
	in  *bufio.Reader
	buf []byte
}

// next returns the next line with its line feed, a part of it when it is too
// long, or what is left at the end of the stream. It is valid until the next
// call.
func (l *lineReader) next() ([]byte, error) {
	l.buf = l.buf[:0]
	for {
		part, err := l.in.ReadSlice('\n')
		if len(l.buf) == 0 && err == nil {
			return part, nil
		}
		l.buf = append(l.buf, part...)
		switch {
		case len(l.buf) > MaxRecord:
			return l.buf[:MaxRecord+1], nil
		case errors.Is(err, bufio.ErrBufferFull):
		default:
			return l.buf, err
		}
	}
}

// smallOrder reports whether a point is one of the eight of small order, in any
// of its encodings. Under such a key anybody can sign, and the runtime refuses
// such points in signatures too.
func smallOrder(point []byte) bool {
	const signBit = 0x80
	var masked [ed25519.PublicKeySize]byte
	copy(masked[:], point)
	masked[len(masked)-1] &^= signBit
	var text [2 * len(masked)]byte
	hex.Encode(text[:], masked[:])
	switch string(text[:]) {
	case "0000000000000000000000000000000000000000000000000000000000000000", // 0
		"0100000000000000000000000000000000000000000000000000000000000000", // 1
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", // two of order 8
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a", // the other two
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", // p-1
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", // p, which is 0
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f": // p+1, which is 1
		return true
	}
	return false
}
