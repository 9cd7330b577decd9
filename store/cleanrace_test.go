package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"arbor/store/disk"
)

// TestCleanBeside runs the cleaner, asked and by itself, beside goroutines that overwrite, delete, delete ranges, and read: in states of the
// moment, in snapshots they hold, and in scans. Every value tells its key and the round in which it was written, and rounds only grow.
func TestCleanBeside(t *testing.T) {
	for _, kind := range []string{"memory", "buffered", "direct"} {
		t.Run(kind, func(t *testing.T) {
			l := usualLimits
			l.minSegment, l.maxSegment, l.checkpointBytes = 16<<10, 64<<10, 256<<10
			l.cleanRate, l.cleanSlack = 1<<30, 16<<10
			dir := t.TempDir()
			open := func() *engine {
				if kind == "memory" {
					return newMemory(l)
				}
				d, err := disk.Open(dir, kind)
				if err != nil {
					t.Skip(err)
				}
				e, err := openEngine(d, false, l)
				must(t, err)
				return e
			}
			e := open()
			db := newDB(e)
			b := &crowd{T: t, db: db, ks: keyspace(t, db)}
			rounds := 400
			if testing.Short() {
				rounds = 100
			}
			if os.Getenv("ARBOR_SOAK") != "" {
				rounds = 20_000
			}
			b.run(rounds)
			e.cleaner.mu.Lock() // it may still be at work
			e.flush.mu.Lock()   // and whoever closes a frame may book what it did
			counted(t, e)
			e.flush.mu.Unlock()
			e.cleaner.mu.Unlock()
			if s := e.log.at(1); e.cleaner.moved.Load() == 0 || s != nil && !s.freed.Load() {
				t.Errorf("%d bytes were moved, the first segment: %v", e.cleaner.moved.Load(), s)
			}
			b.check(db)
			must(t, db.Close())
			if kind == "memory" {
				return
			}
			e = open()
			counted(t, e)
			b.check(newDB(e))
			must(t, e.close())
		})
	}
}

// crowd is the work that goes on beside the cleaner. Each writer has the keys of its own.
type crowd struct {
	*testing.T
	db     *DB
	ks     Keyspace
	rounds [3][50]atomic.Uint64 // by writer and key: that of the last write, 0 if it is deleted
	over   atomic.Bool
}

func (b *crowd) key(w, k int) []byte { return []byte{byte('a' + w), byte(k)} }

// value tells the key and the round, in a length that is inline for some.
func (b *crowd) value(w, k int, round uint64) []byte {
	v := binary.LittleEndian.AppendUint64(b.key(w, k), round)
	return append(v, make([]byte, (k*37+int(round)*11)%300/(1+k%3*10))...)
}

func (b *crowd) round(key, value []byte) (uint64, error) {
	if len(value) < 10 || string(value[:2]) != string(key) {
		return 0, fmt.Errorf("the value of %q is %q", key, value)
	}
	r := binary.LittleEndian.Uint64(value[2:])
	if string(value) != string(b.value(int(key[0]-'a'), int(key[1]), r)) {
		return 0, fmt.Errorf("the value of %q, of round %d, is damaged", key, r)
	}
	return r, nil
}

func (b *crowd) run(rounds int) {
	var writers, others sync.WaitGroup
	for w := range b.rounds {
		writers.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(w), 1))
			for r := range uint64(rounds) {
				b.write(w, r+1, rng)
			}
		})
	}
	others.Go(func() {
		for !b.over.Load() {
			must(b, b.db.Clean(b.Context()))
		}
	})
	for range 2 {
		others.Go(func() {
			for !b.over.Load() {
				b.read()
			}
		})
	}
	writers.Wait()
	b.over.Store(true)
	others.Wait()
}

// write changes some keys of a writer in one transaction, and reads one of them.
func (b *crowd) write(w int, round uint64, rng *rand.Rand) {
	changes := map[int]uint64{}
	must(b, b.db.Update(func(tx *Tx) error {
		clear(changes)
		tx.SetDurability(Durability(rng.IntN(2)))
		k := rng.IntN(50)
		v, err := tx.Get(b.ks, b.key(w, k))
		if want := b.rounds[w][k].Load(); errors.Is(err, ErrNotFound) && want != 0 || err == nil && string(v) != string(b.value(w, k, want)) {
			return fmt.Errorf("key %d of writer %d is %q, %v; of round %d it should be", k, w, v, err, want)
		}
		if rng.IntN(10) == 0 {
			to := min(50, k+rng.IntN(10))
			for i := k; i < to; i++ {
				changes[i] = 0
			}
			if to > k {
				if err := tx.DeleteRange(b.ks, Range{From: b.key(w, k), To: b.key(w, to)}); err != nil {
					return err
				}
			}
		}
		for range 1 + rng.IntN(12) {
			k := rng.IntN(50)
			changes[k] = round
			if rng.IntN(6) == 0 {
				changes[k] = 0
				err = tx.Delete(b.ks, b.key(w, k))
			} else {
				err = tx.Put(b.ks, b.key(w, k), b.value(w, k, round))
			}
			if err != nil {
				return err
			}
		}
		return nil
	}))
	for k, r := range changes {
		b.rounds[w][k].Store(r)
	}
}

// read holds a snapshot, and reads it twice with other readers in between: it stays as it is.
func (b *crowd) read() {
	s, err := b.db.Snapshot()
	must(b, err)
	defer s.Release()
	first := map[string]string{}
	for again := range 2 {
		n := 0
		for e, err := range s.Scan(b.ks, Range{Reverse: again == 1}) {
			must(b, err)
			if _, err := b.round(e.Key, e.Value); err != nil {
				b.Error(err)
			}
			if again == 0 {
				first[string(e.Key)] = string(e.Value)
			} else if first[string(e.Key)] != string(e.Value) {
				b.Errorf("%q changed in a snapshot", e.Key)
			}
			n++
		}
		if n != len(first) {
			b.Errorf("%d keys, then %d, in a snapshot", len(first), n)
		}
	}
}

// check compares with what was written last.
func (b *crowd) check(db *DB) {
	b.Helper()
	must(b, db.View(func(s *Snapshot) error {
		for w := range b.rounds {
			for k := range b.rounds[w] {
				v, err := s.Get(b.ks, b.key(w, k))
				if r := b.rounds[w][k].Load(); r == 0 != errors.Is(err, ErrNotFound) || r != 0 && string(v) != string(b.value(w, k, r)) {
					return fmt.Errorf("key %d of writer %d: %q, %v; of round %d", k, w, v, err, r)
				}
			}
		}
		return nil
	}))
	rep, err := db.Verify(b.Context())
	if err != nil || len(rep.Damage) > 0 {
		b.Errorf("verify: %v %v", err, rep.Damage)
	}
}
