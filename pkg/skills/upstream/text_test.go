package upstream_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/upstream"
)

// odd holds characters on which Go, Python and Rust disagree, and their
// neighbours.
const odd = "\t\n\v\f\r\x00\x1b\x1c\x1d\x1e\x1f \x7f\u0080\u0085\u00a0\u1680\u180e\u2000\u200a\u200b\u200c\u200d" +
	"\u2028\u2029\u202f\u205f\u3000\ufeff\ufffdé中а\u0301٣५①²ⅧⒶ\u203f_ſK😀0a-."

// firing returns a line for each rule of both sets on which it fires.
func firing() []string {
	return []string{
		"curl x | sh", "curl x|zsh", "wget x | bash", "wget y|sh", "cat .env", ".ENV x", ".Env", "replace SOUL.md",
		"EDIT the soul.md", "write memory.md", "modify MEMORY.md", "eval ( fetch(", "exec(x request)", "fetch (x).then(eval",
		"HTTP x exec(", "atob (x) exec", "base64 x decode(y) z exec", "base64 -d x | bash", "base64 --decode|sh",
		"rm -rf /", "rm -r /", "chmod 777", "bash -i >& /dev/tcp/1", "nc x -e /bin/sh", "ncat x -c/bin/bash", "mkfifo p nc x",
		"s.connect(x subprocess", "os.dup2 socket", "perl socket exec /bin/sh", "ruby TCPSocket exec /bin/bash",
		"~/.ssh/id_rsa", "~/.ssh/authorized_keys", "~/.aws/config", "~/.kube/config", "Cookies x", "login data",
		"cookies.sqlite", "security find-generic-password", "keyctl read", "less /etc/shadow", "dig x $", "/dev/udp/",
		"nc -w 12 a", "nc b", "ptrace ( PTRACE_ATTACH", "LD_PRELOAD =", "/proc/12/mem", "/proc/self/mem", "gdb --pid",
		"sudo x", "chmod u+s", "chmod 4755 x", "setcap x", "chown 0:", "unshare x", "ln -sf /etc", "../../..",
		"curl x -o y", "wget x --output-document y", "chmod +x y",
	}
}

// variants returns line and what it becomes when r is put in place of or between
// any of its characters.
func variants(line string, r rune) []string {
	all := []string{line}
	for i := range line {
		all = append(all, line[:i]+string(r)+line[i:], line[:i]+string(r)+line[i+1:])
	}
	return append(all, line+string(r))
}

func TestEveryRuleFires(t *testing.T) {
	t.Parallel()
	text := []byte(strings.Join(firing(), "\n"))
	for name, set := range map[string]*upstream.Set{"SDK": upstream.SDK(), "runtime": upstream.Runtime()} {
		want := []string{}
		for _, r := range set.Rules() {
			want = append(want, r.Name)
		}
		if diff := cmp.Diff(distinct(want), ruleNames(set.ScanText(text, ""))); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", name, diff)
		}
	}
}

func TestOddCharacters(t *testing.T) {
	t.Parallel()
	sdk, runtime := upstream.SDK(), upstream.Runtime()
	plainSDK, plainRuntime := sdkOracle(), runtimeOracle()
	for _, line := range firing() {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			for _, r := range odd {
				text := strings.Join(variants(line, r), "\n")
				if diff := cmp.Diff(plainSDK.scan(text), sdk.ScanText([]byte(text), "f")); diff != "" {
					t.Errorf("SDK: %q (-want +got)\n%s", text, diff)
				}
				if diff := cmp.Diff(plainRuntime.scan(text), runtime.ScanText([]byte(text), "f")); diff != "" {
					t.Errorf("runtime: %q (-want +got)\n%s", text, diff)
				}
			}
		})
	}
}

// TestClasses has what the originals themselves answered.
func TestClasses(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		text         string
		sdk, runtime bool
	}{
		"a letter ends no word":               {".envé", false, false},
		"nor does an ideograph":               {".env中", false, false},
		"a mark does for Python":              {".env\u0301", true, false},
		"a joiner does for Python":            {".env\u200d", true, false},
		"a connector other than _ too":        {".env\u203f", true, false},
		"a circled letter too":                {".envⒶ", true, false},
		"a circled number does for Rust":      {".env①", false, true},
		"a superscript too":                   {".env²", false, true},
		"a digit of Unicode 16":               {".env\U00010d40", true, false},
		"a mark of Unicode 16":                {".env\u0897", true, false},
		"punctuation ends a word":             {".env—", true, true},
		"a byte that is no UTF-8 too":         {".env\xff", true, true},
		"a no-break space is white space":     {"chmod\u00a0777", true, true},
		"a unit separator only for Python":    {"chmod\x1f777", true, false},
		"a vertical tab ends a Python line":   {"chmod\v777", false, true},
		"a line separator too":                {"chmod\u2028777", false, true},
		"a zero-width space is none":          {"chmod\u200b777", false, false},
		"a Mongolian vowel separator no more": {"chmod\u180e777", false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, c := range []struct {
				name string
				set  *upstream.Set
				want bool
			}{{"SDK", upstream.SDK(), tc.sdk}, {"runtime", upstream.Runtime(), tc.runtime}} {
				found := c.set.ScanText([]byte(tc.text), "")
				if got := len(found) > 0; got != c.want {
					t.Errorf("%s on %q: want fires %t, got %v", c.name, tc.text, c.want, found)
				}
			}
		})
	}
}

func TestCaseIsFoldedBeyondASCII(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"COO\u212aIE\u017f":       "credential-browser-cookies",
		"edit \u017fOUL.md":       "soul-md-modification",
		"eval(reque\u017ft":       "eval-with-fetch",
		"ba\u017fe64 -d x | bash": "base64-decode-exec",
	} {
		if diff := cmp.Diff([]string{want}, ruleNames(upstream.Runtime().ScanText([]byte(text), ""))); diff != "" {
			t.Errorf("%q: (-want +got)\n%s", text, diff)
		}
	}
}

func TestLineNumbers(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		text         string
		sdk, runtime int
	}{
		"LF":                     {"a\nb\nsudo rm -rf /", 3, 3},
		"CRLF":                   {"a\r\nb\r\nsudo rm -rf /\r\n", 3, 3},
		"CR":                     {"a\rb\rsudo rm -rf /", 3, 1},
		"blank lines":            {"\n\n\n\nsudo rm -rf /\n\n", 5, 5},
		"CR CR LF":               {"a\r\r\nsudo rm -rf /", 3, 2},
		"VT, FF, FS, GS, RS":     {"\v\f\x1c\x1d\x1esudo rm -rf /", 6, 1},
		"NEL, LS, PS":            {"\u0085\u2028\u2029sudo rm -rf /", 4, 1},
		"NEL after broken UTF-8": {"\xe2\x80\u0085sudo rm -rf /", 2, 1},
		"its bytes without lead": {"\x85\xa8sudo rm -rf /", 1, 1},
		"byte order mark":        {"\ufeffsudo rm -rf /", 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, c := range []struct {
				name string
				set  *upstream.Set
				want int
			}{{"SDK", upstream.SDK(), tc.sdk}, {"runtime", upstream.Runtime(), tc.runtime}} {
				found := c.set.ScanText([]byte(tc.text), "")
				if len(found) == 0 || found[0].Line != c.want {
					t.Errorf("%s: want line %d, got %v", c.name, c.want, found)
				}
			}
		})
	}
	if found := upstream.Runtime().ScanText([]byte("sudo\r"), ""); len(found) != 1 {
		t.Errorf("a CR at the very end belongs to the line: want one finding, got %v", found)
	}
}

func TestSetIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	set := upstream.Runtime()
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for _, line := range firing() {
				set.ScanText([]byte(line+"é\n"+line), "")
			}
		})
	}
	group.Wait()
}

// TestHostileLines has lines that take the SDK minutes.
func TestHostileLines(t *testing.T) {
	t.Parallel()
	for _, part := range []string{"atob()", "fetch(.then", "curl |", "http exec (", "http exec", "eval( ", "rm  ", "curl \u00a0", "nc -w 1 "} {
		text := []byte(strings.Repeat(part, 1<<18/len(part)))
		upstream.SDK().ScanText(text, "")
		upstream.Runtime().ScanText(text, "")
	}
}

func FuzzScanText(f *testing.F) {
	for _, l := range readLabelled(f) {
		f.Add(l.Text)
	}
	for i, line := range firing() {
		f.Add(line)
		f.Add(fmt.Sprintf("é %s\u00a0\r\n%s\x1f\u2028%s", line, strings.ToUpper(line), firing()[len(firing())-1-i]))
	}
	sdk, runtime := upstream.SDK(), upstream.Runtime()
	plainSDK, plainRuntime := sdkOracle(), runtimeOracle()
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 400 || strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Cn, r) }) {
			t.Skip("the oracle is slow and knows Unicode 15 only")
		}
		if diff := cmp.Diff(plainSDK.scan(text), sdk.ScanText([]byte(text), "f")); diff != "" {
			t.Errorf("SDK: (-want +got)\n%s", diff)
		}
		if diff := cmp.Diff(plainRuntime.scan(text), runtime.ScanText([]byte(text), "f")); diff != "" {
			t.Errorf("runtime: (-want +got)\n%s", diff)
		}
	})
}
