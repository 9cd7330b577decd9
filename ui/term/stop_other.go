//go:build !unix

package term

import (
	"errors"
	"os"
)

func stopSignals() []os.Signal { return nil }

func isStop(os.Signal) bool { return false }

// ErrNoShell says that nobody would let the process go on again if it stopped.
var ErrNoShell = errors.New("this system has no job control")

// Suspend stops nothing where there is no job control.
func (s *Signals) Suspend() error { return ErrNoShell }
