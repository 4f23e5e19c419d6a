package strictjson

import (
	"fmt"
	"strconv"
)

// Error is one fault of a document.
type Error struct {
	Path   string // where: "agents[0].name", "" for the document itself
	Reason string // what is wrong, without the path
	Offset int    // byte at which a syntax error was noticed, -1 for any other
}

// Error is path and reason, or reason and byte when there is no path.
func (e *Error) Error() string {
	switch {
	case e.Path != "":
		return e.Path + ": " + e.Reason
	case e.Offset >= 0:
		return fmt.Sprintf("%s (byte %d)", e.Reason, e.Offset)
	}
	return e.Reason
}

// Errors are all faults of a document, in the order in which they were met;
// never empty.
type Errors []*Error

// Error is the first fault and the number of the others.
func (e Errors) Error() string {
	if len(e) == 1 {
		return e[0].Error()
	}
	return fmt.Sprintf("%v (and %d more)", e[0], len(e)-1)
}

// Unwrap returns the faults one by one.
func (e Errors) Unwrap() []error {
	out := make([]error, len(e))
	for i, one := range e {
		out[i] = one
	}
	return out
}

// under puts parent in front of the path of e, which is relative to it.
func (e *Error) under(parent string) *Error {
	e.Path = join(parent, e.Path)
	return e
}

func join(parent, child string) string {
	switch {
	case parent == "":
		return child
	case child == "" || child[0] == '[':
		return parent + child
	}
	return parent + "." + child
}

func index(i int) string { return "[" + strconv.Itoa(i) + "]" }

// segment is a member's name as a path shows it.
func segment(name string) string {
	for i := range len(name) {
		if c := name[i]; c != '_' && c != '-' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			return strconv.QuoteToASCII(shorten(name))
		}
	}
	if name == "" {
		return `""`
	}
	return shorten(name)
}
