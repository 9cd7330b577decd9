package model

import (
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
