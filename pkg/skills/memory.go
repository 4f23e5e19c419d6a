package skills

import (
	"bytes"
	"io/fs"
	"path"
	"time"
)

// MemoryEntry returns an entry whose content is data. The type bits of mode say
// what it is; its permissions are those of the file.
func MemoryEntry(name string, mode fs.FileMode, data []byte) Entry {
	m := memory{name: path.Base(name), mode: mode, size: int64(len(data))}
	return Entry{Path: name, Root: path.Dir(name), Mode: mode.Type(), Open: func() (fs.File, error) { return openMemory{m, bytes.NewReader(data)}, nil }}
}

// memory describes a file that is held in memory.
type memory struct {
	name string
	mode fs.FileMode
	size int64
}

func (m memory) Name() string       { return m.name }
func (m memory) Size() int64        { return m.size }
func (m memory) Mode() fs.FileMode  { return m.mode }
func (m memory) ModTime() time.Time { return time.Time{} }
func (m memory) IsDir() bool        { return false }
func (m memory) Sys() any           { return nil }

type openMemory struct {
	info   memory
	reader *bytes.Reader
}

func (f openMemory) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f openMemory) Read(b []byte) (int, error) { return f.reader.Read(b) }
func (f openMemory) Close() error               { return nil }
