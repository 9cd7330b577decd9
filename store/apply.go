package store

import (
	"errors"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"arbor/store/index"
)

// state is the store as of a place in the log. It is immutable; head points to the newest.
type state struct {
	pos   LSN // all records below are applied
	at    LSN // end of the last transaction among them that changed something
	end   LSN // end of the last transaction among them, also if it only moved records
	moves int // how many of those there were since the open
	tree  *index.Tree
	table table // of what is live in the log
}

// ticket is a transaction on its way through the log.
type ticket struct {
	body    atomic.Pointer[body] // nil once it is applied
	outcome atomic.Uint32
	failure atomic.Pointer[error] // why it was aborted, if not by a conflict; set before outcome
}

// body is what is needed to apply a transaction.
type body struct {
	base    *state
	era     *era // of the committer, who stays in it until the transaction is applied
	reads   []read
	writes  []write
	offsets []uint32 // of the changes, from the record's place
	moved   bool     // it changes where records lie and nothing else
}

// Outcomes. The first one stored is final: all who apply the transaction follow it.
const (
	undecided = iota
	committed
	conflicted
	damaged // the index could not be read
)

// maxFold bounds the records of one step, so that head moves on while much is applied.
const maxFold = 512

// apply brings head to upto or beyond. It waits only for records below upto that are reserved and not yet published. Any number of
// goroutines may do so at once: fold is a pure function of a state and the log behind it, all of them compute the same, and one wins.
// The token keeps them from doing the same work in vain; whoever finds it taken looks again a few times and then works all the same, so
// that one who sleeps with the token stops nobody.
func (e *engine) apply(upto LSN) error {
	for tries := 0; ; tries++ {
		h := e.head.Load()
		if h.pos >= upto {
			return nil
		}
		token := e.folding.CompareAndSwap(false, true)
		if !token && tries%patience != patience-1 {
			runtime.Gosched()
			continue
		}
		err := e.advance(h)
		if token {
			e.folding.Store(false)
		}
		if err != nil {
			return err
		}
	}
}

// patience is how often apply looks whether another has done its work before it does it beside that one.
const patience = 16

// applySome folds what is published, unless another is about it: for those who wait for the disk anyway, and whose frame is not closed before
// all of it is applied. So they do not stand in line for the fold, which may need a processor longer than all else that they do.
func (e *engine) applySome() error {
	if !e.folding.CompareAndSwap(false, true) {
		return nil
	}
	defer e.folding.Store(false)
	return e.advance(e.head.Load())
}

// advance folds what is published behind h and puts the result in its place, unless another was first.
func (e *engine) advance(h *state) error {
	f := folds.Get().(*fold)
	defer f.recycle()
	f.e, f.state = e, *h
	if err := f.run(); err != nil {
		return e.poison(err)
	}
	if f.state.pos == h.pos {
		runtime.Gosched()
		return nil
	}
	next := f.state
	next.table = h.table.with(&f.ledger)
	if !e.head.CompareAndSwap(h, &next) {
		return nil
	}
	e.book(&f.ledger)
	for _, tk := range f.done {
		tk.body.Store(nil)
	}
	if next.at != h.at {
		e.visible.wake()
	}
	return nil
}

// folds is memory that folds use one after the other: of a fold nothing is left but its state.
var folds = sync.Pool{New: func() any { return new(fold) }}

func (f *fold) recycle() {
	clear(f.done)
	*f = fold{done: f.done[:0], ledger: ledger{rows: f.ledger.rows[:0]}}
	folds.Put(f)
}

// fold is one step of the application of the log.
type fold struct {
	e       *engine
	state   state
	done    []*ticket
	edit    *index.Edit
	ledger  ledger
	current *ticket // the transaction being applied
	warmed  LSN     // what is to be changed by the records below is on its way to the processor
}

// run applies the published records from state.pos on, until it finds that another has applied them, or there are no more.
func (f *fold) run() error {
	start := f.state
	for {
		err := f.records()
		if errors.Is(err, errPassed) {
			*f = fold{e: f.e, state: start}
			return nil
		}
		if err == nil || f.current == nil {
			f.freeze()
			return err
		}
		// The index cannot be read where the current transaction changes it, or has not what it leads to: that one is aborted, and the step
		// made again.
		tk := f.current
		if errors.Is(err, errIncomplete) {
			tk.decide(conflicted)
		} else {
			tk.failure.CompareAndSwap(nil, &err)
			tk.decide(damaged)
		}
		*f = fold{e: f.e, state: start}
		if tk.outcome.Load() == committed { // another could read it, and brings head on
			return nil
		}
	}
}

// errIncomplete says that not all parts of a value are there: its transaction has lost against what has removed them.
var errIncomplete = errors.New("parts of a value are missing")

func (f *fold) records() (err error) {
	defer f.e.unguard(debug.SetPanicOnFault(true), &err)
	for len(f.done) < maxFold {
		l := f.state.pos
		s := f.e.log.at(l.ord())
		if s == nil {
			return nil
		}
		d := s.data.Load()
		if d.tickets == nil && f.e.head.Load().pos > l { // all of the segment is applied, but perhaps not to this state
			return errPassed
		}
		if l.off() == d.size || d.tickets == nil {
			f.state.pos = makeLSN(l.ord()+1, segmentStart)
			continue
		}
		w := word(little(d.word(l.off()).Load()))
		if w == 0 {
			return nil
		}
		if w.kind() == kindTx {
			tk := d.ticket(l.off()).Load()
			if tk == nil {
				return nil
			}
			b := tk.body.Load()
			if b == nil {
				return nil
			}
			f.current = tk
			if l >= f.warmed {
				f.ahead(l, d)
			}
			if err := f.transaction(tk, b, l, l+LSN(w.size())); err != nil {
				return err
			}
			f.current = nil
			f.done = append(f.done, tk)
		} else if w.kind() > kindTx || w.size() < 8 {
			return errors.New("the log in memory is damaged at " + l.String())
		}
		f.state.pos = l + LSN(w.size())
	}
	return nil
}

// transaction applies one transaction at l, or finds that it must not be.
func (f *fold) transaction(tk *ticket, b *body, l, end LSN) error {
	if tk.outcome.Load() == undecided {
		ok, err := f.valid(b, l)
		if err != nil {
			return err
		}
		if !ok {
			tk.decide(conflicted)
		}
	}
	if o := tk.outcome.Load(); o == conflicted || o == damaged {
		return nil
	}
	if f.edit == nil {
		f.edit = f.state.tree.Edit()
	}
	for i := range b.writes {
		if i%index.MaxWarm == 0 && l >= f.warmed {
			f.warm(b.writes[i:])
		}
		if b.writes[i].parted {
			if ok, err := complete(f.edit, &b.writes[i]); err != nil {
				return err
			} else if !ok {
				return errIncomplete
			}
		}
		if err := f.ledger.apply(f.edit, &b.writes[i], l+LSN(b.offsets[i])); err != nil {
			return err
		}
	}
	f.state.end = end
	if b.moved {
		f.state.moves++
	} else {
		f.state.at = end
	}
	tk.decide(committed)
	if tk.outcome.Load() != committed {
		return errOverruled
	}
	return nil
}

// ahead has the processor load what the published transactions from l on, which lie in d, will change: as many of them as fit, where one
// after the other would wait for what it changes. What the disk does not deliver of it is found by the one that changes it.
func (f *fold) ahead(l LSN, d *segmentData) {
	var fault error
	defer f.e.unguard(debug.SetPanicOnFault(true), &fault)
	var keys [index.MaxWarm][]byte
	n := 0
	for l.off() < d.size {
		w := word(little(d.word(l.off()).Load()))
		if w == 0 {
			break
		}
		if w.kind() == kindTx {
			tk := d.ticket(l.off()).Load()
			if tk == nil {
				break
			}
			b := tk.body.Load()
			if b == nil || n+len(b.writes) > len(keys) {
				break
			}
			for i := range b.writes {
				keys[n] = b.writes[i].key
				n++
			}
		} else if w.kind() > kindTx || w.size() < 8 {
			break
		}
		l += LSN(w.size())
	}
	f.warmed = l
	if f.edit != nil {
		f.edit.Warm(keys[:n])
	} else {
		f.state.tree.Warm(keys[:n])
	}
}

// warm has the processor load what the next writes of a transaction, which are in the order of their keys, will change.
func (f *fold) warm(writes []write) {
	var keys [index.MaxWarm][]byte
	n := min(len(writes), len(keys))
	for i := range n {
		keys[i] = writes[i].key
	}
	f.edit.Warm(keys[:n])
}

// errOverruled has a fold made again: another goroutine could not read the index where this one has just changed it.
var errOverruled = errors.New("aborted meanwhile")

// decide settles the outcome, unless it is settled.
func (tk *ticket) decide(outcome uint32) { tk.outcome.CompareAndSwap(undecided, outcome) }

// errPassed ends a fold that another has overtaken.
var errPassed = errors.New("applied meanwhile")

// valid tells whether what b read, which is the body of the transaction at l, is still so.
func (f *fold) valid(b *body, l LSN) (bool, error) {
	if len(b.reads) == 0 || b.base.end == f.state.end || b.base.at == f.state.at && !b.moved {
		return true, nil
	}
	// The base may lead to what only its committer's era keeps from being given back, and that one goes as soon as head has passed it.
	b.era.count.Add(1)
	defer b.era.leave()
	if f.e.head.Load().pos > l {
		return false, errPassed
	}
	f.freeze()
	return unchanged(b.base.tree, f.state.tree, b.reads)
}

// unchanged tells whether what was read in one tree is the same in a newer one.
func unchanged(older, newer *index.Tree, reads []read) (bool, error) {
	for _, r := range reads {
		same, err := index.Same(older, newer, r.from, r.end())
		if err != nil || !same {
			return false, err
		}
	}
	return true, nil
}

// stillSo returns the newest state, in which what was read in s is the same, or ErrConflict. So a transaction that has lost already leaves
// nothing in the log, and the fold, which is made for one transaction after the other, compares only what came after the newest state.
func (e *engine) stillSo(s *state, reads []read) (h *state, err error) {
	h = e.head.Load()
	if len(reads) == 0 || h.at == s.at {
		return h, nil
	}
	defer e.unguard(debug.SetPanicOnFault(true), &err)
	same, err := unchanged(s.tree, h.tree, reads)
	if err == nil && !same && h.moves != s.moves {
		same, err = e.unmoved(s, h, reads)
	}
	if err != nil {
		return nil, e.damage(err)
	}
	if !same {
		e.counts.conflicts.Add(1)
		return nil, ErrConflict
	}
	return h, nil
}

// freeze brings the edit's changes into the state.
func (f *fold) freeze() {
	if f.edit != nil {
		f.state.tree = f.edit.Tree()
		f.edit = nil
	}
}
