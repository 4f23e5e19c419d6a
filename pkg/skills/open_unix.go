//go:build unix

package skills

import (
	"os"

	"golang.org/x/sys/unix"
)

// openNoFollow opens a file unless it has become a link, and does not wait when
// it has become a pipe.
func openNoFollow(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
}
