package rules

import (
	"regexp"
	"strings"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/text"
)

func decodeExecCode() Rule {
	return Rule{
		ID: "decoded-code-exec", Severity: High, Confidence: Certain, Category: Encoded,
		Title: "Program evaluates text that it decodes",
		Why:   "Encoding serves no purpose here but to keep a reader from seeing what is run.",
		Fix:   "Ship the code as source.",
		Refs:  []string{"ASI05", "AST01", "CWE-506", "CWE-95"},
		In:    text.Anywhere,
		Triggers: []string{
			"atob(", "b64decode", "a85decode", "b85decode", "b32decode", "unhexlify", "bytes.fromhex", "base64_decode", "decode_base64", "decode64", "frombase64string", "'base64')", "\"base64\")", "'hex')", "\"hex\")",
			"fromcharcode", "gzinflate", "zlib.decompress", "codecs.decode", "marshal.loads", "rot13", "rot_13", "unpack('m", "unpack(\"m",
		},
		Judge: judgeDecodedCode,
		Hits: []Sample{
			{Path: "index.js", Text: "const s=atob('ZWNobyBoZWxsbyBmcm9tIGEgdGVzdCB2ZWN0b3I='); child_process.exec(s)"},
			{Path: "a.py", Text: "exec(base64.b64decode('cHJpbnQoMSk=').decode())"},
			{Path: "a.py", Text: "import os, base64\nc = base64.b64decode('ZWNobyBoZWxsbw==').decode()\nprint('setting up')\nos.system(c)\n"},
			{Path: "a.js", Text: "eval(Buffer.from('Y29uc29sZS5sb2coMSk=', 'base64').toString())"},
			{Path: "a.js", Text: "new Function(String.fromCharCode(97,108,101,114,116,40,49,41))()"},
			{Path: "a.py", Text: "exec(zlib.decompress(base64.b64decode(b'eJwrKMrMK9EwBAAHzAG3')))"},
			{Path: "a.js", Text: "window[atob('ZXZhbA==')](x)"},
			{Path: "a.php", Text: "<?php eval(gzinflate(base64_decode('c0ktSy3SUEotTk0GAA==')));"},
			{Text: `python3 -c "import base64;exec(base64.b64decode('cHJpbnQoMSk='))"`},
			{Path: "a.ps1", Text: "$x=[Convert]::FromBase64String('V3JpdGU=');iex([Text.Encoding]::UTF8.GetString($x))"},
			{Path: "a.ps1", Text: "iex ([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('V3JpdGU=')))"},
		},
		Misses: []Sample{
			{Path: "a.js", Text: "const m = /x(.*)/.exec(atob(token.split('.')[1]))"},
			{Path: "a.py", Text: "data = json.loads(base64.b64decode(body))"},
			{Path: "a.py", Text: "img = base64.b64decode(r['image'])\nopen('out.png', 'wb').write(img)\nsubprocess.run(['open', 'out.png'])\n"},
			{Path: "a.js", Text: "const bytes = Uint8Array.from(atob(s), c => c.charCodeAt(0)); setTimeout(() => show(bytes), 10)"},
		},
	}
}

// judgeDecodedCode finds an evaluator around a decoder, or one that gets the
// variable a decoder filled a few lines above.
func judgeDecodedCode(s *Scene) []Hit {
	if !s.mayEvaluate() || s.onlyComment() {
		return nil
	}
	if m := evaluatesDecoded().FindStringIndex(s.Text); m != nil {
		if s.Where.Has(text.Prose|text.Frontmatter|text.Data) && !encodedLiteral().MatchString(s.Text[m[1]:]) {
			return nil // the names of functions, not their use
		}
		return []Hit{{Pos: m[0], End: m[1]}}
	}
	return s.evaluatedLater(decodesTo())
}

// mayEvaluate reports whether an evaluator is named in the unit or below it,
// which is cheaper to tell than what it evaluates.
func (s *Scene) mayEvaluate() bool {
	window := s.Text + "\n" + s.Around(0, evalDistance)
	for _, word := range []string{"eval", "exec", "Function", "system", "popen", "subprocess", "spawn", "vm.run", "compile", "loadstring", "[atob(", "setTimeout", "setInterval", "iex", "IEX", "Invoke-Expression"} {
		if strings.Contains(window, word) {
			return true
		}
	}
	return false
}

const evalDistance = 12 // lines between a value and its evaluation

// evaluatedLater returns a hit when a variable that pattern assigns is evaluated
// in the unit or on the lines below. The one-letter names of minified code mean
// something else every few words.
func (s *Scene) evaluatedLater(assigns *expression) []Hit {
	for _, m := range assigns.FindAllStringSubmatchIndex(s.Text, 8) {
		name := s.Text[m[2]:m[3]]
		if len(name) < 3 && len(s.Text) > minified {
			continue
		}
		if evaluatesVariable(name).MatchString(s.Text[m[1]:] + "\n" + s.Around(0, evalDistance)) {
			return []Hit{{Pos: m[0], End: m[1]}}
		}
	}
	return nil
}

const minified = 1000 // bytes of a line that nobody wrote by hand

const (
	// evaluators of Python, JavaScript, PHP, Ruby, Perl and PowerShell, up to
	// their opening bracket; not the exec method of a regular expression or of
	// a database.
	evaluators = `(?:(?:(?:^|[^.\w$])(?:eval|exec|execSync|loadstring)|\bnew\s+Function|(?:^|[^.\w$])Function|\bcompile|\bos\.(?:system|popen)|\bsubprocess\.\w+|(?:child_process|cp|process)['"]?\)?\.(?:exec|execSync|spawn|spawnSync)|\bvm\.run\w+|\bmodule\._compile|\binstance_eval)\s*\(|(?:^|[^.\w$-])(?:(?i:iex|Invoke-Expression)(?:\s+\(?|\()|eval\s+\(?))\s*`
	decoders   = `(?:atob\(|b64decode\(|a85decode\(|b85decode\(|b32decode\(|unhexlify\(|bytes\.fromhex\(|base64_decode\(|decode_base64\(|decode64\(|(?i:FromBase64String)\(|Buffer\.from\([^)\n]*,\s*['"](?:base64|hex)['"]|fromCharCode\(|gzinflate\(|zlib\.decompress\(|codecs\.decode\(|marshal\.loads\(|\.unpack\(["']m)`
)

func evaluatesVariable(name string) *regexp.Regexp {
	return regexp.MustCompile(`(?m)` + evaluators + `(?:[\w.:\[\]]*\()*\$?` + regexp.QuoteMeta(name) + `\b(?:\.\w+(?:\([^()\n]{0,20}\))?)*\s*[),]`)
}

//nolint:gochecknoglobals // compiled on first use
var (
	evaluatesDecoded = lazy(`(?m)` + evaluators + `(?:[\w.:\[\]@\s]*[(\s]){0,4}[\w.:\[\]@]*` + decoders + `|\[\s*atob\([^)\n]*\)\s*\]\s*\(|\bset(?:Timeout|Interval)\(\s*atob\(`)
	encodedLiteral   = lazy(`^\s*b?["'][A-Za-z0-9+/=]{12,}`)
	decodesTo        = lazy(`(?m)(?:^|[\s;{(])\$?(\w+)\s*(?::\s*\w+\s*)?=(?:[^=\n;][^\n;]{0,200}?)?` + decoders)
)
