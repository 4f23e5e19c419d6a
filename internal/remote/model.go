package remote

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/store"
	addresses "github.com/symbi-ctl/symbi-ctl/internal/loopback"
	"github.com/symbi-ctl/symbi-ctl/internal/pause"
	"github.com/symbi-ctl/symbi-ctl/pkg/client"
	"github.com/symbi-ctl/symbi-ctl/pkg/reasoning/provider"
)

// Model is the model of the embedded runtime: the transcript of a file, else
// what the environment names, else one that repeats what it is told. The text
// names it for people.
func Model(app *cli.App, transcript string) (model provider.Provider, about string, err error) {
	if transcript != "" {
		data, err := ReadFile(app, transcript, maxInput)
		if err != nil {
			return nil, "", err
		}
		name, about := app.Path(transcript), "scripted "+app.Path(transcript)
		if transcript == "-" {
			name, about = "stdin", "scripted, by stdin"
		}
		if model, err = provider.NewScripted(data, pause.For); err != nil {
			return nil, "", fmt.Errorf("%s: %w", name, err)
		}
		return model, about, nil
	}
	getenv := func(name string) string {
		v, _ := app.Getenv(name)
		return v
	}
	model, err = provider.FromEnv(getenv, provider.Options{Proxy: app.Proxy()})
	if errors.Is(err, provider.ErrNone) {
		model, err = provider.NewEcho(), nil
	}
	if err != nil {
		return nil, "", err
	}
	return model, provider.Describe(model), nil
}

// ModelInUse names the model that answers the runs of the runtime of api: that
// of this process, or the one that an embedded runtime at the same address has
// announced. It is "" when nobody says; a real runtime does not.
func (c *Conn) ModelInUse(api *client.Client) string {
	if c.local() {
		transcript, _ := c.app.Getenv("SYMBI_CTL_SCRIPT")
		_, about, err := Model(c.app, transcript)
		if err != nil {
			return ""
		}
		return about
	}
	dir, err := StateDir(c.app, c.flags.state)
	if err != nil || dir == "" {
		return ""
	}
	h, err := store.HeldBy(dir)
	if err != nil || !samePlace(h.URL, api.BaseURL()) {
		return ""
	}
	return h.Model
}

// samePlace reports whether two addresses lead to one listener, whatever they
// call this machine.
func samePlace(a, b string) bool {
	x, err := url.Parse(a)
	if err != nil {
		return false
	}
	y, err := url.Parse(b)
	if err != nil || x.Port() != y.Port() || x.Port() == "" {
		return false
	}
	return x.Hostname() == y.Hostname() || addresses.Host(x.Hostname()) && addresses.Host(y.Hostname())
}

// Served returns who says that it serves a state folder, and whether it
// answers.
func Served(ctx context.Context, dir string) (h store.Holder, running bool, err error) {
	h, err = store.HeldBy(dir)
	if err != nil || h.URL == "" {
		return h, false, err
	}
	return h, answers(ctx, h.URL), nil
}

func answers(ctx context.Context, url string) bool {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/health/live", http.NoBody)
	if err != nil {
		return false
	}
	reply, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(r)
	if err != nil {
		return false
	}
	_ = reply.Body.Close()
	return reply.StatusCode == http.StatusOK
}

// telling says before the first run which model answers it.
type telling struct {
	next http.RoundTripper
	tell func(context.Context)
}

// telling wraps the transport of the embedded runtime on a state folder, "" in
// memory.
func (c *Conn) telling(next http.RoundTripper, dir, about string) telling {
	var once sync.Once
	return telling{next, func(ctx context.Context) { once.Do(func() { c.tellModel(ctx, dir, about) }) }}
}

// RoundTrip implements http.RoundTripper.
func (t telling) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method == http.MethodPost && startsRun(r.URL.Path) {
		t.tell(r.Context())
	}
	return t.next.RoundTrip(r)
}

func startsRun(path string) bool {
	for _, end := range []string{"/execute", "/re-execute", "/workflows"} {
		if strings.HasSuffix(path, end) {
			return true
		}
	}
	return false
}

// tellModel says it to whoever watches, and to everybody when another process
// serves the state: runs there may be answered by another model.
func (c *Conn) tellModel(ctx context.Context, dir, about string) {
	if dir != "" {
		if h, running, err := Served(ctx, dir); err == nil && running { // whoever cannot be read serves nobody
			same := "by the same model"
			if h.Model != about {
				same = "by " + h.Model
			}
			there := "--base-url " + h.URL
			if h.Token != "" {
				there += " --api-key-file " + Quote(h.Token)
			}
			c.app.Notice("the state is also served at %s, %s; this run is in this process, by %s (there: %s)", h.URL, same, about, there)
			return
		}
	}
	if c.app.Terminal.Err {
		c.app.Notice("model: %s", about)
	}
}
