package spec_test

import "strings"

func fileCases() map[string][]checkCase {
	return map[string][]checkCase{
		"skill-file-case": {
			{map[string]string{"skill.md": sound}, []string{`a/skill.md the skill file is named "skill.md"`}},
			{map[string]string{"Skill.MD": sound}, []string{`a/Skill.MD the skill file is named "Skill.MD"`}},
			{md(sound), nil},
		},
		"skill-file-twice": {
			{map[string]string{"SKILL.md": sound, "skill.md": sound}, []string{`a/SKILL.md the folder also holds "skill.md"`}},
			{map[string]string{"SKILL.md": sound, "SKILLS.md": sound}, nil},
		},
		"skill-file-kind": {
			{md("<link>"), []string{"a/SKILL.md the skill file is a link or a special file"}},
			{md(sound), nil},
		},
		"skill-file-unreadable": {
			{md("<denied>"), []string{"a/SKILL.md read skill: open a/SKILL.md: permission denied"}},
			{md("<link>"), nil},
		},
		"skill-file-size": {
			{md(sound + strings.Repeat("x", 1<<20)), []string{"a/SKILL.md the skill file has more than 1 MiB"}},
			{md(sound + strings.Repeat("x", 1<<20-len(sound))), nil},
		},
		"encoding-utf16": {
			{md("\xff\xfe-\x00"), []string{"a/SKILL.md:1:1 the file is UTF-16"}},
			{md(sound), nil},
		},
		"encoding-utf8": {
			{md(sound + "\nab\xe9\n"), []string{"a/SKILL.md:7:3 byte 0xe9 is not UTF-8"}},
			{md(sound + "é\ufffd"), nil},
		},
		"encoding-bom": {
			{md("\ufeff" + sound), []string{"a/SKILL.md:1:1 the file starts with a byte order mark"}},
			{md(sound + "\ufeff"), nil},
		},
		"line-endings-crlf": {
			{md(strings.ReplaceAll(sound, "\n", "\r\n")), []string{"a/SKILL.md:1:0 lines end with CR LF"}},
			{md(sound + "a\rb"), nil},
		},
	}
}

func frontmatterCases() map[string][]checkCase {
	one := func(text, want string) []checkCase {
		return []checkCase{{md(text), []string{"a/SKILL.md:" + want}}, {md(sound), nil}}
	}
	return map[string][]checkCase{
		"frontmatter-missing":       one("# Title", `1:1 there is no frontmatter: line 1 is not "---"`),
		"frontmatter-unclosed":      one("---\nname: a\n", "1:1 the frontmatter is never closed"),
		"frontmatter-empty":         one("---\n\n---\n", "1:1 the frontmatter is empty"),
		"frontmatter-mapping":       one("---\n- a\n---\n", "2:1 the frontmatter is a list, not a mapping of fields"),
		"frontmatter-duplicate-key": one(front("name: b"), `4:1 the key "name" is already on line 2`),
		"frontmatter-alias":         one(front("license: &l MIT"), "4:10 a YAML anchor or alias is used"),
		"frontmatter-tag":           one(front("license: !!str MIT"), `4:10 the YAML tag "!!str" is used`),
		"frontmatter-yaml":          one(front("license: a: b"), `4:11 the value holds ": " and is not in quotes`),
		"frontmatter-size":          one(front("x: "+strings.Repeat("y", 65536)), "1:1 the frontmatter has 65597 bytes, more than 65536"),
		"frontmatter-flow": {
			{md(front("metadata: {a: b}\nallowed-tools: [Read]")), []string{"a/SKILL.md:4:11 a mapping is written in flow style"}},
			{md(front("metadata:\n  a: \"{b}\"")), nil},
		},
		"fence-form": {
			{md(strings.Replace(sound, "---\n", "---  \n", 1)), []string{`a/SKILL.md:1:1 the fence is "---  ", not exactly "---"`}},
			{md(sound + "---  \n"), nil},
		},
		"fence-in-value": {
			{md(front("license: a---b")), []string{`a/SKILL.md:4:11 a line of the frontmatter holds "---"`}},
			{md(front("license: a -- b")), nil},
		},
	}
}

func nameCases() map[string][]checkCase {
	at := func(message string) []string { return []string{"a/SKILL.md:2:7 " + message} }
	long := strings.Repeat("n", 65)
	return map[string][]checkCase{
		"name-missing": {
			{md("---\ndescription: x\n---\nbody"), []string{"a/SKILL.md:1:1 the frontmatter has no name"}},
			{md("---\nname:\ndescription: x\n---\nbody"), nil},
			{md("---\ndescription: a: b\n---\nbody"), nil}, // not while the YAML is broken
		},
		"name-type": {
			{md(named("123")), at("name is a number, not text")},
			{md(named("1.5")), at("name is a number, not text")},
			{md(named("null")), at("name is empty, not text")},
			{md(named("true")), at("name is a truth value, not text")},
			{md(named("no")), at("name is a truth value to YAML 1.1, not text")},
			{md(named("2024-01-02")), at("name is a date, not text")},
			{md(named("[a, b]")), at("name is a list, not text")},
			{md(named("{a: b}")), at("name is a mapping, not text")},
			{md(named("\n  - a")), []string{"a/SKILL.md:3:3 name is a list, not text"}},
			{md(named(`"123"`)), nil},
			{md(named("'no'")), nil},
		},
		"name-empty": {
			{md(named(`""`)), at("name is empty")},
			{md(named(`"  "`)), at("name is empty")},
			{md(named("a")), nil},
		},
		"name-length": {
			{md(named(long)), at("name has 65 characters, 1 more than allowed")},
			{md(named(long[1:])), nil},
			{md(named(strings.Repeat("é", 64))), nil},
		},
		"name-case": {
			{md(named("PDF-Tools")), at(`the name "PDF-Tools" has upper-case letters`)},
			{md(named("Éa")), at(`the name "Éa" has upper-case letters`)},
			{md(named("pdf-tools")), nil},
		},
		"name-charset": {
			{md(named("a_b")), at(`the name "a_b" holds '_'`)},
			{md(named("a b")), at(`the name "a b" holds ' '`)},
			{md(named(`"a/../b"`)), at(`the name "a/../b" holds '/'`)},
			{md(named(`"a\u200bb"`)), at(`the name "a\u200bb" holds '\u200b'`)},
			{md(named("日本語-9")), nil},
		},
		"name-hyphen": {
			{md(named("-a")), at(`the name "-a" starts or ends with a hyphen`)},
			{md(named("a-")), at(`the name "a-" starts or ends with a hyphen`)},
			{md(named("a--b")), at(`the name "a--b" has two hyphens in a row`)},
			{md(named("a-b")), nil},
		},
		"name-folder": {
			{md(named("b")), at(`the name is "b", the folder is "a"`)},
			{map[string]string{"/caf\u00e9/SKILL.md": named("cafe\u0301")}, nil}, // the same after NFKC
			{md(named("\" a \"")), nil},
		},
		"name-reserved": {
			{md(named("claude-helper")), at(`the name "claude-helper" holds the word claude`)},
			{md(named("my-anthropic")), at(`the name "my-anthropic" holds the word anthropic`)},
			{md(named("cloud")), nil},
		},
	}
}

func fieldCases() map[string][]checkCase {
	at := func(place string) []string { return []string{"a/SKILL.md:" + place} }
	return map[string][]checkCase{
		"description-missing": {
			{md("---\nname: a\n---\nbody"), at("1:1 the frontmatter has no description")},
			{md(sound), nil},
		},
		"description-type": {
			{md(described("[a]")), at("3:14 description is a list, not text")},
			{md(described("")), at("3:13 description is empty, not text")},
			{md(described("12")), at("3:14 description is a number, not text")},
			{md(described("12 things")), nil},
		},
		"description-empty": {
			{md(described("''")), at("3:14 description is empty")},
			{md(described("x")), nil},
		},
		"description-length": {
			{md(described(strings.Repeat("d", 1025))), at("3:14 description has 1025 characters, 1 more than allowed")},
			{md(described(strings.Repeat("é", 1024))), nil},
			{md(described("|\n  " + strings.Repeat("d", 1024) + "\n")), nil},
		},
		"description-markup": {
			{md(described("use <b>this</b>")), at(`3:14 the description holds the tag "<b>"`)},
			{md(described("ends </system> here")), at(`3:14 the description holds the tag "</system>"`)},
			{md(described("if a < b and c > d, or x <3>")), nil},
		},
		"license-type": {
			{md(front("license: [MIT]")), at("4:10 license is a list, not text")},
			{md(front("license: 2.0")), at("4:10 license is a number, not text")},
			{md(front("license: MIT")), nil},
			{md(front("license:")), nil},
		},
		"license-file": {
			{md(front("license: Complete terms in LICENSE.txt")), at(`4:10 the license file "LICENSE.txt" does not exist`)},
			{map[string]string{"SKILL.md": front("license: Complete terms in LICENSE.txt"), "LICENSE.txt": "x"}, nil},
			{md(front("license: MIT License")), nil},
		},
		"compatibility-type": {
			{md(front("compatibility: [linux]")), at("4:16 compatibility is a list, not text")},
			{md(front("compatibility: linux")), nil},
		},
		"compatibility-length": {
			{md(front("compatibility: " + strings.Repeat("c", 501))), at("4:16 compatibility has 501 characters, 1 more than allowed")},
			{md(front("compatibility: " + strings.Repeat("c", 500))), nil},
		},
		"metadata-type": {
			{md(front("metadata: words")), at("4:11 metadata is text, not a mapping")},
			{md(front("metadata: [a]")), at("4:11 metadata is a list, not a mapping")},
			{md(front("metadata:\n  a: b")), nil},
		},
		"metadata-value": {
			{md(front("metadata:\n  version: 1.10\n  on: x\n  a:")), []string{
				`a/SKILL.md:5:3 metadata "version" is a number, not text`,
				`a/SKILL.md:6:3 the metadata key "on" is a truth value to YAML 1.1, not text`,
				`a/SKILL.md:7:3 metadata "a" is empty, not text`,
			}},
			{md(front("metadata:\n  version: \"1.10\"\n  'on': yes-man")), nil},
		},
		"metadata-nested": {
			{md(front("metadata:\n  tool:\n    a: b\n  tags: [x]")), []string{
				`a/SKILL.md:5:3 metadata "tool" is a mapping`, `a/SKILL.md:7:3 metadata "tags" is a list`,
			}},
			{md(front("metadata:\n  a: b")), nil},
		},
		"field-empty": {
			{md(front("license:\nmetadata: {}\nallowed-tools: ''")), []string{
				"a/SKILL.md:4:1 license is empty", "a/SKILL.md:5:1 metadata is empty", "a/SKILL.md:6:1 allowed-tools is empty",
			}},
			{md(front("license: MIT")), nil},
		},
		"field-vendor": {
			{md(front("when_to_use: always\nhomepage: x")), []string{
				"a/SKILL.md:4:1 when_to_use is a field of Claude Code", "a/SKILL.md:5:1 homepage is a field of OpenClaw",
			}},
			{md(front("version: x")), nil},
		},
		"field-unknown": {
			{md(front("version: \"1\"\nallowed_tools: Read\n? [a]\n: b")), []string{
				`a/SKILL.md:4:1 "version" is not a field of the specification`,
				`a/SKILL.md:5:1 "allowed_tools" is not a field of the specification`,
				`a/SKILL.md:6:3 "" is not a field of the specification`,
			}},
			{md(front("model: x")), nil},
		},
	}
}

func toolCases() map[string][]checkCase {
	at := func(place string) []string { return []string{"a/SKILL.md:" + place} }
	return map[string][]checkCase{
		"allowed-tools-type": {
			{md(front("allowed-tools: {a: b}")), at("4:16 allowed-tools is a mapping")},
			{md(front("allowed-tools: 5")), at("4:16 allowed-tools is a number")},
			{md(front("allowed-tools:\n  - Read\n  - [x]")), at("6:5 an entry of allowed-tools is a list, not text")},
			{md(front("allowed-tools:\n  - Read")), nil},
			{md(front("allowed-tools: Read")), nil},
		},
		"allowed-tools-form": {
			{md(front("allowed-tools:\n  - Read")), at("5:3 allowed-tools is a list")},
			{md(front("allowed-tools: Read, Grep")), at("4:16 allowed-tools has commas between the tools")},
			{md(front("allowed-tools: Read Bash(a, b)")), nil},
		},
		"allowed-tools-syntax": {
			{md(front("allowed-tools: Read Bash(git")), at(`4:21 the parentheses of "Bash(git" do not match`)},
			{md(front("allowed-tools: Read Bash(git)")), nil},
		},
	}
}

func bodyCases() map[string][]checkCase {
	return map[string][]checkCase{
		"body-empty": {
			{md("---\nname: a\ndescription: b\n---\n \n"), []string{"a/SKILL.md there is no text after the frontmatter"}},
			{md(sound), nil},
			{md("---\nname: a\n"), nil},
		},
		"body-lines": {
			{md(sound + strings.Repeat("x\n", 496)), []string{"a/SKILL.md the skill file has 501 lines"}},
			{md(sound + strings.Repeat("x\n", 495)), nil},
		},
		"body-tokens": {
			{md(sound + strings.Repeat("word", 5000)), []string{"a/SKILL.md the instructions have about 5000 tokens"}},
			{md(sound + strings.Repeat("語", 5100)), []string{"a/SKILL.md the instructions have about 5100 tokens"}},
			{md(sound + strings.Repeat("word", 4900)), nil},
		},
	}
}

func treeCases() map[string][]checkCase {
	return map[string][]checkCase{
		"name-duplicate": {
			{map[string]string{"/x/a/SKILL.md": sound, "/y/a/SKILL.md": sound, "/b/SKILL.md": named("b")}, []string{
				`x/a/SKILL.md the name "a" is also used by y/a/SKILL.md`, `y/a/SKILL.md the name "a" is also used by x/a/SKILL.md`,
			}},
			{map[string]string{"/1/a/SKILL.md": sound, "/2/a/SKILL.md": sound, "/3/a/SKILL.md": sound, "/4/a/SKILL.md": sound, "/5/a/SKILL.md": sound}, []string{
				`1/a/SKILL.md the name "a" is also used by 2/a/SKILL.md, 3/a/SKILL.md, 4/a/SKILL.md and 1 more`,
				`2/a/SKILL.md the name "a" is also used by 1/a/SKILL.md, 3/a/SKILL.md, 4/a/SKILL.md and 1 more`,
				`3/a/SKILL.md the name "a" is also used by 1/a/SKILL.md, 2/a/SKILL.md, 4/a/SKILL.md and 1 more`,
				`4/a/SKILL.md the name "a" is also used by 1/a/SKILL.md, 2/a/SKILL.md, 3/a/SKILL.md and 1 more`,
				`5/a/SKILL.md the name "a" is also used by 1/a/SKILL.md, 2/a/SKILL.md, 3/a/SKILL.md and 1 more`,
			}},
			{map[string]string{"/x/SKILL.md": "none", "/y/SKILL.md": "none"}, nil},
		},
		"folder-linked": {
			{map[string]string{"SKILL.md": sound, "/elsewhere/x": "", "/link": "<link>"}, []string{"link the link is not followed"}},
			{map[string]string{"SKILL.md": sound, "/link": "<link>"}, nil}, // leads nowhere
		},
		"folder-unsearched": {
			{map[string]string{strings.Repeat("d/", 65) + "SKILL.md": sound}, []string{"a/" + strings.Repeat("d/", 63) + "d not searched: too-deep"}},
			{md(sound), nil},
		},
	}
}
