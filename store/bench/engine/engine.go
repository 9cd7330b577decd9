// Package engine puts every store that is measured behind one interface, each with the options its authors recommend for speed.
//
// Its invariant: what a row of the table does, it does alike on every engine; where engines differ is Options, and the table prints it.
package engine

import (
	"errors"
	"os"
	"runtime/debug"
)

// Pair is a key and its value. Engines do not keep them.
type Pair struct{ Key, Value []byte }

// Mode of Open.
type Mode struct {
	Dir     string
	Durable bool // commits that ask for it must survive a power cut; otherwise only what Close leaves
}

// Store is an open store.
type Store interface {
	// Worker returns what one goroutine works with. It ends with the store.
	Worker() (Worker, error)
	// Settle lets the engine do all the cleaning it would do in time.
	Settle() error
	// Close makes everything durable.
	Close() error
}

// Worker works on a store for one goroutine. Each call is a transaction of its own. What is handed to use is lent.
type Worker interface {
	// Get hands over the newest value of a key.
	Get(key []byte, use func(value []byte) error) error
	// Write sets all pairs, or none.
	Write(pairs []Pair, durable bool) error
	// Scan hands over the entries from a key on, in order, until use returns Stop.
	Scan(from []byte, use func(key, value []byte) error) error
}

// Counter is a store that counts what it does.
type Counter interface {
	Counts() (map[string]float64, error)
}

// Stop ends a scan.
var Stop = errors.New("stop")

// ErrAbsent says that a key that was written is not there.
var ErrAbsent = errors.New("a key that was written is not there")

// Engine is a kind of store.
type Engine struct {
	Name    string
	Module  string // where it comes from
	Options string // what is chosen, for the reader of the table
	Settles string // what Settle does
	Batch   int    // pairs of a transaction of load and overwrite with which it is fastest, 0 for 1000
	Alone   bool   // one writer at a time: rows of more are left out for load
	PureGo  bool   // another ordered engine in Go alone
	Open    func(m Mode) (Store, error)
}

// All engines written in Go, in the order of the columns.
var All = []*Engine{&ArborRing, &ArborDirect, &Bbolt, &Pebble, &Badger, &SQLite, &Bunt}

// Find returns the engine of a name, nil if there is none.
func Find(name string) *Engine {
	for _, e := range All {
		if e.Name == name {
			return e
		}
	}
	return nil
}

// Version returns the version of the engine's module.
func (e *Engine) Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, m := range info.Deps {
		if m.Path == e.Module && m.Replace == nil {
			return m.Version
		}
	}
	return ""
}

// syncFile makes a file durable for an engine that was told not to.
func syncFile(name string) error {
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
