package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"syscall"
	"testing"

	"github.com/spf13/cobra"
)

// A long command is told of a signal, so that it can remove what it has begun.
func TestInterruptible(t *testing.T) {
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		cmd := interruptible(&cobra.Command{RunE: func(cmd *cobra.Command, _ []string) error {
			self, err := os.FindProcess(os.Getpid())
			if err != nil {
				return err
			}
			if err := self.Signal(s); err != nil {
				t.Skip(err) // Windows has no such signal to send
			}
			silent, end := io.Pipe() // also while it waits for what does not come
			defer end.Close()
			_, err = io.ReadAll(untilDone{cmd.Context(), silent})
			return err
		}})
		cmd.SetArgs(nil)
		cmd.SilenceErrors, cmd.SilenceUsage = true, true
		if err := cmd.ExecuteContext(t.Context()); !errors.Is(err, context.Canceled) || exitCode(err) != 128+int(s) {
			t.Errorf("%v: %v, exit code %d", s, err, exitCode(err))
		}
	}
}
