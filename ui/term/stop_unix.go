//go:build unix

package term

import (
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

func stopSignals() []os.Signal { return []os.Signal{syscall.SIGTSTP} }

func isStop(s os.Signal) bool { return s == syscall.SIGTSTP }

// Suspend stops the process and its group as Ctrl-Z does, and returns when it goes on. Where no shell controls the group nobody would wake it,
// so it returns at once. It sends SIGSTOP: once a Go program has asked to be told of SIGTSTP, its handler stays and the default action does not
// come back.
func (s *Signals) Suspend() {
	if !controlled() {
		return
	}
	cont := make(chan os.Signal, 1)
	signal.Notify(cont, syscall.SIGCONT)
	defer signal.Stop(cont)
	if syscall.Kill(0, syscall.SIGSTOP) != nil {
		return
	}
	<-cont
}

// controlled reports whether a shell with job control started the process: its parent is in the same session and in another group.
func controlled() bool {
	parent := os.Getppid()
	mine, err := unix.Getsid(0)
	if err != nil {
		return false
	}
	its, err := unix.Getsid(parent)
	if err != nil || its != mine {
		return false
	}
	group, err := syscall.Getpgid(parent)
	return err == nil && group != syscall.Getpgrp()
}
