package model

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"

	"arbor/model/query"
	"arbor/store"
)

// Guard stands beside the actions of a tree: it may add to one, look at what one is about to do and refuse it, and learn what was done. It is for
// actions alone, and for the parts of imports; what undo and redo bring back was allowed once.
type Guard struct {
	// Then adds to an action in the making, which it has seen, in the same batch and so the same step of undo. It may run several times. What an
	// import makes it does not see. An error gives the action up.
	Then func(*Edit, []Happening) error
	// Ask is shown what an action is about to do, outside of any transaction, so that it can take its time and use the tree. An error gives the
	// action up: nothing is written.
	Ask func(label string, all []Happening) error
	// Tell is shown what was done, after it is.
	Tell func(label string, all []Happening)
}

// HappeningKind is what happens to a node in an action: the first of these that fits.
type HappeningKind uint8

const (
	Adds      HappeningKind = iota // it is made
	Removes                        // it goes to the trash
	Completes                      // it is done, or an occurrence of it
	Starts                         // time begins to be taken
	Alters                         // anything else
)

func (k HappeningKind) String() string {
	return [...]string{"add", "remove", "done", "start", "change"}[k]
}

// Happening is what an action does to one node.
type Happening struct {
	Kind   HappeningKind
	Before *Node // nil if there was none
	After  Node
	Noted  bool   // the note changed
	Note   string // what it is afterwards, if it changed
}

// maxGuarded bounds how often the hooks are asked about one action, where others change what they were asked about meanwhile.
const maxGuarded = 3

var (
	errRehearsed = errors.New("rehearsed")
	errOvertaken = errors.New("not what was asked about")
)

// guarded commits what the guard lets pass. To ask it in a transaction would be wrong, for it may take long and use the tree itself. So the
// action is rehearsed, which shows what it would do; then it is made, with the same ids, if it still does that.
func (t *Tree) guarded(what intent, fn func(*Edit) error) (Receipt, error) {
	g := t.opt.Guard
	for range maxGuarded {
		draws := drawn{from: t.opt.Rand}
		var asked []Happening
		if g.Ask != nil && !what.asked {
			var err error
			var label string
			if asked, label, err = t.rehearse(what, &draws, fn); err != nil {
				return Receipt{}, err
			}
			if len(asked) > 0 {
				if err := g.Ask(label, asked); err != nil {
					return Receipt{}, err
				}
			}
		}
		var done []Happening
		r, err := t.write(what, func(e *Edit) (err error) {
			e.rand = draws.again()
			if done, err = e.acted(what, fn); err == nil && asked != nil && !alike(asked, done) {
				err = errOvertaken
			}
			return err
		})
		if errors.Is(err, errOvertaken) {
			continue
		}
		if err == nil && g.Tell != nil && len(done) > 0 {
			t.tell(what, r.Label, done)
		}
		return r, err
	}
	return Receipt{}, fmt.Errorf("%s: given up after %d attempts: %w", what.label, maxGuarded, ErrChanged)
}

// tell shows the guard what was done, in an import when all of it is.
func (t *Tree) tell(what intent, label string, done []Happening) {
	if what.im != nil {
		what.im.done = append(what.im.done, done...)
		return
	}
	t.opt.Guard.Tell(label, done)
}

// rehearse returns what an action would do, and its label.
func (t *Tree) rehearse(what intent, draws *drawn, fn func(*Edit) error) (all []Happening, label string, err error) {
	_, err = t.write(what, func(e *Edit) (err error) {
		e.rand = draws.again()
		if all, err = e.acted(what, fn); err == nil {
			label = e.batch.label
			err = e.finish()
		}
		if err == nil {
			err = errRehearsed
		}
		return err
	})
	if errors.Is(err, errRehearsed) {
		err = nil
	}
	return all, label, err
}

// acted runs fn and what the guard adds to it, and returns what they do.
func (e *Edit) acted(what intent, fn func(*Edit) error) ([]Happening, error) {
	if err := fn(e); err != nil {
		return nil, err
	}
	all, err := e.happenings(what)
	then := e.t.opt.Guard.Then
	if err != nil || then == nil || what.im != nil || len(all) == 0 {
		return all, err
	}
	ops := len(e.batch.ops)
	if err := then(e, all); err != nil || len(e.batch.ops) == ops {
		return all, err
	}
	return e.happenings(what)
}

// happenings returns what the edit did so far, node by node in the order in which they were touched.
func (e *Edit) happenings(what intent) ([]Happening, error) {
	made, kinds := map[ID]bool{}, map[ID]HappeningKind{}
	for i := range e.batch.ops {
		switch o := &e.batch.ops[i]; o.kind {
		case opCreate:
			made[o.node] = true
		case opEvent:
			ev, err := decodeEvent(o.node, o.event, o.eventID, o.value)
			switch {
			case err != nil:
				return nil, err
			case o.present && ev.Outcome == OutcomeDone:
				kinds[o.node] = Completes
			case o.present && ev.Running() && kinds[o.node] != Completes:
				kinds[o.node] = Starts
			}
		}
	}
	var all []Happening
	for _, h := range e.fold.dirty {
		kind, known := kinds[h.node.ID]
		switch was := h.was; {
		case builtin(h.node.ID):
			continue
		case made[h.node.ID]:
			kind = Adds
		case was == nil || what.im != nil && what.im.staged[h.node.ID]: // the part of the import that made it said so
			continue
		case h.node.Parent == Trash && was.Parent != Trash:
			kind = Removes
		case h.node.State == Done && was.State != Done:
			kind = Completes
		case !known && !h.noted && same(was, h.node):
			continue
		case !known:
			kind = Alters
		}
		a := Happening{Kind: kind, Before: h.was, After: h.node.clone(), Noted: h.noted}
		if h.noted {
			var err error
			if a.Note, err = readNote(e.fold.ks, e.fold.tx, h.node); err != nil {
				return nil, err
			}
		}
		all = append(all, a)
	}
	return all, nil
}

// same reports whether two nodes say the same, but for when.
func same(a, b *Node) bool {
	if a == nil || b == nil {
		return a == b
	}
	x, y := a.clone(), b.clone()
	for _, n := range []*Node{&x, &y} {
		n.Created, n.Modified, n.Finished = time.Time{}, time.Time{}, time.Time{}
	}
	return bytes.Equal(appendRecord(nil, &x), appendRecord(nil, &y))
}

// alike reports whether two runs of an action do the same to the same nodes, but for when.
func alike(a, b []Happening) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Kind != b[i].Kind || a[i].Note != b[i].Note || !same(a[i].Before, b[i].Before) || !same(&a[i].After, &b[i].After) {
			return false
		}
	}
	return true
}

// drawn keeps what a run of an action draws, so that another draws the same.
type drawn struct {
	from io.Reader
	kept []byte
}

// again returns a reader of what was drawn, and then of more.
func (d *drawn) again() io.Reader { return &redrawn{drawn: d} }

type redrawn struct {
	*drawn
	at int
}

func (r *redrawn) Read(p []byte) (int, error) {
	if r.at == len(r.kept) {
		n, err := r.from.Read(p)
		r.kept = append(r.kept, p[:n]...)
		r.at += n
		return n, err
	}
	n := copy(p, r.kept[r.at:])
	r.at += n
	return n, nil
}

// askAll asks the guard about the batches of an import that show one by one, before the first of them is written. What cannot be rehearsed before
// another is written is asked about when its turn comes.
func (t *Tree) askAll(im *Importer, batches []portion) error {
	if t.opt.Guard == nil || t.opt.Guard.Ask == nil || len(batches) == 1 {
		return nil
	}
	for i := range batches {
		b := &batches[i]
		happenings, label, err := t.rehearse(intent{label: im.label, im: im}, &drawn{from: t.opt.Rand}, all(b.steps))
		if errors.Is(err, store.ErrTooLarge) || errors.Is(err, ErrTooLarge) || errors.Is(err, ErrNoNode) {
			continue
		}
		if err == nil && len(happenings) > 0 {
			err = t.opt.Guard.Ask(label, happenings)
		}
		if err != nil {
			return err
		}
		b.asked = true
	}
	return nil
}

// Fits reports whether a query means a node as it is given, wherever that stands.
func (v *View) Fits(q *query.Query, n *Node) (bool, error) {
	q, err := v.Expand(q)
	if err != nil {
		return false, fmt.Errorf("select: %w", err)
	}
	keep, err := v.compile(q.Expr, q.Now)
	if err != nil {
		return false, fmt.Errorf("select: %w", err)
	}
	return keep(n)
}
