package cli

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/http/httpproxy"
)

// Proxy returns what chooses the proxy of a request: HTTP_PROXY, HTTPS_PROXY and
// NO_PROXY of the run, in capitals or not. The loopback interface has none. An
// address that cannot be used is an error of the requests that need it, never a way around.
func (a *App) Proxy() func(*http.Request) (*url.URL, error) {
	either := func(name string) string {
		if v, _ := a.Getenv(name); v != "" {
			return v
		}
		v, _ := a.Getenv(strings.ToLower(name))
		return v
	}
	const unusable = "unusable.invalid" // httpproxy would go without
	var refused error
	proxy := func(name string) string {
		v := either(name)
		if v == "" || usableProxy(v) {
			return v
		}
		refused = Usagef("%s: not the address of a proxy", name).WithHint("it is http://HOST:PORT, https:// or socks5://; a percent sign in a password is written %%25")
		return "http://" + unusable
	}
	choose := (&httpproxy.Config{HTTPProxy: proxy("HTTP_PROXY"), HTTPSProxy: proxy("HTTPS_PROXY"), NoProxy: either("NO_PROXY")}).ProxyFunc()
	return func(r *http.Request) (*url.URL, error) {
		u, err := choose(r.URL)
		if u != nil && u.Host == unusable {
			return nil, refused
		}
		return u, err
	}
}

func usableProxy(address string) bool {
	if !strings.Contains(address, "://") {
		address = "http://" + address
	}
	u, err := url.Parse(address)
	return err == nil && u.Host != "" && slices.Contains([]string{"http", "https", "socks5", "socks5h"}, u.Scheme)
}
