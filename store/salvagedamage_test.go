package store

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"arbor/store/disk"
)

// salvageSim salvages what is in sim, and returns the keyspace "test" of the new store. err is why nothing can be proved.
func salvageSim(t testing.TB, sim *disk.Sim) (got contents, report SalvageReport, err error) {
	t.Helper()
	s, err := examine(t.Context(), sim, SalvageOptions{}, &report)
	if err != nil {
		return nil, report, err
	}
	fresh := disk.NewSim(1)
	must(t, s.build(t.Context(), SalvageOptions{}, fresh))
	e, err := openEngine(fresh, true, small)
	must(t, err)
	db := newDB(e)
	defer db.Close()
	got = contents{}
	for k, v := range everything(t, db) {
		if k[0] == 2 { // also if the keyspace has lost its name
			got[k[1:]] = v
		}
	}
	if rep, err := db.Verify(t.Context()); err != nil || len(rep.Damage) > 0 {
		t.Errorf("the salvaged store: %v, %v", rep.Damage, err)
	}
	return got, report, nil
}

// covers tells whether the report says that a key of the keyspace "test" may be other than it was.
func (r *SalvageReport) covers(key string) bool {
	is := func(k Key) bool { return (k.Keyspace == "test" || k.Keyspace == "salvaged 2") && string(k.Key) == key }
	full := append([]byte{2}, key...)
	return r.EndUnknown || slices.ContainsFunc(r.Lost, is) || slices.ContainsFunc(r.Stale, is) || slices.ContainsFunc(r.Blind, func(k KeyRange) bool {
		return bytes.Compare(k.From, full) <= 0 && (k.To == nil || bytes.Compare(full, k.To) < 0)
	})
}

// past is a store that was written to in several epochs, and all that was ever in it.
type past struct {
	sim      *disk.Sim
	limits   limits
	written  map[string]map[string]bool
	want     contents
	places   map[string]placed // of the values that lie in the log
	closed   bool
	manifest manifest
	last     map[string]LSN    // of the last change of each key
	earlier  map[string][]byte // files as they were before the last epoch
}

// newPast makes a random one.
func newPast(t testing.TB, rng *rand.Rand) *past {
	p := &past{sim: disk.NewSim(rng.Uint64()), limits: small, written: map[string]map[string]bool{}, places: map[string]placed{}, last: map[string]LSN{}, earlier: map[string][]byte{}}
	p.limits.minSegment, p.limits.maxSegment = 12<<10, 32<<10
	p.limits.closeRecords = int64(5 + rng.IntN(200))
	n := 0
	epochs := 1 + rng.IntN(4)
	for epoch := range epochs {
		if epoch == epochs-1 {
			for _, name := range names(t, p.sim, "") {
				p.earlier[name] = bytesOf(t, p.sim, name)
			}
		}
		db := openSmall(t, p.sim, p.limits)
		db.part = []int{70, maxWhole}[rng.IntN(2)]
		ks := keyspace(t, db)
		for range rng.IntN(80) {
			must(t, db.Update(func(tx *Tx) error {
				if rng.IntN(3) == 0 {
					tx.SetDurability(None)
				}
				for range 1 + rng.IntN(4) {
					n++
					k := fmt.Sprint("key ", rng.IntN(60))
					if rng.IntN(5) == 0 {
						if err := tx.Delete(ks, []byte(k)); err != nil {
							return err
						}
						continue
					}
					v := strings.Repeat(fmt.Sprintf("%d %s;", n, k), []int{1, 1, 5, 40}[rng.IntN(4)])
					if p.written[k] == nil {
						p.written[k] = map[string]bool{}
					}
					p.written[k][v] = true
					if err := tx.Put(ks, []byte(k), []byte(v)); err != nil {
						return err
					}
				}
				return nil
			}))
			switch rng.IntN(40) {
			case 0:
				must(t, db.be.(*engine).checkpoint())
			case 2:
				must(t, db.Clean(t.Context()))
			case 1:
				from := fmt.Sprint("key ", rng.IntN(60))
				_, err := db.DeleteRange(ks, Range{From: []byte(from), To: []byte(from + "\xff")}, None)
				must(t, err)
			}
		}
		if p.closed = rng.IntN(3) > 0; p.closed {
			must(t, db.Close())
		} else {
			p.sim = p.sim.Crash()
		}
	}
	e, err := openEngine(p.sim, true, p.limits)
	must(t, err)
	p.manifest = e.manifest.current()
	db := newDB(e)
	if p.want, err = readAll(db); errors.Is(err, ErrReadOnly) {
		p.want, err = contents{}, nil
	}
	must(t, err)
	for x, err := range e.head.Load().tree.Entries() {
		must(t, err)
		if x.Value.Inline == nil && x.Key[0] == 2 {
			p.places[string(x.Key[1:])] = placed{lsn: LSN(x.Value.Addr), size: changeHeader + len(x.Key) + int(x.Value.Len)}
		}
	}
	for ord := range e.log.from(0) {
		b := bytesOf(t, p.sim, segmentName(ord.ord))
		must(t, survey(b, &e.id, ord.ord, func(f frame, b []byte) error {
			return f.records(b, &e.id, func(l LSN, w word, rec []byte) error {
				for c, err := range changes(rec) {
					must(t, err)
					for k := range p.written {
						if full := "\x02" + k; !w.aborted() && (full == string(c.key) || c.to != nil && full >= string(c.key) && full < string(c.to)) {
							p.last[k] = max(p.last[k], l)
						}
					}
				}
				return nil
			})
		}, func(stretch) error { return nil }))
	}
	must(t, db.Close())
	return p
}

type placed struct {
	lsn  LSN
	size int
}

func bytesOf(t testing.TB, sim *disk.Sim, name string) []byte {
	t.Helper()
	f, err := sim.Open(name)
	must(t, err)
	b, _, err := readWhole(f, nil)
	must(t, err)
	return b
}

// damage spoils the files in some way and says how.
func (p *past) damage(t testing.TB, rng *rand.Rand) string {
	list := names(t, p.sim, "")
	name := list[rng.IntN(len(list))]
	n := int(size(t, p.sim, name))
	f, err := p.sim.Open(name)
	must(t, err)
	if n == 0 {
		return ""
	}
	at := rng.IntN(n)
	page := at &^ (pageSize - 1)
	end := min(n, page+pageSize*(1+rng.IntN(2)))
	write := func(b []byte) {
		_, err := f.WriteAt(b, int64(page))
		must(t, err)
	}
	switch what := rng.IntN(10); what {
	case 0:
		must(t, p.sim.Remove(name))
		return "removed " + name
	case 1:
		must(t, f.Truncate(int64(at)))
		return fmt.Sprintf("cut %s at %d", name, at)
	case 2:
		write(make([]byte, end-page))
		return fmt.Sprintf("zeroes in %s from %d to %d", name, page, end)
	case 3:
		b := make([]byte, end-page)
		for i := range b {
			b[i] = byte(rng.Uint32())
		}
		write(b)
		return fmt.Sprintf("garbage in %s from %d to %d", name, page, end)
	case 4: // a write that went astray
		from := rng.IntN(n) &^ (pageSize - 1)
		write(bytesOf(t, p.sim, name)[from:min(n, from+end-page)])
		return fmt.Sprintf("bytes of %d in %s at %d", from, name, page)
	case 5: // a write that never came
		if old := p.earlier[name]; len(old) >= end {
			write(old[page:end])
			return fmt.Sprintf("earlier bytes in %s from %d to %d", name, page, end)
		}
	}
	flip(t, p.sim, name, int64(at))
	return fmt.Sprintf("a bit flipped in %s at %d", name, at)
}

// TestSalvageRandomDamage damages stores at random. Whatever is saved was written to that key; what is not damaged is saved; and what is
// other than it was is listed.
func TestSalvageRandomDamage(t *testing.T) {
	nothing, exact, blind, gaps := 0, 0, 0, 0
	for _, seed := range seeds(t, 300) {
		rng := rand.New(rand.NewPCG(seed, 11))
		p := newPast(t, rng)
		if m := p.manifest; len(m.live) > 1 || m.live.first() > 1 {
			gaps++
		}
		before := map[string][]byte{}
		for _, name := range names(t, p.sim, "") {
			before[name] = bytesOf(t, p.sim, name)
		}
		var how []string
		for range 1 + rng.IntN(3) {
			how = append(how, p.damage(t, rng))
		}
		fail := func(format string, args ...any) {
			t.Helper()
			t.Fatalf("seed %d: %s\n(%s; closed %v)", seed, fmt.Sprintf(format, args...), strings.Join(how, ", "), p.closed)
		}
		got, report, err := salvageSim(t, p.sim)
		if err != nil {
			if nothing++; !strings.Contains(err.Error(), "nothing can be proved") {
				fail("%v", err)
			}
			continue
		}
		for k, v := range got {
			if !p.written[k][v] {
				fail("%q is %.60q, which was never written", k, v)
			}
		}
		for k := range p.written {
			v, ok := p.want[k]
			w, is := got[k]
			if (v != w || ok != is) && !report.covers(k) && (report.Closed || p.last[k] < report.Durable) {
				fail("%q was %.60q (%v) and is %.60q (%v), and nothing tells: %+v", k, v, ok, w, is, report)
			}
		}
		if p.closed {
			for k, x := range p.places {
				if !report.Closed && !report.EndUnknown && x.lsn >= report.Durable { // the manifest that knew of it was never written
					continue
				}
				name, off := segmentName(x.lsn.ord()), int(x.lsn.off())
				if after := bytesOfAny(t, p.sim, name); len(after) >= off+x.size && bytes.Equal(after[off:off+x.size], before[name][off:off+x.size]) && got[k] != p.want[k] {
					fail("%q at %v is not damaged, and is %.60q instead of %.60q: %+v", k, x.lsn, got[k], p.want[k], report)
				}
			}
		}
		switch {
		case report.EndUnknown || len(report.Blind) > 0:
			blind++
		case !report.Whole():
			exact++
		}
	}
	t.Logf("of %d: nothing could be proved %d, lists were exact %d, parts unknown %d; %d had gaps", len(seeds(t, 300)), nothing, exact, blind, gaps)
}

// TestSalvageWithoutManifests takes both manifests away, and nothing else: the saved index tells which segments there were.
func TestSalvageWithoutManifests(t *testing.T) {
	gaps := 0
	for _, seed := range seeds(t, 100) {
		p := newPast(t, rand.New(rand.NewPCG(seed, 13)))
		for _, n := range manifestNames {
			must(t, p.sim.Remove(n))
		}
		gone := len(p.manifest.live) > 1 || p.manifest.live.first() > 1
		if !p.closed || gone && len(names(t, p.sim, ".ckpt")) == 0 {
			continue
		}
		if gone {
			gaps++
		}
		got, report, err := salvageSim(t, p.sim)
		must(t, err)
		if !maps.Equal(got, p.want) || !report.EndUnknown || len(report.Ranges)+len(report.Lost)+len(report.Stale) > 0 {
			t.Fatalf("seed %d: %v, want %v: %+v", seed, short(got), short(p.want), report)
		}
	}
	if gaps == 0 {
		t.Error("no log had gaps")
	}
}

func bytesOfAny(t testing.TB, sim *disk.Sim, name string) []byte {
	if !slices.Contains(names(t, sim, ""), name) {
		return nil
	}
	return bytesOf(t, sim, name)
}

// TestSalvageSound salvages stores that nothing is wrong with, also such as a crash has left: the same is in them.
func TestSalvageSound(t *testing.T) {
	for _, seed := range seeds(t, 100) {
		p := newPast(t, rand.New(rand.NewPCG(seed, 12)))
		got, report, err := salvageSim(t, p.sim)
		must(t, err)
		if report.EndUnknown && !p.closed { // the crash came while a manifest was written
			continue
		}
		if !maps.Equal(got, p.want) || !report.Whole() || len(report.Ranges) > 0 {
			t.Fatalf("seed %d: %v, want %v: %+v", seed, short(got), short(p.want), report)
		}
	}
}
