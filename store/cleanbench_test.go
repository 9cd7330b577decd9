package store

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"arbor/store/index"
)

// BenchmarkLedger overwrites keys in an index of 200,000, with and without counting what that does to the live bytes.
func BenchmarkLedger(b *testing.B) {
	const keys = 200_000
	key := func(i uint32) []byte { return fmt.Appendf(nil, "\x02key %08d", i) }
	edit := (&index.Tree{}).Edit()
	for i := range uint32(keys) {
		if _, _, err := edit.Put(key(i), index.Value{Addr: uint64(makeLSN(1+i/1000, 4096+i%1000*128)), Len: 100}); err != nil {
			b.Fatal(err)
		}
	}
	tree := edit.Tree()
	value := make([]byte, 100)
	for _, counting := range []bool{false, true} {
		b.Run(fmt.Sprintf("counting=%v", counting), func(b *testing.B) {
			rng := rand.New(rand.NewPCG(1, 1))
			edit, t := tree.Edit(), ledger{}
			for i := range b.N {
				if i%512 == 0 { // a fold
					edit, t = edit.Tree().Edit(), ledger{}
				}
				l := makeLSN(300+uint32(i/60000), 4096+uint32(i%60000)*128)
				w := write{key: key(rng.Uint32N(keys)), value: value}
				var err error
				if counting {
					err = t.apply(edit, &w, l)
				} else {
					_, _, err = edit.Put(w.key, index.Value{Addr: uint64(l), Len: 100})
				}
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkClean writes 200,000 keys with values of 100 bytes four times over, in random order, with the cleaner off, and then cleans.
func BenchmarkClean(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		db, err := Open(b.TempDir(), Options{Cleaning: -1})
		must(b, err)
		shuffle(b, db, 4)
		must(b, db.Sync())
		before, err := db.Stats()
		must(b, err)
		e := db.be.(*member).role.be.(*engine)
		b.StartTimer()
		began := time.Now()
		must(b, db.Clean(b.Context()))
		took := time.Since(began).Seconds()
		b.StopTimer()
		st, err := db.Stats()
		must(b, err)
		live := float64(st.LiveBytes)
		b.ReportMetric(float64(before.DiskBytes)/live, "before/live")
		b.ReportMetric(float64(st.DiskBytes)/live, "disk/live")
		b.ReportMetric(float64(e.accounts.files.Load())/live, "log/live")
		b.ReportMetric(float64(before.DiskBytes-st.DiskBytes)/took/1e6, "MB-freed/s")
		b.ReportMetric(float64(e.cleaner.moved.Load())/took/1e6, "MB-moved/s")
		must(b, db.Close())
		b.StartTimer()
	}
}

// BenchmarkOverwriteCleaning overwrites the same with the cleaner at work, and without.
func BenchmarkOverwriteCleaning(b *testing.B) {
	for _, rate := range []int64{-1, 0} {
		b.Run(fmt.Sprintf("cleaning=%v", rate == 0), func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				db, err := Open(b.TempDir(), Options{Cleaning: rate})
				must(b, err)
				b.StartTimer()
				shuffle(b, db, 4)
				must(b, db.Sync())
				b.StopTimer()
				st, err := db.Stats()
				must(b, err)
				b.ReportMetric(float64(st.DiskBytes)/float64(st.LiveBytes), "disk/live")
				b.ReportMetric(st.WriteAmplification, "written/user")
				must(b, db.Close())
				b.StartTimer()
			}
			b.ReportMetric(800_000*float64(b.N)/b.Elapsed().Seconds(), "writes/s")
		})
	}
}

// shuffle writes 200,000 keys so many times, each time in another order, eight in a transaction.
func shuffle(b testing.TB, db *DB, times int) {
	b.Helper()
	ks, err := db.Keyspace("bench")
	must(b, err)
	rng := rand.New(rand.NewPCG(1, 1))
	value := make([]byte, 100)
	for range times {
		order := rng.Perm(200_000)
		for i := 0; i < len(order); i += 8 {
			must(b, db.Update(func(tx *Tx) error {
				tx.SetDurability(None)
				for _, k := range order[i : i+8] {
					if err := tx.Put(ks, fmt.Appendf(nil, "key %08d", k), value); err != nil {
						return err
					}
				}
				return nil
			}))
		}
	}
}
