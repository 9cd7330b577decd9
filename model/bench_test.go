package model

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"arbor/model/query"
	"arbor/store"
)

func soak() bool { return os.Getenv("ARBOR_SOAK") != "" }

// coin returns the k-th word of a language.
func coin(k int) string {
	const syllables = "ba be bi bo da de di do ka ke ki ko la le li lo ma me mi mo na ne ni no ra re ri ro sa se si so"
	s := strings.Fields(syllables)
	var b strings.Builder
	for k++; k > 0; k /= len(s) {
		b.WriteString(s[k%len(s)])
	}
	return b.String()
}

// prose imports n nodes under one, of six words each, of which the k-th most frequent makes up about one part in k; some are tagged,
// some done.
func prose(im *Importer, n int) error {
	r := rand.New(rand.NewPCG(5, 6))
	top, err := im.Create(Root, "all notes", 0, nil)
	if err != nil {
		return err
	}
	parent := top
	for i := range n - 1 {
		var text strings.Builder
		for range 6 {
			fmt.Fprintf(&text, "%s ", coin(int(math.Exp(r.Float64()*math.Log(30_000)))))
		}
		tagged, done := r.IntN(10) == 0, r.IntN(4) == 0
		at := parent
		if i%12 == 0 {
			at = top
		}
		id, err := im.Create(at, text.String(), 16, func(e *Edit, id ID) error {
			if tagged {
				if err := e.AddTag(id, coin(i%40)); err != nil {
					return err
				}
			}
			if !done {
				return nil
			}
			if err := e.SetState(id, Done); err != nil {
				return err
			}
			return e.SetFinished(id, clockTime.Add(-time.Duration(i%365)*24*time.Hour))
		})
		if err != nil {
			return err
		}
		if i%12 == 0 {
			parent = id
		}
	}
	return nil
}

// library returns a tree of n nodes.
func library(b testing.TB, n int) *Tree {
	b.Helper()
	db, err := store.Open("", store.Options{Memory: true})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	tree := openOn(b, db, "")
	if _, err := tree.Import("library", func(im *Importer) error { return prose(im, n) }); err != nil {
		b.Fatal(err)
	}
	return tree
}

func BenchmarkCreate(b *testing.B) {
	tree := library(b, 10_000)
	i := 0
	for b.Loop() {
		i++
		if _, err := tree.Do("add", func(e *Edit) error {
			_, err := e.Create(Root, Last, "buy milk and bread "+coin(i))
			return err
		}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkImport100k(b *testing.B) {
	for b.Loop() {
		library(b, 100_000)
	}
}

func BenchmarkSelectTag(b *testing.B) {
	tree := library(b, 100_000)
	q, err := query.Parse("+"+coin(3), clockTime)
	if err != nil {
		b.Fatal(err)
	}
	found := 0
	for b.Loop() {
		found = 0
		if err := tree.View(func(v *View) error {
			for _, err := range v.Select(q) {
				if err != nil {
					return err
				}
				found++
			}
			return nil
		}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(found), "nodes")
}

func BenchmarkSelectAll(b *testing.B) {
	tree := library(b, 100_000)
	q, err := query.Parse("is:open", clockTime)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := tree.View(func(v *View) error {
			for _, err := range v.Select(q) {
				if err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			b.Fatal(err)
		}
	}
}

// benchQueries are what people ask.
func benchQueries(under ID) []string {
	return []string{
		"due:overdue", "due:today", "due:<2030-01-01", "due:any", "-due:any is:task", "sched:any or due:any", "wait:any", "state:doing", "state:done is:leaf", "is:open is:task",
		"is:task", "has:note", "has:arrow is:open", "has:children state:done", "cost:>3", "prio:>2", "prio:9 or due:<2000-01-01", "modified:<2000-01-01", "finished:>2030-01-01",
		"created:>2030-01-01", "+mi", "+mi is:open", "-+mi state:doing", "baba", "ki mo", `"no such text"`, `"ki mo"`, `"ki" state:doing`, "under:" + under.String() + " state:doing",
		"is:task due:<2000-01-01 or prio:9",
		"is:open", "is:open limit:20", "is:open sort:urgency limit:20", "is:task sort:-finished limit:20", "is:ready", "tag:mi -done", "depth<3", "under:(+mi)", `under:"all notes" +mi`,
		"note~/x/", "text~/^ki.*mo/i", "has:backlink or has:link", "@saved", "-@saved is:task sort:-finished",
	}
}

// BenchmarkQuery finds which nodes queries mean, in their order, among 100,000, with ARBOR_SOAK a million: as one question after the other in a process,
// from the second on. first is what the first one takes, and order how long the order of all takes, which the first one with many hits waits for.
func BenchmarkQuery(b *testing.B) {
	n := 100_000
	if soak() {
		n = 1_000_000
	}
	tree := library(b, n)
	do(b, tree, func(e *Edit) error {
		id, err := e.Create(Root, Last, "saved")
		if err != nil {
			return err
		}
		return e.SetField(id, FieldQuery, "+"+coin(1)+" -done sort:text")
	})
	top := Root
	ask := func(b *testing.B, fn func(*View) error) {
		if err := tree.View(fn); err != nil {
			b.Fatal(err)
		}
	}
	ask(b, func(v *View) error {
		for c, err := range v.Children(Root) {
			top = c.ID
			return err
		}
		return nil
	})
	parse := func(b *testing.B, text string) *query.Query {
		q, err := query.Parse(text, clockTime)
		if err != nil {
			b.Fatal(err)
		}
		return q
	}
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			tree.sheets.drop()
			ask(b, func(v *View) error {
				_, err := v.Sheet()
				return err
			})
		}
	})
	b.Run("order", func(b *testing.B) {
		ask(b, func(v *View) error {
			s, err := v.Sheet()
			for b.Loop() && err == nil {
				s.order = nil
				_, err = v.treeOrder(s)
			}
			return err
		})
	})
	for _, text := range benchQueries(top) {
		b.Run(text, func(b *testing.B) {
			q, found := parse(b, text), 0
			b.ReportAllocs()
			for b.Loop() {
				ask(b, func(v *View) error {
					ids, err := v.Meant(q)
					found = len(ids)
					return err
				})
			}
			b.ReportMetric(float64(found), "nodes")
		})
	}
	for _, text := range []string{"is:open sort:created limit:20", "tag:mi -done"} {
		b.Run("again "+text, func(b *testing.B) { // after a change of one node, as a saved query on the screen
			q, i := parse(b, text), 0
			for b.Loop() {
				b.StopTimer()
				i++
				do(b, tree, func(e *Edit) error { return e.SetDue(top, Date{T: clockTime.Add(time.Duration(i) * time.Second)}) })
				b.StartTimer()
				ask(b, func(v *View) error {
					_, err := v.again(q)
					return err
				})
			}
		})
	}
	b.Run("next", func(b *testing.B) {
		q := parse(b, "")
		for b.Loop() {
			ask(b, func(v *View) error {
				_, _, err := v.Next(q, DefaultWeights(), clockTime, 10)
				return err
			})
		}
	})
	b.Run("draw", func(b *testing.B) {
		r := rand.New(rand.NewPCG(1, 2))
		for b.Loop() {
			ask(b, func(v *View) error {
				_, err := v.Draw(Root, r)
				if errors.Is(err, ErrNothing) {
					err = nil
				}
				return err
			})
		}
	})
}
