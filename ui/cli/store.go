package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"arbor/store"
)

func (r *run) storeCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "store", Short: "look into the engine that keeps the data",
		Args: words(1, 1, "stats, verify, backup or restore"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return usagef("there is no 'store %s'; stats, verify, backup and restore are there", args[0])
		},
	}
	cmd.AddCommand(r.storeStatsCommand(), &cobra.Command{
		Use: "verify", Short: "read every byte, fold the log again and compare", Args: words(0, 0, "no arguments"), RunE: r.storeVerify},
		r.backupCommand(), r.restoreCommand())
	return cmd
}

// storeVerify reads the store byte by byte, then has the model fold its log again.
func (r *run) storeVerify(cmd *cobra.Command, args []string) error {
	db, err := r.openStore()
	if err != nil {
		return err
	}
	if err := r.verify(cmd, db); err != nil {
		return errors.Join(err, db.Close())
	}
	s, err := r.openTree(db, r.config.Dir)
	if err != nil {
		return err
	}
	if err := s.close(again(func() error { return s.Tree.Verify(cmd.Context()) })); err != nil {
		return err
	}
	_, err = fmt.Fprintln(r.Out, "the state is what the log says")
	return err
}

// verify reads the store and says what is damaged.
func (r *run) verify(cmd *cobra.Command, db *store.DB) error {
	var report store.VerifyReport
	err := again(func() (err error) {
		report, err = db.Verify(cmd.Context())
		return err
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(r.Out, "%d segments, %d frames, %d records, %d keys, %d bytes\n", report.Segments, report.Frames, report.Records, report.Keys, report.Bytes)
	for _, damage := range report.Damage {
		fmt.Fprintln(r.Out, damage)
	}
	if n := len(report.Damage); n > 0 {
		return fmt.Errorf("%s in %s; nothing was overwritten, keep a copy of the directory", count(n, "damaged place", "damaged places"), r.config.Dir)
	}
	return nil
}
