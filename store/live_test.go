package store

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"sync"
	"testing"

	"arbor/store/disk"
	"arbor/store/index"
)

// counted compares the table of the head with what its index leads to, and that of the last checkpoint with its.
func counted(t testing.TB, e *engine) {
	t.Helper()
	h := e.head.Load()
	exact(t, "the head", h.table, h.tree)
	for ord := range liveOf(h.table) {
		if e.log.at(ord) == nil {
			t.Errorf("live bytes in segment %d, which is none", ord)
		}
	}
	e.checkpointing.Lock()
	defer e.checkpointing.Unlock()
	if e.saved != nil {
		exact(t, "the checkpoint", e.savedTable, e.saved.Tree)
	}
}

// exact compares a table with a scan of its tree.
func exact(t testing.TB, what string, x table, tree *index.Tree) {
	t.Helper()
	live, inline := scanLive(t, tree)
	sum := int64(0)
	for _, n := range live {
		sum += n
	}
	if x.inline != inline || x.live != sum {
		t.Errorf("%s: %d live bytes and %d of inline values are counted, there are %d and %d", what, x.live, x.inline, sum, inline)
	}
	if got := liveOf(x); !maps.Equal(got, live) {
		t.Errorf("%s: the table has %v, its tree leads to %v", what, got, live)
	}
}

// liveOf is what a table has, for every segment of which anything is live.
func liveOf(x table) map[uint32]int64 {
	m := map[uint32]int64{}
	flat := x.flat()
	for _, r := range flat.base {
		if n := x.of(r.ord); n != r.live {
			panic(fmt.Sprintf("segment %d has %d live bytes in a table, %d in what it is without links", r.ord, n, r.live))
		}
		if r.live != 0 {
			m[r.ord] = r.live
		}
	}
	return m
}

func scanLive(t testing.TB, tree *index.Tree) (live map[uint32]int64, inline int64) {
	t.Helper()
	live = map[uint32]int64{}
	for x, err := range tree.Entries() {
		must(t, err)
		if x.Value.Inline != nil {
			inline += changeSize(x.Key, len(x.Value.Inline))
		} else {
			live[LSN(x.Value.Addr).ord()] += changeSize(x.Key, int(x.Value.Len))
		}
	}
	return live, inline
}

// TestLiveBytes holds the tables to a scan of the index, over commits that conflict and fold beside each other, deletions of ranges,
// checkpoints under way, clean ends and crashes.
func TestLiveBytes(t *testing.T) {
	for _, seed := range seeds(t, 4) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			sim := disk.NewSim(seed)
			rng := rand.New(rand.NewPCG(seed, 3))
			l := small
			l.minSegment, l.maxSegment, l.closeRecords = 12<<10, 24<<10, 20
			for round := range 6 {
				e, err := openEngine(sim, false, l)
				must(t, err)
				counted(t, e)
				db := newDB(e)
				ks := keyspace(t, db)
				var wg sync.WaitGroup
				for w := range 3 {
					rng := rand.New(rand.NewPCG(seed, uint64(10*round+w)))
					wg.Go(func() {
						for range 60 {
							if err := db.Update(func(tx *Tx) error { return scribble(tx, ks, rng) }); err != nil {
								t.Error(err)
								return
							}
						}
					})
				}
				for range 3 {
					must(t, e.checkpoint())
					counted(t, e)
				}
				wg.Wait()
				counted(t, e)
				switch rng.IntN(3) {
				case 0:
					must(t, e.checkpoint())
					counted(t, e)
					sim = sim.Crash()
				case 1:
					sim = sim.Crash()
				default:
					must(t, db.Close())
				}
				if rng.IntN(4) == 0 { // the table comes from the log alone
					for _, n := range names(t, sim, ".ckpt") {
						must(t, sim.Remove(n))
					}
				}
			}
		})
	}
}

// scribble makes a few changes of all kinds, some of them twice to the same key.
func scribble(tx *Tx, ks Keyspace, rng *rand.Rand) error {
	tx.SetDurability(Durability(rng.IntN(2)))
	key := func() []byte { return fmt.Appendf(nil, "k%02d", rng.IntN(60)) }
	for range 1 + rng.IntN(4) {
		k := key()
		if _, err := tx.Get(ks, key()); err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		var err error
		switch rng.IntN(6) {
		case 0:
			err = tx.Delete(ks, k)
		case 1:
			to := append([]byte(nil), k...)
			to[len(to)-1] += byte(1 + rng.IntN(4))
			err = tx.DeleteRange(ks, Range{From: k, To: to})
		default:
			err = tx.Put(ks, k, make([]byte, []int{0, 3, 16, 17, 40, 900}[rng.IntN(6)]))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// TestTable holds tables to a map, over folds that touch few and many of few and many segments, and older tables to what they were.
func TestTable(t *testing.T) {
	for _, seed := range seeds(t, 3) {
		rng := rand.New(rand.NewPCG(seed, 1))
		var x table
		type kept struct {
			table
			want map[uint32]int64
		}
		want, old := map[uint32]int64{}, []kept{}
		for step := range 3000 {
			var l ledger
			for range rng.IntN(1 + rng.IntN(40)) {
				ord := 1 + rng.Uint32N(uint32(1+step/4))
				n := int64(rng.IntN(100))
				if rng.IntN(2) == 0 {
					n = -want[ord]
				}
				l.row(ord).live += n
				if want[ord] += n; want[ord] == 0 {
					delete(want, ord)
				}
			}
			if x = x.with(&l); step%100 == 0 {
				old = append(old, kept{x, maps.Clone(want)})
			}
			if x.rows >= max(minTableRows, len(x.base)) {
				t.Fatalf("seed %d: %d rows in links of a table of %d", seed, x.rows, len(x.base))
			}
		}
		for i, k := range append(old, kept{x, want}) {
			if got := liveOf(k.table); !maps.Equal(got, k.want) {
				t.Fatalf("seed %d, table %d: %v, want %v", seed, i, got, k.want)
			}
		}
	}
}
