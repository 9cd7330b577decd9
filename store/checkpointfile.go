package store

import (
	"errors"
	"fmt"
	"io/fs"
	"runtime/debug"

	"arbor/store/disk"
	"arbor/store/index"
)

func checkpointName(number uint64) string { return fmt.Sprintf("%06d.ckpt", number) }

// seed binds the checksums of a checkpoint to the store, the checkpoint and the place in it.
func (e *engine) seed(number uint64) index.Seed {
	return func(off int64) uint64 { return e.id.mix(LSN(number<<40 | uint64(off))) }
}

// saveIndex writes a checkpoint, durably: to a new file, or to what e.saved lies in. After an error there is no new file; what may have been
// appended counts for nothing.
func (e *engine) saveIndex(tree *index.Tree, meta []byte, number uint64, whole bool) (saved *index.Saved, err error) {
	name := checkpointName(number)
	open := e.fs.Open
	if whole {
		open = func(name string) (disk.File, error) { return e.fs.Create(name, 0) }
		if err := e.fs.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	f, err := open(name)
	if err != nil {
		return nil, err
	}
	saved, err = e.writeIndex(f, tree, meta, number, whole)
	if err == nil {
		err = e.syncIndex(f)
	}
	if err = errors.Join(err, f.Close()); err == nil {
		return saved, nil
	}
	if whole {
		err = errors.Join(err, e.fs.Remove(name))
	}
	return nil, err
}

func (e *engine) syncIndex(f disk.File) error {
	err := f.Sync()
	if err != nil {
		e.rewrite = true // what the file holds is not known any more
	}
	return err
}

func (e *engine) writeIndex(f disk.File, tree *index.Tree, meta []byte, number uint64, whole bool) (saved *index.Saved, err error) {
	defer e.unguard(debug.SetPanicOnFault(true), &err)
	if whole {
		return tree.WriteCheckpoint(&fileWriter{e: e, f: f}, e.seed(number), meta)
	}
	return e.saved.Append(&fileWriter{e: e, f: f, off: e.saved.Next}, tree, meta)
}

// fileWriter writes a file from an offset on. Now and then it has the disk take over what there is, so that a large index does not come to it
// all at once, with the frames of the log, and the segment that is made next, waiting behind.
type fileWriter struct {
	e    *engine
	f    disk.File
	off  int64
	held int64 // bytes written since
}

func (w *fileWriter) Write(p []byte) (int, error) {
	n, err := w.f.WriteAt(p, w.off)
	w.off += int64(n)
	if w.held += int64(n); err == nil && w.held >= w.e.limits.heldBytes {
		w.held = 0
		err = w.e.syncIndex(w.f)
	}
	return n, err
}

// openCheckpoint maps a checkpoint, whose nodes and leaves are proved as they are touched, and restores its meta.
func (e *engine) openCheckpoint(c checkpointRef) (saved *index.Saved, err error) {
	defer e.unguard(debug.SetPanicOnFault(true), &err)
	name := checkpointName(c.number)
	b, err := e.mapCheckpoint(name, c.size)
	if err != nil {
		return nil, err
	}
	saved, err = index.OpenCheckpoint(name, b[:c.size:c.size], e.seed(c.number))
	if err != nil {
		return nil, e.damage(err)
	}
	if e.savedTable, err = e.restoreMeta(saved.Meta); err != nil {
		return nil, &CorruptError{File: name, Err: err}
	}
	// Behind what counts an append may lie that did not come to an end. The next one goes behind that: where bytes have been written they
	// are never written again, so that those of two appends cannot be taken for one.
	saved.Next = max(saved.Next, (int64(len(b))+index.SaveAlign-1)&^(index.SaveAlign-1))
	e.savedIn = [][]byte{b}
	return saved, nil
}

// mapCheckpoint maps a file of which size bytes count.
func (e *engine) mapCheckpoint(name string, size int64) (b []byte, err error) {
	f, err := e.fs.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &CorruptError{File: name, Err: fs.ErrNotExist}
	} else if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	has, err := f.Size()
	if err != nil {
		return nil, fmt.Errorf("size of %s: %w", name, err)
	}
	if has < size {
		return nil, &CorruptError{File: name, Offset: has, Err: fmt.Errorf("%d bytes, the manifest says %d", has, size)}
	}
	return e.mappings.add(f)
}
