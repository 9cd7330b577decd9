package outline

import (
	"errors"
	"slices"
	"time"

	"arbor/model"
	"arbor/ui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// row is what a line of the outline shows.
type row struct {
	id, parent model.ID
	depth      int
	screen.Row
	kids, open bool
	via        model.ID // of a result of a saved query: the node that lists it
	saved      bool     // it has a query, or is a mirror
	listing    listing  // what that means
}

// want says which window of rows is asked for.
type want struct {
	ids    []model.ID // the cursor goes to the first of these that has a row
	bottom bool       // or to the last row, else the first, if none has
	reveal bool       // unfold what hides ids[0], and leave the part shown if it lies elsewhere
	below  bool       // the cursor goes to the last row of the subtree of ids[0]
	via    model.ID   // the cursor goes to the first of results that this node lists, before ids
	of     []model.ID // results
}

// window is the answer to a want.
type window struct {
	seq     uint64
	rows    []row
	cur     int
	atTop   bool
	atEnd   bool
	crumbs  []screen.Crumb
	root    model.ID
	folds   folds
	keep    []model.ID
	bare    bool       // the whole tree is empty
	saved   []model.ID // nodes with a query that are shown
	found   map[model.ID]listing
	changes uint64 // when found was asked
	now     time.Time
	err     error
}

// load asks for a window. move says that the cursor may go elsewhere by it, so that keys wait for the answer.
func (m Model) load(w want, move bool) (Model, tea.Cmd) {
	m.seq++
	m.loading = true
	m.settling = m.settling || move
	q := m.query(w)
	return m, func() tea.Msg { return q.run() }
}

func (m Model) query(w want) query {
	return query{env: m.env, seq: m.seq, want: w, root: m.root, folds: m.folds, hideDone: m.hideDone, keep: m.keep, span: max(m.h, 10), found: m.found, changes: m.changes, outdated: m.changes != m.foundAt}
}

// reload asks for the window round the cursor, wherever its node is now.
func (m Model) reload(move bool) (Model, tea.Cmd) {
	w := want{ids: m.candidates()}
	if m.cur < len(m.rows) && m.rows[m.cur].via != (model.ID{}) {
		w.via = m.rows[m.cur].via
		w.ids = []model.ID{w.via}
		for _, r := range m.rows[m.cur:] {
			if r.via == w.via {
				w.of = append(w.of, r.id)
			}
		}
		for i := m.cur - 1; i >= 0 && m.rows[i].via == w.via; i-- {
			w.of = append(w.of, m.rows[i].id)
		}
	}
	return m.load(w, move)
}

// candidates are the nodes to put the cursor on if its own is gone: those below it, above it, and what it hung from.
func (m Model) candidates() []model.ID {
	if m.cur >= len(m.rows) {
		return nil
	}
	r := m.rows[m.cur]
	ids := []model.ID{r.id}
	for i := m.cur + 1; i < len(m.rows) && len(ids) < 200; i++ {
		if m.rows[i].depth <= r.depth {
			ids = append(ids, m.rows[i].id)
		}
	}
	for i := m.cur - 1; i >= 0 && len(ids) < 400; i-- {
		ids = append(ids, m.rows[i].id)
	}
	return append(ids, r.parent)
}

// query is a want with the values that the answer depends on.
type query struct {
	env      screen.Env
	seq      uint64
	want     want
	root     model.ID
	folds    folds
	hideDone bool
	keep     []model.ID
	span     int // rows of a screen
	found    map[model.ID]listing
	changes  uint64
	outdated bool // found may no longer be true
}

func (q query) run() window { return model.Again(q.read, func(a *window) error { return a.err }) }

func (q query) read() window {
	var a window
	err := q.env.Tree.View(func(v *model.View) error {
		a = window{seq: q.seq, now: q.env.Now(), folds: q.folds, keep: q.keep, found: q.found, changes: q.changes}
		if err := q.settleRoot(v, &a); err != nil {
			return err
		}
		w := &walker{v: v, root: a.root, folds: a.folds, hideDone: q.hideDone, keep: a.keep, found: q.found, rows: screen.NewRows(v, a.now)}
		part, err := q.env.Part(v, a.now)
		if err != nil {
			return err
		}
		w.part = part
		top, err := v.Node(a.root)
		if err != nil {
			return err
		}
		w.rootHide = top.HideDone
		if lists(&top) {
			a.saved = append(a.saved, top.ID)
		}
		return q.fillSaved(w, &a)
	})
	a.seq, a.err = q.seq, err
	return a
}

// settleRoot finds what to show: the root asked for if it is still in the tree, and a way to what is to be revealed.
func (q query) settleRoot(v *model.View, a *window) error {
	a.root = q.root
	if a.root != model.Root {
		if under, err := v.Under(a.root, model.Root); err != nil || !under {
			a.root = model.Root
		} else if a.root, err = v.Through(a.root); err != nil && !errors.Is(err, model.ErrGone) { // one goes into the node of a mirror
			return err
		}
	}
	if !q.want.reveal || len(q.want.ids) == 0 {
		return q.crumbs(v, a)
	}
	id := q.want.ids[0]
	path, err := v.Path(id)
	if err != nil {
		return err
	}
	at := slices.Index(path, a.root)
	if at < 0 || at == len(path)-1 {
		a.root, at = path[0], 0
	}
	for depth, p := range path[at+1 : max(len(path)-1, at+1)] {
		n, err := v.Node(p)
		if err != nil {
			return err
		}
		if !a.folds.open(&n, depth) {
			a.folds = a.folds.with(p, true)
		}
	}
	a.keep = path
	return q.crumbs(v, a)
}

func (q query) crumbs(v *model.View, a *window) (err error) {
	a.crumbs, err = screen.Crumbs(v, a.root)
	return err
}

// fill walks from the cursor's row up and down.
func (q query) fill(w *walker, a *window) error {
	s, ok, err := q.start(w)
	if err != nil {
		return err
	}
	if !ok {
		a.atTop, a.atEnd = true, true
		if a.root == model.Root {
			_, some, err := w.v.FirstChild(model.Root)
			a.bare = !some
			return err
		}
		return nil
	}
	spots := []spot{s}
	for len(spots) <= 2*q.span {
		p, ok, err := w.prev(spots[len(spots)-1])
		if err != nil {
			return err
		}
		if !ok {
			a.atTop = true
			break
		}
		spots = append(spots, p)
	}
	slices.Reverse(spots)
	a.cur = len(spots) - 1
	for n := 0; n <= 3*q.span; n++ {
		p, ok, err := w.next(spots[len(spots)-1])
		if err != nil {
			return err
		}
		if !ok {
			a.atEnd = true
			break
		}
		spots = append(spots, p)
	}
	a.rows = make([]row, len(spots))
	for i := range spots {
		if a.rows[i], err = w.row(&spots[i]); err != nil {
			return err
		}
		if r := &a.rows[i]; r.saved && r.open {
			a.saved = append(a.saved, r.id)
		}
	}
	return nil
}

// start finds the cursor's row.
func (q query) start(w *walker) (spot, bool, error) {
	for _, id := range q.want.of {
		if s, ok, err := w.findResult(id, q.want.via); err != nil || ok {
			return s, ok, err
		}
	}
	for _, id := range q.want.ids {
		s, ok, err := w.find(id)
		if err != nil {
			return s, false, err
		}
		if ok && q.want.below {
			return w.lastBelow(s.node.ID, s.depth)
		}
		if ok {
			return s, true, nil
		}
	}
	return w.edge(q.want.bottom)
}

// row reads what the line of s shows.
func (w *walker) row(s *spot) (row, error) {
	shown, err := w.v.Reflected(s.node)
	if err != nil {
		return row{}, err
	}
	n := &shown
	r := row{id: n.ID, parent: n.Parent, depth: s.depth}
	if r.Row, err = w.rows.Read(n); err != nil {
		return r, err
	}
	if s.via != (model.ID{}) {
		r.via, r.parent = s.via, s.via
	} else {
		if r.kids, err = w.v.HasChildren(n.ID); err != nil {
			return r, err
		}
		r.open = w.folds.open(n, s.depth)
		if r.saved = lists(&s.node); r.saved {
			some, err := w.listsSome(&s.node)
			if err != nil {
				return r, err
			}
			r.kids = r.kids || some
			if r.open { // a folded one is not asked
				r.listing = w.found[n.ID]
			}
		}
	}
	return r, nil
}
