package cli

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strings"
	"sync"
	"syscall"

	"github.com/spf13/cobra"
)

// profileVariable names the directory into which the process writes what it spent its time and memory on.
const profileVariable = "ARBOR_PROFILE"

// How much of what blocks is counted: every wait of ten microseconds, and shorter ones in proportion; one in ten waits for a mutex.
const (
	blockRate     = 10_000
	mutexFraction = 10
)

// profiles are written besides that of the processor.
var profiles = [...]string{"heap", "allocs", "block", "mutex", "goroutine"}

// profile is the measuring of this process. A nil one measures nothing.
type profile struct {
	dir, name string // NAME-COMMAND-PID.pprof in dir
	cpu       bytes.Buffer
	signals   chan os.Signal
	once      sync.Once
	err       error
}

// ownSignals marks the commands that end by themselves, and in order, after a signal.
const ownSignals = "ends by itself after a signal"

// startProfile begins to measure what cmd will do, if the environment asks for it. Its files are written when stop is called, or when a
// signal ends the process.
func startProfile(lookup func(string) (string, bool), cmd *cobra.Command) (*profile, error) {
	dir, ok := lookup(profileVariable)
	if !ok || dir == "" {
		return nil, nil
	}
	command := strings.ReplaceAll(cmd.CommandPath(), " ", "-")
	p := &profile{dir: dir, name: fmt.Sprintf("%s-%d.pprof", command, os.Getpid()), signals: make(chan os.Signal, 1)}
	if err := p.write("cpu", func(*os.File) error { return nil }); err != nil { // now it is seen whether the directory takes files
		return nil, usagef("%s: %w", profileVariable, err)
	}
	runtime.SetBlockProfileRate(blockRate)
	runtime.SetMutexProfileFraction(mutexFraction)
	if err := pprof.StartCPUProfile(&p.cpu); err != nil {
		return nil, fmt.Errorf("%s: %w", profileVariable, err)
	}
	if cmd.Annotations[ownSignals] == "" {
		signal.Notify(p.signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
		go p.exit()
	}
	return p, nil
}

// exit waits for as long as the process lives, and ends it as a signal would, with its profiles written. The store is as after any other
// kill.
func (p *profile) exit() {
	s := <-p.signals
	if err := p.stop(); err != nil {
		fmt.Fprintf(os.Stderr, "arbor: %s\n", oneLine(err, ""))
	}
	number, _ := s.(syscall.Signal)
	os.Exit(128 + int(number))
}

// stop writes the profiles, once.
func (p *profile) stop() error {
	if p == nil {
		return nil
	}
	p.once.Do(func() {
		pprof.StopCPUProfile()
		errs := []error{p.write("cpu", func(f *os.File) error {
			_, err := f.Write(p.cpu.Bytes())
			return err
		})}
		runtime.GC() // so that the heap is what is in use
		for _, name := range profiles {
			errs = append(errs, p.write(name, func(f *os.File) error { return pprof.Lookup(name).WriteTo(f, 0) }))
		}
		p.err = errors.Join(errs...)
	})
	return p.err
}

func (p *profile) write(kind string, content func(*os.File) error) error {
	f, err := os.OpenFile(filepath.Join(p.dir, kind+"-"+p.name), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(content(f), f.Close())
}
