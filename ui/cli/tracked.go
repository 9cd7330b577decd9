package cli

import (
	"fmt"
	"strings"
	"time"

	"github.com/clipperhouse/displaywidth"
	"github.com/spf13/cobra"

	"arbor/model"
	"arbor/model/date"
)

func (r *run) trackCommand() *cobra.Command {
	var since, until string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "track [SEL]", Short: "list the time worked, add it up, put it right",
		Long: "Without a verb: the intervals of today, or of SEL and all below it, or of the days between --since and --until. An interval is named as it is listed, @ and some digits.",
		Args: words(0, 1, "an id or a query, or nothing"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if since == "" && len(args) == 0 {
				since = "today"
			}
			return r.track(args, since, until, asJSON)
		},
	}
	cmd.Flags().StringVar(&since, "since", "", "first `DAY`")
	cmd.Flags().StringVar(&until, "until", "", "last `DAY`")
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	cmd.AddCommand(r.trackReportCommand(), r.trackAddCommand(), r.trackEditCommand(), r.trackSplitCommand(), r.trackMergeCommand(), r.trackRmCommand(), r.trackFixCommand())
	return cmd
}

// intervalJSON is the line of `arbor track --json`.
type intervalJSON struct {
	V        int    `json:"v"`
	Interval string `json:"interval"`
	ID       string `json:"id"`
	Node     string `json:"text"`
	From     string `json:"from"`
	To       string `json:"to,omitempty"` // not there while it runs
	Seconds  int64  `json:"seconds"`
	Note     string `json:"note,omitempty"`
	Pomodoro string `json:"pomodoro,omitempty"` // see pomodoroState
	Left     int64  `json:"left,omitempty"`     // seconds, of a pomodoro that runs
}

// worked returns the intervals of some nodes and all below them, or of all, between two instants.
func (r *run) worked(v *model.View, sels []string, from, to time.Time) ([]model.Event, error) {
	all, err := v.Intervals(from, to, r.now())
	if err != nil || len(sels) == 0 {
		return all, err
	}
	ids, err := r.selectAll(v, sels)
	if err == nil {
		ids, err = meant(v, ids)
	}
	if err != nil {
		return nil, err
	}
	in := map[model.ID]bool{}
	for _, id := range ids {
		in[id] = true
	}
	under := map[model.ID]bool{}
	var out []model.Event
	for _, e := range all {
		is, known := under[e.Node]
		if !known {
			path, err := v.Path(e.Node)
			if err != nil {
				return nil, err
			}
			for _, id := range path {
				is = is || in[id]
			}
			under[e.Node] = is
		}
		if is {
			out = append(out, e)
		}
	}
	return out, nil
}

func (r *run) track(sels []string, since, until string, asJSON bool) error {
	from, to, err := r.bounds(since, until)
	if err != nil {
		return err
	}
	s, err := r.open()
	if err != nil {
		return err
	}
	return s.close(r.view(s, func(v *model.View) error {
		all, err := r.worked(v, sels, from, to)
		if err != nil {
			return err
		}
		refs, err := v.IntervalRefs(all)
		if err != nil {
			return err
		}
		p := r.table()
		enc := newEncoder(p.out)
		var sum time.Duration
		finished := 0
		day := ""
		for _, e := range all {
			n, err := v.Node(e.Node)
			if err != nil {
				return err
			}
			sum += e.Length(p.now)
			pomodoro, note, ok := e.Pomodoro()
			if ok && e.Length(p.now) >= pomodoro.Work {
				finished++
			}
			if asJSON {
				j := intervalJSON{V: jsonVersion, Interval: model.ID(e.ID).String(), ID: e.Node.String(), Node: n.Text, From: instant(e.From), To: instant(e.To),
					Seconds: int64(e.Length(p.now).Seconds()), Note: note}
				if ok {
					j.Pomodoro = pomodoroState(&e, pomodoro, p.now)
				}
				if j.Pomodoro == "running" {
					j.Left = int64((pomodoro.Work - e.Length(p.now)).Seconds())
				}
				if err := enc.Encode(j); err != nil {
					return err
				}
				continue
			}
			if d := date.Format(date.Day(e.From.In(p.now.Location())), p.now); d != day {
				day = d
				if err := p.line(span{sgr: faint, text: d}); err != nil {
					return err
				}
			}
			if err := p.interval(&e, refs[e.ID], n.Text); err != nil {
				return err
			}
		}
		if !asJSON && len(all) > 0 {
			all := hours(sum) + " in all"
			if finished > 0 {
				all += ", " + count(finished, "pomodoro", "pomodoros")
			}
			fmt.Fprintf(p.out, "%s\n", p.paint(faint, all))
		}
		return p.out.Flush()
	}))
}

// interval writes a line: its name, when it was, how long, and of what.
func (p *printer) interval(e *model.Event, ref, text string) error {
	loc := p.now.Location()
	end := "now  "
	if !e.Running() {
		end = e.To.In(loc).Format("15:04")
		if !date.Day(e.To.In(loc)).Equal(date.Day(e.From.In(loc))) {
			end += " (" + date.Format(date.Day(e.To.In(loc)), p.now) + ")"
		}
	}
	line := []span{plain("  "), {sgr: faint, text: "@" + ref}, plain(" " + e.From.In(loc).Format("15:04") + "–" + end + " "),
		{sgr: yellow, text: fmt.Sprintf("%6s", hours(e.Length(p.now)))}, plain("  "), {text: printable(text), gives: true}}
	pomodoro, note, ok := e.Pomodoro()
	if note != "" {
		line = append(line, plain("  "), span{faint, printable(note), true})
	}
	if ok {
		line = append(line, plain("  "), span{sgr: yellow, text: pomodoroText(e, pomodoro, p.now)})
	}
	return p.line(line...)
}

// hours writes a length in hours and minutes.
func hours(d time.Duration) string { return date.FormatHours(d) }

func (r *run) trackReportCommand() *cobra.Command {
	var by, since, until string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "report [SEL]", Short: "add time up: by node, parent, top, tag, day or week", Args: words(0, 1, "an id or a query, or nothing"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return r.trackReport(args, model.By(by), since, until, asJSON)
		},
	}
	cmd.Flags().StringVar(&by, "by", "node", "`WHAT` to add up by: node, parent, top, tag, day or week")
	cmd.Flags().StringVar(&since, "since", "", "first `DAY`")
	cmd.Flags().StringVar(&until, "until", "", "last `DAY`")
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	return cmd
}

// totalJSON is the line of `arbor track report --json`.
type totalJSON struct {
	V        int    `json:"v"`
	By       string `json:"by"`
	Key      string `json:"key"`
	Label    string `json:"label"`
	Seconds  int64  `json:"seconds"`
	Estimate int64  `json:"estimate,omitempty"`
	N        int    `json:"n"`
}

func (r *run) trackReport(sels []string, by model.By, since, until string, asJSON bool) error {
	switch by {
	case model.ByNode, model.ByParent, model.ByTop, model.ByTag, model.ByDay, model.ByWeek:
	default:
		return usagef("--by %s: want node, parent, top, tag, day or week", by)
	}
	from, to, err := r.bounds(since, until)
	if err != nil {
		return err
	}
	s, err := r.open()
	if err != nil {
		return err
	}
	return s.close(r.view(s, func(v *model.View) error {
		all, err := r.worked(v, sels, from, to)
		if err != nil {
			return err
		}
		totals, err := v.Totals(all, by, from, to, r.now())
		if err != nil {
			return err
		}
		p := r.table()
		if asJSON {
			enc := newEncoder(p.out)
			for _, t := range totals {
				if err := enc.Encode(totalJSON{jsonVersion, string(by), t.Key, t.Label, int64(t.Time.Seconds()), int64(t.Estimate.Seconds()), t.N}); err != nil {
					return err
				}
			}
			return p.out.Flush()
		}
		if err := p.totals(totals); err != nil {
			return err
		}
		var sum time.Duration
		for piece := range v.Days(all, from, to, r.now()) {
			sum += piece.To.Sub(piece.From)
		}
		if len(totals) > 0 {
			fmt.Fprintf(p.out, "%s\n", p.paint(faint, fmt.Sprintf("%7s in all", hours(sum))))
		}
		return p.out.Flush()
	}))
}

// maxPadded bounds how far to the right the comparison with an estimate is moved, so that those of several totals stand below one another.
const maxPadded = 50

// totals writes a line for each total: the time, what it is of, and how it compares with what was estimated.
func (p *printer) totals(totals []model.Total) error {
	width, compared := 0, make([]span, len(totals))
	for i, t := range totals {
		width = max(width, displaywidth.String(printable(t.Label)))
		if t.Estimate > 0 {
			compared[i] = span{sgr: green, text: fmt.Sprintf("%d%% of %s", int(100*t.Time/t.Estimate), hours(t.Estimate))}
			if t.Time > t.Estimate {
				compared[i].sgr = red
			}
		}
	}
	width = min(width, maxPadded)
	if p.width > 0 {
		for _, c := range compared {
			width = min(width, max(leastGiven, p.width-len("1234567    ")-displaywidth.String(c.text)))
		}
	}
	for i, t := range totals {
		label := printable(t.Label)
		line := []span{{sgr: yellow, text: fmt.Sprintf("%7s", hours(t.Time))}, plain("  "), {text: label, gives: true}}
		if compared[i].text != "" {
			line = append(line, plain(strings.Repeat(" ", max(0, width-displaywidth.String(label)))+"  "), compared[i])
		}
		if err := p.line(line...); err != nil {
			return err
		}
	}
	return nil
}
