package rules

import "github.com/symbi-ctl/symbi-ctl/pkg/skills/text"

// File is what is known of an entry of a skill before its text is read.
type File struct {
	Path       string // slash-separated, relative to the root of the scan
	Skill      string // folder of the skill it belongs to, "" when none
	Size       int64
	Head       []byte // the first bytes, at most 8 KiB
	Executable bool   // an executable bit is set
	Encoding   text.Encoding

	Link       string // target of a symbolic link, "" for other entries
	LinkLeaves bool   // the target lies outside the skill, or of the root
	Special    string // "named pipe", "socket", "device": not a file at all
	Unreadable string // why the entry could not be read, "" when it could
}
