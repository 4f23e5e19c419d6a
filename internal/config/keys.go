package config

import (
	"math"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Kind is the type of a setting's value.
type Kind string

// The kinds of settings.
const (
	Text     Kind = "text"
	Address  Kind = "address"
	Duration Kind = "duration"
	Int      Kind = "int"
	Bool     Kind = "bool"
)

// Key describes one setting.
type Key struct {
	Name    string   `json:"key"`
	Env     []string `json:"env"` // variables, the first one wins
	Kind    Kind     `json:"kind"`
	Choices []string `json:"choices,omitempty"`
	Default string   `json:"default"` // as it would be written, empty when there is none
	Secret  bool     `json:"secret"`
	Wants   string   `json:"wants"` // what a value looks like, completes "wants …"
	Doc     string   `json:"doc"`

	parse   func(string) (any, bool)
	project projectRule
	flag    string // where it is not the name: another flag of a command has that
}

// projectRule says what a project file may do with a key.
type projectRule uint8

const (
	projectAny    projectRule = iota
	projectNever              // not at all
	projectGuard              // turn it on only
	projectRemote             // anything but local:
	projectStrict             // strict only
)

const (
	localURL   = "local:"
	modeStrict = "strict"
	maxTimeout = 24 * time.Hour
	maxRetries = 10
)

// Keys returns every setting in the order in which they are documented.
func Keys() []Key {
	return []Key{
		{
			Name: "base_url", Env: []string{"SYMBIONT_BASE_URL"}, Kind: Address, Default: "http://localhost:8080/api/v1", project: projectRemote,
			Wants: "an http or https address without user, query and fragment, or local:", parse: parseBaseURL,
			Doc: "where the runtime's API is; local: is the embedded runtime",
		},
		{
			Name: "api_key", Env: []string{"SYMBIONT_API_KEY", "SYMBIONT_API_TOKEN"}, Kind: Text, Secret: true, project: projectNever,
			Wants: wantsOneLine, parse: parseSecret, Doc: "token for the runtime's API",
		},
		{
			Name: "api_key_for", Kind: Address, project: projectNever,
			Wants: "an http or https address without user, query and fragment", parse: parseURL,
			Doc: "the address that the api_key beside it was given for; without it, the base_url there",
		},
		{
			Name: "timeout", Env: []string{"SYMBIONT_TIMEOUT"}, Kind: Duration, Default: "30s", flag: "request-timeout",
			Wants: "seconds or a duration such as 1m30s, above 0 and up to 24h", parse: parseTimeout,
			Doc: "how long one request to the runtime may take, retries included",
		},
		{
			Name: "max_retries", Env: []string{"SYMBIONT_MAX_RETRIES"}, Kind: Int, Default: "3",
			Wants: "a whole number from 0 to 10", parse: parseRetries,
			Doc: "how often a request that is safe to repeat is repeated",
		},
		choice("validation_mode", []string{"SYMBIONT_VALIDATION_MODE"}, "what happens to a reply that breaks the contract: an error, or tolerated and counted", "lenient", modeStrict).ruled(projectStrict),
		{
			Name: "webhook_url", Env: []string{"SYMBIONT_WEBHOOK_URL"}, Kind: Address,
			Wants: "an http or https address without user, query and fragment", parse: parseURL,
			Doc: "where the runtime's HTTP Input is",
		},
		{
			Name: "webhook_token", Env: []string{"SYMBIONT_WEBHOOK_TOKEN"}, Kind: Text, Secret: true, project: projectNever,
			Wants: wantsOneLine, parse: parseSecret, Doc: "token for the runtime's HTTP Input",
		},
		choice("output", []string{"SYMBIONT_OUTPUT"}, "output format", "table", "wide", "json", "jsonl", "yaml", "csv", "name"),
		choice("color", nil, "whether text on a terminal is coloured", "auto", "always", "never"),
		guard("read_only", "refuse every command that changes something"),
		guard("protected", "ask for more than --yes before a command changes something"),
		{
			Name: "profile", Env: []string{"SYMBIONT_PROFILE"}, Kind: Text, project: projectNever,
			Wants: wantsProfile, parse: parseProfile, Doc: "the profile whose values are used",
		},
	}
}

const (
	wantsOneLine = "text in one line, env:NAME, file:PATH or keyring:NAME"
	wantsProfile = "a name of letters, digits, dots, dashes and underscores, up to 64"
)

// choice is a key with a closed list of values; the first is the default.
func choice(name string, env []string, doc string, choices ...string) Key {
	return Key{
		Name: name, Env: env, Kind: Text, Choices: choices, Default: choices[0], Doc: doc,
		Wants: "one of " + strings.Join(choices, ", "),
		parse: func(s string) (any, bool) { return s, slices.Contains(choices, s) },
	}
}

// ruled is the key with a rule for project files.
func (k Key) ruled(r projectRule) Key {
	k.project = r
	return k
}

func guard(name, doc string) Key {
	return Key{
		Name: name, Kind: Bool, Default: "false", Doc: doc, project: projectGuard, Wants: "true or false",
		parse: func(s string) (any, bool) { return s == "true", s == "true" || s == "false" },
	}
}

// LookupKey returns the setting called name, or an [*Error] that suggests one.
func LookupKey(name string) (Key, error) {
	keys := Keys()
	if i := slices.IndexFunc(keys, func(k Key) bool { return k.Name == name }); i >= 0 {
		return keys[i], nil
	}
	return Key{}, &Error{Key: name, Message: "unknown key", Hint: suggest(name, keyNames())}
}

func keyNames() []string {
	var names []string
	for _, k := range Keys() {
		names = append(names, k.Name)
	}
	return names
}

func parseTimeout(s string) (any, bool) {
	d, err := time.ParseDuration(s)
	if err != nil {
		seconds, err := strconv.ParseFloat(s, 64)
		if err != nil || math.IsNaN(seconds) || seconds > maxTimeout.Seconds() {
			return nil, false
		}
		d = time.Duration(seconds * float64(time.Second))
	}
	return d, d > 0 && d <= maxTimeout
}

func parseRetries(s string) (any, bool) {
	n, err := strconv.Atoi(s)
	return n, err == nil && n >= 0 && n <= maxRetries
}

func parseBaseURL(s string) (any, bool) {
	if s == localURL {
		return s, true
	}
	if _, port, err := net.SplitHostPort(s); err == nil && port != "" && !strings.Contains(s, "/") {
		s = "http://" + s // as pkg/client takes it
	}
	return parseURL(s)
}

// parseURL refuses user, query and fragment: they may carry secrets, and
// addresses are printed.
func parseURL(s string) (any, bool) {
	u, err := url.Parse(s)
	if err != nil || strings.ContainsFunc(s, unprintable) || strings.ContainsAny(s, " ?#@") {
		return nil, false
	}
	return s, (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != ""
}

// parseSecret keeps a reference as it is; it is resolved when the secret is
// asked for.
func parseSecret(s string) (any, bool) {
	scheme, _, _ := strings.Cut(s, ":")
	reserved := scheme == "cmd" // must not be sent as if it were a token
	return NewSecret(s), s != "" && s == strings.TrimSpace(s) && !reserved && !strings.ContainsFunc(s, unprintable)
}

func parseProfile(s string) (any, bool) {
	if s == "" || len(s) > 64 || strings.Trim(s[:1], ".-") == "" {
		return nil, false
	}
	return s, !strings.ContainsFunc(s, func(r rune) bool {
		return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '.' && r != '-' && r != '_'
	})
}

func unprintable(r rune) bool { return !unicode.IsPrint(r) }
