package output

import (
	"io"
	"strings"
)

const (
	columnGap = 3 // as kubectl has it
	narrowest = 8 // a column is not cut below this
)

// footer is what a list says outside its rows.
type footer struct{ empty, summary string }

// grid is a table ready to be drawn: cells are safe, cut and not yet coloured.
type grid struct {
	header []string // nil: no header
	rows   [][]string
	styles [][]Style // nil: no colours
	widths []int
	kept   []bool // columns that are not cut; nil: none
}

func (p *Printer) list(w io.Writer, src source, foot footer) error {
	wide := p.opt.Format == "wide"
	cols, err := p.pick(src, wide)
	if err != nil {
		return err
	}
	g, err := p.collect(src, cols)
	if err != nil {
		return err
	}
	g.kept = make([]bool, len(cols))
	for i, col := range cols {
		g.kept[i] = src.kept[col]
	}
	if p.opt.NoHeaders {
		foot = footer{}
	} else {
		for _, col := range cols {
			g.header = append(g.header, src.headers[col])
		}
	}
	if len(g.rows) == 0 && foot.empty != "" {
		_, err = io.WriteString(w, SanitizeLine(foot.empty)+"\n")
	} else {
		p.layout(g, wide)
		err = p.draw(w, g)
	}
	if err == nil && foot.summary != "" {
		_, err = io.WriteString(w, "\n"+Sanitize(foot.summary)+"\n")
	}
	return err
}

// fields draws a record: names to the left, values to the right, nothing cut.
func (p *Printer) fields(w io.Writer, r Record) error {
	cols, err := p.pick(r.source(), true)
	if err != nil {
		return err
	}
	g := &grid{}
	for _, col := range cols {
		f := r.Fields[col]
		cells, styles := []string{tableCell(f.Name), tableCell(f.Value)}, []Style{Plain, f.Style}
		if p.opt.NoHeaders {
			cells, styles = cells[1:], styles[1:]
		}
		g.rows = append(g.rows, cells)
		g.styles = append(g.styles, styles)
	}
	p.layout(g, true)
	return p.draw(w, g)
}

func (p *Printer) collect(src source, cols []int) (*grid, error) {
	g := &grid{}
	for row, err := range src.rows {
		if err != nil {
			return nil, err
		}
		cells := make([]string, len(cols))
		for i, col := range cols {
			cells[i] = tableCell(row.cell(col))
		}
		g.rows = append(g.rows, cells)
		if p.palette == nil {
			continue
		}
		styles := make([]Style, len(cols))
		for i, col := range cols {
			styles[i] = row.style(col)
		}
		g.styles = append(g.styles, styles)
	}
	return g, nil
}

// tableCell drops the blanks at the end, which nobody sees and colours would
// underlay.
func tableCell(text string) string { return strings.TrimRight(SanitizeLine(text), " ") }

// layout sets the widths of g and, on a terminal and unless whole, cuts cells
// to what fits.
func (p *Printer) layout(g *grid, whole bool) {
	if len(g.rows) > 0 {
		g.widths = make([]int, len(g.rows[0]))
	} else {
		g.widths = make([]int, len(g.header))
	}
	floors := make([]int, len(g.widths))
	for i := range g.widths {
		if g.header != nil {
			floors[i] = p.measure.width(g.header[i])
		}
		g.widths[i] = p.widest(g, i)
	}
	if whole || p.opt.Width <= 0 {
		return
	}
	for i := range floors {
		floors[i] = max(floors[i], narrowest)
		if g.kept != nil && g.kept[i] {
			floors[i] = g.widths[i]
		}
	}
	for i, width := range fit(g.widths, floors, columnGap, p.opt.Width) {
		if width < g.widths[i] {
			for _, cells := range g.rows {
				cells[i] = p.measure.cut(cells[i], width)
			}
			g.widths[i] = p.widest(g, i) // less than width where a wide letter was cut
		}
	}
}

// widest returns the width of the widest cell of column i, header included.
func (p *Printer) widest(g *grid, i int) int {
	width := 0
	if g.header != nil {
		width = p.measure.width(g.header[i])
	}
	for _, cells := range g.rows {
		width = max(width, p.measure.width(cells[i]))
	}
	return width
}
