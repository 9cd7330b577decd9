package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"arbor/store"
)

func (r *run) storeCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "store", Short: "look into the engine that keeps the data",
		Args: words(1, 1, "verify or stats"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return usagef("there is no 'store %s'; verify and stats are there", args[0])
		},
	}
	var asJSON bool
	stats := &cobra.Command{Use: "stats", Short: "print what the store measured of itself", Args: words(0, 0, "no arguments"),
		RunE: func(*cobra.Command, []string) error { return r.storeStats(asJSON) }}
	stats.Flags().BoolVar(&asJSON, "json", false, "one JSON object")
	cmd.AddCommand(stats, &cobra.Command{
		Use: "verify", Short: "read every byte, fold the log again and compare", Args: words(0, 0, "no arguments"), RunE: r.storeVerify})
	return cmd
}

// statsJSON is a line of `arbor store stats --json`.
type statsJSON struct {
	V           int       `json:"v"`
	Dir         string    `json:"dir"`
	Disk        string    `json:"disk"`
	DiskNote    string    `json:"disk_note,omitempty"`
	Role        string    `json:"role"`
	OwnerPID    int       `json:"owner_pid,omitempty"`
	Epoch       uint64    `json:"epoch"`
	Keys        int64     `json:"keys"`
	Visible     store.LSN `json:"visible_lsn"`
	Durable     store.LSN `json:"durable_lsn"`
	Segments    int       `json:"segments"`
	DiskBytes   int64     `json:"disk_bytes"`
	LogTail     int64     `json:"log_tail_bytes"`
	Commits     uint64    `json:"commits"`
	Conflicts   uint64    `json:"conflicts"`
	Flushes     uint64    `json:"flushes"`
	RingEnters  uint64    `json:"ring_enters"`
	RingEntries uint64    `json:"ring_entries"`
	Syncs       uint64    `json:"syncs"`
}

func (r *run) storeStats(asJSON bool) error {
	db, err := r.openStore()
	if err != nil {
		return err
	}
	var st store.Stats
	err = again(func() (err error) {
		st, err = db.Stats()
		return err
	})
	if err = errors.Join(err, db.Close()); err != nil {
		return err
	}
	if asJSON {
		return json.NewEncoder(r.Out).Encode(statsJSON{jsonVersion, r.config.Dir, st.Disk, st.DiskNote, st.Role, st.OwnerPID, st.Epoch, st.Keys, st.Visible, st.Durable,
			st.Segments, st.DiskBytes, st.LogTail, st.Commits, st.Conflicts, st.Flushes, st.RingEnters, st.RingEntries, st.Syncs})
	}
	w := tabwriter.NewWriter(r.Out, 0, 0, 2, ' ', 0)
	for _, row := range []struct {
		name  string
		value any
	}{
		{"directory", r.config.Dir}, {"disk", st.Disk}, {"role", st.Role}, {"keys", st.Keys}, {"segments", st.Segments},
		{"bytes on disk", st.DiskBytes}, {"bytes to replay at open", st.LogTail}, {"visible LSN", st.Visible}, {"durable LSN", st.Durable},
		{"epoch", st.Epoch}, {"commits", st.Commits}, {"conflicts", st.Conflicts}, {"flushes", st.Flushes},
		{"ring enters", st.RingEnters}, {"ring entries", st.RingEntries}, {"syncs", st.Syncs},
	} {
		fmt.Fprintf(w, "%s\t%v\n", row.name, row.value)
	}
	return w.Flush()
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
