// Package exchangetest opens trees in memory for the tests of importers and compares them. Its invariant: two trees have equal pictures
// exactly if a person could not tell them apart.
package exchangetest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"arbor/model"
	"arbor/store"
	"arbor/timeseries"
)

// T is what of a test is needed; *testing.T and *rapid.T are.
type T interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

// Tree is a tree in memory.
type Tree struct {
	*model.Tree
	Book *timeseries.Book
	db   *store.DB
}

// Start is the time of a new tree's clock. The clock goes on by a second with each reading.
var Start = time.Date(2026, 11, 22, 17, 0, 0, 0, time.UTC)

// New opens an empty tree whose ids follow from seed.
func New(t T, seed uint64) *Tree {
	t.Helper()
	return In(t, "", seed)
}

// In is New with a store in a directory; without one it is in memory.
func In(t T, dir string, seed uint64) *Tree {
	t.Helper()
	db, err := store.Open(dir, store.Options{Memory: dir == ""})
	if err != nil {
		t.Fatal(err)
	}
	book, err := timeseries.Open(db)
	if err != nil {
		t.Fatal(err)
	}
	now := Start
	tree, err := model.Open(db, model.Options{Now: func() time.Time { now = now.Add(time.Second); return now }, Rand: bytes{rand.New(rand.NewPCG(seed, 3))}, Machine: "test", Location: time.UTC})
	if err != nil {
		t.Fatal(err)
	}
	return &Tree{tree, book, db}
}

type bytes struct{ r *rand.Rand }

func (b bytes) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(b.r.Uint32())
	}
	return len(p), nil
}

// Close closes the store below the tree.
func (tr *Tree) Close(t T) {
	t.Helper()
	if err := tr.db.Close(); err != nil {
		t.Fatal(err)
	}
}

// Do is Tree.Do for actions that must succeed.
func (tr *Tree) Do(t T, fn func(*model.Edit) error) {
	t.Helper()
	if _, err := tr.Tree.Do("test", fn); err != nil {
		t.Fatal(err)
	}
}

// Undo takes the last action back.
func (tr *Tree) Undo(t T) {
	t.Helper()
	if _, err := tr.Tree.Undo(model.ThisDevice); err != nil {
		t.Fatal(err)
	}
}

// Write gives a series samples of another device, of which the log knows nothing.
func (tr *Tree) Write(t T, series model.ID, device uint64, samples []timeseries.Sample) {
	t.Helper()
	if err := tr.db.Update(func(tx *store.Tx) error { return tr.Book.Append(tx, timeseries.ID(series), device, samples) }); err != nil {
		t.Fatal(err)
	}
}

// Values returns what is seen of a series, in the order of time.
func (tr *Tree) Values(t T, series model.ID) (out []float64) {
	t.Helper()
	err := tr.View(func(v *model.View) error {
		n, err := v.Node(series)
		if err != nil {
			return err
		}
		for x, err := range tr.Book.Range(v.Reader(), n.Source(), math.MinInt64, math.MaxInt64) {
			if err != nil {
				return err
			}
			out = append(out, x.V)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Picture writes all that a tree shows, a node a line, with the trash.
func (tr *Tree) Picture(t T) string {
	t.Helper()
	var b strings.Builder
	err := tr.View(func(v *model.View) error {
		for _, top := range []model.ID{model.Root, model.Trash} {
			if err := tr.picture(&b, v, top, 0); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func (tr *Tree) picture(b *strings.Builder, v *model.View, id model.ID, depth int) error {
	n, err := v.Node(id)
	if err != nil {
		return err
	}
	note, err := v.Note(id)
	if err != nil {
		return err
	}
	fmt.Fprintf(b, "%s%s %q %v tags %q fields %q note %q", strings.Repeat("  ", depth), id, n.Text, n.State, n.Tags, n.Fields, note)
	fmt.Fprintf(b, " dates %v %v %v %v", n.Due, n.Sched, n.Wait, n.Until)
	if n.ID != n.Parent {
		fmt.Fprintf(b, " times %d %d %d", n.Created.UnixMilli(), n.Modified.UnixMilli(), n.Finished.UnixMilli())
	}
	if n.Placed {
		fmt.Fprintf(b, " at %d,%d", n.X, n.Y)
	}
	fmt.Fprintf(b, " flags %v %v %v %v arrows", n.Collapsed, n.HideDone, n.AutoArrange, n.Series)
	for _, a := range n.Arrows {
		fmt.Fprintf(b, " %s %q", a.To, a.Label)
	}
	if n.Series {
		for x, err := range tr.Book.Range(v.Reader(), n.Source(), math.MinInt64, math.MaxInt64) {
			if err != nil {
				return err
			}
			fmt.Fprintf(b, " %d=%v", x.T, x.V)
		}
	}
	for _, kind := range []model.EventKind{model.Interval, model.Occurrence} {
		for e, err := range v.Events(id, kind) {
			if err != nil {
				return err
			}
			fmt.Fprintf(b, " event %+v", e)
		}
	}
	b.WriteByte('\n')
	for c, err := range v.Children(id) {
		if err != nil {
			return err
		}
		if err := tr.picture(b, v, c.ID, depth+1); err != nil {
			return err
		}
	}
	return nil
}
