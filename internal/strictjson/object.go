package strictjson

import (
	"fmt"
	"strings"
)

// mostErrors caps how many faults of a document are kept.
const mostErrors = 100

// Reader gives the members of one object to a decoding function. What is wrong
// is noted and read on: the methods return zero values for what cannot be had,
// and all faults together are the error of [ReadObject]. A member whose value
// is null is absent to the methods that start with Opt, and wrong to the
// others.
type Reader struct {
	members []Member
	known   []string
	room    [fewMembers]string // of known, as long as it suffices
	path    string
	shared  *shared
}

type shared struct {
	unknown Unknown
	errors  Errors
}

// ReadObject parses data, which has to be one object, and lets read ask for its
// members. The names that read asked for are the known ones. The error is an
// [Errors].
func ReadObject(data []byte, o Options, read func(*Reader)) error {
	v, fault := parse(data, o)
	if fault != nil {
		return Errors{fault}
	}
	return v.Read(o, read)
}

// Read is [ReadObject] for a value that was parsed already; o gives the policy
// for unknown members.
func (v Value) Read(o Options, read func(*Reader)) error {
	s := shared{unknown: o.Unknown}
	s.read("", v, read)
	if len(s.errors) > 0 {
		return s.errors
	}
	return nil
}

func (s *shared) fail(path, format string, args ...any) {
	if len(s.errors) < mostErrors {
		s.errors = append(s.errors, &Error{Path: path, Reason: fmt.Sprintf(format, args...), Offset: -1})
	}
}

func (s *shared) read(path string, v Value, read func(*Reader)) {
	if v.kind != Object {
		s.fail(path, "want an object, got %v", v.kind)
		return
	}
	r := Reader{members: v.kids, path: path, shared: s}
	r.known = r.room[:0]
	read(&r)
	for _, m := range r.unknown() {
		for _, name := range r.known {
			if strings.EqualFold(name, m.Name) {
				r.Failf(m.Name, "the name differs from %q only in case", name)
			}
		}
		if s.unknown == Refuse {
			r.Failf(m.Name, "unknown member")
		}
	}
}

// unknown returns the members that nobody asked for so far.
func (r *Reader) unknown() []Member {
	var rest []Member
	for _, m := range r.members {
		known := false
		for _, name := range r.known {
			known = known || name == m.Name
		}
		if !known {
			rest = append(rest, m)
		}
	}
	return rest
}

// Rest returns the members that were not asked for before, in their order. They
// stay unknown.
func (r *Reader) Rest() []Member { return r.unknown() }

// Path returns the place of the object in the document, "" for the document
// itself.
func (r *Reader) Path() string { return r.path }

// Failf notes a fault of the member called name, or of the object when name is
// empty.
func (r *Reader) Failf(name, format string, args ...any) {
	path := r.path
	if name != "" {
		path = join(r.path, segment(name))
	}
	r.shared.fail(path, format, args...)
}

// Has reports whether there is such a member, null or not, and makes the name a
// known one.
func (r *Reader) Has(name string) bool {
	_, ok := r.find(name)
	return ok
}

func (r *Reader) find(name string) (Value, bool) {
	r.known = append(r.known, name)
	for i := range r.members {
		if r.members[i].Name == name {
			return r.members[i].Value, true
		}
	}
	return Value{}, false
}

// want returns a member of the kind; without one it notes why.
func (r *Reader) want(name string, kind Kind) (Value, bool) {
	v, ok := r.find(name)
	switch {
	case !ok:
		r.Failf(name, "the member is missing")
		return Value{}, false
	case v.kind != kind:
		r.Failf(name, "want %v, got %v", kind, v.kind)
		return Value{}, false
	}
	return v, true
}

// opt is want for a member that may be absent or null.
func (r *Reader) opt(name string, kind Kind) (Value, bool) {
	v, ok := r.find(name)
	if !ok || v.kind == Null {
		return Value{}, false
	}
	if v.kind != kind {
		r.Failf(name, "want %v, got %v", kind, v.kind)
		return Value{}, false
	}
	return v, true
}

// Value returns a member of any kind and whether it is there, null or not.
func (r *Reader) Value(name string) (Value, bool) { return r.find(name) }

// String returns a string that has to be there.
func (r *Reader) String(name string) string {
	v, _ := r.want(name, String)
	return v.text
}

// OptString returns a string, or nil when it is absent.
func (r *Reader) OptString(name string) *string {
	v, ok := r.opt(name, String)
	if !ok {
		return nil
	}
	text := v.text // so that the rest of v does not stay in memory
	return &text
}

// Int returns an integer that has to be there. 1.0, 1e3 and -0 are no integers.
func (r *Reader) Int(name string) int64 {
	v, ok := r.want(name, Number)
	if !ok {
		return 0
	}
	return r.integer(name, v)
}

// OptInt returns an integer, or nil when it is absent.
func (r *Reader) OptInt(name string) *int64 {
	v, ok := r.opt(name, Number)
	if !ok {
		return nil
	}
	n := r.integer(name, v)
	return &n
}

func (r *Reader) integer(name string, v Value) int64 {
	n, err := v.integer()
	if err != nil {
		r.Failf(name, "%v", err)
	}
	return n
}

// OptBool returns a boolean, or nil when it is absent.
func (r *Reader) OptBool(name string) *bool {
	v, ok := r.opt(name, Bool)
	if !ok {
		return nil
	}
	b := v.text == "true"
	return &b
}

// Strings returns an array of strings that has to be there; it is never nil
// when it is.
func (r *Reader) Strings(name string) []string {
	v, ok := r.want(name, Array)
	if !ok {
		return nil
	}
	return r.strings(name, v)
}

// OptStrings returns an array of strings, or nil when it is absent.
func (r *Reader) OptStrings(name string) []string {
	v, ok := r.opt(name, Array)
	if !ok {
		return nil
	}
	return r.strings(name, v)
}

func (r *Reader) strings(name string, v Value) []string {
	out := make([]string, len(v.kids))
	for i, kid := range v.kids {
		if kid.Value.kind != String {
			r.shared.fail(join(r.path, segment(name))+index(i), "want a string, got %v", kid.Value.kind)
		}
		out[i] = kid.Value.text
	}
	return out
}

// Array returns the items of an array that has to be there.
func (r *Reader) Array(name string) []Value {
	v, _ := r.want(name, Array)
	return v.Items()
}

// OptArray returns the items of an array, or nil when it is absent.
func (r *Reader) OptArray(name string) []Value {
	v, _ := r.opt(name, Array)
	return v.Items()
}

// Object lets read ask for the members of an object that has to be there.
func (r *Reader) Object(name string, read func(*Reader)) {
	if v, ok := r.want(name, Object); ok {
		r.shared.read(join(r.path, segment(name)), v, read)
	}
}

// OptObject is Object for one that may be absent; it reports whether it is
// there.
func (r *Reader) OptObject(name string, read func(*Reader)) bool {
	v, ok := r.opt(name, Object)
	if ok {
		r.shared.read(join(r.path, segment(name)), v, read)
	}
	return ok
}

// Objects calls read for every item of an array of objects that has to be
// there.
func (r *Reader) Objects(name string, read func(*Reader)) {
	if v, ok := r.want(name, Array); ok {
		r.each(name, v, read)
	}
}

// OptObjects is Objects for an array that may be absent; it reports whether it
// is there.
func (r *Reader) OptObjects(name string, read func(*Reader)) bool {
	v, ok := r.opt(name, Array)
	if ok {
		r.each(name, v, read)
	}
	return ok
}

func (r *Reader) each(name string, v Value, read func(*Reader)) {
	path := join(r.path, segment(name))
	for i, kid := range v.kids {
		r.shared.read(path+index(i), kid.Value, read)
	}
}
