package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"arbor/store/disk"
)

// LSN is a place in the log: the number of a segment and an offset in it. It only grows.
type LSN uint64

// Durability says what a commit waits for.
type Durability uint8

const (
	// Commit waits until the change is on the disk: it survives a power cut.
	Commit Durability = iota
	// None returns as soon as the change is visible; Sync or a later Commit makes it durable.
	None
	// Periodic is None, and the change is on its way to the disk at most Options.FlushEvery later.
	Periodic
)

// Limits of what one store takes.
const (
	MaxKey         = 1 << 10   // bytes of a key
	MaxTransaction = 1 << 20   // bytes of keys and values in one transaction; a value of more than 64 KiB counts as 16
	MaxValue       = 256 << 20 // bytes of a value
)

// Options of Open. The zero value is right for most.
type Options struct {
	// ReadOnly opens without changing a byte, and where nothing can be written; every commit returns ErrReadOnly. It becomes a client of the
	// owner, if there is one that can be reached, and sees what that does. Otherwise it reads the files, keeps nobody from writing to them,
	// and sees the state that it has found.
	ReadOnly bool
	// IO forces the disk: "uring", "direct" or "buffered". Empty tries them in that order.
	IO string
	// Memory keeps everything in memory; dir is ignored and nothing survives Close.
	Memory bool
	// Exclusive never becomes a client of another process: Open returns ErrLocked instead.
	Exclusive bool
	// OwnerTimeout bounds the wait for a silent owner; 0 means two seconds.
	OwnerTimeout time.Duration
	// FlushEvery is how long a change of durability Periodic may be visible before it is written; 0 means half a second. It is the owner's
	// that counts.
	FlushEvery time.Duration
	// Compress has the cleaner compress the longer values (256 bytes and more) that it moves, so that what stays for long takes less space and
	// more time to read. What is compressed is read whether it is set or not.
	Compress bool
	// Merge has the functions of DB.Merge and Tx.Merge, by the names of their keyspaces.
	Merge map[string]MergeFunc
	// Cleaning is how many bytes in a second the cleaner may write while nothing is committed; beside commits it may write twice what they
	// do. 0 means 8 MiB. If it is negative, only Clean cleans.
	Cleaning int64
	// Disk is the directory to use instead of dir, for tests.
	Disk disk.FS
}

// DB is an open store. All methods are safe for use by many goroutines.
type DB struct {
	be   backend
	part int // the longest value that is kept whole
	most int // the longest value

	mu        sync.Mutex
	keyspaces map[string]Keyspace

	snapshots snapshots
	merger    merger
}

// Entry is a key and its value.
type Entry struct {
	Key, Value []byte
	parted     bool // Value leads to the parts
}

// Change is what became of a key: its new value, or its end.
type Change struct {
	Key, Value []byte
	Deleted    bool
	parted     bool // Value leads to the parts
}

// Range is the keys of [From, To), each bound open if nil. Reverse yields the last first.
type Range struct {
	From, To []byte
	Reverse  bool
}

// Prefix is the range of the keys that begin with p.
func Prefix(p []byte) Range { return Range{From: p, To: prefixEnd(p)} }

// prefixEnd returns the least key above every key with prefix p, nil if there is none.
func prefixEnd(p []byte) []byte {
	end := append([]byte(nil), p...)
	for i := len(end) - 1; i >= 0; i-- {
		if end[i] != 0xff {
			end[i]++
			return end[:i+1]
		}
	}
	return nil
}

// Open opens the store in dir, making it if there is none.
func Open(dir string, opt Options) (*DB, error) {
	be, err := open(dir, opt)
	if err != nil {
		return nil, err
	}
	db := newDB(be)
	db.merger.byName = maps.Clone(opt.Merge)
	return db, nil
}

func newDB(be backend) *DB {
	return &DB{be: be, part: maxWhole, most: MaxValue, keyspaces: map[string]Keyspace{}, snapshots: snapshots{open: map[*Snapshot]struct{}{}}}
}

// View runs fn on a frozen state of the store. If the process that owns the store goes away, fn is run again on the state of the next
// owner as long as it had read nothing; otherwise what it reads is ErrStale.
func (db *DB) View(fn func(*Snapshot) error) error {
	for range maxTakeovers {
		err, again := db.view(fn)
		if !again {
			return err
		}
	}
	return ErrStale
}

func (db *DB) view(fn func(*Snapshot) error) (err error, again bool) {
	f, err := db.be.snapshot()
	if err != nil {
		return err, false
	}
	defer f.release()
	err = fn(&Snapshot{f: f})
	return err, errors.Is(err, ErrStale) && isUnread(f)
}

// maxRetries bounds how often Update runs its function. One that has lost a few times is favoured, so that only what takes long among many
// that are short comes near it.
const maxRetries = 1000

// Update runs fn in a transaction and commits it: all of it or, after an error or a crash, none. What fn read is proved unchanged
// at the commit (serializable, no phantoms); if another commit came first, or the process that owns the store went away before the
// commit, fn runs again on the newer state, so it must have no effect but on tx. After many tries the error is ErrConflict and says how many
// there were; before that, others are held up for a moment so that it comes through. Two errors leave open what became of the commit: if the
// owner went away during it, ErrUncertain; and if the disk failed then, that error, after which the change may be visible in this process, and
// the next open tells whether it was written.
func (db *DB) Update(fn func(*Tx) error) error {
	for lost := range maxRetries {
		err := db.try(fn, lost)
		if !errors.Is(err, ErrConflict) && !errors.Is(err, ErrStale) {
			return err
		}
	}
	return fmt.Errorf("gave up after %d tries: %w", maxRetries, ErrConflict)
}

func (db *DB) try(fn func(*Tx) error, lost int) (err error) {
	f, err := db.be.compete(lost)
	if err != nil {
		return err
	}
	defer f.release()
	tx := db.transaction(f)
	var final []write
	defer func() { tx.large.settle(final, err) }() // also after a panic of fn
	if err := fn(tx); err != nil {
		return err
	}
	if len(tx.writes) == 0 {
		return nil
	}
	final = tx.large.finish(normal(tx.writes))
	_, err = db.be.commit(f, tx.reads, final, tx.durability)
	return err
}

func (db *DB) transaction(f frozen) *Tx {
	return &Tx{base: f, merger: &db.merger, index: map[string]int{}, large: db.staging()}
}

func (db *DB) staging() staging { return staging{be: db.be, size: db.part, most: db.most} }

// NextID returns a number never returned before by this store, above every earlier one.
func (db *DB) NextID() (uint64, error) { return db.be.nextID() }

// Sync returns once all that is visible is durable. If something that this process has committed before without waiting for the disk is gone
// with the process that owned the store then, the error is ErrUncertain, once; so it is, instead, of a durable commit or Close that comes first.
func (db *DB) Sync() error { return db.be.sync() }

// Stats returns what the store measured of itself.
func (db *DB) Stats() (Stats, error) { return db.be.stats() }

// Damage says why nothing can be written, "" if nothing is wrong. It is the part of Stats that costs nothing.
func (db *DB) Damage() (string, error) { return db.be.harm() }

// Clean gives back the space that is of no use, as far as it is worth it, and returns when that is done. The store also does so by itself, in
// its own time; see Options.Cleaning. What snapshots and watches still read is given back when they are released.
func (db *DB) Clean(ctx context.Context) error { return db.be.clean(ctx) }

// Verify reads every byte of the store and reports what is damaged.
func (db *DB) Verify(ctx context.Context) (VerifyReport, error) {
	return db.be.verify(ctx, VerifyOptions{})
}

// VerifyWith is Verify with options.
func (db *DB) VerifyWith(ctx context.Context, opt VerifyOptions) (VerifyReport, error) {
	return db.be.verify(ctx, opt)
}

// Close makes everything durable and ends the use of the store. It waits for views and transactions; watches and snapshots end.
func (db *DB) Close() error {
	db.snapshots.revoke(true)
	return db.be.close()
}

// Suspend gives the directory up, so that another process can own it while this one is stopped. Calls wait for Resume. It waits for a
// moment without a view or transaction, and gives up after two seconds; snapshots end, and watches go on after Resume. A store in memory has
// nothing to give up.
func (db *DB) Suspend() error {
	m, ok := db.be.(*member)
	if !ok {
		return nil
	}
	if err := m.suspend(func() { db.snapshots.revoke(false) }); err != nil {
		return fmt.Errorf("suspend the store: %w", err)
	}
	return nil
}

// Resume takes part again after Suspend: as the owner if there is none, and as its client otherwise.
func (db *DB) Resume() error {
	m, ok := db.be.(*member)
	if !ok {
		return nil
	}
	if err := m.resume(); err != nil {
		return fmt.Errorf("resume the store: %w", err)
	}
	return nil
}
