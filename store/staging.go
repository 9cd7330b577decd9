package store

import (
	"errors"
	"fmt"
	"slices"
)

// A value in parts comes about in steps: each part is brought into the log by a transaction of its own, not waited for, with a marker that
// says that nothing leads to it yet. Then the transaction that the value is written by makes the key lead to the parts and takes the marker
// away. So memory holds one part beside what the caller has, messages to an owner are small, and the key has its old value or all of the
// new one, whatever happens: the log survives a crash up to some point, and the parts lie before what leads to them.
//
// What is staged and comes to nothing is removed by the transaction that staged it; if its process is gone, by the owner when the
// process's session ends; if the owner is gone too, by the next when it begins to write. Such a removal and the last step cannot both
// happen: a removal proves that the marker is there, and the last step that all parts are (complete).

// staging is what a transaction has staged.
type staging struct {
	be   backend
	size int      // of a part
	most int      // of a value
	open []uint64 // the ids of which the parts are there and nothing leads to them
}

// put brings value into the store and returns what leads to it.
func (s *staging) put(value []byte) (parts, error) {
	if len(value) > s.most {
		return parts{}, tooLarge(value, s.most)
	}
	id, err := s.be.partsID()
	if err != nil {
		return parts{}, staged(err)
	}
	s.open = append(s.open, id)
	p := parts{id: id, size: uint32(len(value))}
	marker := write{key: markerKey(id), value: []byte{}} // again with each: none is ever without
	for ; len(value) > 0; p.count++ {
		n := min(s.size, len(value))
		writes := []write{{key: partKey(id, p.count), value: value[:n]}, marker}
		if _, err := s.be.commit(nil, nil, writes, None); err != nil {
			return parts{}, staged(err)
		}
		value = value[n:]
	}
	return p, nil
}

func tooLarge(value []byte, most int) error {
	return fmt.Errorf("value of %d bytes, at most %d: %w", len(value), most, ErrTooLarge)
}

// staged turns the uncertainty of a step into what lets the transaction begin anew: nothing of its own has happened.
func staged(err error) error {
	if errors.Is(err, ErrUncertain) && !errors.Is(err, ErrOwnerSilent) {
		err = ErrStale
	}
	return fmt.Errorf("stage a large value: %w", err)
}

// finish adds to writes, which are in order, what makes the values in parts among them final. settle is to be told what comes of it.
func (s *staging) finish(writes []write) []write {
	if len(s.open) == 0 {
		return writes
	}
	var all []write
	for _, w := range writes {
		if w.parted {
			p, _ := parseParts(w.value) // made by put
			all = append(all, write{key: markerKey(p.id), del: true})
		}
	}
	return append(all, writes...)
}

// settle is told what became of the transaction, and removes what nothing leads to. final is what finish returned, nil if there was no commit.
func (s *staging) settle(final []write, err error) {
	if len(s.open) == 0 {
		return
	}
	if err == nil || errors.Is(err, ErrUncertain) {
		for _, w := range final {
			if id, ok := parseMarker(w.key); ok {
				s.open = slices.DeleteFunc(s.open, func(x uint64) bool { return x == id })
			}
		}
	}
	for _, id := range s.open {
		if errors.Is(err, ErrOwnerSilent) || unstage(s.be, id) != nil {
			break // it is done at the end of the session, or when the next owner begins to write
		}
	}
	s.open = nil
}

// read returns a value that was staged, or, if v is none, one of the state f.
func (s *staging) read(f frozen, v stored, dst []byte) ([]byte, error) {
	if p, ok := parseParts(v.bytes); !ok || !slices.Contains(s.open, p.id) {
		return v.read(f, dst)
	}
	newest, err := s.be.snapshot()
	if err != nil {
		return nil, err
	}
	defer newest.release()
	return v.read(newest, dst)
}

// maxUnstages bounds how often a removal begins anew because another came first: a step on its way, the last one, or another removal.
const maxUnstages = 100

// unstage removes what is staged under id, unless it has become a value.
func unstage(be backend, id uint64) error {
	for range maxUnstages {
		err := tryUnstage(be, id)
		if !errors.Is(err, ErrConflict) && !errors.Is(err, ErrStale) {
			return err
		}
	}
	return ErrConflict
}

func tryUnstage(be backend, id uint64) error {
	f, err := be.snapshot()
	if err != nil {
		return err
	}
	defer f.release()
	marker := markerKey(id)
	if _, found, err := f.get(marker); err != nil || !found {
		return err
	}
	from, to := partBounds(id)
	_, err = be.commit(f, []read{{from: marker}, {from: from, to: to}}, []write{{key: from, to: to, del: true}, {key: marker, del: true}}, None)
	return err
}
