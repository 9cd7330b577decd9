package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"arbor/store/disk"
)

func TestPositionText(t *testing.T) {
	for _, p := range []Position{{}, {1 << 63, 7, makeLSN(3, 4096)}, {^uint64(0), ^uint64(0), ^LSN(0)}} {
		text, err := p.MarshalText()
		must(t, err)
		var q Position
		if err := q.UnmarshalText(text); err != nil || q != p {
			t.Errorf("%v became %v: %v", p, q, err)
		}
		if q, ok := decodePosition(p.encode()); !ok || q != p {
			t.Errorf("%v became %v", p, q)
		}
	}
	for _, bad := range []string{"", "x", "0-0-0", "0000000000000000-0", "0000000000000000-0-00", "0000000000000000-0-0 ", "0000000000000000--1-0", "0000000000000000-0x1-0"} {
		if p, err := ParsePosition(bad); err == nil {
			t.Errorf("%q is %v", bad, p)
		}
	}
}

// saved is a position at which a watch may be taken up again, with what was under the prefix there.
type saved struct {
	at    Position
	seen  contents
	made  int  // writes of the history by then
	known bool // nothing has happened since by which it may be forgotten
}

// watching is a history of a store with positions kept on the way.
type watching struct {
	*history
	wrote []string // every key that was written, in order, with those that a crash took back
	kept  []*saved
	told  int // watches that were taken up again and told what changed
	stale int // with ErrStale
}

const watched = "key 1"

// under returns what is under the prefix that is watched.
func under(c contents) contents {
	out := maps.Clone(c)
	maps.DeleteFunc(out, func(k, _ string) bool { return !strings.HasPrefix(k, watched) })
	return out
}

// apply makes changes, and returns their keys.
func apply(t testing.TB, c contents, changes []Change) (keys []string) {
	t.Helper()
	for _, x := range changes {
		k := string(x.Key)
		if delete(c, k); !x.Deleted {
			c[k] = string(x.Value)
		}
		keys = append(keys, k)
	}
	if !slices.IsSorted(keys) || len(slices.Compact(slices.Clone(keys))) != len(keys) {
		t.Errorf("changes of %q", keys)
	}
	return keys
}

// TestWatchFrom takes watches up again at random positions of random histories, over clean ends, crashes and checkpoints. Each tells exactly
// what was written since, or says that it is not known.
func TestWatchFrom(t *testing.T) {
	told, stale := 0, 0
	for _, seed := range seeds(t, 30) {
		h := &watching{history: newHistory(t, disk.NewSim(seed), seed)}
		h.limits.cleanRate = -1 // a close that cleans would make most positions stale
		must(t, h.open())
		for range 60 {
			h.one(seed)
		}
		told, stale = told+h.told, stale+h.stale
		must(t, h.db.Close())
	}
	if t.Logf("%d watches went on, %d did not know", told, stale); told < stale/2 || stale == 0 {
		t.Errorf("%d watches went on, %d did not know", told, stale)
	}
}

// one makes a step and checks what watches make of it.
func (h *watching) one(seed uint64) {
	t := h.t
	before := len(h.kept)
	switch h.rng.IntN(15) {
	case 0:
		h.crash()
	case 1:
		must(t, h.db.Close())
		must(t, h.open())
	case 2:
		must(t, h.e.checkpoint())
	case 3:
		if h.rng.IntN(3) == 0 {
			must(t, h.db.Clean(t.Context()))
		}
	case 4:
		must(t, h.lose())
		h.wrote = append(h.wrote, "key 1")
	case 5:
		h.cut(Prefix(fmt.Appendf(nil, "key %d", h.rng.IntN(4))))
	case 6, 7:
		h.keep()
	case 8, 9:
		if before > 0 {
			h.resume(h.kept[h.rng.IntN(before)])
		}
	default:
		h.write()
	}
	if t.Failed() {
		t.Fatalf("seed %d", seed)
	}
}

func (h *watching) write() {
	must(h.t, h.transact([]Durability{Commit, None}[h.rng.IntN(2)], func(tx *Tx, next contents) error {
		for range 1 + h.rng.IntN(4) {
			k := fmt.Sprintf("key %d", h.rng.IntN(24))
			h.wrote = append(h.wrote, k)
			w := write{key: []byte(k), value: make([]byte, h.rng.IntN(60)), del: h.rng.IntN(4) == 0}
			if next.apply(w); w.del {
				if err := tx.Delete(h.ks, w.key); err != nil {
					return err
				}
			} else if err := tx.Put(h.ks, w.key, w.value); err != nil {
				return err
			}
		}
		return nil
	}))
}

// cut deletes a range, which no position before knows if it meets the prefix.
func (h *watching) cut(r Range) {
	must(h.t, h.transact(None, func(tx *Tx, next contents) error {
		next.apply(write{key: r.From, to: r.To})
		return tx.DeleteRange(h.ks, r)
	}))
	for _, s := range h.kept {
		s.known = s.known && !strings.HasPrefix(watched, string(r.From)) && !strings.HasPrefix(string(r.From), watched)
	}
}

// whole tells whether all of the log from s on is there. What the cleaner only moves is no change; behind what it has given back a position is
// forgotten.
func (h *watching) whole(s *saved) bool {
	for ord := max(s.at.at.ord(), 1); ord <= h.e.head.Load().at.ord() && s.at.at < h.e.head.Load().at; ord++ {
		if h.e.log.at(ord) == nil {
			return false
		}
	}
	return true
}

func (h *watching) crash() {
	h.sim = h.sim.Crash()
	must(h.t, h.open())
	for _, s := range h.kept {
		if s.at.at > h.e.head.Load().at {
			s.known = false
		}
	}
	if n := len(h.kept); n > 0 && h.rng.IntN(2) == 0 { // before anything is written again
		h.resume(h.kept[n-1-h.rng.IntN(min(n, 3))])
	}
}

// TestSinceEndsAtTheSnapshot looks for changes in a state that is not the newest.
func TestSinceEndsAtTheSnapshot(t *testing.T) {
	for _, db := range []*DB{openSmall(t, disk.NewSim(1), small), openedClient(t)} {
		ks := keyspace(t, db)
		first, err := db.Snapshot()
		must(t, err)
		p, err := first.Position()
		must(t, err)
		for i := range 300 { // more than a page of a client
			commitWrite(t, db, ks, write{key: fmt.Appendf(nil, "k%03d", i), value: make([]byte, 100)})
		}
		second, err := db.Snapshot()
		must(t, err)
		commitWrite(t, db, ks, write{key: []byte("later")})
		commitWrite(t, db, ks, write{key: []byte("k001"), value: []byte("changed")})
		for r, want := range map[string]int{"": 300, "k1": 100, "k299": 1, "l": 0} {
			n := 0
			for c, err := range second.Since(p, ks, Prefix([]byte(r))) {
				must(t, err)
				if n++; len(c.Value) != 100 || c.Deleted {
					t.Errorf("%q is %q", c.Key, c.Value)
				}
			}
			if n != want {
				t.Errorf("%d changes of %q, want %d", n, r, want)
			}
		}
		for _, err := range first.Since(p, ks, Range{}) {
			t.Errorf("a change since itself: %v", err)
		}
		for _, p := range []Position{{}, {p.store, p.epoch, p.at + 1<<40}, {p.store, p.epoch + 1, p.at}, {p.store + 1, p.epoch, p.at}} {
			var err error
			for _, err = range second.Since(p, ks, Range{}) {
			}
			if !errors.Is(err, ErrStale) || err == ErrStale {
				t.Errorf("since %v: %v", p, err)
			}
		}
		first.Release()
		second.Release()
		must(t, db.Close())
	}
}

func openedClient(t *testing.T) *DB {
	_, client, _ := pair(t)
	return client
}

func (h *watching) keep() {
	s, err := h.db.Snapshot()
	must(h.t, err)
	defer s.Release()
	at, err := s.Position()
	must(h.t, err)
	text, err := at.MarshalText()
	must(h.t, err)
	x := &saved{seen: under(h.states[len(h.states)-1]), made: len(h.wrote), known: true}
	must(h.t, x.at.UnmarshalText(text))
	h.kept = append(h.kept, x)
}

// resume takes a watch up again at s, and goes on with it for one change.
func (h *watching) resume(s *saved) {
	t := h.t
	now := under(h.states[len(h.states)-1])
	s.known = s.known && h.whole(s)
	w, err := h.db.WatchFrom(h.ks, []byte(watched), s.at)
	must(t, err)
	defer w.Close()
	since := h.wrote[s.made:]
	changed := slices.ContainsFunc(since, func(k string) bool { return strings.HasPrefix(k, watched) })
	got := maps.Clone(s.seen)
	if changed || !s.known {
		at, changes, err := w.Next(ended())
		switch {
		case errors.Is(err, ErrStale):
			if h.stale++; s.known {
				t.Errorf("%v is not known any more: %v", s.at, err)
			}
			got = now
		case errors.Is(err, context.Canceled) && maps.Equal(got, now): // what was written, a crash has taken back
		case err != nil:
			t.Error(err)
		default:
			h.told++
			keys := apply(t, got, changes)
			if extra := slices.DeleteFunc(keys, func(k string) bool { return slices.Contains(since, k) }); len(extra) > 0 {
				t.Errorf("%q were not written since %v", extra, s.at)
			}
			if at != w.Position().LSN() || at != h.e.head.Load().at {
				t.Errorf("at %v, position %v", at, w.Position())
			}
		}
		if !maps.Equal(got, now) {
			t.Errorf("from %v on, %v, want %v", s.at, got, now)
		}
	}
	v := fmt.Sprint("a value of the log ", len(h.wrote))
	must(t, h.transact(None, func(tx *Tx, next contents) error {
		next[watched] = v
		h.wrote = append(h.wrote, watched)
		return tx.Put(h.ks, []byte(watched), []byte(v))
	}))
	_, changes, err := w.Next(ended())
	if errors.Is(err, ErrStale) && !h.whole(s) { // this write had the log cleaned
		return
	}
	must(t, err)
	if apply(t, got, changes); !maps.Equal(got, under(h.states[len(h.states)-1])) {
		t.Errorf("then %v, which makes %v", changes, got)
	}
}

// ended is a context with which Next tells what there is to tell, and does not wait.
func ended() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

// TestWatchFromOfAnotherProcess keeps a position over the end of all processes, and goes on from it in a client.
func TestWatchFromOfAnotherProcess(t *testing.T) {
	dir := t.TempDir()
	first, ks := openTest(t, dir, Options{})
	put(t, first, ks, "a/1", "1")
	w, err := first.Watch(ks, []byte("a/"))
	must(t, err)
	put(t, first, ks, "a/2", "2")
	at, changes, err := w.Next(ended())
	if err != nil || len(changes) != 1 || at != w.Position().LSN() {
		t.Fatalf("%v at %v, position %v: %v", changes, at, w.Position(), err)
	}
	text := w.Position().String()
	put(t, first, ks, "a/1", "3")
	put(t, first, ks, "b/1", "4")
	large := strings.Repeat("x", 200<<10) // in parts
	put(t, first, ks, "c/1", large)
	must(t, first.Close())

	owner, ks := openTest(t, dir, Options{})
	client, _ := openTest(t, dir, Options{})
	put(t, owner, ks, "a/4", "5")
	p, err := ParsePosition(text)
	must(t, err)
	for _, db := range []*DB{owner, client} {
		w, err := db.WatchFrom(ks, []byte("a/"), p)
		must(t, err)
		_, changes, err := w.Next(ended())
		if err != nil || told(changes) != "a/1=3 a/4=5" {
			t.Errorf("%s, %v", told(changes), err)
		}
		if _, changes, err := w.Next(ended()); !errors.Is(err, context.Canceled) {
			t.Errorf("once more %s, %v", told(changes), err)
		}
		w.Close()
	}
	parts, err := client.WatchFrom(ks, []byte("c/"), p)
	must(t, err)
	defer parts.Close()
	if _, changes, err := parts.Next(ended()); err != nil || told(changes) != "c/1="+large {
		t.Errorf("of a large value %d changes, %v", len(changes), err)
	}
	_, err = client.DeleteRange(ks, Prefix([]byte("a/1")), Commit)
	must(t, err)
	if w, err = client.WatchFrom(ks, []byte("a/"), p); err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	_, _, err = w.Next(ended())
	if !errors.Is(err, ErrStale) || !strings.Contains(err.Error(), "position") || w.Position() == p {
		t.Errorf("a position before a range was deleted: %v", err)
	}
	put(t, owner, ks, "a/5", "6")
	if _, changes, err := w.Next(context.Background()); err != nil || len(changes) != 1 || string(changes[0].Key) != "a/5" {
		t.Errorf("after that %s, %v", told(changes), err)
	}
	other, err := owner.WatchFrom(ks, []byte("b/"), p) // which the range does not meet
	must(t, err)
	defer other.Close()
	if _, changes, err := other.Next(ended()); err != nil || len(changes) != 1 {
		t.Errorf("under another prefix %s, %v", told(changes), err)
	}
}

// told is what changes tell, in one line.
func told(changes []Change) string {
	var out []string
	for _, c := range changes {
		out = append(out, fmt.Sprintf("%s=%s", c.Key, c.Value))
	}
	return strings.Join(out, " ")
}
