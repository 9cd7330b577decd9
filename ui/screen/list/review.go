package list

import (
	"fmt"
	"strings"
	"time"

	"arbor/model"
	"arbor/model/date"
	"arbor/ui/grid"
	"arbor/ui/theme"
)

// about is what a review tells of a node besides its line.
type about struct {
	nth    int
	why    model.ReviewWhy
	path   string   // the texts of the nodes above
	facts  string   // when it was changed and reviewed
	note   []string // the first lines
	blocks string   // what it waits for
}

// aboutRows is how many rows tell of a node.
const aboutRows = 5

// review lists what needs a thought, by the reasons.
func (r *reader) review() error {
	p := r.p
	p.title = "review"
	p.empty = "Nothing is left to review. " + r.env.Keys.Label("review.week") + " notes the week on the page of today: what was done, the time worked and the series."
	since := model.WeekOf(r.env.Review.Day, p.now)
	items, err := r.v.Review(r.within, r.env.Weights, since, r.env.Review.Stale, p.now)
	if err != nil {
		return err
	}
	p.title = "review since " + date.Format(since, p.now)
	for i := range items[:min(len(items), maxLines)] {
		it := &items[i]
		if i == 0 || it.Why != items[i-1].Why {
			st := theme.Title
			if it.Why == model.Overdue || it.Why == model.Expired {
				st = theme.Overdue
			}
			why := it.Why.String()
			r.heading(strings.ToUpper(why[:1])+why[1:], st)
		}
		l, err := r.node(it.Node)
		if err != nil {
			return err
		}
		if l.about, err = r.about(it, i+1); err != nil {
			return err
		}
		l.label, l.style = l.Label(p.now)
		p.lines = append(p.lines, l)
	}
	r.rest(len(items) - maxLines)
	p.count = len(items)
	p.note = fmt.Sprintf("%d to review · %s skips, %s ends", len(items), r.env.Keys.Label("review.skip"), r.env.Keys.Label("review.week"))
	return nil
}

func (r *reader) about(it *model.ReviewItem, nth int) (*about, error) {
	a := &about{nth: nth, why: it.Why}
	n := &it.Node
	path, err := r.v.Path(n.ID)
	if err != nil {
		return nil, err
	}
	var texts []string
	for _, up := range path {
		if up == model.Root || up == n.ID {
			continue
		}
		above, err := r.v.Node(up)
		if err != nil {
			return nil, err
		}
		texts = append(texts, above.Text)
	}
	a.path = strings.Join(texts, " "+theme.Crumb+" ")
	a.facts = "changed " + date.Format(date.Day(n.Modified.In(r.p.now.Location())), r.p.now)
	if days := int(r.p.now.Sub(n.Modified) / (24 * time.Hour)); days > 1 {
		a.facts = fmt.Sprintf("unchanged for %d days", days)
	}
	if it.Reviewed.IsZero() {
		a.facts += ", never reviewed"
	} else {
		a.facts += ", last reviewed " + date.Format(it.Reviewed, r.p.now)
	}
	if len(it.Blocked) > 0 {
		on, err := r.v.Node(it.Blocked[0])
		if err != nil {
			return nil, err
		}
		a.blocks = "needs first: " + on.Text
	}
	if n.NoteLen > 0 {
		note, err := r.v.Note(n.ID)
		if err != nil {
			return nil, err
		}
		a.note = strings.SplitN(strings.TrimSpace(note), "\n", aboutRows)
	}
	return a, nil
}

// drawAbout tells of the node under the cursor what one has to know to answer.
func (m Model) drawAbout(s grid.Surface, l *line) {
	w, h := s.Size()
	a := l.about
	if a == nil {
		return
	}
	in := s.Sub(0, 0, min(w, widest), h).With(theme.OnPanel).Box(theme.Border, fmt.Sprintf("%d of %d, %s", a.nth, m.page.count, a.why))
	rows := []struct {
		st   theme.Style
		text string
	}{{theme.Dim, a.path}, {theme.Bright, l.Text}, {theme.Dim, a.facts}, {theme.Waiting, a.blocks}}
	y := 0
	for _, row := range rows {
		if row.text != "" {
			in.Text(1, y, row.st, row.text)
			y++
		}
	}
	for _, t := range a.note {
		in.Text(1, y, theme.Note, t)
		y++
	}
}
