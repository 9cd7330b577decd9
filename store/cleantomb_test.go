package store

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"arbor/store/disk"
)

// aged is a store whose log has segments of which the test knows what is in them.
type aged struct {
	testing.TB
	sim  *disk.Sim
	l    limits
	e    *engine
	db   *DB
	ks   Keyspace
	want contents
}

func newAged(t testing.TB) *aged {
	l := small
	l.minSegment, l.maxSegment, l.unflushed = 64<<10, 64<<10, 128<<10
	l.cleanSlack = 1 << 20
	a := &aged{TB: t, sim: disk.NewSim(1), l: l, want: contents{}}
	a.open()
	return a
}

func (a *aged) open() {
	a.Helper()
	e, err := openEngine(a.sim, false, a.l)
	must(a, err)
	a.e, a.db = e, newDB(e)
	a.ks = keyspace(a, a.db)
}

// put sets n keys that begin with prefix, to values of that length, without the padding of durable commits.
func (a *aged) put(prefix string, n, length int) {
	a.Helper()
	must(a, a.db.Update(func(tx *Tx) error {
		tx.SetDurability(None)
		for i := range n {
			k := fmt.Sprintf("%s%03d", prefix, i)
			a.want[k] = strings.Repeat("v", length)
			if err := tx.Put(a.ks, []byte(k), []byte(a.want[k])); err != nil {
				return err
			}
		}
		return nil
	}))
}

func (a *aged) delete(prefix string, one bool) {
	a.Helper()
	must(a, a.db.Update(func(tx *Tx) error {
		tx.SetDurability(None)
		if !one {
			return tx.DeleteRange(a.ks, Prefix([]byte(prefix)))
		}
		for k := range a.want {
			if strings.HasPrefix(k, prefix) {
				if err := tx.Delete(a.ks, []byte(k)); err != nil {
					return err
				}
			}
		}
		return nil
	}))
	maps.DeleteFunc(a.want, func(k, _ string) bool { return strings.HasPrefix(k, prefix) })
}

// fill goes on to the next segment.
func (a *aged) fill() {
	a.Helper()
	for ord := LSN(a.e.tail.Load()).ord(); LSN(a.e.tail.Load()).ord() == ord; {
		a.put("filler", 1, 1000)
	}
}

// check compares with what the log alone leads to, after a clean end.
func (a *aged) check(what string) {
	a.Helper()
	must(a, a.db.Close())
	for _, n := range names(a, a.sim, ".ckpt") {
		must(a, a.sim.Remove(n))
	}
	a.open()
	if got, err := readAll(a.db); err != nil || !maps.Equal(got, a.want) {
		a.Fatalf("%s: from the log alone: %v\n got %v\nwant %v", what, err, short(got), short(a.want))
	}
	counted(a, a.e)
}

// clean makes a pass as the cleaner does by itself.
func (a *aged) clean() {
	a.Helper()
	must(a, a.db.Sync())
	_, err := a.e.runPass(a.e.newPass(cleanBelow), func() bool { return false }, func(int64) bool { return true })
	must(a, err)
	must(a, a.e.sweep())
}

func (a *aged) segments() (n int) {
	for range a.e.log.from(0) {
		n++
	}
	return n
}

// TestDeletionsOutlive: what was deleted stays so although the cleaner has taken the segment with the deletion, and the one with the put is
// still there; and deletions go when there is nothing left that they delete.
func TestDeletionsOutlive(t *testing.T) {
	for _, one := range []bool{true, false} {
		t.Run(fmt.Sprintf("one by one %v", one), func(t *testing.T) {
			a := newAged(t)
			a.put("cold", 400, 100) // the first segment stays for these
			a.put("gone", 8, 100)
			a.fill()
			a.delete("gone", one)
			a.fill()
			a.fill()
			first := LSN(a.e.tail.Load()).ord()
			a.clean()
			if a.e.log.at(1) == nil || a.e.log.at(2) != nil {
				t.Errorf("segments: the first %v, that of the deletions %v", a.e.log.at(1), a.e.log.at(2))
			}
			a.check("the put is older and stays")
			a.put("gone", 3, 50)
			a.delete("gone001", one)
			a.fill()
			a.clean()
			a.check("put again, and one deleted")
			a.delete("", one)
			a.fill()
			a.delete("filler", one)
			a.clean()
			a.check("all deleted")
			a.clean()
			if n := a.segments(); n > 4 || a.e.log.at(first) != nil {
				t.Errorf("%d segments for nothing", n)
			}
			a.check("all deleted and cleaned")
		})
	}
}

// TestDeletedRangeStays: the deletion of a range cannot move behind keys that were put there since. Its segment stays until nothing older does.
func TestDeletedRangeStays(t *testing.T) {
	a := newAged(t)
	a.put("cold", 400, 100)
	a.put("range", 8, 100)
	a.fill()
	a.delete("range", false)
	ord := LSN(a.e.head.Load().at).ord()
	a.put("range", 4, 60)
	a.fill()
	a.fill()
	a.clean()
	if a.e.log.at(ord) == nil || !a.e.log.at(ord).account.stays.Load() {
		t.Error("the segment of the deletion has gone")
	}
	a.check("keys in the deleted range")
	a.put("cold", 400, 90) // the oldest segment is of no use now
	a.fill()
	a.clean()
	if a.e.log.at(1) != nil || a.e.log.at(ord) != nil {
		t.Errorf("segments: the first %v, that of the deletion %v", a.e.log.at(1), a.e.log.at(ord))
	}
	a.check("the deletion is the oldest")
}

// TestOldestGoesForDeletions: deletions without end, each of a key that was put just before, above a segment of which everything is needed. The
// cleaner takes that one at last, because the deletions are kept for its sake.
func TestOldestGoesForDeletions(t *testing.T) {
	a := newAged(t)
	a.e.limits.cleanSlack = 0
	a.put("cold", 400, 100)
	a.fill()
	for i := range 300 {
		prefix := fmt.Sprintf("queue%d/", i)
		a.put(prefix, 20, 20)
		a.delete(prefix, true)
		if i%50 == 49 {
			a.clean()
		}
	}
	a.fill()
	a.clean()
	if a.e.log.at(1) != nil || a.segments() > 5 {
		t.Errorf("%d segments, the first %v", a.segments(), a.e.log.at(1))
	}
	a.check("a queue")
}

// TestPositionBehindMoves: what the cleaner has moved lies behind the last change. A position of an open that took its state from a checkpoint
// is there, and one that makes the index again from the log knows it too: nothing has changed since.
func TestPositionBehindMoves(t *testing.T) {
	a := newAged(t)
	a.put("cold", 50, 100)
	a.put("gone", 300, 100)
	a.fill()
	a.put("gone", 300, 90)
	a.fill()
	a.clean()
	must(t, a.e.checkpoint())
	if h := a.e.head.Load(); h.end == h.at {
		t.Fatal("nothing was moved")
	}
	must(t, a.db.Close())
	a.open()
	s, err := a.db.Snapshot()
	must(t, err)
	p, err := s.Position()
	must(t, err)
	s.Release()
	a.check("the cleaner was at work last")
	s, err = a.db.Snapshot()
	must(t, err)
	defer s.Release()
	if s.LSN() < p.LSN() {
		t.Errorf("at %v, before it was at %v", s.LSN(), p.LSN())
	}
	for c, err := range s.Since(p, a.ks, Range{}) {
		t.Errorf("%q has changed, %v", c.Key, err)
	}
}
