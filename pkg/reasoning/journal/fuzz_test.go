package journal_test

import (
	"bytes"
	"testing"

	"github.com/symbi-ctl/symbi-ctl/pkg/reasoning/journal"
)

// FuzzVerify: a journal that is not refused is accounted for to its last byte,
// and begins as the genuine one that it was made from.
func FuzzVerify(f *testing.F) {
	var genuine [][]byte
	for _, v := range vectors(f) {
		if v.PublicKey != seedKey {
			continue
		}
		f.Add(v.Data)
		if v.Runtime.HTTPStatus == 200 {
			genuine = append(genuine, v.Data)
		}
	}
	key := publicKey(f, seedKey)
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := journal.Verify(t.Context(), bytes.NewReader(data), journal.Options{PublicKey: key})
		if err != nil {
			t.Fatal(err)
		}
		if !got.Intact() {
			if got.Code == "" || got.Message == "" {
				t.Errorf("refused without a reason: %+v", got)
			}
			return
		}
		if got.Recovery.Bytes+got.Recovery.TailBytes != int64(len(data)) || got.Recovery.Records == 0 {
			t.Errorf("%d records of %d and %d bytes in %d", got.Recovery.Records, got.Recovery.Bytes, got.Recovery.TailBytes, len(data))
		}
		for _, g := range genuine {
			if first, _, _ := bytes.Cut(g, []byte("\n")); bytes.HasPrefix(data, first) {
				return
			}
		}
		if len(genuine) > 0 && !bytes.Contains(data, []byte(`"payload"`)) {
			t.Errorf("accepted without a payload: %q", data)
		}
	})
}
