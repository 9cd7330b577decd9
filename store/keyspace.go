package store

import (
	"errors"
	"fmt"
	"strings"
)

// Keyspace is a named, separate order of keys in a store. The zero value is none.
type Keyspace struct{ id byte }

// catalog is the keyspace of the names of the others: name → id.
var catalog = Keyspace{id: 1}

// maxKeyspaces bounds the ids that Keyspace gives out. An id is never given out again: handles of other processes may still have it.
const maxKeyspaces = 200

// Keyspace returns the keyspace of that name, making it, durably, if there is none.
func (db *DB) Keyspace(name string) (Keyspace, error) {
	ks, err := db.Keyspaces(name)
	if err != nil {
		return Keyspace{}, err
	}
	return ks[0], nil
}

// Keyspaces returns the keyspaces of those names, in their order. Those that there are not are made by one durable commit, all or none.
func (db *DB) Keyspaces(names ...string) ([]Keyspace, error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	out := make([]Keyspace, len(names))
	var unknown []string
	for i, name := range names {
		if out[i] = db.keyspaces[name]; out[i].id == 0 {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) == 0 {
		return out, nil
	}
	found, err := db.makeKeyspaces(unknown)
	for try := 0; errors.Is(err, ErrUncertain) && !errors.Is(err, ErrOwnerSilent) && try < maxTakeovers; try++ {
		found, err = db.makeKeyspaces(unknown) // which finds them, if they were made
	}
	if err != nil {
		return nil, fmt.Errorf("keyspace %q: %w", strings.Join(unknown, ", "), err)
	}
	for name, ks := range found {
		db.keyspaces[name] = ks
		db.merger.know(name, ks)
	}
	for i, name := range names {
		out[i] = db.keyspaces[name]
	}
	return out, nil
}

// makeKeyspaces finds the keyspaces in the catalog, and adds those that are missing.
func (db *DB) makeKeyspaces(names []string) (found map[string]Keyspace, err error) {
	err = db.View(func(s *Snapshot) (err error) {
		found, err = findKeyspaces(s, names)
		return err
	})
	if err != nil || len(found) == len(names) {
		return found, err
	}
	err = db.Update(func(tx *Tx) (err error) {
		if found, err = findKeyspaces(tx, names); err != nil {
			return err
		}
		last := catalog
		for e, err := range tx.Scan(catalog, Range{}) {
			if err != nil {
				return err
			}
			ks, err := keyspaceOf(e.Value)
			if err != nil {
				return err
			}
			last.id = max(last.id, ks.id)
		}
		for _, name := range names {
			if _, ok := found[name]; ok {
				continue
			}
			if last.id >= maxKeyspaces {
				return fmt.Errorf("%w: a store has at most %d", ErrTooLarge, maxKeyspaces)
			}
			last.id++
			found[name] = last
			if err := tx.Put(catalog, []byte(name), []byte{last.id}); err != nil {
				return err
			}
		}
		return nil
	})
	return found, err
}

// findKeyspaces returns those of the names that the catalog has.
func findKeyspaces(r Reader, names []string) (map[string]Keyspace, error) {
	keys := make([][]byte, len(names))
	for i, name := range names {
		keys[i] = []byte(name)
	}
	values, err := r.GetMany(catalog, keys)
	if err != nil {
		return nil, err
	}
	found := map[string]Keyspace{}
	for i, v := range values {
		if v == nil {
			continue
		}
		if found[names[i]], err = keyspaceOf(v); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// keyspaceOf reads the value of a name.
func keyspaceOf(value []byte) (Keyspace, error) {
	if len(value) != 1 || value[0] <= catalog.id {
		return Keyspace{}, fmt.Errorf("%w: the catalog of keyspaces leads to %x", ErrCorrupt, value)
	}
	return Keyspace{id: value[0]}, nil
}
