package dsl

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// What is wrong with a definition that parses, in the runtime's words.
var (
	ErrNoAgent   = errors.New("workflow declares no agent")
	errDuplicate = errors.New("agent definitions contain duplicate names")
	errSelector  = errors.New("agent selector does not identify a unique definition")
	errTimeout   = errors.New("agent timeout must be between 1 second and 1 day")
)

// Definition is what a source declares.
type Definition struct {
	Metadata map[string]string // values as they are written, texts with their quotes
	Agents   []Agent           // in their order
	policies []policy          // of the whole file
}

// Agent is one agent of a source.
type Agent struct {
	Name     string
	policies []policy
	with     []map[string][]string // attributes of the with blocks, by name
}

type policy struct {
	name  string
	rules []rule
}

type rule struct {
	effect              string
	selector, condition []token
}

// Text returns a value of the metadata without quotes, "" when there is none.
func (d Definition) Text(name string) string {
	value := d.Metadata[name]
	var plain string
	if json.Unmarshal([]byte(value), &plain) == nil {
		return plain
	}
	return value
}

// Default is the name that selects the agent of a workflow: that of the
// metadata, or of the first agent. The error is [ErrNoAgent].
func (d Definition) Default() (string, error) {
	if _, ok := d.Metadata["name"]; ok {
		return d.Text("name"), nil
	}
	if len(d.Agents) == 0 {
		return "", ErrNoAgent
	}
	return d.Agents[0].Name, nil
}

// Select returns the agent of a name, or the only one whatever the name. The
// error says why the runtime would not run it.
func (d Definition) Select(name string) (Agent, error) {
	seen := map[string]bool{}
	for _, a := range d.Agents {
		if seen[a.Name] {
			return Agent{}, errDuplicate
		}
		seen[a.Name] = true
	}
	i := slices.IndexFunc(d.Agents, func(a Agent) bool { return a.Name == name || len(d.Agents) == 1 })
	if i < 0 {
		return Agent{}, errSelector
	}
	a := d.Agents[i]
	if err := a.checkWith(); err != nil {
		return Agent{}, err
	}
	return a, checkPolicies(append(slices.Clone(d.policies), a.policies...))
}

// checkWith reads the attributes that say how the agent runs.
func (a Agent) checkWith() error {
	values := make([]settings, len(a.with))
	for i, attributes := range a.with {
		var err error
		if values[i], err = read(attributes); err != nil {
			return err
		}
	}
	var all settings
	for i, v := range values {
		for _, field := range []string{"sandbox", "timeout"} {
			if len(a.with[i][field]) > 1 {
				return fmt.Errorf("duplicate %s attribute in agent execution settings", field)
			}
		}
		if v.tier != "" {
			if all.tier != "" && all.tier != v.tier {
				return errors.New("conflicting sandbox selections within one agent process")
			}
			all.tier = v.tier
		}
		if v.timeout == nil {
			continue
		}
		if *v.timeout < time.Second || *v.timeout > 24*time.Hour {
			return errTimeout
		}
		if all.timeout != nil && *all.timeout != *v.timeout {
			return errors.New("conflicting timeout selections within one agent process")
		}
		all.timeout = v.timeout
	}
	return nil
}

type settings struct {
	tier    string
	timeout *time.Duration
}

func read(attributes map[string][]string) (s settings, err error) {
	for _, value := range attributes["sandbox"] {
		if s.tier, err = tierOf(value); err != nil {
			return s, err
		}
	}
	for _, value := range attributes["timeout"] {
		d, err := timeoutOf(value)
		if err != nil {
			return s, err
		}
		s.timeout = &d
	}
	return s, nil
}

func tierOf(value string) (string, error) {
	name := strings.ToLower(strings.Trim(value, `"`))
	for tier, names := range map[string]string{"landlock": "landlock", "docker": "docker tier1", "gvisor": "gvisor tier2", "firecracker": "firecracker tier3", "e2b": "e2b"} {
		if slices.Contains(strings.Fields(names), name) {
			return tier, nil
		}
	}
	return "", errors.New("Invalid sandbox tier: " + value + ". Valid options are: docker (tier1), landlock, gvisor (tier2), firecracker (tier3), e2b")
}

// timeoutOf reads a number of seconds, or numbers with units one after another.
func timeoutOf(value string) (time.Duration, error) {
	bare := strings.Trim(value, `"`)
	for unit, short := range map[string]string{".seconds": "s", ".minutes": "m", ".hours": "h"} {
		if n, ok := strings.CutSuffix(bare, unit); ok {
			bare = strings.TrimSpace(n) + short
		}
	}
	if n, err := strconv.ParseUint(bare, 10, 64); err == nil {
		return time.Duration(min(n, tooLong)) * time.Second, nil
	}
	seconds := uint64(0)
	for rest := strings.TrimSpace(bare); rest != "" || bare == ""; {
		n, after := cut(rest, digit)
		unit, after := cut(strings.TrimSpace(after), letter)
		rest = strings.TrimSpace(after)
		number, err := strconv.ParseUint(n, 10, 64)
		length := unitOf(unit)
		if err != nil || length == 0 {
			return 0, errors.New("Invalid timeout value: " + value)
		}
		seconds += min(number, tooLong) * length
	}
	return time.Duration(min(seconds, tooLong)) * time.Second, nil
}

// tooLong is more than any timeout may be, in seconds.
const tooLong = 1 << 20

func cut(s string, good func(rune) bool) (front, rest string) {
	n := span(s, good)
	return s[:n], s[n:]
}

// unitOf is a unit in seconds, 0 for none.
func unitOf(name string) uint64 {
	for seconds, names := range map[uint64]string{
		1: "seconds second sec secs s", 60: "minutes minute min mins m", 3600: "hours hour hrs hr h", 86_400: "days day d",
		604_800: "weeks week wks wk w", 2_630_016: "months month M", 31_557_600: "years year yrs yr y",
	} {
		if slices.Contains(strings.Fields(names), name) {
			return seconds
		}
	}
	return 0
}
