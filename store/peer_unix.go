//go:build unix

package store

import (
	"os"
	"syscall"
)

// isOwn reports whether a file belongs to this user and is closed to others.
func isOwn(info os.FileInfo) bool {
	s, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(s.Uid) == os.Geteuid() && info.Mode().Perm()&0o077 == 0
}
