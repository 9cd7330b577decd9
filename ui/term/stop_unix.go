//go:build unix

package term

import (
	"errors"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

func stopSignals() []os.Signal { return []os.Signal{syscall.SIGTSTP} }

func isStop(s os.Signal) bool { return s == syscall.SIGTSTP }

// ErrNoShell says that nobody would let the process go on again if it stopped.
var ErrNoShell = errors.New("there is no shell to go back to")

// Suspend stops the process and its group as Ctrl-Z does, and returns when it goes on. It stops them by SIGSTOP, because Go never gives a signal
// that was caught its first meaning again. SIGSTOP works without job control too, where nobody would end it: there, in the group of the session's
// leader, Suspend refuses.
func (s *Signals) Suspend() error {
	if session, err := unix.Getsid(0); err != nil || session == unix.Getpgrp() {
		return ErrNoShell
	}
	cont := make(chan os.Signal, 1)
	signal.Notify(cont, syscall.SIGCONT)
	defer signal.Stop(cont)
	if err := syscall.Kill(0, syscall.SIGSTOP); err != nil {
		return err
	}
	<-cont
	return nil
}
