package store

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"arbor/store/disk"
)

// TestCleanDamaged: a segment with a damaged value stays as it is; the value fails its own reads, verify tells, the others are cleaned.
func TestCleanDamaged(t *testing.T) {
	for _, what := range []string{"value", "frame", "header", "missing"} {
		t.Run(what, func(t *testing.T) {
			a := newAged(t)
			a.put("one", 100, 100)
			a.fill()
			a.put("two", 100, 100)
			a.fill()
			a.put("three", 100, 100)
			a.fill()
			f, err := a.db.be.snapshot()
			must(t, err)
			x, _, err := f.(*view).s.tree.Get(a.ks.key([]byte("two007")))
			must(t, err)
			l := LSN(x.Addr)
			f.release()
			must(t, a.e.checkpoint()) // so that the open does not read the frames
			must(t, a.db.Close())
			switch what {
			case "value":
				flip(t, a.sim, segmentName(l.ord()), int64(l.off())+changeHeader+30)
			case "frame":
				flip(t, a.sim, segmentName(l.ord()), segmentStart+20)
			case "header":
				flip(t, a.sim, segmentName(l.ord()), 20)
			case "missing":
				must(t, a.sim.Remove(segmentName(l.ord())))
			}
			for range 2 {
				a.open()
				if a.e.broken != nil || a.e.rebuilt.Load() {
					t.Fatalf("broken %v, rebuilt %v", a.e.broken, a.e.rebuilt.Load())
				}
				a.put("new", 3, 100)
				a.clean()
				if a.e.log.at(l.ord()) == nil || a.e.log.at(l.ord()+1) != nil || a.e.accounts.pinned.Load() == 0 {
					t.Errorf("the damaged segment: %v, the one behind it: %v", a.e.log.at(l.ord()), a.e.log.at(l.ord()+1))
				}
				for k, v := range a.want {
					var got []byte
					err := a.db.View(func(s *Snapshot) (err error) {
						got, err = s.Get(a.ks, []byte(k))
						return err
					})
					bad := strings.HasPrefix(k, "two") && (what == "header" || what == "missing") || k == "two007" && what == "value"
					if bad != errors.Is(err, ErrCorrupt) || !bad && string(got) != v {
						t.Errorf("%s: %v", k, err)
					}
				}
				rep, err := a.db.Verify(t.Context())
				if err != nil || len(rep.Damage) == 0 {
					t.Errorf("verify: %v %v", err, rep.Damage)
				}
				must(t, a.db.Close())
			}
		})
	}
}

// smallDisk is a disk on which there is no space for more than limit bytes.
type smallDisk struct {
	disk.FS
	limit int64
}

func (d *smallDisk) used() int64 {
	list, err := d.List()
	sum := int64(0)
	for _, n := range list {
		if size, e := sizeOf(d.FS, n); e == nil && err == nil {
			sum += size
		}
	}
	return sum
}

func (d *smallDisk) Create(name string, size int64) (disk.File, error) {
	if d.used()+size > d.limit {
		return nil, fmt.Errorf("create %s: %w", name, syscall.ENOSPC)
	}
	f, err := d.FS.Create(name, size)
	return smallFile{f, d}, err
}

func (d *smallDisk) Open(name string) (disk.File, error) {
	f, err := d.FS.Open(name)
	return smallFile{f, d}, err
}

type smallFile struct {
	disk.File
	d *smallDisk
}

func (f smallFile) WriteAt(p []byte, off int64) (int, error) {
	size, err := f.Size()
	if more := off + int64(len(p)) - size; err == nil && more > 0 && f.d.used()+more > f.d.limit {
		return 0, fmt.Errorf("write %s: %w", f.Name(), syscall.ENOSPC)
	}
	return f.File.WriteAt(p, off)
}

// TestCleanFullDisk fills a disk with what is useless, where there is space for a checkpoint and where there is none: cleaning makes space, and
// nothing is lost, also when the power is cut then.
func TestCleanFullDisk(t *testing.T) {
	for _, left := range []int64{0, 30 << 10} {
		t.Run(fmt.Sprint(left), func(t *testing.T) {
			sim := disk.NewSim(1)
			small := &smallDisk{FS: sim, limit: 400 << 10}
			l := usualLimits
			l.manual, l.minSegment, l.maxSegment, l.cleanRate, l.cleanSlack = true, 16<<10, 32<<10, -1, 0
			e, err := openEngine(small, false, l)
			must(t, err)
			db := newDB(e)
			ks := keyspace(t, db)
			want := contents{}
			for i := 0; err == nil; i++ {
				k := fmt.Sprint("key ", i%300)
				v := strings.Repeat(fmt.Sprint(i, k), 10)
				if err = db.Update(func(tx *Tx) error { return tx.Put(ks, []byte(k), []byte(v)) }); err == nil {
					want[k] = v
				}
			}
			if !errors.Is(err, ErrNoSpace) {
				t.Fatalf("on a full disk: %v", err)
			}
			must(t, db.Update(func(tx *Tx) error { return tx.Delete(ks, []byte("key 0")) }))
			delete(want, "key 0")
			small.limit = small.used() + left
			must(t, db.Clean(t.Context()))
			if n := small.used(); n > small.limit/2 {
				t.Errorf("%d bytes of %d are used after cleaning", n, small.limit)
			}
			for range 30 {
				put(t, db, ks, "more", strings.Repeat("m", 200))
			}
			want["more"] = strings.Repeat("m", 200)
			crashed := openSmall(t, sim.Crash(), l)
			for _, db := range []*DB{db, crashed} {
				if got, err := readAll(db); err != nil || !maps.Equal(got, want) {
					t.Errorf("%d keys, want %d: %v", len(got), len(want), err)
				}
				rep, err := db.Verify(t.Context())
				if err != nil || len(rep.Damage) > 0 {
					t.Errorf("verify: %v %v", err, rep.Damage)
				}
				must(t, db.Close())
			}
		})
	}
}

// TestCleanFullDiskLarge fills a disk where what is useless lies in segments much larger, or much smaller, than one is made for what is live:
// what is needed of the emptiest fits into the last one all the same, and small ones that come back serve until there is space for more.
func TestCleanFullDiskLarge(t *testing.T) {
	for _, first := range []uint32{16 << 10, 512 << 10} {
		t.Run(fmt.Sprint(first), func(t *testing.T) {
			small := &smallDisk{FS: disk.NewSim(1), limit: 4 << 20}
			l := usualLimits
			l.manual, l.minSegment, l.maxSegment, l.cleanRate, l.cleanSlack = true, first, first, -1, 0
			var e *engine
			var ks Keyspace
			open := func() *DB {
				var err error
				e, err = openEngine(small, false, l)
				must(t, err)
				db := newDB(e)
				ks = keyspace(t, db)
				return db
			}
			db := open()
			key := func(i int) []byte { return fmt.Append(nil, "key ", i) }
			put := func(i, n int) error {
				return db.Update(func(tx *Tx) error {
					tx.SetDurability(None)
					return tx.Put(ks, key(i), []byte(strings.Repeat("v", n)))
				})
			}
			for i := range 1000 {
				must(t, put(i, 2000))
			}
			must(t, db.Close())
			l.minSegment, l.maxSegment = 16<<10, 512<<10
			db = open()
			for i := range 1000 {
				if i%5 != 0 {
					must(t, put(i, 20))
				}
			}
			small.limit = small.used() + 300<<10
			var err error
			for i := 1000; err == nil; i++ {
				err = put(i, 2000)
			}
			if !errors.Is(err, ErrNoSpace) {
				t.Fatalf("on a full disk: %v", err)
			}
			for err = nil; err == nil; {
				err = db.Update(func(tx *Tx) error {
					tx.SetDurability(None)
					return tx.Delete(ks, key(0))
				})
			}
			if !errors.Is(err, ErrNoSpace) {
				t.Fatalf("deletes may take what is for the cleaner: %v", err)
			}
			small.limit = small.used()
			must(t, db.Clean(t.Context()))
			if n := small.used(); n > small.limit*9/10 {
				t.Errorf("%d bytes of %d are used after cleaning", n, small.limit)
			}
			must(t, put(1, 2000))
			must(t, db.Close())
		})
	}
}

// TestPausedCleaner stops the cleaner after each of its steps and reads and writes on: readers and committers need nothing of it.
func TestPausedCleaner(t *testing.T) {
	l := small
	l.minSegment, l.maxSegment, l.unflushed = 16<<10, 32<<10, 64<<10
	sim := disk.NewSim(1)
	db, e, want := overwritten(t, sim, l, 400, 4)
	ks := keyspace(t, db)
	must(t, db.Sync())
	old, err := db.Snapshot()
	must(t, err)
	before := maps.Clone(want)
	p := e.newPass(cleanBelowAsked)
	steps := 0
	for more := true; more; steps++ {
		if _, more, err = e.cleanStep(p); err != nil {
			t.Fatal(err)
		}
		k := fmt.Sprintf("key %d", steps*37%400)
		want[k] = fmt.Sprint("written while the cleaner pauses after step ", steps)
		put(t, db, ks, k, want[k])
		if got, err := readAll(db); err != nil || !maps.Equal(got, want) {
			t.Fatalf("after step %d: %v", steps, err)
		}
		for k, v := range before {
			if got, err := old.Get(ks, []byte(k)); err != nil || string(got) != v {
				t.Fatalf("after step %d: %s in an old snapshot: %v", steps, k, err)
			}
		}
		crashed := openSmall(t, sim.Crash(), l)
		if got, err := readAll(crashed); err != nil || !maps.Equal(got, want) {
			t.Fatalf("a power cut after step %d: %v", steps, err)
		}
	}
	st, err := db.Stats()
	must(t, err)
	if steps < 20 || st.PinnedBytes == 0 {
		t.Errorf("%d steps; %d bytes are pinned by a snapshot", steps, st.PinnedBytes)
	}
	old.Release()
	st, err = db.Stats()
	must(t, err)
	if st.PinnedBytes != 0 {
		t.Errorf("%d bytes are pinned by nobody", st.PinnedBytes)
	}
	must(t, db.Close())
}

// TestCleanFullDiskFault: where there is no space for a checkpoint the cleaner goes through the one that there is, and the disk does not
// deliver it. That is an error, and nothing is given back.
func TestCleanFullDiskFault(t *testing.T) {
	dir := t.TempDir()
	fs, err := disk.Open(dir, "buffered")
	must(t, err)
	e, err := openEngine(fs, false, usualLimits)
	must(t, err)
	db := newDB(e)
	ks := keyspace(t, db)
	for i := range 1000 {
		commitWrite(t, db, ks, write{key: fmt.Appendf(nil, "key %d", i), value: []byte("short")})
	}
	must(t, db.Close())
	fs, err = disk.Open(dir, "buffered")
	must(t, err)
	e, err = openEngine(fs, false, usualLimits)
	must(t, err)
	db = newDB(e)
	put(t, db, ks, "key 0", "another")
	if err := os.Truncate(filepath.Join(dir, checkpointName(e.manifest.current().checkpoint.number)), pageSize); err != nil {
		t.Skip(err)
	}
	done, err := e.unnameWithout([]*segment{e.log.at(1)})
	if len(done) > 0 || !inCheckpoint(err) || !e.manifest.current().live.has(1) {
		t.Errorf("given back %d, %v", len(done), err)
	}
	if err := db.Close(); err != nil {
		t.Log(err)
	}
}

// TestNothingUnnamed: where no segment can go, as when one has to stay or the manifest has no room for another gap, the checkpoint that the
// manifest names stays too.
func TestNothingUnnamed(t *testing.T) {
	a := newAged(t)
	a.put("key", 400, 100)
	a.fill()
	must(t, a.e.checkpoint())
	done, err := a.e.unnameWithout([]*segment{a.e.log.at(1)}) // which the index leads to
	must(t, err)
	number := a.e.manifest.current().checkpoint.number
	if files := names(t, a.sim, ".ckpt"); len(done) > 0 || !slices.Equal(files, []string{checkpointName(number)}) {
		t.Errorf("given back %d; the manifest names checkpoint %d, there is %v", len(done), number, files)
	}
	must(t, a.db.Close())
}
