package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"arbor/model"
	"arbor/model/date"
)

func (r *run) showCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "show SEL...", Short: "show all that is known of nodes", Args: words(1, -1, "ids or a query"),
		RunE: func(cmd *cobra.Command, args []string) error { return r.show(args, asJSON) },
	}
	r.canLookBack(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	return cmd
}

func (r *run) show(sels []string, asJSON bool) error {
	s, err := r.open()
	if err != nil {
		return err
	}
	return s.close(r.view(s, func(v *model.View) error {
		ids, err := r.selectAll(v, sels)
		if err != nil {
			return err
		}
		p := r.printer()
		enc := newEncoder(p.out)
		for i, id := range ids {
			if asJSON {
				err = showJSON(v, enc, id, p.now)
			} else {
				if i > 0 {
					fmt.Fprintln(p.out)
				}
				err = p.details(v, id)
			}
			if err != nil {
				return err
			}
		}
		return p.out.Flush()
	}))
}

// shown returns a node as it is shown, the one that it is, which is another if it is a mirror, and the note of that.
func shown(v *model.View, id model.ID) (n, of model.Node, note string, err error) {
	if of, err = v.Node(id); err != nil {
		return n, of, "", err
	}
	if n, err = v.Reflected(of); err != nil {
		return n, of, "", err
	}
	if n.Reflects() == model.Another {
		to, err := v.Through(id)
		if err != nil {
			return n, of, "", err
		}
		if of, err = v.Node(to); err != nil {
			return n, of, "", err
		}
	}
	note, err = v.Note(of.ID)
	return n, of, note, err
}

// showJSON writes all that is known of a node as a line of JSON.
func showJSON(v *model.View, enc *json.Encoder, id model.ID, now time.Time) error {
	n, of, note, err := shown(v, id)
	if err != nil {
		return err
	}
	j := newNodeJSON(&n)
	j.Note = note
	if j.Pomodoros, err = v.Pomodoros(of.ID, now); err != nil {
		return err
	}
	for _, d := range v.Ahead(&of, aheadShown) {
		j.Next = append(j.Next, d.String())
	}
	blockedBy, errA := v.BlockedBy(&of)
	blocks, errB := v.Blocks(&of)
	links, errC := v.LinkTargets(of.ID)
	linked, errD := v.Backlinks(of.ID)
	results, _, _, errE := v.Results(&of, now, math.MaxInt)
	if err := errors.Join(errA, errB, errC, errD, errE); err != nil {
		return err
	}
	for i := range results {
		j.Results = append(j.Results, results[i].ID.String())
	}
	j.Blocked, j.Blocks, j.Links, j.Linked = idTexts(blockedBy), idTexts(blocks), idTexts(links), idTexts(linked)
	return enc.Encode(j)
}

// details writes all that is known of a node.
func (p *printer) details(v *model.View, id model.ID) error {
	reflected, of, note, err := shown(v, id)
	if err != nil {
		return err
	}
	n := &of
	fmt.Fprintf(p.out, "%s %s\n", p.glyph(n.State), p.text(&reflected))
	row := func(name, value string) {
		if value != "" {
			fmt.Fprintf(p.out, "%s %s\n", p.paint(faint, fmt.Sprintf("%-9s", name)), value)
		}
	}
	if err := p.stands(v, &reflected, of.ID, row); err != nil {
		return err
	}
	if n.State != model.None {
		row("state", stateText(n))
	}
	row("tags", printable(strings.Join(n.AllTags(), " ")))
	for _, d := range []struct {
		name string
		date model.Date
	}{{"due", n.Due}, {"sched", n.Sched}, {"wait", n.Wait}, {"until", n.Until}} {
		row(d.name, date.Format(d.date, p.now)+inZone(d.date, n, p.now))
	}
	for _, f := range n.Fields {
		if strings.HasPrefix(f.Key, "rec.") || f.Key == "state" || f.Key == "mirror" { // which the dates, the state and the sign tell
			continue
		}
		def, _ := p.fields.Lookup(f.Key)
		row(printable(f.Key), printable(def.Show(f.Value, p.now)))
	}
	if r, ok := v.Recurs(n); ok && !r.PausedFrom.IsZero() {
		row("paused", pauseText(r, p.now))
	}
	row("then", datesText(v.Ahead(n, aheadShown), p.now))
	for _, t := range []struct {
		name string
		at   time.Time
	}{{"created", n.Created}, {"modified", n.Modified}, {"finished", n.Finished}} {
		if !t.at.IsZero() {
			row(t.name, date.Format(date.At(t.at), p.now))
		}
	}
	pomodoros, err := v.Pomodoros(n.ID, p.now)
	if err != nil {
		return err
	}
	if pomodoros > 0 {
		row("pomodoros", strconv.Itoa(pomodoros))
	}
	if err := p.dependencies(v, n, row); err != nil {
		return err
	}
	if err := p.arrows(v, n, row); err != nil {
		return err
	}
	if err := p.links(v, n, row); err != nil {
		return err
	}
	if _, saved := n.Query(); saved {
		fmt.Fprintln(p.out)
		if err := p.results(v, n, 0); err != nil {
			return err
		}
	}
	if note != "" {
		fmt.Fprintln(p.out)
		for line := range strings.Lines(note) {
			fmt.Fprintln(p.out, "  "+printable(strings.TrimRight(line, "\r\n")))
		}
	}
	return nil
}

// stands writes where a node stands, and of a mirror where what it shows does.
func (p *printer) stands(v *model.View, n *model.Node, of model.ID, row func(name, value string)) error {
	row("id", n.ID.String())
	path, err := pathText(v, n.ID)
	if err != nil {
		return err
	}
	row("under", path)
	if n.Reflects() != model.Another {
		return nil
	}
	if path, err = pathText(v, of); err != nil {
		return err
	}
	row("mirrors", strings.TrimSuffix(of.String()+" in "+path, " in "))
	return nil
}

// arrows writes the arrows of n and those that lead to it, but for dependencies.
func (p *printer) arrows(v *model.View, n *model.Node, row func(name, value string)) error {
	write := func(way string, id model.ID, label string) error {
		other, err := v.Node(id)
		if label == model.Depends || errors.Is(err, model.ErrNoNode) { // an arrow may outlive its end
			return nil
		}
		if label != "" {
			label = " (" + printable(label) + ")"
		}
		row("arrow", way+" "+printable(other.Text)+label)
		return err
	}
	for _, a := range n.Arrows {
		if err := write("to", a.To, a.Label); err != nil {
			return err
		}
	}
	for a, err := range v.Incoming(n.ID) {
		if err == nil {
			err = write("from", a.From, a.Label)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// links writes to what n links by name, and what links to it.
func (p *printer) links(v *model.View, n *model.Node, row func(name, value string)) error {
	to, err := v.LinkTargets(n.ID)
	if err != nil {
		return err
	}
	from, err := v.Backlinks(n.ID)
	if err != nil {
		return err
	}
	for i, id := range append(to, from...) {
		other, err := v.Node(id)
		if err != nil {
			return err
		}
		way := "to "
		if i >= len(to) {
			way = "from "
		}
		row("link", way+printable(other.Text))
	}
	return nil
}

// dependencies writes what n needs, each with its state, and what it blocks.
func (p *printer) dependencies(v *model.View, n *model.Node, row func(name, value string)) error {
	for _, on := range n.Depends() {
		to, err := v.Node(on)
		if errors.Is(err, model.ErrNoNode) {
			continue
		}
		if err != nil {
			return err
		}
		top, err := v.Top(on)
		if err != nil {
			return err
		}
		state := to.StateName()
		switch {
		case top != model.Root:
			state = "in the trash"
		case to.State == model.None:
			state = "not done"
		}
		row("needs", printable(to.Text)+" ("+printable(state)+")")
	}
	blocks, err := v.Blocks(n)
	if err != nil {
		return err
	}
	for _, id := range blocks {
		from, err := v.Node(id)
		if err != nil {
			return err
		}
		row("blocks", printable(from.Text))
	}
	return nil
}

// inZone says when a date is in the node's own zone, "" where that says nothing new.
func inZone(d model.Date, n *model.Node, now time.Time) string {
	name, ok := n.Field("zone")
	if !ok || d.IsZero() || d.AllDay {
		return ""
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return ""
	}
	there := date.Format(model.Date{T: d.T.In(loc)}, now.In(loc))
	if there == date.Format(d, now) {
		return ""
	}
	return " (" + there + " " + printable(name) + ")"
}

// stateText names the state of n, with the person's own name for it.
func stateText(n *model.Node) string {
	if name := n.StateName(); name != n.State.String() {
		return printable(name) + " (" + n.State.String() + ")"
	}
	return n.State.String()
}

// pathText names the nodes above id, from the top.
func pathText(v *model.View, id model.ID) (string, error) {
	path, err := v.Path(id)
	if err != nil {
		return "", err
	}
	var names []string
	for _, above := range path {
		if above == model.Root || above == id {
			continue
		}
		n, err := v.Node(above)
		if err != nil {
			return "", err
		}
		names = append(names, printable(n.Text))
	}
	return strings.Join(names, " › "), nil
}
