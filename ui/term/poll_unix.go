//go:build unix

package term

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// readable reports whether f has something to read within wait.
func readable(f *os.File, wait time.Duration) bool {
	fds := []unix.PollFd{{Fd: int32(f.Fd()), Events: unix.POLLIN}}
	for end := time.Now().Add(wait); ; wait = time.Until(end) {
		n, err := unix.Poll(fds, max(int(wait/time.Millisecond), 0))
		if err != unix.EINTR {
			return n > 0
		}
	}
}
