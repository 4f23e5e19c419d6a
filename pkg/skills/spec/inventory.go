package spec

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Kind is what a file of a skill seems to be, judged by its name and mode.
type Kind string

// The kinds.
const (
	KindSkill      Kind = "skill"     // the skill file
	KindSignature  Kind = "signature" // .schemapin.sig
	KindDocument   Kind = "document"
	KindScript     Kind = "script"
	KindData       Kind = "data"
	KindImage      Kind = "image"
	KindArchive    Kind = "archive"
	KindExecutable Kind = "executable" // machine code or byte code
	KindLink       Kind = "link"       // a symbolic link
	KindSpecial    Kind = "special"    // a device, a pipe, a socket
	KindOther      Kind = "other"
)

// File is one file of a skill.
type File struct {
	Path string `json:"path"` // slash path in the skill's folder
	Size int64  `json:"size"` // bytes
	Kind Kind   `json:"kind"`
}

// Inventory lists the files of a skill, sorted by path, without those of skills
// nested in its folder and without .git. Folders that cannot be read are left
// out; the error is non-nil only when the skill's own folder cannot be read or
// ctx ends.
func Inventory(ctx context.Context, fsys fs.FS, s Skill) ([]File, error) {
	var files []File
	var nested []string
	err := fs.WalkDir(fsys, s.ID, func(name string, d fs.DirEntry, err error) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err != nil {
			return unlessRoot(name == s.ID, err)
		}
		if d.IsDir() {
			if d.Name() == ".git" {
				return fs.SkipDir
			}
			return nil
		}
		if folder := path.Dir(name); folder != s.ID && strings.EqualFold(d.Name(), FileName) {
			nested = append(nested, folder+"/")
		}
		if info, err := d.Info(); err == nil {
			files = append(files, File{Path: name, Size: info.Size(), Kind: kindOf(s, name, info.Mode())})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list files of skill %s: %w", s.ID, err)
	}
	files = slices.DeleteFunc(files, func(f File) bool {
		return slices.ContainsFunc(nested, func(dir string) bool { return strings.HasPrefix(f.Path, dir) })
	})
	for i := range files {
		files[i].Path = inSkill(s, files[i].Path)
	}
	slices.SortFunc(files, func(a, b File) int { return cmp.Compare(a.Path, b.Path) })
	return files, nil
}

func unlessRoot(root bool, err error) error {
	if root {
		return err
	}
	return nil
}

// inSkill returns the path of a file of the tree relative to the skill's folder.
func inSkill(s Skill, name string) string {
	if s.ID == "." {
		return name
	}
	return strings.TrimPrefix(name, s.ID+"/")
}

func kindOf(s Skill, name string, mode fs.FileMode) Kind {
	base := path.Base(name)
	switch {
	case mode&fs.ModeSymlink != 0:
		return KindLink
	case !mode.IsRegular():
		return KindSpecial
	case name == s.Path():
		return KindSkill
	case base == ".schemapin.sig":
		return KindSignature
	}
	if k := kindOfName(strings.ToLower(base)); k != KindOther || mode&0o111 == 0 {
		return k
	}
	return KindScript
}

func kindOfName(base string) Kind {
	switch path.Ext(base) {
	case ".md", ".mdx", ".txt", ".rst", ".adoc", ".html", ".htm", ".pdf", ".docx":
		return KindDocument
	case ".sh", ".bash", ".zsh", ".fish", ".py", ".js", ".mjs", ".cjs", ".ts", ".mts", ".tsx", ".jsx", ".rb",
		".pl", ".lua", ".php", ".go", ".rs", ".java", ".ps1", ".psm1", ".bat", ".cmd", ".vbs", ".applescript":
		return KindScript
	case ".json", ".jsonl", ".yaml", ".yml", ".toml", ".csv", ".tsv", ".xml", ".ini", ".conf", ".cfg", ".sql", ".xsd":
		return KindData
	case ".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".ico", ".bmp":
		return KindImage
	case ".zip", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".7z", ".rar", ".zst", ".whl", ".dmg", ".pkg":
		return KindArchive
	case ".exe", ".dll", ".so", ".dylib", ".bin", ".pyc", ".class", ".jar", ".wasm", ".msi", ".app", ".elf":
		return KindExecutable
	}
	switch base {
	case "makefile", "dockerfile", "justfile", "rakefile", "gemfile":
		return KindScript
	case "license", "notice", "readme", "changelog", "authors":
		return KindDocument
	}
	return KindOther
}
