package store

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"runtime/debug"
	"slices"
	"strings"

	"arbor/store/disk"
	"arbor/store/index"
)

// VerifyReport is the result of Verify.
type VerifyReport struct {
	Segments, Frames, Records, Changes int64 // of the log
	Keys                               int64 // whose values were read
	Bytes                              int64 // read from files
	Damage                             []Damage
	Unexpected                         []string // files that are not the store's; they are left alone
}

// Damage is a place that is not as it was written.
type Damage struct {
	Err      *CorruptError
	Harm     Harm
	Keyspace string // where one key is concerned: its keyspace's name, "" if that is not known
	Key      []byte
}

func (d Damage) Error() string { return d.Err.Error() }
func (d Damage) Unwrap() error { return d.Err }

// Harm is what a damaged place means.
type Harm uint8

const (
	// HarmNone: what the place says is said elsewhere, or is not needed.
	HarmNone Harm = iota
	// HarmIndex: the saved index is damaged; it is made again from the log.
	HarmIndex
	// HarmLog: the log cannot be replayed here. What can be read now is lost with the saved index, and perhaps at the next open.
	HarmLog
	// HarmValue: the value of a key cannot be read.
	HarmValue
	// HarmLost: what was acknowledged is not there, from this place on; the store takes no more writes.
	HarmLost
)

// VerifyOptions of Verify.
type VerifyOptions struct {
	// Progress, if not nil, is called now and then, on the calling goroutine.
	Progress func(Progress)
}

// Progress is how far a long step has come.
type Progress struct {
	Step        string
	Done, Total int64
}

// verify reads the whole log, every change of it, the checkpoint and every value that the index leads to, from the disk where it is
// durable, and reports what is not as it was written. It replays the log beside, and compares.
func (e *engine) verify(ctx context.Context, opt VerifyOptions) (VerifyReport, error) {
	c := &check{e: e, opt: opt}
	if err := c.pin(); err != nil {
		return VerifyReport{}, err
	}
	defer c.view.release()
	if e.broken != nil {
		c.damage(e.broken, HarmLost)
	}
	steps := []func(context.Context) error{c.manifests, c.log, c.agree, c.checkpoint, c.values, c.files}
	if e.fs == nil {
		steps = []func(context.Context) error{c.values}
	}
	for _, f := range steps {
		if err := f(ctx); err != nil {
			return c.report, err
		}
	}
	return c.report, c.nameKeyspaces()
}

// check is a run of verify.
type check struct {
	e        *engine
	opt      VerifyOptions
	report   VerifyReport
	view     *view
	m        manifest
	segments []uint32 // of the log, as the view has it; their files stay as long as the view is held
	end      LSN      // of the log on the disk
	replayed *index.Edit
	ledger   ledger // of what was replayed
	gaps     bool   // part of the log could not be replayed
}

// pin takes a view and the list of the segments that its state is made of.
func (c *check) pin() error {
	for {
		before := c.e.manifest.current()
		f, err := c.e.snapshot()
		if err != nil {
			return err
		}
		c.view, c.m = f.(*view), c.e.manifest.current()
		if slices.Equal(before.live, c.m.live) { // none was given back in between
			break
		}
		c.view.release()
	}
	c.end = c.e.resume
	if c.e.begun.Load() {
		if err := c.e.waitDurable(c.view.s.end); err != nil {
			c.gaps = true // a poisoned engine: what is visible need not be on the disk
		}
		c.end = LSN(c.e.durable.Load())
	}
	if c.e.fs == nil {
		return nil
	}
	for s := range c.e.log.from(c.m.live.first()) {
		if c.m.live.has(s.ord) && makeLSN(s.ord, segmentStart) < c.end {
			c.segments = append(c.segments, s.ord)
		}
	}
	return nil
}

func (c *check) progress(step string, done, total int64) {
	if c.opt.Progress != nil {
		c.opt.Progress(Progress{step, done, total})
	}
}

// damage notes err, which is or wraps a *CorruptError.
func (c *check) damage(err error, harm Harm) {
	var x *CorruptError
	if !errors.As(err, &x) {
		x = &CorruptError{Err: err}
	}
	c.report.Damage = append(c.report.Damage, Damage{Err: x, Harm: harm})
}

// found notes damage and returns any other error.
func (c *check) found(err error, harm Harm) error {
	if errors.Is(err, ErrCorrupt) {
		c.damage(err, harm)
		return nil
	}
	return err
}

// manifests looks at both copies. The one that is not in use may be half written if the store was not closed; then it is none.
func (c *check) manifests(context.Context) error {
	m := &c.e.manifest
	m.mu.Lock()
	defer m.mu.Unlock()
	if c.e.readOnly && m.outdated() { // an owner writes them
		return nil
	}
	for slot, name := range manifestNames {
		var b []byte
		if m.files[slot] != nil {
			var err error
			if b, err = readManifest(m.files[slot]); err != nil {
				if err := c.found(undelivered(name, 0, err), HarmNone); err != nil {
					return err
				}
				continue
			}
		}
		c.report.Bytes += int64(len(b))
		x, err := parseManifest(b)
		if slot == m.slot && (err != nil || !bytes.Equal(x.encode(), m.now.encode())) ||
			err != nil && m.now.closed && !(allZero(b) && m.now.generation <= 1) {
			c.damage(&CorruptError{File: name, Err: errManifest}, HarmNone)
		}
	}
	return nil
}

// checkpoint reads the checkpoint's file anew and proves all of it.
func (c *check) checkpoint(ctx context.Context) error {
	c.e.checkpointing.Lock()
	defer c.e.checkpointing.Unlock()
	ref := c.e.manifest.current().checkpoint
	if ref.number == 0 {
		return nil
	}
	name := checkpointName(ref.number)
	f, err := c.e.fs.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return c.found(&CorruptError{File: name, Err: fs.ErrNotExist}, HarmIndex)
	} else if err != nil {
		return err
	}
	defer f.Close() // opened for reading alone
	b := disk.Aligned(int(ref.size))
	if n, err := f.ReadAt(b, 0); err != nil {
		return c.found(&CorruptError{File: name, Offset: int64(n), Err: err}, HarmIndex)
	}
	c.report.Bytes += ref.size
	saved, err := index.OpenCheckpoint(name, b, c.e.seed(ref.number))
	if err != nil {
		return c.found(c.e.damage(err), HarmIndex)
	}
	for leaf, err := range saved.Walk() {
		if err := ctx.Err(); err != nil {
			return err
		}
		c.progress("checkpoint", leaf.Offset, ref.size)
		if err := c.found(c.e.damage(err), HarmIndex); err != nil {
			return err
		}
	}
	return nil
}

// values reads every value of the newest state.
func (c *check) values(ctx context.Context) error { return c.found(c.entries(ctx), HarmIndex) }

func (c *check) entries(ctx context.Context) (err error) {
	defer c.e.unguard(debug.SetPanicOnFault(true), &err)
	tree, parts := c.view.s.tree, newPartCheck()
	for x, err := range tree.Entries() {
		if err != nil {
			return c.e.damage(err)
		}
		if c.report.Keys++; c.report.Keys%1024 == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
			c.progress("values", c.report.Keys, tree.Len())
		}
		value, err := c.value(x)
		if lack := parts.see(x.Key, x.Value, len(value)); err == nil {
			err = lack
		}
		if err != nil {
			before := len(c.report.Damage)
			if err := c.found(err, HarmValue); err != nil {
				return err
			}
			c.report.Damage[before].Key = bytes.Clone(x.Key)
			parts.damaged(x.Key, before)
		}
		for _, i := range parts.damage(x.Value) { // the key that a person knows
			c.report.Damage[i].Key = bytes.Clone(x.Key)
		}
	}
	for _, err := range parts.lost() {
		c.damage(err, HarmNone)
	}
	return nil
}

// value reads one value: a fault in it is its own.
func (c *check) value(x index.Entry) (_ []byte, err error) {
	defer c.e.unguard(debug.SetPanicOnFault(true), &err)
	return c.e.value(x.Value, x.Key)
}

// files finds what is in the directory and not the store's.
func (c *check) files(context.Context) error {
	names, err := c.e.fs.List()
	if err != nil {
		return err
	}
	for _, n := range names {
		ours := n == lockName || n == manifestNames[0] || n == manifestNames[1] || len(segmentNumbers([]string{n})) > 0 ||
			strings.HasSuffix(n, ".ckpt")
		if !ours {
			c.report.Unexpected = append(c.report.Unexpected, n)
		}
	}
	return nil
}

// nameKeyspaces puts the names of the keyspaces beside the keys that are damaged.
func (c *check) nameKeyspaces() error {
	var names map[byte]string
	for i := range c.report.Damage {
		d := &c.report.Damage[i]
		if len(d.Key) == 0 {
			continue
		}
		if names == nil {
			names = keyspaceNames(c.view)
		}
		d.Keyspace, d.Key = names[d.Key[0]], d.Key[1:]
	}
	return nil
}

// keyspaceNames reads the catalog, as far as that can be read.
func keyspaceNames(f frozen) map[byte]string {
	names := map[byte]string{}
	from, to := catalog.bounds(Range{})
	for e, err := range f.scan(from, to, false) {
		if err != nil {
			break
		}
		if len(e.Value) == 1 {
			names[e.Value[0]] = string(e.Key[1:])
		}
	}
	return names
}
