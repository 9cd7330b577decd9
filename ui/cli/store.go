package cli

import "github.com/spf13/cobra"

func (r *run) storeCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "store", Short: "look into the engine that keeps the data",
		Args: words(1, 1, "stats, verify, salvage, backup, restore or clean"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return usagef("there is no 'store %s'; stats, verify, salvage, backup, restore and clean are there", args[0])
		},
	}
	cmd.AddCommand(r.storeStatsCommand(), r.verifyCommand(), r.salvageCommand(), r.backupCommand(), r.restoreCommand(), r.cleanCommand())
	return cmd
}
