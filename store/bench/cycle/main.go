// Command cycle is what a short process does to a store: open, one durable commit, close. It prints the nanoseconds from its start to
// after the close.
package main

import (
	"fmt"
	"os"
	"time"

	"arbor/store"
)

func main() {
	began := time.Now()
	if err := cycle(os.Args[1], []byte(os.Args[2])); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(time.Since(began).Nanoseconds())
}

func cycle(dir string, value []byte) error {
	db, err := store.Open(dir, store.Options{})
	if err != nil {
		return err
	}
	ks, err := db.Keyspace("cycle")
	if err != nil {
		return err
	}
	if err := db.Update(func(tx *store.Tx) error { return tx.Put(ks, []byte("key"), value) }); err != nil {
		return err
	}
	return db.Close()
}
