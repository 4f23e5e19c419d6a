package upstream_test

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/upstream"
)

// BenchmarkScanText compares the scanners with what it costs to run each of their
// expressions on each line.
func BenchmarkScanText(b *testing.B) {
	var prose []byte
	for _, l := range readLabelled(b) {
		prose = append(prose, l.Text...)
		prose = append(prose, "\nA skill that helps you to write and test code, step by step, in the browser.\n"...)
	}
	function := `function f(e,t){return fetch("https://x.example/"+e,{method:"GET"}).then(function(e){return e.json()})}` +
		`const o=process.env.HOST,r=/(a|b)/.exec(o);async function g(){await nc(e)}`
	texts := map[string][]byte{
		"prose":    prose,
		"minified": bytes.Repeat([]byte(function), 3<<20/len(function)),
	}
	for name, set := range map[string]*upstream.Set{"SDK": upstream.SDK(), "Runtime": upstream.Runtime()} {
		naive := naiveScanner(set)
		for kind, text := range texts {
			b.Run(name+"/"+kind+"/ours", func(b *testing.B) {
				b.SetBytes(int64(len(text)))
				for b.Loop() {
					set.ScanText(text, "")
				}
			})
			b.Run(name+"/"+kind+"/naive", func(b *testing.B) {
				b.SetBytes(int64(len(text)))
				for b.Loop() {
					naive(text)
				}
			})
		}
	}
}

func naiveScanner(set *upstream.Set) func(text []byte) int {
	var res []*regexp.Regexp
	for _, r := range set.Rules() {
		res = append(res, regexp.MustCompile(strings.ReplaceAll(r.Pattern, `\s`, `[\t-\r ]`)))
	}
	return func(text []byte) int {
		found := 0
		for line := range bytes.Lines(text) {
			for _, re := range res {
				if re.Match(line) {
					found++
				}
			}
		}
		return found
	}
}
