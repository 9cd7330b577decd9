package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"arbor/model"
	"arbor/store"
)

func (r *run) salvageCommand() *cobra.Command {
	var opt store.SalvageOptions
	var asJSON bool
	cmd := &cobra.Command{
		Use: "salvage", Short: "make a whole store of a damaged one, and say what is lost",
		Long: "Reads the files of a store that nobody has open, and makes a new one of everything in them that can be proved: it takes the place of the damaged one, which is kept " +
			"beside it, unchanged. What the log of the tree still tells is made again from it; what is lost, or older than it was, is listed. The salvaged store counts as another device. 'arbor store verify' says whether that is needed.",
		Args: words(0, 0, "no arguments"),
		RunE: func(cmd *cobra.Command, args []string) error { return r.storeSalvage(cmd.Context(), opt, asJSON) },
	}
	f := cmd.Flags()
	f.BoolVar(&opt.DryRun, "dry-run", false, "only say what would be saved and what is lost")
	f.StringVar(&opt.To, "to", "", "make the new store in `DIR`, leave the damaged one as it is")
	f.BoolVar(&asJSON, "json", false, "one JSON object")
	return cmd
}

func (r *run) storeSalvage(ctx context.Context, opt store.SalvageOptions, asJSON bool) error {
	if err := r.mustExist(); err != nil {
		return err
	}
	p := r.newProgress()
	opt.IO, opt.Progress, opt.Keyspaces, opt.Mend = r.config.IO, p.show, model.Keyspaces(), mend
	report, err := store.Salvage(ctx, r.config.Dir, opt)
	p.clear()
	switch {
	case errors.Is(err, store.ErrNotEmpty):
		return refusedf("%s holds something already; --to names another directory", opt.To)
	case errors.Is(err, store.ErrCorrupt):
		return fmt.Errorf("%v; nothing was changed", err) // without the advice to salvage it
	case err != nil && opt.To != "":
		return inDir(opt.To, err)
	case err != nil:
		return err
	}
	if asJSON {
		if err := newEncoder(r.Out).Encode(salvageLine(report)); err != nil {
			return err
		}
	} else if err := printSalvaged(r.Out, report); err != nil {
		return err
	}
	keys := count(int(report.Keys), "key", "keys")
	switch {
	case opt.DryRun:
		r.say("%s can be saved; nothing was changed", keys)
	case report.Kept != "":
		r.say("%s saved to %s; the store as it was is kept in %s", keys, report.Made, report.Kept)
	default:
		r.say("%s saved to %s", keys, report.Made)
	}
	return nil
}

// mend makes the tree's state again from its log, if some of it is lost and the log is not.
func mend(ctx context.Context, db *store.DB, report *store.SalvageReport) error {
	if len(report.Lost)+len(report.Stale) == 0 || len(report.Blind) > 0 || report.EndUnknown {
		return nil
	}
	_, err := model.Refold(ctx, db)
	if errors.Is(err, model.ErrLog) || errors.Is(err, store.ErrNotFound) {
		report.Notes = append(report.Notes, err.Error()+": what is lost of the tree's state cannot be made again")
		return nil
	}
	if err != nil {
		return err
	}
	again := func(k store.Key) bool { return slices.Contains(model.Keyspaces(), k.Keyspace) }
	for _, k := range slices.Concat(report.Lost, report.Stale) {
		if again(k) {
			report.Notes = append(report.Notes, keyText(k.Keyspace, k.Key)+" could not be read, and was made again from the tree's log")
		}
	}
	report.Lost, report.Stale = slices.DeleteFunc(report.Lost, again), slices.DeleteFunc(report.Stale, again)
	return nil
}

// printSalvaged lists what was found, the worst last.
func printSalvaged(out io.Writer, report store.SalvageReport) error {
	w := &firstError{w: out}
	w.say("%s, %s, %s read", count(int(report.Segments), "segment", "segments"), count(int(report.Frames), "whole frame", "whole frames"),
		count(int(report.Changes), "change", "changes"))
	for _, n := range report.Notes {
		w.say("%s", n)
	}
	for _, x := range report.Ranges {
		w.say("%s", rangeText(x))
	}
	for _, t := range report.Torn {
		w.say("%s at offset %d: a transaction of which %d of %d changes can be proved; those are kept", t.File, t.Offset, t.Kept, t.Of)
	}
	for _, b := range report.Blind {
		w.say("%s may have older values, be missing, or be back after they were deleted: what was written to them last cannot be read", blindText(b))
	}
	for _, k := range report.Stale {
		w.say("older: %s; its last value cannot be read", keyText(k.Keyspace, k.Key))
	}
	for _, k := range report.Lost {
		w.say("lost: %s", keyText(k.Keyspace, k.Key))
	}
	if report.Whole() {
		w.say("nothing is lost")
	}
	if !report.Closed && !report.EndUnknown {
		w.say("the store was not closed: of the very last writes, behind %v in the log, a part may be lost without a trace, as after any crash", report.Durable)
	}
	return w.err
}

// firstError writes lines until an error.
type firstError struct {
	w   io.Writer
	err error
}

func (w *firstError) say(format string, args ...any) {
	if w.err == nil {
		_, w.err = fmt.Fprintf(w.w, format+"\n", args...)
	}
}

func rangeText(x store.LostRange) string {
	text := fmt.Sprintf("%s at offset %d", x.File, x.Offset)
	if x.Bytes > 0 {
		text += fmt.Sprintf(": %d bytes are no whole frame", x.Bytes)
	}
	if x.Cause != nil {
		text += " (" + x.Cause.Error() + ")"
	}
	switch {
	case x.Harmless:
		return text + "; all that was in them can be proved"
	case x.Proved > 0:
		return text + fmt.Sprintf("; %s in them can be proved and are kept", count(x.Proved, "change", "changes"))
	}
	return text
}

func blindText(k store.KeyRange) string {
	if k.From == nil && k.To == nil {
		return "any keys"
	}
	return fmt.Sprintf("any keys from %q to %q", k.From, k.To)
}

// keyText names a key of the store: of those that a node has, by the node.
func keyText(keyspace string, key []byte) string {
	if what, id, ok := model.KeyOf(keyspace, key); ok {
		return fmt.Sprintf("the %s of node %v", what, id)
	}
	if keyspace == "" {
		return fmt.Sprintf("key %q", key)
	}
	return fmt.Sprintf("key %q in %s", key, keyspace)
}

// salvageJSON is what `arbor store salvage --json` prints.
type salvageJSON struct {
	V          int         `json:"v"`
	Segments   int64       `json:"segments"`
	Frames     int64       `json:"frames"`
	Changes    int64       `json:"changes"`
	Keys       int64       `json:"keys"`
	Whole      bool        `json:"whole"`
	Closed     bool        `json:"closed"`
	EndUnknown bool        `json:"end_unknown,omitempty"`
	Lost       []keyJSON   `json:"lost,omitempty"`
	Older      []keyJSON   `json:"older,omitempty"`
	Unsure     []blindJSON `json:"unsure,omitempty"`
	Torn       []tornJSON  `json:"torn,omitempty"`
	Ranges     []rangeJSON `json:"ranges,omitempty"`
	Notes      []string    `json:"notes,omitempty"`
	Made       string      `json:"made,omitempty"`
	Kept       string      `json:"kept,omitempty"`
}

type keyJSON struct {
	Keyspace string `json:"keyspace,omitempty"`
	Key      []byte `json:"key"`
	Says     string `json:"says"`
}

type blindJSON struct {
	From []byte `json:"from,omitempty"`
	To   []byte `json:"to,omitempty"`
}

type tornJSON struct {
	File   string `json:"file"`
	Offset int64  `json:"offset"`
	Kept   int    `json:"kept"`
	Of     int    `json:"of"`
}

type rangeJSON struct {
	File     string `json:"file"`
	Offset   int64  `json:"offset"`
	Bytes    int64  `json:"bytes"`
	Proved   int    `json:"proved"`
	Harmless bool   `json:"harmless"`
	Says     string `json:"says"`
}

func salvageLine(r store.SalvageReport) salvageJSON {
	line := salvageJSON{V: jsonVersion, Segments: r.Segments, Frames: r.Frames, Changes: r.Changes, Keys: r.Keys, Whole: r.Whole(), Closed: r.Closed,
		EndUnknown: r.EndUnknown, Notes: r.Notes, Made: r.Made, Kept: r.Kept}
	keys := func(list []store.Key) (out []keyJSON) {
		for _, k := range list {
			out = append(out, keyJSON{k.Keyspace, k.Key, keyText(k.Keyspace, k.Key)})
		}
		return out
	}
	line.Lost, line.Older = keys(r.Lost), keys(r.Stale)
	for _, b := range r.Blind {
		line.Unsure = append(line.Unsure, blindJSON{b.From, b.To})
	}
	for _, t := range r.Torn {
		line.Torn = append(line.Torn, tornJSON{t.File, t.Offset, t.Kept, t.Of})
	}
	for _, x := range r.Ranges {
		line.Ranges = append(line.Ranges, rangeJSON{x.File, x.Offset, x.Bytes, x.Proved, x.Harmless, rangeText(x)})
	}
	return line
}
