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

// setCheckpointAt derives when the index is to be saved from how large it was when it was saved last.
func (e *engine) setCheckpointAt() {
	e.checkpointAt.Store(max(e.limits.checkpointBytes, e.manifest.current().checkpoint.size/4))
}

// checkpoint saves the index, so that the next open replays only the log behind. It holds up nobody: what it writes is one state.
func (e *engine) checkpoint() error {
	e.checkpointing.Lock()
	defer e.checkpointing.Unlock()
	if err := e.begin(); err != nil {
		return noSpace(err)
	}
	began := now()
	bytes, records := e.tailBytes.Load(), e.tailRecords.Load()
	e.flush.mu.Lock()
	replay := e.flush.start // all below is applied
	e.flush.mu.Unlock()
	h := e.head.Load()
	if err := e.waitDurable(max(h.end, replay)); err != nil {
		return err
	}
	old := e.manifest.current()
	number := old.generation + 1
	meta, err := e.checkpointMeta(e.saved.Tree, h.tree)
	if err != nil {
		return e.damage(err)
	}
	saved, err := e.saveIndex(h.tree, meta, number)
	if err != nil {
		return fmt.Errorf("save the index: %w", e.damage(noSpace(err)))
	}
	err = e.manifest.update(func(m *manifest) {
		m.checkpoint = checkpointRef{number: number, replay: replay, at: h.end, size: saved.Size, epoch: e.epoch}
		m.durable = max(m.durable, replay)
	})
	if err != nil {
		return err
	}
	e.latency.checkpoint.since(began)
	e.saved = saved
	if err := e.restoreMeta(meta); err != nil {
		return err
	}
	e.tailBytes.Add(-bytes)
	e.tailRecords.Add(-records)
	e.setCheckpointAt()
	if n := old.checkpoint.number; n != 0 {
		_ = e.fs.Remove(checkpointName(n)) // where it cannot be removed while it is mapped, the next use of the store does it
	}
	return nil
}

// saveIndex writes the file of a checkpoint, durably. After an error there is none.
func (e *engine) saveIndex(tree *index.Tree, meta []byte, number uint64) (saved *index.Saved, err error) {
	defer e.unguard(debug.SetPanicOnFault(true), &err)
	name := checkpointName(number)
	if err := e.fs.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	f, err := e.fs.Create(name, 0)
	if err != nil {
		return nil, err
	}
	if saved, err = tree.WriteCheckpoint(&fileWriter{f: f}, e.seed(number), meta); err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err != nil {
		return nil, errors.Join(err, e.fs.Remove(name))
	}
	return saved, nil
}

// fileWriter writes a file from its beginning on.
type fileWriter struct {
	f   disk.File
	off int64
}

func (w *fileWriter) Write(p []byte) (int, error) {
	n, err := w.f.WriteAt(p, w.off)
	w.off += int64(n)
	return n, err
}

// openCheckpoint maps a checkpoint, whose nodes and leaves are proved as they are touched, and restores its meta.
func (e *engine) openCheckpoint(c checkpointRef) (saved *index.Saved, err error) {
	defer e.unguard(debug.SetPanicOnFault(true), &err)
	name := checkpointName(c.number)
	f, err := e.fs.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &CorruptError{File: name, Err: fs.ErrNotExist}
	} else if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	size, err := f.Size()
	if err != nil {
		return nil, fmt.Errorf("size of %s: %w", name, err)
	}
	if size != c.size {
		return nil, &CorruptError{File: name, Offset: size, Err: fmt.Errorf("%d bytes, the manifest says %d", size, c.size)}
	}
	b, err := e.mappings.add(f)
	if err != nil {
		return nil, err
	}
	saved, err = index.OpenCheckpoint(name, b, e.seed(c.number))
	if err != nil {
		return nil, e.damage(err)
	}
	if err := e.restoreMeta(saved.Meta); err != nil {
		return nil, &CorruptError{File: name, Err: err}
	}
	return saved, nil
}
