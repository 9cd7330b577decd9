//go:build unix

package main

import (
	"strings"
	"testing"
)

// The lists of the interface on the built program: agenda, next and a query show what commands add meanwhile, and what is done to a row in one of
// them, or answered in the review, is what commands find.
func TestTmuxLists(t *testing.T) {
	h := newHome(t)
	h.must(t, "add", "Tax return", "due:-3d", "state:todo")
	h.must(t, "add", "Buy paint", "state:todo", "+shop")
	h.must(t, "add", "Paint the walls", "state:todo", "+home")
	h.must(t, "add", "Shopping", "query:+shop")
	m := newTmux(t, h, 100, 30)
	w := m.open(t, "lists", "exec arbor")
	m.see(t, w, "Paint the walls")

	m.keys(t, w, "3")
	m.see(t, w, "Late", "was due")
	h.must(t, "add", "Dinner", "when:tomorrow 19:00..21:00")
	m.see(t, w, "19:00–21:00", "Dinner")

	m.keys(t, w, "7")
	m.see(t, w, "3 ready")
	m.keys(t, w, "y")
	m.see(t, w, "urgency")
	m.keys(t, w, "Space")
	m.see(t, w, "done: “Tax return”", "2 ready")
	if out := h.must(t, "ls", "is:task -done"); strings.Contains(out, "Tax return") {
		t.Errorf("it was done, but ls says\n%s", out)
	}
	m.keys(t, w, "u")
	m.see(t, w, "undid: done", "3 ready")

	m.keys(t, w, "Q")
	m.typed(t, w, "@shop")
	m.keys(t, w, "Enter")
	m.see(t, w, "1 found", "Buy paint")
	h.must(t, "add", "Nails", "+shop")
	m.see(t, w, "2 found", "Nails")
	m.keys(t, w, "Escape")
	m.see(t, w, "1 outline")

	m.keys(t, w, "/")
	m.typed(t, w, "walls")
	m.keys(t, w, "Enter")
	m.keys(t, w, "D")
	m.typed(t, w, "buy")
	m.keys(t, w, "Enter")
	m.see(t, w, "needs “Buy paint”", "⊘")
	if out := h.must(t, "ls", "is:blocked"); !strings.Contains(out, "Paint the walls") {
		t.Errorf("what is blocked is\n%s", out)
	}

	m.keys(t, w, "f")
	m.see(t, w, "“Buy paint”")
	m.keys(t, w, "Y")
	m.see(t, w, "links to Buy paint", "By an arrow", "1 leads here")
	h.must(t, "add", "Ask for [[buy paint]]")
	m.see(t, w, "By its name", "2 lead here")
	m.keys(t, w, "Escape")
	m.see(t, w, "1 outline")

	m.keys(t, w, "9")
	m.see(t, w, "Overdue", "1 of")
	m.keys(t, w, "f")
	m.typed(t, w, "3d")
	m.keys(t, w, "Enter")
	m.see(t, w, "deferred until")
	m.keys(t, w, "E")
	m.see(t, w, "the week is noted", "Review: 0 done")
	m.keys(t, w, "q")
}
