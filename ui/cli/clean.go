package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"arbor/store"
)

func (r *run) cleanCommand() *cobra.Command {
	return &cobra.Command{
		Use: "clean", Short: "give back the space that the store no longer needs",
		Long: "Rewrites what is still needed of segments that are mostly useless, and gives those back. The store does so by itself, in its own time; this does it now. Nothing that can be read is lost, and arbor can be in use meanwhile.",
		Args: words(0, 0, "no arguments"),
		RunE: func(cmd *cobra.Command, args []string) error { return r.storeClean(cmd.Context()) },
	}
}

func (r *run) storeClean(ctx context.Context) error {
	db, err := r.openStore()
	if err != nil {
		return err
	}
	before, after, err := clean(ctx, db)
	if err = errors.Join(err, db.Close()); err != nil {
		return err
	}
	kept := ""
	if after.PinnedBytes > 0 {
		kept = fmt.Sprintf("; %s of it is kept for who still reads it", bytesText(after.PinnedBytes))
	}
	r.say("%s before, %s now%s", bytesText(before.DiskBytes), bytesText(after.DiskBytes), kept)
	return nil
}

// clean cleans the store and returns what it says of itself before and after.
func clean(ctx context.Context, db *store.DB) (before, after store.Stats, err error) {
	for _, step := range []func() error{
		func() error { return again(func() (err error) { before, err = db.Stats(); return err }) },
		func() error { return again(func() error { return db.Clean(ctx) }) },
		func() error { return again(func() (err error) { after, err = db.Stats(); return err }) },
	} {
		if err := step(); err != nil {
			return before, after, err
		}
	}
	return before, after, nil
}
