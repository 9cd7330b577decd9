package store

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
)

// unreachable opens a store whose owner other processes of the test cannot reach, as if it were another user's.
func unreachable(t *testing.T, dir string) (*DB, Keyspace) {
	t.Helper()
	if runtime.GOOS != "linux" && runtime.GOOS != "windows" {
		t.Skip("no leases here: who only reads waits for the owner")
	}
	owner, ks := openTest(t, dir, Options{})
	lock, err := openLock(dir, false)
	must(t, err)
	must(t, writeNote(lock, lockNote{pid: 1, reason: "a test"}))
	must(t, lock.Close())
	return owner, ks
}

// A reader beside an owner that it cannot reach sees the state that it has found, whatever the owner writes, cleans and saves meanwhile.
func TestReaderBesideAnOwner(t *testing.T) {
	dir := t.TempDir()
	owner, ks := unreachable(t, dir)
	e := owner.be.(*member).role.be.(*engine)
	want := contents{}
	write := func(round, keys int) {
		var b Batch
		for i := range keys {
			k := fmt.Sprint("key ", i)
			v := strings.Repeat(fmt.Sprintf("%d of round %d;", i, round), 40)
			must(t, b.Put(ks, []byte(k), []byte(v)))
			if want[k] = v; b.Size() > MaxTransaction/2 || i == keys-1 {
				_, err := owner.Apply(&b, Commit)
				must(t, err)
				b.Reset()
			}
		}
	}
	write(0, 5000)
	must(t, e.checkpoint())
	write(1, 2000)
	found := maps.Clone(want)
	reader, rks := openReader(t, dir)
	for round := range 3 {
		write(2+round, 5000)
		must(t, e.checkpoint())
		must(t, owner.Clean(t.Context()))
	}
	if got := contentsOf(t, reader, rks); !maps.Equal(got, found) { // most of it is read from the files only now
		t.Error("the reader sees another state than it has found")
	}
	wantVerified(t, reader)
	before := diskBytes(t, owner)
	must(t, reader.Close())
	write(9, 5000)
	must(t, e.checkpoint())
	must(t, owner.Clean(t.Context()))
	if after := diskBytes(t, owner); after >= before {
		t.Errorf("%d bytes with the reader, %d after it has gone", before, after)
	}
	same(t, owner, ks, want)
	reader, rks = openReader(t, dir)
	same(t, reader, rks, want)
}

func openReader(t testing.TB, dir string) (*DB, Keyspace) {
	t.Helper()
	db, err := Open(dir, Options{ReadOnly: true})
	must(t, err)
	t.Cleanup(func() { db.Close() })
	if st, err := db.Stats(); err != nil || st.Role != "reader" || st.Damage != "" {
		t.Fatalf("opened as %q, damage %q, %v", st.Role, st.Damage, err)
	}
	ks, err := db.Keyspace("test")
	must(t, err)
	return db, ks
}

// Readers come and go while an owner that they cannot reach is at work. Each finds a state that was: two keys that are always written together
// are equal, and none is older than what was acknowledged before it came.
func TestReadersBesideABusyOwner(t *testing.T) {
	dir := t.TempDir()
	owner, ks := unreachable(t, dir)
	e := owner.be.(*member).role.be.(*engine)
	var acknowledged atomic.Int64
	stop, stopped := make(chan struct{}), make(chan error, 1)
	set := func(n int) error {
		v := fmt.Appendf(nil, "%09d%s", n, strings.Repeat("x", n*977%9000))
		d := []Durability{Commit, None}[n%2]
		err := owner.Update(func(tx *Tx) error {
			tx.SetDurability(d)
			return errors.Join(tx.Put(ks, []byte("a"), v), tx.Put(ks, []byte("b"), v), tx.Put(ks, fmt.Append(nil, "c", n%50), v))
		})
		if err == nil && d == Commit {
			acknowledged.Store(int64(n))
		}
		return err
	}
	must(t, set(0))
	go func() {
		stopped <- func() error {
			for n := 2; ; n++ {
				select {
				case <-stop:
					return nil
				default:
				}
				if err := set(n); err != nil {
					return err
				}
				if n%100 == 0 {
					if err := errors.Join(e.checkpoint(), owner.Clean(t.Context())); err != nil {
						return err
					}
				}
			}
		}()
	}()
	opens := 200
	if testing.Short() {
		opens = 50
	}
	for range opens {
		least := acknowledged.Load()
		reader, rks := openReader(t, dir)
		a, b := get(t, reader, rks, "a"), get(t, reader, rks, "b")
		var n int64
		if _, err := fmt.Sscanf(string(a[:9]), "%d", &n); err != nil || string(a) != string(b) || n < least {
			t.Fatalf("%.12q and %.12q, %d was acknowledged before (%v)", a, b, least, err)
		}
		must(t, reader.Close())
	}
	close(stop)
	must(t, <-stopped)
}

// Who only reads does not keep out who writes; who replaces the store waits for both.
func TestReaderKeepsNobodyOut(t *testing.T) {
	dir := t.TempDir()
	owner, ks := unreachable(t, dir)
	put(t, owner, ks, "k", "v")
	must(t, owner.Close())
	reader, rks := openReader(t, dir)
	owner, ks = openTest(t, dir, Options{})
	put(t, owner, ks, "k", "new")
	if got := get(t, reader, rks, "k"); string(got) != "v" {
		t.Errorf("the reader sees %q", got)
	}
	must(t, owner.Close())
	if lock, err := lockAlone(dir, "a test"); !errors.Is(err, ErrLocked) {
		t.Errorf("alone beside a reader: %v, %v", lock, err)
	}
	must(t, reader.Close())
	lock, err := lockAlone(dir, "a test")
	must(t, err)
	if _, err := Open(dir, Options{ReadOnly: true}); !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), "a test") {
		t.Errorf("a reader of a store that is being replaced: %v", err)
	}
	must(t, unlock(lock))
}

// Without a lock file, and in a directory that takes none, the files are read as they are, and nothing is changed.
func TestReaderWithoutLock(t *testing.T) {
	dir := t.TempDir()
	db, ks := openTest(t, dir, Options{})
	putBytes(t, db, ks, "large", randomBytes(200_000))
	must(t, db.Close())
	must(t, os.Remove(filepath.Join(dir, lockName)))
	before := listing(t, dir)
	reader, rks := openReader(t, dir)
	same(t, reader, rks, contents{"large": string(randomBytes(200_000))})
	if err := reader.Update(func(tx *Tx) error { return tx.Put(rks, []byte("k"), randomBytes(200_000)) }); !errors.Is(err, ErrReadOnly) {
		t.Errorf("a large value: %v", err)
	}
	wantVerified(t, reader)
	must(t, reader.Close())
	if after := listing(t, dir); after != before {
		t.Errorf("%s became %s", before, after)
	}
}

func listing(t testing.TB, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	must(t, err)
	var b strings.Builder
	for _, e := range entries {
		info, err := e.Info()
		must(t, err)
		fmt.Fprintln(&b, e.Name(), info.Size(), info.ModTime())
	}
	return b.String()
}

// A store in memory takes no more than what is in it and something beside, however often that is replaced.
func TestMemoryIsBounded(t *testing.T) {
	db, err := Open("", Options{Memory: true})
	must(t, err)
	defer db.Close()
	ks, times := keyspace(t, db), 1_000_000
	if testing.Short() {
		times = 100_000
	}
	value := make([]byte, 100)
	e := db.be.(*engine)
	most := int64(0)
	for i := range times {
		must(t, db.Update(func(tx *Tx) error { return tx.Put(ks, []byte("key"), value) }))
		if i%1000 == 0 {
			most = max(most, e.accounts.files.Load())
		}
	}
	if most > 64<<20 {
		t.Errorf("a log of %d bytes for one key of 100", most)
	}
}
