package model

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"arbor/model/query"
	"arbor/store"
)

// Bounds of what is remembered so that a query is not asked anew of all nodes.
const (
	maxLives = 32   // queries
	maxSteps = 128  // changes of the sheet
	maxStep  = 4096 // nodes of one
)

// delta is what became different between two sheets.
type delta struct {
	from, to store.Position
	ids      []ID // nodes that came or changed
	wide     []ID // of these: those that moved or have other tags, so that all below them is touched
	left     []ID // what they hung from, or needed, before
	follows  bool // the later one was made of the earlier one
}

// add notes how a node differs.
func (s *delta) add(id ID, was, is *Facts) {
	if was.Parent != is.Parent || !slices.Equal(was.Tags(), is.Tags()) {
		s.wide = append(s.wide, id)
	}
	s.left = append(append(s.left, was.Parent), was.Depends()...)
}

// between returns what became different from one sheet to a later one; false if that is not remembered.
func (all *sheets) between(from, to store.Position) (ids, wide, left []ID, ok bool) {
	all.mu.Lock()
	defer all.mu.Unlock()
	for i := len(all.steps) - 1; i >= 0 && from != to; i-- {
		if s := &all.steps[i]; s.to == to {
			ids, wide, left = append(ids, s.ids...), append(wide, s.wide...), append(left, s.left...)
			to = s.from
		}
	}
	return ids, wide, left, from == to
}

// note remembers a delta, unless it is so large that asking anew is as good. mu is held.
func (all *sheets) note(s delta) {
	if len(s.ids) > maxStep {
		return
	}
	if len(all.steps) == maxSteps {
		all.steps = slices.Delete(all.steps, 0, 1)
	}
	all.steps = append(all.steps, s)
}

// live is the answer to a query, kept from one state to the next: when nodes change, only what they touch is asked again.
type live struct {
	key   string
	at    store.Position
	is    map[ID]bool // the nodes that are meant
	wide  bool        // it means so many that a sheet finds them sooner
	asked int         // how many nodes the last refresh asked
}

// lives keeps the answers that were asked for last.
type lives struct {
	mu  sync.Mutex
	all []*live // the latest at the end
}

// kept returns the nodes that a query means from what it meant before. false: it has to be asked in full, within an edit, in a process that has no
// sheet at hand, or because it asks for what no record of a node tells.
func (v *View) kept(q *query.Query) (map[ID]bool, bool, error) {
	if _, state := v.r.(*store.Snapshot); !state || v.fold != nil || !steady(q.Expr) || !v.t.sheets.atHand() {
		return nil, false, nil
	}
	if over, err := v.overMirrors(q.Expr); err != nil || over {
		return nil, false, err
	}
	s, err := v.Sheet()
	if err != nil {
		return nil, false, err
	}
	key := liveKey(q)
	ls := &v.t.lives
	ls.mu.Lock()
	defer ls.mu.Unlock()
	var l *live
	if i := slices.IndexFunc(ls.all, func(l *live) bool { return l.key == key }); i >= 0 {
		l = ls.all[i]
		ls.all = append(slices.Delete(ls.all, i, i+1), l)
	} else {
		l = &live{key: key}
		if len(ls.all) == maxLives {
			ls.all = slices.Delete(ls.all, 0, 1)
		}
		ls.all = append(ls.all, l)
	}
	done := false
	if l.is != nil {
		if ids, wide, left, ok := v.t.sheets.between(l.at, s.at); ok {
			if done, err = l.refresh(v, q, ids, wide, left); err != nil {
				l.is = nil
				return nil, false, err
			}
		}
	}
	if l.wide {
		return nil, false, nil
	}
	if !done {
		in := &View{t: v.t, r: v.r, sheet: v.sheet}
		found, err := in.selected(&query.Query{Expr: q.Expr, Now: q.Now})
		if err != nil {
			l.is = nil
			return nil, false, err
		}
		if _, exact := known(q.Expr); exact && len(found) > max(aheadNodes, s.Len()/fewHits) {
			l.is, l.wide = nil, true
			return nil, false, nil
		}
		l.is, l.asked = make(map[ID]bool, len(found)), s.Len()
		for i := range found {
			l.is[found[i].id] = true
		}
	}
	l.at = s.at
	return l.is, true, nil
}

// again is selected for what is asked time and again.
func (v *View) again(q *query.Query) ([]match, error) {
	is, ok, err := v.kept(q)
	if err != nil {
		return nil, fmt.Errorf("select: %w", err)
	}
	if !ok {
		return v.selected(q)
	}
	w := selection{v: v, q: q, tops: map[ID]bool{Root: true, Trash: true, Detached: true}, paths: paths{v: v, known: map[ID]spot{}}}
	if len(is) > max(aheadNodes, v.sheet.Len()/fewHits) {
		hits, slotOf := make([]bool, v.sheet.Len()), v.slotsFor(len(is))
		for id := range is {
			if slot, ok := slotOf(id); ok {
				hits[slot] = true
			}
		}
		if w.out, err = v.ranked(v.sheet, hits, len(is), 0); err != nil {
			return nil, err
		}
	} else {
		ids := make([]ID, 0, len(is))
		for id := range is {
			ids = append(ids, id)
		}
		if err := v.read(ids, w.add); err != nil {
			return nil, err
		}
		slices.SortFunc(w.out, func(a, b match) int { return strings.Compare(a.key, b.key) })
	}
	return v.ordered(q, w.out)
}

// liveKey tells apart queries that may have different answers in one state: by what they say, what their dates mean, and by the minute where time
// itself decides.
func liveKey(q *query.Query) string {
	key := q.Expr.String() + " " + q.Now.Location().String()
	asksFor(q.Expr, func(e query.Expr) bool {
		if d, ok := e.(query.Date); ok {
			key += " " + d.At.String() + " " + d.To.String()
		}
		return false
	})
	if timed(q.Expr) {
		key += q.Now.Truncate(time.Minute).String()
	}
	return key
}

// refresh asks the nodes again that a change touches. false: it touches so many that all are to be asked.
func (l *live) refresh(v *View, q *query.Query, ids, wide, left []ID) (bool, error) {
	touched := map[ID]bool{}
	for _, id := range ids {
		touched[id] = true
	}
	most := max(aheadNodes, v.sheet.Len()/manyHits)
	if ok, err := v.addBelow(wide, touched, most); err != nil || !ok {
		return false, err
	}
	if err := l.near(v, q.Expr, touched, left); err != nil || len(touched) > most {
		return false, err
	}
	in := &View{t: v.t, r: v.r, sheet: v.sheet, few: true}
	keep, err := in.compile(q.Expr, q.Now)
	if err != nil {
		return false, err
	}
	tops, err := in.tops(q.Expr)
	if err != nil {
		return false, err
	}
	l.asked = len(touched)
	for id := range touched {
		delete(l.is, id)
		n, err := in.node(id)
		if err != nil {
			return false, err
		}
		if n == nil || builtin(id) {
			continue
		}
		ok, err := keep(n)
		if err != nil {
			return false, err
		}
		top, err := in.Top(id)
		if err != nil {
			return false, err
		}
		if ok && tops[top] {
			l.is[id] = true
		}
	}
	return true, nil
}

// near adds what is touched because of who is above it, or waits for it, as far as an expression asks for that.
func (l *live) near(v *View, e query.Expr, touched map[ID]bool, left []ID) error {
	family, work := asksFor(e, func(e query.Expr) bool { return e == query.Is("leaf") || e == query.Has("children") }),
		asksFor(e, func(e query.Expr) bool {
			return e == query.Is("ready") || e == query.Is("blocked") || e == query.Is("blocking")
		})
	if !family && !work {
		return nil
	}
	parents := v.sheet.positions().parents
	var found []ID
	for _, id := range left {
		touched[id] = true
	}
	for id := range touched {
		slot, ok := v.sheet.Slot(id)
		if !ok {
			continue
		}
		for up := parents[slot]; up >= 0; up = parents[up] {
			if found = append(found, v.sheet.ID(int(up))); !work {
				break
			}
		}
		if !work {
			continue
		}
		found = append(found, v.sheet.Facts(slot).Depends()...)
		for kv, err := range v.r.Scan(v.t.ks.arrows, store.Prefix(id[:])) {
			if err != nil {
				return err
			}
			found = append(found, ID(kv.Key[len(id):]))
		}
	}
	for _, id := range found {
		touched[id] = true
	}
	return nil
}

// asksFor reports whether a part of an expression is something.
func asksFor(e query.Expr, is func(query.Expr) bool) bool {
	some := func(parts []query.Expr) bool {
		return slices.ContainsFunc(parts, func(x query.Expr) bool { return asksFor(x, is) })
	}
	switch e := e.(type) {
	case query.And:
		return some(e)
	case query.Or:
		return some(e)
	case query.Not:
		return asksFor(e.X, is)
	case query.State: // a slice, which == does not compare
		return false
	}
	return is(e)
}

// steady reports whether the answer to an expression changes with the records of nodes alone, and which nodes one touches is known.
func steady(e query.Expr) bool {
	return !asksFor(e, func(e query.Expr) bool {
		switch e := e.(type) {
		case query.Inside, query.Above:
			return true
		case query.Regexp:
			return e.Note
		case query.Is:
			return e == "active"
		case query.Has:
			return e == "interval" || e == "link" || e == "backlink" || e == "arrow"
		}
		return false
	})
}

// timed reports whether the answer to an expression changes as time goes by.
func timed(e query.Expr) bool {
	return asksFor(e, func(e query.Expr) bool {
		switch e := e.(type) {
		case query.Date:
			return e.Op == query.Overdue
		case query.Is:
			return slices.Contains([]query.Is{"overdue", "ready", "waiting", "scheduled", "expired"}, e)
		}
		return false
	})
}

// standsHere is compileStanding for a few nodes: it looks at what is round each of them.
func (v *View) standsHere(what string, now time.Time) test {
	return func(n *Node) (bool, error) {
		if n.State.Closed() || builtin(n.ID) {
			return false, nil
		}
		if top, err := v.Top(n.ID); err != nil || top != Root {
			return false, err
		}
		if what == "blocking" {
			ids, err := v.Blocks(n)
			return len(ids) > 0, err
		}
		ids, err := v.BlockedBy(n)
		if err != nil || what == "blocked" {
			return len(ids) > 0, err
		}
		s := Standing{Node: *n, Blocked: ids}
		if !n.IsTask() || !s.Ready(now) {
			return false, nil
		}
		open, err := v.openBelow(n.ID)
		return !open, err
	}
}

// openBelow reports whether an open task lies below a node.
func (v *View) openBelow(id ID) (bool, error) {
	for next := []ID{id}; len(next) > 0; {
		id := next[len(next)-1]
		next = next[:len(next)-1]
		for c, err := range v.Children(id) {
			if err != nil {
				return false, err
			}
			if next = append(next, c.ID); c.State.Closed() {
				continue
			}
			if c.State != None {
				return true, nil
			}
			if n, err := v.need(c.ID); err != nil || n.IsTask() {
				return err == nil, err
			}
		}
	}
	return false, nil
}
