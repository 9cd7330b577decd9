package model

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"arbor/store"
)

// keeper opens the tree of a directory again and again, as processes do one after the other.
type keeper struct {
	t          testing.TB
	dir, cache string
}

func newKeeper(t testing.TB) *keeper { return &keeper{t, t.TempDir() + "/store", t.TempDir()} }

func (k *keeper) process(fn func(*Tree)) {
	k.t.Helper()
	db, err := store.Open(k.dir, store.Options{IO: "buffered"})
	if err != nil {
		k.t.Fatal(err)
	}
	tree, err := Open(db, Options{Machine: "m", Dir: k.dir, Cache: k.cache})
	if err != nil {
		k.t.Fatal(err)
	}
	tree.sheets.least = 1
	fn(tree)
	if err := db.Close(); err != nil {
		k.t.Fatal(err)
	}
}

// sheet makes sure that a process that was just begun has a sheet that is right, and returns how many records it read for that.
func (k *keeper) sheet(tree *Tree) int {
	k.t.Helper()
	read := 0
	view(k.t, tree, func(v *View) error {
		s, err := v.Sheet()
		if err == nil {
			read = s.read
		}
		return err
	})
	wantSheet(k.t, tree)
	return read
}

// file is the file of the sheet.
func (k *keeper) file() string {
	k.t.Helper()
	files, err := filepath.Glob(k.cache + "/*")
	if err != nil || len(files) != 1 {
		k.t.Fatalf("%d files are kept: %v %v", len(files), files, err)
	}
	return files[0]
}

// The first process to ask reads all records, the next ones what changed since, as far as it was not read often enough already.
func TestSheetIsKept(t *testing.T) {
	k := newKeeper(t)
	const n = 600
	k.process(func(tree *Tree) {
		if _, err := tree.Import("notes", func(im *Importer) error { return prose(im, n) }); err != nil {
			t.Fatal(err)
		}
		if read := k.sheet(tree); read < n {
			t.Errorf("%d records read for a sheet of %d", read, n)
		}
	})
	k.process(func(tree *Tree) {
		if read := k.sheet(tree); read != 0 {
			t.Errorf("%d records read where nothing changed", read)
		}
	})
	var made ID
	k.process(func(tree *Tree) {
		do(t, tree, func(e *Edit) (err error) {
			made, err = e.Create(Root, First, "new #task")
			return err
		})
		if read := k.sheet(tree); read != 1 {
			t.Errorf("%d records read after one was written", read)
		}
	})
	for i := range keptOpenings + 2 {
		k.process(func(tree *Tree) {
			do(t, tree, func(e *Edit) error { return e.SetState(made, State(i%int(states))) })
			if read := k.sheet(tree); read > 1 {
				t.Errorf("%d records read after one was written by %d processes", read, i+2)
			}
		})
	}
	k.process(func(tree *Tree) {
		do(t, tree, func(e *Edit) error {
			for range keptLeast + 1 {
				if _, err := e.Create(made, Last, "one of many"); err != nil {
					return err
				}
			}
			return nil
		})
		if read := k.sheet(tree); read <= keptLeast {
			t.Errorf("%d records read of %d", read, keptLeast+1)
		}
	})
	k.process(func(tree *Tree) {
		if read := k.sheet(tree); read != 0 {
			t.Errorf("%d records read after many were", read)
		}
	})
}

// Whatever is done, in whatever process, a sheet says what the records do.
func TestSheetIsKeptAtRandom(t *testing.T) {
	for seed := range uint64(6) {
		k := newKeeper(t)
		r := rand.New(rand.NewPCG(seed, 7))
		k.process(func(tree *Tree) {
			if _, err := tree.Import("notes", func(im *Importer) error { return prose(im, 150) }); err != nil {
				t.Fatal(err)
			}
		})
		for range 25 {
			k.process(func(tree *Tree) {
				for range r.IntN(4) {
					k.step(tree, r)
				}
				if r.IntN(3) > 0 {
					k.sheet(tree)
				}
				if r.IntN(2) == 0 {
					k.step(tree, r)
					k.sheet(tree)
				}
			})
		}
	}
}

// step does something.
func (k *keeper) step(tree *Tree, r *rand.Rand) {
	k.t.Helper()
	var all []ID
	view(k.t, tree, func(v *View) error {
		return v.everyNode(func(n *Node, _ []byte) error {
			if !builtin(n.ID) {
				all = append(all, n.ID)
			}
			return nil
		})
	})
	some := func() ID { return all[r.IntN(len(all))] }
	id, to := some(), some()
	var err error
	switch r.IntN(8) {
	case 0:
		_, err = tree.Import("more", func(im *Importer) error { return prose(im, 1+r.IntN(100)) })
	case 1:
		_, err = tree.Undo(ThisDevice)
	case 2:
		_, err = tree.Redo(ThisDevice)
	case 3:
		_, err = tree.Do("move", func(e *Edit) error { return e.Move(id, to, First) })
	case 4:
		_, err = tree.Do("trash", func(e *Edit) error { return e.Trash(id) })
	case 5:
		_, err = tree.Do("create", func(e *Edit) error {
			above, err := e.Create(to, Last, "above #prio=2")
			if err != nil {
				return err
			}
			_, err = e.Create(above, Last, "below #a")
			return err
		})
	case 6:
		_, err = tree.Do("root", func(e *Edit) error { return e.SetField(Root, "cost", fmt.Sprint(r.IntN(9))) })
	default:
		_, err = tree.Do("change", func(e *Edit) error {
			if err := e.SetState(id, State(r.IntN(int(states)))); err != nil {
				return err
			}
			if err := e.SetWait(id, Date{T: clockTime.AddDate(0, 0, r.IntN(9)), AllDay: true}); err != nil {
				return err
			}
			return e.AddArrow(id, to, Depends)
		})
	}
	_ = err // some things cannot be done to some nodes
}

// A store that was put back as it was, and went on otherwise, is not taken for what the file says, even where its positions are the same.
func TestSheetOfAnotherPast(t *testing.T) {
	k := newKeeper(t)
	grow := func(text string) {
		k.process(func(tree *Tree) {
			for i := range 40 {
				do(t, tree, func(e *Edit) error {
					_, err := e.Create(Root, Last, fmt.Sprintf("%s %d", text, i))
					return err
				})
			}
		})
	}
	grow("first #a")
	saved := t.TempDir() + "/saved"
	if err := os.CopyFS(saved, os.DirFS(k.dir)); err != nil {
		t.Fatal(err)
	}
	grow("lost #b #prio=2")
	k.process(func(tree *Tree) { k.sheet(tree) })
	if err := os.RemoveAll(k.dir); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(k.dir, os.DirFS(saved)); err != nil {
		t.Fatal(err)
	}
	grow("kept #c #prio=3")
	grow("kept more")
	k.process(func(tree *Tree) {
		if read := k.sheet(tree); read < 120 {
			t.Errorf("%d records read where the file is of another past", read)
		}
	})
}

// A file that is damaged is made again, and never believed.
func TestDamagedSheetFile(t *testing.T) {
	k := newKeeper(t)
	k.process(func(tree *Tree) {
		if _, err := tree.Import("notes", func(im *Importer) error { return prose(im, 300) }); err != nil {
			t.Fatal(err)
		}
		k.sheet(tree)
	})
	whole, err := os.ReadFile(k.file())
	if err != nil {
		t.Fatal(err)
	}
	kept := k.file()
	killed, long := kept+".123", time.Now().AddDate(0, 0, -1) // what is left of a process that was writing it
	if err := errors.Join(os.WriteFile(killed, whole[:1000], 0o600), os.Chtimes(killed, long, long), os.Remove(kept)); err != nil {
		t.Fatal(err)
	}
	k.process(func(tree *Tree) { k.sheet(tree) })
	k.process(func(tree *Tree) {
		r := rand.New(rand.NewPCG(1, 2))
		for i := range 60 {
			b := bytes.Clone(whole)
			if i%3 == 0 {
				b = b[:r.IntN(len(b))]
			} else {
				b[r.IntN(len(b))] ^= 1 << r.IntN(8)
			}
			if err := os.WriteFile(k.file(), b, 0o600); err != nil {
				t.Fatal(err)
			}
			tree.sheets.drop()
			if read := k.sheet(tree); read < 300 {
				t.Fatalf("damage %d: %d records read", i, read)
			}
		}
	})
}

// FuzzSheetFile reads heads and blocks of any bytes.
func FuzzSheetFile(f *testing.F) {
	h := sheetHead{ends: []logEnd{{seq: 3, stamp: 4}}, blocks: []sheetPart{{1, factRow, 5}}}
	f.Add(h.encode()[sheetPrefix:], uint32(0))
	m := &moreFacts{dates: [4]Date{{T: clockTime}}, tags: []string{"a"}, fields: []Field{{"k", "v"}}, depends: []ID{{1}}, arrows: true}
	var w blockWriter
	bits := w.add(&Facts{ID: ID{2}, HasPrio: true, Prio: 2, finished: 7, more: m})
	f.Add(w.block().b, bits)
	f.Fuzz(func(t *testing.T, b []byte, bits uint32) {
		if h, err := decodeSheetHead(b); err == nil {
			if again, err := decodeSheetHead(h.encode()[sheetPrefix : sheetPrefix+len(b)]); err != nil || len(again.blocks) != len(h.blocks) || again.nodes != h.nodes {
				t.Errorf("%+v, %+v, %v", h, again, err)
			}
		}
		if len(b) < factRow {
			return
		}
		facts, err := newFactBlock(1, b).facts(0, bits)
		if err != nil || facts.State >= states {
			return
		}
		var w blockWriter
		said := w.add(facts)
		if again, err := w.block().facts(0, said); err != nil || again.ID != facts.ID || again.State != facts.State || again.Prio != facts.Prio && facts.Prio == facts.Prio {
			t.Errorf("%x is %+v, then %+v, %v", b, facts, again, err)
		}
	})
}

// A query makes facts of those nodes alone of which the bits do not say that they are not meant.
func TestQueriesMakeFewFacts(t *testing.T) {
	tree := open(t)
	if _, err := tree.Import("notes", func(im *Importer) error {
		for i := range 2000 {
			if _, err := im.Create(Root, fmt.Sprint("node ", i), 32, func(e *Edit, id ID) error {
				switch {
				case i%100 == 0:
					return e.SetDue(id, Date{T: clockTime, AllDay: true})
				case i%50 == 7:
					return e.SetState(id, Todo)
				case i%4 == 1:
					return e.SetState(id, Done)
				}
				return nil
			}); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for text, most := range map[string]int{"due:any": 20, "due<2030-01-01": 20, "is:ready": 60, "is:open is:task": 60, "state:doing": 0, "has:depends": 0, "is:task due:any": 20} {
		q := everything(t, clockTime, text)
		var s *Sheet
		view(t, tree, func(v *View) (err error) {
			if s, err = v.Sheet(); err != nil {
				return err
			}
			for _, b := range s.blocks {
				clear(b.made)
			}
			tops, err := v.tops(q.Expr)
			if err == nil {
				_, _, err = v.onSheet(q, q.Expr, tops)
			}
			return err
		})
		made := 0
		for _, b := range s.blocks {
			for i := range b.made {
				if b.made[i].Load() != nil {
					made++
				}
			}
		}
		if made > most {
			t.Errorf("%s: facts of %d nodes, want at most %d", text, made, most)
		}
	}
}
