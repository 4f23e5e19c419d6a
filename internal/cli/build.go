package cli

import (
	"runtime"
	"runtime/debug"
)

// Build is what the program knows of its own making. What the linker and the Go
// tool did not record is "unknown".
type Build struct {
	Version  string `json:"version"`
	Commit   string `json:"commit"`
	Date     string `json:"date"`
	Modified bool   `json:"modified"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

// ReadBuild returns the facts of the running program.
func ReadBuild() Build {
	b := Build{Version: "unknown", Commit: "unknown", Date: "unknown", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	if info.Main.Version != "" {
		b.Version = info.Main.Version
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Commit = s.Value
		case "vcs.time":
			b.Date = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	return b
}

// Semantic is the version as a semantic version without the v, or "" for a
// build that has none.
func (b Build) Semantic() string {
	if len(b.Version) > 1 && b.Version[0] == 'v' && b.Version[1] >= '0' && b.Version[1] <= '9' {
		return b.Version[1:]
	}
	return ""
}
