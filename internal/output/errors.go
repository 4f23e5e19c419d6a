package output

import (
	"fmt"
	"slices"
	"strings"
)

// Error is a wish about the output that cannot be met. Its text names the
// wish, Hint what would do.
type Error struct {
	Option string   // which of the [Options]: format, columns, jq or template
	Value  string   // what was asked for
	Valid  []string // the values that would do, nil when they cannot be listed
	Hint   string   // one line for a person, may be empty
	Err    error    // what a parser or an evaluation said, nil otherwise

	text string
}

// Error returns one line without the hint.
func (e *Error) Error() string {
	if e.Err != nil {
		return e.text + ": " + e.Err.Error()
	}
	return e.text
}

// Unwrap returns the cause, or nil.
func (e *Error) Unwrap() error { return e.Err }

func unknownFormat(name string, valid []string) *Error {
	return notOneOf("format", name, valid, fmt.Sprintf("unknown output format %q", name))
}

func unknownColumn(name string, valid []string) *Error {
	return notOneOf("columns", name, valid, fmt.Sprintf("no column %q", name))
}

func notOneOf(option, value string, valid []string, text string) *Error {
	e := &Error{Option: option, Value: value, Valid: valid, text: text}
	if len(valid) > 0 {
		e.Hint = "choose from " + strings.Join(valid, ", ")
	}
	if near := nearest(value, valid); near != "" {
		e.Hint = fmt.Sprintf("did you mean %s? %s", near, e.Hint)
	}
	return e
}

func badExpression(option, source string, err error) *Error {
	return &Error{Option: option, Value: source, Err: err, text: "cannot use the " + option + " expression"}
}

func conflict(option, value, text string) *Error {
	return &Error{Option: option, Value: value, text: text}
}

// nearest returns the word of valid that value is likely to be a slip of.
func nearest(value string, valid []string) string {
	best, limit := "", len(value)/3+1
	for _, candidate := range valid {
		if d := editDistance(strings.ToLower(value), strings.ToLower(candidate)); d <= limit {
			best, limit = candidate, d-1
		}
	}
	return best
}

func editDistance(a, b string) int {
	previous := make([]int, len(b)+1)
	for j := range previous {
		previous[j] = j
	}
	for i := range len(a) {
		current := []int{i + 1}
		for j := range len(b) {
			cost := previous[j]
			if a[i] != b[j] {
				cost++
			}
			current = append(current, min(cost, previous[j+1]+1, current[j]+1))
		}
		previous = current
	}
	return previous[len(b)]
}

// Formats lists the formats that every view has, sorted.
func Formats() []string {
	return []string{"csv", "json", "jsonl", "name", "table", "wide", "yaml"}
}

// CheckFormat returns an [*Error] unless format is one of [Formats], one of
// extra, or empty, which stands for table. [Printer.Print] makes the same check
// with the view's own formats; check before work is done that cannot be undone.
func CheckFormat(format string, extra ...string) error {
	valid := slices.Concat(Formats(), extra)
	if format == "" || slices.Contains(valid, format) {
		return nil
	}
	slices.Sort(valid)
	return unknownFormat(format, valid)
}
