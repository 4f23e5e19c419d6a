package dsl

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// kind is what a token is.
type kind byte

const (
	end kind = iota
	word
	text // with its quotes
	number
	duration
	vault // vault://…
	sign
	wrong // no token of the language
)

type token struct {
	kind kind
	text string
	at   int // offset
}

// scan reads all tokens of a source; the last one is of the kind end, or wrong.
func scan(source string) []token {
	var all []token
	rest := source
	for {
		rest = skip(rest)
		t := token{at: len(source) - len(rest)}
		if rest == "" {
			return append(all, t)
		}
		k, n := measure(rest)
		t.kind, t.text, rest = k, rest[:n], rest[n:]
		all = append(all, t)
		if t.kind == wrong {
			return all
		}
	}
}

// skip passes over blanks and comments.
func skip(s string) string {
	for {
		s = strings.TrimLeftFunc(s, func(r rune) bool { return unicode.IsSpace(r) || r == '\ufeff' })
		if !strings.HasPrefix(s, "//") && !strings.HasPrefix(s, "#") {
			return s
		}
		n := strings.IndexByte(s, '\n')
		if n < 0 {
			return ""
		}
		s = s[n:]
	}
}

func measure(s string) (kind, int) {
	first, _ := utf8.DecodeRuneInString(s)
	switch {
	case letter(first):
		if n := vaultLength(s); n > 0 {
			return vault, n
		}
		return word, span(s, func(r rune) bool { return letter(r) || digit(r) })
	case digit(first):
		return numeric(s)
	case first == '"':
		return quoted(s)
	}
	for _, two := range []string{"->", "=>", "==", "!=", "<=", ">=", "&&", "||", "+=", "-=", "*=", "/=", "%="} {
		if strings.HasPrefix(s, two) {
			return sign, 2
		}
	}
	if strings.ContainsRune("{}()[]<>=:,;.!-+*/%", first) {
		return sign, 1
	}
	return wrong, 1
}

func letter(r rune) bool { return r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }

func digit(r rune) bool { return r >= '0' && r <= '9' }

// span is the length of the longest beginning whose letters are all good.
func span(s string, good func(rune) bool) int {
	n := strings.IndexFunc(s, func(r rune) bool { return !good(r) })
	if n < 0 {
		return len(s)
	}
	return n
}

func vaultLength(s string) int {
	const scheme = "vault://"
	rest, ok := strings.CutPrefix(s, scheme)
	n := span(rest, func(r rune) bool { return letter(r) || digit(r) || strings.ContainsRune("-/.", r) })
	if !ok || n == 0 {
		return 0
	}
	return len(scheme) + n
}

// numeric measures a number or a duration, whichever is longer.
func numeric(s string) (kind, int) {
	digits := span(s, digit)
	n := digits
	for strings.HasPrefix(s[n:], "_") && span(s[n+1:], digit) > 0 {
		n += 1 + span(s[n+1:], digit)
	}
	if strings.HasPrefix(s[n:], ".") && span(s[n+1:], digit) > 0 {
		n += 1 + span(s[n+1:], digit)
	}
	longest := 0
	for _, unit := range []string{".seconds", ".minutes", ".hours", "s", "m", "h", "d", "w", "months", "y"} {
		if strings.HasPrefix(s[digits:], unit) {
			longest = max(longest, len(unit))
		}
	}
	if longest > 0 && digits+longest > n {
		return duration, digits + longest
	}
	return number, n
}

func quoted(s string) (kind, int) {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '"':
			return text, i + 1
		case '\\':
			if i++; i < len(s) && s[i] == '\n' {
				return wrong, 1
			}
		}
	}
	return wrong, 1
}
