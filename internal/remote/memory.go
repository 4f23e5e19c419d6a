package remote

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"
)

const headerTimeout = 10 * time.Second

// loopback serves a handler over pipes in memory: real HTTP, with streaming
// and cancellation, and no socket that anybody else could reach.
type loopback struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
	server *http.Server
	done   chan error
}

func serve(h http.Handler) *loopback {
	l := &loopback{
		conns: make(chan net.Conn), closed: make(chan struct{}), done: make(chan error, 1),
		server: &http.Server{Handler: h, ReadHeaderTimeout: headerTimeout},
	}
	go func() { l.done <- l.server.Serve(l) }()
	return l
}

// transport returns what reaches the handler, whatever the host.
func (l *loopback) transport() *http.Transport {
	return &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		select {
		case l.conns <- theirs:
			return ours, nil
		case <-l.closed:
			return nil, net.ErrClosed
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}}
}

// stop waits for the requests that are under way.
func (l *loopback) stop(ctx context.Context) error {
	err := l.server.Shutdown(ctx)
	if served := <-l.done; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}

// Accept implements net.Listener.
func (l *loopback) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (l *loopback) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

// Addr implements net.Listener.
func (l *loopback) Addr() net.Addr { return memoryAddr{} }

type memoryAddr struct{}

func (memoryAddr) Network() string { return "memory" }
func (memoryAddr) String() string  { return "memory" }
