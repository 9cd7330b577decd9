package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// stocked fills a store with keys of several keyspaces, short, empty and long values, deleted keys and numbers given out.
func stocked(t testing.TB, db *DB, n int) {
	t.Helper()
	for _, name := range []string{"one", "two", "none"} {
		ks, err := db.Keyspace(name)
		must(t, err)
		if name == "none" {
			continue
		}
		must(t, db.Update(func(tx *Tx) error {
			tx.SetDurability(None)
			for i := range n {
				k := fmt.Appendf(nil, "key %04d", i)
				if err := tx.Put(ks, k, bytes.Repeat(k, i*7%60)); err != nil {
					return err
				}
			}
			return tx.Put(ks, nil, []byte{})
		}))
		must(t, db.Update(func(tx *Tx) error { return tx.Delete(ks, []byte("key 0001")) }))
	}
	_, err := db.NextID()
	must(t, err)
}

// everything is all that is in a store, its own keys included, but for what makes it another incarnation.
func everything(t testing.TB, db *DB) contents {
	t.Helper()
	got := contents{}
	must(t, db.View(func(s *Snapshot) error {
		for e, err := range s.f.scan(nil, nil, false) {
			if err != nil {
				return err
			}
			if _, _, ok := parsePart(e.Key); ok { // its number may be another
				continue
			}
			v, err := stored{e.Value, e.parted}.whole(s.f)
			if err != nil {
				return err
			}
			got[string(e.Key)] = string(v)
		}
		return nil
	}))
	delete(got, string(incarnationKey))
	return got
}

func backupOf(t testing.TB, db *DB) []byte {
	t.Helper()
	var b bytes.Buffer
	rep, err := db.Backup(t.Context(), &b)
	must(t, err)
	if rep.Bytes != int64(b.Len()) {
		t.Errorf("the report says %d bytes, there are %d", rep.Bytes, b.Len())
	}
	return b.Bytes()
}

// siblings are the names beside dir, dir itself not among them.
func siblings(t testing.TB, dir string) (names []string) {
	t.Helper()
	list, err := os.ReadDir(filepath.Dir(dir))
	must(t, err)
	for _, e := range list {
		if e.Name() != filepath.Base(dir) {
			names = append(names, e.Name())
		}
	}
	return names
}

func TestBackupAndRestore(t *testing.T) {
	owner, client, _ := pair(t)
	stocked(t, owner, 3000)
	want := everything(t, owner)
	stream := backupOf(t, owner)
	if !bytes.Equal(stream, backupOf(t, client)) {
		t.Error("a client's backup differs from the owner's")
	}
	id, err := owner.NextID()
	must(t, err)

	dir := filepath.Join(t.TempDir(), "deep", "store")
	rep, err := Restore(t.Context(), bytes.NewReader(stream), dir, RestoreOptions{})
	must(t, err)
	if rep.Bytes != int64(len(stream)) || rep.Keys != int64(len(want)) || rep.LSN != lsnOf(t, owner) {
		t.Errorf("%+v of %d bytes, %d keys", rep, len(stream), len(want))
	}
	if s := siblings(t, dir); len(s) > 0 {
		t.Errorf("left behind: %v", s)
	}
	db, ks := openTest(t, dir, Options{})
	if got := everything(t, db); !equalContents(got, want) {
		t.Errorf("%d keys, want %d", len(got), len(want))
	}
	next, err := db.NextID()
	if err != nil || next < id {
		t.Errorf("the restored store gives number %d (%v), %d was given before", next, err, id)
	}
	put(t, db, ks, "goes", "on")
	old, err := owner.Incarnation()
	must(t, err)
	fresh, err := db.Incarnation()
	must(t, err)
	if len(old) != 0 || len(fresh) != 16 {
		t.Errorf("incarnations %x and %x", old, fresh)
	}
	third := filepath.Join(t.TempDir(), "store")
	_, err = Restore(t.Context(), bytes.NewReader(backupOf(t, db)), third, RestoreOptions{})
	must(t, err)
	again, _ := openTest(t, third, Options{ReadOnly: true})
	if got, err := again.Incarnation(); err != nil || len(got) != 16 || bytes.Equal(got, fresh) {
		t.Errorf("the incarnation of a restored store, restored: %x, was %x, %v", got, fresh, err)
	}
}

func equalContents(a, b contents) bool {
	if len(a) != len(b) {
		return false
	}
	for k, v := range a {
		if w, ok := b[k]; !ok || v != w {
			return false
		}
	}
	return true
}

// meddler is a writer that does something at every write.
type meddler struct {
	bytes.Buffer
	meddle func()
}

func (m *meddler) Write(p []byte) (int, error) {
	m.meddle()
	return m.Buffer.Write(p)
}

// TestBackupIsOneState writes and deletes all over the store between the blocks of a backup.
func TestBackupIsOneState(t *testing.T) {
	dir := t.TempDir()
	db, ks := openTest(t, dir, Options{})
	stocked(t, db, 3000)
	want := everything(t, db)
	n := 0
	w := &meddler{meddle: func() {
		n++
		put(t, db, ks, fmt.Sprint("new ", n), strings.Repeat("x", n))
		must(t, db.Update(func(tx *Tx) error { return tx.Delete(ks, fmt.Appendf(nil, "key %04d", 2000+n)) }))
	}}
	_, err := db.Backup(t.Context(), w)
	must(t, err)
	if n < 4 {
		t.Fatalf("only %d writes", n)
	}
	restored := filepath.Join(t.TempDir(), "store")
	_, err = Restore(t.Context(), &w.Buffer, restored, RestoreOptions{})
	must(t, err)
	again, _ := openTest(t, restored, Options{ReadOnly: true})
	if got := everything(t, again); !equalContents(got, want) {
		t.Errorf("%d keys, want %d", len(got), len(want))
	}
}

// TestBackupGivenUp ends a backup by its context, by the end of the store, and by an error of the writer.
func TestBackupGivenUp(t *testing.T) {
	dir := t.TempDir()
	db, _ := openTest(t, dir, Options{})
	stocked(t, db, 3000)
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := db.Backup(ctx, &meddler{meddle: cancel}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := db.Backup(t.Context(), failing{}); !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("a short write: %v", err)
	}
	w := &meddler{meddle: func() { db.Close() }}
	if _, err := db.Backup(t.Context(), w); !errors.Is(err, ErrClosed) {
		t.Errorf("closed: %v", err)
	}
	if _, err := Restore(t.Context(), &w.Buffer, filepath.Join(t.TempDir(), "store"), RestoreOptions{}); !errors.Is(err, ErrCorrupt) {
		t.Errorf("half a backup: %v", err)
	}
}

type failing struct{}

func (failing) Write(p []byte) (int, error) { return len(p) / 2, nil }

// TestDamagedBackup cuts a stream at every length and flips a bit in every byte: one error says where, and nothing is left.
func TestDamagedBackup(t *testing.T) {
	db, err := Open("", Options{Memory: true})
	must(t, err)
	stocked(t, db, 5)
	stream := backupOf(t, db)
	dir := filepath.Join(t.TempDir(), "store")
	refuse := func(what string, b []byte, at int) {
		t.Helper()
		_, err := Restore(t.Context(), bytes.NewReader(b), dir, RestoreOptions{})
		var c *CorruptError
		if !errors.As(err, &c) && !errors.Is(err, ErrVersion) || strings.Contains(err.Error(), "\n") {
			t.Fatalf("%s: %v", what, err)
		}
		if c != nil && c.Offset > int64(at) {
			t.Fatalf("%s: damage reported at %d", what, c.Offset)
		}
		if s, err := os.ReadDir(filepath.Dir(dir)); err != nil || len(s) > 0 {
			t.Fatalf("%s: left behind %v, %v", what, s, err)
		}
	}
	step := 1
	if testing.Short() {
		step = 13
	}
	for i := 0; i < len(stream); i += step {
		refuse(fmt.Sprintf("cut at %d", i), stream[:i], i)
		stream[i] ^= 1 << (i % 8)
		refuse(fmt.Sprintf("a bit flipped at %d", i), stream, i)
		stream[i] ^= 1 << (i % 8)
	}
	refuse("one byte more", append(bytes.Clone(stream), 0), len(stream))
	body := stream[streamHeader : len(stream)-blockHeader-footerSize]
	refuse("a block twice", bytes.Join([][]byte{stream[:streamHeader], body, body}, nil), len(stream))
	_, err = Restore(t.Context(), bytes.NewReader(stream), dir, RestoreOptions{})
	must(t, err)
}

func FuzzBackupStream(f *testing.F) {
	db, err := Open("", Options{Memory: true})
	must(f, err)
	f.Add(backupOf(f, db))
	stocked(f, db, 5)
	stream := backupOf(f, db)
	f.Add(stream)
	f.Add(stream[:len(stream)-1])
	f.Add(stream[:streamHeader])
	huge := bytes.Clone(stream)
	le.PutUint32(huge[streamHeader+12:], 1<<32-1)
	f.Add(huge)
	f.Fuzz(func(t *testing.T, b []byte) {
		in, err := newBackupReader(bytes.NewReader(b))
		keys := 0
		for err == nil {
			err = in.next(func(w write) error {
				keys++
				if len(w.key) == 0 || len(w.key)+len(w.value) > len(b) {
					t.Fatalf("a key of %d bytes, a value of %d in %d", len(w.key), len(w.value), len(b))
				}
				return nil
			})
		}
		if errors.Is(err, io.EOF) != (in != nil && in.at == int64(len(b)) && err == io.EOF) {
			t.Fatalf("%v after %d of %d bytes", err, in.at, len(b))
		}
		if err != io.EOF && !errors.Is(err, ErrCorrupt) && !errors.Is(err, ErrVersion) {
			t.Fatal(err)
		}
		if in != nil && cap(in.block) > 2*len(b)+2*blockSize {
			t.Fatalf("%d bytes allocated for %d", cap(in.block), len(b))
		}
	})
}
