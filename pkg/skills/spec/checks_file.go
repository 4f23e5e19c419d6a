package spec

import (
	"bytes"
	"strings"
)

// fileChecks are about the skill file as a file.
func fileChecks() []Check {
	return []Check{{
		ID: "skill-file-case", Level: Error,
		Title: "The skill file is not spelled SKILL.md",
		Why:   "agents look for a file named exactly SKILL.md; on most systems another spelling is another file",
		Fix:   "rename the file to SKILL.md",
		find: func(s *subject) []hit {
			if s.skill.File == FileName {
				return nil
			}
			return []hit{at(Pos{}, "the skill file is named %q", s.skill.File)}
		},
	}, {
		ID: "skill-file-twice", Level: Warning,
		Title: "The folder has two spellings of SKILL.md",
		Why:   "where file names ignore case only one of them survives, and nobody can say which",
		Fix:   "keep one file named SKILL.md",
		find: func(s *subject) []hit {
			if len(s.skill.Also) == 0 {
				return nil
			}
			return []hit{at(Pos{}, "the folder also holds %q", strings.Join(s.skill.Also, " "))}
		},
	}, {
		ID: "skill-file-kind", Level: Error,
		Title: "The skill file is not a regular file",
		Why:   "a link can lead out of the skill and a pipe blocks the reader, so neither is opened; the Symbiont runtime refuses both",
		Fix:   "put the text itself into SKILL.md",
		find: func(s *subject) []hit {
			if !s.skill.Irregular {
				return nil
			}
			return []hit{{message: "the skill file is a link or a special file"}}
		},
	}, {
		ID: "skill-file-unreadable", Level: Error,
		Title: "The skill file cannot be read",
		Why:   "what cannot be read cannot be loaded or checked",
		Fix:   "check owner and mode of the file",
		find: func(s *subject) []hit {
			if s.err == nil {
				return nil
			}
			return []hit{at(Pos{}, "%v", s.err)}
		},
	}, {
		ID: "skill-file-size", Level: Warning,
		Title: "The skill file is larger than 1 MiB",
		Why:   "the Symbiont runtime refuses it, and no model reads that much; only the first MiB was checked",
		Fix:   "move material to files that the skill refers to",
		find: func(s *subject) []hit {
			if !s.doc.truncated {
				return nil
			}
			return []hit{{message: "the skill file has more than 1 MiB"}}
		},
	}, {
		ID: "encoding-utf16", Level: Error,
		Title: "The skill file is UTF-16",
		Why:   "agents read UTF-8; to them this file has no frontmatter",
		Fix:   "save the file as UTF-8",
		find:  faults("encoding-utf16"),
	}, {
		ID: "encoding-utf8", Level: Error,
		Title: "The skill file is not UTF-8",
		Why:   "agents that decode strictly refuse the file, and some refuse every skill beside it",
		Fix:   "save the file as UTF-8",
		find:  faults("encoding-utf8"),
	}, {
		ID: "encoding-bom", Level: Warning,
		Title: "The skill file starts with a byte order mark",
		Why:   "many agents compare the first three bytes with --- and then see no frontmatter",
		Fix:   "save the file as UTF-8 without byte order mark",
		find:  faults("encoding-bom"),
	}, {
		ID: "line-endings-crlf", Level: Info,
		Title: "Lines end with CR LF",
		Why:   "scripts in the skill that are written this way do not start on Unix, and signatures change with the line ends",
		Fix:   "save the file with LF line ends",
		find:  faults("line-endings-crlf"),
	}}
}

// frontmatterChecks are about the YAML between the fences.
func frontmatterChecks() []Check {
	return []Check{{
		ID: "frontmatter-missing", Level: Error,
		Title: "The skill has no frontmatter",
		Why:   "name and description come from the frontmatter; without them no agent offers the skill",
		Fix:   "start the file with ---, then name: and description:, then ---",
		find:  faults("frontmatter-missing"),
	}, {
		ID: "frontmatter-unclosed", Level: Error,
		Title: "The frontmatter is never closed",
		Why:   "without a closing fence the whole file is frontmatter, or none of it",
		Fix:   "put a line that is exactly --- after the last field",
		find:  faults("frontmatter-unclosed"),
	}, {
		ID: "frontmatter-empty", Level: Error,
		Title: "The frontmatter holds no fields",
		Why:   "name and description are required",
		Fix:   "add name: and description:",
		find:  faults("frontmatter-empty"),
	}, {
		ID: "frontmatter-size", Level: Error,
		Title: "The frontmatter is larger than 64 KiB",
		Why:   "agents hold the frontmatter of every skill in memory; it was not read",
		Fix:   "move text to the body",
		find:  faults("frontmatter-size"),
	}, {
		ID: "frontmatter-yaml", Level: Error,
		Title: "The frontmatter is not valid YAML",
		Why:   "an agent that cannot read the frontmatter drops the skill",
		Fix:   "put the value in quotes",
		find:  faults("frontmatter-yaml"),
	}, {
		ID: "frontmatter-mapping", Level: Error,
		Title: "The frontmatter is not a mapping",
		Why:   "only `key: value` lines can hold name and description; some loaders crash on anything else",
		Fix:   "write the frontmatter as key: value lines",
		find:  faults("frontmatter-mapping"),
	}, {
		ID: "frontmatter-duplicate-key", Level: Error,
		Title: "A field appears twice",
		Why:   "YAML forbids it, and readers disagree on which one counts: what you review need not be what is used",
		Fix:   "remove one of the two",
		find:  faults("frontmatter-duplicate-key"),
	}, {
		ID: "frontmatter-alias", Level: Error,
		Title: "The frontmatter uses YAML anchors, aliases or merge keys",
		Why:   "the reference validator refuses them, and a few of them can expand to gigabytes",
		Fix:   "write the value out where it is used",
		find:  faults("frontmatter-alias"),
	}, {
		ID: "frontmatter-tag", Level: Error,
		Title: "The frontmatter uses YAML tags",
		Why:   "a tag can make an unsafe YAML reader build objects; the reference validator refuses them",
		Fix:   "remove the tag; quote the value if it has to be text",
		find:  faults("frontmatter-tag"),
	}, {
		ID: "frontmatter-flow", Level: Info,
		Title: "The frontmatter uses YAML in brackets or braces",
		Why:   "the reference validator reads only block style",
		Fix:   "write one indented line for each entry",
		find:  func(s *subject) []hit { return flowStyle(s.doc.root) },
	}, {
		ID: "fence-form", Level: Warning,
		Title: "A fence is not exactly three hyphens",
		Why:   "some agents compare the whole line and then find no frontmatter",
		Fix:   "make the line exactly ---",
		find:  faults("fence-form"),
	}, {
		ID: "fence-in-value", Level: Warning,
		Title: "Three hyphens inside the frontmatter",
		Why:   "the reference validator and the Symbiont Python SDK end the frontmatter at the first three hyphens, wherever they are",
		Fix:   "write the text without three hyphens in a row",
		find:  faults("fence-in-value"),
	}}
}

// bodyChecks are about the instructions.
func bodyChecks() []Check {
	return []Check{{
		ID: "body-empty", Level: Warning,
		Title: "The skill has no instructions",
		Why:   "an agent that chooses the skill learns nothing from it",
		Fix:   "write the instructions after the frontmatter",
		find: func(s *subject) []hit {
			if !s.closed() || len(bytes.TrimSpace(s.doc.Body)) > 0 {
				return nil
			}
			return []hit{{message: "there is no text after the frontmatter"}}
		},
	}, {
		ID: "body-lines", Level: Info,
		Title: "The skill file has more than 500 lines",
		Why:   "an agent reads the whole file whenever it uses the skill",
		Fix:   "move details to files under references/",
		find: func(s *subject) []hit {
			n := s.doc.BodyLine - 1 + bytes.Count(s.doc.Body, []byte("\n"))
			if n <= 500 {
				return nil
			}
			return []hit{at(Pos{}, "the skill file has %d lines", n)}
		},
	}, {
		ID: "body-tokens", Level: Info,
		Title: "The instructions have more than about 5,000 tokens",
		Why:   "they crowd the task itself out of the model's context",
		Fix:   "move details to files under references/",
		find: func(s *subject) []hit {
			n := tokens(s.doc.Body)
			if n <= 5000 {
				return nil
			}
			return []hit{at(Pos{}, "the instructions have about %d tokens", n/100*100)}
		},
	}}
}

// closed reports whether the skill has a whole frontmatter.
func (s *subject) closed() bool { return s.doc.Frontmatter != nil }

// tokens estimates: four ASCII characters, or one other character, make a token.
func tokens(text []byte) int {
	ascii, other := 0, 0
	for _, b := range text {
		switch {
		case b < 0x80:
			ascii++
		case b >= 0xc0:
			other++
		}
	}
	return ascii/4 + other
}
