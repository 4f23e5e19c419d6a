package event

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/symbi-ctl/symbi-ctl/internal/ident"
	"github.com/symbi-ctl/symbi-ctl/internal/strictjson"
)

// ID takes a UUID of 36 characters from a member and returns it in lower case.
func ID(r *strictjson.Reader, name string) string {
	v, _ := r.Value(name)
	id := r.String(name)
	if v.Kind() == strictjson.String && !ident.Valid(id) {
		r.Failf(name, "want a UUID of 36 characters")
	}
	return strings.ToLower(id)
}

type unsigned interface{ ~uint16 | ~uint32 }

// count takes an integer from a member. Runtimes write the largest there is for
// what has no limit.
func count(r *strictjson.Reader, name string) uint64 {
	v, ok := find(r, name)
	if !ok {
		r.Failf(name, "the member is missing")
		return 0
	}
	return whole(r, name, v)
}

// optCount is count for a member that may be absent or null.
func optCount(r *strictjson.Reader, name string) *uint64 {
	v, _ := find(r, name)
	if v.Kind() == strictjson.Null {
		return nil
	}
	return new(whole(r, name, v))
}

func whole(r *strictjson.Reader, name string, v strictjson.Value) uint64 {
	n, err := strconv.ParseUint(v.Text(), 10, 64)
	if v.Kind() != strictjson.Number || err != nil {
		r.Failf(name, "want an integer of 64 bits without sign")
	}
	return n
}

// number takes an integer that fits T from a member.
func number[T unsigned](r *strictjson.Reader, name string) T {
	n := r.Int(name)
	if n < 0 || n > int64(^T(0)) {
		r.Failf(name, "the integer %d is out of range", n)
	}
	return T(n)
}

// numberOr is number for a member that may be absent.
func numberOr[T unsigned](r *strictjson.Reader, name string, absent T) T {
	if !r.Has(name) {
		return absent
	}
	return number[T](r, name)
}

// optNumber is number for a member that may be absent or null.
func optNumber[T unsigned](r *strictjson.Reader, name string) *T {
	if v, _ := find(r, name); v.Kind() == strictjson.Null {
		return nil
	}
	return new(number[T](r, name))
}

// floatOr takes a number from a member that may be absent.
func floatOr(r *strictjson.Reader, name string, absent float64) float64 {
	v, ok := find(r, name)
	if !ok {
		return absent
	}
	f, err := strconv.ParseFloat(v.Text(), 64)
	if v.Kind() != strictjson.Number || err != nil {
		r.Failf(name, "want a number")
	}
	return f
}

// flag takes a boolean that has to be there from a member.
func flag(r *strictjson.Reader, name string) bool {
	b := r.OptBool(name)
	if b == nil {
		r.Failf(name, "want a boolean")
		return false
	}
	return *b
}

// choice notes a value that is not among the allowed ones.
func choice[T ~string](r *strictjson.Reader, name string, got T, allowed ...T) {
	if !slices.Contains(allowed, got) {
		r.Failf(name, "%.40q is not known here", got)
	}
}

// find returns a member of any kind, and makes its name a known one.
func find(r *strictjson.Reader, name string) (strictjson.Value, bool) {
	for _, m := range r.Rest() {
		if m.Name == name {
			r.Has(name)
			return m.Value, true
		}
	}
	return strictjson.Value{}, false
}

// raw returns a member of any kind as JSON, nil when it is absent or null.
func raw(r *strictjson.Reader, name string) json.RawMessage {
	v, _ := find(r, name)
	if v.Kind() == strictjson.Null {
		return nil
	}
	return free(r, name, v)
}

// free returns a value whose form is nobody's business but that of its numbers:
// a runtime cannot read those that are larger than the largest of 64 bits.
func free(r *strictjson.Reader, name string, v strictjson.Value) json.RawMessage {
	if !finite(v) {
		r.Failf(name, "holds a number that is out of range")
	}
	return v.AppendJSON(nil)
}

func finite(v strictjson.Value) bool {
	if v.Kind() == strictjson.Number {
		f, _ := strconv.ParseFloat(v.Text(), 64) // infinite when it is out of range
		return !math.IsInf(f, 0)
	}
	return !slices.ContainsFunc(v.Items(), func(item strictjson.Value) bool { return !finite(item) }) &&
		!slices.ContainsFunc(v.Members(), func(m strictjson.Member) bool { return !finite(m.Value) })
}

func rawItems(r *strictjson.Reader, name string) []json.RawMessage {
	if !r.Has(name) {
		return nil
	}
	var items []json.RawMessage
	for _, v := range r.Array(name) {
		items = append(items, free(r, name, v))
	}
	return items
}

func rawMembers(r *strictjson.Reader) map[string]json.RawMessage {
	all := map[string]json.RawMessage{}
	for _, m := range r.Rest() {
		all[m.Name] = free(r, m.Name, m.Value)
	}
	return all
}

// oneOf reads an object whose only member is named after what it holds. Arm
// returns how that is read, or nil for a name that is not known.
func oneOf(r *strictjson.Reader, arm func(name string) func(*strictjson.Reader)) {
	members := r.Rest()
	if len(members) != 1 {
		r.Failf("", "want one member, got %d", len(members))
		return
	}
	name := members[0].Name
	read := arm(name)
	if read == nil {
		r.Failf(name, "the name is not known here")
		return
	}
	r.Object(name, read)
}

// noMore notes members that nobody asked for.
func noMore(r *strictjson.Reader) {
	for _, m := range r.Rest() {
		r.Failf(m.Name, "unknown member")
	}
}
