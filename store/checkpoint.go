package store

import (
	"errors"
	"fmt"
	"runtime/debug"

	"arbor/store/disk"
)

// setCheckpointAt derives when the index is to be saved from how large it was when it was saved last: so no more is
// written for the sake of the next open than the log takes, also where all leaves change, and that open reads no more than twice the index.
func (e *engine) setCheckpointAt() {
	live := int64(0)
	if s := e.saved; s.Size > 0 {
		live = s.Size - s.Dead()
	}
	e.checkpointAt.Store(max(e.limits.checkpointBytes, live))
}

// checkpoint saves the index, so that the next open replays only the log behind. It holds up nobody: what it writes is one state. What has
// changed is appended to the file of the checkpoint before, unless more than half of that would be dead then: instead all goes to a new one.
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
	ref := checkpointRef{replay: replay, at: h.end, epoch: e.epoch.Load()}
	meta := e.checkpointMeta(h, ref)
	number, whole := old.checkpoint.number, false
	if e.rewrite || e.saved.Size == 0 || e.mostlyDead(e.saved.Ahead(h.tree, len(meta))) {
		e.written = max(e.written, old.generation, old.checkpoint.number) + 1 // which is ahead of the generation where saves have failed
		number, whole = e.written, true
	}
	saved, err := e.saveIndex(h.tree, meta, number, whole)
	if err != nil {
		return fmt.Errorf("save the index: %w", e.damage(noSpace(err)))
	}
	err = e.manifest.update(func(m *manifest) {
		ref.number, ref.size = number, saved.Size
		m.checkpoint = ref
		m.durable = max(m.durable, replay)
	})
	if err != nil {
		e.rewrite = true // nobody knows what counts now: neither file may change
		return err
	}
	saved.Keep()
	e.saved, e.savedTable, e.rewrite = saved, h.table.flat(), false
	e.latency.checkpoint.since(began)
	e.tailBytes.Add(-bytes)
	e.tailRecords.Add(-records)
	e.setCheckpointAt()
	if n := old.checkpoint.number; n != 0 && whole {
		e.removeReplaced(n)
	}
	return e.readSaved(checkpointName(number), whole)
}

// mostlyDead tells whether so much of a file is dead that the index is better written anew.
func (e *engine) mostlyDead(size, dead int64) bool { return 2*dead > size && dead > e.limits.deadBytes }

// readSaved has the index read what was just saved from its file, so that the memory it was in is free. Once that is a whole index, nothing
// that begins now reads the files before.
func (e *engine) readSaved(name string, whole bool) (err error) {
	defer e.unguard(debug.SetPanicOnFault(true), &err)
	if !whole && !disk.Maps || e.users.closing.Load() { // a copy of the file would take more than it frees, or nobody will read
		return nil
	}
	b, err := e.mapCheckpoint(name, e.saved.Size)
	if errors.Is(err, ErrCorrupt) {
		return err
	} else if err != nil { // it is saved all the same, and can be read where it was before
		return nil
	}
	if err := e.saved.Adopt(name, b); err != nil {
		return e.damage(err)
	}
	old := e.savedIn
	e.savedIn = append(old[:len(old):len(old)], b)
	if whole {
		e.savedIn = [][]byte{b}
		for _, b := range old {
			e.giveUp(int64(len(b)), func() error { return e.mappings.remove(b) })
		}
	}
	return nil
}
