package client

import "slices"

// Rows is the length of the table of errors.
func Rows() int { return len(rules()) }

// Row is the row of the table that decides on an error, -1 when none does.
func Row(e *APIError) int {
	return slices.Index(rules(), ruleFor(e.Status, e.Code, e.Message))
}
