package dsl

func (p *parser) item() {
	switch t := p.name(); t.text {
	case "metadata":
		p.braces(p.metadata)
	case "agent":
		p.agent()
	case "policy":
		p.policy()
	case "type":
		p.typeDefinition()
	case "function":
		p.function()
	case "schedule":
		p.name()
		p.braces(func() { p.property(p.value) })
	case "channel":
		p.name()
		p.braces(p.channelItem)
	case "memory":
		p.name()
		p.braces(func() { p.plainProperty("search") })
	case "webhook":
		p.name()
		p.braces(func() { p.plainProperty("filter") })
	default:
		p.fail()
	}
}

func (p *parser) metadata() {
	name := p.peek().text
	p.property(func() {
		from := p.next
		switch {
		case p.is("["):
			p.array()
		case p.is("{"):
			p.record()
		default:
			p.value()
		}
		if !p.failed && p.next == from+1 {
			p.found.Metadata[name] = p.tokens[from].text
		}
	})
}

// property is a name, = or :, what value takes, and a comma or none.
func (p *parser) property(value func()) {
	p.name()
	p.expect("=", ":")
	value()
	p.accept(",")
}

// plainProperty is a name and a value, or a block of such under a name.
func (p *parser) plainProperty(block string) {
	if p.accept(block) {
		p.braces(func() { p.plainProperty("") })
		return
	}
	p.name()
	p.value()
	p.accept(",")
}

func (p *parser) channelItem() {
	switch {
	case p.accept("policy"):
		p.name()
		p.braces(func() { p.rule() })
	case p.accept("data_classification"):
		p.braces(func() {
			p.name()
			p.expect(":")
			p.name()
			p.accept(",")
		})
	default:
		p.property(p.valueOrArray)
	}
}

func (p *parser) agent() {
	a := Agent{Name: p.name().text}
	p.parameters(false)
	if p.accept("->") {
		p.typeName()
	}
	p.target = &a.policies
	p.braces(func() {
		switch {
		case p.accept("capabilities"):
			p.expect("=", ":")
			p.array()
		case p.accept("policy"):
			p.policy()
		case p.accept("function"):
			p.function()
		case p.accept("with"):
			a.with = append(a.with, p.with())
		default:
			p.fail()
		}
	})
	p.target = &p.found.policies
	p.found.Agents = append(p.found.Agents, a)
}

func (p *parser) parameters(needed bool) {
	if !needed && !p.is("(") {
		return
	}
	p.expect("(")
	p.until(")", p.field)
}

// field is a name with a type.
func (p *parser) field() {
	p.name()
	p.expect(":")
	p.typeName()
	p.accept(",")
}

func (p *parser) typeName() {
	p.nest(func() {
		switch t := p.name(); t.text {
		case "String", "int", "float", "bool":
			return
		}
		if !p.accept("<") {
			return
		}
		p.typeName()
		for p.accept(",") {
			p.typeName()
		}
		p.expect(">")
	})
}

func (p *parser) typeDefinition() {
	p.name()
	p.expect("=")
	if p.is("{") {
		p.braces(p.field)
		return
	}
	p.name()
}

func (p *parser) function() {
	p.name()
	p.parameters(true)
	if p.accept("->") {
		p.typeName()
	}
	p.block()
}

func (p *parser) policy() {
	found := policy{name: p.name().text}
	p.braces(func() { found.rules = append(found.rules, p.rule()) })
	*p.target = append(*p.target, found)
}

func (p *parser) rule() rule {
	r := rule{effect: p.peek().text}
	p.expect("allow", "deny", "require", "audit")
	p.expect(":")
	r.selector = p.tokensOf(p.expression)
	if p.accept("if") {
		r.condition = p.tokensOf(p.expression)
	}
	return r
}

func (p *parser) tokensOf(rule func()) []token {
	from := p.next
	rule()
	if p.failed {
		return nil
	}
	return p.tokens[from:p.next]
}

func (p *parser) with() map[string][]string {
	attributes := map[string][]string{}
	for p.peek().kind == word {
		name, value := p.peek().text, p.ahead(2).text
		p.name()
		p.expect("=")
		p.valueOrArray()
		p.accept(",")
		attributes[name] = append(attributes[name], value)
	}
	p.block()
	return attributes
}

func (p *parser) valueOrArray() {
	if p.is("[") {
		p.array()
		return
	}
	p.value()
}

func (p *parser) value() {
	switch p.peek().kind {
	case text, number, duration, word:
		p.next++
	default:
		p.fail()
	}
}
