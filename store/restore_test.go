package store

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRestoreTakesNoName(t *testing.T) {
	db, err := Open("", Options{Memory: true})
	must(t, err)
	stream := backupOf(t, db)
	dir := t.TempDir()
	if _, err := Restore(t.Context(), bytes.NewReader(stream), dir, RestoreOptions{}); err != nil {
		t.Errorf("into an empty directory: %v", err)
	}
	if _, err := Restore(t.Context(), bytes.NewReader(stream), dir, RestoreOptions{}); !errors.Is(err, ErrNotEmpty) {
		t.Errorf("over a store: %v", err)
	}
	file := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(file, []byte("mine"), 0o600))
	if _, err := Restore(t.Context(), bytes.NewReader(stream), file, RestoreOptions{}); err == nil {
		t.Error("over a file")
	}
	if b, err := os.ReadFile(file); err != nil || string(b) != "mine" {
		t.Errorf("the file is %q, %v", b, err)
	}
}

// TestRestoreReplaces puts a backup in the place of a store, by an exchange of names and, as where there is none, by two renames.
func TestRestoreReplaces(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "store")
	db, ks := openTest(t, dir, Options{})
	put(t, db, ks, "key", "old")
	stream := backupOf(t, db)
	put(t, db, ks, "key", "new")
	opt := RestoreOptions{Replace: true}
	if _, err := Restore(t.Context(), bytes.NewReader(stream), dir, opt); !errors.Is(err, ErrLocked) {
		t.Errorf("over a store in use: %v", err)
	}
	must(t, db.Close())
	if _, err := Restore(t.Context(), bytes.NewReader(stream[:100]), dir, opt); !errors.Is(err, ErrCorrupt) {
		t.Errorf("half a backup: %v", err)
	}
	if s := siblings(t, dir); len(s) > 0 {
		t.Errorf("left behind: %v", s)
	}
	rep, err := Restore(t.Context(), bytes.NewReader(stream), dir, opt)
	must(t, err)
	if s := siblings(t, dir); len(s) != 1 || s[0] != filepath.Base(rep.Kept) || !strings.HasPrefix(s[0], "store.replaced-") {
		t.Errorf("beside the store: %v, kept %s", s, rep.Kept)
	}
	for where, want := range map[string]string{dir: "old", rep.Kept: "new"} {
		db, ks := openTest(t, where, Options{})
		if got := get(t, db, ks, "key"); string(got) != want {
			t.Errorf("%s: %q", where, got)
		}
		must(t, db.Close())
	}
	other := t.TempDir()
	must(t, os.WriteFile(filepath.Join(other, "letter"), nil, 0o600))
	if _, err := Restore(t.Context(), bytes.NewReader(stream), other, opt); !errors.Is(err, ErrNoStore) {
		t.Errorf("over a directory that is no store: %v", err)
	}
}

// TestReplaceCutShort stops the replacing of a store at each step. Either store is in its place or an open says which to put there.
func TestReplaceCutShort(t *testing.T) {
	build := func(t *testing.T) (*beside, string) {
		dir := filepath.Join(t.TempDir(), "store")
		b, err := newBeside(dir, besideKinds[1])
		must(t, err)
		for where, v := range map[string]string{dir: "old", b.built + "/x": "new"} {
			db, ks := openTest(t, where, Options{})
			put(t, db, ks, "key", v)
			must(t, db.Close())
		}
		for _, name := range []string{"x"} { // the store was made below, because one that is not whole cannot be opened
			list, err := os.ReadDir(filepath.Join(b.built, name))
			must(t, err)
			for _, f := range list {
				must(t, os.Rename(filepath.Join(b.built, name, f.Name()), filepath.Join(b.built, f.Name())))
			}
			must(t, os.Remove(filepath.Join(b.built, name)))
		}
		return b, dir
	}
	says := func(t *testing.T, dir, want string) {
		t.Helper()
		db, err := Open(dir, Options{})
		must(t, err)
		if got := get(t, db, keyspace(t, db), "key"); string(got) != want {
			t.Errorf("the store says %q, want %q", got, want)
		}
		must(t, db.Close())
	}
	none := func(a, b string) error { return errors.ErrUnsupported }
	nobody := func() error { return nil }

	t.Run("unfinished", func(t *testing.T) {
		b, dir := build(t)
		says(t, dir, "old")
		if left, err := Leftovers(dir); err != nil || len(left) != 1 || left[0] != (Leftover{b.built, true}) {
			t.Errorf("%v, %v", left, err)
		}
		if _, err := Open(b.built, Options{}); err == nil || !strings.Contains(err.Error(), "cut short") {
			t.Errorf("an unfinished store: %v", err)
		}
	})
	t.Run("exchanged", func(t *testing.T) {
		b, dir := build(t)
		must(t, b.finish())
		if err := exchange(b.built, dir); errors.Is(err, errors.ErrUnsupported) {
			t.Skip(err)
		} else if err != nil {
			t.Fatal(err)
		}
		says(t, dir, "new")
		says(t, b.built, "old")
		if left, err := Leftovers(dir); err != nil || len(left) != 1 || left[0] != (Leftover{b.built, false}) {
			t.Errorf("%v, %v", left, err)
		}
	})
	t.Run("between two renames", func(t *testing.T) {
		b, dir := build(t)
		must(t, b.finish())
		must(t, os.Rename(dir, b.kept("damaged")))
		for _, opt := range []Options{{}, {ReadOnly: true}} {
			if _, err := Open(dir, opt); err == nil || !strings.Contains(err.Error(), b.built) {
				t.Errorf("an open in between: %v", err)
			}
		}
		must(t, os.Rename(b.built, dir))
		says(t, dir, "new")
	})
	t.Run("two renames", func(t *testing.T) {
		b, dir := build(t)
		kept, err := b.replace("damaged", none, nobody)
		must(t, err)
		must(t, b.abandon())
		says(t, dir, "new")
		says(t, kept, "old")
	})
	t.Run("the second of two renames fails", func(t *testing.T) {
		b, dir := build(t)
		if _, err := b.replace("damaged", func(a, _ string) error {
			must(t, os.Rename(a, a+".gone"))
			return errors.ErrUnsupported
		}, nobody); err == nil {
			t.Error("no error")
		}
		says(t, dir, "old")
	})
	t.Run("exchanged, and the old one is not renamed", func(t *testing.T) {
		b, dir := build(t)
		if _, err := b.replace("damaged", func(x, y string) error {
			must(t, os.Rename(y, y+".moved"))
			must(t, os.Rename(x, y))
			return os.Rename(y+".moved", x+".gone")
		}, nobody); err == nil {
			t.Error("no error")
		}
		must(t, b.abandon())
		says(t, dir, "new")
		says(t, b.built+".gone", "old")
	})
}

// TestLockOfAReplacedStore: who waited for the lock of a directory that was then replaced must not own its successor by it.
func TestLockOfAReplacedStore(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "store")
	db, _ := openTest(t, dir, Options{})
	must(t, db.Close())
	h, err := openLock(dir, false)
	must(t, err)
	defer h.Close()
	if !stillLock(h, dir) {
		t.Error("the lock file is not taken for what it is")
	}
	must(t, os.Rename(dir, dir+".moved"))
	openTest(t, dir, Options{})
	if stillLock(h, dir) {
		t.Error("the lock file of another directory is taken for this one's")
	}
}

// TestNumbersAfterRestore: the numbers of values in parts that a restored or salvaged store took over are not given out again, also once those
// values are gone and the store comes to the epoch of which they are. Replay would take the end of the old value for that of the new one.
func TestNumbersAfterRestore(t *testing.T) {
	dir := t.TempDir()
	from := filepath.Join(dir, "from")
	large := func(n int) []byte { return bytes.Repeat([]byte{byte(n)}, maxWhole+1) }
	life := func(dir string, f func(db *DB, ks Keyspace)) {
		db, ks := openTest(t, dir, Options{})
		f(db, ks)
		must(t, db.Close())
	}
	for range 4 {
		life(from, func(db *DB, ks Keyspace) { put(t, db, ks, "small", "x") })
	}
	var stream []byte
	life(from, func(db *DB, ks Keyspace) {
		putBytes(t, db, ks, "old", large(0))
		stream = backupOf(t, db)
	})
	restored, salvaged := filepath.Join(dir, "restored"), filepath.Join(dir, "salvaged")
	_, err := Restore(t.Context(), bytes.NewReader(stream), restored, RestoreOptions{})
	must(t, err)
	_, err = Salvage(t.Context(), from, SalvageOptions{To: salvaged})
	must(t, err)
	for _, to := range []string{restored, salvaged} {
		life(to, func(db *DB, ks Keyspace) { put(t, db, ks, "old", "replaced") })
		for n := range 5 {
			life(to, func(db *DB, ks Keyspace) { putBytes(t, db, ks, "new", large(n)) })
			life(to, func(db *DB, ks Keyspace) {
				if got := get(t, db, ks, "new"); !bytes.Equal(got, large(n)) {
					t.Errorf("round %d: %d bytes", n, len(got))
				}
				wantVerified(t, db)
				put(t, db, ks, "new", "replaced")
			})
		}
	}
}
