package output

import "github.com/fatih/color"

// Style is the meaning of a cell. It changes colours, never words, and is seen
// only where colour is wanted.
type Style uint8

// The styles. Plain is the zero value.
const (
	Plain  Style = iota
	Good         // green: healthy, valid, allowed
	Warn         // yellow: look at it
	Bad          // red: failed, refused, critical
	Faint        // less important than its neighbours
	Strong       // bold
)

// palette maps styles to colours that are on whatever the environment says:
// the caller has decided. A nil palette leaves text as it is.
type palette map[Style]*color.Color

func newPalette() palette {
	p := palette{
		Good:   color.New(color.FgGreen),
		Warn:   color.New(color.FgYellow),
		Bad:    color.New(color.FgRed),
		Faint:  color.New(color.Faint),
		Strong: color.New(color.Bold),
	}
	for _, c := range p {
		c.EnableColor()
	}
	return p
}

func (p palette) paint(text string, style Style) string {
	c, ok := p[style]
	if !ok || text == "" {
		return text
	}
	return c.Sprint(text)
}
