package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"arbor/model"
	"arbor/model/date"
)

func (r *run) historyCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "history SEL", Short: "every version of a node, and what each changed",
		Long: "A version is named by the number in front of it: 'arbor diff SEL 12' compares it with now, 'arbor restore SEL --version 12' brings it back.",
		Args: words(1, 1, "a selection"),
		RunE: func(cmd *cobra.Command, args []string) error { return r.history(args[0], asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	return cmd
}

// versionJSON is the line of `arbor history --json`.
type versionJSON struct {
	V       int          `json:"v"`
	ID      string       `json:"id"`
	Version string       `json:"version"`
	At      string       `json:"at"`
	Label   string       `json:"label"`
	Undo    bool         `json:"undo,omitempty"`
	Changes []changeJSON `json:"changes"`
}

type changeJSON struct {
	What   string `json:"what"`
	Before string `json:"before"`
	After  string `json:"after"`
}

func changesJSON(all []model.Change) []changeJSON {
	out := make([]changeJSON, len(all))
	for i, c := range all {
		out[i] = changeJSON(c)
	}
	return out
}

func (r *run) history(sel string, asJSON bool) error {
	s, err := r.open()
	if err != nil {
		return err
	}
	return s.close(r.view(s, func(v *model.View) error {
		ids, err := r.selectMeant(v, sel)
		if err != nil {
			return err
		}
		p := r.table()
		enc := newEncoder(p.out)
		for i, id := range ids {
			if i > 0 && !asJSON {
				fmt.Fprintln(p.out)
			}
			for ver, err := range v.History(id) {
				if err != nil {
					return err
				}
				if asJSON {
					err = enc.Encode(versionJSON{jsonVersion, id.String(), ver.Name, instant(ver.At), ver.Label, ver.Undo, changesJSON(ver.Changes)})
				} else {
					err = p.version(v, &ver)
				}
				if err != nil {
					return err
				}
			}
		}
		return p.out.Flush()
	}))
}

// version writes a line for the version, and one for each change.
func (p *printer) version(v *model.View, ver *model.Version) error {
	label := printable(ver.Label)
	if ver.Undo {
		label = "taken back or done again: " + label
	}
	if err := p.line(span{sgr: yellow, text: fmt.Sprintf("%5s", ver.Name)}, plain("  "+date.Format(date.At(ver.At), p.now)+"  "), span{text: label, gives: true}); err != nil {
		return err
	}
	return p.changes(v, ver.Changes)
}

// changes writes a line for each change: what was there in red, what is in green.
func (p *printer) changes(v *model.View, all []model.Change) error {
	for _, c := range all {
		if c.What == "note" {
			if err := p.noteChange(c); err != nil {
				return err
			}
			continue
		}
		before, after := printable(c.Before), printable(c.After)
		if c.What == "under" {
			var err error
			if before, err = nameOf(v, c.Before); err != nil {
				return err
			}
			if after, err = nameOf(v, c.After); err != nil {
				return err
			}
		}
		if c.What == "interval" {
			before, after = model.IntervalWords(before, p.now.Location()), model.IntervalWords(after, p.now.Location())
		}
		if c.What == "sample" || c.What == "samples" {
			before, after = model.SampleWords(before, p.now.Location()), model.SampleWords(after, p.now.Location())
		}
		line := []span{plain(fmt.Sprintf("         %-8s", c.What))}
		if before != "" {
			line = append(line, plain(" "), span{red, before, true})
		}
		if before != "" && after != "" {
			line = append(line, plain(" →"))
		}
		if after != "" {
			line = append(line, plain(" "), span{green, after, true})
		} else {
			line = append(line, plain(" "), span{sgr: faint, text: "is gone"})
		}
		if err := p.line(line...); err != nil {
			return err
		}
	}
	return nil
}

// noteChange writes the lines that a note lost and gained.
func (p *printer) noteChange(c model.Change) error {
	lines := []span{plain("         note")}
	before, after := strings.Split(c.Before, "\n"), strings.Split(c.After, "\n")
	for len(before) > 0 && len(after) > 0 && before[0] == after[0] {
		before, after = before[1:], after[1:]
	}
	for len(before) > 0 && len(after) > 0 && before[len(before)-1] == after[len(after)-1] {
		before, after = before[:len(before)-1], after[:len(after)-1]
	}
	for _, l := range before {
		if c.Before != "" {
			lines = append(lines, span{red, "         - " + printable(l), true})
		}
	}
	for _, l := range after {
		if c.After != "" {
			lines = append(lines, span{green, "         + " + printable(l), true})
		}
	}
	for _, l := range lines {
		if err := p.line(l); err != nil {
			return err
		}
	}
	return nil
}

// nameOf returns the text of the node that an id written out names, or the id if it is gone.
func nameOf(v *model.View, s string) (string, error) {
	id, err := model.ParseID(s)
	if err != nil {
		return s, nil
	}
	switch id {
	case model.Root:
		return "the top", nil
	case model.Trash:
		return "the trash", nil
	}
	n, err := v.Node(id)
	if errors.Is(err, model.ErrNoNode) {
		return s, nil
	}
	return printable(n.Text), err
}

func (r *run) diffCommand() *cobra.Command {
	var since string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "diff SEL [A [B]]", Short: "how versions of a node differ; what changed since a day",
		Long: "A and B are versions as 'arbor history' names them. Without B the node as it is now; without A the version before. " +
			"With --since DAY, what has changed since that day began, of every node that SEL means, or, without SEL, of the whole tree. " +
			"Time worked, what became of a date, and samples are told too.",
		Args: words(0, 3, "a selection, and perhaps one or two versions"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 && since == "" {
				return usagef("missing a selection, and perhaps one or two versions, or --since DAY; see '%s --help'", cmd.CommandPath())
			}
			if since != "" && len(args) > 1 {
				return usagef("--since says which versions are meant; leave %s away", args[1])
			}
			if since != "" {
				return r.diffSince(args, since, asJSON)
			}
			return r.diff(args[0], args[1:], asJSON)
		},
	}
	cmd.Flags().StringVar(&since, "since", "", "first `DAY`")
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	return cmd
}

// diffJSON is the line of `arbor diff --json`.
type diffJSON struct {
	V       int          `json:"v"`
	ID      string       `json:"id"`
	From    string       `json:"from,omitempty"` // not there if the node was not
	To      string       `json:"to"`
	Changes []changeJSON `json:"changes"`
}

// diff compares two versions of one node.
func (r *run) diff(sel string, names []string, asJSON bool) error {
	s, err := r.open()
	if err != nil {
		return err
	}
	return s.close(r.view(s, func(v *model.View) error {
		ids, err := r.selectMeant(v, sel)
		if err != nil {
			return err
		}
		if len(ids) > 1 {
			return usagef("%q means %d nodes; name one, or say --since", sel, len(ids))
		}
		b := model.Between{ID: ids[0]}
		b.Before, b.After, err = pair(v, ids[0], names)
		if errors.Is(err, model.ErrNoVersion) {
			return missingf("%v; 'arbor history' lists them", err)
		}
		if err != nil {
			return err
		}
		return r.printer().between(v, []model.Between{b}, asJSON)
	}))
}

// diffSince tells what has changed since a day began.
func (r *run) diffSince(sels []string, since string, asJSON bool) error {
	from, _, err := r.bounds(since, "")
	if err != nil {
		return err
	}
	s, err := r.open()
	if err != nil {
		return err
	}
	return s.close(r.view(s, func(v *model.View) error {
		var only map[model.ID]bool
		if len(sels) > 0 {
			ids, err := r.selectMeant(v, sels[0])
			if err != nil {
				return err
			}
			only = map[model.ID]bool{}
			for _, id := range ids {
				only[id] = true
			}
		}
		all, err := v.Since(from, only)
		if err != nil {
			return err
		}
		return r.printer().between(v, all, asJSON)
	}))
}

// between writes how nodes differ from what they were.
func (p *printer) between(v *model.View, all []model.Between, asJSON bool) error {
	enc := newEncoder(p.out)
	for i := range all {
		b := &all[i]
		changes := model.Differ(&b.Before, &b.After)
		if len(changes) == 0 {
			continue
		}
		if asJSON {
			if err := enc.Encode(diffJSON{jsonVersion, b.ID.String(), b.Before.Name, b.After.Name, changesJSON(changes)}); err != nil {
				return err
			}
			continue
		}
		title := b.After.Node.Text
		if b.ID == model.Root {
			title = "the top"
		}
		fmt.Fprintf(p.out, "%s\n", printable(title))
		if err := p.changes(v, changes); err != nil {
			return err
		}
	}
	return p.out.Flush()
}

// pair returns the two versions of a node that are to be compared: those of these names, else the last, and the one before.
func pair(v *model.View, id model.ID, names []string) (a, b model.Version, err error) {
	for ver, err := range v.History(id) {
		if err != nil {
			return a, b, err
		}
		a, b = b, ver
	}
	if len(names) > 0 {
		if a, err = v.VersionOf(id, names[0]); err != nil {
			return a, b, err
		}
	}
	if len(names) > 1 {
		b, err = v.VersionOf(id, names[1])
	}
	return a, b, err
}
