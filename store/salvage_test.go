package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cespare/xxhash/v2"

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

// damagedDir makes a store of long and short values with a saved index in a directory, and returns what is in it.
func damagedDir(t *testing.T) (dir string, want contents) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "store")
	db, ks := openTest(t, dir, Options{IO: "buffered"})
	stocked(t, db, 2000)
	for i := range 300 {
		put(t, db, ks, fmt.Sprint("key ", i), strings.Repeat(fmt.Sprint("value ", i), i%20))
	}
	want = everything(t, db)
	must(t, db.Close())
	return dir, want
}

func list(t *testing.T, dir, suffix string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	must(t, err)
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), suffix) {
			names = append(names, filepath.Join(dir, e.Name()))
		}
	}
	return names
}

func spoil(t *testing.T, file string, off int64, b ...byte) {
	t.Helper()
	f, err := os.OpenFile(file, os.O_WRONLY, 0)
	must(t, err)
	_, err = f.WriteAt(b, off)
	must(t, errors.Join(err, f.Close()))
}

// TestSalvage damages one thing at a time in a directory, and puts what is left in its place.
func TestSalvage(t *testing.T) {
	whole := func(t *testing.T, r SalvageReport) {
		if !r.Whole() {
			t.Errorf("not whole: %+v", r)
		}
	}
	for _, c := range []struct {
		name  string
		spoil func(t *testing.T, dir string)
		check func(t *testing.T, r SalvageReport)
		lost  int // keys at most, -1 if anything can be
	}{
		{"nothing", func(*testing.T, string) {}, whole, 0},
		{"one manifest", func(t *testing.T, dir string) { must(t, os.Remove(filepath.Join(dir, manifestNames[0]))) }, func(t *testing.T, r SalvageReport) {}, 0},
		{"both manifests", func(t *testing.T, dir string) {
			for _, n := range manifestNames {
				must(t, os.Remove(filepath.Join(dir, n)))
			}
		}, func(t *testing.T, r SalvageReport) {
			if !r.EndUnknown || len(r.Ranges) > 0 {
				t.Errorf("%+v", r)
			}
		}, 0},
		{"checkpoint gone", func(t *testing.T, dir string) { must(t, os.Remove(list(t, dir, ".ckpt")[0])) }, whole, 0},
		{"checkpoint damaged", func(t *testing.T, dir string) { spoil(t, list(t, dir, ".ckpt")[0], 200, 1, 2, 3) }, whole, 0},
		{"headers", func(t *testing.T, dir string) {
			for _, f := range list(t, dir, ".seg") {
				spoil(t, f, 0, 'x')
			}
		}, whole, 0},
		{"a frame's header", func(t *testing.T, dir string) { spoil(t, list(t, dir, ".seg")[0], segmentStart+17, 0) }, func(t *testing.T, r SalvageReport) {
			whole(t, r)
			if len(r.Ranges) != 1 || !r.Ranges[0].Harmless || r.Ranges[0].Offset != segmentStart {
				t.Errorf("%+v", r.Ranges)
			}
		}, 0},
		{"a value", func(t *testing.T, dir string) {
			for _, f := range list(t, dir, ".seg") {
				b, err := os.ReadFile(f)
				must(t, err)
				if i := bytes.Index(b, []byte("key 0051key 0051")); i >= 0 {
					spoil(t, f, int64(i), '!')
					return
				}
			}
		}, func(t *testing.T, r SalvageReport) {
			if len(r.Lost)+len(r.Stale) != 1 || len(r.Blind) > 0 || len(r.Torn) != 1 || r.Torn[0].Kept != r.Torn[0].Of-1 {
				t.Errorf("%+v", r)
			}
		}, 1},
		{"a segment gone", func(t *testing.T, dir string) { must(t, os.Remove(list(t, dir, ".seg")[1])) }, func(t *testing.T, r SalvageReport) {
			if len(r.Lost) == 0 || len(r.Blind) > 0 || len(r.Ranges) != 1 {
				t.Errorf("%+v", r)
			}
		}, -1},
		{"a segment and the checkpoint gone", func(t *testing.T, dir string) {
			must(t, os.Remove(list(t, dir, ".seg")[0]))
			must(t, os.Remove(list(t, dir, ".ckpt")[0]))
		}, func(t *testing.T, r SalvageReport) {
			if len(r.Blind) != 1 || r.Blind[0].From != nil {
				t.Errorf("%+v", r)
			}
		}, -1},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir, want := damagedDir(t)
			c.spoil(t, dir)
			before := dirSum(t, dir)
			dry, err := Salvage(t.Context(), dir, SalvageOptions{DryRun: true})
			must(t, err)
			if after := dirSum(t, dir); after != before || len(siblings(t, dir)) > 0 {
				t.Errorf("a dry run changed something: %v", siblings(t, dir))
			}
			rep, err := Salvage(t.Context(), dir, SalvageOptions{})
			must(t, err)
			c.check(t, rep)
			if rep.Keys != dry.Keys || len(rep.Lost) != len(dry.Lost) || dry.Made != "" || rep.Made != dir {
				t.Errorf("a dry run says %+v", dry)
			}
			if s := siblings(t, dir); len(s) != 1 || !strings.HasPrefix(s[0], "store.damaged-") || filepath.Base(rep.Kept) != s[0] {
				t.Errorf("beside the store: %v, kept %s", s, rep.Kept)
			}
			if after := dirSum(t, rep.Kept); after != before {
				t.Error("the damaged store was changed")
			}
			db, _ := openTest(t, dir, Options{})
			got := everything(t, db)
			bad := 0
			for k, v := range want {
				if k != string(idKey) && got[k] != v {
					bad++
				}
			}
			if c.lost >= 0 && bad > c.lost || bad > len(rep.Lost)+len(rep.Stale) && len(rep.Blind) == 0 {
				t.Errorf("%d keys are other than they were: %+v", bad, rep)
			}
			if inc, err := db.Incarnation(); err != nil || len(inc) != 16 {
				t.Errorf("incarnation %x, %v", inc, err)
			}
		})
	}
}

// dirSum is what tells whether anything in a directory was changed, but for the note in the lock file.
func dirSum(t *testing.T, dir string) string {
	t.Helper()
	var sum strings.Builder
	for _, f := range list(t, dir, "") {
		if filepath.Base(f) == lockName {
			continue
		}
		b, err := os.ReadFile(f)
		must(t, err)
		fmt.Fprintf(&sum, "%s %x\n", filepath.Base(f), xxhash.Sum64(b))
	}
	return sum.String()
}

// TestSalvageRefuses what is in use, what is no store, and what a newer program has written; and goes elsewhere if asked.
func TestSalvageRefuses(t *testing.T) {
	dir, want := damagedDir(t)
	db, _ := openTest(t, dir, Options{})
	for _, opt := range []SalvageOptions{{}, {DryRun: true}} {
		if _, err := Salvage(t.Context(), dir, opt); !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), fmt.Sprint(os.Getpid())) {
			t.Errorf("in use: %v", err)
		}
	}
	must(t, db.Close())
	if _, err := Salvage(t.Context(), t.TempDir(), SalvageOptions{}); !errors.Is(err, ErrNoStore) {
		t.Errorf("no store: %v", err)
	}
	if _, err := Salvage(t.Context(), dir, SalvageOptions{To: filepath.Dir(dir)}); !errors.Is(err, ErrNotEmpty) {
		t.Errorf("to a directory that is not empty: %v", err)
	}
	before := dirSum(t, dir)
	to := filepath.Join(t.TempDir(), "deep", "other")
	rep, err := Salvage(t.Context(), dir, SalvageOptions{To: to})
	must(t, err)
	if dirSum(t, dir) != before || len(siblings(t, dir)) > 0 || rep.Made != to || rep.Kept != "" {
		t.Errorf("%+v, beside the store: %v", rep, siblings(t, dir))
	}
	db, _ = openTest(t, to, Options{})
	if got := everything(t, db); !equalContents(got, want) {
		t.Errorf("%d keys, want %d", len(got), len(want))
	}
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := Salvage(ctx, dir, SalvageOptions{Progress: func(Progress) { cancel() }}); !errors.Is(err, context.Canceled) || len(siblings(t, dir)) > 0 {
		t.Errorf("cancelled: %v; left behind %v", err, siblings(t, dir))
	}
	for _, f := range list(t, dir, ".seg") {
		spoil(t, f, 0, 'x')
	}
	for _, n := range manifestNames {
		must(t, os.Remove(filepath.Join(dir, n)))
	}
	if _, err := Salvage(t.Context(), dir, SalvageOptions{}); !errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), "nothing can be proved") || len(siblings(t, dir)) > 0 {
		t.Errorf("without any id: %v; left behind %v", err, siblings(t, dir))
	}
}

// TestSalvageKeepsNumbersApart makes sure that what NextID has given out is not given out again where the counter is lost, and that a keyspace
// without a name keeps its number.
func TestSalvageKeepsNumbersApart(t *testing.T) {
	sim := disk.NewSim(1)
	db := openSmall(t, sim, small)
	ks := keyspace(t, db)
	put(t, db, ks, "k", "a value that lies in the log")
	var last uint64
	for range 3 * lease {
		var err error
		last, err = db.NextID()
		must(t, err)
	}
	put(t, db, ks, "l", "another one in the log")
	must(t, db.Close())
	f, err := sim.Open("000001.seg")
	must(t, err)
	_, err = f.WriteAt(make([]byte, 4*pageSize), segmentStart) // the name, k and most of the numbers
	must(t, err)
	var report SalvageReport
	s, err := examine(t.Context(), sim, SalvageOptions{}, &report)
	must(t, err)
	fresh := disk.NewSim(1)
	must(t, s.build(t.Context(), SalvageOptions{}, fresh))
	db = openSmall(t, fresh, small)
	if n, err := db.NextID(); err != nil || n <= last {
		t.Errorf("number %d was given out, now %d: %v", last, n, err)
	}
	other, err := db.Keyspace("another")
	must(t, err)
	if other.id == ks.id {
		t.Error("a keyspace got the number of one that has lost its name")
	}
	named, err := db.Keyspace("salvaged 2")
	must(t, err)
	if got := get(t, db, named, "l"); string(got) != "another one in the log" || !slices.ContainsFunc(report.Notes, func(n string) bool { return strings.Contains(n, `"salvaged 2"`) }) {
		t.Errorf("%q, %v", got, report.Notes)
	}
	must(t, db.Close())
}

// TestSalvageNoLeftovers has a later epoch cut off what an earlier one wrote: that does not come back as long as a frame of the later epoch, or
// a manifest, is left to tell.
func TestSalvageNoLeftovers(t *testing.T) {
	leftovers := 0
	l := small
	l.minSegment = 32 << 10
	for _, without := range []string{"manifests", "the later frame", "nothing"} {
		for seed := range uint64(20) {
			sim := disk.NewSim(seed)
			db := openSmall(t, sim, l)
			ks := keyspace(t, db)
			put(t, db, ks, "first", "stays")
			for _, k := range []string{"cut 1", "cut 2"} { // two frames in flight
				must(t, db.Update(func(tx *Tx) error {
					tx.SetDurability(None)
					return tx.Put(ks, []byte(k), []byte("was never acknowledged"))
				}))
				e := db.be.(*engine)
				e.want(e.head.Load().at)
				if !e.submit() {
					t.Fatal("no frame is on its way")
				}
			}
			sim = sim.Crash()
			db = openSmall(t, sim, l)
			cut := get(t, db, ks, "cut 1") == nil
			began := db.be.(*engine).resume
			put(t, db, ks, "later", "in the next epoch")
			must(t, db.Close())
			b := bytesOf(t, sim, segmentName(began.ord()))
			if f, err := parseHeader(b[began.off()+pageSize:], &db.be.(*engine).id, began+pageSize, 1<<31); err == nil && f.epoch == 1 {
				leftovers++
			} else {
				continue
			}
			switch without {
			case "manifests":
				for _, n := range manifestNames {
					must(t, sim.Remove(n))
				}
			case "the later frame":
				f, err := sim.Open(segmentName(began.ord()))
				must(t, err)
				_, err = f.WriteAt(make([]byte, pageSize), int64(began.off()))
				must(t, err)
			}
			got, report, err := salvageSim(t, sim)
			must(t, err)
			want := contents{"first": "stays", "later": "in the next epoch"}
			if without == "the later frame" {
				delete(want, "later")
			}
			if !cut || !maps.Equal(got, want) {
				t.Fatalf("seed %d, without %s: %v, %+v", seed, without, short(got), report)
			}
		}
	}
	if leftovers < 6 {
		t.Errorf("only %d leftovers", leftovers)
	}
}

// FuzzSalvage salvages a store of which some bytes are anything.
func FuzzSalvage(f *testing.F) {
	f.Add(uint8(0), uint16(10), []byte("xxxx"), true)
	f.Add(uint8(2), uint16(4096), []byte{}, false)
	f.Add(uint8(3), uint16(0), []byte("arborseg"), true)
	f.Add(uint8(1), uint16(4096), bytes.Repeat([]byte{0xff}, 5000), true)
	l := small
	l.minSegment, l.closeRecords = 12<<10, 10
	f.Fuzz(func(t *testing.T, which uint8, off uint16, b []byte, manifests bool) {
		sim := disk.NewSim(1)
		want := filled(t, sim, l, 15)
		list := names(t, sim, "")
		file, err := sim.Open(list[int(which)%len(list)])
		must(t, err)
		if len(b) > 2*pageSize {
			b = b[:2*pageSize]
		}
		if _, err := file.WriteAt(b, int64(off)); err != nil {
			t.Fatal(err)
		}
		if !manifests {
			for _, n := range manifestNames {
				must(t, sim.Remove(n))
			}
		}
		got, _, err := salvageSim(t, sim)
		if err != nil {
			return
		}
		for k, v := range got {
			if want[k] != v {
				t.Errorf("%q is %q", k, v)
			}
		}
	})
}
