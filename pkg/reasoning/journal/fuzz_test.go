package journal_test

import (
	"bytes"
	"testing"

	"github.com/symbi-ctl/symbi-ctl/pkg/reasoning/journal"
)

// FuzzVerify: a journal that is not refused is accounted for to its last byte,
// and a refusal has a reason.
func FuzzVerify(f *testing.F) {
	for _, v := range vectors(f) {
		f.Add(v.Data)
	}
	key := publicKey(f, seedKey)
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := journal.Verify(t.Context(), bytes.NewReader(data), journal.Options{PublicKey: key})
		if err != nil {
			t.Fatal(err)
		}
		r := got.Recovery
		switch {
		case !got.Intact() && (got.Code == "" || got.Message == "" || r.Complete):
			t.Errorf("refused without a reason: %+v", got)
		case got.Intact() && (r.Bytes+r.TailBytes != int64(len(data)) || r.Records == 0 || got.Code != ""):
			t.Errorf("%d records of %d and %d bytes in %d", r.Records, r.Bytes, r.TailBytes, len(data))
		}
	})
}

// TestEveryByteCounts: no byte of a journal can be another.
func TestEveryByteCounts(t *testing.T) {
	t.Parallel()
	const step = 37 // a sample of the places, in no rhythm with the lines
	key := publicKey(t, seedKey)
	s := plainStories()[0]
	whole := written(t, folder(t), s.run, s.told)
	for at := 0; at < len(whole); at += step {
		data := bytes.Clone(whole)
		data[at] ^= 1
		got, err := journal.Verify(t.Context(), bytes.NewReader(data), journal.Options{PublicKey: key})
		if err != nil || got.Intact() {
			t.Errorf("byte %d changed: got %s, %v", at, got.Status, err)
		}
	}
}
