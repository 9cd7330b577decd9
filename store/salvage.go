package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"arbor/store/disk"
	"arbor/store/index"
)

// SalvageOptions of Salvage. The zero value is right for most.
type SalvageOptions struct {
	// IO forces the disk, as Options.IO.
	IO string
	// DryRun only tells what Salvage would do.
	DryRun bool
	// To makes the new store there, in a directory that is not there or is empty, and leaves the damaged one as it is.
	To string
	// Keyspaces are the names that whoever uses the store gives to its keyspaces, in the order in which a new store gets them. Where the
	// name of a keyspace is lost, they tell it by its number.
	Keyspaces []string
	// Mend, if not nil, is called with the new store, once it is read back and before it takes its place, so that whoever uses it can make
	// again what follows from the rest. It may change the report. An error ends the salvage.
	Mend func(context.Context, *DB, *SalvageReport) error
	// Progress, if not nil, is called now and then, on the calling goroutine.
	Progress func(Progress)
}

// SalvageReport is what Salvage has found.
type SalvageReport struct {
	Segments, Frames, Changes int64 // of the log, as far as they can be proved
	Bytes                     int64 // of its files
	Keys                      int64 // saved, those of Stale included
	Lost                      []Key // keys that were there and whose values cannot be read
	Stale                     []Key // keys that have an older value, because the last one cannot be read
	Torn                      []TornTransaction
	Ranges                    []LostRange
	// Blind are ranges of keys of which any may have an older value, be missing, or be back after it was deleted: nothing tells what was
	// written to them where the log cannot be read.
	Blind []KeyRange
	// EndUnknown tells that no sound manifest is left: whether the log went on behind what was found is not known.
	EndUnknown bool
	// Durable is up to where it is proved that the log went. If the store was not closed, Closed is false: of what was written behind, a part
	// may be lost without a trace, as after any crash.
	Durable    LSN
	Closed     bool
	Notes      []string // what else is wrong with the files
	Made, Kept string   // the new store, and the directory of the damaged one
}

// Key is one key of a keyspace.
type Key struct {
	Keyspace string // "" if its name is not known
	Key      []byte
}

// TornTransaction is a transaction of which not all changes can be proved. Those that can are kept.
type TornTransaction struct {
	File     string
	Offset   int64
	LSN      LSN
	Kept, Of int // of how many changes, as far as that can be read
}

// LostRange is a part of the log where no frame is whole.
type LostRange struct {
	File     string
	Offset   int64
	Bytes    int64 // 0 if it is not known how many
	LSN      LSN
	Proved   int   // changes in it that can be proved, and are kept
	Harmless bool  // all that was in it can be proved
	Cause    error // nil if nothing but checksums tells
}

// KeyRange is the keys of [From, To), with the byte of their keyspace in front; nil is open.
type KeyRange struct{ From, To []byte }

// Whole tells whether nothing is lost.
func (r *SalvageReport) Whole() bool {
	return len(r.Lost) == 0 && len(r.Stale) == 0 && len(r.Blind) == 0 && !r.EndUnknown
}

// Salvage makes a new store of all that can be proved of the damaged one in dir, which no process uses, puts it in its place, and keeps the
// damaged one beside it, unchanged. It tells what is lost.
//
// What it saves was written to that key by a transaction that took effect; never what was aborted, nor what an earlier crash has cut off, as
// far as one sound frame of a later epoch is left to tell. A transaction in a whole frame is saved whole; where a frame is damaged, those of
// its changes that can be proved are, each alone, and the transaction is listed in Torn. The keys that are lost or stale are told exactly
// where the saved index can be read; where it cannot, Blind tells which ranges of keys nothing is known about.
//
// The new store is another one: it has an id of its own, and another Incarnation. It is built beside dir and read back before it takes its
// place; a crash leaves the one or the other there.
func Salvage(ctx context.Context, dir string, opt SalvageOptions) (report SalvageReport, err error) {
	if dir, err = filepath.Abs(dir); err != nil {
		return report, err
	}
	inPlace := !opt.DryRun && opt.To == ""
	var lock *os.File
	if inPlace {
		lock, err = lockAlone(dir, "it is being salvaged")
	} else {
		lock, err = lockShared(dir)
	}
	if err != nil {
		return report, err
	}
	letGo := sync.OnceValue(func() error { return unlockAny(lock, inPlace) })
	defer func() { err = errors.Join(err, letGo()) }()
	if opt.To != "" {
		if err := vacant(opt.To); err != nil {
			return report, err
		}
	}
	damaged, err := disk.OpenReadOnly(dir)
	if err != nil {
		return report, err
	}
	defer func() { err = errors.Join(err, damaged.Close()) }()
	s, err := examine(ctx, damaged, opt, &report)
	if err != nil {
		return report, fmt.Errorf("salvage: %w", err)
	}
	if opt.DryRun {
		return report, s.save(ctx, opt, nil)
	}
	target := dir
	if !inPlace {
		if target, err = filepath.Abs(opt.To); err != nil {
			return report, err
		}
	}
	b, err := newBeside(target, besideKinds[1])
	if err != nil {
		return report, err
	}
	fs, err := disk.Open(b.built, opt.IO)
	if err == nil {
		err = s.build(ctx, opt, fs)
	}
	if err == nil {
		if inPlace {
			report.Kept, err = b.replace("damaged", exchange, letGo)
		} else {
			err = b.take()
		}
	}
	if err != nil {
		return report, errors.Join(err, b.abandon())
	}
	report.Made = b.dir
	return report, nil
}

// examine finds out what is left of the store in dir.
func examine(ctx context.Context, dir disk.FS, opt SalvageOptions, report *SalvageReport) (*salvaged, error) {
	step := func(name string) func(done, total int64) error {
		return func(done, total int64) error {
			if opt.Progress != nil {
				opt.Progress(Progress{name, done, total})
			}
			return ctx.Err()
		}
	}
	v, err := gather(dir, step("look"))
	if err != nil {
		return nil, err
	}
	return v.state(report, step("read"))
}

// build makes a store of the state in a directory, which it closes, and reads it back.
func (s *salvaged) build(ctx context.Context, opt SalvageOptions, fs disk.FS) error {
	e, err := openEngine(fs, false, usualLimits)
	if err != nil {
		return errors.Join(err, fs.Close())
	}
	l := &loader{e: e}
	err = s.save(ctx, opt, l)
	if err == nil {
		err = l.incarnate()
	}
	if err == nil {
		err = l.finish()
	}
	if err == nil {
		err = l.prove(ctx)
	}
	if err == nil && opt.Mend != nil {
		err = opt.Mend(ctx, newDB(e), s.report)
	}
	return errors.Join(err, e.close())
}

// save hands every key that has a value to l, if that is not nil, and notes those that have none.
func (s *salvaged) save(ctx context.Context, opt SalvageOptions, l *loader) (err error) {
	h := &handles{dir: s.dir, open: map[uint32]disk.File{}}
	defer func() { err = errors.Join(err, h.close()) }()
	s.tree = s.edit.Tree()
	c := collector{loader: l, report: s.report, names: map[byte]string{}, usual: opt.Keyspaces}
	done := int64(0)
	for x, err := range s.tree.Entries() {
		if err != nil {
			return err
		}
		if done++; done%1024 == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
			if opt.Progress != nil {
				opt.Progress(Progress{"save", done, s.tree.Len()})
			}
		}
		if err := s.saveOne(h, &c, x); err != nil {
			return err
		}
	}
	return c.finish(s.lostBytes())
}

// saveOne saves one key, with the value that it has, or else with an older one.
func (s *salvaged) saveOne(h *handles, c *collector, x index.Entry) error {
	if bytes.HasPrefix(x.Key, partPrefix) || bytes.HasPrefix(x.Key, markerPrefix) {
		return nil // parts are saved with what leads to them
	}
	w, ok, err := s.take(h, c, x.Key, x.Value)
	if err != nil {
		return err
	}
	if ok {
		return c.put(w)
	}
	if s.older != nil {
		old, had, err := s.older.Get(x.Key)
		if err != nil {
			return err
		}
		if had {
			w, ok, err = s.take(h, c, x.Key, old)
		}
		if err != nil {
			return err
		}
	}
	if ok {
		c.stale = append(c.stale, bytes.Clone(x.Key))
		return c.put(w)
	}
	if !bytes.Equal(x.Key, idKey) { // which finish makes anew
		c.lost = append(c.lost, bytes.Clone(x.Key))
	}
	return nil
}

func (s *salvaged) value(h *handles, x index.Entry) ([]byte, bool, error) {
	if x.Value.Inline != nil {
		return x.Value.Inline, true, nil
	}
	return h.value(&s.id, x.Key, LSN(x.Value.Addr), x.Value.Len)
}

// lostBytes is how much of the log cannot be read, at most.
func (s *salvaged) lostBytes() (n int64) {
	for _, r := range s.report.Ranges {
		if r.Bytes == 0 {
			n += maxSegment
		}
		n += r.Bytes
	}
	if s.report.EndUnknown {
		n += 64 * maxSegment
	}
	return n
}

// collector takes what is saved, and mends what the store keeps for itself.
type collector struct {
	*loader
	report      *SalvageReport
	names       map[byte]string // of the keyspaces
	usual       []string        // names that keyspaces have, from catalog.id+1 on
	used        [256]bool
	lost, stale [][]byte
	id          uint64
	hasID       bool
}

func (c *collector) put(w write) error {
	c.used[w.key[0]] = true
	switch {
	case bytes.Equal(w.key, incarnationKey):
		return nil
	case bytes.Equal(w.key, idKey) && len(w.value) == 8:
		c.id, c.hasID = le.Uint64(w.value), true
		return nil
	case w.key[0] == catalog.id && len(w.value) == 1:
		c.names[w.value[0]] = string(w.key[1:])
	}
	return c.give(w)
}

func (c *collector) give(w write) error {
	c.report.Keys++
	if c.loader == nil {
		return nil
	}
	return c.loader.put(w)
}

// lostName is the name of a keyspace that has lost its own.
func (c *collector) lostName(id byte) string {
	if i := int(id - catalog.id - 1); i < len(c.usual) && !slices.Contains(slices.Collect(maps.Values(c.names)), c.usual[i]) {
		return c.usual[i]
	}
	return fmt.Sprintf("salvaged %d", id)
}

// finish gives names to the keyspaces that have lost theirs, so that their numbers are not given out again, and makes sure that no number
// that NextID may have given out in the lost part of the log comes again.
func (c *collector) finish(lostBytes int64) error {
	if c.hasID || lostBytes > 0 {
		if lostBytes > 0 {
			c.id += uint64(lostBytes/minRecord+1) * lease
		}
		if err := c.give(write{key: idKey, value: le.AppendUint64(nil, c.id)}); err != nil {
			return err
		}
	}
	for id := catalog.id + 1; id != 0; id++ {
		if _, named := c.names[id]; !c.used[id] || named {
			continue
		}
		name := c.lostName(id)
		c.names[id] = name
		c.report.Notes = append(c.report.Notes, fmt.Sprintf("the name of a keyspace is lost; it is now %q", name))
		if err := c.give(write{key: catalog.key([]byte(name)), value: []byte{id}}); err != nil {
			return err
		}
	}
	for _, x := range []struct {
		keys [][]byte
		to   *[]Key
	}{{c.lost, &c.report.Lost}, {c.stale, &c.report.Stale}} {
		for _, key := range x.keys {
			*x.to = append(*x.to, Key{c.names[key[0]], key[1:]})
		}
	}
	return nil
}
