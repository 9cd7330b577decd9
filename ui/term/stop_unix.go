//go:build unix

package term

import (
	"os"
	"os/signal"
	"syscall"
	"time"
)

func stopSignals() []os.Signal { return []os.Signal{syscall.SIGTSTP} }

func isStop(s os.Signal) bool { return s == syscall.SIGTSTP }

// Suspend stops the process and its group as Ctrl-Z does, and returns when it goes on. In a group that no shell controls the kernel ignores the
// request; then it returns after a moment.
func (s *Signals) Suspend() {
	cont := make(chan os.Signal, 1)
	signal.Notify(cont, syscall.SIGCONT)
	defer signal.Stop(cont)
	signal.Reset(syscall.SIGTSTP)
	defer signal.Notify(s.c, syscall.SIGTSTP)
	if syscall.Kill(0, syscall.SIGTSTP) != nil {
		return
	}
	select {
	case <-cont:
	case <-time.After(200 * time.Millisecond):
	}
}
