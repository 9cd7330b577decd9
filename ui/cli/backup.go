package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"arbor/store"
)

func (r *run) backupCommand() *cobra.Command {
	return &cobra.Command{
		Use: "backup FILE", Short: "write all of the store to a file; - is standard output",
		Long: "Writes all of the store, as of this moment, to FILE, or to standard output if that is -. Arbor can be in use meanwhile. FILE is replaced whole or not at all. " +
			"'arbor store restore FILE' makes a store of it.",
		Args: words(1, 1, "a file to write; - is standard output"),
		RunE: func(cmd *cobra.Command, args []string) error { return r.storeBackup(cmd.Context(), args[0]) },
	}
}

func (r *run) storeBackup(ctx context.Context, name string) error {
	file, special, err := output(name)
	if err != nil {
		return err
	}
	if special != nil {
		defer special.Close() // a pipe or a device: what was written is with its reader
		r.Out = special
	} else if file == "" && r.Terminal.Out {
		return usagef("a backup is not for a terminal; name a file, or a program that reads it: 'arbor store backup - | ...'")
	}
	if file != "" && sameFile(filepath.Dir(file), r.config.Dir) {
		return refusedf("%s is in the directory of the store, and would be lost with it; name a file elsewhere", file)
	}
	db, err := r.openStore()
	if err != nil {
		return err
	}
	report, damage, err := r.backup(ctx, db, file)
	if err = errors.Join(err, db.Close()); err != nil {
		return err
	}
	if damage != "" {
		return fmt.Errorf("this is a backup of what is left of the store, not of all of it: %s", damage)
	}
	r.say("%s, %s", count(int(report.Keys), "key", "keys"), bytesText(report.Bytes))
	return nil
}

func sameFile(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}

// backup writes the backup to the file, or to standard output if it is "". damage tells that the store has lost something.
func (r *run) backup(ctx context.Context, db *store.DB, file string) (report store.BackupReport, damage string, err error) {
	var st store.Stats
	if err = again(func() (err error) { st, err = db.Stats(); return err }); err != nil {
		return report, "", err
	}
	if file == "" {
		report, err = db.Backup(ctx, r.Out)
		return report, st.Damage, err
	}
	if _, err := os.Stat(file); err == nil && st.Damage != "" {
		return report, "", refusedf("%s is there, and may hold what the store has lost; name another file", file)
	}
	err = again(func() error {
		return replaceFile(file, func(out io.Writer) (err error) {
			report, err = db.Backup(ctx, out)
			return err
		})
	})
	return report, st.Damage, err
}

func (r *run) restoreCommand() *cobra.Command {
	var to string
	var opt store.RestoreOptions
	cmd := &cobra.Command{
		Use: "restore FILE", Short: "make a store of a backup; - is standard input",
		Long: "Makes a store of what 'arbor store backup' wrote, or reads that from standard input if FILE is -. The backup is proved whole before the store takes its name; a damaged one changes nothing. The restored store counts as another device. Where a store is already, " +
			"nothing is done, unless --replace is given.",
		Args: words(1, 1, "a backup to read; - is standard input"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if to == "" {
				to = r.config.Dir
			}
			return r.storeRestore(cmd.Context(), args[0], to, opt)
		},
	}
	cmd.Flags().StringVar(&to, "to", "", "make the store in `DIR`, not where the settings say")
	cmd.Flags().BoolVar(&opt.Replace, "replace", false, "replace the store, which is kept under another name")
	return cmd
}

func (r *run) storeRestore(ctx context.Context, name, dir string, opt store.RestoreOptions) error {
	in := r.In
	if name != "-" {
		f, err := r.openFile(name)
		if err != nil {
			return err
		}
		defer f.Close() // opened for reading alone
		in = f
	} else if r.Terminal.In {
		return usagef("a backup cannot be typed; name a file, or let a program write it: '... | arbor store restore -'")
	}
	if name == "-" {
		in = untilDone{ctx, in}
	}
	opt.IO = r.config.IO
	report, err := store.Restore(ctx, in, dir, opt)
	var damage *store.CorruptError
	switch {
	case errors.Is(err, store.ErrNotEmpty):
		return refusedf("%s holds something already; --to names another directory, --replace keeps what is there under another name", dir)
	case errors.Is(err, store.ErrNoStore):
		return refusedf("%s holds something that is no store; --to names another directory", dir)
	case errors.As(err, &damage):
		return fmt.Errorf("nothing was restored: %v", err) // the advice on a damaged store is not for this file
	case err != nil:
		return inDir(dir, err)
	}
	if report.Kept != "" {
		r.say("the store that was there is kept in %s", report.Kept)
	}
	r.say("%s, %s, restored to %s", count(int(report.Keys), "key", "keys"), bytesText(report.Bytes), dir)
	return nil
}
