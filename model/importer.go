package model

import (
	"errors"
	"fmt"
	"strings"

	"arbor/store"
	"arbor/timeseries"
)

// Importer brings in many nodes as one action. What it creates stands detached, where nobody sees it, until the import's last batch
// attaches it; if the import fails or the process dies before, nothing shows. It is one step of undo. Only where more than maxAttach
// nodes hang directly from the tree does attaching them, too, take several batches.
//
// The functions given to it run later, in a transaction of their own choosing and again after a conflict, so they must have no effect
// but on the edit, and they must not keep it.
type Importer struct {
	t       *Tree
	label   string
	staged  map[ID]bool
	pending []func(*Edit) error // creations not yet in the store
	read    []*timeseries.Chunk // that they put
	size    int                 // what they will take, about
	attach  []func(*Edit) error
	changes []change
	first   uint64      // the first part, 0 before there is one
	done    []Happening // of which the guard is told in the end
}

// change is a step that concerns nodes that were there before the import.
type change struct {
	size int
	run  func(*Edit) error
}

// Sizes of a batch of an import. A transaction has room for a batch and for what it does to state.
const (
	importBatch = 96 << 10
	importNode  = 96   // bytes a node takes in a batch beside its text
	maxAttach   = 2500 // nodes that become visible in one moment
)

// Import runs fn and then attaches what it created.
func (t *Tree) Import(label string, fn func(*Importer) error) (Receipt, error) {
	im := &Importer{t: t, label: label, staged: map[ID]bool{}}
	if err := fn(im); err != nil {
		return Receipt{}, err
	}
	r, err := im.finish()
	if err != nil {
		return Receipt{}, fmt.Errorf("%s: %w", label, err)
	}
	if len(im.done) > 0 {
		t.opt.Guard.Tell(label, im.done)
	}
	return r, nil
}

// Create makes a node as the last child of parent, which is in the tree or was created by this import. fill, if not nil, gives it what
// it is to have; size is about how many bytes that takes.
func (im *Importer) Create(parent ID, text string, size int, fill func(*Edit, ID) error) (ID, error) {
	var id ID
	err := im.t.look(func(v *View) (err error) {
		id, err = v.freeID(func(id ID) bool { return im.staged[id] })
		return err
	})
	if err != nil {
		return id, err
	}
	return id, im.CreateID(id, parent, text, size, fill)
}

// CreateID is Create with a given id, for imports that can be repeated. A node of that id which can be seen is ErrExists.
func (im *Importer) CreateID(id, parent ID, text string, size int, fill func(*Edit, ID) error) error {
	if im.staged[id] {
		return fmt.Errorf("%s: %w", id, ErrExists)
	}
	inner := im.staged[parent]
	if !inner {
		im.attach = append(im.attach, func(e *Edit) error { return e.attach(id, parent) })
	}
	im.staged[id] = true
	return im.add(len(text)+size+importNode, func(e *Edit) error {
		at := parent
		if !inner {
			at = Detached
		}
		if err := e.stage(id, at, text); err != nil || fill == nil {
			return err
		}
		return fill(e, id)
	})
}

// Fill changes nodes that this import created; size is about how many bytes that takes.
func (im *Importer) Fill(size int, fn func(*Edit) error) error { return im.add(size+importNode, fn) }

// Change changes nodes that were there before, in the end, together with the attaching; size is about how many bytes that takes.
func (im *Importer) Change(size int, fn func(*Edit) error) {
	im.changes = append(im.changes, change{size + importNode, fn})
}

// Series returns the series of that name. If there is none it is created at the end of the tree.
func (im *Importer) Series(name string) (ID, error) {
	name = strings.TrimSpace(OneLine(name))
	if name == "" {
		return ID{}, fmt.Errorf("series: %w", ErrName)
	}
	id := Named("series/" + name)
	if im.staged[id] {
		return id, nil
	}
	var found, used bool
	err := im.t.look(func(v *View) error {
		known, ok, err := v.SeriesByName(name)
		if found = ok; err != nil || ok {
			id = known
			return err
		}
		n, err := v.node(id)
		used = n != nil // what was there may have left samples
		return err
	})
	if err != nil || found {
		return id, err
	}
	fill := func(e *Edit, id ID) error { return e.setFlag(id, isSeries, true) }
	if used {
		return im.Create(Root, name, 0, fill)
	}
	return id, im.CreateID(id, Root, name, 0, fill)
}

// PutChunk adds a chunk of samples to a series, made by this import or before.
func (im *Importer) PutChunk(series ID, chunk []byte) error {
	put := func(e *Edit) error { return e.PutChunk(series, chunk) }
	if im.staged[series] {
		return im.add(len(chunk)+importNode, put)
	}
	im.Change(len(chunk), put)
	return nil
}

// PutRead is PutChunk of a chunk that was looked into, for a series that was made by this import. It is released when it is put.
func (im *Importer) PutRead(series ID, c *timeseries.Chunk) error {
	err := im.add(c.Size()+importNode, func(e *Edit) error { return e.PutRead(series, c) })
	im.read = append(im.read, c)
	return err
}

// LoadChunk is PutChunk of a chunk of size bytes, for a series that was there before, that is in memory only while it is put, which may be tried more than
// once.
func (im *Importer) LoadChunk(series ID, size int, load func() ([]byte, error)) {
	im.Change(size, func(e *Edit) error {
		chunk, err := load()
		if err != nil {
			return err
		}
		return e.PutChunk(series, chunk)
	})
}

// Staged reports whether this import created id.
func (im *Importer) Staged(id ID) bool { return im.staged[id] }

// View runs fn on the tree as it is without the import.
func (im *Importer) View(fn func(*View) error) error { return im.t.View(fn) }

// add queues a step, after writing out those before it if they fill a batch.
func (im *Importer) add(size int, fn func(*Edit) error) error {
	if im.size > 0 && im.size+size > importBatch {
		if err := im.flush(); err != nil {
			return err
		}
	}
	im.pending = append(im.pending, fn)
	im.size += size
	return nil
}

// flush writes the queued creations as a part.
func (im *Importer) flush() error {
	steps, read := im.pending, im.read
	im.pending, im.read, im.size = nil, nil, 0
	if err := im.part(steps, false); err != nil {
		return err
	}
	for _, c := range read {
		c.Release()
	}
	return nil
}

// part writes a batch that belongs to the import. It needs not be durable: the last one is, and it comes behind it in the log.
func (im *Importer) part(steps []func(*Edit) error, asked bool) error {
	r, err := im.t.commit(intent{role: rolePart, label: im.label, durability: store.None, im: im, asked: asked}, all(steps))
	if half := len(steps) / 2; half > 0 && (errors.Is(err, store.ErrTooLarge) || errors.Is(err, ErrTooLarge)) {
		if err := im.part(steps[:half], asked); err != nil {
			return err
		}
		return im.part(steps[half:], asked)
	}
	if err == nil && im.first == 0 {
		im.first = r.Seq
	}
	return err
}

func all(steps []func(*Edit) error) func(*Edit) error {
	return func(e *Edit) error {
		for _, step := range steps {
			if err := step(e); err != nil {
				return err
			}
		}
		return nil
	}
}

// finish writes what is left and attaches everything.
func (im *Importer) finish() (Receipt, error) {
	if len(im.pending) > 0 {
		if err := im.flush(); err != nil {
			return Receipt{}, err
		}
	}
	if len(im.attach) > maxAttach { // not all at once then, but in order and still one step of undo
		for _, run := range im.attach {
			im.changes = append(im.changes, change{importNode, run})
		}
		im.attach = nil
	}
	batches := im.batches()
	if err := im.t.askAll(im, batches); err != nil {
		return Receipt{}, err
	}
	last := len(batches) - 1
	for _, b := range batches[:last] {
		if err := im.part(b.steps, b.asked); err != nil {
			return Receipt{}, err
		}
	}
	return im.t.commit(intent{label: im.label, first: im.first, empty: im.first != 0, im: im, asked: batches[last].asked}, all(batches[last].steps))
}

// portion is what one batch of an import is to do.
type portion struct {
	steps []func(*Edit) error
	asked bool // the guard was
}

// batches divides the changes; with the last of them everything is attached.
func (im *Importer) batches() []portion {
	var out []portion
	var steps []func(*Edit) error
	room, size := importBatch-min(len(im.attach)*importNode, importBatch/2), 0
	for _, c := range im.changes {
		if size+c.size > room && size > 0 {
			out = append(out, portion{steps: steps})
			steps, size = nil, 0
		}
		steps, size = append(steps, c.run), size+c.size
	}
	return append(out, portion{steps: append(steps, im.attach...)})
}

// stage creates a node of an import, at the end of a parent's children or detached.
func (e *Edit) stage(id, parent ID, text string) error {
	if parent != Detached {
		return e.CreateID(id, parent, Last, text)
	}
	if err := e.makeWay(id); err != nil {
		return err
	}
	if text = OneLine(text); len(text) > MaxText {
		return fmt.Errorf("text of %d bytes, at most %d: %w", len(text), MaxText, ErrTooLarge)
	}
	return e.do(op{kind: opCreate, node: id, parent: Detached, text: text})
}

// attach moves a staged node to the end of a parent's children, of the whole tree's if the parent went away meanwhile.
func (e *Edit) attach(id, parent ID) error {
	err := e.Move(id, parent, Last)
	if errors.Is(err, ErrNoNode) {
		return e.Move(id, Root, Last)
	}
	return err
}
