package tui

import (
	"fmt"
	"testing"

	"arbor/model"
)

// grow makes n nodes, a hundred under each branch.
func grow(b *testing.B, tree *model.Tree, n int) {
	b.Helper()
	for i := range n / 100 {
		if _, err := tree.Do("grow", func(e *model.Edit) error {
			p, err := e.Create(model.Root, model.Last, fmt.Sprintf("branch %d", i))
			for j := 0; j < 99 && err == nil; j++ {
				_, err = e.Create(p, model.Last, fmt.Sprintf("leaf %d of branch %d, with some more words", j, i))
			}
			return err
		}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkKey measures a key until its picture is there, answers included, in a window of 200×50.
func BenchmarkKey(b *testing.B) {
	for _, n := range []int{1000, 100_000} {
		tree := newTree(b)
		grow(b, tree, n)
		d := start(b, tree, 200, 50)
		for _, k := range []struct{ name, keys string }{{"down", "j"}, {"page", "<pgdown>"}, {"fold", "z1z9"}, {"edges", "Gg"}} {
			b.Run(fmt.Sprintf("%s-%d", k.name, n), func(b *testing.B) {
				d.press("g")
				for b.Loop() {
					d.press(k.keys)
					_ = d.m.View()
				}
			})
		}
	}
}
