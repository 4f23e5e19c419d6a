package output

import (
	"strings"

	"github.com/mattn/go-runewidth"
)

const ellipsis = "…"

// ruler measures text in columns of a terminal. It takes East Asian ambiguous
// characters as narrow in every locale, so that the same result gives the same
// bytes everywhere.
type ruler struct{ condition runewidth.Condition }

func newRuler() *ruler {
	return &ruler{runewidth.Condition{StrictEmojiNeutral: true}}
}

func (r *ruler) width(s string) int { return r.condition.StringWidth(s) }

// cut shortens s to width columns, the last of them an ellipsis.
func (r *ruler) cut(s string, width int) string {
	return r.condition.Truncate(s, width, ellipsis)
}

func (r *ruler) pad(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-r.width(s)))
}

// fit returns the widths that columns get on a line of limit columns, each gap
// apart. The widest one gives way first, down to its floor; the first never
// does. What still does not fit then is left to the terminal.
func fit(widths, floors []int, gap, limit int) []int {
	fitted := make([]int, len(widths))
	total := gap * (len(widths) - 1)
	for i, w := range widths {
		if i > 0 {
			w = min(w, max(limit, floors[i]))
		}
		fitted[i] = w
		total += w
	}
	for ; total > limit; total-- {
		widest := 0
		for i := 1; i < len(fitted); i++ {
			if fitted[i] > floors[i] && (widest == 0 || fitted[i] > fitted[widest]) {
				widest = i
			}
		}
		if widest == 0 {
			break
		}
		fitted[widest]--
	}
	return fitted
}
