package model

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"arbor/store"
	"arbor/timeseries"
)

// Edit is a user action in the making. It has the methods of View, which see what the edit did so far. After an error from one of its
// methods the action should be given up, by returning the error.
type Edit struct {
	*View
	batch  batch
	writer *writer
	empty  bool
	ids    []ID
	raw    []byte // of the batch, once finished
	chunks map[timeseries.Hash][]byte
	ends   map[ID][]byte // per parent an order above those of all its children, so that a run of new ones needs no scans
}

// edit begins a batch on tx.
func (t *Tree) edit(tx *store.Tx, what intent) (*Edit, error) {
	me, err := readSelf(&t.ks, tx)
	if err != nil {
		return nil, fmt.Errorf("id of this device: %w", err)
	}
	w, err := readWriter(&t.ks, tx, me.device)
	if err != nil {
		return nil, err
	}
	f := newFold(&t.ks, tx)
	e := &Edit{View: &View{t: t, r: tx, fold: f}, writer: w, empty: what.empty, ends: map[ID][]byte{}, chunks: map[timeseries.Hash][]byte{}}
	f.chunk = func(h timeseries.Hash) ([]byte, error) { return e.chunks[h], nil }
	f.read = map[timeseries.Hash]*timeseries.Chunk{}
	e.batch = batch{role: what.role, device: me.device, seq: w.seq + 1, counter: w.next, session: t.opt.Session, label: what.label, target: what.target, first: what.first}
	t.clock.Observe(w.stamp)
	if w.seq == 0 { // a new device follows all there is
		others, err := heads(&t.ks, tx)
		if err != nil {
			return nil, err
		}
		for _, o := range others {
			t.clock.Observe(o.stamp)
			e.batch.deps = append(e.batch.deps, head{o.device, o.seq})
		}
	}
	e.batch.stamp = t.clock.Next()
	f.begin(what.role, e.batch.stamp)
	return e, nil
}

// SetLabel names the action anew, for one that knows what it is about only once it has looked.
func (e *Edit) SetLabel(label string) { e.batch.label = label }

// finish writes the batch to the log, and what is left of its fold to state.
func (e *Edit) finish() error {
	if len(e.batch.ops) == 0 && !e.empty {
		e.batch.seq = 0
		return nil
	}
	e.raw = e.batch.encode()
	if len(e.raw) > MaxBatch {
		return fmt.Errorf("%q takes %d bytes of at most %d in one action: %w", e.batch.label, len(e.raw), MaxBatch, ErrTooLarge)
	}
	ks, tx := &e.t.ks, e.fold.tx
	if err := e.fold.flush(); err != nil {
		return err
	}
	return e.writer.take(ks, tx, &e.batch, e.raw, e.fold.side.encode())
}

// take adds a batch whose ops are folded to the log, and moves the stacks and the head.
func (w *writer) take(ks *spaces, tx *store.Tx, b *batch, raw, side []byte) error {
	if err := w.append(ks, tx, b, raw, side); err != nil {
		return err
	}
	if err := w.note(ks, tx, b); err != nil {
		return err
	}
	return tx.Put(ks.meta, deviceKey(w.device), w.encode())
}

func (e *Edit) receipt() Receipt {
	return Receipt{Seq: e.batch.seq, Label: e.batch.label, IDs: e.ids}
}

// do folds one op and adds it to the batch.
func (e *Edit) do(o op) error {
	if err := e.fold.apply(&o); err != nil {
		return err
	}
	if o.kind == opMove || o.kind == opCreate {
		if last, known := e.ends[o.parent]; known && bytes.Compare(o.order, last) > 0 {
			delete(e.ends, o.parent)
		}
	}
	e.batch.ops = append(e.batch.ops, o)
	if !slices.Contains(e.ids[max(0, len(e.ids)-8):], o.node) {
		e.ids = append(e.ids, o.node)
	}
	return nil
}

// draws is where ids come from.
func (v *View) draws() io.Reader {
	if v.rand != nil {
		return v.rand
	}
	return v.t.opt.Rand
}

// freeID returns a random id that names no node and that taken does not say yes to.
func (v *View) freeID(taken func(ID) bool) (ID, error) {
	for {
		var id ID
		if _, err := io.ReadFull(v.draws(), id[:]); err != nil {
			return id, fmt.Errorf("make an id: %w", err)
		}
		n, err := v.node(id)
		if err != nil || n == nil && !builtin(id) && !taken(id) {
			return id, err
		}
	}
}

// Bounds of what one node holds, so that a batch always can.
const (
	MaxText = 128 << 10 // bytes
	MaxNote = 192 << 10
	MaxName = 256 // bytes of a tag, a key or a label
)

// Create makes a node under parent.
func (e *Edit) Create(parent ID, at Place, text string) (ID, error) {
	id, err := e.freeID(func(ID) bool { return false })
	if err != nil {
		return id, err
	}
	return id, e.CreateID(id, parent, at, text)
}

// CreateID makes the node of a given id, for nodes that several devices or imports must make the same. A node that is only detached is
// made anew, without what it had; one that can be seen is ErrExists.
func (e *Edit) CreateID(id, parent ID, at Place, text string) error {
	if err := e.canHold(parent); err != nil {
		return err
	}
	if text = OneLine(text); len(text) > MaxText {
		return fmt.Errorf("text of %d bytes, at most %d: %w", len(text), MaxText, ErrTooLarge)
	}
	if err := e.makeWay(id); err != nil {
		return err
	}
	order, err := e.place(id, parent, at)
	if err != nil {
		return err
	}
	return e.do(op{kind: opCreate, node: id, parent: parent, order: order, text: text})
}

// makeWay refuses id if it is in use, and lets go of the children of a detached node that is about to be made anew.
func (e *Edit) makeWay(id ID) error {
	n, err := e.node(id)
	if err != nil || n == nil && !builtin(id) {
		return err
	}
	if shown, err := e.shown(id); err != nil || shown || builtin(id) {
		return errors.Join(err, fmt.Errorf("%s: %w", id, ErrExists))
	}
	var children []ID
	for c, err := range e.Children(id) {
		if err != nil {
			return err
		}
		children = append(children, c.ID)
	}
	for _, c := range children {
		if err := e.do(op{kind: opMove, node: c, parent: Detached}); err != nil {
			return err
		}
	}
	return nil
}

// canHold reports why nothing can be put under parent.
func (e *Edit) canHold(parent ID) error {
	if parent == Detached {
		return fmt.Errorf("%s: %w", parent, errNoDetach)
	}
	_, err := e.need(parent)
	return err
}

// movable returns a node that can be moved.
func (e *Edit) movable(id ID) (*Node, error) {
	if builtin(id) {
		return nil, fmt.Errorf("%s: %w", id, ErrBuiltin)
	}
	return e.need(id)
}

// Move puts a node, with all below it, at a place under parent. Below itself is ErrCycle.
func (e *Edit) Move(id, parent ID, at Place) error {
	if parent == Trash {
		return e.Trash(id)
	}
	if _, err := e.movable(id); err != nil {
		return err
	}
	if err := e.canHold(parent); err != nil {
		return err
	}
	if within, err := e.Under(parent, id); err != nil || within {
		return errors.Join(err, fmt.Errorf("move %s under %s: %w", id, parent, ErrCycle))
	}
	if there, err := e.isAt(id, parent, at); err != nil || there {
		return err
	}
	order, err := e.place(id, parent, at)
	if err != nil {
		return err
	}
	return e.do(op{kind: opMove, node: id, parent: parent, order: order})
}

// Trash puts a node, with all below it, into the trash, from where Restore takes it back.
func (e *Edit) Trash(id ID) error {
	n, err := e.movable(id)
	if err != nil || n.Parent == Trash {
		return err
	}
	was := origin{parent: n.Parent, order: n.Order, known: true}
	order, err := e.place(id, Trash, Last)
	if err != nil {
		return err
	}
	return e.do(op{kind: opMove, node: id, parent: Trash, order: order, from: was})
}

// Restore puts a node from the trash back where it was, or at the end of the tree where its parent is gone.
func (e *Edit) Restore(id ID) error {
	n, err := e.movable(id)
	if err != nil {
		return err
	}
	if n.Parent != Trash {
		return fmt.Errorf("restore %s: %w", id, ErrNotTrash)
	}
	if was := n.from; was.known {
		p, err := e.node(was.parent)
		if err != nil {
			return err
		}
		if p != nil {
			top, err := e.Top(was.parent)
			if err != nil {
				return err
			}
			if top == Root {
				return e.do(op{kind: opMove, node: id, parent: was.parent, order: was.order})
			}
		}
	}
	return e.Move(id, Root, Last)
}
