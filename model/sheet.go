package model

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"arbor/store"
)

// Sheet is the facts of all nodes, in the order of their ids. A node's slot is its place in it, in this sheet and no other. A sheet is never
// changed, so many may read it.
type Sheet struct {
	*columns
	at   store.Position
	read int  // how many records were read to make it, from nothing or from the sheet before
	worn bool // it is far from the one in the file

	sets sync.Map // of map[ID]bool, by what they are: see View.once

	after delta // from the sheet that it was made of, without the positions
}

// sheetBlock is how many nodes are copied for one that changed.
const sheetBlock = 512

// sheetAge is for how long a sheet is kept that nobody asks for. It holds the state of the store that it was made of, and with it space.
const sheetAge = time.Minute

// sheets keeps the newest sheet of a tree, and the state it was made of.
type sheets struct {
	mu     sync.Mutex
	newest *Sheet
	of     *store.Snapshot
	end    *time.Timer
	steps  []delta

	read    atomic.Bool // whether texts were asked for
	long    atomic.Bool // they are too long to be kept
	lasting atomic.Bool // it is refreshed rather than dropped, for others who ask
	warming atomic.Bool
	asked   bool // whether a query came by while there was no sheet

	path  string // of the file that keeps a sheet for other processes, "" for none
	least int    // how many nodes are worth one
}

// atHand reports whether there is a sheet in memory.
func (all *sheets) atHand() bool {
	all.mu.Lock()
	defer all.mu.Unlock()
	return all.newest != nil
}

// worthwhile reports whether a query that one pass over the records answers too is to be answered on a sheet: there is one, or it is not the
// first to ask, as it is in a process that answers one question and ends; or processes keep sheets for each other.
func (all *sheets) worthwhile() bool {
	all.mu.Lock()
	defer all.mu.Unlock()
	if all.newest != nil || all.asked || all.path != "" {
		return true
	}
	all.asked = true
	return false
}

// Sheet returns the facts of all nodes as the view has them. The first one costs a read of all records, later ones what changed since.
func (v *View) Sheet() (*Sheet, error) {
	if v.sheet != nil {
		return v.sheet, nil
	}
	snapshot, ok := v.r.(*store.Snapshot)
	if v.fold != nil || !ok {
		if err := v.settle(); err != nil {
			return nil, err
		}
		return v.loadSheet(false)
	}
	at, err := snapshot.Position()
	if err != nil {
		return nil, err
	}
	all := &v.t.sheets
	all.mu.Lock()
	defer all.mu.Unlock()
	if s := all.newest; s != nil && s.at == at {
		v.sheet = s
		return s, v.t.keep(s)
	}
	s, err := v.newSheet(at, snapshot)
	if err != nil {
		return nil, err
	}
	v.sheet = s
	return s, v.t.keep(s)
}

// newSheet makes the sheet of a state, of the newest one, of the one in the file, or of all records. The lock of the sheets is held.
func (v *View) newSheet(at store.Position, snapshot *store.Snapshot) (s *Sheet, err error) {
	all := &v.t.sheets
	if all.newest != nil && at.LSN() > all.newest.at.LSN() {
		s, err = v.followed(at, snapshot)
		if err == nil && s.after.follows {
			all.note(s.after)
		}
		if err == nil || !errors.Is(err, store.ErrStale) { // else what the last one was made of is gone; if this view is, too, reading it says so
			return s, err
		}
	}
	if all.path != "" {
		if s, err = v.keptSheet(at, snapshot); err != nil {
			return nil, err
		}
	}
	fresh := s == nil
	if fresh {
		if s, err = v.loadSheet(true); err != nil {
			return nil, err
		}
	}
	if s.of(at); all.path != "" && (fresh || s.worn) {
		err = v.keepSheet(s)
	}
	return s, err
}

// followed makes the sheet of a state of the newest one, which is older. The lock of the sheets is held.
func (v *View) followed(at store.Position, snapshot *store.Snapshot) (*Sheet, error) {
	all := &v.t.sheets
	s, err := v.refreshSheet(all.newest, snapshot.Changed(all.of, v.t.ks.nodes, store.Range{}))
	if err == nil && s.after.follows {
		s.after.from, s.after.to = all.newest.at, at
		err = v.sameOrder(all.newest, s, all.of)
	}
	return s.of(at), err
}

// sheetAtHand gives the view a sheet if there is one, or one that is a little older, without waiting for anything. If there is not, or it
// is older, it is made, so that who asks next has it.
func (v *View) sheetAtHand() (ok bool, err error) {
	all := &v.t.sheets
	if !all.mu.TryLock() {
		return false, nil
	}
	defer all.mu.Unlock()
	snapshot := v.r.(*store.Snapshot)
	at, err := snapshot.Position()
	if err != nil {
		return false, err
	}
	if all.newest != nil && all.newest.at == at {
		v.sheet = all.newest
		return true, nil
	}
	if all.warming.CompareAndSwap(false, true) {
		go func() {
			defer all.warming.Store(false)
			_ = v.t.warm() // or whoever asks works it out himself
		}()
	}
	if all.newest == nil || at.LSN() < all.newest.at.LSN() {
		return false, nil
	}
	v.sheet, err = v.followed(at, snapshot)
	return err == nil, err
}

// warm makes the sheet of the newest state, and what answers need of it.
func (t *Tree) warm() error {
	return t.View(func(v *View) error {
		s, err := v.Sheet()
		if err != nil || !t.sheets.lasting.Load() {
			return err
		}
		if _, err = v.treeOrder(s); err == nil {
			_, err = v.workers()
		}
		return err
	})
}

// of says of what state a sheet is.
func (s *Sheet) of(at store.Position) *Sheet {
	if s != nil {
		s.at = at
	}
	return s
}

// keep makes s the newest sheet if nothing was written since. The lock of the sheets is held.
func (t *Tree) keep(s *Sheet) error {
	all := &t.sheets
	if s != all.newest {
		of, err := t.db.Snapshot()
		if err != nil {
			return err
		}
		at, err := of.Position()
		if err != nil || at != s.at {
			of.Release()
			return err
		}
		all.drop()
		all.newest, all.of = s, of
	}
	if all.end != nil {
		all.end.Stop()
	}
	all.end = time.AfterFunc(sheetAge, func() {
		if all.lasting.Load() && t.warm() == nil {
			return
		}
		all.mu.Lock()
		defer all.mu.Unlock()
		if all.newest == s {
			all.drop()
		}
	})
	return nil
}

func (all *sheets) drop() {
	if all.of != nil {
		all.of.Release()
	}
	all.newest, all.of = nil, nil
}

// loadSheet reads all records; of a snapshot two parts at a time.
func (v *View) loadSheet(parted bool) (*Sheet, error) {
	ranges := []store.Range{{}}
	if parted {
		ranges = halves()
	}
	parts := make([]sheetMaker, len(ranges))
	err := together(len(ranges), func(i int) error {
		r, m := factsReader{names: map[string]string{}}, &parts[i]
		err := v.recordsIn(ranges[i], func(n *Node, _ []byte) error {
			f := r.of(n)
			m.add(&f, 0)
			return nil
		})
		m.end()
		return err
	})
	if err != nil {
		return nil, err
	}
	all := parts[0]
	for _, p := range parts[1:] {
		all.blocks, all.bits = append(all.blocks, p.blocks...), append(all.bits, p.bits...)
	}
	s := all.sheet()
	s.read = s.Len()
	s.positions() // which completes the bits, before anybody else has the sheet
	return s, nil
}

// halves are the ids below and above the middle. Ids are random, so each holds about half of the nodes.
func halves() []store.Range {
	middle := []byte{0x80}
	return []store.Range{{To: middle}, {From: middle}}
}

// together runs fn for 0 to n-1 at the same time and waits for all.
func together(n int, fn func(i int) error) error {
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { errs[i] = fn(i) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

// refreshSheet returns the sheet that follows s, which is that of an older state, by what changed among the records. Blocks in which nothing
// changed are those of s.
func (v *View) refreshSheet(s *Sheet, changed changes) (*Sheet, error) {
	after := delta{follows: true}
	r := factsReader{names: map[string]string{}}
	var news []Facts
	var n Node
	for c, err := range changed {
		if err != nil {
			return nil, err
		}
		if c.Deleted { // no edit does that
			return v.loadSheet(true)
		}
		if err := n.lend(ID(c.Key), c.Value); err != nil {
			return nil, err
		}
		f := r.of(&n)
		after.ids = append(after.ids, f.ID)
		if slot, found := s.Slot(f.ID); found {
			after.add(f.ID, s.Facts(slot), &f)
		}
		news = append(news, f)
	}
	if len(news) == 0 {
		return &Sheet{columns: s.columns, after: after}, nil
	}
	next, came, moved, err := s.with(news)
	if err != nil {
		return nil, err
	}
	next.read, next.after = len(news), after
	next.inherit(s.columns)
	next.once.Do(func() { next.stand = next.follow(s, came, moved) })
	next.stood.Store(s.stood.Load())
	return next, v.carry(s, next, came, after.ids)
}

// recordsIn calls fn with every record of a range, in the order of the ids: as a node that is lent until fn returns, and its bytes.
func (v *View) recordsIn(r store.Range, fn func(n *Node, record []byte) error) error {
	var n Node
	for e, err := range v.r.Scan(v.t.ks.nodes, r) {
		if err != nil {
			return err
		}
		if err := n.lend(ID(e.Key), e.Value); err != nil {
			return err
		}
		if err := fn(&n, e.Value); err != nil {
			return err
		}
	}
	return nil
}
