package client

import "strings"

// Route is one route of the API. Since is the first version that has it, ""
// when all known ones do. Dialect is [DialectRuntime] or [DialectSDK].
type Route struct {
	Method  string `json:"method"`
	Path    string `json:"path"`
	Since   string `json:"since"`
	Dialect string `json:"dialect"`
	Summary string `json:"summary"`
}

// Who serves a route.
const (
	DialectRuntime = "runtime"  // real runtimes and the embedded one
	DialectSDK     = "sdk-1.11" // only the embedded one: calls of SDK 1.11 that no released runtime serves
)

// Routes returns all routes known to this program.
func Routes() []Route {
	return append(runtimeRoutes(), sdkRoutes()...)
}

// findRoute returns the route of a request; literal segments win over
// placeholders.
func findRoute(method, path string) (Route, bool) {
	var found Route
	best := -1
	for _, r := range Routes() {
		if r.Method != method {
			continue
		}
		if literal, ok := r.match(path); ok && literal > best {
			found, best = r, literal
		}
	}
	return found, best >= 0
}

// match reports whether path is one of r, and how many of its segments are
// literal.
func (r Route) match(path string) (literal int, ok bool) {
	want, have := strings.Split(r.Path, "/"), strings.Split(path, "/")
	if len(want) != len(have) {
		return 0, false
	}
	for i, w := range want {
		switch {
		case strings.HasPrefix(w, "{"):
		case w == have[i]:
			literal++
		default:
			return 0, false
		}
	}
	return literal, true
}
