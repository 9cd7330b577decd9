package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"

	"github.com/spf13/cobra"
)

func (r *run) storeCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "store", Short: "look into the engine that keeps the data",
		Args: words(1, 1, "stats, verify, salvage, backup, restore or clean"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return usagef("there is no 'store %s'; stats, verify, salvage, backup, restore and clean are there", args[0])
		},
	}
	cmd.AddCommand(r.storeStatsCommand())
	for _, long := range []*cobra.Command{r.verifyCommand(), r.salvageCommand(), r.backupCommand(), r.restoreCommand(), r.cleanCommand()} {
		cmd.AddCommand(interruptible(long))
	}
	return cmd
}

// interruptible has a signal cancel the context of cmd, so that it removes what it has begun; a second one ends the process at once. The exit
// code is that of the signal.
func interruptible(cmd *cobra.Command) *cobra.Command {
	cmd.Annotations = map[string]string{ownSignals: "yes"}
	runE := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		ctx, cancel := context.WithCancel(cmd.Context())
		defer cancel()
		signals := make(chan os.Signal, 1)
		signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
		defer signal.Stop(signals)
		var number atomic.Int64
		go func() {
			select {
			case s := <-signals:
				signal.Stop(signals)
				if n, ok := s.(syscall.Signal); ok {
					number.Store(int64(n))
				}
				cancel()
			case <-ctx.Done():
			}
		}()
		cmd.SetContext(ctx)
		err := runE(cmd, args)
		if n := number.Load(); n != 0 && errors.Is(err, context.Canceled) {
			err = &coded{128 + int(n), err}
		}
		return err
	}
	return cmd
}

// untilDone reads from r until ctx ends, also where r has nothing to say, as a silent pipe.
type untilDone struct {
	ctx context.Context
	r   io.Reader
}

// Read reads into a buffer of its own: what is given up may still be written to when something comes.
func (u untilDone) Read(p []byte) (int, error) {
	type result struct {
		b   []byte
		err error
	}
	done := make(chan result, 1)
	b := make([]byte, len(p))
	go func() {
		n, err := u.r.Read(b)
		done <- result{b[:n], err}
	}()
	select {
	case x := <-done:
		return copy(p, x.b), x.err
	case <-u.ctx.Done():
		return 0, u.ctx.Err()
	}
}
