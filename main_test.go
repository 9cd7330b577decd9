package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// The test binary is also the program: a script that runs arbor runs this binary under that name. There, and not in what people run,
// ARBOR_NOW is an instant, such as 2026-11-22T17:00:00+01:00, at which the clock stands still.
func TestMain(m *testing.M) {
	if at, set := os.LookupEnv("ARBOR_NOW"); set {
		now, err := time.Parse(time.RFC3339, at)
		if err != nil {
			fmt.Fprintf(os.Stderr, "ARBOR_NOW: %v\n", err)
			os.Exit(2)
		}
		clock = func() time.Time { return now }
	}
	testscript.Main(m, programs())
}

// edge allows the packages that match from to import those that match to, each a path or, with a trailing "/...", a path and all below.
type edge struct{ from, to, why string }

// edges are the floors of the house. A new one is a change of the design: it is argued in the commit that adds it.
var edges = []edge{
	{"arbor", "arbor/...", "main alone sees the whole house"},

	{"arbor/store/...", "arbor/store/...", "the engine, its index, its disk and its wire are one noun"},
	{"arbor/store/...", "arbor/timeseries/histogram", "latencies are counted in the same buckets as samples; it is pure"},
	{"arbor/timeseries/...", "arbor/store", "series are bytes in the store"},
	{"arbor/timeseries/...", "arbor/timeseries/...", "codec, histogram and ingestion serve one noun"},
	{"arbor/timeseries/...", "arbor/sync/hlc", "a sample's order is a clock's"},
	{"arbor/sync/crdt", "arbor/sync/hlc", "merge laws compare stamps"},
	{"arbor/model/...", "arbor/model/...", "nodes, queries, dates and formats are one noun"},
	{"arbor/model/...", "arbor/timeseries/...", "a node may be a series"},
	{"arbor/model/...", "arbor/store", "the log and the state are bytes in the store"},
	{"arbor/model/...", "arbor/sync/hlc", "a change is stamped"},
	{"arbor/model/...", "arbor/sync/crdt", "the fold merges by these laws"},

	{"arbor/ui/...", "arbor/model/...", "a picture is made of nodes"},
	{"arbor/ui/...", "arbor/timeseries/...", "a plot is made of buckets"},
	{"arbor/ui/...", "arbor/config", "settings are data"},
	{"arbor/ui/...", "arbor/ui/grid", "every picture is cells"},
	{"arbor/ui/...", "arbor/ui/theme", "cells carry styles of one table"},
	{"arbor/ui/cli", "arbor/store", "doctor and the store verbs speak of the engine"},
	{"arbor/ui/cli", "arbor/ui/plot", "arbor plot draws the chart that the screen draws"},
	{"arbor/ui/cli", "arbor/ui/hook", "hooks run beside the changes of every session, which the command line opens"},
	{"arbor/ui/cli", "arbor/ui/editor", "a note goes through the same editor from the screen and from a command"},
	{"arbor/ui/tui", "arbor/ui/...", "the root holds the screens"},
	{"arbor/ui/...", "arbor/ui/command", "one table of commands feeds footer, help, palette and keys"},
	{"arbor/ui/screen/...", "arbor/ui/screen", "what a screen is"},
	{"arbor/ui/overlay", "arbor/ui/screen", "an overlay takes keys as a screen does"},
	{"arbor/ui/screen/...", "arbor/ui/line", "text is typed in one kind of line"},
	{"arbor/ui/overlay", "arbor/ui/line", "text is typed in one kind of line"},
	{"arbor/ui/screen/mindmap", "arbor/ui/mindmap", "the layout and drawing of a map are pure and stand apart"},
	{"arbor/ui/screen/...", "arbor/ui/plot", "a series is drawn as arbor plot draws it"},
}

// owners says who alone may import a module from outside, where that matters.
var owners = []edge{
	{"arbor/store/disk", "github.com/pawelgaczynski/giouring", "the ring is one file behind the disk's seam"},
	{"arbor/ui/cli", "github.com/spf13/cobra", "commands are the command line's"},
	{"arbor/model/recur", "github.com/teambition/rrule-go", "the calendar of a rule is the library's, what it means for a task is ours"},
	{"arbor/timeseries/fn", "gonum.org/v1/gonum", "quantiles of distributions are the library's, what is asked of a series is ours"},
	{"arbor/config", "github.com/pelletier/go-toml/v2", "settings are the only TOML"},
	{"arbor/config", "github.com/adrg/xdg", "one package knows where a person's files are"},
	{"arbor/ui/plot", "golang.org/x/image", "letters and smooth lines of a PNG; no other image is painted"},
	{"none of ours", "expvar", "to import it adds a handler to the default HTTP server; store.Vars is what it publishes"},
}

func (e edge) allows(from, to string) bool { return matches(e.from, from) && matches(e.to, to) }

func matches(pattern, path string) bool {
	if base, ok := strings.CutSuffix(pattern, "/..."); ok {
		return path == base || strings.HasPrefix(path, base+"/")
	}
	return path == pattern
}

// TestImports holds the edges of the house: imports point down, never up, never sideways.
func TestImports(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("no go command")
	}
	cmd := exec.Command("go", "list", "-tags", "iouring", "-f", "{{.ImportPath}}{{range .Imports}} {{.}}{{end}}", "./...")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		from := fields[0]
		for _, to := range fields[1:] {
			if matches("arbor/...", to) && !allowed(edges, from, to) {
				t.Errorf("%s must not import %s", from, to)
			}
			for _, o := range owners {
				if matches(o.to+"/...", to) && !matches(o.from, from) {
					t.Errorf("%s must not import %s: %s", from, to, o.why)
				}
			}
		}
	}
}

func allowed(edges []edge, from, to string) bool {
	for _, e := range edges {
		if e.allows(from, to) {
			return true
		}
	}
	return false
}

// The rules refuse what they should: an edge up, one sideways, one that skips the seam.
func TestImportsRefuses(t *testing.T) {
	for _, e := range []struct{ from, to string }{
		{"arbor/store", "arbor/model"}, {"arbor/model", "arbor/ui/cli"}, {"arbor/ui/screen/outline", "arbor/ui/screen/mindmap"},
		{"arbor/ui/tui", "arbor/store"}, {"arbor/config", "arbor/store"}, {"arbor/timeseries", "arbor/model"}, {"arbor/model", "arbor/store/disk"},
	} {
		if allowed(edges, e.from, e.to) {
			t.Errorf("%s may import %s", e.from, e.to)
		}
	}
}
