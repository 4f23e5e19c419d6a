package output

import (
	"errors"
	"fmt"
	"io"

	"github.com/itchyny/gojq"
)

// compileQuery gives the expression no environment, no modules and no input
// beside the result.
func compileQuery(source string) (*gojq.Code, error) {
	parsed, err := gojq.Parse(source)
	if err != nil {
		return nil, badExpression("jq", source, err)
	}
	code, err := gojq.Compile(parsed)
	if err != nil {
		return nil, badExpression("jq", source, err)
	}
	return code, nil
}

func (p *Printer) jq(w io.Writer, v View) error {
	doc, err := v.source().document()
	if err != nil {
		return err
	}
	input, err := generic(doc)
	if err != nil {
		return err
	}
	values := p.query.Run(input)
	for {
		value, ok := values.Next()
		if !ok {
			return nil
		}
		if err, failed := value.(error); failed {
			var halt *gojq.HaltError
			if errors.As(err, &halt) && halt.Value() == nil {
				return nil
			}
			return badExpression("jq", p.opt.JQ, err)
		}
		line, err := jqLine(value)
		if err != nil {
			return err
		}
		if _, err := io.WriteString(w, line+"\n"); err != nil {
			return err
		}
	}
}

func jqLine(value any) (string, error) {
	switch value := value.(type) {
	case nil:
		return "", nil
	case string:
		return sanitize(value, keepLinesAndTab), nil
	}
	data, err := gojq.Marshal(value)
	if err != nil {
		return "", fmt.Errorf("encode a jq value: %w", err)
	}
	return string(escapeJSON(data)), nil
}
