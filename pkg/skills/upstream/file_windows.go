package upstream

import (
	"io/fs"
	"os"
	"syscall"
)

const (
	openFlags       = 0
	errNotDirectory = syscall.Errno(267) // ERROR_DIRECTORY
)

// links returns how many names a file has; 1 if its file system does not tell.
func links(f fs.File, _ fs.FileInfo) uint64 {
	file, ok := f.(*os.File)
	if !ok {
		return 1
	}
	var info syscall.ByHandleFileInformation
	if err := syscall.GetFileInformationByHandle(syscall.Handle(file.Fd()), &info); err != nil {
		return 1
	}
	return uint64(info.NumberOfLinks)
}
