package config

import (
	"fmt"
	"slices"
	"strings"
)

// holdsSecret reports whether a secret is written out in sec. A reference is
// not a secret.
func (sec section) holdsSecret() bool {
	for _, v := range sec {
		if secret, ok := v.parsed.(Secret); ok && !IsReference(secret.Reveal()) {
			return true
		}
	}
	return false
}

func (d *document) holdsSecret() bool {
	for _, sec := range d.profiles {
		if sec.holdsSecret() {
			return true
		}
	}
	return d.top.holdsSecret()
}

// Explain returns the value of key, its origin, and what it won against. The
// error is an [*Error] for an unknown key. A key without any value has an
// empty value and the source default.
func (s *Settings) Explain(key string) (Explanation, error) {
	if _, err := LookupKey(key); err != nil {
		return Explanation{}, err
	}
	e := Explanation{Key: key, Candidate: Candidate{Source: Source{Kind: FromDefault}}, Losers: []Candidate{}}
	found := false
	for _, sec := range s.layers {
		v, ok := sec[key]
		switch {
		case ok && !found:
			e.Candidate, found = v.show(), true
		case ok:
			e.Losers = append(e.Losers, v.show())
		}
	}
	for _, p := range pairings() {
		if p.secret == key {
			if err := s.refusePairing(p); err != nil {
				e.Note = "not handed out: " + err.Message
			} else if kept := s.withheld(p); kept != "" {
				e.Note = "not sent: " + kept
			}
		}
	}
	return e, nil
}

// List explains every key, in the order of [Keys].
func (s *Settings) List() []Explanation {
	var all []Explanation
	for _, name := range keyNames() {
		if e, err := s.Explain(name); err == nil {
			all = append(all, e)
		}
	}
	return all
}

// Profile is a named set of values. It may be spread over two files.
type Profile struct {
	Name    string    `json:"name"`
	Current bool      `json:"current"`
	Sources []Source  `json:"sources"` // where it is defined, the strongest first
	Values  []Setting `json:"values"`  // what it sets, in the order of Keys
}

// Setting is the value that a profile gives to a key.
type Setting struct {
	Key string `json:"key"`
	Candidate
}

// Profiles returns the profiles of all files, by name.
func (s *Settings) Profiles() []Profile {
	var all []Profile
	for _, name := range profileNames(s.docs) {
		p := Profile{Name: name, Current: name == s.Config.Profile, Values: []Setting{}}
		var sections []section
		for _, d := range s.docs {
			if sec, ok := d.profiles[name]; ok {
				sections = append(sections, sec)
				p.Sources = append(p.Sources, d.source(d.lines[name], ""))
			}
		}
		for _, key := range keyNames() {
			if v, ok := first(sections, key); ok {
				p.Values = append(p.Values, Setting{Key: key, Candidate: v.show()})
			}
		}
		all = append(all, p)
	}
	return all
}

func profileNames(docs []*document) []string {
	var names []string
	for _, d := range docs {
		names = append(names, d.names...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// ProfileNames returns the names of the profiles that can be read, sorted. It
// is for completion: it has no error, so that broken settings complete nothing
// instead of failing.
func ProfileNames(o LoadOptions) []string {
	s, _, err := read(o)
	if err != nil {
		return nil
	}
	return profileNames(s.docs)
}

// Report is the outcome of a check: what was read, what is wrong with it, and
// what deserves a warning.
type Report struct {
	Files    []FileInfo
	Problems []*Error
	Warnings []string
}

// Check looks at all that [Load] would merge and reports every problem at
// once. The error means that a file could not be read.
func Check(o LoadOptions) (Report, error) {
	files, err := Files(o)
	if err != nil {
		return Report{}, err
	}
	s, problems, err := read(o)
	if err != nil {
		return Report{}, err
	}
	return Report{Files: files, Problems: problems, Warnings: s.Warnings}, nil
}

// CheckFile reports every problem of one file. The project file of o is held
// to the rules of project files, any other to those of the user's.
func CheckFile(o LoadOptions, path string) (Report, error) {
	f := FileInfo{Role: RoleConfig, Path: o.abs(path), Exists: true}
	if project := o.projectPath(); project != "" && (f.Path == project || sameFile(f.Path, project)) {
		f.Role = RoleProject
	}
	raw, err := readFile(f.Path, maxFile)
	if err != nil {
		return Report{}, fmt.Errorf("read settings: %w", err)
	}
	d := parseDocument(f.Path, f.Role, raw.data)
	r := Report{Files: []FileInfo{f}, Problems: d.problems}
	if d.holdsSecret() {
		r.Warnings = openToOthers(raw)
	}
	return r, nil
}

// CheckBytes reports every problem of the text of a settings file of the
// user's. Name stands for the file in the problems.
func CheckBytes(name string, data []byte) []*Error {
	return parseDocument(name, RoleConfig, data).problems
}

// IsReference reports whether text says where a secret is, env:NAME, file:PATH
// or keyring:NAME, instead of being one.
func IsReference(text string) bool {
	scheme, _, found := strings.Cut(text, ":")
	return found && (scheme == "env" || scheme == "file" || scheme == "keyring")
}
