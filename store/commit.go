package store

import (
	"fmt"
	"runtime"
	"slices"
)

// writable tells why nothing can be written, or nil.
func (e *engine) writable() error {
	switch {
	case e.broken != nil:
		return fmt.Errorf("%w: %w", ErrReadOnly, e.broken)
	case e.readOnly:
		return ErrReadOnly
	}
	return e.poisoned()
}

// commit appends a transaction, sees it applied and, if asked, durable. See doc.go.
func (e *engine) commit(base frozen, reads []read, writes []write, d Durability) (LSN, error) {
	v, _ := base.(*view)
	if v == nil { // a batch
		take := e.snapshot
		if writes[len(writes)-1].key[0] != 0 { // else a part of a value, which contends with nobody: its transaction does
			take = func() (frozen, error) { return e.compete(0) }
		}
		f, err := take()
		if err != nil {
			return 0, err
		}
		defer f.release()
		v = f.(*view)
	}
	if err := e.writable(); err != nil {
		return 0, err
	}
	visible, whole := sampled(visibleSample), moment(0)
	if d == Commit {
		whole = now()
	}
	rec, err := encode(writes)
	if err != nil {
		return 0, err
	}
	if err := e.begin(); err != nil {
		return 0, fmt.Errorf("begin to write: %w", noSpace(err))
	}
	if err := e.room(writes, int64(len(rec.bytes))); err != nil {
		return 0, err
	}
	if d == Commit {
		e.committers.Add(1)
		defer e.committers.Add(-1)
	}
	tk, end, err := e.place(v, reads, rec, d == Commit)
	if err != nil {
		return 0, err
	}
	v.contender.leave() // others may go on while this one waits for the disk
	e.upkeep(end)
	if tk.outcome.Load() != undecided {
		e.latency.visible.since(visible)
	} else if err := e.waitDurable(end); err != nil {
		return end, err
	}
	switch tk.outcome.Load() {
	case conflicted:
		e.counts.conflicts.Add(1)
		return 0, ErrConflict
	case damaged:
		return 0, e.damage(*tk.failure.Load())
	}
	e.counts.commits.Add(1)
	e.counts.userBytes.Add(rec.payload())
	switch d {
	case Periodic:
		e.soon()
	case Commit:
		if err = e.waitDurable(end); err == nil {
			e.latency.durable.since(whole)
		}
	}
	return end, err
}

// place gives a transaction its place in the log and sees it applied. If it has lost against nothing but the cleaner, which has moved what it
// read, it gets another place.
//
// Those who commit durably are woken together and come together: one who waits for the disk anyway first lets the others publish, so that one
// fold applies the records of all of them, and one frame takes them. If it cannot lose against anybody it leaves the fold to whoever is about
// it, and its outcome is known when it is durable.
func (e *engine) place(v *view, reads []read, rec encoded, together bool) (tk *ticket, end LSN, err error) {
	s := v.s
	for range maxRetries {
		if s, err = e.stillSo(s, reads); err != nil {
			return nil, 0, err
		}
		tk = new(ticket)
		tk.body.Store(&body{base: s, era: v.era, reads: reads, writes: rec.writes, offsets: rec.offsets})
		if end, err = e.publish(rec, tk); err == nil {
			together := together && e.committers.Load() > 1
			if together {
				runtime.Gosched()
			}
			if together && len(reads) == 0 && e.fs != nil && !slices.ContainsFunc(rec.writes, isParted) {
				err = e.applySome()
			} else {
				err = e.apply(end)
			}
		}
		if err != nil {
			return nil, 0, err
		}
		if tk.outcome.Load() != conflicted || e.head.Load().moves == s.moves {
			break
		}
	}
	return tk, end, nil
}

// isParted tells whether w is a put of a value in parts, which loses if they are gone.
func isParted(w write) bool { return w.parted }

// publish gives a record its place in the log and shows it to the others. It returns the place's end.
func (e *engine) publish(rec encoded, tk *ticket) (LSN, error) {
	p, err := e.reserve(uint32(len(rec.bytes)))
	if err != nil {
		return 0, err
	}
	return e.show(p, rec, tk), nil
}

// show publishes a record at the place that was reserved for it, and returns the place's end.
func (e *engine) show(p place, rec encoded, tk *ticket) LSN {
	n := uint32(len(rec.bytes))
	at := p.lsn.off() - p.data.from
	b := p.data.image[at : at+n]
	copy(b[8:], rec.bytes[8:])
	rec.bind(b, &e.id, p.lsn)
	p.data.ticket(p.lsn.off()).Store(tk)
	w := e.id.word(kindTx, n, p.lsn)
	if tk.body.Load().moved {
		w |= flagMoved
	}
	p.data.word(p.lsn.off()).Store(little(uint64(w)))
	e.tailRecords.Add(1)
	return p.lsn + LSN(n)
}
