package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"arbor/store"
)

func (r *run) verifyCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "verify", Short: "read every byte, fold the log again and compare",
		Long: "Reads all files and proves every checksum in them, replays the engine's log and compares the index with it, reads every value, and then folds the tree's own log again. " +
			"It says what is damaged, what that means and what to do. It can be run while arbor is in use. The exit code is 1 if anything is damaged.",
		Args: words(0, 0, "no arguments"),
		RunE: func(cmd *cobra.Command, args []string) error { return r.storeVerify(cmd, asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object")
	return cmd
}

// storeVerify reads the store byte by byte, then has the model fold its log again.
func (r *run) storeVerify(cmd *cobra.Command, asJSON bool) error {
	db, err := r.openStore()
	if errors.Is(err, store.ErrCorrupt) {
		return fmt.Errorf("%v; nothing was overwritten; 'arbor store salvage' makes a whole store of what is left", err) // this is who would say more
	}
	if err != nil {
		return err
	}
	report, err := r.verify(cmd, db)
	if err == nil && asJSON {
		err = newEncoder(r.Out).Encode(verifyLine(report))
	} else if err == nil {
		err = r.printVerified(report)
	}
	if err == nil {
		err = r.harm(report)
	}
	if err != nil {
		return errors.Join(err, db.Close())
	}
	s, err := r.openTree(db, r.config.Dir)
	if err != nil {
		return err
	}
	if err := s.close(again(func() error { return s.Tree.Verify(cmd.Context()) })); err != nil {
		return err
	}
	if !asJSON {
		_, err = fmt.Fprintln(r.Out, "the state is what the log says")
	}
	return err
}

// verify reads the store; where a person looks on it says how far it is.
func (r *run) verify(cmd *cobra.Command, db *store.DB) (report store.VerifyReport, err error) {
	p := r.newProgress()
	err = again(func() (err error) {
		report, err = db.VerifyWith(cmd.Context(), store.VerifyOptions{Progress: p.show})
		return err
	})
	p.clear()
	return report, err
}

func (r *run) printVerified(report store.VerifyReport) error {
	fmt.Fprintf(r.Out, "%s, %s, %s, %s, %s, %s\n", count(int(report.Segments), "segment", "segments"), count(int(report.Frames), "frame", "frames"),
		count(int(report.Records), "record", "records"), count(int(report.Changes), "change", "changes"), count(int(report.Keys), "key", "keys"), bytesText(report.Bytes))
	for at, all := 0, report.Damage; at < len(all); {
		n := samePlace(all[at:])
		fmt.Fprintln(r.Out, all[at])
		for _, d := range all[at:min(at+n, at+maxMeanings)] {
			fmt.Fprintf(r.Out, "    %s\n", means(d))
		}
		if n > maxMeanings {
			fmt.Fprintf(r.Out, "    and %s like it, which --json lists\n", thousands(int64(n-maxMeanings)))
		}
		at += n
	}
	for _, name := range report.Unexpected {
		if _, err := fmt.Fprintf(r.Out, "%s is not the store's; it is left alone\n", name); err != nil {
			return err
		}
	}
	return nil
}

// maxMeanings bounds what is said of one place: a segment that is gone may take thousands of values with it.
const maxMeanings = 10

// samePlace returns how many of the damages, from the first on, have the same place.
func samePlace(all []store.Damage) int {
	n := 1
	for n < len(all) && all[n].Error() == all[0].Error() {
		n++
	}
	return n
}

// means says what a damaged place means for who uses the store.
func means(d store.Damage) string {
	switch d.Harm {
	case store.HarmNone:
		return "nothing is lost by it"
	case store.HarmIndex:
		return "nothing is lost: the index is made again from the log"
	case store.HarmLog:
		return "nothing is lost as long as the index is whole, but the log alone no longer gives what stood here"
	case store.HarmValue:
		return keyText(d.Keyspace, d.Key) + " cannot be read"
	}
	return "what was written from here on is lost or cannot be reached; the store takes no more changes"
}

// harm is the error that tells what to do about damage, nil if there is none.
func (r *run) harm(report store.VerifyReport) error {
	if len(report.Damage) == 0 {
		return nil
	}
	worst, places := store.HarmNone, 0
	for at, all := 0, report.Damage; at < len(all); at += samePlace(all[at:]) {
		places++
	}
	for _, d := range report.Damage {
		worst = max(worst, d.Harm)
	}
	todo := "nothing was overwritten; 'arbor store salvage' makes a whole store of what is left, says what is lost, and keeps the damaged one"
	switch worst {
	case store.HarmNone:
		todo = "nothing needs to be done"
	case store.HarmIndex:
		todo = "leave every arbor that is open; the next one makes the index again"
	case store.HarmLog:
		todo = "everything can be read: make a backup now with 'arbor store backup FILE', then put it in the place of the store with 'arbor store restore FILE --replace'"
	}
	return fmt.Errorf("%s in %s; %s", count(places, "damaged place", "damaged places"), r.config.Dir, todo)
}

// verifiedJSON is what `arbor store verify --json` prints.
type verifiedJSON struct {
	V          int          `json:"v"`
	Segments   int64        `json:"segments"`
	Frames     int64        `json:"frames"`
	Records    int64        `json:"records"`
	Changes    int64        `json:"changes"`
	Keys       int64        `json:"keys"`
	Bytes      int64        `json:"bytes"`
	Damage     []damageJSON `json:"damage"`
	Unexpected []string     `json:"unexpected,omitempty"`
}

type damageJSON struct {
	File     string `json:"file"`
	Offset   int64  `json:"offset"`
	Says     string `json:"says"`
	Harm     string `json:"harm"`
	Means    string `json:"means"`
	Keyspace string `json:"keyspace,omitempty"`
	Key      []byte `json:"key,omitempty"`
}

var harmNames = map[store.Harm]string{
	store.HarmNone: "none", store.HarmIndex: "index", store.HarmLog: "log", store.HarmValue: "value", store.HarmLost: "lost",
}

func verifyLine(report store.VerifyReport) verifiedJSON {
	line := verifiedJSON{V: jsonVersion, Segments: report.Segments, Frames: report.Frames, Records: report.Records, Changes: report.Changes,
		Keys: report.Keys, Bytes: report.Bytes, Damage: []damageJSON{}, Unexpected: report.Unexpected}
	for _, d := range report.Damage {
		line.Damage = append(line.Damage, damageJSON{File: d.Err.File, Offset: d.Err.Offset, Says: d.Error(), Harm: harmNames[d.Harm], Means: means(d),
			Keyspace: d.Keyspace, Key: d.Key})
	}
	return line
}
