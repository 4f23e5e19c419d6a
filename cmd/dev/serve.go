package dev

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/netutil"

	"github.com/symbi-ctl/symbi-ctl/internal/loopback"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/devruntime"
	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/frame"
	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/store"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/internal/remote"
)

// server is what listens.
type server struct {
	runtime  *devruntime.Runtime
	guard    *frame.Guard
	listener net.Listener
	dir      string
	token    credential
	model    string // that answers, in words
}

// serve answers until ctx ends, and then lets requests and runs end.
func (o upOptions) serve(ctx context.Context, app *cli.App, s server) error {
	if err := s.runtime.Start(ctx); err != nil {
		return errors.Join(err, s.listener.Close(), s.runtime.Close(ctx))
	}
	h := o.server(s.runtime, s.guard)
	ended := make(chan error, 1)
	go func() { ended <- h.Serve(netutil.LimitListener(s.listener, maxConnections)) }()
	if err := o.announce(app, s); err != nil {
		return errors.Join(err, h.Close(), s.runtime.Close(ctx))
	}
	var err error
	select {
	case err = <-ended:
	case <-ctx.Done():
		app.Notice("stopping; requests and runs get %v", stopWithin)
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
		defer cancel()
		if h.Shutdown(end) != nil { // a request that does not end is cut off
			err = h.Close()
		}
		err = errors.Join(err, s.runtime.Close(end))
		if served := <-ended; !errors.Is(served, http.ErrServerClosed) {
			err = errors.Join(err, served)
		}
	}
	if o.readyFile != "" {
		err = errors.Join(err, os.Remove(app.Path(o.readyFile)))
	}
	return err
}

// server bounds what clients may take, whether they are slow, many or loud.
func (o upOptions) server(runtime http.Handler, guard *frame.Guard) *http.Server {
	return &http.Server{
		Handler:           o.handler(runtime, guard),
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       bodyTimeout,
		WriteTimeout:      writeTimeout + o.latency,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	}
}

// handler adds profiles, and what stands in for the token where there is none.
func (o upOptions) handler(runtime http.Handler, guard *frame.Guard) http.Handler {
	if !o.pprof && !o.noAuth {
		return runtime
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case o.noAuth && !o.ours(r):
			frame.Text(w, http.StatusForbidden, "without a token only programs on this machine may ask, and no web page of elsewhere")
		case o.pprof && strings.HasPrefix(r.URL.Path, profiles):
			profile(w, r, guard)
		default:
			runtime.ServeHTTP(w, r)
		}
	})
}

const profiles = "/debug/pprof/"

// profile answers administrators only: a profile tells what others asked.
func profile(w http.ResponseWriter, r *http.Request, guard *frame.Guard) {
	access, ok := guard.Admit(w, r)
	switch {
	case !ok:
	case !access.Admin:
		frame.Empty(w, http.StatusForbidden)
	case r.URL.Path == profiles+"profile":
		pprof.Profile(w, r)
	case r.URL.Path == profiles+"trace":
		pprof.Trace(w, r)
	default:
		pprof.Index(w, r)
	}
}

// ours reports whether a request can only come from a program of this machine,
// or a page that is allowed: a page that a browser shows may reach a loopback
// address under a name of its own, and ask for images and forms without a
// permission. Pages of other ports are of the same site, and not ours.
func (o upOptions) ours(r *http.Request) bool {
	if !loopback.Host(r.Host) {
		return false
	}
	if origin := r.Header.Get("Origin"); origin != "" {
		return slices.Contains(o.origins, origin)
	}
	return slices.Contains([]string{"", "none", "same-origin"}, r.Header.Get("Sec-Fetch-Site")) && o.referred(r)
}

// referred reports whether no page asks, or one that is allowed: older browsers
// say no more than this.
func (o upOptions) referred(r *http.Request) bool {
	page, err := url.Parse(r.Header.Get("Referer"))
	return err == nil && (page.Host == "" || page.Host == r.Host || slices.Contains(o.origins, page.Scheme+"://"+page.Host))
}

// announce says where the runtime is: on stderr for people, in files for
// programs.
func (o upOptions) announce(app *cli.App, s server) error {
	address := "http://" + s.listener.Addr().String() + "/api/v1"
	state := "in memory; everything is gone when it stops"
	if s.dir != "" {
		state = s.dir + "; agents, runs and messages survive"
		if err := store.Announce(s.dir, store.Holder{PID: os.Getpid(), URL: address, Since: app.Now(), Model: s.model, Token: s.token.file}); err != nil {
			return err
		}
	}
	app.Notice("embedded runtime %s at %s", devruntime.Version, address)
	app.Notice("  model: %s", s.model)
	app.Notice("  token: %s", s.token.where)
	app.Notice("  state: %s", state)
	if s.token.file != "" {
		app.Notice("  try:   symbi-ctl agents list --base-url %s --api-key-file %s", address, remote.Quote(s.token.file))
	}
	if o.readyFile == "" {
		return nil
	}
	line, err := output.EncodeJSONLine(served{Running: true, URL: address, PID: os.Getpid(), Since: app.Now().UTC().Format(time.RFC3339), State: s.dir, Token: s.token.file, Model: s.model})
	if err != nil {
		return err
	}
	return writeWhole(app.Path(o.readyFile), line)
}

// checkReady refuses a file that is there and is no ready file: it would be
// replaced, and removed at the end.
func checkReady(path string) error {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var old served
	if json.Unmarshal(data, &old) != nil || old.PID == 0 {
		return cli.Usagef("%s is there and is no ready file of an earlier start; it is left alone", path)
	}
	return nil
}
