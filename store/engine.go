package store

import (
	"context"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"arbor/store/disk"
	"arbor/store/index"
)

// engine is the store in this process. doc.go tells how a commit goes through it.
type engine struct {
	fs       disk.FS // nil in a store that is kept in memory alone
	id       storeID
	readOnly bool
	limits   limits

	log         segments
	descriptors descriptors
	mappings    mappings
	tail        atomic.Uint64
	head        atomic.Pointer[state]
	durable     atomic.Uint64
	folding     atomic.Bool // the token of apply
	flush       flusher
	periodic    periodic
	visible     waiters // for head
	durably     waiters // for durable

	beginning sync.Mutex
	begun     atomic.Bool // something may be appended
	rolling   sync.Mutex  // held by the one that makes the next segment
	spare     *segmentData
	spared    atomic.Bool // there is a spare
	free      []freeFile
	full      atomic.Bool // there was no space for the next segment

	manifest manifests
	epoch    atomic.Uint64 // of the frames to be written; set by begin
	resume   LSN           // where the log ended at the open, and begins anew
	broken   error         // damage found at the open: nothing may be written
	strays   []disk.File   // looked into by the recovery, not part of the log
	rebuilt  atomic.Bool   // the index was made from the log, its checkpoint being damaged
	rebuild  atomic.Bool   // it is to be, at the next open

	checkpointing sync.Mutex
	saved         *index.Saved // the last checkpoint; nothing but an empty tree if there is none
	savedTable    table        // its state's
	savedIn       [][]byte     // the mappings that its leaves may lie in
	rewrite       bool         // the next one goes to a new file
	replaced      []uint64     // checkpoints whose files are to be removed
	written       uint64       // the highest number that a new file was given
	tailBytes     atomic.Int64 // of the log that the next open replays
	tailRecords   atomic.Int64
	checkpointAt  atomic.Int64          // tailBytes beyond which the index is saved
	background    atomic.Pointer[error] // what went wrong with no caller to tell; Close tells
	ids           ids

	sticky     atomic.Pointer[error]
	committers atomic.Int32 // who commits and waits for it to be durable
	users      users
	limbo      limbo
	accounts   accounts
	cleaner    cleaner
	loops
	counts struct {
		commits, conflicts, flushes atomic.Uint64
		userBytes                   atomic.Int64
	}
	latency latencies
	fair    fair
	kept    kept
	lease   func() bool // tells whether another process reads the files; nil if none can. Set before anything is appended
	opened  moment
}

// limits are the sizes a test makes small.
type limits struct {
	minSegment, maxSegment uint32
	unflushed              uint32 // bytes visible and not durable, beyond which they are written unasked
	checkpointBytes        int64  // of the log's tail, beyond which the index is saved
	closeRecords           int64  // of the tail at a clean close, likewise
	heldBytes              int64  // of a checkpoint that is being written, which are left to the page cache before they are synced
	deadBytes              int64  // of a checkpoint, up to which it is not written anew, however small it is
	flushEvery             time.Duration
	cleanRate              int64     // bytes a second that the cleaner writes while nothing is committed; below 0 it does nothing by itself
	compress               bool      // what the cleaner moves
	cleanSlack             int64     // bytes of the log that may be useless, whatever is live
	random                 io.Reader // of the id of a new store; nil is the system's
	manual                 bool      // no goroutines: what they would do is done by the committer, or by the test
}

var usualLimits = limits{
	minSegment: minSegment, maxSegment: maxSegment, unflushed: 1 << 20, checkpointBytes: 16 << 20, closeRecords: 256, heldBytes: 4 << 20,
	deadBytes: 64 << 10, flushEvery: 500 * time.Millisecond, cleanRate: usualCleanRate, cleanSlack: 4 << 20,
}

// limits returns those that a caller has set, and the usual ones.
func (o Options) limits() limits {
	l := usualLimits
	if o.FlushEvery > 0 {
		l.flushEvery = o.FlushEvery
	}
	if o.Cleaning != 0 {
		l.cleanRate = o.Cleaning
	}
	l.compress = o.Compress
	return l
}

// newMemory makes an engine without files.
func newMemory(l limits) *engine {
	e := newEngine(nil, l)
	e.head.Store(&state{pos: makeLSN(1, segmentStart), tree: &index.Tree{}})
	e.resume = makeLSN(1, segmentStart)
	return e
}

func newEngine(fs disk.FS, l limits) *engine {
	e := &engine{fs: fs, limits: l, opened: now()}
	e.log.pages.Store(&[]*segmentsPage{})
	e.flush.depth = 2 // of the ring, and of a simulated disk
	e.visible.reached = func() LSN {
		if e.users.closing.Load() {
			return maxLSN
		}
		return e.head.Load().at
	}
	e.durably.reached = func() LSN {
		if e.poisoned() != nil {
			return maxLSN
		}
		return LSN(e.durable.Load())
	}
	e.users.init(func() { e.kick(e.sweeping) })
	e.loops.init()
	return e
}

// begin makes the log ready to be appended to, once: what the last user left undurable is made durable, the epoch is raised, the segment
// that is to be filled gets its image. A store that is only read is not changed by its use.
func (e *engine) begin() error {
	if e.begun.Load() {
		return nil
	}
	e.beginning.Lock()
	defer e.beginning.Unlock()
	if e.begun.Load() {
		return nil
	}
	if e.fs != nil {
		if err := e.settleTail(); err != nil {
			return err
		}
		if err := e.manifest.prove(); err != nil { // before anything is removed that an older one names
			return err
		}
		if err := e.tidy(); err != nil {
			return err
		}
		if err := e.raiseEpoch(); err != nil {
			return err
		}
	}
	e.flush.start = e.resume
	e.flush.closed.Store(uint64(e.resume))
	e.durable.Store(uint64(e.resume))
	if s := e.log.at(e.resume.ord()); s != nil {
		if err := e.reopen(s); err != nil {
			return err
		}
		e.unseen(e.prepareFirst())
	} else {
		e.tail.Store(uint64(makeLSN(e.resume.ord()-1, maxSegment*2)))
		if err := e.roll(e.resume.ord()-1, 0); err != nil {
			return err
		}
	}
	left, err := e.leftovers()
	e.unseen(err)
	e.startLoops()
	e.begun.Store(true)
	e.unstageAll(left)
	return nil
}

// poison makes every later commit fail with err: after an error of the disk nobody knows what of the log it holds.
func (e *engine) poison(err error) error {
	e.sticky.CompareAndSwap(nil, &err)
	e.durably.wake()
	return e.poisoned()
}

func (e *engine) poisoned() error {
	if p := e.sticky.Load(); p != nil {
		return *p
	}
	return nil
}

// wait returns once something above after is visible.
func (e *engine) wait(ctx context.Context, after LSN) error {
	for e.head.Load().at <= after {
		w := e.visible.add(after + 1)
		if e.head.Load().at > after || e.users.closing.Load() {
			e.visible.drop(w)
		} else {
			select {
			case <-w.ready:
				e.visible.done(w)
			case <-ctx.Done():
				e.visible.drop(w)
				return ctx.Err()
			}
		}
		if e.users.closing.Load() {
			return ErrClosed
		}
	}
	return nil
}

// sync returns once all that is visible is durable.
func (e *engine) sync() error {
	x, err := e.users.enter()
	if err != nil {
		return err
	}
	defer x.leave()
	if m := e.manifest.current(); !e.begun.Load() && (e.fs == nil || m.closed && m.durable == e.resume) {
		return nil
	}
	if err := e.writable(); err != nil {
		return err
	}
	if err := e.begin(); err != nil {
		return noSpace(err)
	}
	return e.waitDurable(e.head.Load().at)
}
