package dsl

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// The bounds of inline policies.
const (
	maxRules  = 128
	maxTokens = 256 // of an expression
	maxNested = 24
	maxName   = 256
)

// checkPolicies reads the policies that bind an agent: those of the file and its
// own.
func checkPolicies(all []policy) error {
	seen, rules := map[string]bool{}, 0
	for _, p := range all {
		if seen[p.name] {
			return fmt.Errorf("duplicate selected policy name %s", p.name)
		}
		seen[p.name] = true
		for _, r := range p.rules {
			if rules++; rules > maxRules {
				return errors.New("inline policy exceeds 128 rules")
			}
			if err := r.check(); err != nil {
				return fmt.Errorf("inline policy %s: %w", p.name, err)
			}
		}
		if len(p.rules) == 0 {
			return fmt.Errorf("inline policy %s has no rules", p.name)
		}
	}
	return nil
}

func (r rule) check() error {
	if r.effect != "allow" && r.effect != "deny" {
		return fmt.Errorf("%s rules require an unsupported interpreter", r.effect)
	}
	selector, err := evaluate(r.selector)
	if err != nil {
		return err
	}
	var names []any
	switch v := selector.(type) {
	case bool:
	case string:
		names = []any{v}
	case []any:
		names = v
		if len(v) == 0 {
			return errSelectorKind
		}
	default:
		return errSelectorKind
	}
	for _, n := range names {
		name, ok := n.(string)
		if !ok {
			return errors.New("policy selectors must be literal strings")
		}
		if name == "" || len(name) > maxName {
			return errors.New("policy effect names must contain 1 to 256 bytes")
		}
	}
	if r.condition == nil {
		return nil
	}
	_, err = evaluate(r.condition)
	return err
}

var errSelectorKind = errors.New("policy selector must be a literal string, nonempty string array, or boolean")

// field stands for what only a run knows.
type field struct{}

// evaluate reads an expression of a policy, and returns its value when it is a
// literal.
func evaluate(tokens []token) (any, error) {
	if len(tokens) > maxTokens {
		return nil, errors.New("policy expression exceeds 256 tokens")
	}
	c := condition{tokens}
	v, err := c.expression(0, 0)
	if err == nil && len(c.rest) > 0 {
		err = errors.New("unsupported policy expression or operator")
	}
	return v, err
}

// condition reads the small language of policies.
type condition struct{ rest []token }

func (c *condition) peek() string {
	if len(c.rest) == 0 {
		return ""
	}
	return c.rest[0].text
}

func (c *condition) take() (token, error) {
	if len(c.rest) == 0 {
		return token{}, errors.New("incomplete policy expression")
	}
	t := c.rest[0]
	c.rest = c.rest[1:]
	return t, nil
}

func (c *condition) expect(s string) error {
	t, err := c.take()
	if err == nil && t.text != s {
		err = fmt.Errorf("expected %s in policy expression", s)
	}
	return err
}

func (c *condition) expression(least, depth int) (any, error) {
	if depth > maxNested {
		return nil, errors.New("policy expression nesting exceeds 24")
	}
	left, err := c.operand(depth)
	for err == nil {
		strength, ok := map[string]int{"||": 1, "&&": 2, "==": 3, "!=": 3, "in": 3, "<": 4, ">": 4, "<=": 4, ">=": 4}[c.peek()]
		if !ok || strength < least {
			break
		}
		c.rest = c.rest[1:]
		_, err = c.expression(strength+1, depth+1)
		left = field{}
	}
	return left, err
}

func (c *condition) operand(depth int) (any, error) {
	t, err := c.take()
	if err != nil {
		return nil, err
	}
	switch {
	case t.text == "!", t.text == "not":
		_, err := c.expression(6, depth+1)
		return field{}, err
	case t.text == "(":
		v, err := c.expression(0, depth+1)
		if err == nil {
			err = c.expect(")")
		}
		return v, err
	case t.text == "[":
		return c.list(depth)
	case t.text == "true", t.text == "false":
		return t.text == "true", nil
	case t.text == "-":
		n, err := c.take()
		if err != nil {
			return nil, err
		}
		return integer("-" + n.text)
	case t.kind == text:
		var s string
		if json.Unmarshal([]byte(t.text), &s) != nil {
			return nil, errors.New("policy strings must be valid JSON strings")
		}
		return s, nil
	case t.kind == number, t.kind == duration:
		return integer(t.text)
	case t.text == "principal", t.text == "invocation", t.text == "context":
		return field{}, c.path(t.text)
	}
	return nil, fmt.Errorf("unsupported inline policy token %q", t.text)
}

func integer(s string) (any, error) {
	n, err := strconv.ParseInt(strings.ReplaceAll(s, "_", ""), 10, 64)
	if err != nil {
		return nil, errors.New("policy numbers must be signed 64-bit integers")
	}
	return n, nil
}

func (c *condition) list(depth int) (any, error) {
	values := []any{}
	for c.peek() != "]" {
		v, err := c.expression(0, depth+1)
		if err != nil {
			return nil, err
		}
		switch v.(type) {
		case field:
			return nil, errors.New("policy arrays must contain literals")
		case []any:
			return nil, errors.New("nested policy arrays are unsupported")
		}
		values = append(values, v)
		if c.peek() != "," {
			break
		}
		c.rest = c.rest[1:]
	}
	return values, c.expect("]")
}

func (c *condition) path(root string) error {
	var keys []string
	for c.peek() == "." {
		c.rest = c.rest[1:]
		key, err := c.take()
		if err != nil {
			return err
		}
		if key.kind != word {
			return errors.New("invalid policy field")
		}
		keys = append(keys, key.text)
	}
	switch {
	case root == "principal" && len(keys) > 0:
		return errors.New("principal is the actual agent ID string")
	case root == "context" && len(keys) > 0 && (keys[0] == "has_human_approval" || keys[0] == "approved_fingerprint"):
		return errors.New("inline rules cannot establish or inspect approval receipts")
	}
	return nil
}
