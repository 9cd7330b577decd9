package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"arbor/model"
	"arbor/store"
)

// benchNodes is how large a tree the commands are measured on; one node in fifty has the tag x.
const benchNodes = 100_000

// grow fills the home's store with a tree ten wide.
func (h *home) grow(b *testing.B, nodes int) {
	b.Helper()
	dir := h.store()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		b.Fatal(err)
	}
	db, err := store.Open(dir, store.Options{})
	if err != nil {
		b.Fatal(err)
	}
	tree, err := model.Open(db, model.Options{Dir: dir})
	if err != nil {
		b.Fatal(err)
	}
	_, err = tree.Import("grow", func(im *model.Importer) error {
		ids := make([]model.ID, 0, nodes)
		for i := range nodes {
			parent := model.Root
			if i > 0 {
				parent = ids[(i-1)/10]
			}
			tag := func(e *model.Edit, id model.ID) error {
				if i%50 != 0 {
					return nil
				}
				return e.AddTag(id, "x")
			}
			id, err := im.Create(parent, fmt.Sprintf("node %d of a tree that was grown for a measurement", i), 32, tag)
			if err != nil {
				return err
			}
			ids = append(ids, id)
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	if err := db.Close(); err != nil {
		b.Fatal(err)
	}
}

// benchRuns is how often each command is run.
const benchRuns = 40

// BenchmarkProcess measures whole processes on a tree of 100,000 nodes, alone and as clients of one that has the store open, and
// reports the median and the slowest.
func BenchmarkProcess(b *testing.B) {
	h := newHome(b)
	h.grow(b, benchNodes)
	commands := [][]string{{"--version"}, {"add", "one", "more", "+y"}, {"ls", "--json", "+x"}, {"ls", "--json", "+nowhere"}, {"undo"}}
	for _, role := range []string{"alone", "client"} {
		if role == "client" {
			h.watch(b)
		}
		for _, args := range commands {
			b.Run(role+"/"+strings.Join(args, "_"), func(b *testing.B) {
				for b.Loop() {
					took := make([]time.Duration, benchRuns)
					for i := range took {
						began := time.Now()
						h.must(b, args...)
						took[i] = time.Since(began)
					}
					slices.Sort(took)
					b.ReportMetric(float64(took[benchRuns/2].Microseconds())/1000, "p50-ms")
					b.ReportMetric(float64(took[benchRuns-1].Microseconds())/1000, "max-ms")
					b.ReportMetric(0, "ns/op")
				}
			})
		}
	}
}
