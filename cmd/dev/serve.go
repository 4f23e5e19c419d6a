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
)

// server is what listens.
type server struct {
	runtime  *devruntime.Runtime
	listener net.Listener
	dir      string
	token    credential
	model    string // that answers, in words
}

// serve answers until ctx ends, and then lets requests and runs end.
func (o upOptions) serve(ctx context.Context, app *cli.App, s server) error {
	if err := s.runtime.Start(ctx); err != nil {
		return err
	}
	h := o.server(s.runtime)
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
func (o upOptions) server(runtime http.Handler) *http.Server {
	return &http.Server{
		Handler:           o.handler(runtime),
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       bodyTimeout,
		WriteTimeout:      writeTimeout + o.latency,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	}
}

// handler adds profiles, and what stands in for the token where there is none.
func (o upOptions) handler(runtime http.Handler) http.Handler {
	if !o.pprof && !o.noAuth {
		return runtime
	}
	profiles := http.NewServeMux()
	profiles.HandleFunc("/debug/pprof/", pprof.Index)
	profiles.HandleFunc("/debug/pprof/profile", pprof.Profile)
	profiles.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		profile := o.pprof && strings.HasPrefix(r.URL.Path, "/debug/pprof/")
		switch {
		case (profile || o.noAuth) && !o.ours(r):
			frame.Text(w, http.StatusForbidden, "without a token only programs on this machine may ask, and no web page of elsewhere")
		case profile:
			profiles.ServeHTTP(w, r)
		default:
			runtime.ServeHTTP(w, r)
		}
	})
}

// ours reports whether a request can only come from this machine: a page that a
// browser shows may reach a loopback address under a name of its own, and send
// what needs no permission.
func (o upOptions) ours(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	site := r.Header.Get("Sec-Fetch-Site")
	return loopback.Host(r.Host) && (origin == "" || slices.Contains(o.origins, origin)) && (site != "cross-site" || origin != "")
}

// announce says where the runtime is: on stderr for people, in files for
// programs.
func (o upOptions) announce(app *cli.App, s server) error {
	url := "http://" + s.listener.Addr().String() + "/api/v1"
	state := "in memory; everything is gone when it stops"
	if s.dir != "" {
		state = s.dir + "; agents, runs and messages survive"
		if err := store.Announce(s.dir, store.Holder{PID: os.Getpid(), URL: url, Since: app.Now(), Model: s.model}); err != nil {
			return err
		}
	}
	app.Notice("embedded runtime %s at %s", devruntime.Version, url)
	app.Notice("  model: %s", s.model)
	app.Notice("  token: %s", s.token.where)
	app.Notice("  state: %s", state)
	if s.token.file != "" {
		app.Notice("  try:   symbi-ctl agents list --base-url %s --api-key-file %s", url, s.token.file)
	}
	if o.readyFile == "" {
		return nil
	}
	line, err := output.EncodeJSONLine(served{Running: true, URL: url, PID: os.Getpid(), Since: app.Now().UTC().Format(time.RFC3339), State: s.dir, Token: s.token.file, Model: s.model})
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
