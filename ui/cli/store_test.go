package cli

import (
	"context"
	"errors"
	"os"
	"testing"

	"github.com/spf13/cobra"
)

// A long command is told of a signal, so that it can remove what it has begun.
func TestInterruptible(t *testing.T) {
	cmd := interruptible(&cobra.Command{RunE: func(cmd *cobra.Command, _ []string) error {
		self, err := os.FindProcess(os.Getpid())
		if err != nil {
			return err
		}
		if err := self.Signal(os.Interrupt); err != nil {
			t.Skip(err) // Windows has no such signal to send
		}
		<-cmd.Context().Done()
		return cmd.Context().Err()
	}})
	cmd.SetArgs(nil)
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	if err := cmd.ExecuteContext(t.Context()); !errors.Is(err, context.Canceled) || exitCode(err) != 130 {
		t.Error(err)
	}
}
