package store

import (
	"bytes"
	"context"
	"iter"
	"sort"
	"sync"

	"arbor/store/disk"
)

// memory is a backend without files: a sorted slice behind a lock.
type memory struct {
	mu      sync.Mutex
	state   *memState
	ids     uint64
	changed chan struct{}
}

type memState struct {
	at      LSN
	entries []Entry
}

// limits has no meaning here.
type limits struct{}

var usualLimits limits

func newMemory(l limits) *memory {
	m, _ := openEngine(nil, false, l)
	return m
}

func openEngine(fs disk.FS, readOnly bool, l limits) (*memory, error) {
	return &memory{state: &memState{}, changed: make(chan struct{})}, nil
}

func (m *memory) snapshot() (frozen, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.state, nil
}

func (m *memory) commit(base frozen, reads []read, writes []write, d Durability) (LSN, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if old := base.(*memState); old != m.state {
		for _, r := range reads {
			to := r.to
			if to == nil {
				to = append(bytes.Clone(r.from), 0)
			}
			for range m.state.changed(old, r.from, to) {
				return 0, ErrConflict
			}
		}
	}
	out := make([]Entry, 0, len(m.state.entries)+len(writes))
	i := 0
	for _, w := range writes {
		j := i + sort.Search(len(m.state.entries)-i, func(k int) bool { return bytes.Compare(m.state.entries[i+k].Key, w.key) >= 0 })
		out = append(out, m.state.entries[i:j]...)
		i = j
		if i < len(m.state.entries) && bytes.Equal(m.state.entries[i].Key, w.key) {
			i++
		}
		if !w.del {
			out = append(out, Entry{w.key, w.value})
		}
	}
	out = append(out, m.state.entries[i:]...)
	m.state = &memState{at: m.state.at + 1, entries: out}
	close(m.changed)
	m.changed = make(chan struct{})
	return m.state.at, nil
}

func (m *memory) nextID() (uint64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.ids++
	return m.ids, nil
}

func (m *memory) wait(ctx context.Context, after LSN) error {
	for {
		m.mu.Lock()
		at, ch := m.state.at, m.changed
		m.mu.Unlock()
		if at > after {
			return nil
		}
		select {
		case <-ch:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (m *memory) sync() error                                      { return nil }
func (m *memory) stats() (Stats, error)                            { return Stats{Disk: "memory", Role: "owner"}, nil }
func (m *memory) verify(ctx context.Context) (VerifyReport, error) { return VerifyReport{}, nil }
func (m *memory) close() error                                     { return nil }

func (s *memState) lsn() LSN { return s.at }
func (s *memState) release() {}

func (s *memState) find(key []byte) int {
	return sort.Search(len(s.entries), func(i int) bool { return bytes.Compare(s.entries[i].Key, key) >= 0 })
}

func (s *memState) get(key []byte) ([]byte, bool, error) {
	i := s.find(key)
	if i < len(s.entries) && bytes.Equal(s.entries[i].Key, key) {
		return bytes.Clone(s.entries[i].Value), true, nil
	}
	return nil, false, nil
}

func (s *memState) scan(from, to []byte, reverse bool) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		i, j := s.find(from), s.find(to)
		for ; i < j && !reverse; i++ {
			if !yield(s.entries[i], nil) {
				return
			}
		}
		for ; i < j && reverse; j-- {
			if !yield(s.entries[j-1], nil) {
				return
			}
		}
	}
}

func (s *memState) changed(older frozen, from, to []byte) iter.Seq2[Change, error] {
	return func(yield func(Change, error) bool) {
		o := older.(*memState)
		i, ie := o.find(from), o.find(to)
		j, je := s.find(from), s.find(to)
		for i < ie || j < je {
			switch c := cmpAt(o, i, ie, s, j, je); {
			case c < 0:
				if !yield(Change{Key: o.entries[i].Key, Deleted: true}, nil) {
					return
				}
				i++
			case c > 0:
				if !yield(Change{Key: s.entries[j].Key, Value: s.entries[j].Value}, nil) {
					return
				}
				j++
			default:
				if !bytes.Equal(o.entries[i].Value, s.entries[j].Value) && !yield(Change{Key: s.entries[j].Key, Value: s.entries[j].Value}, nil) {
					return
				}
				i++
				j++
			}
		}
	}
}

func cmpAt(o *memState, i, ie int, s *memState, j, je int) int {
	if i >= ie {
		return 1
	}
	if j >= je {
		return -1
	}
	return bytes.Compare(o.entries[i].Key, s.entries[j].Key)
}
