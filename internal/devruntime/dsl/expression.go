package dsl

import "slices"

func (p *parser) block() {
	p.nest(func() { p.braces(p.statement) })
}

// statement takes a statement, or the expression at the end of a block.
func (p *parser) statement() {
	switch {
	case p.accept("let"):
		p.name()
		p.expect("=")
		p.expression()
		p.expect(";")
	case p.is("if"):
		p.ifStatement()
	case p.accept("for"):
		p.name()
		p.expect("in")
		p.head()
		p.block()
	case p.accept("match"):
		p.head()
		p.nest(func() { p.braces(p.arm) })
	case p.accept("try"):
		p.try()
	case p.accept("return"):
		if !p.is(";") {
			p.expression()
		}
		p.expect(";")
	default:
		p.simpleStatement()
	}
}

// simpleStatement is an assignment, or an expression; without its semicolon the
// expression has to be the last thing of the block.
func (p *parser) simpleStatement() {
	target := p.operation(false)
	if target && p.accept("=", "+=", "-=", "*=", "/=", "%=") {
		p.expression()
		p.expect(";")
		return
	}
	p.endOfExpression()
}

func (p *parser) endOfExpression() {
	if !p.accept(";") && !p.is("}") {
		p.fail()
	}
}

// ifStatement may turn out to be an expression: one with all its branches that
// goes on with an operator, or ends with a semicolon.
func (p *parser) ifStatement() {
	whole := p.branches()
	if !whole {
		return
	}
	t := p.peek()
	if t.kind == sign && (t.text == ";" || slices.Contains(operators(), t.text) || slices.Contains([]string{".", "(", "["}, t.text)) && t.text != "-" {
		p.postfix()
		p.operands(false)
		p.endOfExpression()
	}
}

// branches takes if and its branches. It reports whether they make an
// expression: none binds a pattern, and the last is an else.
func (p *parser) branches() (whole bool) {
	p.nest(func() {
		p.expect("if")
		bound := p.is("let") && p.ahead(1).kind == word
		if bound {
			p.expect("let")
			p.pattern()
			p.expect("=")
		}
		p.head()
		p.block()
		switch {
		case !p.accept("else"):
		case p.is("if"):
			whole = p.branches() && !bound
		default:
			p.block()
			whole = !bound
		}
	})
	return whole
}

func (p *parser) pattern() {
	p.nest(func() {
		p.name()
		if p.accept("(") {
			p.until(")", func() {
				p.pattern()
				p.accept(",")
			})
		}
	})
}

func (p *parser) arm() {
	switch p.peek().kind {
	case text, number, word:
		p.next++
	default:
		p.fail()
	}
	p.expect("=>")
	if p.is("{") && !p.opensRecord() {
		p.block()
	} else {
		p.expression()
	}
	p.accept(",")
}

// opensRecord reports whether the brace that is next opens a record: no block
// begins with a name and a colon.
func (p *parser) opensRecord() bool {
	first := p.ahead(1)
	return (first.kind == word || first.kind == text) && p.ahead(2).text == ":" && p.ahead(2).kind == sign
}

func (p *parser) try() {
	p.block()
	for p.accept("catch") {
		p.expect("(")
		p.name()
		if p.peek().kind == word {
			p.next++
		}
		p.expect(")")
		p.block()
	}
}

func (p *parser) expression() { p.operation(false) }

// head is an expression before a block: a brace after a name opens the block,
// unless it can only open a record.
func (p *parser) head() { p.operation(true) }

func operators() []string {
	return []string{"||", "&&", "==", "!=", "in", "<", ">", "<=", ">=", "+", "-", "*", "/", "%"}
}

// operation is an expression. It reports whether it is one that can be assigned
// to.
func (p *parser) operation(head bool) (target bool) {
	p.nest(func() {
		target = p.unary(head)
		target = !p.operands(head) && target
	})
	return target
}

func (p *parser) operands(head bool) (some bool) {
	for p.accept(operators()...) {
		some = true
		p.unary(head)
	}
	return some
}

func (p *parser) unary(head bool) (target bool) {
	prefixed := false
	for p.accept("!", "not", "-") {
		prefixed = true
	}
	p.primary(head)
	p.postfix()
	return !prefixed
}

func (p *parser) postfix() {
	for !p.failed {
		switch {
		case p.accept("."):
			p.name()
		case p.accept("("):
			p.nest(p.arguments)
		case p.accept("["):
			p.expression()
			p.expect("]")
		default:
			return
		}
	}
}

func (p *parser) arguments() {
	for !p.failed && !p.accept(")") {
		if named := p.ahead(1); p.peek().kind == word && named.kind == sign && (named.text == "=" || named.text == ":") {
			p.next += 2
		}
		p.expression()
		if !p.is(")") {
			p.expect(",")
		}
	}
}

func (p *parser) primary(head bool) {
	t := p.peek()
	switch {
	case p.is("if"):
		if !p.branches() {
			p.fail()
		}
	case t.kind == word:
		p.next++
		if p.accept("=>") {
			p.operation(head)
		} else if p.is("{") && (!head || p.opensRecord()) {
			p.record()
		}
	case t.kind == text, t.kind == number, t.kind == duration, t.kind == vault:
		p.next++
	case p.is("["):
		p.array()
	case p.is("{"):
		p.record()
	case p.accept("("):
		p.expression()
		p.expect(")")
	default:
		p.fail()
	}
}

func (p *parser) array() {
	p.expect("[")
	for !p.failed && !p.accept("]") {
		p.expression()
		if !p.is("]") {
			p.expect(",")
		}
	}
}

func (p *parser) record() {
	p.braces(func() {
		if t := p.peek(); t.kind != word && t.kind != text {
			p.fail()
			return
		}
		p.next++
		p.expect(":")
		p.expression()
		p.accept(",")
	})
}
