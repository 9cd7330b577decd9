package model

import (
	"testing"
	"time"

	"arbor/store"

	"pgregory.net/rapid"
)

// TestAsOf plays histories, and holds that each state they have led through is there as of its moment, undone or not, and until the next.
func TestAsOf(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		db, err := store.Open("", store.Options{Memory: true})
		if err != nil {
			rt.Fatal(err)
		}
		defer db.Close()
		h := &history{t: rt, tb: t, db: db, plain: newPlain(), at: clockTime}
		h.reopen()
		type seen struct {
			at    time.Time
			lines string
			times string
		}
		look := func() seen {
			p, times := readPlain(t, h.tree)
			return seen{h.at, p.lines(), times}
		}
		h.past = []moment{{h.plain.clone(), look().times}}
		all := []seen{look()}
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			switch rapid.IntRange(0, 5).Draw(rt, "what") {
			case 0:
				h.travel(false)
			case 1:
				h.travel(true)
			default:
				h.step()
			}
			all = append(all, look())
			h.at = h.at.Add(time.Duration(rapid.IntRange(0, 3).Draw(rt, "pause")) * time.Hour)
		}
		for i, want := range all {
			at := want.at
			if i+1 < len(all) && rapid.Bool().Draw(rt, "later") {
				at = at.Add(all[i+1].at.Sub(at) / 2) // still before the next
				if next := all[i+1]; next.lines != want.lines && !at.Before(next.at.Add(-time.Second)) {
					at = want.at
				}
			}
			past, err := h.tree.AsOf(t.Context(), at)
			if err != nil {
				rt.Fatal(err)
			}
			p, times := readPlain(t, past.Tree)
			if p.lines() != want.lines || times != want.times {
				rt.Fatalf("as of %v\n%s%s\nwant, of %v\n%s%s", at, p.lines(), times, want.at, want.lines, want.times)
			}
			if err := past.Close(); err != nil {
				rt.Fatal(err)
			}
		}
	})
}
