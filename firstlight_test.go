//go:build unix

package main

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// taxi is a table like that of the rides of New York's taxis: a value each half hour, 10,320 of them. Where ARBOR_SAMPLES names a directory
// with the real one that is taken.
func taxi(t *testing.T, h *home) string {
	t.Helper()
	if real := filepath.Join(os.Getenv("ARBOR_SAMPLES"), "csv", "nyc_taxi.csv"); os.Getenv("ARBOR_SAMPLES") != "" {
		return real
	}
	var b strings.Builder
	b.WriteString("timestamp,value\n")
	at := time.Date(2014, 7, 1, 0, 0, 0, 0, time.UTC)
	for i := range 10_320 {
		day := 2 * math.Pi * float64(i) / 48
		fmt.Fprintf(&b, "%s,%.0f\n", at.Add(time.Duration(i)*30*time.Minute).Format(time.DateTime), 15_000-9_000*math.Cos(day)+3_000*math.Sin(day/7))
	}
	name := filepath.Join(h.dir, "nyc_taxi.csv")
	if err := os.WriteFile(name, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// A life is brought in from three programs into one store, and seen: the tree, a search, the map with an arrow, and the plot.
func TestTmuxFirstLight(t *testing.T) {
	h := newHome(t)
	wd, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	exchange := filepath.Join(wd, "model", "exchange")
	h.must(t, "import", filepath.Join(exchange, "void", "testdata", "map.db"))
	h.must(t, "import", filepath.Join(exchange, "taskwarrior", "testdata", "tasks.json"))
	h.must(t, "import", taxi(t, h), "--series", "taxi rides")
	trip := strings.TrimSpace(h.must(t, "add", "trip to the sea"))
	h.must(t, "add", "flights", "under:"+trip)
	h.must(t, "add", "packing", "under:"+trip)

	m := newTmux(t, h, 120, 40)
	w := m.open(t, "arbor", "exec arbor")
	m.see(t, w, "Taskwarrior", "void.rs", "taxi rides", "trip to the sea")

	m.keys(t, w, "/")
	m.see(t, w, "find")
	m.typed(t, w, "packing")
	m.see(t, w, "packing", "│  packing")
	m.keys(t, w, "Enter")
	m.until(t, w, "the tree again", func(s string) bool { return !strings.Contains(s, "find packing") })

	m.keys(t, w, "2")
	m.see(t, w, "─┬── flights", "╰── packing")
	m.keys(t, w, "r", "Up", "r")
	m.see(t, w, "arrow says")
	m.typed(t, w, "before")
	m.keys(t, w, "Enter")
	m.see(t, w, "an arrow to “flights”", "flights ◂")
	h.see(t, "show", "packing", "arrow     to flights (before)")

	m.keys(t, w, "1", "/")
	m.see(t, w, "find")
	m.typed(t, w, "taxi")
	m.see(t, w, "│  taxi rides")
	m.keys(t, w, "Enter", "6")
	m.see(t, w, "10320 samples", "2014", "⣿")
	m.keys(t, w, "q")
	h.must(t, "store", "verify")
}

// see checks that a command on the node of that text prints what it should.
func (h *home) see(t *testing.T, verb, text, want string) {
	t.Helper()
	if out := h.must(t, verb, `"`+text+`"`); !strings.Contains(out, want) {
		t.Errorf("arbor %s of %q does not say %q:\n%s", verb, text, want, out)
	}
}
