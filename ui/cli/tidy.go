package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"arbor/model"
)

func (r *run) seriesTidyCommand() *cobra.Command {
	var dry, asJSON bool
	cmd := &cobra.Command{
		Use: "tidy [NAME...]", Short: "sum up, or remove, samples that are older than their series keeps them", Args: words(0, -1, "names of series"),
		Long: "Does as keep says, of all series that have it or of those named: 'arbor series set temp keep:\"90d then hour, 5y\"' has samples older than 90 days become one an hour, at the " +
			"time of the last of them, and those older than 5 years go. Nothing else does so: run it when you want, or from cron. What is made of several is the mean; with day: what that says, " +
			"of a habit the sum, of what devices count up the last. Corrections stay as they are. It is what this device wrote that is tidied: each device tidies its own. " +
			"A step of undo for each series; a table that is imported again does not bring back what was summed up.",
		RunE: func(cmd *cobra.Command, args []string) error { return r.seriesTidy(args, dry, asJSON) },
	}
	cmd.Flags().BoolVar(&dry, "dry-run", false, "say what would be done")
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object for each series")
	return cmd
}

// tidyJSON is a line of `arbor series tidy --json`.
type tidyJSON struct {
	V       int    `json:"v"`
	Series  string `json:"series"`
	Name    string `json:"name"`
	Summed  int64  `json:"summed"`
	Into    int64  `json:"into"`
	Removed int64  `json:"removed"`
	From    string `json:"from,omitempty"`
	To      string `json:"to,omitempty"`
	DryRun  bool   `json:"dry_run"`
}

func (r *run) seriesTidy(names []string, dry, asJSON bool) error {
	s, err := r.open()
	if err != nil {
		return err
	}
	err = r.tidyAll(s, names, dry, asJSON)
	return s.close(err)
}

func (r *run) tidyAll(s *Session, names []string, dry, asJSON bool) error {
	var all []model.Node
	if err := r.view(s, func(v *model.View) (err error) {
		all, err = keeping(v, names)
		return err
	}); err != nil {
		return err
	}
	if len(all) == 0 {
		r.say("no series says how long it keeps its samples; 'arbor series set temp keep:\"90d then hour\"' does")
	}
	for _, n := range all {
		done, err := s.Tree.Tidy(n.ID, r.now(), dry)
		if err != nil {
			return fmt.Errorf("%s: %w", quoted(n.Text), err)
		}
		r.say("%s: %s", quoted(n.Text), r.tidied(done, dry))
		if !asJSON {
			continue
		}
		line := tidyJSON{V: jsonVersion, Series: n.ID.String(), Name: n.Text, Summed: done.Summed, Into: done.Into, Removed: done.Removed, DryRun: dry}
		if done.Any() {
			line.From, line.To = nanos(done.From), nanos(done.To)
		}
		if err := newEncoder(r.Out).Encode(line); err != nil {
			return err
		}
	}
	return nil
}

// keeping returns the series of some names, or all that say how long they keep samples.
func keeping(v *model.View, names []string) (out []model.Node, err error) {
	for _, name := range names {
		n, err := series(v, name)
		if err == nil && len(n.Definition().Keep) == 0 {
			err = refusedf("%s keeps all of its samples; 'arbor series set %s keep:\"90d then hour\"' says otherwise", quoted(n.Text), quoted(n.Text))
		}
		if err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	if len(names) > 0 {
		return out, nil
	}
	all, err := v.AllSeries()
	for _, n := range all {
		if len(n.Definition().Keep) > 0 {
			out = append(out, n)
		}
	}
	return out, err
}

// tidied says what was done, or would be.
func (r *run) tidied(d model.Tidied, dry bool) string {
	if !d.Any() {
		return "nothing is older than it keeps it"
	}
	would := ""
	if dry {
		would = "would be "
	}
	text := ""
	if d.Summed > 0 {
		text = fmt.Sprintf("%s %ssummed up as %d", count(int(d.Summed), "sample", "samples"), would, d.Into)
	}
	if d.Removed > 0 {
		if text != "" {
			text += ", "
		}
		text += fmt.Sprintf("%s %sremoved", count(int(d.Removed), "sample", "samples"), would)
	}
	return text + fmt.Sprintf(", from %s to %s", when(d.From, r.now()), when(d.To, r.now()))
}
