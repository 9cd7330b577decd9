package model

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"arbor/store"
	"arbor/timeseries"
)

// counter makes texts of words that are all different, so that an import meets the bounds of a transaction.
func distinct(i, words int) string {
	var b strings.Builder
	for w := range words {
		fmt.Fprintf(&b, "%s ", strings.Map(func(r rune) rune { return 'a' + (r - '0') }, fmt.Sprint(1_000_000+i*words+w)))
	}
	return b.String()
}

func mustVerify(t testing.TB, tree *Tree) {
	t.Helper()
	if err := tree.Verify(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// grow imports a node with two levels below it, n nodes in all, and returns the top.
func grow(t testing.TB, tree *Tree, n int) ID {
	t.Helper()
	top := Named("grown")
	_, err := tree.Import("grow", func(im *Importer) error {
		if err := im.CreateID(top, Root, "grown", 0, nil); err != nil {
			return err
		}
		var parent ID
		for i := range n - 1 {
			id, at := Named(fmt.Sprint("grown/", i)), parent
			if i%20 == 0 {
				parent, at = id, top
			}
			fill := func(e *Edit, id ID) error { return e.AddTag(id, "x") }
			if err := im.CreateID(id, at, fmt.Sprintf("node %d of all", i), 16, fill); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return top
}

func countBelow(t testing.TB, tree *Tree, id ID) int {
	t.Helper()
	return strings.Count(outline(t, tree, id), "\n")
}

func TestImportIsOneStep(t *testing.T) {
	tree := open(t)
	plant(t, tree, "before\n")
	top := grow(t, tree, 3000)
	if n := countBelow(t, tree, Root); n != 3001 {
		t.Fatalf("%d nodes, want 3001", n)
	}
	r, err := tree.Undo(ThisSession)
	if err != nil || r.Label != "grow" {
		t.Fatalf("undo: %+v, %v", r, err)
	}
	wantOutline(t, tree, Root, "before\n")
	err = tree.View(func(v *View) error {
		if _, err := v.Resolve(top.String()); !errors.Is(err, ErrNoNode) {
			t.Errorf("an import that was undone is found: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tree.Redo(ThisSession); err != nil {
		t.Fatal(err)
	}
	if n := countBelow(t, tree, Root); n != 3001 {
		t.Fatalf("%d nodes after redo, want 3001", n)
	}
	if _, err := tree.Undo(ThisSession); err != nil {
		t.Fatal(err)
	}
	grow(t, tree, 1500) // the same ids, and fewer: what is not in the second must not show
	if n := countBelow(t, tree, Root); n != 1501 {
		t.Fatalf("%d nodes after the second import, want 1501", n)
	}
	mustVerify(t, tree)
}

func TestImportThatFailsShowsNothing(t *testing.T) {
	tree := open(t)
	stop := errors.New("stop")
	_, err := tree.Import("broken", func(im *Importer) error {
		top, err := im.Create(Root, "top", 0, nil)
		for i := range 3000 {
			if err == nil {
				_, err = im.Create(top, fmt.Sprintf("line %d of the file", i), 0, nil)
			}
		}
		return errors.Join(err, stop)
	})
	if !errors.Is(err, stop) {
		t.Fatal(err)
	}
	wantOutline(t, tree, Root, "")
	if found := findTexts(t, tree, "line"); len(found) != 0 {
		t.Fatalf("found %v", found)
	}
	if _, err := tree.Undo(ThisSession); !errors.Is(err, ErrNothing) {
		t.Fatalf("undo of nothing: %v", err)
	}
	mustVerify(t, tree)
}

func findTexts(t testing.TB, tree *Tree, words string) []string {
	t.Helper()
	var out []string
	err := tree.View(func(v *View) error {
		found, err := v.Find(words, 100)
		for _, n := range found {
			out = append(out, n.Text)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Texts of which each word is new take far more room in state than in the log.
func TestImportOfWideVocabulary(t *testing.T) {
	tree := open(t)
	_, err := tree.Import("wide", func(im *Importer) error {
		top, err := im.Create(Root, "top", 0, nil)
		for i := range 60 {
			if err == nil {
				_, err = im.Create(top, distinct(i, 600), 0, nil)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := countBelow(t, tree, Root); n != 61 {
		t.Fatalf("%d nodes", n)
	}
	last := strings.Fields(distinct(7, 600))[599] // beyond what is indexed of one node
	if found := findTexts(t, tree, last); len(found) != 1 {
		t.Fatalf("%d found for %q", len(found), last)
	}
	mustVerify(t, tree)
}

// A file with thousands of lines at its top comes in in order, too, and undo and redo take all of it.
func TestImportOfManyTops(t *testing.T) {
	tree := open(t)
	_, err := tree.Import("flat", func(im *Importer) error {
		for i := range maxAttach + 1 {
			if _, err := im.Create(Root, fmt.Sprint(i), 0, nil); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	whole := outline(t, tree, Root)
	if lines := strings.Fields(whole); len(lines) != maxAttach+1 || lines[maxAttach] != fmt.Sprint(maxAttach) {
		t.Fatalf("%d nodes, %s", len(lines), lines[len(lines)-1])
	}
	if _, err := tree.Undo(ThisSession); err != nil {
		t.Fatal(err)
	}
	wantOutline(t, tree, Root, "")
	if _, err := tree.Redo(ThisSession); err != nil {
		t.Fatal(err)
	}
	wantOutline(t, tree, Root, whole)
	mustVerify(t, tree)
}

// An import that changes nodes which were there takes several batches for it; undo takes all of them back.
func TestImportOfChanges(t *testing.T) {
	tree := open(t)
	top := grow(t, tree, 2000)
	before := outline(t, tree, Root)
	_, err := tree.Import("again", func(im *Importer) error {
		var children []ID
		err := im.View(func(v *View) error {
			for c, err := range v.Children(top) {
				if err != nil {
					return err
				}
				children = append(children, c.ID)
			}
			return nil
		})
		for _, id := range children {
			im.Change(2000, func(e *Edit) error { return e.SetText(id, "changed "+strings.Repeat("x", 2000)) })
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	after := outline(t, tree, Root)
	if strings.Count(after, "changed") != 100 {
		t.Fatalf("%d changes", strings.Count(after, "changed"))
	}
	for range 2 {
		if _, err := tree.Undo(ThisSession); err != nil {
			t.Fatal(err)
		}
		wantOutline(t, tree, Root, before)
		if _, err := tree.Redo(ThisSession); err != nil {
			t.Fatal(err)
		}
		wantOutline(t, tree, Root, after)
	}
	mustVerify(t, tree)
}

func chunkOf(t testing.TB, from, n int) []byte {
	t.Helper()
	samples := make([]timeseries.Sample, n)
	for i := range samples {
		samples[i] = timeseries.Sample{T: int64(from+i) * 1e9, V: float64(i % 10)}
	}
	b, err := timeseries.EncodeChunk(samples)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func countSamples(t testing.TB, tree *Tree, id ID) int64 {
	t.Helper()
	var n int64
	err := tree.View(func(v *View) error {
		s, err := tree.ks.book.Span(v.Reader(), timeseries.Series{ID: timeseries.ID(id)})
		n = s.N
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestImportOfSeries(t *testing.T) {
	tree := open(t)
	load := func(chunks int) ID {
		var id ID
		_, err := tree.Import("csv", func(im *Importer) (err error) {
			if id, err = im.Series("weight"); err != nil {
				return err
			}
			for i := range chunks {
				if err := im.PutChunk(id, chunkOf(t, i*1000, 1000)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	id := load(50)
	wantOutline(t, tree, Root, "weight\n")
	if n := countSamples(t, tree, id); n != 50_000 {
		t.Fatalf("%d samples", n)
	}
	if again := load(60); again != id || countSamples(t, tree, id) != 60_000 {
		t.Fatalf("the second import: series %s with %d samples, want %s with 60000", again, countSamples(t, tree, id), id)
	}
	wantOutline(t, tree, Root, "weight\n")
	for _, want := range []int64{50_000, 0} {
		if _, err := tree.Undo(ThisSession); err != nil {
			t.Fatal(err)
		}
		if n := countSamples(t, tree, id); n != want {
			t.Fatalf("%d samples after undo, want %d", n, want)
		}
	}
	wantOutline(t, tree, Root, "")
	for _, want := range []int64{50_000, 60_000} {
		if _, err := tree.Redo(ThisSession); err != nil {
			t.Fatal(err)
		}
		if n := countSamples(t, tree, id); n != want {
			t.Fatalf("%d samples after redo, want %d", n, want)
		}
	}
	mustVerify(t, tree)
}

// A node takes 3.5 keys at most, all told: text of ordinary words, some tags, some done.
func TestKeysPerNode(t *testing.T) {
	n := 20_000
	if soak() {
		n = 100_000
	}
	db, err := store.Open("", store.Options{Memory: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	tree := openOn(t, db, "")
	_, err = tree.Import("notes", func(im *Importer) error { return prose(im, n) })
	if err != nil {
		t.Fatal(err)
	}
	for i := range 200 { // and what is typed one by one costs little more
		do(t, tree, func(e *Edit) error {
			_, err := e.Create(Root, Last, fmt.Sprintf("typed %d by hand", i))
			return err
		})
	}
	total := 0
	err = db.View(func(s *store.Snapshot) error {
		for _, name := range stateSpaces {
			ks, err := db.Keyspace(name)
			if err != nil {
				return err
			}
			count, bytes := 0, 0
			for e, err := range s.Scan(ks, store.Range{}) {
				if err != nil {
					return err
				}
				count++
				bytes += len(e.Key) + len(e.Value)
			}
			total += count
			t.Logf("%-20s %8d keys %10d bytes", name, count, bytes)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	per := float64(total) / float64(n+200)
	t.Logf("%.2f keys a node", per)
	if per > 3.5 {
		t.Errorf("%.2f keys a node, at most 3.5", per)
	}
}

// TestImportMakesWhatIsMissing: what a change makes in the tree itself goes when the import is undone, and comes back, in whichever of its parts it was made.
func TestImportMakesWhatIsMissing(t *testing.T) {
	for _, size := range []int{0, importBatch} {
		t.Log("changes of ", size, " bytes")
		tree := open(t)
		id := addLine(t, tree, Root, "there")
		first := outline(t, tree, Root)
		_, err := tree.Import("import", func(im *Importer) error {
			for range 3 {
				im.Change(size, func(e *Edit) error {
					inbox, err := e.Inbox()
					if err != nil {
						return err
					}
					return e.Move(id, inbox, Last)
				})
			}
			_, err := im.Create(Inbox, "new", 0, nil)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		last := outline(t, tree, Root)
		for range 3 {
			if _, err := tree.Undo(ThisDevice); err != nil {
				t.Fatal(err)
			}
			wantOutline(t, tree, Root, first)
			if _, err := tree.Redo(ThisDevice); err != nil {
				t.Fatal(err)
			}
			wantOutline(t, tree, Root, last)
		}
		mustVerify(t, tree)
	}
}
