package frame_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"

	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/frame"
	"github.com/symbi-ctl/symbi-ctl/internal/strictjson"
)

const (
	token = "the-token"
	alpha = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"
)

func start() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }

// hash is a PHC string that is cheap to check.
func hash(secret string) string {
	salt := []byte("salt of a test..")
	return fmt.Sprintf("$argon2id$v=%d$m=64,t=1,p=1$%s$%s", argon2.Version, base64.RawStdEncoding.EncodeToString(salt),
		base64.RawStdEncoding.EncodeToString(argon2.IDKey([]byte(secret), salt, 1, 64, 1, 32)))
}

// routes is a handful that shows every way of answering.
func routes() []frame.Route {
	say := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { frame.JSON(w, http.StatusOK, text+" "+r.PathValue("id")) }
	}
	return []frame.Route{
		{Method: "GET", Path: "/health", Public: true, Handler: say("health")},
		{Method: "GET", Path: "/agents", Handler: say("list")},
		{Method: "POST", Path: "/agents", Handler: func(w http.ResponseWriter, r *http.Request) {
			if frame.Body(w, r, 1024, func(r *strictjson.Reader) { r.String("name") }) {
				frame.Empty(w, http.StatusOK)
			}
		}},
		{Method: "GET", Path: "/agents/{id}", Handler: say("one")},
		{Method: "GET", Path: "/agents/{id}/admin", Handler: func(w http.ResponseWriter, r *http.Request) {
			if frame.Admin(w, r) {
				frame.Empty(w, http.StatusOK)
			}
		}},
		{Method: "GET", Path: "/agents/{id}/own", Handler: func(w http.ResponseWriter, r *http.Request) {
			if id, ok := frame.ID(w, r, "id"); ok && frame.For(w, r, id) {
				frame.JSON(w, http.StatusOK, id)
			}
		}},
		{Method: "GET", Path: "/agents/special", Handler: say("special")},
	}
}

func options() frame.Options {
	return frame.Options{Routes: routes(), Guard: &frame.Guard{Token: token}, Origins: []string{"http://page.example"}, Now: start}
}

// request is one request with the token, unless header says otherwise.
func request(t *testing.T, line, body string, header ...string) *http.Request {
	t.Helper()
	method, path, _ := strings.Cut(line, " ")
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+token)
	for i := 0; i < len(header); i += 2 {
		if r.Header.Del(header[i]); header[i+1] != "" {
			r.Header.Set(header[i], header[i+1])
		}
	}
	return r
}

func serve(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}
