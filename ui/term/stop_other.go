//go:build !unix

package term

import "os"

func stopSignals() []os.Signal { return nil }

func isStop(os.Signal) bool { return false }

// Suspend does nothing where there is no job control.
func (s *Signals) Suspend() {}
