package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"arbor/store"
)

func (r *run) storeStatsCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{Use: "stats", Short: "print what the store measured of itself", Args: words(0, 0, "no arguments"),
		Long: "Prints how large the store is and what it did. Counts and times begin when its owner opened it: ask while another arbor has it open.",
		RunE: func(*cobra.Command, []string) error { return r.storeStats(asJSON) }}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object")
	return cmd
}

// statsJSON is the line of `arbor store stats --json`.
type statsJSON struct {
	V   int    `json:"v"`
	Dir string `json:"dir"`
	store.Stats
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
		return json.NewEncoder(r.Out).Encode(statsJSON{jsonVersion, r.config.Dir, st})
	}
	return printStats(r.Out, r.config.Dir, st)
}

// printStats writes what is known for a person, in groups, the widest line for 80 columns.
func printStats(out io.Writer, dir string, st store.Stats) error {
	w := &rows{w: out}
	w.row("directory", "%s", dir)
	w.row("disk", "%s", st.Disk)
	if st.DiskNote != "" {
		w.row("", "no better one because %s", st.DiskNote)
	}
	w.row("process", "%s", ownership(st))
	if st.Damage != "" {
		w.row("damage", "%s", st.Damage)
	}
	w.group()
	w.row("keys", "%s", thousands(st.Keys))
	w.row("on disk", "%s in %s, %d spare", bytesText(st.DiskBytes), count(st.Segments, "segment", "segments"), st.SpareSegments)
	if st.LiveBytes > 0 {
		w.row("live", "%s, on disk %.2f times that", bytesText(st.LiveBytes), st.SpaceAmplification)
	}
	w.row("checkpoint", "%s, and %s of log to replay at the next open", bytesText(st.CheckpointBytes), bytesText(st.LogTail))
	w.row("snapshots", "%s", snapshotsText(st))
	w.row("log", "visible to %v, durable to %v, epoch %d", st.Visible, st.Durable, st.Epoch)
	if st.Role == "client" {
		w.counts(st)
	}
	if w.err != nil {
		return w.err
	}
	return printLatencies(out, st.Latency)
}

// counts writes what the owner did since it opened the store. This process, if it is the owner, did nothing.
func (w *rows) counts(st store.Stats) {
	w.group()
	w.row("commits", "%s of %s, %s in conflict", thousands(int64(st.Commits)), bytesText(st.UserBytes), thousands(int64(st.Conflicts)))
	times := ""
	if st.WriteAmplification > 0 {
		times = fmt.Sprintf(", %.2f times that,", st.WriteAmplification)
	}
	w.row("written", "%s%s in %s and %s", bytesText(st.WrittenBytes), times, count64(st.Flushes, "frame", "frames"), count64(st.Syncs, "sync", "syncs"))
	if st.MovedBytes > 0 {
		w.row("cleaned", "%s moved", bytesText(st.MovedBytes))
	}
	w.row("read", "%s, mapped files apart", bytesText(st.ReadBytes))
	if st.RingEnters > 0 {
		w.row("ring", "%s, %s", count64(st.RingEnters, "enter", "enters"), count64(st.RingEntries, "entry", "entries"))
	}
}

// rows writes names and what they are, and keeps the first error.
type rows struct {
	w   io.Writer
	err error
}

func (w *rows) row(name, format string, args ...any) {
	if w.err == nil {
		_, w.err = fmt.Fprintf(w.w, "%-11s %s\n", name, fmt.Sprintf(format, args...))
	}
}

func (w *rows) group() {
	if w.err == nil {
		_, w.err = fmt.Fprintln(w.w)
	}
}

func ownership(st store.Stats) string {
	switch st.Role {
	case "reader":
		return "reader of the files, which it changes in nothing"
	case "client":
		return fmt.Sprintf("client of process %d, which opened it %s ago", st.OwnerPID, timeText(st.Uptime))
	}
	return "owner, since just now: counts and times are kept while arbor is open"
}

func snapshotsText(st store.Stats) string {
	switch {
	case st.Snapshots == 0 && st.PinnedBytes == 0:
		return "none"
	case st.Snapshots == 0:
		return fmt.Sprintf("none, %s kept for views", bytesText(st.PinnedBytes))
	}
	s := fmt.Sprintf("%d, the oldest for %s", st.Snapshots, timeText(st.OldestSnapshot))
	if st.PinnedBytes > 0 {
		s += fmt.Sprintf("; %s kept for them", bytesText(st.PinnedBytes))
	}
	return s
}

// printLatencies writes a table of the operations that there were.
func printLatencies(out io.Writer, l store.Latencies) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	any := false
	for _, row := range []struct {
		name string
		l    store.Latency
	}{
		{"commit, durable", l.CommitDurable}, {"commit, visible", l.CommitVisible}, {"get", l.Get}, {"scan step", l.ScanStep},
		{"flush", l.Flush}, {"fetch", l.Fetch}, {"checkpoint", l.Checkpoint}, {"cleaning", l.Cleaning},
	} {
		if row.l.Count == 0 {
			continue
		}
		if !any {
			fmt.Fprint(w, "\ntook\ttimed\tp50\tp90\tp99\tp99.9\tmax\t\n")
		}
		any = true
		fmt.Fprintf(w, "%-15s\t%s\t", row.name, thousands(int64(row.l.Count)))
		for _, d := range []time.Duration{row.l.P50, row.l.P90, row.l.P99, row.l.P999, row.l.Max} {
			fmt.Fprintf(w, "%s\t", timeText(d))
		}
		fmt.Fprintln(w)
	}
	return w.Flush()
}

// timeText writes a duration for a person, to about three digits, in one unit or, from a minute on, in two.
func timeText(d time.Duration) string {
	unit := func(n time.Duration, name string) string { return fmt.Sprintf("%.3g%s", float64(d)/float64(n), name) }
	switch {
	case d < time.Microsecond:
		return fmt.Sprintf("%dns", d)
	case d < 999500*time.Nanosecond:
		return unit(time.Microsecond, "µs")
	case d < 999500*time.Microsecond:
		return unit(time.Millisecond, "ms")
	case d < time.Minute:
		return unit(time.Second, "s")
	case d < time.Hour:
		return fmt.Sprintf("%dm%02ds", d/time.Minute, d%time.Minute/time.Second)
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh%02dm", d/time.Hour, d%time.Hour/time.Minute)
	}
	return fmt.Sprintf("%dd%02dh", d/(24*time.Hour), d%(24*time.Hour)/time.Hour)
}

// thousands writes a count with a comma at every third digit.
func thousands(n int64) string {
	s := fmt.Sprint(n)
	var b strings.Builder
	for i, c := range s {
		if i > 0 && s[i-1] != '-' && (len(s)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(c)
	}
	return b.String()
}

// count64 is count for numbers that may be long.
func count64(n uint64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return thousands(int64(n)) + " " + many
}
