// Package frame is what stands around the routes of the embedded runtime: who
// may ask, how often, how a body is read and how an answer looks. It knows no
// route. Start with [Handler].
//
// It promises to answer as runtime 3.0 does wherever a client could depend on
// it: the order of the layers, empty bodies for 401, 404, 405 and 429, plain
// text for bodies that cannot be read, the envelope for everything else.
package frame

import (
	"encoding/json"
	"net/http"
)

// Limits of bodies, in bytes.
const (
	MaxBody    = 2 << 20
	MaxMessage = 256 << 10
)

// envelope is an error as the runtime writes it.
type envelope struct {
	Error   string `json:"error"`
	Code    string `json:"code"`
	Details any    `json:"details"`
}

// JSON answers with a document.
func JSON(w http.ResponseWriter, status int, doc any) {
	data, err := json.Marshal(doc)
	if err != nil {
		Refuse(w, http.StatusInternalServerError, "INTERNAL", "Internal error: "+err.Error())
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(data) // a reader that went away is nobody's error
}

// Refuse answers with the envelope.
func Refuse(w http.ResponseWriter, status int, code, message string) {
	data, err := json.Marshal(envelope{Error: message, Code: code})
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(data)
}

// Text answers in plain text, as the runtime does for what it cannot read.
func Text(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text)) //nolint:gosec // plain text, and nobody may sniff
}

// Empty answers without a body.
func Empty(w http.ResponseWriter, status int) { w.WriteHeader(status) }
