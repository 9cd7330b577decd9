package store

import (
	"fmt"
	"math"
	"slices"
)

// Position is a place in the history of one store: a state that was visible, durable or not. It can be kept, as text, beyond the life of the
// process, and WatchFrom goes on from it. Positions are compared with ==; the zero Position is of no store.
type Position struct {
	store uint64 // of the store's id, which a restored or salvaged store has anew
	epoch uint64
	at    LSN
}

// LSN returns the place in the log. Another history of the same store may have something else there.
func (p Position) LSN() LSN { return p.at }

// Openings returns how often the store was opened and written to between p and a later position of it. What was written after p is told for 64
// of them.
func (p Position) Openings(later Position) int {
	if p.store != later.store || later.epoch < p.epoch {
		return 0
	}
	return int(min(later.epoch-p.epoch, math.MaxInt32))
}

// String returns what Parse reads.
func (p Position) String() string { return fmt.Sprintf("%016x-%x-%x", p.store, p.epoch, uint64(p.at)) }

// ParsePosition reads what String returns.
func ParsePosition(s string) (p Position, err error) {
	_, err = fmt.Sscanf(s, "%x-%x-%x", &p.store, &p.epoch, (*uint64)(&p.at))
	if err != nil || p.String() != s {
		return Position{}, fmt.Errorf("%q is not a position in a store", s)
	}
	return p, nil
}

// MarshalText is String.
func (p Position) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText is ParsePosition.
func (p *Position) UnmarshalText(b []byte) (err error) {
	*p, err = ParsePosition(string(b))
	return err
}

// positionSize is that of a position on its way to another process.
const positionSize = 24

func (p Position) encode() []byte {
	b := le.AppendUint64(make([]byte, 0, positionSize), p.store)
	return le.AppendUint64(le.AppendUint64(b, p.epoch), uint64(p.at))
}

func decodePosition(b []byte) (Position, bool) {
	if len(b) != positionSize {
		return Position{}, false
	}
	return Position{store: le.Uint64(b), epoch: le.Uint64(b[8:]), at: LSN(le.Uint64(b[16:]))}, true
}

// errUnknown is ErrStale with a text of its own.
var errUnknown error = &ownerError{"what changed since that position is not known any more: read all of it again", ErrStale}

// position is where v is. If the epoch has been raised since, it began there or behind.
func (v *view) position() (Position, error) {
	epoch := v.e.epoch.Load()
	if epoch == 0 { // nothing has been written since the open
		epoch = v.e.manifest.current().epoch
	}
	return Position{store: le.Uint64(v.e.id[:]), epoch: epoch, at: v.s.at}, nil
}

// leads tells whether the state at p is one that led to that of v: it is not behind it, and every epoch that began after p's went on from p
// or from behind it, so that nothing up to p was cut off. The manifest knows the last maxEpochs epochs.
func (v *view) leads(p Position) bool {
	m := v.e.manifest.current()
	if p.store != le.Uint64(v.e.id[:]) || p.at > v.s.at || p.epoch > m.epoch {
		return false
	}
	later := m.epochs[:]
	if i, found := slices.BinarySearchFunc(later, p.epoch+1, func(x epochStart, n uint64) int { return int(int64(x.epoch - n)) }); found {
		later = later[i:]
	} else if p.epoch < m.epoch {
		return false // too long ago
	} else {
		later = nil
	}
	return !slices.ContainsFunc(later, func(x epochStart) bool { return x.at < p.at })
}

func (v *view) proves(p Position) (bool, error) { return v.leads(p), nil }
