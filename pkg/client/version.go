package client

import (
	"context"
	"strconv"
	"strings"
)

// Version is the version of a runtime. Pre-release and build parts are ignored.
type Version struct{ Major, Minor, Patch int }

// ParseVersion reads "1.21.1", with or without a leading v, patch and suffix.
func ParseVersion(text string) (Version, bool) {
	text = strings.TrimPrefix(text, "v")
	if i := strings.IndexAny(text, "-+"); i >= 0 {
		text = text[:i]
	}
	parts := strings.Split(text, ".")
	if len(parts) < 2 || len(parts) > 3 {
		return Version{}, false
	}
	var n [3]int
	for i, p := range parts {
		v, err := strconv.ParseUint(p, 10, 31)
		if err != nil {
			return Version{}, false
		}
		n[i] = int(v)
	}
	return Version{n[0], n[1], n[2]}, true
}

// Less reports whether v is older than o.
func (v Version) Less(o Version) bool {
	switch {
	case v.Major != o.Major:
		return v.Major < o.Major
	case v.Minor != o.Minor:
		return v.Minor < o.Minor
	}
	return v.Patch < o.Patch
}

// String returns major.minor.patch.
func (v Version) String() string {
	return strconv.Itoa(v.Major) + "." + strconv.Itoa(v.Minor) + "." + strconv.Itoa(v.Patch)
}

// Feature is a capability that not every runtime has; its text names it for a
// person.
type Feature string

// The features that came with a version.
const (
	FeatureApprovals     Feature = "approvals"                          // 1.16
	FeatureStatus        Feature = "the status rollup"                  // 1.18
	FeatureTermination   Feature = "the reason why an invocation ended" // 1.19
	FeatureLocalModel    Feature = "a model on loopback"                // 1.20
	FeatureSubmissions   Feature = "input and results of runs"          // 1.21
	FeatureRunAudit      Feature = "inspection of runs"                 // 1.21
	FeatureSandbox       Feature = "sandbox capacity"                   // 1.21
	FeatureScheduleInput Feature = "input of schedules"                 // 1.21
	FeatureChatTickets   Feature = "tickets for chat"                   // 2.0
	FeatureImprovements  Feature = "reviewed improvements"              // 2.0
)

// Features lists them, the oldest first.
func Features() []Feature {
	return []Feature{
		FeatureApprovals, FeatureStatus, FeatureTermination, FeatureLocalModel, FeatureSubmissions, FeatureRunAudit,
		FeatureSandbox, FeatureScheduleInput, FeatureChatTickets, FeatureImprovements,
	}
}

// Since returns the first version that has f; the zero version for a feature
// that all have.
func (f Feature) Since() Version {
	switch f {
	case FeatureApprovals:
		return Version{1, 16, 0}
	case FeatureStatus:
		return Version{1, 18, 0}
	case FeatureTermination:
		return Version{1, 19, 0}
	case FeatureLocalModel:
		return Version{1, 20, 0}
	case FeatureSubmissions, FeatureRunAudit, FeatureSandbox, FeatureScheduleInput:
		return Version{1, 21, 0}
	case FeatureChatTickets, FeatureImprovements:
		return Version{2, 0, 0}
	}
	return Version{}
}

// Version returns the runtime's version, from GET /health at the first call and
// from memory later. It is nil when the runtime tells none that can be read.
func (c *Client) Version(ctx context.Context) (*Version, error) {
	if known := c.known(); known != nil {
		return known, nil
	}
	h, err := c.Health(ctx)
	if err != nil {
		return nil, err
	}
	if v, ok := ParseVersion(h.Version); ok {
		return &v, nil
	}
	return nil, nil //nolint:nilnil // documented: no version is an answer
}

// Require returns a *[NotServedError] when the runtime's version is known to be
// older than f, and the error of asking for the version.
func (c *Client) Require(ctx context.Context, f Feature) error {
	v, err := c.Version(ctx)
	if err != nil {
		return err
	}
	if v != nil && v.Less(f.Since()) {
		return &NotServedError{Feature: f, Have: v.String(), Need: f.Since().String()}
	}
	return nil
}

// known returns a copy of the remembered version, or nil.
func (c *Client) known() *Version {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.version == nil {
		return nil
	}
	v := *c.version
	return &v
}

// remember keeps the version that the runtime told.
func (c *Client) remember(text string) {
	if v, ok := ParseVersion(text); ok {
		c.mu.Lock()
		c.version = &v
		c.mu.Unlock()
	}
}
