package term

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

// SignalError says that a signal ended the interface.
type SignalError struct{ Signal syscall.Signal }

func (e *SignalError) Error() string { return fmt.Sprintf("ended by signal: %v", e.Signal) }

// ExitCode returns what a shell expects of a program that a signal ended.
func (e *SignalError) ExitCode() int { return 128 + int(e.Signal) }

// Signals waits for the signals that end or stop a program.
type Signals struct {
	c          chan os.Signal
	quit, done chan struct{}
}

// Watch calls end once, for the first signal that asks the program to end, and stop for each that asks it to stop for a while, until Close.
func Watch(end func(*SignalError), stop func()) *Signals {
	s := &Signals{c: make(chan os.Signal, 4), quit: make(chan struct{}), done: make(chan struct{})}
	signal.Notify(s.c, append(stopSignals(), syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)...)
	go s.loop(end, stop)
	return s
}

func (s *Signals) loop(end func(*SignalError), stop func()) {
	defer close(s.done)
	for {
		select {
		case <-s.quit:
			return
		case sig := <-s.c:
			if isStop(sig) {
				stop()
				continue
			}
			if sys, ok := sig.(syscall.Signal); ok {
				end(&SignalError{sys})
			}
			return
		}
	}
}

// Close ends the watch and waits for its goroutine.
func (s *Signals) Close() {
	signal.Stop(s.c)
	close(s.quit)
	<-s.done
}
