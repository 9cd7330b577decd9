package store

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"arbor/store/disk"
)

// openEngine opens the store in a directory, or makes one. What it writes is a new store's manifest and nothing else.
func openEngine(d disk.FS, readOnly bool, l limits) (_ *engine, err error) {
	e := newEngine(d, l)
	e.readOnly = readOnly
	defer func() {
		if err != nil {
			err = errors.Join(err, e.mappings.close(), e.closeFiles())
		}
	}()
	names, err := d.List()
	if err != nil {
		return nil, err
	}
	ords := segmentNumbers(names)
	err = e.manifest.read(d, len(ords))
	if errors.Is(err, errNoStore) && !readOnly {
		err = e.manifest.make(l.random)
	}
	if err != nil {
		return nil, noSpace(err)
	}
	if readOnly { // beside an owner, which may have made segments that the manifest counts on
		if names, err = d.List(); err != nil {
			return nil, err
		}
		ords = segmentNumbers(names)
	}
	e.id = e.manifest.now.id
	e.epoch.Store(e.manifest.now.epoch)
	if err := e.recover(ords); err != nil {
		return nil, err
	}
	switch lost := e.manifest.unread; {
	case lost != nil && e.broken != nil:
		e.broken = fmt.Errorf("%w; %w", lost, e.broken)
	case lost != nil:
		e.broken = lost
	}
	e.setCheckpointAt()
	e.durable.Store(uint64(e.resume))
	return e, nil
}

// segmentNumbers returns the segments among the names of files.
func segmentNumbers(names []string) []uint32 {
	var ords []uint32
	for _, n := range names {
		if s, ok := strings.CutSuffix(n, ".seg"); ok {
			if ord, err := strconv.ParseUint(s, 10, 32); err == nil && ord > 0 && segmentName(uint32(ord)) == n {
				ords = append(ords, uint32(ord))
			}
		}
	}
	return ords
}
