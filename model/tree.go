package model

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"arbor/store"
	"arbor/sync/hlc"

	"github.com/cespare/xxhash/v2"
)

// Errors a caller decides on.
var (
	ErrNoNode   = errors.New("no such node")
	ErrExists   = errors.New("the node is there already")
	ErrBuiltin  = errors.New("this node is part of every tree")
	ErrCycle    = errors.New("a node cannot go below itself")
	ErrNotHere  = errors.New("not a child of that parent")
	ErrNothing  = errors.New("nothing to do")
	ErrTooLarge = errors.New("too large")
	ErrName     = errors.New("not a name")
	ErrChanged  = errors.New("changed since by another action")
	ErrNotTrash = errors.New("not in the trash")
	ErrVersion  = errors.New("the tree was written by another version")
	ErrDiffers  = errors.New("state is not the fold of the log")
	ErrLog      = errors.New("the log is not whole")
	errNoDetach = errors.New("nothing can be moved there")
)

// Options of Open. The zero value is right for most.
type Options struct {
	// Session names who acts within a device, so that each undoes its own. Empty: the device as a whole.
	Session string
	// Now reads the wall clock; nil is time.Now.
	Now func() time.Time
	// Rand gives ids; nil is the system's.
	Rand io.Reader
	// Location is the zone of the person, for what is said of days; nil is time.Local.
	Location *time.Location
	// Starts and WeekShift say where the days and weeks of series begin, as in timeseries.Calendar, where a series says nothing else.
	Starts    time.Duration
	WeekShift int
	// States are the names of the person's own states, for saved queries.
	States []string
	// Weights are those of the urgency where a query sorts by it; nil is DefaultWeights.
	Weights Weights
	// Machine and Dir are what the device's id is bound to, with the store's incarnation: opened on another machine, in another directory,
	// or after it was restored or salvaged, a store is another replica, for it may be a copy or older than what others know of it. Machine
	// is by default the system's machine id, or the name of the host.
	Machine string
	Dir     string
	// Cache is a directory for what can be made again at any time, but not at once; empty: nothing is kept there.
	Cache string
	// Guard stands beside all actions; nil: nothing does.
	Guard *Guard
}

// Tree is an open tree. All methods are safe for use by many goroutines.
type Tree struct {
	db    *store.DB
	ks    spaces
	opt   Options
	clock *hlc.Clock
	lives lives
	links linkIndex
	parts parts

	sheets sheets
}

// Open opens the tree in db, making it if there is none.
func Open(db *store.DB, opt Options) (*Tree, error) {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Rand == nil {
		opt.Rand = rand.Reader
	}
	if opt.Location == nil {
		opt.Location = time.Local
	}
	if opt.Weights == nil {
		opt.Weights = DefaultWeights()
	}
	ks, err := openSpaces(db)
	if err != nil {
		return nil, fmt.Errorf("open tree: %w", err)
	}
	t := &Tree{db: db, ks: ks, opt: opt, clock: hlc.NewClock(opt.Now)}
	if err := t.bind(); err != nil {
		return nil, fmt.Errorf("open tree: %w", err)
	}
	return t, nil
}

// self is which device this is, and where it was when it became it.
type self struct {
	device      device
	fingerprint uint64
}

func readSelf(ks *spaces, r store.Reader) (self, error) {
	b, err := r.Get(ks.meta, selfKey)
	if err != nil {
		return self{}, err
	}
	d := decoder{b: b}
	var s self
	copy(s.device[:], d.fixed(len(s.device)))
	s.fingerprint = d.u64()
	if err := d.end(); err != nil {
		return self{}, fmt.Errorf("id of this device: %w", err)
	}
	return s, nil
}

// bind makes sure that this is a device of its own: a store that was copied must not go on with the log of the original.
func (t *Tree) bind() error {
	want, err := t.fingerprint()
	if err != nil {
		return err
	}
	t.sheets.path, t.sheets.least = sheetPath(t.opt.Cache, want), keptNodes
	fits := func(r store.Reader) (bool, error) {
		version, err := r.Get(t.ks.meta, foldKey)
		if errors.Is(err, store.ErrNotFound) {
			return false, nil
		}
		if err == nil && olderFold(version) {
			err = errOlder
		} else if err == nil && string(version) != string(foldMark()) {
			err = fmt.Errorf("%w: its state is of fold %x, this program folds %x", ErrVersion, version, foldMark())
		}
		if err != nil {
			return false, err
		}
		s, err := readSelf(&t.ks, r)
		return err == nil && s.fingerprint == want, err
	}
	var bound bool
	err = t.look(func(v *View) (err error) {
		bound, err = fits(v.r)
		return err
	})
	if errors.Is(err, errOlder) {
		if err = t.renew(); errors.Is(err, store.ErrReadOnly) {
			return nil // as it is it can be read
		}
	}
	if err != nil || bound {
		return err
	}
	err = t.db.Update(func(tx *store.Tx) error {
		if bound, err := fits(tx); err != nil || bound {
			return err
		}
		var d device
		if _, err := io.ReadFull(t.opt.Rand, d[:]); err != nil {
			return fmt.Errorf("make an id for this device: %w", err)
		}
		if err := tx.Put(t.ks.meta, foldKey, foldMark()); err != nil {
			return err
		}
		return tx.Put(t.ks.meta, selfKey, binary.BigEndian.AppendUint64(d[:], want))
	})
	if errors.Is(err, store.ErrReadOnly) {
		return nil // nothing will be written, by whichever device
	}
	return err
}

func foldMark() []byte { return binary.AppendUvarint(nil, foldVersion) }

// fingerprint stands for the machine, the directory and the store's incarnation.
func (t *Tree) fingerprint() (uint64, error) {
	incarnation, err := t.db.Incarnation()
	if err != nil {
		return 0, err
	}
	machine := t.opt.Machine
	for _, file := range []string{"/etc/machine-id", "/var/lib/dbus/machine-id"} {
		if machine != "" {
			break
		}
		b, _ := os.ReadFile(file) // where there is none the host's name must do
		machine = strings.TrimSpace(string(b))
	}
	if machine == "" {
		machine, _ = os.Hostname() // nor is that needed
	}
	dir := t.opt.Dir
	if dir != "" {
		if abs, err := filepath.Abs(dir); err == nil {
			dir = abs
		}
		if real, err := filepath.EvalSymlinks(dir); err == nil {
			dir = real
		}
	}
	return xxhash.Sum64String(machine + "\x00" + dir + "\x00" + string(incarnation)), nil
}

// Receipt says what was done.
type Receipt struct {
	Seq   uint64 // of the batch in this device's log; 0 if nothing changed
	Label string
	IDs   []ID // the nodes concerned, in the order in which they were touched
}

// Do runs fn as one user action: one batch, one step of undo, all of it or nothing. If another process commits first fn runs again, so
// it must have no effect but on the edit and on variables it sets anew each time.
func (t *Tree) Do(label string, fn func(*Edit) error) (Receipt, error) {
	return t.commit(intent{label: label}, fn)
}

// intent is what a batch is to be, beside its ops.
type intent struct {
	role       role
	label      string
	target     uint64
	first      uint64
	durability store.Durability
	empty      bool // to be written even without ops
	im         *Importer
	asked      bool // the guard was
}

// maxUncertain bounds how often a commit is tried again after the owner of the store died during it.
const maxUncertain = 5

// commit writes one batch of the ops that fn makes, if the guard lets it pass.
func (t *Tree) commit(what intent, fn func(*Edit) error) (Receipt, error) {
	if t.opt.Guard != nil && (what.role == roleAction || what.role == rolePart) {
		return t.guarded(what, fn)
	}
	return t.write(what, fn)
}

// write writes one batch.
func (t *Tree) write(what intent, fn func(*Edit) error) (Receipt, error) {
	var last *Edit
	for try := 0; ; try++ {
		err := t.db.Update(func(tx *store.Tx) error {
			tx.SetDurability(what.durability)
			e, err := t.edit(tx, what)
			if err != nil {
				return err
			}
			last = e
			if err := fn(e); err != nil {
				return err
			}
			return e.finish()
		})
		switch {
		case err == nil:
			return last.receipt(), nil
		case !errors.Is(err, store.ErrUncertain) || try == maxUncertain:
			return Receipt{}, err
		}
		arrived, err := t.arrived(last)
		if err != nil {
			return Receipt{}, err
		}
		if arrived {
			return last.receipt(), nil
		}
	}
}

// arrived reports whether the batch of an edit is in the log.
func (t *Tree) arrived(e *Edit) (bool, error) {
	found := false
	err := t.look(func(v *View) error {
		got, err := readBatch(&t.ks, v.r, e.batch.device, e.batch.seq)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		found = err == nil && got.batch.stamp == e.batch.stamp && got.batch.session == e.batch.session && string(got.raw) == string(e.raw)
		return err
	})
	return found, err
}

// look is View for a function that can run again: it does where the owner of the store went away during it.
func (t *Tree) look(fn func(*View) error) error {
	for try := 0; ; try++ {
		err := t.View(fn)
		if !errors.Is(err, store.ErrStale) || try == maxUncertain {
			return err
		}
	}
}

// View runs fn on a frozen state of the tree. If the owner of the store goes away meanwhile what is read is store.ErrStale.
func (t *Tree) View(fn func(*View) error) error {
	return t.db.View(func(s *store.Snapshot) error { return fn(&View{t: t, r: s}) })
}
