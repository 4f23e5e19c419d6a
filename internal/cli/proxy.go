package cli

import (
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/net/http/httpproxy"
)

// Proxy returns what chooses the proxy of a request: HTTP_PROXY, HTTPS_PROXY and
// NO_PROXY of the run, in capitals or not. The loopback interface has none.
func (a *App) Proxy() func(*http.Request) (*url.URL, error) {
	either := func(name string) string {
		if v, _ := a.Getenv(name); v != "" {
			return v
		}
		v, _ := a.Getenv(strings.ToLower(name))
		return v
	}
	choose := (&httpproxy.Config{HTTPProxy: either("HTTP_PROXY"), HTTPSProxy: either("HTTPS_PROXY"), NoProxy: either("NO_PROXY")}).ProxyFunc()
	return func(r *http.Request) (*url.URL, error) { return choose(r.URL) }
}
