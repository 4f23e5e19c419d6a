package config

import (
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
)

const maxSecret = 64 << 10

// Endpoint is an address and the secret that may be sent there.
type Endpoint struct {
	URL      string   // http or https address, or "local:"
	Token    Secret   // zero when there is none
	Source   Source   // of the token
	Withheld string   // why a secret is not handed out although there is one, "" when none is
	Warnings []string // one line each: a secret's file that is open to others
}

// pairing is an address and the secret that goes with it, as keys. Owner is the
// key that says for which address the secret was given, "" for none.
type pairing struct{ address, secret, owner string }

func runtimeAPI() pairing { return pairing{"base_url", "api_key", "api_key_for"} }
func httpInput() pairing  { return pairing{"webhook_url", "webhook_token", ""} }

func pairings() []pairing { return []pairing{runtimeAPI(), httpInput()} }

// Endpoint returns where the runtime's API is, with its key. References to
// secrets are resolved now, on each call. It refuses with an [*Error] to
// combine an address of a project file with a secret, and withholds a secret of
// a file from an address that it was not given for; see the package comment.
func (s *Settings) Endpoint() (Endpoint, error) { return s.pair(runtimeAPI()) }

// Webhook is [Settings.Endpoint] for HTTP Input. The URL is empty when none is
// set.
func (s *Settings) Webhook() (Endpoint, error) { return s.pair(httpInput()) }

func (s *Settings) pair(p pairing) (Endpoint, error) {
	var e Endpoint
	if v, ok := first(s.layers, p.address); ok {
		e.URL = fmt.Sprint(v.parsed)
	}
	v, ok := first(s.layers, p.secret)
	secret, isSecret := v.parsed.(Secret)
	if !ok || !isSecret {
		return e, nil
	}
	if err := s.refusePairing(p); err != nil {
		return Endpoint{}, err
	}
	if e.Withheld = s.withheld(p); e.Withheld != "" {
		return e, nil
	}
	var err error
	e.Source = v.source
	e.Token, e.Warnings, err = s.resolve(secret, p.secret, v.source)
	if err != nil {
		return Endpoint{}, err
	}
	return e, nil
}

// withheld says why the secret of a file does not go to the address, or "".
// What a flag or a variable gives is meant for this run, and goes.
func (s *Settings) withheld(p pairing) string {
	at := slices.IndexFunc(s.layers, func(sec section) bool { _, ok := sec[p.secret]; return ok })
	address, ok := first(s.layers, p.address)
	if at < 0 || !ok || address.parsed == localURL {
		return ""
	}
	secret := s.layers[at][p.secret]
	owner, ok := s.owner(p, at)
	if secret.source.Kind != FromFile || !ok || sameOrigin(owner, address) {
		return ""
	}
	return fmt.Sprintf("%s of %s is for %s", p.secret, secret.source, Origin(fmt.Sprint(owner.parsed)))
}

// owner is the address that the secret of a layer was given for: what stands
// beside it, else the address that holds where it stands.
func (s *Settings) owner(p pairing, layer int) (value, bool) {
	if own, ok := s.layers[layer][p.owner]; ok {
		return own, true
	}
	for _, sec := range s.layers[layer:] {
		if own, ok := sec[p.address]; ok && !own.source.Project {
			return own, true
		}
	}
	return value{}, false
}

// Origin is scheme, host and port of an address: what a secret is kept for.
// Anything else is returned as it is.
func Origin(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return address
	}
	return u.Scheme + "://" + strings.ToLower(u.Host)
}

// refusePairing returns nil when the secret, if there is one, may be sent to
// the address.
func (s *Settings) refusePairing(p pairing) *Error {
	secret, hasSecret := first(s.layers, p.secret)
	chosen, foreign := s.foreign(p)
	if !hasSecret || !foreign {
		return nil
	}
	return &Error{
		Source: chosen, Key: p.address,
		Message: fmt.Sprintf("the address of a project file is not combined with %s of %s", p.secret, secret.source),
		Hint:    fmt.Sprintf("if you trust the address, make it your own: set %s, or add it to a profile of your own file and select that", strings.ToUpper("symbiont_"+p.address)),
	}
}

// ProjectAddress says which project file chose the address of the runtime's API.
// It is false when none did, and when the address that the settings would have
// without it has the same scheme, host and port. No secret may go to such an
// address, whether the settings know of it or not.
func (s *Settings) ProjectAddress() (Source, bool) { return s.foreign(runtimeAPI()) }

func (s *Settings) foreign(p pairing) (Source, bool) {
	address, ok := first(s.layers, p.address)
	if !ok || !address.source.Project {
		return Source{}, false
	}
	for _, sec := range s.layers {
		if own, ok := sec[p.address]; ok && !own.source.Project {
			return address.source, !sameOrigin(own, address)
		}
	}
	return address.source, true
}

// sameOrigin compares scheme, host and port.
func sameOrigin(a, b value) bool {
	urlA, errA := url.Parse(fmt.Sprint(a.parsed))
	urlB, errB := url.Parse(fmt.Sprint(b.parsed))
	return errA == nil && errB == nil && urlA.Scheme == urlB.Scheme &&
		strings.EqualFold(urlA.Hostname(), urlB.Hostname()) && port(urlA) == port(urlB)
}

func port(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	return map[string]string{"http": "80", "https": "443"}[u.Scheme]
}

// resolve follows a reference, once: what it leads to is taken as it is.
func (s *Settings) resolve(secret Secret, key string, from Source) (Secret, []string, error) {
	text := secret.Reveal()
	switch scheme, rest, _ := strings.Cut(text, ":"); scheme {
	case "env":
		found, ok := s.env(rest)
		if !ok || found == "" {
			return Secret{}, nil, &Error{Source: from, Key: key, Message: fmt.Sprintf("the variable %q is not set", rest)}
		}
		resolved, err := checkSecret(found, from, key)
		return resolved, nil, err
	case "keyring":
		if s.options.Keyring == nil {
			return Secret{}, nil, &Error{Source: from, Key: key, Message: "there is no keyring here"}
		}
		found, err := s.options.Keyring(rest)
		if err != nil {
			return Secret{}, nil, fmt.Errorf("read %s from the keyring: %w", key, err)
		}
		resolved, err := checkSecret(found, from, key)
		return resolved, nil, err
	case "file":
		raw, err := readFile(s.secretPath(rest, from), maxSecret)
		if err != nil {
			return Secret{}, nil, fmt.Errorf("read %s: %w", key, err)
		}
		if len(raw.data) > maxSecret {
			return Secret{}, nil, &Error{Source: from, Key: key, Message: "the file of the secret is bigger than 64 KiB"}
		}
		resolved, err := checkSecret(strings.TrimRight(string(raw.data), "\r\n"), from, key)
		return resolved, openToOthers(raw), err
	}
	return secret, nil, nil
}

// secretPath takes a path from the folder of the file it is written in, else
// from the working folder.
func (s *Settings) secretPath(path string, from Source) string {
	if rest, ok := strings.CutPrefix(path, "~/"); ok && s.options.Home != "" {
		return filepath.Join(s.options.Home, rest)
	}
	if from.Kind == FromFile && !filepath.IsAbs(path) {
		return filepath.Join(filepath.Dir(from.File), path)
	}
	return s.options.abs(path)
}

func checkSecret(text string, from Source, key string) (Secret, error) {
	if text == "" || strings.ContainsFunc(text, unprintable) {
		return Secret{}, &Error{Source: from, Key: key, Message: "what the reference leads to is empty, or not text in one line"}
	}
	return NewSecret(text), nil
}
