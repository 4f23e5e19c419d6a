package replay

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Difference is one thing in which an answer is not the recorded one.
type Difference struct {
	Slug string
	What string // "status", "header NAME", "body", "body PATH" (shape), "value NAME"
	Want string
	Got  string // of a status also the code or status of the body, as in "501 NOT_IN_DEV"
}

func (d Difference) String() string {
	return fmt.Sprintf("%s: %s: recorded %s, got %s", d.Slug, d.What, d.Want, d.Got)
}

// Player tells a story to servers. The zero value is not useful: it needs
// Servers. It is not safe for use by several goroutines.
type Player struct {
	// Servers holds the base URL of each of the story's servers.
	Servers map[string]string
	// Secrets holds what stands for a placeholder such as "<token>".
	Secrets map[string]string
	// Client sends; it must not follow redirects.
	Client *http.Client
	// Patience is how long an answer may take to become the recorded one, where
	// only the state of the work differs: a run that is not done yet.
	Patience time.Duration
	// Known tells differences that stay, and so are not waited for. Nil: none.
	Known func(Difference) bool

	ids []string // recorded, ours, recorded, ours, …
}

// Play sends the request of e and compares the answer.
func (p *Player) Play(ctx context.Context, e Exchange) ([]Difference, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	patience := time.NewTimer(p.Patience)
	defer patience.Stop()
	for {
		got, err := p.send(ctx, e.Request, p.Servers[e.Server])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.Slug, err)
		}
		found := p.compare(e, got)
		if !p.unsettled(e.Request, found) {
			return found, nil
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-patience.C:
			return found, nil
		case <-ctx.Done():
			return nil, fmt.Errorf("%s: %w", e.Slug, ctx.Err())
		}
	}
}

// unsettled reports whether the same request may be answered as recorded a
// moment later: it is the poll of a run, or it changes nothing and asks for a
// state. Runtimes know of a message a moment after they have accepted it.
func (p *Player) unsettled(r Request, found []Difference) bool {
	polls := r.Method == http.MethodGet && !strings.HasSuffix(r.Path, "/messages")
	sent := polls && strings.HasPrefix(r.Path, "/api/v1/messages/")
	return slices.ContainsFunc(found, func(d Difference) bool {
		if p.Known != nil && p.Known(d) {
			return false
		}
		return d.Got == "409 in_progress" || d.Got == `"in_progress"` || polls && strings.HasPrefix(d.What, "value ") || sent && d.Got == "404 MESSAGE_STATUS_FAILED"
	})
}

// answer is what a server sent.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (p *Player) send(ctx context.Context, r Request, base string) (answer, error) {
	var reader io.Reader
	if text, ok := r.body(); ok {
		reader = strings.NewReader(p.translate(text))
	}
	req, err := http.NewRequestWithContext(ctx, r.Method, base, reader)
	if err != nil {
		return answer{}, err
	}
	header, err := r.header()
	if err != nil {
		return answer{}, err
	}
	for name, values := range header {
		for _, value := range values {
			req.Header[name] = append(req.Header[name], p.translate(value))
		}
	}
	// As recorded, without the tidying that Parse would do.
	path, query, _ := strings.Cut(p.translate(r.Path), "?")
	req.URL.Opaque, req.URL.RawQuery = path, query
	res, err := p.Client.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return answer{res.StatusCode, res.Header, body}, err
}

// translate puts our secrets and ids in the place of the recorded ones.
func (p *Player) translate(text string) string {
	for placeholder, secret := range p.Secrets {
		text = strings.ReplaceAll(text, placeholder, secret)
	}
	return strings.NewReplacer(p.ids...).Replace(text)
}

func (p *Player) compare(e Exchange, got answer) []Difference {
	var found []Difference
	report := func(what, want, got string) {
		if want != got {
			found = append(found, Difference{e.Slug, what, want, got})
		}
	}
	var want, have any
	if json.Unmarshal(e.Response.Body, &want) == nil && json.Unmarshal(got.body, &have) == nil {
		p.learn(want, have)
	}
	if e.Response.Status != got.status {
		// Another answer: that its body is another one too goes without saying.
		return []Difference{{e.Slug, "status", fmt.Sprint(e.Response.Status), told(got)}}
	}
	for _, name := range p.headers(e) {
		want := p.translate(e.Response.Headers[name])
		have := strings.Join(got.header.Values(name), ",")
		report("header "+name, cmp.Or(canonical(name, want), "none"), cmp.Or(canonical(name, have), "none"))
	}
	compareForm(e, got, report)
	if want != nil && have != nil {
		differ("", want, have, func(path, want, got string) { report("body "+path, want, got) })
		compareValues(want, have, report)
	}
	return found
}

// told is the status of an answer with the word that the body has for it.
func told(got answer) string {
	var body struct{ Code, Status string }
	status := fmt.Sprint(got.status)
	if json.Unmarshal(got.body, &body) != nil {
		return status
	}
	return strings.TrimSpace(status + " " + cmp.Or(body.Code, body.Status))
}

// headers returns the names that are compared: always those that decide how an
// answer is read or repeated, and more where the recording has them.
func (p *Player) headers(e Exchange) []string {
	names := []string{"content-type", "allow", "idempotency-key", "idempotency-replayed", "cache-control"}
	for name := range maps.Keys(e.Response.Headers) {
		if !slices.Contains(names, name) && name != "content-length" && name != "vary" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// canonical writes the values of lists in one order and leaves out the
// parameters of a media type.
func canonical(name, value string) string {
	if strings.EqualFold(name, "content-type") {
		if media, _, err := mime.ParseMediaType(value); err == nil {
			return media
		}
		return value
	}
	if !strings.EqualFold(name, "allow") && !strings.HasPrefix(name, "access-control-") {
		return value
	}
	items := strings.Split(strings.ToLower(strings.ReplaceAll(value, " ", "")), ",")
	slices.Sort(items)
	return strings.Join(items, ",")
}

// compareForm tells JSON, a text and nothing apart.
func compareForm(e Exchange, got answer, report func(what, want, got string)) {
	want := "empty"
	switch {
	case e.Response.Body != nil:
		want = "JSON"
	case e.Response.Text != nil:
		want = "text"
	}
	report("body", want, form(got.body))
}

// form tells what a body is.
func form(body []byte) string {
	switch {
	case len(bytes.TrimSpace(body)) == 0:
		return "empty"
	case (body[0] == '{' || body[0] == '[') && json.Valid(body):
		return "JSON"
	}
	return "text"
}

// compareValues compares the values of the top level that decide what a client
// does next.
func compareValues(want, got any, report func(what, want, got string)) {
	theirs, ok := want.(map[string]any)
	ours, also := got.(map[string]any)
	if !ok || !also {
		return
	}
	for _, name := range []string{"status", "state", "code", "replayed", "execution_mode", "version"} {
		w, wanted := theirs[name]
		g, given := ours[name]
		if wanted && given {
			report("value "+name, quoted(w), quoted(g))
		}
	}
}

func quoted(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(text)
}

// learn notes which of our ids stands for which recorded one. Lists are left
// alone: their order is no promise.
func (p *Player) learn(want, got any) {
	switch want := want.(type) {
	case map[string]any:
		if got, ok := got.(map[string]any); ok {
			for name, w := range want {
				p.learn(w, got[name])
			}
		}
	case string:
		got, ok := got.(string)
		if ok && got != want && identity(want) && identity(got) && !slices.Contains(p.ids, want) {
			p.ids = append(p.ids, want, got)
		}
	}
}

// identity reports whether a text is an id or a key that a server made.
func identity(text string) bool {
	return regexp.MustCompile(`^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{64})$`).MatchString(text)
}
