package rules

import (
	"bytes"
	"path"
	"slices"
	"strings"
)

func archiveFile() Rule {
	return Rule{
		ID: "archive-in-skill", Severity: Medium, Confidence: Certain, Category: Files,
		Title: "Archive inside a skill",
		Why:   "What is packed is not scanned, and an agent that unpacks it runs what nobody looked at.",
		Fix:   "Put the files into the skill as they are.",
		Refs:  []string{"ASI04", "AST08", "CWE-506"},
		Fact:  factArchive,
		Hits: []Sample{
			{Path: "tools.zip", Text: zipSample},
			{Path: "tools.7z", Text: "7z\xbc\xaf\x27\x1c\x00\x04"},
			{Path: "assets/data.rar", Text: "Rar!\x1a\x07\x01\x00"},
			{Path: "payload.tar.gz", Text: "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03"},
		},
		Misses: []Sample{
			{Path: "assets/form.docx", Text: zipSample},
			{Path: "notes.txt", Text: "PK\n"},
			{Path: "assets/logo.svgz", Text: "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03"},
		},
	}
}

// zipSample is the local header of an empty member.
const zipSample = "PK\x03\x04\x14\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x05\x00\x00\x00a.txt"

func factArchive(f *File) []Hit {
	lower := strings.ToLower(f.Path)
	switch path.Ext(lower) {
	case ".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp", ".epub", ".svgz", ".docm", ".xlsm", ".pptm", ".dotx", ".xltx", ".potx", ".vsdx", ".pages", ".numbers", ".key", ".sketch", ".fig", ".kra", ".usdz", ".3mf", ".npz", ".pt", ".pth", ".keras", ".rds", ".nii", ".gzip", ".pack", ".parquet":
		return nil
	}
	for _, magic := range []string{"PK\x03\x04", "Rar!\x1a\x07", "7z\xbc\xaf\x27\x1c", "\xfd7zXZ", "BZh", "\x1f\x8b\x08"} {
		if bytes.HasPrefix(f.Head, []byte(magic)) {
			h := Hit{}
			if ext := path.Ext(lower); ext == ".skill" || ext == ".whl" || ext == ".vsix" || ext == ".mcpb" || ext == ".dxt" || magic == "\x1f\x8b\x08" && !strings.Contains(lower, ".tar") && ext != ".tgz" && ext != ".gz" {
				h.Severity = Low
			}
			return []Hit{h}
		}
	}
	return nil
}

func encryptedArchive() Rule {
	return Rule{
		ID: "encrypted-archive", Severity: High, Confidence: Certain, Category: Files,
		Title: "Archive that needs a password",
		Why:   "A password keeps scanners out; the text of the skill gives it to the victim.",
		Fix:   "Put the files into the skill as they are.",
		Refs:  []string{"ASI04", "AST01", "AST08", "CWE-506"},
		Fact:  factEncrypted,
		Hits: []Sample{
			{Path: "tool.zip", Text: "PK\x03\x04\x14\x00\x01\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x05\x00\x00\x00a.exe"},
			{Path: "tool.rar", Text: "Rar!\x1a\x07\x00\xce\x99\x73\x80\x00\x0d\x00\x00\x00\x00\x00\x00\x00"},
			{Path: "tool5.rar", Text: "Rar!\x1a\x07\x01\x00\xb4\x3b\x1f\x2e\x21\x04\x00\x00\x01\x0f"},
		},
		Misses: []Sample{
			{Path: "tool.zip", Text: zipSample},
			{Path: "tool.rar", Text: "Rar!\x1a\x07\x01\x00\x33\x92\xb5\xe5\x0a\x01\x05\x06\x00\x05"},
			{Path: "readme.md", Text: "Unzip with the password `x`.\n"},
		},
	}
}

// factEncrypted reads the flags of the first member: bit 0 of a zip header, the
// header flags of the two versions of rar.
func factEncrypted(f *File) []Hit {
	h := f.Head
	switch {
	case bytes.HasPrefix(h, []byte("PK\x03\x04")) && len(h) > 7 && h[6]&1 != 0,
		bytes.HasPrefix(h, []byte("Rar!\x1a\x07\x00")) && len(h) > 11 && h[9] == 0x73 && h[10]&0x80 != 0,
		bytes.HasPrefix(h, []byte("Rar!\x1a\x07\x01\x00")) && len(h) > 13 && h[13] == 4:
		return []Hit{{}}
	}
	return nil
}

func macroDocument() Rule {
	return Rule{
		ID: "macro-document", Severity: Medium, Confidence: Certain, Category: Files,
		Title: "Office document with macros",
		Why:   "Macros are programs that run when the document is opened.",
		Fix:   "Save the document without macros.",
		Refs:  []string{"ASI04", "AST01", "CWE-506"},
		Fact:  factMacro,
		Hits: []Sample{
			{Path: "form.xlsm", Text: zipSample},
			{Path: "form.docm", Text: zipSample},
			{Path: "form.docx", Text: zipSample + "PK\x03\x04xl/vbaProject.bin"},
		},
		Misses: []Sample{
			{Path: "form.docx", Text: zipSample},
			{Path: "form.xlsm", Text: "a text that is named so\n"},
			{Path: "vba.md", Text: "Macros live in vbaProject.bin.\n"},
		},
	}
}

func factMacro(f *File) []Hit {
	if !bytes.HasPrefix(f.Head, []byte("PK\x03\x04")) {
		return nil
	}
	ext := path.Ext(strings.ToLower(f.Path))
	named := slices.Contains([]string{".docm", ".dotm", ".xlsm", ".xltm", ".xlam", ".pptm", ".potm", ".ppam", ".ppsm"}, ext)
	switch {
	case bytes.Contains(f.Head, []byte("vbaProject.bin")) && !named:
		return []Hit{{Severity: High, Message: "Office document with macros under the name of one without"}}
	case named:
		return []Hit{{}}
	}
	return nil
}
