package model

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"arbor/model/inline"
	"arbor/store"
)

func TestLinkNames(t *testing.T) {
	for text, want := range map[string]string{
		"see [[Trip to Rome]].":    "Trip to Rome",
		"[[a]][[b]] and [[ c ]]":   "a|b| c ",
		"[[a [[b]] c]]":            "b",
		"[[a]]]] [[]] [[ ]] [[-]]": "a",
		"[[a\nb]] [[c]]":           "c",
		"[[not closed":             "",
		"a]] [b] [[[c]]] [[d]]":    "d",
	} {
		var got []string
		for l := range links(text) {
			got = append(got, l.name)
		}
		if strings.Join(got, "|") != want {
			t.Errorf("%q has the links %q; want %q", text, got, want)
		}
	}
}

// FuzzLinks: whatever a text is, its links stand where they say, in their order; and given another name they have it.
func FuzzLinks(f *testing.F) {
	for _, s := range []string{"[[a]]", "x [[a b]] [[A  B]]", "[[[[é]]]]", "[[a]] [[", "[[\n]]", "]][[a]]"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		at, n := 0, 0
		for l := range links(text) {
			if l.from < at || text[l.from:l.to] != linkOpen+l.name+linkClose || sameName(l.name) == "" {
				t.Fatalf("%q has the link %+v after %d", text, l, at)
			}
			at = l.to
			if n++; n > 1 {
				continue
			}
			const name = "another name"
			renamed, changed := relink(text, l.name, name)
			if sameName(l.name) == name {
				continue
			}
			if changed == 0 || hasLink(renamed, []string{sameName(l.name)}) || !hasLink(renamed, []string{name}) {
				t.Fatalf("%q, renamed from %q, is %q", text, l.name, renamed)
			}
			if same, _ := relink(text, l.name+"x", name); l.name+"x" != l.name && !hasLink(text, []string{sameName(l.name + "x")}) && same != text {
				t.Fatalf("%q is %q without a link of that name", text, same)
			}
		}
	})
}

// TestLinks: what links to what is what reading everything says, after any history.
func TestLinks(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		db, err := store.Open("", store.Options{Memory: true})
		if err != nil {
			rt.Fatal(err)
		}
		defer db.Close()
		h := &history{t: rt, tb: t, db: db, plain: newPlain(), at: clockTime}
		h.reopen()
		for range rapid.IntRange(1, 30).Draw(rt, "steps") {
			h.step()
		}
		in := func(id ID) bool { return ordinary(id) && h.plain.under(id, Root) }
		leads := func(from, to ID) bool {
			for l := range links(h.plain.nodes[from].text) {
				if sameName(l.name) == sameName(h.plain.nodes[to].text) {
					return true
				}
			}
			for l := range links(h.plain.nodes[from].note) {
				if sameName(l.name) == sameName(h.plain.nodes[to].text) {
					return true
				}
			}
			return false
		}
		view(t, h.tree, func(v *View) error {
			for id := range h.plain.nodes {
				back, err := v.Backlinks(id)
				if err != nil {
					rt.Fatal(err)
				}
				to, err := v.LinkTargets(id)
				if err != nil {
					rt.Fatal(err)
				}
				for other := range h.plain.nodes {
					if want := other != id && in(other) && leads(other, id); slices.Contains(back, other) != want {
						rt.Fatalf("%q linked from %q: want %v", h.plain.nodes[id].text, h.plain.nodes[other].text, want)
					}
					if want := in(other) && leads(id, other); slices.Contains(to, other) != want {
						rt.Fatalf("%q and note %q link to %q: want %v", h.plain.nodes[id].text, h.plain.nodes[id].note, h.plain.nodes[other].text, want)
					}
				}
			}
			return nil
		})
		if err := h.tree.Verify(t.Context()); err != nil {
			rt.Fatal(err)
		}
	})
}

// TestNoteTerms: a note that keeps its links adds nothing to the index, however often it is written.
func TestNoteTerms(t *testing.T) {
	tree := open(t)
	id := plant(t, tree, "a\n")["a"]
	entries := func() (n int) {
		view(t, tree, func(v *View) error {
			for _, err := range postings(&tree.ks, v.r, store.Prefix([]byte{termLink})) {
				if err != nil {
					return err
				}
				n++
			}
			return nil
		})
		return n
	}
	note := "[[b]] "
	for i := range 50 {
		note += fmt.Sprint(i)
		do(t, tree, func(e *Edit) error { return e.SetNote(id, note) })
	}
	do(t, tree, func(e *Edit) error { return e.SetNote(id, note+"[[c]]") })
	if n := entries(); n != 2 {
		t.Errorf("%d entries for two links", n)
	}
}

func TestRename(t *testing.T) {
	tree := open(t)
	ids := plant(t, tree, "Trip\nsee [[trip]] and [[Trip ]]\n\tother [[Rome]]\nTwin\nto [[Twin]]\n")
	linked, twin := ids["see [[trip]] and [[Trip ]]"], ids["to [[Twin]]"]
	do(t, tree, func(e *Edit) error { return e.SetNote(ids["other [[Rome]]"], "for [[TRIP]],\n[[Rome]]") })
	rename := func(id ID, text string) (r Renamed) {
		t.Helper()
		do(t, tree, func(e *Edit) (err error) {
			r, err = e.Rename(id, text)
			return err
		})
		return r
	}
	if r := rename(ids["Trip"], "Journey  to Rome"); r != (Renamed{Nodes: 2}) {
		t.Errorf("renamed: %+v", r)
	}
	text := func(id ID) string {
		var n Node
		view(t, tree, func(v *View) (err error) {
			n, err = v.Node(id)
			return err
		})
		return n.Text
	}
	if got := text(linked); got != "see [[Journey  to Rome]] and [[Journey  to Rome]]" {
		t.Errorf("the links are %q", got)
	}
	view(t, tree, func(v *View) error {
		note, err := v.Note(ids["other [[Rome]]"])
		if note != "for [[Journey  to Rome]],\n[[Rome]]" {
			t.Errorf("the note is %q", note)
		}
		return err
	})
	if _, err := tree.Undo(ThisDevice); err != nil {
		t.Fatal(err)
	}
	if got := text(linked) + text(ids["Trip"]); got != "see [[trip]] and [[Trip ]]Trip" {
		t.Errorf("after undo: %q", got)
	}
	if r := rename(ids["Trip"], "no [[name]]"); r != (Renamed{Left: 2}) || text(linked) != "see [[trip]] and [[Trip ]]" {
		t.Errorf("to a text that cannot be linked to: %+v, %q", r, text(linked))
	}
	more := plant(t, tree, "twin\n")["twin"]
	if r := rename(more, "single"); r != (Renamed{}) || text(twin) != "to [[Twin]]" {
		t.Errorf("one of two: %+v, %q", r, text(twin))
	}
	if r := rename(ids["Twin"], "Single"); r.Nodes != 1 || text(twin) != "to [[Single]]" {
		t.Errorf("the last: %+v, %q", r, text(twin))
	}
}

// TestManyLinks: more links than one action has room for are left as they are.
func TestManyLinks(t *testing.T) {
	tree := open(t)
	ids := plant(t, tree, "Hub\n"+strings.Repeat("to [[hub]]\n", maxRelinked+1))
	do(t, tree, func(e *Edit) error {
		r, err := e.Rename(ids["Hub"], "Centre")
		if r != (Renamed{Left: maxRelinked + 1}) {
			t.Errorf("renamed: %+v", r)
		}
		return err
	})
}

// TestLinkToDay: a link of a day leads to the page of that day.
func TestLinkToDay(t *testing.T) {
	tree := open(t)
	day := Date{T: at(t, "2026-03-04 00:00"), AllDay: true}
	id := plant(t, tree, "as on [[2026-03-04]]\n")["as on [[2026-03-04]]"]
	var p *Page
	view(t, tree, func(v *View) (err error) {
		p, err = v.Page(day, inline.Env{Now: day.T})
		return err
	})
	do(t, tree, func(e *Edit) error {
		_, err := e.Open(p)
		return err
	})
	view(t, tree, func(v *View) error {
		to, err := v.LinkTargets(id)
		if !slices.Equal(to, []ID{p.ID}) {
			t.Errorf("it leads to %v", to)
		}
		if back, _ := v.Backlinks(p.ID); !slices.Equal(back, []ID{id}) {
			t.Errorf("the page is linked from %v", back)
		}
		return err
	})
}
