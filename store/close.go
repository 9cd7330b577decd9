package store

import "errors"

// close ends the use of the store: it waits for views and transactions, makes everything durable, and notes that the log is whole.
func (e *engine) close() error {
	if !e.users.close(e.visible.wake) {
		return ErrClosed
	}
	e.stopLoops()
	var errs []error
	if e.fs != nil {
		errs = append(errs, e.finish())
	}
	if e.writable() == nil { // after an error of the disk the next use of the store tidies up
		errs = append(errs, e.sweep())
	}
	if p := e.background.Load(); p != nil {
		errs = append(errs, *p)
	}
	if e.fs != nil {
		errs = append(errs, e.mappings.close(), e.closeFiles(), e.fs.Close())
	}
	return errors.Join(errs...)
}

// finish is the part of a clean close that writes.
func (e *engine) finish() error {
	if e.readOnly || e.broken != nil {
		return nil
	}
	if err := e.poisoned(); err != nil {
		return err
	}
	if e.rebuild.Load() {
		if err := e.manifest.update(func(m *manifest) { m.checkpoint = noCheckpoint }); err != nil {
			return err
		}
	}
	if !e.begun.Load() {
		return nil
	}
	if err := e.waitDurable(e.head.Load().end); err != nil {
		return err
	}
	if err := e.cleanAtClose(); err != nil && !errors.Is(err, ErrNoSpace) {
		return err
	}
	long := e.tailRecords.Load() > e.limits.closeRecords || e.tailBytes.Load() > e.limits.checkpointBytes/16
	if long && !e.rebuild.Load() {
		if err := e.checkpoint(); err != nil && !errors.Is(err, ErrNoSpace) { // without one the next open is slower
			return err
		}
	}
	return e.noteClosed()
}

func (e *engine) closeFiles() error {
	var errs []error
	for s := range e.log.from(0) {
		if d := s.data.Load(); d != nil && d.file != nil {
			errs = append(errs, d.file.Close())
		}
	}
	if e.spare != nil && e.spare.file != nil {
		errs = append(errs, e.spare.file.Close())
	}
	errs = append(errs, e.descriptors.close()...)
	return errors.Join(append(errs, e.closeStrays(), e.manifest.close())...)
}
