package sarif_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/internal/output/sarif"
)

// TestLineHashes holds the values that GitHub's upload action computes.
func TestLineHashes(t *testing.T) {
	t.Parallel()
	hello := []string{
		"e9496ae3ebfced30:1", "fb7c023a8b9ccb3f:1", "ce8ba1a563dcdaca:1", "e20e36e16fcb0cc8:1",
		"b3edc88f2938467e:1", "c8e28b0b4002a3a0:1", "c129715d7a2bc9a3:1",
	}
	for name, tc := range map[string]struct {
		text string
		want []string
	}{
		"empty file": {"", []string{"c129715d7a2bc9a3:1"}},
		"no ending":  {" a\nb\n  \t\tc\n d", []string{"271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"}},
		"LF":         {" hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n", hello},
		"CR":         {" hello; \t\nworld!!!\r\r\r  \t\tGreetings\r End\r", hello},
		"CRLF":       {" hello; \t\r\nworld!!!\r\n\r\n\r\n  \t\tGreetings\r\n End\r\n", hello},
		"mixed":      {" hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n", hello},
		"repeated": {strings.Repeat("Lorem ipsum dolor sit amet.\n", 10), []string{
			"a7f2ff13bc495cf2:1", "a7f2ff13bc495cf2:2", "a7f2ff13bc495cf2:3", "a7f2ff13bc495cf2:4", "a7f2ff13bc495cf2:5",
			"a7f2ff13bc495cf2:6", "a7f2ff1481e87703:1", "a9cf91f7bbf1862b:1", "55ec222b86bcae53:1", "cc97dc7b1d7d8f7b:1", "c129715d7a2bc9a3:1",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := map[int]string{}
			lines := []int{-1, 0, len(tc.want) + 1}
			for i, hash := range tc.want {
				want[i+1] = hash
				lines = append(lines, i+1)
				if got := sarif.PrimaryLocationLineHash([]byte(tc.text), i+1); got != hash {
					t.Errorf("line %d alone: %s, want %s", i+1, got, hash)
				}
			}
			got, err := sarif.LineHashes(iotest.OneByteReader(strings.NewReader(tc.text)), lines)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("hashes (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLineHashesOfNothing(t *testing.T) {
	t.Parallel()
	got, err := sarif.LineHashes(iotest.ErrReader(io.ErrUnexpectedEOF), nil)
	if err != nil || len(got) > 0 {
		t.Errorf("no line wanted: %v, %v", got, err)
	}
	if _, err := sarif.LineHashes(iotest.ErrReader(io.ErrUnexpectedEOF), []int{1}); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("broken reader: %v", err)
	}
	if got := sarif.PrimaryLocationLineHash([]byte("a"), 2); got != "" {
		t.Errorf("line 2 of 1: %q", got)
	}
}

// TestLineHashesReadNoFurther: the window after the last wanted line is enough.
func TestLineHashesReadNoFurther(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("line\n", 2000)
	cut := io.MultiReader(strings.NewReader(text), iotest.ErrReader(io.ErrUnexpectedEOF))
	got, err := sarif.LineHashes(cut, []int{3})
	if err != nil {
		t.Fatal(err)
	}
	if want := sarif.PrimaryLocationLineHash([]byte(text), 3); got[3] != want {
		t.Errorf("got %s, want %s", got[3], want)
	}
}

// slowHash says the same in the plainest way: all units first, then each line
// by itself.
func slowHash(content []byte) map[int]string {
	text := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(decode(content))
	text = strings.NewReplacer(" ", "", "\t", "").Replace(text)
	units := append(utf16.Encode([]rune(text)), 0xffff)
	hashes, seen := map[int]string{}, map[uint64]int{}
	line, start := 0, true
	for i, unit := range units {
		if start {
			line++
			var sum uint64
			for j := range 100 {
				sum *= 37
				if i+j < len(units) {
					sum += uint64(units[i+j])
				}
			}
			seen[sum]++
			hashes[line] = fmt.Sprintf("%x:%d", sum, seen[sum])
		}
		start = unit == '\n'
	}
	return hashes
}

// decode replaces what is not UTF-8 in the way of the Encoding Standard, by its
// own state machine.
func decode(content []byte) string {
	var out []rune
	point, needed, low, high := rune(0), 0, byte(0x80), byte(0xbf)
	for i := 0; i < len(content); i++ {
		b := content[i]
		if needed > 0 {
			if b < low || b > high {
				out = append(out, 0xfffd)
				needed, low, high = 0, 0x80, 0xbf
				i--
				continue
			}
			low, high = 0x80, 0xbf
			point = point<<6 | rune(b&0x3f)
			if needed--; needed == 0 {
				out = append(out, point)
			}
			continue
		}
		switch {
		case b < 0x80:
			out = append(out, rune(b))
		case 0xc2 <= b && b <= 0xdf:
			needed, point = 1, rune(b&0x1f)
		case 0xe0 <= b && b <= 0xef:
			needed, point = 2, rune(b&0xf)
			if b == 0xe0 {
				low = 0xa0
			}
			if b == 0xed {
				high = 0x9f
			}
		case 0xf0 <= b && b <= 0xf4:
			needed, point = 3, rune(b&0x7)
			if b == 0xf0 {
				low = 0x90
			}
			if b == 0xf4 {
				high = 0x8f
			}
		default:
			out = append(out, 0xfffd)
		}
	}
	if needed > 0 {
		out = append(out, 0xfffd)
	}
	return string(out)
}

func FuzzLineHashes(f *testing.F) {
	for _, seed := range []string{
		"", "\n", "\r\n\r", "a\r \nb", "a\r\t\n", "日本語\n🚀🚀\n", "\xff\xe2\x82\n\xf0\x9f", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\ufeffx",
		strings.Repeat("x", 250) + "\n" + strings.Repeat("🚀\n", 120), "\uffff\x00",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		want := slowHash(content)
		lines := make([]int, 0, len(want))
		for line := range want {
			lines = append(lines, line)
		}
		got, err := sarif.LineHashes(bytes.NewReader(content), lines)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("hashes (-slow +got):\n%s", diff)
		}
	})
}

func BenchmarkLineHashes(b *testing.B) {
	content := []byte(strings.Repeat("an ordinary line of a skill, with some words\n", 20_000))
	b.SetBytes(int64(len(content)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := sarif.LineHashes(bytes.NewReader(content), []int{1, 20_000}); err != nil {
			b.Fatal(err)
		}
	}
}

func ExamplePrimaryLocationLineHash() {
	fmt.Println(sarif.PrimaryLocationLineHash([]byte(" a\nb\n  \t\tc\n d"), 2))
	// Output: 54703d4cd895b18:1
}
