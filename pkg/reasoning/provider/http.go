package provider

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/symbi-ctl/symbi-ctl/internal/loopback"
	"github.com/symbi-ctl/symbi-ctl/internal/pause"
)

// HTTP is a provider over HTTP; [NewOpenAI] and its neighbours make one.
type HTTP struct {
	api    api
	sender *sender
	base   string // without a slash at the end
	model  string
}

// api is one wire format, and whose it is.
type api struct {
	name, base, model string // base and model are the defaults
	authorise         func(h http.Header, key string)
	complete          func(ctx context.Context, h *HTTP, r Request) (Response, error)
}

// Name is openrouter, openai or anthropic.
func (h *HTTP) Name() string { return h.api.name }

// Model is the model that is asked for when a request names none.
func (h *HTTP) Model() string { return h.model }

// String names the provider, the model and the address.
func (h *HTTP) String() string { return h.api.name + " " + h.model + " at " + h.base }

// GoString is [HTTP.String].
func (h *HTTP) GoString() string { return h.String() }

// Complete sends the conversation and waits for the whole answer, as long as ctx
// lets it. It repeats after 429, 503 and 529, and when no connection came about,
// and after nothing else: there the provider may have done the work.
func (h *HTTP) Complete(ctx context.Context, r Request) (Response, error) {
	if problem := r.problem(); problem != "" {
		return Response{}, h.invalid(problem)
	}
	if r.Model == "" {
		r.Model = h.model
	}
	got, err := h.api.complete(ctx, h, r)
	if err != nil {
		return Response{}, err
	}
	return got.tidy(r), nil
}

func (h *HTTP) invalid(problem string) *Error {
	return &Error{Kind: Invalid, Provider: h.api.name, Message: problem}
}

func (h *HTTP) badReply(problem string, err error) *Error {
	return &Error{Kind: BadReply, Provider: h.api.name, Status: http.StatusOK, Message: problem, Err: err}
}

// newHTTP checks the options and fills in the defaults.
func newHTTP(a api, o Options) (*HTTP, error) {
	h := &HTTP{api: a, base: strings.TrimRight(or(o.BaseURL, a.base), "/"), model: or(o.Model, a.model)}
	if problem := problemOfBase(h.base, o.InsecureHTTP); problem != "" {
		return nil, h.invalid(problem)
	}
	if problem := problemOfKey(o.Key.reveal()); problem != "" {
		return nil, h.invalid(problem)
	}
	h.sender = &sender{
		name:      a.name,
		key:       o.Key,
		authorise: a.authorise,
		userAgent: or(o.UserAgent, "symbi-ctl"),
		maxReply:  or(o.MaxReply, DefaultMaxReply),
		retries:   or(o.Retries, DefaultRetries),
		wait:      o.Wait,
		bare:      strings.Count(h.base, "/") == 2, // those after the scheme
	}
	if h.sender.wait == nil {
		h.sender.wait = pause.For
	}
	h.sender.client = http.Client{
		Transport:     o.Transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	if o.Transport == nil {
		h.sender.client.Transport = newTransport(o.Proxy)
	}
	return h, nil
}

// or returns v, or other when v is zero.
func or[T comparable](v, other T) T {
	var zero T
	if v == zero {
		return other
	}
	return v
}

// problemOfBase says what is wrong with a base URL, without repeating secrets
// that may be in it.
func problemOfBase(base string, insecure bool) string {
	u, err := url.Parse(base)
	switch {
	case err != nil:
		return "the base URL cannot be read"
	case u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "":
		return "the base URL has to start with https:// or http:// and name a host"
	case u.User != nil:
		return "the base URL must not hold a name or a password"
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return "the base URL must not have a query or a fragment"
	case u.Scheme == "http" && !insecure && !loopback.Host(u.Hostname()):
		return fmt.Sprintf("the key is not sent over plain http to %s", u.Host)
	}
	return ""
}

func problemOfKey(key string) string {
	if key == "" {
		return "there is no key"
	}
	for i := range len(key) {
		if key[i] <= ' ' || key[i] > '~' {
			return "the key has a character that no key has: a blank, a line break, or one outside of ASCII"
		}
	}
	return ""
}

func newTransport(proxy func(*http.Request) (*url.URL, error)) *http.Transport {
	return &http.Transport{
		Proxy:                  proxy,
		DialContext:            (&net.Dialer{Timeout: 30 * time.Second}).DialContext,
		ForceAttemptHTTP2:      true,
		TLSHandshakeTimeout:    10 * time.Second,
		IdleConnTimeout:        90 * time.Second,
		MaxIdleConnsPerHost:    8,
		MaxResponseHeaderBytes: 64 << 10,
	}
}
