package model

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"

	"arbor/store"
	"arbor/sync/hlc"
	"arbor/timeseries"
)

// foldVersion names what the ops do to state. State of a later version is not read, that of an earlier one is brought up, see renew. 2 has terms
// for links by name, 3 knows of chunks whether they have several samples of one time, 4 and 5 keep the summaries of chunks in levels.
const foldVersion = 5

// fold applies ops to state within one transaction. It is total: an op that has no place in the state it meets has no effect, the
// same on every device. Records are held back until flush; places, notes and arrows are written at once, so that scans see them.
type fold struct {
	ks    *spaces
	tx    *store.Tx
	nodes map[ID]*held
	dirty []*held // in the order of their first change

	stamp hlc.Stamp
	bumps bool // whether changes set Modified
	side  side

	// chunk returns the bytes of a chunk that an op names, nil if they are not to be had.
	chunk func(timeseries.Hash) ([]byte, error)
	read  map[timeseries.Hash]*timeseries.Chunk // those of them that were looked into
}

// held is a node in the hands of a fold. node is nil if there is none.
type held struct {
	node   *Node
	was    *Node    // before the fold changed it
	before []string // its terms before the fold changed it
	links  []string // the terms of its note, if the fold changed that; what it had before is in before too
	noted  bool     // it did
	dirty  bool
	bumped bool // in this batch
}

func newFold(ks *spaces, tx *store.Tx) *fold {
	return &fold{ks: ks, tx: tx, nodes: map[ID]*held{}}
}

// begin makes ready for the ops of a batch.
func (f *fold) begin(r role, stamp hlc.Stamp) {
	f.stamp, f.bumps, f.side = stamp, r == roleAction || r == rolePart, side{}
	for _, h := range f.dirty {
		h.bumped = false
	}
	f.dirty = f.dirty[:0]
}

// builtin reports whether id is one of the nodes that are there without having been created.
func builtin(id ID) bool { return id == Root || id == Trash || id == Detached }

// readNode returns the node of that id, nil if there is none.
func readNode(ks *spaces, r store.Reader, id ID) (*Node, error) {
	b, err := r.Get(ks.nodes, id[:])
	if errors.Is(err, store.ErrNotFound) {
		if builtin(id) {
			return &Node{ID: id, Parent: id}, nil
		}
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return decodeRecord(id, b)
}

// get returns the node in the fold's hands; its node is nil if there is none.
func (f *fold) get(id ID) (*held, error) {
	if h := f.nodes[id]; h != nil {
		return h, nil
	}
	n, err := readNode(f.ks, f.tx, id)
	if err != nil {
		return nil, err
	}
	h := &held{node: n}
	f.nodes[id] = h
	return h, nil
}

// touch makes h ready to be changed.
func (f *fold) touch(h *held) {
	if h.dirty {
		return
	}
	h.dirty, h.was = true, h.node
	f.dirty = append(f.dirty, h)
	if h.node != nil {
		h.before = nodeTerms(h.node)
		n := h.node.clone()
		h.node = &n
	}
}

// bump sets the time of modification, and keeps the old one for undo.
func (f *fold) bump(h *held) {
	if !f.bumps || h.bumped {
		return
	}
	h.bumped = true
	f.side.after = append(f.side.after, op{kind: opRegister, node: h.node.ID, reg: regModified, value: h.node.get(regModified)})
	h.node.Modified = f.stamp.Time()
}

// apply makes one change and notes what takes it back.
func (f *fold) apply(o *op) error {
	var inverse undoing
	var err error
	switch o.kind {
	case opCreate:
		inverse, err = f.create(o)
	case opMove:
		inverse, err = f.move(o)
	case opSplice, opNote, opRegister, opTag, opField, opArrow:
		inverse, err = f.change(o)
	case opSamples:
		inverse, err = f.changeSamples(o)
	case opChunk:
		inverse, err = f.changeChunk(o)
	case opMark:
		inverse, err = f.changeMark(o)
	case opTrim:
		inverse, err = f.changeTrim(o)
	case opWord:
		err = f.ks.book.PutWord(f.tx, timeseries.ID(o.node), o.text)
		if errors.Is(err, timeseries.ErrWord) { // the first of two that are told apart by nothing stays
			err = nil
		}
	case opEvent:
		if o.raw == nil {
			inverse, err = f.changeEvent(o)
		}
	}
	if err != nil {
		return fmt.Errorf("op %d on node %s: %w", o.kind, o.node, err)
	}
	f.side.inverse = append(f.side.inverse, inverse)
	return nil
}

func (f *fold) create(o *op) (undoing, error) {
	h, err := f.get(o.node)
	if err != nil || builtin(o.node) {
		return undoing{}, err
	}
	if h.node != nil {
		if within, err := f.within(o.parent, o.node); err != nil || within {
			return undoing{}, err
		}
	}
	if p, err := f.get(o.parent); err != nil || p.node == nil {
		return undoing{}, err
	}
	f.touch(h)
	if h.node != nil {
		if err := f.tx.Delete(f.ks.places, placeKey(h.node.Parent, h.node.Order, o.node)); err != nil {
			return undoing{}, err
		}
		if err := f.dropExtras(h.node); err != nil {
			return undoing{}, err
		}
	}
	at := f.stamp.Time()
	h.node = &Node{ID: o.node, Parent: o.parent, Order: o.order, Text: o.text, Created: at, Modified: at}
	h.bumped, h.links = true, nil
	return inverseOf(op{kind: opMove, node: o.node, parent: Detached}), f.putPlace(h.node)
}

// dropExtras removes what a node has outside its record.
func (f *fold) dropExtras(n *Node) error {
	for _, a := range n.Arrows {
		if err := f.tx.Delete(f.ks.arrows, arrowKey(a.To, a.From)); err != nil {
			return err
		}
	}
	if n.NoteLen > 0 {
		if err := f.tx.Delete(f.ks.notes, n.ID[:]); err != nil {
			return err
		}
	}
	return f.dropEvents(n.ID)
}

func (f *fold) move(o *op) (undoing, error) {
	h, err := f.get(o.node)
	if err != nil || h.node == nil || builtin(o.node) {
		return undoing{}, err
	}
	if p, err := f.get(o.parent); err != nil || p.node == nil {
		return undoing{}, err
	}
	if within, err := f.within(o.parent, o.node); err != nil || within {
		return undoing{}, err
	}
	f.touch(h)
	n := h.node
	inverse := inverseOf(op{kind: opMove, node: o.node, parent: n.Parent, order: n.Order, from: n.from})
	if err := f.tx.Delete(f.ks.places, placeKey(n.Parent, n.Order, n.ID)); err != nil {
		return undoing{}, err
	}
	n.Parent, n.Order, n.from = o.parent, o.order, o.from
	return inverse, f.putPlace(n)
}

// within reports whether id is node or lies below it.
func (f *fold) within(id, node ID) (bool, error) {
	for {
		if id == node {
			return true, nil
		}
		if builtin(id) {
			return false, nil
		}
		h, err := f.get(id)
		if err != nil || h.node == nil {
			return false, err
		}
		id = h.node.Parent
	}
}

func (f *fold) putPlace(n *Node) error {
	return f.tx.Put(f.ks.places, placeKey(n.Parent, n.Order, n.ID), []byte{byte(n.State)})
}

// change applies an op that leaves the node where it is.
func (f *fold) change(o *op) (undoing, error) {
	h, err := f.get(o.node)
	if err != nil || h.node == nil {
		return undoing{}, err
	}
	f.touch(h)
	n := h.node
	back := *o
	switch o.kind {
	case opSplice:
		text, removed := o.splice.apply(n.Text)
		n.Text = text
		back.splice = splice{o.splice.pos, len([]rune(o.splice.ins)), removed}
		f.bump(h)
		return undoing{op: back, known: true, after: textHash(text)}, nil
	case opNote:
		return f.changeNote(h, o)
	case opRegister:
		back.value = n.get(o.reg)
		n.set(o.reg, o.value)
		if o.reg < regPosition {
			f.bump(h)
		}
		if o.reg == regState && !builtin(n.ID) {
			err = f.putPlace(n)
		}
	case opTag:
		i, found := slices.BinarySearch(n.Tags, o.key)
		back.present = found
		switch {
		case o.present && !found:
			n.Tags = slices.Insert(n.Tags, i, o.key)
		case !o.present && found:
			n.Tags = slices.Delete(n.Tags, i, i+1)
		}
		f.bump(h)
	case opField:
		i, found := findField(n.Fields, o.key)
		back.present, back.text = found, ""
		if found {
			back.text = n.Fields[i].Value
			n.Fields = slices.Delete(n.Fields, i, i+1)
		}
		if o.present {
			n.Fields = slices.Insert(n.Fields, i, Field{o.key, o.text})
		}
		f.bump(h)
	case opArrow:
		back.present, back.key, err = f.changeArrow(n, o)
		f.bump(h)
	}
	return inverseOf(back), err
}

func (f *fold) changeNote(h *held, o *op) (undoing, error) {
	n := h.node
	note, err := readNote(f.ks, f.tx, n)
	if err != nil {
		return undoing{}, err
	}
	if !h.noted {
		h.noted, h.before = true, sorted(h.before, linkTerms(note))
	}
	note, removed := o.splice.apply(note)
	h.links = linkTerms(note)
	f.bump(h)
	n.NoteLen = len(note)
	back := *o
	back.splice = splice{o.splice.pos, len([]rune(o.splice.ins)), removed}
	if note == "" {
		err = f.tx.Delete(f.ks.notes, n.ID[:])
	} else {
		err = f.tx.Put(f.ks.notes, n.ID[:], []byte(note))
	}
	return undoing{op: back, known: true, after: textHash(note)}, err
}

func readNote(ks *spaces, r store.Reader, n *Node) (string, error) {
	if n.NoteLen == 0 {
		return "", nil
	}
	b, err := r.Get(ks.notes, n.ID[:])
	return string(b), err
}

// changeArrow sets or removes the arrow from n to o.to and returns what was there.
func (f *fold) changeArrow(n *Node, o *op) (had bool, label string, err error) {
	i, had := slices.BinarySearchFunc(n.Arrows, o.to, func(a Arrow, to ID) int { return bytes.Compare(a.To[:], to[:]) })
	if had {
		label = n.Arrows[i].Label
		n.Arrows = slices.Delete(n.Arrows, i, i+1)
	}
	if o.present {
		n.Arrows = slices.Insert(n.Arrows, i, Arrow{From: n.ID, To: o.to, Label: o.key})
		return had, label, f.tx.Put(f.ks.arrows, arrowKey(o.to, n.ID), nil)
	}
	return had, label, f.tx.Delete(f.ks.arrows, arrowKey(o.to, n.ID))
}

// putRecords writes the records that changed.
func (f *fold) putRecords() error {
	for _, h := range f.dirty {
		if err := f.tx.Put(f.ks.nodes, h.node.ID[:], appendRecord(nil, h.node)); err != nil {
			return err
		}
	}
	return nil
}

// sorted adds more terms to sorted ones.
func sorted(terms, more []string) []string {
	if len(more) == 0 {
		return terms
	}
	terms = slices.Concat(terms, more)
	slices.Sort(terms)
	return slices.Compact(terms)
}

// flush ends a batch: it appends to the terms that nodes gained and writes the records that changed.
func (f *fold) flush() error {
	gained := map[string][]ID{}
	for _, h := range f.dirty {
		for _, term := range sorted(nodeTerms(h.node), h.links) {
			if _, had := slices.BinarySearch(h.before, term); !had {
				gained[term] = append(gained[term], h.node.ID)
			}
		}
		h.dirty, h.before, h.links, h.noted = false, nil, nil, false
	}
	var tails []termTail // all are read before the first is written: a transaction reads best what it did not write
	for _, term := range slices.Sorted(maps.Keys(gained)) {
		t, err := readTail(f.ks, f.tx, term)
		if err != nil {
			return err
		}
		tails = append(tails, t)
	}
	for i := range tails {
		if err := tails[i].append(f.ks, f.tx, gained[tails[i].term]); err != nil {
			return err
		}
	}
	return f.putRecords()
}
