package devruntime_test

import (
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestMain fails when goroutines of a runtime or a store outlive the tests.
func TestMain(m *testing.M) {
	m.Run()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for range 500 {
		if left() == "" {
			return
		}
		<-tick.C
	}
	panic("goroutines are left:\n" + left())
}

// left is the goroutines of the embedded runtime, but for this one.
func left() string {
	stacks := make([]byte, 4<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	var found []string
	for one := range strings.SplitSeq(string(stacks), "\n\n") {
		if strings.Contains(one, "internal/devruntime") && !strings.Contains(one, "TestMain") {
			found = append(found, one)
		}
	}
	return strings.Join(found, "\n\n")
}
