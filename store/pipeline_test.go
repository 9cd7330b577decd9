package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"arbor/store/disk"
)

// within fails the test if f takes longer than a hang would be noticed.
func within(t testing.TB, d time.Duration, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() { defer close(done); f() }()
	select {
	case <-done:
	case <-time.After(d):
		t.Fatalf("still running after %v", d)
	}
}

// TestSerializable has many goroutines move amounts between accounts and count in sequence: the sum stays, and no count is lost.
func TestSerializable(t *testing.T) {
	for _, kind := range []string{"memory", "buffered", "direct", "uring"} {
		t.Run(kind, func(t *testing.T) {
			dir := t.TempDir()
			open := func() *DB {
				if kind == "memory" {
					return newDB(newMemory(usualLimits))
				}
				d, err := disk.Open(dir, kind)
				if err != nil {
					t.Skip(err)
				}
				l := usualLimits
				l.maxSegment, l.checkpointBytes = 128<<10, 64<<10 // many segments, and checkpoints under way
				l.cleanRate, l.cleanSlack = 1<<30, 64<<10         // and the cleaner
				e, err := openEngine(d, false, l)
				must(t, err)
				return newDB(e)
			}
			db := open()
			ks := keyspace(t, db)
			const accounts, workers, rounds = 8, 8, 60
			account := func(i int) []byte { return []byte{'a', byte(i)} }
			must(t, db.Update(func(tx *Tx) error {
				for i := range accounts {
					if err := tx.Put(ks, account(i), binary.LittleEndian.AppendUint64(nil, 1000)); err != nil {
						return err
					}
				}
				return nil
			}))
			within(t, time.Minute, func() {
				var wg sync.WaitGroup
				for w := range workers {
					wg.Go(func() {
						for i := range rounds {
							err := db.Update(func(tx *Tx) error {
								return transfer(tx, ks, account((w+i)%accounts), account((w*3+i*5+1)%accounts), w, i)
							})
							if err != nil {
								t.Error(err)
								return
							}
						}
					})
				}
				wg.Wait()
			})
			checkAccounts(t, db, ks, accounts*1000, workers*rounds)
			if kind == "memory" {
				must(t, db.Close())
				return
			}
			must(t, db.Close())
			db = open()
			checkAccounts(t, db, ks, accounts*1000, workers*rounds)
			rep, err := db.Verify(t.Context())
			must(t, err)
			if len(rep.Damage) > 0 {
				t.Fatal(rep.Damage)
			}
			must(t, db.Close())
		})
	}
}

// checkAccounts compares the sum of the accounts and the entries of the log with what they must be.
func checkAccounts(t *testing.T, db *DB, ks Keyspace, sum uint64, log int) {
	t.Helper()
	must(t, db.View(func(s *Snapshot) error {
		for e, err := range s.Scan(ks, Prefix([]byte("a"))) {
			if err != nil {
				return err
			}
			sum -= binary.LittleEndian.Uint64(e.Value)
		}
		for _, err := range s.Scan(ks, Prefix([]byte("log/"))) {
			if err != nil {
				return err
			}
			log--
		}
		if sum != 0 || log != 0 {
			return fmt.Errorf("%d are missing from the accounts, %d entries from the log", sum, log)
		}
		return nil
	}))
}

// transfer moves an amount and appends to a log whose next number it finds by a reverse scan: a phantom would give one twice.
func transfer(tx *Tx, ks Keyspace, from, to []byte, w, i int) error {
	a, err := tx.Get(ks, from)
	if err != nil {
		return err
	}
	if string(from) != string(to) {
		b, err := tx.Get(ks, to)
		if err != nil {
			return err
		}
		if err := tx.Put(ks, from, binary.LittleEndian.AppendUint64(nil, binary.LittleEndian.Uint64(a)-7)); err != nil {
			return err
		}
		if err := tx.Put(ks, to, binary.LittleEndian.AppendUint64(nil, binary.LittleEndian.Uint64(b)+7)); err != nil {
			return err
		}
	}
	next := 0
	r := Prefix([]byte("log/"))
	r.Reverse = true
	for e, err := range tx.Scan(ks, r) {
		if err != nil {
			return err
		}
		if _, err := fmt.Sscanf(string(e.Key), "log/%06d", &next); err != nil {
			return err
		}
		next++
		break
	}
	key := fmt.Appendf(nil, "log/%06d", next)
	if _, err := tx.Get(ks, key); !errors.Is(err, ErrNotFound) {
		return fmt.Errorf("%s is taken: %v", key, err)
	}
	return tx.Put(ks, key, fmt.Appendf(nil, "written by worker %d in its round %d", w, i))
}
