package config

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"go.yaml.in/yaml/v3"
)

// Errors of edits that a caller can act on.
var (
	ErrProfileExists   = errors.New("the profile exists already")
	ErrProfileNotFound = errors.New("there is no such profile")
	ErrProfileCurrent  = errors.New("the profile is the current one")
	ErrNoPlace         = errors.New("there is no place for it")
)

// File is a settings file that can be edited. Edits keep comments and order,
// are checked before they are written, replace the file in one step under a
// lock that other processes respect, and keep the mode of the file. A new file
// gets mode 0600. A symbolic link is followed, not replaced.
type File struct {
	path string
	role Role
}

// UserFile returns the file that the user's edits go to: the one given with
// --config, else ~/.symbiont.yaml. It need not exist.
func UserFile(o LoadOptions) (File, error) {
	switch {
	case o.ConfigFile != "":
		return File{path: o.abs(o.ConfigFile), role: RoleConfig}, nil
	case o.Home == "":
		return File{}, fmt.Errorf("find the user's settings file: %w", ErrNoPlace)
	}
	return File{path: o.userPath(), role: RoleUser}, nil
}

// ProjectFile returns the project file, or the place for one at the root of
// the repository. It need not exist.
func ProjectFile(o LoadOptions) (File, error) {
	path := o.projectPath()
	if o.ConfigFile != "" || path == "" {
		return File{}, fmt.Errorf("find the project file: %w", ErrNoPlace)
	}
	return File{path: path, role: RoleProject}, nil
}

// Path returns where the file is.
func (f File) Path() string { return f.path }

// Change tells what an edit did.
type Change struct {
	File     string
	Changed  bool     // false when the file said so already
	Value    string   // what Set wrote, as it is shown
	Warnings []string // one line each
}

// Set gives key a value, in profile or, when that is empty, outside of the
// profiles. The profile must exist.
func (f File) Set(ctx context.Context, profile, key, text string) (Change, error) {
	k, err := LookupKey(key)
	if err != nil {
		return Change{}, err
	}
	scalar, err := k.node(text)
	if err != nil {
		return Change{}, err
	}
	change, err := f.edit(ctx, func(d *document) error {
		m, err := d.mapping(profile)
		if err == nil {
			put(m, key, scalar)
		}
		return err
	})
	if change.Value = scalar.Value; k.Secret {
		change.Value = NewSecret(scalar.Value).String()
	}
	return change, err
}

// SetAll is [File.Set] for several keys at once.
func (f File) SetAll(ctx context.Context, profile string, values map[string]string) (Change, error) {
	scalars := map[string]*yaml.Node{}
	for key, text := range values {
		k, err := LookupKey(key)
		if err != nil {
			return Change{}, err
		}
		if scalars[key], err = k.node(text); err != nil {
			return Change{}, err
		}
	}
	return f.edit(ctx, func(d *document) error {
		m, err := d.mapping(profile)
		if err != nil {
			return err
		}
		for _, key := range slices.Sorted(maps.Keys(scalars)) {
			put(m, key, scalars[key])
		}
		return nil
	})
}

// Unset removes key from profile or, when that is empty, from outside of the
// profiles. A key that is not there is no error.
func (f File) Unset(ctx context.Context, profile, key string) (Change, error) {
	if _, err := LookupKey(key); err != nil {
		return Change{}, err
	}
	return f.edit(ctx, func(d *document) error {
		sec := d.top
		if profile != "" {
			sec = d.profiles[profile]
		}
		if _, ok := sec[key]; !ok && (profile == "" || sec != nil) {
			return nil
		}
		m, err := d.mapping(profile)
		if err == nil {
			remove(m, key)
		}
		return err
	})
}

// Reference returns where the secret key of profile, or of the file outside of the
// profiles, is kept: env:NAME, file:PATH or keyring:NAME. It is empty when none is
// set, and when the secret itself stands in the file.
func (f File) Reference(profile, key string) (string, error) {
	c, err := readFile(f.path, maxFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("read settings: %w", err)
	}
	d, err := f.parse(c.data)
	if err != nil {
		return "", err
	}
	sec := d.top
	if profile != "" {
		sec = d.profiles[profile]
	}
	if secret, ok := sec[key].parsed.(Secret); ok && IsReference(secret.Reveal()) {
		return secret.Reveal(), nil
	}
	return "", nil
}

// AddProfile makes a profile with these values, by key. The error is
// [ErrProfileExists] when the file has it.
func (f File) AddProfile(ctx context.Context, name string, values map[string]string) (Change, error) {
	if _, ok := parseProfile(name); !ok {
		return Change{}, &Error{Key: name, Message: "a profile wants " + wantsProfile}
	}
	profile := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		k, err := LookupKey(key)
		if err != nil {
			return Change{}, err
		}
		scalar, err := k.node(values[key])
		if err != nil {
			return Change{}, err
		}
		put(profile, key, scalar)
	}
	return f.edit(ctx, func(d *document) error {
		if d.profiles[name] != nil {
			return fmt.Errorf("add profile %s to %s: %w", name, f.path, ErrProfileExists)
		}
		put(child(d.root.Content[0], "profiles"), name, profile)
		return nil
	})
}

// UseProfile makes name the current profile. The error is
// [ErrProfileNotFound] when the file has no such profile.
func (f File) UseProfile(ctx context.Context, name string) (Change, error) {
	return f.edit(ctx, func(d *document) error {
		if d.profiles[name] == nil {
			return d.noProfile(name)
		}
		put(d.root.Content[0], "profile", &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: name})
		return nil
	})
}

// RemoveProfile removes a profile. The error is [ErrProfileNotFound] when the
// file has no such profile, [ErrProfileCurrent] when it is the current one.
func (f File) RemoveProfile(ctx context.Context, name string) (Change, error) {
	return f.edit(ctx, func(d *document) error {
		if d.profiles[name] == nil {
			return d.noProfile(name)
		}
		if selected, ok := d.top["profile"]; ok && selected.parsed == name {
			return fmt.Errorf("remove profile %s from %s: %w", name, f.path, ErrProfileCurrent)
		}
		remove(child(d.root.Content[0], "profiles"), name)
		return nil
	})
}

func (d *document) noProfile(name string) error {
	return fmt.Errorf("look for profile %s in %s: %w", name, d.path, ErrProfileNotFound)
}

// node makes the YAML of a value, or an [*Error] when it is not accepted.
func (k Key) node(text string) (*yaml.Node, error) {
	parsed, ok := k.parse(text)
	if !ok {
		return nil, &Error{Key: k.Name, Message: k.wrong(text)}
	}
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: fmt.Sprint(parsed)}
	switch {
	case k.Secret:
		n.Value = text
	case k.Kind == Int:
		n.Tag = "!!int"
	case k.Kind == Bool:
		n.Tag = "!!bool"
	}
	return n, nil
}

// mapping returns the mapping node of a profile, or that of the file.
func (d *document) mapping(profile string) (*yaml.Node, error) {
	top := d.root.Content[0]
	if profile == "" {
		return top, nil
	}
	if d.profiles[profile] == nil {
		return nil, d.noProfile(profile)
	}
	return child(child(top, "profiles"), profile), nil
}

// child returns the mapping below key, which it makes when there is none.
func child(m *yaml.Node, key string) *yaml.Node {
	if at := index(m, key); at >= 0 {
		becomeMapping(m.Content[at+1])
		return m.Content[at+1]
	}
	made := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	put(m, key, made)
	return made
}

// becomeMapping makes an empty mapping of a null, as in "profiles:".
func becomeMapping(n *yaml.Node) {
	if isNull(n) {
		n.Kind, n.Tag, n.Value, n.Style = yaml.MappingNode, "!!map", "", 0
	}
}

// put sets key, and keeps the comment beside the old value.
func put(m *yaml.Node, key string, v *yaml.Node) {
	if at := index(m, key); at >= 0 {
		v.LineComment = m.Content[at+1].LineComment
		m.Content[at+1] = v
		return
	}
	if len(m.Content) == 0 {
		m.Style = 0 // "{}" stays on one line otherwise
	}
	m.Content = append(m.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: key}, v)
}

func remove(m *yaml.Node, key string) {
	if at := index(m, key); at >= 0 {
		m.Content = slices.Delete(m.Content, at, at+2)
	}
}

func index(m *yaml.Node, key string) int {
	for at := 0; at+1 < len(m.Content); at += 2 {
		if m.Content[at].Value == key {
			return at
		}
	}
	return -1
}
