package cli

import (
	"context"
	"os"
	"os/signal"
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

// interruptible has a signal cancel the context of cmd, so that it removes what it has begun; a second one ends the process at once.
func interruptible(cmd *cobra.Command) *cobra.Command {
	cmd.Annotations = map[string]string{ownSignals: "yes"}
	runE := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		context.AfterFunc(ctx, stop)
		cmd.SetContext(ctx)
		return runE(cmd, args)
	}
	return cmd
}
