package model

import (
	"bytes"
	"fmt"
	"slices"

	"arbor/store"
	"arbor/sync/crdt"
)

// Scope says whose last action is meant.
type Scope uint8

const (
	// ThisSession is what this session did; if it did nothing, ThisDevice.
	ThisSession Scope = iota
	// ThisDevice is what any process on this device did.
	ThisDevice
)

// Undo takes the last action of a scope back, by a new batch that restores what the action replaced, where nothing else has replaced
// it since. The receipt's label says which action it was. Where nothing of it can be restored the error is ErrChanged and the next
// Undo goes on with the action before. ErrNothing: there is none.
func (t *Tree) Undo(scope Scope) (Receipt, error) { return t.revert(scope, roleUndo) }

// Redo takes the last Undo of a scope back. A new action of the scope leaves nothing to redo.
func (t *Tree) Redo(scope Scope) (Receipt, error) { return t.revert(scope, roleRedo) }

// revert finds what to take back, and does.
func (t *Tree) revert(scope Scope, r role) (Receipt, error) {
	var target entry
	var parts []uint64
	var made map[ID]bool
	inOrder := false
	find := func(v *View) error {
		me, err := readSelf(&t.ks, v.r)
		if err != nil {
			return err
		}
		w, err := readWriter(&t.ks, v.r, me.device)
		if err != nil {
			return err
		}
		found, err := w.last(&t.ks, v.r, scope, r, t.opt.Session)
		if err != nil {
			return err
		}
		target, parts, made, inOrder, err = group(&t.ks, v.r, me.device, found.seq)
		return err
	}
	if err := t.look(find); err != nil {
		return Receipt{}, fmt.Errorf("%s: %w", verbs[r], err)
	}
	label := target.batch.label
	if inOrder {
		parts = append(parts, target.batch.seq)
	}
	var first uint64
	for _, part := range slices.Backward(parts) {
		back, err := t.commit(intent{role: roleBack, label: label, durability: store.None}, func(e *Edit) error {
			entry, err := readBatch(&t.ks, e.r, e.batch.device, part)
			if err == nil {
				_, err = e.takeBack(entry, made)
			}
			return err
		})
		if err != nil {
			return Receipt{}, fmt.Errorf("%s %q: %w", verbs[r], label, err)
		}
		if first == 0 {
			first = back.Seq
		}
	}
	var refused error
	receipt, err := t.commit(intent{role: r, label: label, target: target.batch.seq, first: first, empty: true}, func(e *Edit) error {
		if err := e.stillOn(r, target.batch.seq); err != nil {
			return err
		}
		if inOrder {
			return nil
		}
		var err error
		refused, err = e.takeBack(target, made)
		return err
	})
	if err == nil && receipt.IDs == nil && len(parts) == 0 && len(target.batch.ops) > 0 {
		err = refused
	}
	if err != nil {
		return Receipt{}, fmt.Errorf("%s %q: %w", verbs[r], label, err)
	}
	return receipt, nil
}

var verbs = [roles]string{roleUndo: "undo", roleRedo: "redo"}

// last returns what is to be taken back next.
func (w *writer) last(ks *spaces, r store.Reader, scope Scope, do role, session string) (frame, error) {
	s, fits := w.undoStack(ks), func(frame) bool { return true }
	if do == roleRedo {
		s, fits = w.redoStack(ks), func(f frame) bool { return f.seq > w.action }
	}
	if scope == ThisSession {
		own := sessionHash(session)
		f, ok, err := s.find(r, func(f frame) bool { return f.session == own })
		if err != nil || ok {
			return f, err
		}
	}
	f, ok, err := s.find(r, fits)
	if err == nil && !ok {
		err = ErrNothing
	}
	return f, err
}

// group returns a batch, the numbers of those that belong to it and have something to be taken back, and the nodes that they created:
// what an import creates goes as it came, with the one node it hangs from. inOrder says that the batch itself is to be taken back before the others,
// because one of these made a node in the tree itself, which later ones may have put something under.
func group(ks *spaces, r store.Reader, dev device, seq uint64) (whole entry, parts []uint64, made map[ID]bool, inOrder bool, err error) {
	whole, err = readBatch(ks, r, dev, seq)
	if err != nil || whole.batch.first == 0 {
		return whole, nil, nil, false, err
	}
	made = map[ID]bool{}
	for e, err := range readLog(ks, r, dev, whole.batch.first) {
		if err != nil {
			return whole, nil, nil, false, err
		}
		if e.batch.seq >= seq {
			break
		}
		if e.batch.role != rolePart && e.batch.role != roleBack {
			continue // of another process
		}
		lasting := false
		for i := range e.batch.ops {
			o := &e.batch.ops[i]
			if o.kind == opCreate {
				made[o.node] = true
			}
			inOrder = inOrder || o.kind == opCreate && o.leaves(e.batch.role, made)
			lasting = lasting || !made[o.node] || o.leaves(e.batch.role, made)
		}
		if lasting {
			parts = append(parts, e.batch.seq)
		}
	}
	return whole, parts, made, inOrder, nil
}

// stillOn fails if another process took target back since it was found.
func (e *Edit) stillOn(do role, target uint64) error {
	s := e.writer.undoStack(&e.t.ks)
	if do == roleRedo {
		s = e.writer.redoStack(&e.t.ks)
	}
	_, ok, err := s.find(e.r, func(f frame) bool { return f.seq == target })
	if err == nil && !ok {
		err = fmt.Errorf("it was taken back already: %w", ErrChanged)
	}
	return err
}

// takeBack undoes the ops of a batch, the last first, where what they set is still there. refused says why something was left.
// Nodes in made are left as they are, but for where they hang and for samples.
func (e *Edit) takeBack(target entry, made map[ID]bool) (refused, err error) {
	s, err := decodeSide(target.side, target.batch.ops)
	if err != nil {
		return nil, fmt.Errorf("what batch %d replaced: %w", target.batch.seq, err)
	}
	r := reversal{e: e, batch: target.batch, made: made, texts: map[textKey]*textUndo{}, left: map[ID]bool{}}
	before := len(e.batch.ops)
	for i, o := range slices.Backward(target.batch.ops) {
		u := s.inverse[i]
		if !u.known || made[o.node] && !o.leaves(target.batch.role, made) {
			continue
		}
		if err := r.takeBack(&o, &u); err != nil {
			return nil, err
		}
	}
	if len(e.batch.ops) == before {
		return r.refused, nil
	}
	for _, o := range s.after {
		n, err := e.node(o.node)
		if err != nil {
			return nil, err
		}
		if n == nil || made[o.node] || r.left[o.node] || !n.Modified.Equal(target.batch.stamp.Time()) || string(n.get(o.reg)) == string(o.value) {
			continue
		}
		if err := e.do(o); err != nil {
			return nil, err
		}
	}
	return r.refused, nil
}

// reversal is a batch being taken back.
type reversal struct {
	e       *Edit
	batch   *batch
	made    map[ID]bool // by it, or its parts
	texts   map[textKey]*textUndo
	left    map[ID]bool // nodes of which something was left, because another changed it
	refused error       // why the last of them was
}

func (r *reversal) leave(id ID, what string) {
	r.left[id] = true
	r.refused = fmt.Errorf("%s of %s: %w", what, id, ErrChanged)
}

// takeBack undoes one op, or leaves it.
func (r *reversal) takeBack(o *op, u *undoing) error {
	n, err := r.e.node(o.node)
	if err != nil || n == nil {
		return err
	}
	if o.kind == opSplice || o.kind == opNote {
		return r.takeBackText(n, u)
	}
	ok, err := r.e.holds(n, o)
	if err == nil && ok && u.op.kind == opMove && u.op.parent != Detached {
		ok, err = r.e.canGoBack(&u.op, r.made[o.node])
	}
	if err != nil {
		return err
	}
	if o.kind == opMark && ok && u.op.present && u.op.mark.Hides {
		if ok, err = r.e.loggedNothing(r.batch, o); err != nil {
			return err
		}
	}
	if o.kind == opRegister && o.reg == regState && r.left[o.node] {
		ok = false // it was finished anew: state and time of finishing go together
	}
	if !ok {
		r.leave(o.node, o.part())
		return nil
	}
	if u.chunk != nil {
		r.e.chunks[u.op.hash] = u.chunk
	}
	return r.e.do(u.op)
}

// part names what an op changes.
func (o *op) part() string {
	switch o.kind {
	case opCreate, opMove:
		return "the place"
	case opTag:
		return "tag " + o.key
	case opField:
		return "field " + o.key
	case opArrow:
		return "an arrow"
	case opRegister:
		return registerNames[o.reg]
	case opEvent:
		return "an interval or occurrence"
	}
	return "the samples"
}

var registerNames = [registers]string{
	regState: "the state", regDue: "due", regSched: "sched", regWait: "wait", regUntil: "until", regPosition: "the position",
	regCollapsed: "the fold", regHideDone: "the view", regAutoArrange: "the layout", regSeries: "the series",
	regCreated: "the time of creation", regModified: "the time of change", regFinished: "the time of finishing",
}

// leaves reports whether an op on a node that its own import created is to be taken back: where it hangs in the tree, and samples. A change to
// nodes that were there may have made one among them, such as the inbox.
func (o *op) leaves(r role, made map[ID]bool) bool {
	if o.kind == opCreate {
		return r == rolePart && o.parent != Detached && !made[o.parent]
	}
	return o.kind == opSamples || o.kind == opChunk || o.kind == opMark || o.kind == opTrim || o.kind == opMove && (r != rolePart || o.parent != Detached && !made[o.parent])
}

// holds reports whether a node still has what an op gave it.
func (e *Edit) holds(n *Node, o *op) (bool, error) {
	switch o.kind {
	case opCreate:
		if n.Parent != o.parent || !bytes.Equal(n.Order, o.order) {
			return false, nil
		}
		has, err := e.HasChildren(n.ID) // others put something there since
		return !has, err
	case opMove:
		return n.Parent == o.parent && bytes.Equal(n.Order, o.order), nil
	case opRegister:
		return bytes.Equal(n.get(o.reg), o.value), nil
	case opTag:
		return hasString(n.Tags, o.key) == o.present, nil
	case opField:
		i, found := findField(n.Fields, o.key)
		return found == o.present && (!found || n.Fields[i].Value == o.text), nil
	case opSamples, opChunk, opMark, opTrim:
		return true, nil
	case opArrow:
		a, found := arrowTo(n, o.to)
		return found == o.present && (!found || a.Label == o.key), nil
	case opEvent:
		return e.holdsEvent(o)
	}
	return false, nil
}

// canGoBack reports whether a move leads to where the node can be: its old parent may have gone since, or have been moved below it.
// What can be seen does not go where nothing is, unless it was made by what is being undone.
func (e *Edit) canGoBack(o *op, made bool) (bool, error) {
	p, err := e.node(o.parent)
	if err != nil || p == nil {
		return false, err
	}
	if inside, err := e.Under(o.parent, o.node); err != nil || inside {
		return false, err
	}
	there, err := e.shown(o.parent)
	if err != nil || there || made {
		return err == nil, err
	}
	here, err := e.shown(o.node)
	return !here, err
}

// textKey names a text: of a node, or its note.
type textKey struct {
	node ID
	kind kind
}

// textUndo is what others did to a text after the batch that is being undone.
type textUndo struct {
	later   []crdt.Splice // to the text as it is before the next inverse
	refused bool
}

// takeBackText undoes one splice. Where the text was changed since, the splice is moved to where its characters are now; if someone
// typed into the middle of them it is left alone.
func (r *reversal) takeBackText(n *Node, u *undoing) error {
	key := textKey{n.ID, u.op.kind}
	t := r.texts[key]
	if t == nil {
		t = &textUndo{}
		r.texts[key] = t
		text, err := r.e.textOf(n, u.op.kind)
		if err != nil {
			return err
		}
		if textHash(text) != u.after {
			if t.later, err = r.e.laterSplices(r.batch, key); err != nil {
				return err
			}
		}
	}
	mine := crdt.Splice{Pos: u.op.splice.pos, Del: u.op.splice.del, Ins: u.op.splice.ins}
	for i, theirs := range t.later {
		var ok bool
		mine, t.later[i], ok = crdt.Transform(mine, theirs)
		t.refused = t.refused || !ok
	}
	if t.refused || mine.Del == 0 && mine.Ins == "" {
		r.leave(n.ID, "the text")
		return nil
	}
	o := u.op
	o.splice = splice{mine.Pos, mine.Del, mine.Ins}
	return r.e.do(o)
}

func (e *Edit) textOf(n *Node, k kind) (string, error) {
	if k == opNote {
		return readNote(&e.t.ks, e.r, n)
	}
	return n.Text, nil
}

// laterSplices returns the splices that batches after b made to a text.
func (e *Edit) laterSplices(b *batch, key textKey) ([]crdt.Splice, error) {
	var out []crdt.Splice
	for entry, err := range readLog(&e.t.ks, e.r, b.device, b.seq+1) {
		if err != nil {
			return nil, err
		}
		for _, o := range entry.batch.ops {
			if o.node == key.node && o.kind == key.kind {
				out = append(out, crdt.Splice{Pos: o.splice.pos, Del: o.splice.del, Ins: o.splice.ins})
			}
		}
	}
	return out, nil
}
