//go:build unix

package main

import (
	"strings"
	"testing"
)

// The plot of the built program in a real terminal: what commands log is seen at once; a click and keys point at samples, and what is changed there
// is what commands find; kinds, words, series beside and what happened are a key each.
func TestTmuxPlot(t *testing.T) {
	h := newHome(t)
	for _, x := range [][2]string{{"80", "2026-01-01 7:00"}, {"81", "2026-01-02 7:00"}, {"82", "2026-01-03 7:00"}} {
		h.must(t, "log", "weight", x[0], "--at", x[1])
	}
	h.must(t, "series", "set", "weight", "unit:kg")
	h.must(t, "log", "sleep", "7", "--at", "2026-01-02 8:00")
	m := newTmux(t, h, 100, 30)
	w := m.open(t, "plot", "exec arbor")
	m.see(t, w, "1 outline")
	m.keys(t, w, "6")
	m.see(t, w, "6 plot", "weight  82 kg", "3 samples")
	h.must(t, "log", "weight", "83", "--at", "2026-01-04 7:00")
	m.see(t, w, "weight  83 kg", "4 samples")

	m.keys(t, w, ",", "Left")
	m.see(t, w, "• 82 kg at Sat 3 Jan 2026 07:00:00", "edit")
	m.keys(t, w, "Enter")
	m.typed(t, w, "79.5")
	m.keys(t, w, "Enter")
	m.see(t, w, "82 kg → 79.5 kg", "• 79.5 kg", "corrected")
	if out := h.must(t, "log", "weight", "--list"); !strings.Contains(out, "79.5 kg") || strings.Contains(out, "82 kg") {
		t.Errorf("after the correction there is\n%s", out)
	}
	h.must(t, "log", "weight", "--edit", "78", "--at", "2026-01-03 7:00")
	m.see(t, w, "• 78 kg at Sat 3 Jan")
	m.keys(t, w, "x")
	m.see(t, w, "removed 78 kg of weight", "3 samples")
	m.keys(t, w, "u")
	m.see(t, w, "undid: remove samples of weight", "4 samples", "• 78 kg at Sat 3 Jan")
	m.typed(t, w, "\x1b[<0;9;20M\x1b[<0;9;20m") // a click near the left edge
	m.see(t, w, "• 80 kg at Thu 1 Jan")
	m.keys(t, w, "A")
	m.typed(t, w, "84 2026-01-05 7:00")
	m.keys(t, w, "Enter")
	m.see(t, w, "logged weight 84 kg", "5 samples")

	m.keys(t, w, "s")
	m.see(t, w, "sleep")
	m.keys(t, w, "Enter")
	m.see(t, w, "sleep  7", "├")
	h.must(t, "add", "a cold [[weight]] when:2026-01-02..2026-01-03")
	m.see(t, w, "a cold")
	m.keys(t, w, "W")
	m.see(t, w, "pointing at 80 kg", "2 Jan 2026 – 3 Jan 2026: a cold")
	m.keys(t, w, "W")
	for _, kind := range []string{"line", "step", "bar", "area", "points", "band", "histogram", "heat", "calendar", "box", "scatter", "spark"} {
		m.keys(t, w, "v")
		m.see(t, w, kind)
	}
	m.keys(t, w, "q")
}
