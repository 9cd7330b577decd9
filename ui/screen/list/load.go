package list

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"arbor/model"
	"arbor/model/date"
	"arbor/model/query"
	"arbor/ui/screen"
	"arbor/ui/theme"
)

// agendaDays is how many days an agenda shows.
const agendaDays = 7

// maxLines bounds the nodes of a page.
const maxLines = 500

// line is a node, a heading, or, without words, the space before a heading.
type line struct {
	id model.ID // zero for what is no node
	screen.Row
	on    date.Date // of an agenda: the day below which it stands
	head  string
	depth int
	lead  string // before the state: the urgency, the times of day
	label string // in the place of the due date
	style theme.Style
	where string // the text of the node above
	faint bool   // it is not to be done: it was, or its date is one of those that follow
	terms []model.Term
	from  string // the node above whose due date counts
	about *about // of Review
	then  string // of History: the name of the version; of Time: that of the interval; of Links: whether it leads by an arrow
}

// is reports whether a line is of a node.
func (l line) is() bool { return l.id != model.ID{} }

// key is what a line is known by when the list is read again.
type key struct {
	id model.ID
	on string
}

func (l line) key() key { return key{l.id, l.on.String() + l.head + l.then} }

// page is what a list shows. It answers a request.
type page struct {
	kind  Kind
	seq   uint64
	title string
	note  string
	count int // of Review: how many there are
	lines []line
	empty string // what is said where nothing is listed
	wrong string // why there is nothing
	now   time.Time
	to    model.ID
	err   error
}

// request is what a page depends on.
type request struct {
	env   screen.Env
	kind  Kind
	seq   uint64
	asks  Asks
	ahead int
	open  bool
	to    model.ID
	of    model.ID
}

func (q request) run() page { return model.Again(q.read, func(p *page) error { return p.err }) }

func (q request) read() page {
	p := page{kind: q.kind, seq: q.seq, now: q.env.Now(), to: q.to}
	p.err = q.env.Tree.View(func(v *model.View) error {
		r := reader{request: q, v: v, p: &p, rows: screen.NewRows(v, p.now), texts: map[model.ID]string{model.Root: ""}}
		p.lines, p.note = nil, ""
		var err error
		if r.within, err = q.env.Within(p.now); err != nil {
			return err
		}
		switch q.kind {
		case Agenda:
			return r.agenda()
		case Next:
			return r.next()
		case Time:
			return r.worked()
		case Review:
			return r.review()
		case Trash:
			return r.trash()
		case History:
			return r.history()
		case Links:
			return r.links()
		}
		return r.query()
	})
	return p
}

// reader fills a page.
type reader struct {
	request
	v     *model.View
	p     *page
	rows  *screen.Rows
	texts map[model.ID]string // of the nodes above those that are listed

	listed int          // of Links: how many were met
	within *query.Query // of the context
}

// node returns the line of a node.
func (r *reader) node(n model.Node) (line, error) {
	n, err := r.v.Reflected(n)
	if err != nil {
		return line{}, err
	}
	l := line{id: n.ID}
	if l.Row, err = r.rows.Read(&n); err != nil {
		return l, err
	}
	where, ok := r.texts[n.Parent]
	if !ok {
		up, err := r.v.Node(n.Parent)
		if err != nil {
			return l, err
		}
		where = up.Text
		r.texts[n.Parent] = where
	}
	l.where = where
	return l, nil
}

// heading begins a part of the list.
func (r *reader) heading(text string, st theme.Style) {
	if len(r.p.lines) > 0 {
		r.p.lines = append(r.p.lines, line{})
	}
	r.p.lines = append(r.p.lines, line{head: text, style: st})
}

// rest says at the end how many there are besides those listed.
func (r *reader) rest(more int) {
	if more > 0 {
		r.p.lines = append(r.p.lines, line{head: fmt.Sprintf("and %d more", more), style: theme.Dim})
	}
}

// agenda lists the days, what is late first.
func (r *reader) agenda() error {
	p := r.p
	plus := func(d date.Date, days int) date.Date { return date.Date{T: d.T.AddDate(0, 0, days), AllDay: true} }
	today := date.Day(p.now)
	from := plus(today, r.ahead)
	to := plus(from, agendaDays-1)
	p.title = "agenda, " + date.Format(from, p.now) + " to " + date.Format(to, p.now)
	days, err := r.v.Agenda(r.within, from, to, p.now)
	if err != nil {
		return err
	}
	late := func(it model.AgendaItem) bool { return it.Late }
	for _, d := range days {
		if over := slices.DeleteFunc(slices.Clone(d.Items), func(it model.AgendaItem) bool { return !late(it) }); len(over) > 0 {
			r.heading("Late", theme.Overdue)
			if err := r.items(d.Day, over); err != nil {
				return err
			}
		}
		items := slices.DeleteFunc(d.Items, late)
		if r.open {
			items = slices.DeleteFunc(items, func(it model.AgendaItem) bool { return it.Kind == model.AgendaDone })
		}
		title, st := date.Format(d.Day, p.now), theme.Title
		switch {
		case d.Day.Equal(today):
			title, st = title+", today", theme.Accent
		case len(items) == 0:
			st = theme.Dim
		}
		r.heading(title, st)
		if err := r.items(d.Day, items); err != nil {
			return err
		}
	}
	if r.open {
		p.note = "without what is done"
	}
	return nil
}

// items lists what stands on a day.
func (r *reader) items(day date.Date, items []model.AgendaItem) error {
	loc := r.p.now.Location()
	for i := range items {
		it := &items[i]
		l, err := r.node(it.Node)
		if err != nil {
			return err
		}
		from, to := it.Clock(day, loc)
		if l.lead = from; to != "" {
			l.lead += "–" + to
		}
		l.on, l.label, l.faint = day, it.Says(r.p.now), it.Kind == model.AgendaDone || it.Projected
		switch {
		case it.Kind == model.AgendaDone:
			l.style = theme.Done
		case it.Late && it.Kind == model.AgendaDue, !it.Late && it.Kind == model.AgendaEvent && len(it.Overlaps) > 0:
			l.style = theme.Overdue
		case it.Late, it.Kind == model.AgendaWarned, it.Kind == model.AgendaDue:
			l.style = theme.Today
		default:
			l.style = theme.Dim
		}
		r.p.lines = append(r.p.lines, l)
	}
	return nil
}

// next lists the tasks that are ready, the most urgent first.
func (r *reader) next() error {
	p := r.p
	p.title, p.empty = "next", "Nothing to do now. A task is an open node with a state, or a due or scheduled date, that waits for nothing."
	all, ready, err := r.v.Next(r.within, r.env.Weights, p.now, maxLines)
	if err != nil {
		return err
	}
	for i := range all {
		s := &all[i]
		l, err := r.node(s.Node)
		if err != nil {
			return err
		}
		if l.lead, l.terms = fmt.Sprintf("%5.1f", s.Urgency), s.Why; l.Due.IsZero() {
			l.Due = s.Due
		}
		if !s.Due.IsZero() && s.DueOf != s.Node.ID {
			n, err := r.v.Node(s.DueOf)
			if err != nil {
				return err
			}
			l.from = n.Text
		}
		l.label, l.style = l.Label(p.now)
		p.lines = append(p.lines, l)
	}
	r.rest(ready - len(all))
	p.note = fmt.Sprintf("%d ready", ready)
	return nil
}

// query lists what a query means, in its order and its groups.
func (r *reader) query() error {
	p := r.p
	p.title, p.empty = "query", "Nothing is meant by this query."
	if r.asks.Query == "" {
		p.empty = "Nothing is asked yet. " + r.env.Keys.Label("find.query") + " asks: +home -done, due<fri, is:ready sort:urgency, or @name of a saved query."
		return nil
	}
	if p.title = r.asks.Title; p.title == "" {
		p.title = r.asks.Query
	}
	q, err := query.Parse(r.asks.Query, p.now, r.env.States()...)
	if err != nil {
		return err
	}
	if q, err = r.v.Expand(q.In(r.within)); err != nil {
		return err
	}
	var nodes []model.Node
	more := 0
	for n, err := range r.v.Select(q) {
		if err != nil {
			return err
		}
		if len(nodes) == maxLines {
			ids, err := r.v.Meant(q)
			if err != nil {
				return err
			}
			more = len(ids) - maxLines
			break
		}
		if n, err = r.v.Reflected(n); err != nil {
			return err
		}
		nodes = append(nodes, n)
	}
	p.note = fmt.Sprintf("%d found", len(nodes)+more)
	if q.Group == "" {
		err = r.results(nodes, len(q.Sort) == 0)
	} else {
		err = r.groups(q, nodes)
	}
	r.rest(more)
	return err
}

// results lists nodes; in the order of the tree what lies below another one is indented.
func (r *reader) results(nodes []model.Node, tree bool) error {
	var open []model.ID
	for _, n := range nodes {
		l, err := r.node(n)
		if err != nil {
			return err
		}
		if l.label, l.style = l.Label(r.p.now); tree {
			path, err := r.v.Path(n.ID)
			if err != nil {
				return err
			}
			for len(open) > 0 && !slices.Contains(path, open[len(open)-1]) {
				open = open[:len(open)-1]
			}
			if l.depth = len(open); l.depth > 0 && open[l.depth-1] == n.Parent {
				l.where = ""
			}
			open = append(open, n.ID)
		}
		r.p.lines = append(r.p.lines, l)
	}
	return nil
}

func (r *reader) groups(q *query.Query, nodes []model.Node) error {
	for _, g := range model.Groups(q, nodes) {
		title, err := r.v.Title(q.Group, g, r.p.now)
		if err != nil {
			return err
		}
		st := theme.Title
		if g.Overdue {
			st = theme.Overdue
		}
		r.heading(strings.TrimSpace(title), st)
		from := len(r.p.lines)
		if err := r.results(g.Nodes, false); err != nil {
			return err
		}
		for i := range r.p.lines[from:] {
			r.p.lines[from+i].head = title // of several groups each has its own line of a node
		}
	}
	return nil
}
