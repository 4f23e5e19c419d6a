package frame

import (
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Route is one method and path below /api/v1, with its handler.
type Route struct {
	Method  string
	Path    string // with {names}, without prefix
	Public  bool   // needs no token
	Handler http.HandlerFunc
}

// Options are everything around the routes.
type Options struct {
	Routes  []Route
	Guard   *Guard
	Limit   bool // 100 requests a minute for each address
	Origins []string
	Now     func() time.Time
}

const prefix = "/api/v1"

// Handler answers requests, outermost layer first: security headers, rate
// limit, CORS, token, route.
func Handler(o Options) http.Handler {
	var h http.Handler = newRouter(o)
	h = cors(h, o.Origins)
	if o.Limit {
		h = newLimiter(o.Now).limit(h)
	}
	return secured(h)
}

func secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Strict-Transport-Security", "max-age=63072000; includeSubDomains; preload")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'")
		next.ServeHTTP(w, r)
	})
}

// router finds the route of a path and method. Package mux of net/http would
// redirect, and tells another story about methods than the runtime.
type router struct {
	guard *Guard
	mux   *http.ServeMux
	allow map[string][]string // methods of a pattern
}

func newRouter(o Options) *router {
	rt := &router{guard: o.Guard, mux: http.NewServeMux(), allow: map[string][]string{}}
	public := map[string]bool{}
	handlers := map[string]map[string]http.HandlerFunc{}
	for _, r := range o.Routes {
		if handlers[r.Path] == nil {
			handlers[r.Path] = map[string]http.HandlerFunc{}
		}
		handlers[r.Path][r.Method] = r.Handler
		public[r.Path] = public[r.Path] || r.Public
		rt.allow[r.Path] = append(rt.allow[r.Path], r.Method)
		if r.Method == http.MethodGet {
			rt.allow[r.Path] = append(rt.allow[r.Path], http.MethodHead)
		}
	}
	for path, methods := range handlers {
		rt.mux.HandleFunc(path, rt.dispatch(methods, rt.allow[path], public[path]))
	}
	return rt
}

func (rt *router) dispatch(methods map[string]http.HandlerFunc, allow []string, public bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		method := r.Method
		if method == http.MethodHead {
			method = http.MethodGet
		}
		h, ok := methods[method]
		if r.Method == http.MethodOptions && !ok {
			w.Header().Set("Allow", strings.Join(allow, ","))
			Empty(w, http.StatusOK)
			return
		}
		if !public {
			a, admitted := rt.guard.Admit(r)
			if !admitted {
				if !ok {
					w.Header().Set("Allow", strings.Join(allow, ","))
				}
				Empty(w, http.StatusUnauthorized)
				return
			}
			r = withAccess(r, a)
		}
		if !ok {
			w.Header().Set("Allow", strings.Join(allow, ","))
			Empty(w, http.StatusMethodNotAllowed)
			return
		}
		h(w, r)
	}
}

// ServeHTTP strips the prefix, once or twice: the Python SDK 1.11 doubles it.
func (rt *router) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := r.URL.EscapedPath()
	rest, ok := strings.CutPrefix(path, prefix+"/")
	if again, doubled := strings.CutPrefix(rest, prefix[1:]+"/"); ok && doubled {
		rest = again
	}
	inner := r.Clone(r.Context())
	inner.URL.Path, inner.URL.RawPath = "/"+rest, ""
	if plain, err := url.PathUnescape("/" + rest); err == nil {
		inner.URL.Path, inner.URL.RawPath = plain, "/"+rest
	}
	if _, pattern := rt.mux.Handler(inner); !ok || pattern == "" || strings.HasSuffix(path, "/") || strings.Contains(rest, "//") {
		rt.unknown(w, r)
		return
	}
	rt.mux.ServeHTTP(w, inner)
}

// unknown answers for a path that no route has: whoever has no token is not
// told so.
func (rt *router) unknown(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodOptions {
		Empty(w, http.StatusOK)
		return
	}
	if _, ok := rt.guard.Admit(r); !ok {
		Empty(w, http.StatusUnauthorized)
		return
	}
	Empty(w, http.StatusNotFound)
}

// cors lets pages of the origins ask.
func cors(next http.Handler, origins []string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Add("Vary", "origin, access-control-request-method, access-control-request-headers")
		h.Set("Access-Control-Expose-Headers", "idempotency-key,idempotency-replayed")
		origin := r.Header.Get("Origin")
		if origin != "" && slices.Contains(origins, origin) {
			h.Set("Access-Control-Allow-Origin", origin)
		}
		if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
			h.Set("Access-Control-Allow-Methods", "GET,POST,PUT,DELETE")
			h.Set("Access-Control-Allow-Headers", "authorization,content-type,idempotency-key")
			Empty(w, http.StatusOK)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// The rate limit of upstream: a bucket of 100, refilled every 600 ms.
const (
	burst      = 100
	refill     = 600 * time.Millisecond
	maxClients = 100_000
)

type limiter struct {
	now func() time.Time
	mu  sync.Mutex
	of  map[string]*rate.Limiter
}

func newLimiter(now func() time.Time) *limiter {
	return &limiter{now: now, of: map[string]*rate.Limiter{}}
}

func (l *limiter) limit(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !l.allow(r) {
			Empty(w, http.StatusTooManyRequests)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (l *limiter) allow(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	bucket := l.of[host]
	if bucket == nil {
		if len(l.of) >= maxClients {
			clear(l.of)
		}
		bucket = rate.NewLimiter(rate.Every(refill), burst)
		l.of[host] = bucket
	}
	return bucket.AllowN(l.now(), 1)
}
