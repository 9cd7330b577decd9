package store

import (
	"errors"
	"testing"
)

// BenchmarkOpenCommitClose is what a short-lived process pays, alone and beside an owner.
func BenchmarkOpenCommitClose(b *testing.B) {
	for _, role := range []string{"owner", "client"} {
		b.Run(role, func(b *testing.B) {
			dir := b.TempDir()
			if role == "client" {
				owner, err := Open(dir, Options{})
				if err != nil {
					b.Fatal(err)
				}
				defer owner.Close()
			}
			for b.Loop() {
				db, err := Open(dir, Options{})
				if err != nil {
					b.Fatal(err)
				}
				err = db.Update(func(tx *Tx) error { return tx.Put(catalog, []byte("k"), []byte("v")) })
				if err := errors.Join(err, db.Close()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkClient is a round trip to the owner, and what takes a few.
func BenchmarkClient(b *testing.B) {
	dir := b.TempDir()
	owner, err := Open(dir, Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer owner.Close()
	client, err := Open(dir, Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer client.Close()
	s, err := client.Snapshot()
	if err != nil {
		b.Fatal(err)
	}
	defer s.Release()
	get := func(s *Snapshot) error {
		if _, err := s.Get(catalog, []byte("none")); !errors.Is(err, ErrNotFound) {
			return err
		}
		return nil
	}
	run := func(name string, f func() error) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := f(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	run("get", func() error { return get(s) })
	run("view", func() error { return client.View(get) })
	run("commit", func() error {
		return client.Update(func(tx *Tx) error { return tx.Put(catalog, []byte("k"), nil) })
	})
}
