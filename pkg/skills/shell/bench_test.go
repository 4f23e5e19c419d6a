package shell_test

import (
	"testing"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/shell"
)

func BenchmarkParse(b *testing.B) {
	for name, text := range map[string]string{
		"simple": "rm -rf build/",
		"pipe":   "curl -s https://api.example.com/v1/items | jq '.items[]'",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				shell.Parse(text)
			}
		})
	}
}
