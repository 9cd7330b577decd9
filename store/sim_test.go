package store

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"syscall"
	"testing"

	"arbor/store/disk"
)

var seedFlag = flag.Uint64("seed", 0, "run the simulation tests with this seed alone")

// seeds returns the seeds of a simulation: a fixed few, or those that were asked for.
func seeds(t testing.TB, n int) []uint64 {
	if *seedFlag != 0 {
		return []uint64{*seedFlag}
	}
	if os.Getenv("ARBOR_SOAK") != "" {
		n *= 20
	} else if testing.Short() {
		n = (n + 1) / 2
	}
	s := make([]uint64, n)
	for i := range s {
		s[i] = uint64(i + 1)
	}
	return s
}

// contents is what a store holds.
type contents map[string]string

// history is a workload on a simulated disk, and what the store may hold after a crash: one of states, from acked on.
type history struct {
	t      testing.TB
	sim    *disk.Sim
	rng    *rand.Rand
	limits limits
	e      *engine
	db     *DB
	ks     Keyspace
	pass   *pass      // of the cleaner, under way
	part   int        // the longest value that is kept whole
	states []contents // after every transaction that was made, in their order
	ends   []LSN      // of their transactions in the log, 0 where it is not known
	acked  int        // all up to states[acked] is durable
	made   []contents // every state that ever was
	sound  bool       // nothing happens by which a checkpoint could be damaged
}

func newHistory(t testing.TB, sim *disk.Sim, seed uint64) *history {
	l := small
	l.minSegment, l.maxSegment = 12<<10, 32<<10
	l.closeRecords, l.cleanRate, l.cleanSlack = 5, 1, 8<<10
	l.random = rand.NewChaCha8([32]byte{byte(seed)})
	return &history{t: t, sim: sim, rng: rand.New(rand.NewPCG(seed, 7)), limits: l, part: 64 + int(seed*1500%3500), states: []contents{{}}, ends: []LSN{0}, made: []contents{{}}}
}

// allowed are the errors that a planted fault may lead to.
func (h *history) note(err error) error {
	if err == nil {
		return nil
	}
	for _, e := range []error{disk.ErrCrashed, syscall.EIO, syscall.ENOSPC, io.ErrShortWrite, ErrNoSpace} {
		if errors.Is(err, e) {
			return err
		}
	}
	h.t.Fatalf("an error without a cause: %v", err)
	return err
}

// open opens the store and checks what it holds.
func (h *history) open() error {
	e, err := openEngine(h.sim, false, h.limits)
	if err != nil {
		return h.note(err)
	}
	h.e, h.db, h.pass = e, newDB(e), nil
	h.db.part = h.part
	if e.broken != nil {
		h.t.Fatalf("taken for damaged: %v", e.broken)
	}
	if err := h.settle(); err != nil {
		return err
	}
	ks, err := h.db.Keyspace("test")
	if err != nil {
		return h.note(err)
	}
	h.ks = ks
	return nil
}

// settle finds the state that the store is in, which has to be a possible one, and forgets those behind it.
func (h *history) settle() error {
	got, err := h.read()
	if err != nil {
		return h.note(err)
	}
	if h.sound && (h.e.rebuilt.Load() || h.e.rebuild.Load()) {
		h.t.Fatalf("the checkpoint is taken for damaged: %+v", h.e.manifest.current().checkpoint)
	}
	for i := len(h.states) - 1; i >= h.acked; i-- {
		if maps.Equal(got, h.states[i]) {
			h.states = h.states[:i+1]
			return nil
		}
	}
	h.t.Logf("the log ends at %v, visible %v, rebuilt %v, manifest %+v", h.e.resume, h.e.head.Load().at, h.e.rebuilt.Load(), h.e.manifest.now)
	for i, s := range h.states {
		if maps.Equal(got, s) {
			h.t.Errorf("the store holds state %d, %d is acknowledged, %d the last", i, h.acked, len(h.states)-1)
		}
	}
	h.t.Fatalf("the store holds none of the %d states from the acknowledged one on:\n got %v\nwant %v", len(h.states)-h.acked, short(got), short(h.states[h.acked]))
	return nil
}

// short makes contents fit for a message.
func short(c contents) string {
	out := contents{}
	for k, v := range c {
		out[k] = fmt.Sprintf("%.6q/%d", v, len(v))
	}
	return fmt.Sprint(out)
}

func (h *history) read() (contents, error) {
	got := contents{}
	f, err := h.e.snapshot()
	if err != nil {
		return nil, err
	}
	defer f.release()
	for x, err := range wholes(f, f.scan([]byte{2}, nil, h.rng.IntN(2) == 0)) {
		if err != nil {
			return nil, err
		}
		got[string(x.Key)] = string(x.Value)
	}
	return got, nil
}

// update runs one transaction of random changes.
func (h *history) update(d Durability) error {
	return h.transact(d, func(tx *Tx, next contents) error {
		for range 1 + h.rng.IntN(5) {
			k := fmt.Sprintf("key %d", h.rng.IntN(30))
			switch h.rng.IntN(9) {
			case 0, 1:
				if err := tx.Delete(h.ks, []byte(k)); err != nil {
					return err
				}
				delete(next, k)
				continue
			case 2:
				r := Prefix([]byte(k))
				if err := tx.DeleteRange(h.ks, r); err != nil {
					return err
				}
				next.apply(write{key: r.From, to: r.To})
				continue
			}
			n := []int{h.rng.IntN(17), 17 + h.rng.IntN(300), 1000 + h.rng.IntN(4000)}[min(h.rng.IntN(8)/3, 2)]
			v := make([]byte, n)
			for i := range v {
				v[i] = byte(h.rng.Uint32())
			}
			if err := tx.Put(h.ks, []byte(k), v); err != nil {
				return err
			}
			next[k] = string(v)
		}
		return nil
	})
}

// little runs a transaction that fits into any segment: while a frame is in flight that only this goroutine completes, none may wait for it.
func (h *history) little(d Durability) error {
	return h.transact(d, func(tx *Tx, next contents) error {
		k, v := fmt.Sprintf("key %d", h.rng.IntN(30)), fmt.Sprintf("a value of %d", h.rng.Uint64())
		next[k] = v
		return tx.Put(h.ks, []byte(k), []byte(v))
	})
}

// transact runs a transaction that does to the store what it does to next.
func (h *history) transact(d Durability, fn func(tx *Tx, next contents) error) error {
	next := maps.Clone(h.states[len(h.states)-1])
	err := h.db.Update(func(tx *Tx) error {
		tx.SetDurability(d)
		return fn(tx, next)
	})
	h.made = append(h.made, next)
	if err == nil {
		h.states, h.ends = append(h.states, next), append(h.ends[:len(h.states)], h.e.head.Load().at)
		if d == Commit {
			h.acked = len(h.states) - 1
		}
		return nil
	}
	h.note(err)
	h.states, h.ends = append(h.states, next), append(h.ends[:len(h.states)], 0) // it may have happened
	if got, e := h.read(); e == nil && !maps.Equal(got, next) {
		h.states = h.states[:len(h.states)-1]
	}
	return err
}

// lose puts a transaction into the log that loses against one before it.
func (h *history) lose() error {
	f, err := h.e.snapshot()
	if err != nil {
		return h.note(err)
	}
	defer f.release()
	k, v := "key 1", fmt.Sprint("a value in the log ", h.rng.Uint64())
	err = h.transact(None, func(tx *Tx, next contents) error {
		next[k] = v
		return tx.Put(h.ks, []byte(k), []byte(v))
	})
	if err != nil {
		return err
	}
	return h.note(publishLoser(h.t, h.e, f, h.ks.key([]byte(k)), write{key: h.ks.key([]byte(k + " lost")), value: make([]byte, 100)}))
}

// publishLoser appends a transaction that has read key in base, and loses, without the look that would have spared it the log.
func publishLoser(t testing.TB, e *engine, base frozen, key []byte, w write) error {
	t.Helper()
	rec, err := encode([]write{w})
	must(t, err)
	tk := new(ticket)
	tk.body.Store(&body{base: base.(*view).s, era: base.(*view).era, reads: []read{{from: key}}, writes: rec.writes, offsets: rec.offsets})
	end, err := e.publish(rec, tk)
	if err == nil {
		err = e.apply(end)
	}
	if err == nil && tk.outcome.Load() != conflicted {
		t.Fatalf("a transaction that read what has changed: outcome %d", tk.outcome.Load())
	}
	return err
}

func (h *history) sync() error {
	err := h.db.Sync()
	if err == nil {
		h.acked = len(h.states) - 1
	}
	return h.note(err)
}

// step makes one random step of the workload.
func (h *history) step() error {
	switch h.rng.IntN(20) {
	case 0:
		return h.note(h.e.checkpoint())
	case 1:
		err := h.db.Close()
		if err == nil {
			h.acked = len(h.states) - 1
		}
		if h.note(err) != nil && errors.Is(err, disk.ErrCrashed) {
			return err
		}
		return h.open()
	case 2:
		return h.sync()
	case 3, 4: // two frames in flight, which end in any order
		if err := h.sync(); err != nil {
			return err
		}
		for range 2 {
			if err := h.little(None); err != nil {
				return err
			}
			h.e.want(h.e.head.Load().at)
			h.e.submit()
		}
		for h.sim.Step() {
		}
		return h.sync()
	case 5:
		return h.lose()
	case 6, 7:
		return h.update(None)
	case 8, 9, 10:
		return h.clean(1 + h.rng.IntN(4))
	case 11:
		return h.note(h.db.Clean(h.t.Context()))
	}
	return h.update(Commit)
}

// clean makes some steps of a pass of the cleaner, which goes on the next time.
func (h *history) clean(steps int) error {
	if err := h.e.begin(); err != nil {
		return h.note(err)
	}
	if h.pass == nil {
		h.pass = h.e.newPass([]int64{30, cleanBelow, cleanBelowAsked}[h.rng.IntN(3)])
	}
	for range steps {
		_, more, err := h.e.cleanStep(h.pass)
		if err != nil {
			return h.note(err)
		}
		if !more {
			h.pass = nil
			break
		}
	}
	return nil
}

// run makes n steps. With faults that leave the store usable it goes on after errors.
func (h *history) run(n int) {
	if h.open() != nil {
		return
	}
	for range n {
		if err := h.step(); errors.Is(err, disk.ErrCrashed) || err != nil && h.db == nil {
			return
		} else if err != nil && h.e.poisoned() != nil {
			return
		}
	}
}
