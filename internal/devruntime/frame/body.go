package frame

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/symbi-ctl/symbi-ctl/internal/strictjson"
)

const maxDepth = 127 // of serde_json

// Body reads the JSON object of a request and lets read ask for its members. It
// reports false after it has answered what is wrong: 415 without a JSON content
// type, 413 when it is too long, 400 when it is no JSON, 422 when a member is
// missing, double or of another type.
func Body(w http.ResponseWriter, r *http.Request, most int64, read func(*strictjson.Reader)) bool {
	v, ok := Value(w, r, most)
	return ok && Read(w, v, read)
}

// Value reads the JSON value of a request, of any kind. It reports false after
// it has answered.
func Value(w http.ResponseWriter, r *http.Request, most int64) (strictjson.Value, bool) {
	data, ok := bytes(w, r, most)
	if !ok {
		return strictjson.Value{}, false
	}
	v, err := strictjson.Parse(data, strictjson.Options{MaxBytes: int(most), MaxDepth: maxDepth})
	switch {
	case err == nil:
		return v, true
	case duplicate(err):
		Text(w, http.StatusUnprocessableEntity, "Failed to deserialize the JSON body into the target type: "+err.Error())
	default:
		Text(w, http.StatusBadRequest, "Failed to parse the request body as JSON: "+err.Error())
	}
	return strictjson.Value{}, false
}

// Read lets read ask for the members of an object. It reports false after it
// has answered 422.
func Read(w http.ResponseWriter, v strictjson.Value, read func(*strictjson.Reader)) bool {
	err := v.Read(strictjson.Options{}, read)
	if err != nil {
		Text(w, http.StatusUnprocessableEntity, "Failed to deserialize the JSON body into the target type: "+err.Error())
	}
	return err == nil
}

// duplicate reports whether the only fault of a document is a name used twice,
// which the runtime takes for a wrong shape.
func duplicate(err error) bool {
	fault, ok := errors.AsType[*strictjson.Error](err)
	return ok && fault.Offset < 0 && fault.Path != ""
}

func bytes(w http.ResponseWriter, r *http.Request, most int64) ([]byte, bool) {
	if !isJSON(r.Header.Get("Content-Type")) {
		Text(w, http.StatusUnsupportedMediaType, "Expected request with `Content-Type: application/json`")
		return nil, false
	}
	data, err := io.ReadAll(io.LimitReader(r.Body, most+1))
	if err != nil {
		Text(w, http.StatusBadRequest, "Failed to buffer the request body: "+err.Error())
		return nil, false
	}
	if int64(len(data)) > most {
		w.Header().Set("Connection", "close") // the rest is not read
		Text(w, http.StatusRequestEntityTooLarge, "Failed to buffer the request body: length limit exceeded")
		return nil, false
	}
	return data, true
}

func isJSON(contentType string) bool {
	kind, _, err := mime.ParseMediaType(contentType)
	return err == nil && (kind == "application/json" || strings.HasPrefix(kind, "application/") && strings.HasSuffix(kind, "+json"))
}

// ID reads a UUID of the path, in any form that the runtime takes, and returns
// it in the usual one. It reports false after it has answered 400.
func ID(w http.ResponseWriter, r *http.Request, name string) (string, bool) {
	id, err := uuid.Parse(r.PathValue(name))
	if err != nil {
		Text(w, http.StatusBadRequest, "Invalid URL: UUID parsing failed: "+err.Error())
		return "", false
	}
	return id.String(), true
}

// UUID reads a member that holds a UUID.
func UUID(r *strictjson.Reader, name string) string {
	return parsed(r, name, r.String(name))
}

// OptUUID is UUID for a member that may be absent or null; it is "" then.
func OptUUID(r *strictjson.Reader, name string) string {
	text := r.OptString(name)
	if text == nil {
		return ""
	}
	return parsed(r, name, *text)
}

func parsed(r *strictjson.Reader, name, text string) string {
	id, err := uuid.Parse(text)
	if err != nil {
		r.Failf(name, "UUID parsing failed: %v", err)
	}
	return id.String()
}

// Strings reads an object of texts that may be absent or null.
func Strings(r *strictjson.Reader, name string) map[string]string {
	var all map[string]string
	r.OptObject(name, func(r *strictjson.Reader) {
		all = map[string]string{}
		for _, m := range r.Rest() {
			if m.Value.Kind() != strictjson.String {
				r.Failf(m.Name, "invalid type: %v, expected a string", m.Value.Kind())
				continue
			}
			all[m.Name] = m.Value.Text()
		}
	})
	return all
}

// Any reads any value: nil when it is absent, and "null" for null.
func Any(r *strictjson.Reader, name string) []byte {
	v, ok := r.Value(name)
	if !ok {
		return nil
	}
	return v.AppendJSON(nil)
}

// OneOf fails a text that is none of these.
func OneOf(r *strictjson.Reader, name, text string, allowed ...string) {
	if !slices.Contains(allowed, text) {
		r.Failf(name, "unknown variant `%s`, expected one of `%s`", text, strings.Join(allowed, "`, `"))
	}
}
