package journal_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"testing"

	"github.com/symbi-ctl/symbi-ctl/pkg/reasoning/journal"
	"github.com/symbi-ctl/symbi-ctl/pkg/reasoning/journal/event"
)

// long is a journal of some 300 records like those of a runtime.
func long(b *testing.B) []byte {
	b.Helper()
	data := newForger()
	told := plainStories()[0].told
	for range 30 {
		for _, e := range told[4:10] { // what a turn consists of
			text, err := event.Append(nil, e.Event)
			if err != nil {
				b.Fatal(err)
			}
			data.add(string(text))
		}
	}
	return data.file
}

// BenchmarkVerify is to be compared with BenchmarkSignatures, which checks the
// same signatures and does nothing else.
func BenchmarkVerify(b *testing.B) {
	data, o := long(b), journal.Options{PublicKey: publicKey(b, seedKey)}
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if got, err := journal.Verify(b.Context(), bytes.NewReader(data), o); err != nil || !got.Intact() {
			b.Fatal(got.Message, err)
		}
	}
}

func BenchmarkSignatures(b *testing.B) {
	data, key := long(b), publicKey(b, seedKey)
	var payloads, signatures [][]byte
	for line := range bytes.Lines(data) {
		var record struct {
			Payload   json.RawMessage
			Signature string
		}
		if err := json.Unmarshal(line, &record); err != nil {
			b.Fatal(err)
		}
		payloads = append(payloads, record.Payload)
		signatures = append(signatures, must(base64.StdEncoding.DecodeString(record.Signature)))
	}
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		for i := range payloads {
			if !ed25519.Verify(key, payloads[i], signatures[i]) {
				b.Fatal("wrong signature")
			}
		}
	}
}

// BenchmarkAppend is bound by the disk: every record is on it before the next.
func BenchmarkAppend(b *testing.B) {
	w, err := journal.Create(journal.New{Dir: folder(b), AgentID: agentID, RunID: id("01")})
	if err != nil {
		b.Fatal(err)
	}
	defer w.Close()
	entry := entries(&event.ObservationsCollected{Iteration: 1})[0]
	b.ReportAllocs()
	for b.Loop() {
		if err := w.Append(entry); err != nil {
			b.Fatal(err)
		}
	}
}
