package config

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/viper"
)

// LoadOptions says where settings are looked for. Relative paths are taken
// from Dir. The zero value gives the defaults.
type LoadOptions struct {
	Dir        string                       // working folder, where the project file is looked for from
	Home       string                       // folder of the user's file, empty for none
	ConfigFile string                       // replaces project and user's file
	EnvFile    string                       // a .env file; the environment wins over it
	Profile    string                       // as the flag --profile gives it, empty for no flag
	Env        func(string) (string, bool)  // looks a variable up; nil for no environment
	Flags      map[string]string            // values given by flags, by key
	Keyring    func(string) (string, error) // looks a name up in the keyring of the user; nil for no keyring
}

// Config is what the settings say, secrets excepted: those are only handed out
// together with the address they may be sent to, by [Settings.Endpoint] and
// [Settings.Webhook].
type Config struct {
	Profile        string        `mapstructure:"profile"`         // selected profile, "" for none
	BaseURL        string        `mapstructure:"base_url"`        // http or https address, or "local:"
	APIKeyFor      string        `mapstructure:"api_key_for"`     // "" for none; see [Settings.Endpoint]
	Timeout        time.Duration `mapstructure:"timeout"`         // above 0
	MaxRetries     int           `mapstructure:"max_retries"`     // 0 to 10
	ValidationMode string        `mapstructure:"validation_mode"` // "lenient" or "strict"
	WebhookURL     string        `mapstructure:"webhook_url"`     // "" for none
	Output         string        `mapstructure:"output"`
	Color          string        `mapstructure:"color"` // "auto", "always" or "never"
	ReadOnly       bool          `mapstructure:"read_only"`
	Protected      bool          `mapstructure:"protected"`
}

// Settings are the merged settings and their origins. They do not change, so
// they are safe for concurrent use.
type Settings struct {
	Config   Config
	Warnings []string // one line each: files that are open to others

	options LoadOptions
	layers  []section // strongest first
	docs    []*document
	env     func(string) (string, bool) // the environment over the .env file
}

// Load reads and merges the settings. What a file, a variable or a flag may
// not say is an [*Error]; a file that cannot be read is another error.
func Load(o LoadOptions) (*Settings, error) {
	s, problems, err := read(o)
	if err != nil {
		return nil, err
	}
	if len(problems) > 0 {
		first := *problems[0]
		first.More = len(problems) - 1
		return nil, &first
	}
	return s, s.merge()
}

// read collects every problem. Settings are usable only when there is none,
// but their docs always are.
func read(o LoadOptions) (*Settings, []*Error, error) {
	files, err := Files(o)
	if err != nil {
		return nil, nil, err
	}
	s := &Settings{options: o, env: o.Env}
	if s.env == nil {
		s.env = func(string) (string, bool) { return "", false }
	}
	c := collector{flags: section{}, env: map[SourceKind][]section{}}
	c.readFlags(o)
	c.readEnv(s.env, Source{Kind: FromEnv})
	for _, f := range files {
		raw, err := readSettings(f)
		var refused *Error
		switch {
		case errors.As(err, &refused):
			c.problems = append(c.problems, refused)
		case err != nil:
			return nil, nil, err
		case f.Role == RoleEnvFile:
			s.readEnvFile(&c, raw)
		default:
			d := parseDocument(f.Path, f.Role, raw.data)
			s.docs = append(s.docs, d)
			c.problems = append(c.problems, d.problems...)
			if d.holdsSecret() {
				s.Warnings = append(s.Warnings, openToOthers(raw)...)
			}
		}
	}
	s.layers = c.layers(s.docs)
	c.checkProfile(s)
	return s, c.problems, nil
}

// collector gathers the values that do not come from settings files.
type collector struct {
	flags    section
	env      map[SourceKind][]section
	problems []*Error
}

// readFlags does not hold a flag to the choices of its key: a command may offer
// more of them, and has checked the flag itself.
func (c *collector) readFlags(o LoadOptions) {
	given := maps.Clone(o.Flags)
	if given == nil {
		given = map[string]string{}
	}
	if o.Profile != "" {
		given["profile"] = o.Profile
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		source := Source{Kind: FromFlag, Name: "--" + strings.ReplaceAll(name, "_", "-")}
		key, err := LookupKey(name)
		if err != nil {
			c.problems = append(c.problems, &Error{Source: source, Message: "no setting belongs to this flag"})
			continue
		}
		switch {
		case key.Secret:
			source.Name += "-file" // secrets are not given as arguments
		case key.flag != "":
			source.Name = "--" + key.flag
		}
		parsed, ok := key.parse(given[name])
		if key.Choices != nil {
			parsed, ok = given[name], given[name] != ""
		}
		if !ok {
			c.problems = append(c.problems, &Error{Source: source, Message: key.wrong(given[name])})
			continue
		}
		c.flags[name] = value{parsed: parsed, source: source}
	}
}

// readEnv reads the variables of every key. The second variable of a key goes
// to a second section, where it shows as a loser.
func (c *collector) readEnv(lookup func(string) (string, bool), from Source) {
	for _, key := range Keys() {
		for i, name := range key.Env {
			text, ok := lookup(name)
			if !ok || text == "" {
				continue
			}
			source := from
			source.Name = name
			parsed, ok := key.parse(text)
			if !ok {
				c.problems = append(c.problems, &Error{Source: source, Message: key.wrong(text)})
				continue
			}
			for len(c.env[from.Kind]) <= i {
				c.env[from.Kind] = append(c.env[from.Kind], section{})
			}
			c.env[from.Kind][i][key.Name] = value{parsed: parsed, source: source}
		}
	}
}

// layers puts all sections in the order of precedence. Documents come with the
// project's first; of a profile the user's own values stand before it.
func (c *collector) layers(docs []*document) []section {
	layers := slices.Concat([]section{c.flags}, c.env[FromEnv], c.env[FromEnvFile])
	var tops []section
	for _, d := range docs {
		tops = append(tops, d.top)
	}
	if selected, ok := first(slices.Concat(layers, tops), "profile"); ok {
		for _, d := range slices.Backward(docs) {
			if p := d.profiles[fmt.Sprint(selected.parsed)]; p != nil {
				layers = append(layers, p)
			}
		}
	}
	return append(append(layers, tops...), defaults())
}

func defaults() section {
	sec := section{}
	for _, key := range Keys() {
		if parsed, ok := key.parse(key.Default); ok && key.Default != "" {
			sec[key.Name] = value{parsed: parsed, source: Source{Kind: FromDefault}}
		}
	}
	return sec
}

func first(layers []section, key string) (value, bool) {
	for _, sec := range layers {
		if v, ok := sec[key]; ok {
			return v, true
		}
	}
	return value{}, false
}

// checkProfile reports a selected profile that no file defines.
func (c *collector) checkProfile(s *Settings) {
	selected, ok := first(s.layers, "profile")
	if !ok {
		return
	}
	var known []string
	for _, d := range s.docs {
		known = append(known, d.names...)
	}
	name := fmt.Sprint(selected.parsed)
	if slices.Contains(known, name) || selected.source.Kind == FromFile {
		return
	}
	hint := suggest(name, known)
	if hint == "" {
		hint = "no profile is defined; make one with: symbi-ctl profile add " + name
	}
	c.problems = append(c.problems, &Error{Source: selected.source, Message: fmt.Sprintf("no settings file defines the profile %q", name), Hint: hint})
}

// merge lets viper put the layers over each other. It sees flat, checked keys
// in lower case only: it would split dots, fold case and let typing errors
// pass. Secrets it does not see.
func (s *Settings) merge() error {
	v := viper.New()
	for _, sec := range slices.Backward(s.layers) {
		plain := map[string]any{}
		for name, val := range sec {
			if _, secret := val.parsed.(Secret); !secret {
				plain[name] = val.parsed
			}
		}
		if err := v.MergeConfigMap(plain); err != nil {
			return fmt.Errorf("merge settings: %w", err)
		}
	}
	if err := v.UnmarshalExact(&s.Config); err != nil {
		return fmt.Errorf("merge settings: %w", err)
	}
	return nil
}
