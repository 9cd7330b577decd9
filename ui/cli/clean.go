package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"arbor/store"
)

func (r *run) cleanCommand() *cobra.Command {
	return &cobra.Command{
		Use: "clean", Short: "give back the space that the store no longer needs",
		Long: "The store does so by itself, in its own time; this does it now, as far as it is worth it. Nothing that can be read is lost, and arbor can be in use meanwhile.",
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
	r.say("%s before, %s now", bytesText(before), bytesText(after))
	return nil
}

// clean cleans the store and returns the bytes of its files, before and after.
func clean(ctx context.Context, db *store.DB) (before, after int64, err error) {
	for _, step := range []func() error{
		func() error { return again(func() (err error) { before, err = diskBytes(db); return err }) },
		func() error { return again(func() error { return db.Clean(ctx) }) },
		func() error { return again(func() (err error) { after, err = diskBytes(db); return err }) },
	} {
		if err := step(); err != nil {
			return before, after, err
		}
	}
	return before, after, nil
}

func diskBytes(db *store.DB) (int64, error) {
	st, err := db.Stats()
	return st.DiskBytes, err
}
