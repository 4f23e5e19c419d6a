//go:build interop

package interop_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/upstream"
)

const scannerSDK = "symbiont-sdk==1.11.0"

// scanScript reads texts, a JSON object with base64 each a line, and has the
// SDK scan each as it would a file of these bytes.
const scanScript = `
import base64, io, json, sys, unicodedata
from symbiont.skills import SkillScanner
scanner = SkillScanner()
for line in sys.stdin:
    raw = base64.b64decode(json.loads(line)["text"])
    text = io.TextIOWrapper(io.BytesIO(raw), encoding="utf-8", errors="replace").read()
    print(json.dumps({
        "unassigned": any(unicodedata.category(c) == "Cn" for c in text),
        "findings": [
            {"rule": f.rule, "severity": f.severity.value, "message": f.message, "line": f.line}
            for f in scanner.scan_content(text)
        ],
    }))
`

// TestSDKScanner has the SDK's own scanner and ours scan the same texts.
func TestSDKScanner(t *testing.T) {
	t.Parallel()
	python := scannerVenv(t)
	texts := append(scannerVectors(t), scannerTexts()...)
	set := upstream.SDK()
	compared := 0
	for i, theirs := range scanWithSDK(t, python, texts) {
		if theirs.Unassigned || bytes.ContainsFunc(texts[i], func(r rune) bool { return unicode.Is(unicode.Cn, r) }) {
			continue // Python's Unicode is not as old as Go's
		}
		compared++
		ours := set.ScanText(texts[i], "")
		if diff := cmp.Diff(theirs.Findings, ours); diff != "" {
			t.Errorf("%q (-SDK +ours)\n%s", texts[i], diff)
		}
	}
	if compared < len(texts)/2 {
		t.Errorf("want most of %d texts compared, got %d", len(texts), compared)
	}
	t.Logf("%d of %d texts compared", compared, len(texts))
}

type sdkScan struct {
	Unassigned bool               `json:"unassigned"` // a character this Python does not know
	Findings   []upstream.Finding `json:"findings"`
}

func scanWithSDK(t *testing.T, python string, texts [][]byte) []sdkScan {
	t.Helper()
	var in bytes.Buffer
	for _, text := range texts {
		if err := json.NewEncoder(&in).Encode(map[string][]byte{"text": text}); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), python, "-c", scanScript)
	cmd.Stdin = &in
	out, err := cmd.Output()
	if err != nil {
		if failed, ok := errors.AsType[*exec.ExitError](err); ok {
			t.Fatalf("run the SDK: %v\n%s", err, failed.Stderr)
		}
		t.Fatal(err)
	}
	var scans []sdkScan
	for decoder := json.NewDecoder(bytes.NewReader(out)); decoder.More(); {
		var scan sdkScan
		if err := decoder.Decode(&scan); err != nil {
			t.Fatal(err)
		}
		scans = append(scans, scan)
	}
	if len(scans) != len(texts) {
		t.Fatalf("want %d answers, got %d", len(texts), len(scans))
	}
	return scans
}

// scannerVenv returns the Python of an environment that has the SDK. It is made
// once, outside this repository.
func scannerVenv(t *testing.T) string {
	t.Helper()
	base, err := exec.LookPath("python3")
	if err != nil {
		t.Skipf("no python3: %v", err)
	}
	cache := os.Getenv("SYMBI_INTEROP_CACHE")
	if cache == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			t.Skipf("no cache folder: %v", err)
		}
		cache = filepath.Join(user, "symbi-ctl-interop")
	}
	venv := filepath.Join(cache, scannerSDK)
	python := filepath.Join(venv, "bin", "python")
	if runtime.GOOS == "windows" {
		python = filepath.Join(venv, "Scripts", "python.exe")
	}
	complete := filepath.Join(venv, "complete")
	if _, err := os.Stat(complete); err == nil {
		return python
	} else if !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	for _, args := range [][]string{
		{base, "-m", "venv", "--clear", venv},
		{python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", scannerSDK},
	} {
		if out, err := exec.CommandContext(ctx, args[0], args[1:]...).CombinedOutput(); err != nil {
			t.Skipf("%s cannot be installed: %q: %v\n%s", scannerSDK, args, err, out)
		}
	}
	if err := os.WriteFile(complete, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	return python
}

// scannerVectors returns the labelled texts.
func scannerVectors(t *testing.T) [][]byte {
	t.Helper()
	f, err := os.Open("../../pkg/skills/upstream/testdata/vectors/labelled.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var texts [][]byte
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var entry struct {
			Text string `json:"text"`
		}
		if err := json.Unmarshal(lines.Bytes(), &entry); err != nil {
			t.Fatal(err)
		}
		texts = append(texts, []byte(entry.Text))
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return texts
}

// scannerTexts returns lines on which each rule fires, with odd characters and
// broken UTF-8 put in place of and between all of their characters.
func scannerTexts() [][]byte {
	odd := []string{"\xff", "\xe2\x80", "\xe2\x80\u0085", "\xc2", "\xed\xa0\x80", "\xf0\x90", "\r\n", "\r\r\n", ".", "x", "(", "|"}
	for _, r := range "\t\n\v\f\r\x00\x1b\x1c\x1d\x1e\x1f \x7f\u0080\u0085\u00a0\u1680\u180e\u2000\u200a\u200b\u200c\u200d" +
		"\u2028\u2029\u202f\u205f\u3000\ufeff\ufffdé中а\u0301٣५①²ⅧⒶ\u203f_ſK😀0\U00010d40\U0002ebf0" {
		odd = append(odd, string(r))
	}
	var texts [][]byte
	for _, line := range []string{
		"curl x | sh", "curl x|zsh", "wget x | bash", "cat .env", ".ENV x", "replace SOUL.md", "overwrite memory.md",
		"eval ( fetch(", "fetch (x).then(eval", "atob (x) exec", "base64 x decode(y) z exec", "rm -rf /", "chmod 777",
	} {
		for _, o := range odd {
			for i := range line {
				texts = append(texts, []byte(line[:i]+o+line[i:]), []byte(line[:i]+o+line[i+1:]), []byte("a"+o+"b\n"+line+o+"\r"+line))
			}
			texts = append(texts, []byte(line+o))
		}
	}
	return texts
}
