package store

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// settleTail makes durable what recovery has found behind what is known to be: bytes that only the page cache may hold, or that were on
// their way when their writer was killed.
func (e *engine) settleTail() error {
	m := e.manifest.current()
	if m.closed && m.durable == e.resume {
		return nil
	}
	for ord := m.durable.ord(); ord <= e.resume.ord(); ord++ {
		if e.log.at(ord) == nil {
			continue
		}
		d, err := openSegment(e.fs, &e.id, ord) // for itself: who touches the segment now closes the file that it has
		if err != nil {
			return err
		}
		if err := d.file.Sync(); err != nil {
			return e.poison(errors.Join(fmt.Errorf("sync %s: %w", segmentName(ord), err), d.file.Close()))
		}
		if err := d.file.Close(); err != nil {
			return err
		}
	}
	return nil
}

// tidy removes what no manifest names: checkpoints that were not finished or are replaced, segments that were given back, and those behind
// the spare. The spare is kept if its header is whole; a few of those that were given back are, to become segments again.
func (e *engine) tidy() error {
	names, err := e.fs.List()
	if err != nil {
		return err
	}
	if e.spare != nil { // of a try before this one, that did not come to its end
		if err := e.spare.file.Close(); err != nil {
			return err
		}
		e.spare = nil
		e.spared.Store(false)
	}
	e.free = nil
	spare := e.spareOrd()
	d, err := e.openSpare(spare)
	if err == nil {
		e.spare = d
		e.spared.Store(true)
	} else if !errors.Is(err, ErrCorrupt) {
		return err
	}
	removed, leased := false, e.leased()
	for _, n := range names {
		stale := strings.HasSuffix(n, ".ckpt") && n != checkpointName(e.manifest.current().checkpoint.number) && !leased
		for _, ord := range segmentNumbers([]string{n}) {
			kept := ord < spare && leased || ord == spare && e.spare != nil
			stale = e.log.at(ord) == nil && !kept && !e.adopt(ord)
		}
		if !stale {
			continue
		}
		if err := e.fs.Remove(n); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove %s: %w", n, err)
		}
		removed = true
	}
	if removed {
		if err := e.fs.SyncDir(); err != nil {
			return err
		}
	}
	return e.trimFree()
}

// openSpare opens the file that is to be the next segment, durable with its header, if it is there.
func (e *engine) openSpare(ord uint32) (*segmentData, error) {
	d, err := openSegment(e.fs, &e.id, ord)
	if err == nil && !e.manifest.current().closed { // who made it may have been killed meanwhile
		if err = errors.Join(d.file.Reread(), d.file.Sync(), d.file.Close()); err == nil {
			d, err = openSegment(e.fs, &e.id, ord)
		}
	}
	if err == nil {
		err = d.blankHeader()
	}
	return d, err
}

// adopt takes a segment that was given back for a free file, if it is whole. Its header tells that it has had no other name since.
func (e *engine) adopt(ord uint32) bool {
	if ord >= e.spareOrd() { // its name will be taken
		return false
	}
	d, err := openSegment(e.fs, &e.id, ord)
	if err != nil || d.file.Close() != nil {
		return false
	}
	e.free = append(e.free, freeFile{ord, d.size})
	return true
}

// raiseEpoch marks the frames to come as newer than what an earlier user may have left behind the end of the log.
func (e *engine) raiseEpoch() error {
	err := e.manifest.update(func(m *manifest) {
		m.begin(e.resume)
		m.closed = false
		m.durable = e.resume
	})
	e.epoch.Store(e.manifest.current().epoch)
	return err
}

// noteClosed writes down that the log is whole and ends here.
func (e *engine) noteClosed() error {
	e.flush.mu.Lock()
	end := e.flush.start
	e.flush.mu.Unlock()
	if err := e.waitDurable(end); err != nil {
		return err
	}
	return e.manifest.update(func(m *manifest) {
		m.closed, m.durable = true, end
		m.epoch = max(m.epoch, e.ids.loaded>>32)
	})
}

// closeStrays closes the files that the recovery has looked into without making them part of the log.
func (e *engine) closeStrays() error {
	var errs []error
	for _, f := range e.strays {
		errs = append(errs, f.Close())
	}
	return errors.Join(errs...)
}
