package plot

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"arbor/model"
	"arbor/model/query"
	"arbor/timeseries"
	"arbor/ui/grid"
	"arbor/ui/theme"
)

// Note is what happened at a time, or, with Until, from then on up to that, as a node of the tree says. Times are Unix nanoseconds.
type Note struct {
	At, Until int64
	Text      string
	ID        model.ID // of the node; zero of a day of a habit that was skipped
}

// ReadTexts returns the samples of a series of texts in [from, to) as notes.
func ReadTexts(b *timeseries.Book, v *model.View, n *model.Node, from, to int64) (notes []Note, err error) {
	for x, err := range b.Range(v.Reader(), n.Source(), from, to) {
		if err != nil || len(notes) == maxNotes {
			return notes, err
		}
		notes = append(notes, Note{At: x.T, Text: n.Value(x.V)})
	}
	return notes, nil
}

// maxNotes bounds how many notes are read for one plot.
const maxNotes = 2000

// ReadNotes returns what happened about a series, in the order of time: what a query means or, without one, what leads to the series by a link or an
// arrow and the nodes below it; and the days of a habit that were skipped. A node is at the time of its when: field, else when it was done, due
// or scheduled, and without any of these nowhere.
func ReadNotes(v *model.View, n *model.Node, q *query.Query, loc *time.Location) (notes []Note, err error) {
	add := func(of *model.Node) {
		if x, ok := noteOf(of, loc); ok && of.ID != n.ID {
			x.Text = about(model.OneLine(of.Text), model.OneLine(n.Text))
			notes = append(notes, x)
		}
	}
	if q != nil {
		for of, err := range v.Select(q) {
			if err != nil {
				return nil, err
			}
			if add(&of); len(notes) == maxNotes {
				break
			}
		}
	} else if err := leading(v, n, add); err != nil {
		return nil, err
	}
	if n.Definition().Target.Value > 0 {
		for e, err := range v.Events(n.ID, model.Occurrence) {
			if err != nil {
				return nil, err
			}
			if e.Outcome == model.OutcomeSkipped {
				notes = append(notes, Note{At: e.Date.Start(loc).UnixNano(), Text: "skipped"})
			}
		}
	}
	slices.SortStableFunc(notes, func(a, b Note) int { return cmp.Compare(a.At, b.At) })
	return notes, nil
}

// leading gives add each node that leads to a series by a link or an arrow, or lies right below it.
func leading(v *model.View, n *model.Node, add func(*model.Node)) error {
	ids, err := v.Backlinks(n.ID)
	if err != nil {
		return err
	}
	for a, err := range v.Incoming(n.ID) {
		if err != nil {
			return err
		}
		ids = append(ids, a.From)
	}
	for c, err := range v.Children(n.ID) {
		if err != nil {
			return err
		}
		if ids = append(ids, c.ID); len(ids) >= maxNotes {
			break
		}
	}
	slices.SortFunc(ids, func(a, b model.ID) int { return slices.Compare(a[:], b[:]) })
	for _, id := range slices.Compact(ids) {
		of, err := v.Node(id)
		if err != nil {
			return err
		}
		add(&of)
	}
	return nil
}

// about returns the words of a node on the plot of a series: without the link to that where it is at their end or their beginning, and without the
// brackets of other links.
func about(text, series string) string {
	link := "[[" + strings.ToLower(series) + "]]"
	if n := len(text) - len(link); n > 0 {
		switch {
		case strings.EqualFold(text[n:], link):
			text = strings.TrimSpace(text[:n])
		case strings.EqualFold(text[:len(link)], link):
			text = strings.TrimLeft(text[len(link):], " :,")
		}
	}
	return strings.NewReplacer("[[", "", "]]", "").Replace(text)
}

// noteOf returns when a node is, without its words.
func noteOf(n *model.Node, loc *time.Location) (Note, bool) {
	x := Note{ID: n.ID}
	from, to := n.When()
	switch {
	case !from.IsZero():
		x.At = from.Start(loc).UnixNano()
		if !to.IsZero() && to.End(loc).After(from.Start(loc)) {
			x.Until = to.End(loc).UnixNano()
		}
	case n.State == model.Done && !n.Finished.IsZero():
		x.At = n.Finished.UnixNano()
	case !n.Due.IsZero():
		x.At = n.Due.Start(loc).UnixNano()
	case !n.Sched.IsZero():
		x.At = n.Sched.Start(loc).UnixNano()
	default:
		return x, false
	}
	return x, true
}

// within reports whether a note is seen in a window of time.
func (n *Note) within(from, to int64) bool { return n.At < to && max(n.At, n.Until-1) >= from }

// Within returns those of notes that are seen in [from, to).
func Within(notes []Note, from, to int64) []Note {
	return slices.DeleteFunc(slices.Clone(notes), func(n Note) bool { return !n.within(from, to) })
}

// String says what happened, and when by the calendar of loc.
func (n *Note) String(loc *time.Location) string {
	when := time.Unix(0, n.At).In(loc).Format("2 Jan 2006")
	if n.Until > n.At {
		when = Days(n.At, n.Until, loc)
	}
	return when + ": " + n.Text
}

// The words of notes stand in lanes above the area: at most so many, one for every so many rows, each as many cells long.
const (
	maxLanes    = 3
	rowsForLane = 6
	noteCells   = 24
)

// placed is a note in the window: the columns that it takes, and where its words stand; in no lane if there is no room.
type placed struct {
	*Note
	x, last  int
	words    string
	at, lane int
}

// place finds a place for each note in the window, in at most so many lanes, and returns how many they take.
func (c *Chart) place(f *frame, lanes int) (out []placed, used int) {
	free := make([]int, max(lanes, 0))
	for i := range c.Notes {
		n := &c.Notes[i]
		if !n.within(f.from, f.to) {
			continue
		}
		p := placed{Note: n, x: f.x + f.cell(max(n.At, f.from)), words: grid.Cut(n.Text, min(noteCells, f.w)), lane: -1}
		p.last = min(f.x+f.cell(max(n.At, n.Until)), f.x+f.w-1)
		p.at = max(min(p.x, f.x+f.w-grid.Width(p.words)), 0)
		if p.lane = slices.IndexFunc(free, func(end int) bool { return p.at >= end }); p.lane >= 0 {
			free[p.lane] = p.at + grid.Width(p.words) + 2
			used = max(used, p.lane+1)
		}
		out = append(out, p)
	}
	return out, used
}

// notes lays out what happened: a line down to the axis, or a shade over a span of time, and the words above it.
func (c *Chart) notes(s *scene) {
	f := &s.area
	all, _ := c.place(f, f.lanes)
	for _, n := range all {
		if n.Until > n.At && n.last > n.x {
			s.bands = append(s.bands, tile{x: n.x, y: f.y, w: n.last - n.x + 1, h: f.h, style: theme.Accent})
			if f.axis {
				s.rule(n.x, f.y+f.h, n.last-n.x+1, theme.Accent, "━")
			}
			if n.Until <= f.to {
				s.rule(n.last, f.y, -f.h, theme.Faint, "┊")
			}
		}
		top := f.y
		if n.lane >= 0 {
			top = f.y - f.lanes + n.lane
			s.text(n.at, top, theme.Dim, n.words)
			top++
		}
		if n.At >= f.from {
			s.rule(n.x, top, top-f.y-f.h, theme.Faint, "┊")
			if f.axis {
				s.text(n.x, f.y+f.h, theme.Accent, "▲")
			}
		}
	}
}
