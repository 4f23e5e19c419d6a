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

// router finds the route of a path and method. It is not the mux of net/http:
// that one redirects, tells another story about methods than the runtime, and
// refuses routes of the SDK that differ in one segment each.
type router struct {
	guard *Guard
	root  node
}

// node is a place in the tree of paths. A segment that is spelled out goes
// before one that is a name.
type node struct {
	children map[string]*node
	any      *node
	anyName  string
	methods  map[string]http.HandlerFunc
	allow    []string
	public   bool
}

func newRouter(o Options) *router {
	rt := &router{guard: o.Guard}
	for _, r := range o.Routes {
		n := &rt.root
		for segment := range strings.SplitSeq(strings.TrimPrefix(r.Path, "/"), "/") {
			n = n.child(segment)
		}
		n.methods[r.Method], n.public = r.Handler, n.public || r.Public
		n.allow = append(n.allow, r.Method)
		if r.Method == http.MethodGet {
			n.allow = append(n.allow, http.MethodHead)
		}
	}
	return rt
}

func (n *node) child(segment string) *node {
	fresh := func() *node { return &node{children: map[string]*node{}, methods: map[string]http.HandlerFunc{}} }
	name, named := strings.CutPrefix(segment, "{")
	if n.children == nil {
		n.children = map[string]*node{}
	}
	switch {
	case !named && n.children[segment] == nil:
		n.children[segment] = fresh()
	case named && n.any == nil:
		n.any, n.anyName = fresh(), strings.TrimSuffix(name, "}")
	}
	if named {
		return n.any
	}
	return n.children[segment]
}

// find returns the place of a path with the values of its names, or nil.
func (n *node) find(segments []string, set func(name, value string)) *node {
	if len(segments) == 0 {
		if len(n.methods) == 0 {
			return nil
		}
		return n
	}
	if next := n.children[segments[0]]; next != nil {
		if found := next.find(segments[1:], set); found != nil {
			return found
		}
	}
	value, err := url.PathUnescape(segments[0])
	if n.any == nil || err != nil || value == "" {
		return nil
	}
	found := n.any.find(segments[1:], set)
	if found != nil {
		set(n.anyName, value)
	}
	return found
}

// ServeHTTP strips the prefix, once or twice: the Python SDK 1.11 doubles it.
func (rt *router) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rest, ok := strings.CutPrefix(r.URL.EscapedPath(), prefix+"/")
	if again, doubled := strings.CutPrefix(rest, prefix[1:]+"/"); ok && doubled {
		rest = again
	}
	var place *node
	if ok {
		place = rt.root.find(strings.Split(rest, "/"), r.SetPathValue)
	}
	if place == nil {
		rt.unknown(w, r)
		return
	}
	rt.dispatch(place, w, r)
}

func (rt *router) dispatch(n *node, w http.ResponseWriter, r *http.Request) {
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	h, ok := n.methods[method]
	if !ok {
		w.Header().Set("Allow", strings.Join(n.allow, ","))
	}
	if r.Method == http.MethodOptions && !ok {
		Empty(w, http.StatusOK)
		return
	}
	if !n.public {
		a, ok := rt.guard.Admit(w, r)
		if !ok {
			return
		}
		r = withAccess(r, a)
	}
	if !ok {
		Empty(w, http.StatusMethodNotAllowed)
		return
	}
	h(w, r)
}

// unknown answers for a path that no route has: whoever has no token is not
// told so.
func (rt *router) unknown(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodOptions {
		Empty(w, http.StatusOK)
		return
	}
	if _, ok := rt.guard.Admit(w, r); ok {
		Empty(w, http.StatusNotFound)
	}
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
