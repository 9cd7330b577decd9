package cli

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/clipperhouse/displaywidth"
	"github.com/spf13/cobra"

	"arbor/model"
	"arbor/store"
)

func (r *run) doctorCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "doctor", Short: "say how arbor fares here: store, disk, terminal, settings", Args: words(0, 0, "no arguments"),
		RunE: func(*cobra.Command, []string) error { return r.doctor(asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	return cmd
}

// finding is one line of the doctor's.
type finding struct {
	V    int    `json:"v"`
	What string `json:"what"`
	Says string `json:"says"`
	Hint string `json:"hint,omitempty"` // what to do, if anything
	OK   bool   `json:"ok"`
}

func (r *run) doctor(asJSON bool) error {
	findings, ill := r.examine()
	enc := newEncoder(r.Out)
	for _, f := range findings {
		f.V = jsonVersion
		err := error(nil)
		if asJSON {
			err = enc.Encode(f)
		} else {
			err = r.printFinding(f)
		}
		if err != nil {
			return err
		}
	}
	return ill
}

func (r *run) printFinding(f finding) error {
	mark := "ok"
	if !f.OK {
		mark = "!!"
	}
	_, err := fmt.Fprintf(r.Out, "%s  %-9s %s\n", mark, f.What, f.Says)
	if err == nil && f.Hint != "" {
		_, err = fmt.Fprintf(r.Out, "    %-9s %s\n", "", f.Hint)
	}
	return err
}

// examine returns what there is to say, and an error if the store cannot be used, or not whole.
func (r *run) examine() ([]finding, error) {
	all := []finding{{What: "arbor", Says: r.Version, OK: true}}
	all = append(all, r.examineConfig()...)
	all = append(all, r.examineLeftovers()...)
	s, err := r.openWith(r.config.Dir, store.Options{IO: r.config.IO})
	if err != nil {
		all = append(all, finding{What: "store", Says: oneLine(err, r.config.Dir)})
		return append(all, r.examineTerminal()...), err
	}
	st, err := s.stats()
	var tree []finding
	if err == nil && st.Damage == "" {
		tree, err = examineTree(s)
	}
	if err = s.close(err); err != nil {
		return append(all, finding{What: "store", Says: oneLine(err, r.config.Dir)}), err
	}
	all = append(all,
		finding{What: "store", Says: fmt.Sprintf("%s: %s, %s", r.config.Dir, count(int(st.Keys), "key", "keys"), bytesText(st.DiskBytes)), OK: true},
		diskFinding(st),
		roleFinding(st),
	)
	if st.Damage != "" {
		all = append(all, finding{What: "damage", Says: st.Damage, Hint: "nothing is written over it; 'arbor store verify' lists what is wrong, 'arbor store salvage' makes a whole store of what is left"})
		err = errors.New(st.Damage)
	}
	all = append(all, tree...)
	return append(all, r.examineTerminal()...), err
}

// examineTree finds what is odd in the tree itself: nodes that wait for each other, so that none can be begun.
func examineTree(s *Session) (all []finding, err error) {
	err = again(func() error {
		return s.Tree.View(func(v *model.View) error {
			cycles, err := v.DependCycles()
			all = nil
			for _, c := range cycles {
				all = append(all, finding{What: "circle", Says: printable(model.CycleText(c.Texts)),
					Hint: fmt.Sprintf("none of them can be begun; 'arbor depend %s off:%s' opens it", c.Path[0], c.Path[1%len(c.Path)])})
			}
			return err
		})
	})
	return all, err
}

// examineLeftovers finds what a restore or a salvage that was cut short has left beside the store.
func (r *run) examineLeftovers() []finding {
	left, err := store.Leftovers(r.config.Dir)
	if err != nil {
		return nil // then neither can the store be looked at, which is said
	}
	var all []finding
	for _, l := range left {
		f := finding{What: "left over", Says: l.Path + " is a whole store, which was to take the place of this one or had it before",
			Hint: "look into it with --dir; when this one has all you want, remove it"}
		if l.Unfinished {
			f.Says, f.Hint = l.Path+" is what a restore or salvage that was cut short has left", "it is of no use; remove it"
		}
		all = append(all, f)
	}
	return all
}

// diskFinding names the disk in use, and says why not a better one and how to have it.
func diskFinding(st store.Stats) finding {
	f := finding{What: "disk", Says: st.Disk, OK: true}
	switch st.Disk {
	case "uring":
		f.Says += ": io_uring, writes bypass the page cache"
	case "direct":
		f.Says += ": writes bypass the page cache"
	case "buffered":
		f.Says += ": writes go through the page cache and are synced"
	}
	if st.DiskNote != "" {
		f.Hint = "no better one because " + st.DiskNote
	}
	return f
}

func roleFinding(st store.Stats) finding {
	if st.Role == "client" {
		return finding{What: "process", Says: fmt.Sprintf("client of process %d, which has the store open", st.OwnerPID), OK: true}
	}
	return finding{What: "process", Says: fmt.Sprintf("%s of the store, process %d", st.Role, os.Getpid()), OK: true}
}

func (r *run) examineConfig() []finding {
	if len(r.config.Problems) == 0 {
		says := r.Paths.Config
		if _, err := os.Stat(says); err != nil {
			says += " (not there: defaults)"
		}
		return []finding{{What: "settings", Says: says, OK: true}}
	}
	var all []finding
	for _, p := range r.config.Problems {
		all = append(all, finding{What: "settings", Says: p.Error(), Hint: "correct the line; until then the default holds"})
	}
	return all
}

// examineTerminal says what is known of the terminal without asking it.
func (r *run) examineTerminal() []finding {
	if !r.Terminal.Out {
		return []finding{{What: "terminal", Says: "standard output is none", OK: true}}
	}
	kind, _ := r.Lookup("TERM")
	size := finding{What: "terminal", Says: fmt.Sprintf("%s, %d×%d", kind, r.Terminal.Width, r.Terminal.Height), OK: kind != "" && kind != "dumb"}
	if !size.OK {
		size.Hint = "set TERM to what the terminal is, such as xterm-256color"
	}
	return []finding{size, r.colourFinding(kind), widthFinding()}
}

func (r *run) colourFinding(kind string) finding {
	f := finding{What: "colours", OK: true}
	depth, _ := r.Lookup("COLORTERM")
	switch {
	case !r.colour():
		f.Says = "none (NO_COLOR or TERM=dumb)"
	case depth == "truecolor" || depth == "24bit":
		f.Says = "16 million"
	case strings.Contains(kind, "256color"):
		f.Says, f.Hint = "256", "set COLORTERM=truecolor if the terminal has more"
	default:
		f.Says = "16"
	}
	return f
}

// widthFinding prints a ruler: whoever looks at it sees whether the terminal measures characters as arbor does.
func widthFinding() finding {
	sample := "日本語é👍🏽❤️"
	return finding{What: "widths", Says: fmt.Sprintf("%s| should end under column %d", sample, displaywidth.String(sample)), OK: true,
		Hint: strings.Repeat("·", displaywidth.String(sample)) + "| if the bars do not meet, the terminal measures some characters otherwise"}
}

// bytesText writes a size for a person.
func bytesText(n int64) string {
	const units = "KMGTPE"
	if n < 1<<10 {
		return fmt.Sprintf("%d bytes", n)
	}
	f, i := float64(n)/(1<<10), 0
	for f >= 1<<10 && i < len(units)-1 {
		f /= 1 << 10
		i++
	}
	return fmt.Sprintf("%.1f %ciB", f, units[i])
}
