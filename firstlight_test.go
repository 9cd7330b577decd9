//go:build unix

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// taxiRides returns the file of taxi rides in New York, or one of the same shape where the samples are not at hand.
func taxiRides(t *testing.T, h *home) string {
	t.Helper()
	if file, err := filepath.Abs("../shared/samples/csv/nyc_taxi.csv"); err == nil {
		if _, err := os.Stat(file); err == nil {
			return file
		}
	}
	var b strings.Builder
	b.WriteString("timestamp,value\n")
	at := time.Date(2014, 7, 1, 0, 0, 0, 0, time.UTC)
	for i := range 10320 {
		fmt.Fprintf(&b, "%s,%d\n", at.Add(time.Duration(i)*30*time.Minute).Format(time.DateTime), 8000+i%48*400)
	}
	file := filepath.Join(h.dir, "taxi.csv")
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// A life comes in from void, Taskwarrior and a file of measurements, and is seen: as a tree, by a search, as a map with an arrow, and as a
// plot.
func TestTmuxFirstLight(t *testing.T) {
	h := newHome(t)
	m := newTmux(t, h, 120, 36)
	fixture := func(parts ...string) string {
		file, err := filepath.Abs(filepath.Join(parts...))
		if err != nil {
			t.Fatal(err)
		}
		return file
	}
	h.must(t, "import", "void", fixture("model", "exchange", "void", "testdata", "map.db"))
	h.must(t, "import", "taskwarrior", fixture("model", "exchange", "taskwarrior", "testdata", "tasks.json"))
	h.must(t, "import", "csv", taxiRides(t, h), "--series", "taxi")
	from := strings.TrimSpace(h.must(t, "add", "zebra crossing"))
	h.must(t, "add", "yonder")

	window := m.open(t, "light", "exec arbor")
	m.see(t, window, "outline", "Taskwarrior")
	m.typed(t, window, "/")
	m.see(t, window, "find")
	m.typed(t, window, "zebra")
	m.keys(t, window, "Enter")
	m.see(t, window, "zebra crossing")
	m.keys(t, window, "r") // an arrow begins at the node that was found
	m.typed(t, window, "/")
	m.see(t, window, "find")
	m.typed(t, window, "yonder")
	m.keys(t, window, "Enter", "r")
	m.see(t, window, "arrow says")
	m.typed(t, window, "leads to")
	m.keys(t, window, "Enter")
	m.see(t, window, "⇢ leads to: yonder")
	m.keys(t, window, "2")
	m.until(t, window, "the map with the arrow's head beside its node", func(screen string) bool {
		return strings.Contains(screen, "zebra crossing") && strings.Contains(screen, "yonder") && strings.ContainsAny(screen, "◂▸▾▴")
	})
	m.keys(t, window, "6")
	m.see(t, window, "taxi", "10320 samples", "2014", "Oct")
	m.keys(t, window, "1", "q")
	if out := h.must(t, "show", from); !strings.Contains(out, "to yonder (leads to)") {
		t.Errorf("the arrow is not kept:\n%s", out)
	}
}
