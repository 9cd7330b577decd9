package cli

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"arbor/model"
	"arbor/model/date"
)

// aheadShown is how many of the dates that follow are shown.
const aheadShown = 3

func (r *run) doneCommand() *cobra.Command {
	var yes bool
	var at string
	cmd := &cobra.Command{
		Use: "done SEL...", Short: "mark nodes as done; what repeats moves on to its next date", Args: words(1, -1, "ids or a query"),
		RunE: func(cmd *cobra.Command, args []string) error {
			when, err := r.past(at)
			if err != nil {
				return err
			}
			return r.finish(args, yes, "done", func(e *model.Edit, id model.ID) (model.Finished, error) { return e.Finish(id, model.Done, when) })
		},
	}
	cmd.Flags().BoolVar(&yes, "yes", false, fmt.Sprintf("change more than %d nodes", maxUnasked))
	cmd.Flags().StringVar(&at, "at", "", "`TIME` when it was done; now without")
	return cmd
}

func (r *run) skipCommand() *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use: "skip SEL...", Short: "leave one date out of what repeats", Args: words(1, -1, "ids or a query"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return r.finish(args, yes, "skipped", func(e *model.Edit, id model.ID) (model.Finished, error) { return e.Skip(id, r.now()) })
		},
	}
	cmd.Flags().BoolVar(&yes, "yes", false, fmt.Sprintf("change more than %d nodes", maxUnasked))
	return cmd
}

func (r *run) pauseCommand() *cobra.Command {
	return &cobra.Command{
		Use: "pause SEL [FROM..TO]", Short: "leave out the dates between two days, or until 'arbor resume'", Args: words(1, 2, "a selection, and perhaps two days with .. between them"),
		RunE: func(cmd *cobra.Command, args []string) error {
			from, to := date.Day(r.now()), date.Date{}
			if len(args) == 2 {
				var err error
				if from, to, err = r.days(args[1]); err != nil {
					return err
				}
			}
			return r.finish(args[:1], false, "paused", func(e *model.Edit, id model.ID) (model.Finished, error) { return e.Pause(id, from, to) })
		},
	}
}

func (r *run) resumeCommand() *cobra.Command {
	return &cobra.Command{
		Use: "resume SEL...", Short: "go on with what was paused", Args: words(1, -1, "ids or a query"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return r.finish(args, false, "resumed", func(e *model.Edit, id model.ID) (model.Finished, error) { return e.Resume(id) })
		},
	}
}

// past reads a time that has been, now if s is empty. A civil day counts from its noon: that lies in it whatever the clock did at night.
func (r *run) past(s string) (time.Time, error) {
	now := r.now()
	if s == "" {
		return now, nil
	}
	d, err := date.ParsePast(s, now)
	if err != nil {
		return now, usagef("--at: %w", err)
	}
	at := d.Start(now.Location())
	if at.After(now) {
		return now, usagef("--at: %s has not come yet", date.Format(d, now))
	}
	if noon := at.Add(12 * time.Hour); d.AllDay && noon.Before(now) {
		return noon, nil
	}
	if d.AllDay {
		return now, nil
	}
	return at, nil
}

// days reads two days with .. between them; the second may be missing.
func (r *run) days(s string) (from, to date.Date, err error) {
	a, b, two := strings.Cut(s, "..")
	now := r.now()
	if from, err = date.Parse(a, now); err != nil {
		return from, to, usagef("%w", err)
	}
	from = from.Day(now.Location())
	if !two || b == "" {
		return from, to, nil
	}
	if to, err = date.Parse(b, now); err != nil {
		return from, to, usagef("%w", err)
	}
	if to = to.Day(now.Location()); to.Compare(from) < 0 {
		return from, to, usagef("it would end, on %s, before it begins, on %s", date.Format(to, now), date.Format(from, now))
	}
	return from, to, nil
}

// finish does something to nodes that may repeat, and says when they are due again.
func (r *run) finish(sels []string, yes bool, verb string, fn func(*model.Edit, model.ID) (model.Finished, error)) error {
	return r.changeEach(sels, yes, verb, func(e *model.Edit, ids []model.ID) (string, error) {
		var sum model.Finished
		again := 0
		for _, id := range ids {
			f, err := fn(e, id)
			if err != nil {
				return "", r.why(e.View, id, err)
			}
			if !f.Next.IsZero() {
				again++
			}
			sum.Was, sum.Next = f.Was, f.Next
			sum.Missed += f.Missed
			sum.Reset += f.Reset
		}
		return verb + r.outcome(sum, len(ids), again), nil
	})
}

// why has an error name the node by its text.
func (r *run) why(v *model.View, id model.ID, err error) error {
	n, lost := v.Node(id)
	if text, ok := strings.CutPrefix(err.Error(), id.String()+" "); ok && lost == nil {
		return refusedf("%s %s", quoted(n.Text), text)
	}
	return err
}

// outcome says what follows for nodes of which so many are due again.
func (r *run) outcome(f model.Finished, nodes, again int) string {
	var parts []string
	switch {
	case nodes == 1 && again == 1:
		parts = append(parts, "again "+date.Format(f.Next, r.now()))
	case nodes == 1 && !f.Was.IsZero():
		parts = append(parts, "that was the last")
	case again > 0:
		parts = append(parts, fmt.Sprintf("%d of them are due again", again))
	}
	if f.Missed > 0 {
		parts = append(parts, fmt.Sprintf("%d missed before", f.Missed))
	}
	if f.Reset > 0 {
		parts = append(parts, count(f.Reset, "node", "nodes")+" below to be done again")
	}
	if len(parts) == 0 {
		return ""
	}
	return "; " + strings.Join(parts, ", ")
}

func pauseText(p model.Recurrence, now time.Time) string {
	if p.PausedTo.IsZero() {
		return "from " + date.Format(p.PausedFrom, now) + " on"
	}
	return date.Format(p.PausedFrom, now) + " to " + date.Format(p.PausedTo, now)
}

func datesText(dates []model.Date, now time.Time) string {
	var s []string
	for _, d := range dates {
		s = append(s, date.Format(d, now))
	}
	return strings.Join(s, ", ")
}

func (r *run) chainCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "chain SEL", Short: "what became of each date of what repeats", Args: words(1, 1, "a selection"),
		RunE: func(cmd *cobra.Command, args []string) error { return r.chain(args[0], asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	return cmd
}

// linkJSON is the line of `arbor chain --json`.
type linkJSON struct {
	V       int    `json:"v"`
	ID      string `json:"id"`
	Date    string `json:"date"`
	Outcome string `json:"outcome"`
	At      string `json:"at,omitempty"`
}

func (r *run) chain(sel string, asJSON bool) error {
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
		for i, id := range ids {
			if i > 0 && !asJSON {
				fmt.Fprintln(p.out)
			}
			if err := p.chain(v, id, asJSON); err != nil {
				return err
			}
		}
		return p.out.Flush()
	}))
}

// chain writes the dates of a node, the one at hand last.
func (p *printer) chain(v *model.View, id model.ID, asJSON bool) error {
	n, err := v.Node(id)
	if err != nil {
		return err
	}
	links, err := v.Chain(id)
	if err != nil {
		return err
	}
	rec, ok := v.Recurs(&n)
	if asJSON {
		enc := newEncoder(p.out)
		for _, l := range links {
			if err := enc.Encode(linkJSON{jsonVersion, id.String(), l.Date.String(), l.Outcome.String(), instant(l.At)}); err != nil {
				return err
			}
		}
		if ok && !n.State.Closed() && !rec.Date.IsZero() {
			return enc.Encode(linkJSON{jsonVersion, id.String(), rec.Date.String(), "open", ""})
		}
		return nil
	}
	if !ok && len(links) == 0 {
		return refusedf("%s %s", quoted(n.Text), model.ErrNoRule)
	}
	if err := p.line(p.sign(n.State), plain(" "), span{text: printable(n.Text), gives: true}); err != nil {
		return err
	}
	done, streak := 0, 0
	for _, l := range links {
		switch l.Outcome {
		case model.OutcomeDone:
			done, streak = done+1, streak+1
		case model.OutcomeMissed:
			streak = 0
		}
		fmt.Fprintf(p.out, "%s %s\n", p.paint(outcomeColours[l.Outcome], fmt.Sprintf("%-8s", l.Outcome)), date.Format(l.Date, p.now))
	}
	if ok && !n.State.Closed() && !rec.Date.IsZero() {
		fmt.Fprintf(p.out, "%s %s\n", p.paint(yellow, "open    "), date.Format(rec.Date, p.now))
	}
	fmt.Fprintf(p.out, "%s\n", p.paint(faint, fmt.Sprintf("%d of %d done, %d in a row", done, len(links), streak)))
	return nil
}

var outcomeColours = map[model.Outcome]string{model.OutcomeDone: green, model.OutcomeSkipped: faint, model.OutcomeMissed: red}
