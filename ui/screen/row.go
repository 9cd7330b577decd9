package screen

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"arbor/model"
	"arbor/ui/grid"
	"arbor/ui/theme"
)

// Row is what a line shows of a node, wherever it is listed.
type Row struct {
	Text   string
	State  model.State
	Tags   []string // with what is shown beside them: prio:H, a state of the person's own
	Due    model.Date
	Note   bool
	Series bool
	Arrows []string  // what each says and where it leads
	Spark  []float64 // of #plot=…
	Sparks bool      // there is one
	Wait   model.Date
	Signs
}

// Signs say how a node stands, beyond its state.
type Signs struct {
	Running bool // time is counted on it
	Blocked bool // something has to be done before
	Repeats bool
	Paused  bool // it repeats, but not now
	Waits   bool // it is not to be thought of until Wait
}

// Rows reads rows in one frozen state of the tree.
type Rows struct {
	v       *model.View
	now     time.Time
	running map[model.ID]bool // nil until it is known
}

// NewRows returns a reader of rows for a person whose clock shows now.
func NewRows(v *model.View, now time.Time) *Rows { return &Rows{v: v, now: now} }

// Read returns the row of a node that comes from Reflected.
func (rs *Rows) Read(n *model.Node) (Row, error) {
	r := Row{Text: Text(n), State: n.State, Tags: n.Tags, Due: n.Due, Note: n.NoteLen > 0, Series: n.Series, Wait: n.Wait}
	if p, ok := n.Field("prio"); ok && slices.ContainsFunc(n.Fields, func(f model.Field) bool { return f.Key == "prio" && f.Value == p }) { // else it is in the text
		r.Tags = append([]string{"prio:" + p}, r.Tags...)
	}
	if name := n.StateName(); name != n.State.String() {
		r.Tags = append([]string{"state:" + name}, r.Tags...)
	}
	for _, a := range n.Arrows {
		to, err := rs.v.Node(a.To)
		if err != nil {
			return r, err
		}
		label := to.Text
		if a.Label != "" {
			label = a.Label + ": " + to.Text
		}
		r.Arrows = append(r.Arrows, label)
	}
	var err error
	if r.Signs, err = rs.signs(n); err != nil {
		return r, err
	}
	spark, ok, err := rs.v.Spark(*n, rs.now)
	r.Spark, r.Sparks = spark, ok && len(spark) > 0 // #plot without #tagged has nothing to count
	return r, err
}

// signs reads how a node stands. What is closed neither waits nor is blocked.
func (rs *Rows) signs(n *model.Node) (s Signs, err error) {
	if rs.running == nil {
		rs.running = map[model.ID]bool{}
		for e, err := range rs.v.RunningEvents() {
			if err != nil {
				return s, err
			}
			rs.running[e.Node] = true
		}
	}
	if len(rs.running) > 0 {
		id, err := rs.v.Through(n.ID)
		if err != nil && !errors.Is(err, model.ErrGone) {
			return s, err
		}
		s.Running = rs.running[id]
	}
	if n.State.Closed() {
		return s, nil
	}
	if r, ok := rs.v.Recurs(n); ok {
		s.Repeats, s.Paused = true, r.PausedAt(rs.now)
	}
	s.Waits = !n.Wait.IsZero() && rs.now.Before(n.Wait.Start(rs.now.Location()))
	on, err := rs.v.BlockedBy(n)
	s.Blocked = len(on) > 0
	return s, err
}

// Label is the due date as it stands at the right of a row.
func (r *Row) Label(now time.Time) (string, theme.Style) {
	due, st := DueLabel(r.Due, now)
	if r.State.Closed() {
		st = theme.Dim
	}
	return due, st
}

// The least width at which a part of a row is drawn.
const (
	tagsFrom  = 48
	labelFrom = 26
	labelWide = 14 // columns of the label where there is room for a column
)

// DrawRight draws a label, such as the due date, and the tags where there is room, so that they end before column right. x is where the text
// begins. It returns the column at which they begin.
func (r *Row) DrawRight(s grid.Surface, x, right int, label string, st theme.Style) int {
	w, _ := s.Size()
	end := right
	if label != "" && w >= labelFrom {
		s.Right(right-1, 0, st, label)
		right -= grid.Width(label) + 2
	}
	if w < tagsFrom || len(r.Tags) == 0 {
		return right
	}
	edge := right
	if w >= 100 {
		edge = min(right, end-labelWide)
	}
	tags := grid.Cut("+"+strings.Join(r.Tags, " +"), w/4)
	if edge-grid.Width(tags)-2 < x+min(grid.Width(r.Text), w/3) {
		return right
	}
	tags = strings.NewReplacer("+prio:", "prio:", "+state:", "state:").Replace(tags)
	st = theme.Tag
	if r.State.Closed() {
		st = theme.Dim
	}
	return s.Right(edge-1, 0, st, tags) - 1
}

// DrawText draws the text of a row and its sparkline from column x, and returns the column after them.
func (r *Row) DrawText(s grid.Surface, x int, base theme.Style) int {
	text := r.Text
	if r.Sparks {
		text = WithoutPlot(text)
	}
	switch {
	case r.Text == "":
		x = s.Text(x, 0, theme.Dim, "(no text)")
	case text != "":
		x = drawWords(s, x, base, text)
	}
	if r.Sparks {
		x = DrawSpark(s, x+1, 0, r.Spark)
		x = s.Text(x+1, 0, theme.Dim, sum(r.Spark))
	}
	return x
}

// DrawSigns draws what belongs to a text: how the node stands, that it is a series, has a note, and where its arrows lead.
func (r *Row) DrawSigns(s grid.Surface, x int, now time.Time) int {
	for _, sign := range []struct {
		is    bool
		glyph string
		style theme.Style
	}{
		{r.Running, theme.IsTimed, theme.Doing}, {r.Blocked, theme.IsBlocked, theme.Overdue}, {r.Repeats && !r.Paused, theme.Repeats, theme.Accent},
		{r.Paused, theme.IsPaused, theme.Waiting}, {r.Waits && !r.Paused, theme.IsWaiting, theme.Waiting},
	} {
		if sign.is {
			x = s.Text(x+1, 0, sign.style, sign.glyph)
		}
	}
	if r.Waits && !r.Paused {
		until, _ := DueLabel(r.Wait, now)
		x = s.Text(x+1, 0, theme.Dim, until)
	}
	if r.Series {
		x = s.Text(x+1, 0, theme.Spark, "▁▄▆")
	}
	if r.Note {
		x = s.Text(x+1, 0, theme.Note, theme.HasNote)
	}
	for _, a := range r.Arrows {
		x = s.Text(x+2, 0, theme.Arrow, theme.ArrowTo+" "+a)
	}
	return x
}

// drawWords draws a text with its tags, its key=value words and its addresses in their own styles.
func drawWords(s grid.Surface, x int, base theme.Style, text string) int {
	w, _ := s.Size()
	if room := w - x; grid.Width(text) > room {
		text = grid.Cut(text, room)
	}
	for text != "" {
		n := strings.IndexByte(text, ' ')
		word := text
		if n >= 0 {
			word = text[:n+1]
		}
		text = text[len(word):]
		st := base
		switch {
		case base == theme.Dim:
		case len(word) > 2 && word[0] == '#' && word[1] > ' ':
			st = theme.Tag
		case strings.HasPrefix(word, "https://") || strings.HasPrefix(word, "http://"):
			st = theme.Link
		}
		x = s.Raw(x, 0, st, word)
	}
	return x
}

// sum returns the sum of values as it is written beside a sparkline.
func sum(values []float64) string {
	total := 0.0
	for _, v := range values {
		total += v
	}
	return strconv.FormatFloat(total, 'g', 6, 64)
}
