package fetch

import (
	"maps"
	"sync"
	"time"
)

// mostKept is how many documents are kept at once: in a batch, strangers choose
// of how many domains there are tokens.
const mostKept = 256

// keeper holds documents as long as their servers allow.
type keeper[T any] struct {
	now  func() time.Time // nil: nothing is kept
	most time.Duration    // the longest that anything is kept

	mu   sync.Mutex
	kept map[string]kept[T]
}

type kept[T any] struct {
	value       T
	from, until time.Time
}

func (k *keeper[T]) get(name string) (T, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	held, ok := k.kept[name]
	return held.value, ok && k.now().Before(held.until)
}

// stale reports whether something is kept, and has been for a time.
func (k *keeper[T]) stale(name string, since time.Duration) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	held, ok := k.kept[name]
	if !ok {
		return false
	}
	now := k.now()
	return now.Before(held.until) && now.Sub(held.from) >= since
}

func (k *keeper[T]) put(name string, value T, age time.Duration) {
	if k.now == nil {
		return
	}
	now := k.now()
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.kept == nil {
		k.kept = map[string]kept[T]{}
	}
	delete(k.kept, name)
	if age <= 0 {
		return
	}
	maps.DeleteFunc(k.kept, func(_ string, held kept[T]) bool { return len(k.kept) >= mostKept && !now.Before(held.until) })
	for other := range k.kept {
		if len(k.kept) < mostKept {
			break
		}
		delete(k.kept, other)
	}
	k.kept[name] = kept[T]{value, now, now.Add(min(age, k.most))}
}
