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

// counted compares the counters with what the index of the head leads to.
func counted(t testing.TB, e *engine) {
	t.Helper()
	live, inline := scanLive(t, e.head.Load().tree)
	sum := int64(0)
	for ord, n := range live {
		sum += n
		if e.log.at(ord) == nil {
			t.Errorf("%d live bytes in segment %d, which is none", n, ord)
		}
	}
	for s := range e.log.from(0) {
		if n := s.account.live.Load(); n != live[s.ord] {
			t.Errorf("segment %d: %d live bytes are counted, there are %d", s.ord, n, live[s.ord])
		}
	}
	if n := e.accounts.live.Load(); n != sum {
		t.Errorf("%d live bytes are counted, there are %d", n, sum)
	}
	if n := e.accounts.inline.Load(); n != inline {
		t.Errorf("%d bytes of inline values are counted, there are %d", n, inline)
	}
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

// savedExactly compares the table of the last checkpoint with its tree.
func savedExactly(t testing.TB, e *engine) {
	t.Helper()
	e.checkpointing.Lock()
	defer e.checkpointing.Unlock()
	live, inline := scanLive(t, e.saved.Tree)
	live[0] = inline
	got := maps.Clone(e.accounts.saved)
	for _, m := range []map[uint32]int64{live, got} {
		maps.DeleteFunc(m, func(_ uint32, n int64) bool { return n == 0 })
	}
	if !maps.Equal(got, live) {
		t.Errorf("the table of the checkpoint has %v, its tree %v", got, live)
	}
}

// TestLiveBytes holds the counters to a scan of the index, over commits that conflict and fold beside each other, deletions of ranges,
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
					savedExactly(t, e)
				}
				wg.Wait()
				counted(t, e)
				switch rng.IntN(3) {
				case 0:
					must(t, e.checkpoint())
					savedExactly(t, e)
					sim = sim.Crash()
				case 1:
					sim = sim.Crash()
				default:
					must(t, db.Close())
				}
				if rng.IntN(4) == 0 { // the counters come from the log alone
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
