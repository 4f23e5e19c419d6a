package output

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/template"
)

func (p *Printer) compileTemplate(source string) (*template.Template, error) {
	t, err := template.New("template").Funcs(template.FuncMap{
		"json":  templateJSON,
		"upper": strings.ToUpper,
		"lower": strings.ToLower,
		"join":  templateJoin,
		"pad":   func(width int, v any) string { return p.measure.pad(fmt.Sprint(v), width) },
	}).Parse(source)
	if err != nil {
		return nil, badExpression("template", source, err)
	}
	return t, nil
}

func (p *Printer) template(w io.Writer, v View) error {
	doc, err := v.source().document()
	if err != nil {
		return err
	}
	data, err := generic(doc)
	if err != nil {
		return err
	}
	var b strings.Builder
	if err := p.tmpl.Execute(&b, goNumbers(data)); err != nil {
		return badExpression("template", p.opt.Template, err)
	}
	_, err = io.WriteString(w, sanitize(b.String(), keepLinesAndTab))
	return err
}

func templateJSON(v any) (string, error) {
	line, err := EncodeJSONLine(v)
	return strings.TrimSuffix(string(line), "\n"), err
}

func templateJoin(separator string, list []any) string {
	parts := make([]string, len(list))
	for i, v := range list {
		parts[i] = fmt.Sprint(v)
	}
	return strings.Join(parts, separator)
}

// goNumbers replaces numbers by Go numbers, which the template functions eq
// and lt need, wherever that shows the same digits.
func goNumbers(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			v[key] = goNumbers(value)
		}
	case []any:
		for i, value := range v {
			v[i] = goNumbers(value)
		}
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		if f, err := v.Float64(); err == nil && fmt.Sprint(f) == v.String() {
			return f
		}
	}
	return v
}
