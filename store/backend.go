package store

import (
	"context"
	"iter"
)

// backend is what a DB does its work with: the engine in this process, or a client of the process that owns the directory.
// Keys here carry their keyspace as first byte.
type backend interface {
	// snapshot freezes the newest visible state.
	snapshot() (frozen, error)
	// compete is snapshot for a transaction that has lost against others so many times; what it returns tells them when the try is over.
	compete(lost int) (frozen, error)
	// commit validates reads against the newest state and, if none of them changed since base, makes writes visible and durable as
	// asked. It returns ErrConflict otherwise. Without reads, base may be nil.
	commit(base frozen, reads []read, writes []write, d Durability) (LSN, error)
	nextID() (uint64, error)
	// partsID returns a number for a value in parts that no other ever had.
	partsID() (uint64, error)
	// wait returns once the visible LSN is above after, or ctx ends.
	wait(ctx context.Context, after LSN) error
	sync() error
	stats() (Stats, error)
	// harm says why nothing can be written, "" if nothing is wrong.
	harm() (string, error)
	verify(ctx context.Context, opt VerifyOptions) (VerifyReport, error)
	clean(ctx context.Context) error
	close() error
}

// frozen is one state of the store, as of lsn, with the values as they are stored. It is safe for use by many goroutines until released.
type frozen interface {
	lsn() LSN
	position() (Position, error)
	// proves tells whether the state at p is one that led to this one, so that nothing up to p was lost.
	proves(p Position) (bool, error)
	get(key []byte) (v stored, found bool, err error) // a copy
	// getMany returns copies of the values of keys, with nil bytes for those that are not there.
	getMany(keys [][]byte) ([]stored, error)
	// scan yields the entries of [from, to) in order, or from the last to the first. Slices are lent until the next step.
	scan(from, to []byte, reverse bool) iter.Seq2[Entry, error]
	// changed yields the entries of [from, to) that differ between older and this state; a removed one has Deleted set.
	changed(older frozen, from, to []byte) iter.Seq2[Change, error]
	// keep counts the state among those that Stats tells of, until it is released.
	keep()
	// since yields the entries of [from, to) that were written after p, as they are now, or ErrStale if that is not known.
	since(p Position, from, to []byte) iter.Seq2[Change, error]
	release()
}

// read is what a transaction saw: one key (to is nil), or every key of [from, to).
type read struct{ from, to []byte }

// end is the end of what was read.
func (r read) end() []byte {
	if r.to != nil {
		return r.to
	}
	return append(append(make([]byte, 0, len(r.from)+1), r.from...), 0)
}

// write is one change of a transaction: key is set to value, or deleted, or, if to is not nil, all keys of [key, to) are.
type write struct {
	key, value []byte
	to         []byte
	del        bool
	packed     bool // value is compressed; the cleaner alone writes such
	parted     bool // value is what leads to the value's parts
}

// size is the bytes of the change in the log.
func (w *write) size() int64 { return int64(changeHeader + len(w.key) + len(w.value) + len(w.to)) }
