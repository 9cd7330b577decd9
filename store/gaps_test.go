package store

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"syscall"
	"testing"

	"arbor/store/disk"
)

// TestOrdinals holds sets of segments to a map.
func TestOrdinals(t *testing.T) {
	set, want := allOrdinals, map[uint32]bool{}
	for _, ord := range []uint32{5, 1, 2, 9, 7, 8, 6, 3} {
		set = set.without(ord)
		want[ord] = true
		must(t, set.check())
		for o := uint32(1); o < 12; o++ {
			if set.has(o) == want[o] {
				t.Errorf("without %v: has %d is %v", slices.Sorted(maps.Keys(want)), o, !want[o])
			}
		}
	}
	if set.first() != 4 || len(set) != 2 {
		t.Errorf("%v", set)
	}
	for name, bad := range map[string]ordinals{
		"none": nil, "zero": {{0, openEnd}}, "closed": {{1, 5}}, "empty": {{3, 3}, {4, openEnd}}, "touching": {{1, 3}, {3, openEnd}},
		"descending": {{5, 6}, {1, openEnd}},
	} {
		if bad.check() == nil {
			t.Errorf("%s passes", name)
		}
	}
}

// TestSegmentTable holds the table to a map.
func TestSegmentTable(t *testing.T) {
	var table segments
	table.pages.Store(&[]*segmentsPage{})
	for _, ord := range []uint32{3, 700, 701, 512, 2000} {
		table.add(&segment{ord: ord})
	}
	table.remove(700)
	table.remove(700)
	var got []uint32
	for s := range table.from(4) {
		got = append(got, s.ord)
	}
	if !slices.Equal(got, []uint32{512, 701, 2000}) || table.count.Load() != 4 {
		t.Errorf("%v of %d", got, table.count.Load())
	}
	for from, to := range map[uint32]uint32{1: 3, 3: 3, 4: 512, 701: 701, 702: 2000, 2001: 2001} {
		if l := table.next(makeLSN(from, segmentStart)); l != makeLSN(to, segmentStart) {
			t.Errorf("behind %d comes %v, want %d", from, l, to)
		}
	}
	if l := makeLSN(4, 3*pageSize); table.next(l) != l || table.at(1) != nil || table.at(1<<30) != nil {
		t.Error("a place that is no beginning has moved, or segments that are not there are found")
	}
}

// TestLargeManifest writes manifests that grow over pages, shrink, and are torn.
func TestLargeManifest(t *testing.T) {
	sim := disk.NewSim(1)
	var m manifests
	m.dir = sim
	must(t, m.make(strings.NewReader("sixteen bytes of")))
	for _, gaps := range []int{10, 2000, 30, maxRanges - 1, 1} {
		must(t, m.update(func(m *manifest) {
			m.live = make(ordinals, 0, gaps+1)
			for i := range gaps {
				m.live = append(m.live, ordinalRange{uint32(2*i + 1), uint32(2*i + 2)})
			}
			m.live = append(m.live, ordinalRange{uint32(3 * gaps), openEnd})
			for range 40 {
				m.begin(m.durable)
			}
		}))
		var again manifests
		must(t, again.read(sim, 1))
		if want := m.now.encode(); !slices.Equal(again.now.encode(), want) || len(again.now.epochs) != min(maxEpochs, int(m.now.epoch)) {
			t.Errorf("with %d gaps: %d ranges are read, %d epochs", gaps, len(again.now.live), len(again.now.epochs))
		}
		must(t, again.close())
	}
	if err := m.update(func(m *manifest) { m.live = make(ordinals, maxRanges+1) }); !errors.Is(err, errManifest) {
		t.Errorf("more ranges than there is room for: %v", err)
	}
	before := m.now
	must(t, m.update(func(*manifest) {}))
	flip(t, sim, manifestNames[m.slot], 200)
	var again manifests
	must(t, again.read(sim, 1))
	if again.now.generation != before.generation {
		t.Errorf("beside a torn manifest of generation %d that of %d is read", m.now.generation, again.now.generation)
	}
}

// TestManifestNotMade: the file of a larger manifest cannot be made, at each step of it, and a small one is written after.
func TestManifestNotMade(t *testing.T) {
	sim := disk.NewSim(1)
	m := manifests{dir: sim}
	must(t, m.make(strings.NewReader("sixteen bytes of")))
	large := make(ordinals, 0, 1001)
	for i := range uint32(1000) {
		large = append(large, ordinalRange{2*i + 1, 2*i + 2})
	}
	large = append(large, ordinalRange{5000, openEnd})
	failed := 0
	for step := 1; ; step++ {
		sim.FailAt(sim.Steps()+step, syscall.ENOSPC)
		if m.update(func(m *manifest) { m.live = large }) == nil {
			break
		}
		failed++
		must(t, m.update(func(m *manifest) { m.live = allOrdinals }))
		var again manifests
		must(t, again.read(sim, 1))
		if again.now.generation != m.now.generation {
			t.Errorf("step %d: generation %d is read, want %d", step, again.now.generation, m.now.generation)
		}
		must(t, again.close())
	}
	if failed < 5 {
		t.Errorf("%d failures", failed)
	}
}

// gapped makes a store of several segments of which the given ones are not needed: their keys are written anew behind them. It removes them
// as if they had been cleaned.
func gapped(t *testing.T, sim *disk.Sim, l limits, gaps ...uint32) contents {
	t.Helper()
	want := contents{}
	e, err := openEngine(sim, false, l)
	must(t, err)
	db := newDB(e)
	ks := keyspace(t, db)
	set := func(k string, n int) {
		want[k] = strings.Repeat(k+" ", n)
		put(t, db, ks, k, want[k])
	}
	held := map[uint32][]string{}
	for i := 0; LSN(e.tail.Load()).ord() < 7; i++ {
		k := fmt.Sprintf("key %d", i)
		set(k, 300)
		ord := LSN(e.head.Load().at).ord()
		held[ord] = append(held[ord], k)
	}
	for _, ord := range gaps {
		for _, k := range held[ord] {
			set(k, 20)
		}
	}
	put(t, db, ks, "key 0", want["key 0"]) // which segment 1 has, with the keyspace's name
	must(t, db.Update(func(tx *Tx) error { return tx.Put(catalog, []byte("test"), []byte{ks.id}) }))
	must(t, e.checkpoint())
	must(t, e.manifest.update(func(m *manifest) {
		for _, ord := range gaps {
			m.live = m.live.without(ord)
		}
	}))
	for _, ord := range gaps {
		must(t, sim.Remove(segmentName(ord)))
	}
	put(t, db, ks, "last", "one")
	want["last"] = "one"
	must(t, db.Close())
	return want
}

// TestGaps opens logs that lack segments, from the checkpoint and from the log alone.
func TestGaps(t *testing.T) {
	for _, gaps := range [][]uint32{{1}, {3}, {1, 2, 3}, {2, 4, 5}} {
		for _, rebuild := range []bool{false, true} {
			t.Run(fmt.Sprint(gaps, rebuild), func(t *testing.T) {
				sim := disk.NewSim(1)
				want := gapped(t, sim, small, gaps...)
				if rebuild {
					must(t, sim.Remove(names(t, sim, ".ckpt")[0]))
				}
				for range 2 {
					e, err := openEngine(sim, false, small)
					must(t, err)
					if e.rebuilt.Load() != rebuild {
						t.Errorf("rebuilt: %v", e.rebuilt.Load())
					}
					db := newDB(e)
					got, err := readAll(db)
					if err != nil || !maps.Equal(got, want) {
						t.Errorf("%v; %v, want %v", err, short(got), short(want))
					}
					rep, err := db.Verify(t.Context())
					damage := slices.DeleteFunc(rep.Damage, func(d Damage) bool { return rebuild && inCheckpoint(d) })
					if err != nil || len(damage) > 0 || rep.Segments < 4 {
						t.Errorf("verify: %v %+v", err, rep)
					}
					put(t, db, keyspace(t, db), "more", "of it")
					want["more"] = "of it"
					sim = sim.Crash()
					if rebuild {
						for _, n := range names(t, sim, ".ckpt") {
							must(t, sim.Remove(n))
						}
					}
				}
			})
		}
	}
}

// TestMissingSegment tells a segment that is missing from one that was given back.
func TestMissingSegment(t *testing.T) {
	sim := disk.NewSim(1)
	want := gapped(t, sim, small, 2)
	must(t, sim.Remove(segmentName(3)))
	e, err := openEngine(sim, false, small)
	must(t, err)
	db := newDB(e)
	bad := 0
	for k, v := range want {
		var got []byte
		err := db.View(func(s *Snapshot) (err error) {
			got, err = s.Get(Keyspace{2}, []byte(k))
			return err
		})
		var c *CorruptError
		switch {
		case err == nil && string(got) == v:
		case errors.As(err, &c) && c.File == segmentName(3) && errors.Is(err, fs.ErrNotExist):
			bad++
		default:
			t.Errorf("%s: %v", k, err)
		}
	}
	if bad == 0 || bad > len(want)/2 {
		t.Errorf("%d of %d values are missing", bad, len(want))
	}
	rep, err := db.Verify(t.Context())
	if err != nil || len(rep.Damage) == 0 {
		t.Errorf("verify: %v %v", err, rep.Damage)
	}
	must(t, db.Close())
	must(t, sim.Remove(names(t, sim, ".ckpt")[0])) // and without it, the log ends where it is missing
	e, err = openEngine(sim, false, small)
	must(t, err)
	var c *CorruptError
	if !errors.As(e.broken, &c) || c.File != segmentName(3) {
		t.Errorf("%v", e.broken)
	}
	must(t, e.close())
}

// TestEpochAt: the manifest's epochs tell in which one a place was written, so that a leftover is known where what is before it is gone.
func TestEpochAt(t *testing.T) {
	m := manifest{epoch: 1}
	for _, at := range []LSN{logStart, makeLSN(2, 8192), makeLSN(2, 8192), makeLSN(6, segmentStart)} {
		m.begin(at)
	}
	for l, want := range map[LSN]uint64{
		1: 0, logStart: 2, makeLSN(2, 4096): 2, makeLSN(2, 8192): 4, makeLSN(5, 4096): 4, makeLSN(6, segmentStart): 5, makeLSN(9, 0): 5,
	} {
		if got := m.epochAt(l); got != want {
			t.Errorf("at %v: epoch %d, want %d", l, got, want)
		}
	}
}
