package provider

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// The limits that zero [Options] mean.
const (
	DefaultMaxReply  = 8 << 20 // bytes
	DefaultRetries   = 2
	DefaultMaxTokens = 4096 // of an answer, where the API wants a number
)

// Options say how a provider over HTTP is reached. The zero value of all but Key
// is good.
type Options struct {
	Key     Key
	BaseURL string // with the version, without the route: https://host/v1; "": the provider's own
	Model   string // "": the provider's default

	InsecureHTTP bool   // send the key over plain http to other machines too
	MaxReply     int64  // bytes, unpacked; 0: DefaultMaxReply
	Retries      int    // after the first attempt; 0: DefaultRetries, negative: none
	UserAgent    string // "": symbi-ctl

	Proxy     func(*http.Request) (*url.URL, error)      // as in [http.Transport]; nil: none
	Transport http.RoundTripper                          // in place of the network and Proxy; nil: neither is replaced
	Wait      func(context.Context, time.Duration) error // nil: a timer that ctx can end
}

// Key is a secret. It prints as "[set]", or as nothing when it is empty,
// whichever way it is printed or encoded. The zero value is empty.
type Key struct {
	text *string // a pointer, because fmt prints what is in unexported fields
}

// NewKey wraps text.
func NewKey(text string) Key { return Key{text: &text} }

// IsZero reports whether the key is empty.
func (k Key) IsZero() bool { return k.reveal() == "" }

// String returns "[set]" or "".
func (k Key) String() string {
	if k.IsZero() {
		return ""
	}
	return "[set]"
}

// GoString is [Key.String].
func (k Key) GoString() string { return k.String() }

// MarshalText is [Key.String], so that no encoder sees the secret.
func (k Key) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

func (k Key) reveal() string {
	if k.text == nil {
		return ""
	}
	return *k.text
}
