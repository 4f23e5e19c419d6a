package output

import (
	"encoding/csv"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

func (p *Printer) json(w io.Writer, v View) error {
	doc, err := v.source().document()
	if err != nil {
		return err
	}
	data, err := EncodeJSON(doc)
	if err != nil {
		return err
	}
	_, err = w.Write(data)
	return err
}

func (p *Printer) jsonl(w io.Writer, v View) error {
	src := v.source()
	for row, err := range src.rows {
		if err != nil {
			return err
		}
		doc := row.document()
		if src.single {
			doc = src.whole
		}
		line, err := EncodeJSONLine(doc)
		if err != nil {
			return err
		}
		if _, err := w.Write(line); err != nil {
			return err
		}
	}
	return nil
}

// names prints what a shell loop needs: one name a line.
func (p *Printer) names(w io.Writer, v View) error {
	src := v.source()
	if src.verbatim {
		return v.table(p, w)
	}
	for row, err := range src.rows {
		if err != nil {
			return err
		}
		if _, err := io.WriteString(w, SanitizeLine(row.name())+"\n"); err != nil {
			return err
		}
	}
	return nil
}

// csv prints every column, the wide ones too. Cells are sanitised and guarded
// against spreadsheets; the lossless form is JSON.
func (p *Printer) csv(w io.Writer, v View) error {
	src := v.source()
	cols, err := p.pick(src, true)
	if err != nil {
		return err
	}
	out := csv.NewWriter(w)
	record := make([]string, len(cols))
	write := func(cell func(col int) string) error {
		for i, col := range cols {
			record[i] = guardFormula(cell(col))
		}
		if len(record) == 1 && record[0] == "" {
			return writeEmptyRecord(w, out)
		}
		return out.Write(record)
	}
	if !p.opt.NoHeaders {
		if err := write(func(col int) string { return src.headers[col] }); err != nil {
			return err
		}
	}
	for row, err := range src.rows {
		if err == nil {
			err = write(func(col int) string { return SanitizeLine(row.cell(col)) })
		}
		if err != nil {
			out.Flush()
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// writeEmptyRecord writes the one record that package csv turns into a blank
// line, which readers skip.
func writeEmptyRecord(w io.Writer, out *csv.Writer) error {
	out.Flush()
	if err := out.Error(); err != nil {
		return err
	}
	_, err := io.WriteString(w, `""`+"\n")
	return err
}

// guardFormula puts an apostrophe before a cell that a spreadsheet would run:
// CSV is the format people open in one, and the text may be an attacker's.
// Numbers stay as they are, since they cannot be formulas and -1 must remain a
// number to every other reader. Tab and CR, which also start formulas, never
// get here: the sanitiser has made them visible.
func guardFormula(cell string) string {
	first, _ := utf8.DecodeRuneInString(cell)
	if strings.ContainsRune("=+-@＝＋－＠", first) && !isNumber(cell) {
		return "'" + cell
	}
	return cell
}

func isNumber(cell string) bool {
	_, err := strconv.ParseFloat(cell, 64)
	return err == nil && strings.Trim(cell, "0123456789.+-eE") == ""
}

// pick returns the columns to show: those asked for, or all, or all but the
// wide ones.
func (p *Printer) pick(src source, wide bool) ([]int, error) {
	var cols []int
	if len(p.opt.Columns) == 0 {
		for i := range src.headers {
			if wide || !src.wide[i] {
				cols = append(cols, i)
			}
		}
		return cols, nil
	}
	for _, name := range p.opt.Columns {
		i := slices.IndexFunc(src.headers, func(h string) bool { return sameHeader(h, name) })
		if i < 0 {
			return nil, unknownColumn(name, src.headers)
		}
		cols = append(cols, i)
	}
	return cols, nil
}

func sameHeader(a, b string) bool {
	alike := strings.NewReplacer("-", " ", "_", " ")
	return strings.EqualFold(alike.Replace(a), alike.Replace(strings.TrimSpace(b)))
}
