package challenge

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/symbi-ctl/symbi-ctl/internal/safefile"
	"github.com/symbi-ctl/symbi-ctl/internal/strictjson"
)

// maxSeen is the size up to which a file of nonces is read, in bytes.
const maxSeen = 8 << 20

// Seen is a file of nonces that were answered, each kept as long as its
// challenge could be judged again.
type Seen struct{ Path string }

type seenNonce struct {
	Nonce   string `json:"nonce"`
	Expires int64  `json:"expires"` // Unix seconds
}

// Use records a nonce and reports whether it is fresh. Of several processes
// that use one nonce, one is told so.
func (s Seen) Use(ctx context.Context, nonce string, now time.Time) (fresh bool, err error) {
	err = safefile.Update(ctx, safefile.Edit{Path: s.Path, Max: maxSeen, Apply: func(old []byte) ([]byte, error) {
		all, err := readSeen(old)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", s.Path, err)
		}
		fresh = true
		kept := []seenNonce{}
		for _, n := range all {
			if n.Expires >= now.Unix() {
				kept = append(kept, n)
				fresh = fresh && n.Nonce != nonce
			}
		}
		if !fresh {
			return nil, nil
		}
		text, err := json.Marshal(append(kept, seenNonce{nonce, now.Add(MaxAge+Skew).Unix() + 1}))
		if len(text) > maxSeen { // nobody could read it, and so empty it, again
			return nil, fmt.Errorf("write %s: too many nonces in %v", s.Path, MaxAge+Skew)
		}
		return text, err
	}})
	return fresh && err == nil, err
}

func readSeen(data []byte) ([]seenNonce, error) {
	if data == nil {
		return nil, nil
	}
	v, err := strictjson.Parse(data, strictjson.Options{MaxBytes: maxSeen, MaxValues: maxSeen / 8})
	if err != nil {
		return nil, err
	}
	if v.Kind() != strictjson.Array {
		return nil, fmt.Errorf("want an array of nonces, got %v", v.Kind())
	}
	var all []seenNonce
	for _, item := range v.Items() {
		err := item.Read(strictjson.Options{}, func(r *strictjson.Reader) {
			all = append(all, seenNonce{r.String("nonce"), r.Int("expires")})
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}
