package store_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"arbor/store"
)

// check ends an example that went wrong.
func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// fruit returns a store in memory with a keyspace of a few keys.
func fruit() (*store.DB, store.Keyspace) {
	db, err := store.Open("", store.Options{Memory: true})
	check(err)
	ks, err := db.Keyspace("fruit")
	check(err)
	var b store.Batch
	for key, value := range map[string]string{"apple": "red", "cherry": "red", "lemon": "yellow", "lime": "green"} {
		check(b.Put(ks, []byte(key), []byte(value)))
	}
	_, err = db.Apply(&b, store.None)
	check(err)
	return db, ks
}

// The store as the README shows it.
func Example() {
	dir, err := os.MkdirTemp("", "example")
	check(err)
	defer os.RemoveAll(dir)
	func() {
		db, err := store.Open(dir, store.Options{}) // the first process owns it, the others work through it
		check(err)
		defer db.Close()
		people, err := db.Keyspace("people")
		check(err)
		check(db.Update(func(tx *store.Tx) error { // runs again if what it has read is changed meanwhile
			return tx.Put(people, []byte("ada"), []byte("1815"))
		})) // from here on it survives a power cut
		check(db.View(func(s *store.Snapshot) error { // one state, held up by nobody
			for e, err := range s.Scan(people, store.Prefix([]byte("a"))) {
				check(err)
				fmt.Printf("%s %s\n", e.Key, e.Value)
			}
			return nil
		}))
	}()
	// Output: ada 1815
}

// A store is a directory. Any number of processes may open it: the first one owns it, and the others work through it, with the same calls.
func ExampleOpen() {
	dir, err := os.MkdirTemp("", "example")
	check(err)
	defer os.RemoveAll(dir)

	db, err := store.Open(filepath.Join(dir, "store"), store.Options{})
	check(err)
	ks, err := db.Keyspace("greetings")
	check(err)
	check(db.Update(func(tx *store.Tx) error {
		return tx.Put(ks, []byte("hello"), []byte("world"))
	})) // once Update returns, the change survives a power cut
	check(db.Close())

	db, err = store.Open(filepath.Join(dir, "store"), store.Options{})
	check(err)
	defer db.Close()
	check(db.View(func(s *store.Snapshot) error {
		value, err := s.Get(ks, []byte("hello"))
		fmt.Printf("%s\n", value)
		return err
	}))
	// Output: world
}

// A store in memory has everything but a life beyond Close.
func ExampleOpen_memory() {
	db, err := store.Open("", store.Options{Memory: true})
	check(err)
	defer db.Close()
	stats, err := db.Stats()
	check(err)
	fmt.Println(stats.Disk)
	// Output: memory
}

// A store that is open for reading only is not changed by a byte.
func ExampleOpen_readOnly() {
	dir, err := os.MkdirTemp("", "example")
	check(err)
	defer os.RemoveAll(dir)
	db, err := store.Open(dir, store.Options{})
	check(err)
	ks, err := db.Keyspace("greetings")
	check(err)
	check(db.Close())

	db, err = store.Open(dir, store.Options{ReadOnly: true})
	check(err)
	defer db.Close()
	err = db.Update(func(tx *store.Tx) error { return tx.Put(ks, []byte("hello"), nil) })
	fmt.Println(errors.Is(err, store.ErrReadOnly))
	// Output: true
}

// A transaction sees its own changes. What it has read is proved unchanged when it commits; if another one was first, it runs again.
func ExampleDB_Update() {
	db, ks := fruit()
	defer db.Close()
	err := db.Update(func(tx *store.Tx) error {
		colour, err := tx.Get(ks, []byte("lime"))
		if err != nil {
			return err
		}
		if err := tx.Put(ks, []byte("pear"), colour); err != nil {
			return err
		}
		for e, err := range tx.Scan(ks, store.Range{From: []byte("lime")}) {
			if err != nil {
				return err
			}
			fmt.Printf("%s is %s\n", e.Key, e.Value)
		}
		return tx.Delete(ks, []byte("lime"))
	})
	check(err)
	// Output:
	// lime is green
	// pear is green
}

// Iteration goes in either direction, over all keys, a range or a prefix. The slices are lent until the next step.
func ExampleSnapshot_Scan() {
	db, ks := fruit()
	defer db.Close()
	check(db.View(func(s *store.Snapshot) error {
		for e, err := range s.Scan(ks, store.Prefix([]byte("l"))) {
			if err != nil {
				return err
			}
			fmt.Printf("%s is %s\n", e.Key, e.Value)
		}
		for e, err := range s.Scan(ks, store.Range{To: []byte("lemon"), Reverse: true}) {
			if err != nil {
				return err
			}
			fmt.Printf("before lemon: %s\n", e.Key)
			break
		}
		return nil
	}))
	// Output:
	// lemon is yellow
	// lime is green
	// before lemon: cherry
}

// Many keys are read by as few exchanges and disk accesses as there can be.
func ExampleSnapshot_GetMany() {
	db, ks := fruit()
	defer db.Close()
	check(db.View(func(s *store.Snapshot) error {
		values, err := s.GetMany(ks, [][]byte{[]byte("lime"), []byte("melon"), []byte("apple")})
		fmt.Printf("%q\n", values)
		return err
	}))
	// Output: ["green" "" "red"]
}

// A snapshot stays as it is for as long as it is held.
func ExampleDB_Snapshot() {
	db, ks := fruit()
	defer db.Close()
	before, err := db.Snapshot()
	check(err)
	defer before.Release()
	_, err = db.DeleteRange(ks, store.Prefix([]byte("l")), store.Commit)
	check(err)

	lime, err := before.Get(ks, []byte("lime"))
	check(err)
	fmt.Printf("lime was %s\n", lime)
	now, err := db.Snapshot()
	check(err)
	defer now.Release()
	for c, err := range now.Changed(before, ks, store.Range{}) {
		check(err)
		fmt.Printf("%s: deleted %v\n", c.Key, c.Deleted)
	}
	// Output:
	// lime was green
	// lemon: deleted true
	// lime: deleted true
}

// A batch changes many keys at once, reads none, and conflicts with nobody.
func ExampleDB_Apply() {
	db, ks := fruit()
	defer db.Close()
	var b store.Batch
	for i := range 3 {
		b.Reset() // it can be used again
		check(b.DeleteRange(ks, store.Range{}))
		check(b.Put(ks, fmt.Appendf(nil, "crate %d", i), []byte("full")))
		_, err := db.Apply(&b, store.None)
		check(err)
	}
	check(db.Sync()) // now all of it is durable
	check(db.View(func(s *store.Snapshot) error {
		for e, err := range s.Scan(ks, store.Range{}) {
			if err != nil {
				return err
			}
			fmt.Printf("%s is %s\n", e.Key, e.Value)
		}
		return nil
	}))
	// Output: crate 2 is full
}

// A key is taken if nobody has it.
func ExampleDB_CompareAndSwap() {
	db, ks := fruit()
	defer db.Close()
	for _, owner := range []string{"ann", "bob"} {
		swapped, err := db.CompareAndSwap(ks, []byte("orange"), nil, []byte(owner), store.Commit)
		check(err)
		fmt.Println(owner, swapped)
	}
	// Output:
	// ann true
	// bob false
}

// A counter that many goroutines raise: those that wait for the same key share a commit.
func ExampleDB_Merge() {
	add := func(key, old, operand []byte) ([]byte, error) {
		sum := binary.BigEndian.Uint64(operand)
		if old != nil {
			sum += binary.BigEndian.Uint64(old)
		}
		return binary.BigEndian.AppendUint64(nil, sum), nil
	}
	db, err := store.Open("", store.Options{Memory: true, Merge: map[string]store.MergeFunc{"counters": add}})
	check(err)
	defer db.Close()
	ks, err := db.Keyspace("counters")
	check(err)
	for n := range uint64(5) {
		check(db.Merge(ks, []byte("visits"), binary.BigEndian.AppendUint64(nil, n), store.None))
	}
	check(db.View(func(s *store.Snapshot) error {
		visits, err := s.Get(ks, []byte("visits"))
		fmt.Println(binary.BigEndian.Uint64(visits))
		return err
	}))
	// Output: 10
}

// A watch tells what changed since it last told. Its position can be kept: WatchFrom goes on from there, in whatever process.
func ExampleDB_WatchFrom() {
	dir, err := os.MkdirTemp("", "example")
	check(err)
	defer os.RemoveAll(dir)
	open := func() (*store.DB, store.Keyspace) {
		db, err := store.Open(dir, store.Options{})
		check(err)
		ks, err := db.Keyspace("fruit")
		check(err)
		return db, ks
	}
	put := func(db *store.DB, ks store.Keyspace, key, value string) {
		check(db.Update(func(tx *store.Tx) error { return tx.Put(ks, []byte(key), []byte(value)) }))
	}
	tell := func(w *store.Watch) string {
		_, changes, err := w.Next(context.Background())
		check(err) // store.ErrStale would say: read all of it again, then go on
		for _, c := range changes {
			fmt.Printf("%s is %s\n", c.Key, c.Value)
		}
		return w.Position().String()
	}

	db, ks := open()
	w, err := db.Watch(ks, []byte("l"))
	check(err)
	put(db, ks, "lemon", "yellow")
	kept := tell(w)
	w.Close()
	put(db, ks, "lime", "green")
	put(db, ks, "apple", "red")
	check(db.Close())

	db, ks = open()
	defer db.Close()
	at, err := store.ParsePosition(kept)
	check(err)
	w, err = db.WatchFrom(ks, []byte("l"), at)
	check(err)
	defer w.Close()
	tell(w)
	// Output:
	// lemon is yellow
	// lime is green
}
