package tui

import (
	"fmt"
	"testing"

	"arbor/model"
	"arbor/ui/screen"
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

// flat adds n nodes below the root, of which a hundred have a tag.
func flat(b *testing.B, tree *model.Tree, n int) {
	b.Helper()
	for i := range n / 100 {
		if _, err := tree.Do("grow", func(e *model.Edit) error {
			for j := range 100 {
				id, err := e.Create(model.Root, model.Last, fmt.Sprintf("item %d of %d", j, i))
				if err == nil && (100*i+j)%(n/100) == 0 {
					err = e.AddTag(id, "rare")
				}
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
		flat(b, tree, n)
		b.Run(fmt.Sprintf("change-%d", n), func(b *testing.B) {
			for b.Loop() {
				d.press("xu")
				_ = d.m.View()
			}
		})
		d = start(b, tree, 200, 50, func(o *Options) {
			o.Contexts, o.Context = []screen.Context{{Name: "rare", Query: "+rare"}}, "rare"
		})
		b.Run(fmt.Sprintf("context-%d", n), func(b *testing.B) {
			for b.Loop() {
				d.press("Gg")
				_ = d.m.View()
			}
		})
		b.Run(fmt.Sprintf("context-change-%d", n), func(b *testing.B) {
			for b.Loop() {
				d.press("xu")
				_ = d.m.View()
			}
		})
	}
}
