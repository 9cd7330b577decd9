//go:build unix

package store

import (
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// cpuTime is what the processors have worked for this process by now: unlike the time that has passed it does not count the work of others.
func cpuTime(t testing.TB) time.Duration {
	var u unix.Rusage
	must(t, unix.Getrusage(unix.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
