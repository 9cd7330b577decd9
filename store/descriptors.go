package store

import (
	"sync"

	"arbor/store/disk"
)

// descriptors is the files of mapped segments that are open to fetch from, by their numbers.
type descriptors struct {
	mu   sync.Mutex
	open map[uint32]disk.File
}

// maxDescriptors bounds them.
const maxDescriptors = 64

// descriptor returns the open file of a mapped segment, for as long as the caller's view is held.
func (e *engine) descriptor(ord uint32) (disk.File, error) {
	f, old, err := e.descriptors.get(e.fs, ord)
	if old != nil {
		e.giveUp(0, old.Close)
	}
	return f, err
}

// get also returns a file that is no longer among them, if there would be too many.
func (d *descriptors) get(dir disk.FS, ord uint32) (f, old disk.File, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if f = d.open[ord]; f != nil {
		return f, nil, nil
	}
	if f, err = dir.Open(segmentName(ord)); err != nil {
		return nil, nil, err
	}
	if d.open == nil {
		d.open = map[uint32]disk.File{}
	}
	if len(d.open) == maxDescriptors {
		for o, x := range d.open { // any
			old = x
			delete(d.open, o)
			break
		}
	}
	d.open[ord] = f
	return f, old, nil
}

// drop closes the file of a segment that no view can reach, if it is among them.
func (d *descriptors) drop(ord uint32) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	f := d.open[ord]
	delete(d.open, ord)
	if f == nil {
		return nil
	}
	return f.Close()
}

func (d *descriptors) close() (errs []error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, f := range d.open {
		errs = append(errs, f.Close())
	}
	d.open = nil
	return errs
}
