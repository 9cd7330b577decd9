package timeseries

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// planted are bugs: in a file, one stretch is replaced by another.
var planted = []struct{ name, file, old, bug string }{
	{"a change does not reach the levels above", "level.go", "return b.change(tx, s, x, level+1, number/fanOut, &above)", "_ = above\n\treturn nil"},
	{"a chunk goes behind a run that it overlaps", "level.go", "x.end <= e.t0 &&", "x.end <= e.t1 &&"},
	{"a run ends where its last chunk begins", "level.go", "x.live+1, e.t1", "x.live+1, e.t0"},
	{"blocks of an empty run stay", "level.go", "for _, kind := range []byte{keyBlock, keySketch} {", "for _, kind := range []byte{keySketch} {"},
	{"a dropped chunk is forgotten by the directory", "level.go", "x[0].live == x[0].n {", "x[0].live <= x[0].n {"},
	{"hidden samples are counted", "hide.go", "if asked && taken[k] || !asked && was {", "if !asked && was {"},
	{"hidden samples stay hidden", "hide.go", "|| !asked && was {", "|| was {"},
	{"a removed sample hides", "hide.go", "if asked && live {", "if asked && (live || true) {"},
	{"what a dropped chunk hid does not come back", "chunk.go", "return b.settle(tx, s, d, c.t)", "return nil"},
	{"a trim forgets what was removed before", "trim.go", "union(p.dead, dead))", "dead)"},
	{"an hour that clocks go on to has no beginning", "calendar.go", "before.Hour() != start.In(c.Zone).Hour()", "before.Hour() > 24"},
	{"weeks begin on Monday whatever is said", "calendar.go", "+ 6 - c.WeekShift + 7) % 7", "+ 6 + 7) % 7"},
	{"a sketch keeps what was dropped", "sketch.go", "tell(before, h.Remove)", "_ = before"},
	{"a bucket takes what ends at its end", "query.go", "&& t1 < b.To", "&& t1 <= b.To"},
	{"a tail that hides is not asked", "query.go", "&& !shared(above, n):", "&& len(above) < 99:"},
	{"the middle of a block is taken for its whole", "query.go", "case len(hidden) == 0 && f.within(n.t0, n.t1) &&", "case len(hidden) == 0 && f.within(n.t1, n.t1) &&"},
	{"deletions take one sample more", "query.go", "case len(hidden) > 0 && hidden[0].from <= n.t0 && hidden[0].to > n.t1:", "case len(hidden) > 0 && hidden[0].from <= n.t0 && hidden[0].to >= n.t1:"},
	{"devices that share one time are added up", "overlap.go", "d != x.device && end >= x.t0", "d != x.device && end > x.t0"},
	{"devices that share their time are added up", "overlap.go", "if deepest <= 1 {", "if deepest <= 99 {"},
	{"what is in the cache is changed", "cache.go", "p.cols, p.kept = pool.Get().(*columns), nil\n\t\tp.cols.set(k.columns)\n\t\tb.cache.giveBack(k)", "_ = k"},
	{"the lesser of two summaries at one end wins", "summary.go", "if o.T1 > s.T1 ||", "if o.T1 < s.T1 ||"},
	{"the spread of two means is lost", "summary.go", "s.M2 += o.M2 + d*d*float64(s.N)*part", "s.M2 += o.M2"},
	{"open blocks of the upper levels are not read", "walk.go", "if n := uint64(x.n) >> (5 * (level - 1)); n%fanOut > 0 {", "if n := uint64(x.n) >> (5 * (level - 1)); n%fanOut > 0 && level != 2 {"},
	{"a chunk that ends at a time does not hold it", "walk.go", "return i < len(t) && t[i] <= t1", "return i < len(t) && t[i] < t1"},
	{"a view does not look at blocks", "version.go", "add(x.of.blockKey(x.run, x.level, x.number), x.bytes)", "add(x.of.blockKey(x.run, x.level, x.number), nil)"},
	{"a block's print does not tell of its chunks", "level.go", "above.gone, above.print = true, printOf(block)", "above.gone, above.print = true, printOf(nil)"},
	{"a view keeps the first time that changed", "version.go", "limit = min(limit, n.t0)", "limit = min(limit, n.t0+1)"},
	{"a view keeps what was dropped", "version.go", "limit = min(limit, x.t0)", "_ = limit"},
	{"a view by one policy is used for others", "views.go", "v := c.all[series]", "v := c.all[Series{ID: series.ID}]"},
	{"a view ends one sample late", "views.go", "end = t[0]\n", "end = t[0] + 1\n"},
	{"a leaf that is valid in part is used", "view.go", "limit = min(limit, v.leaves[n].t0)", "_ = limit"},
	{"a leaf that has the time of a tail is used", "view.go", "if k.holds(points.t) {", "if k.holds(nil) {"},
	{"a leaf is not asked for hidden samples", "view.go", "case len(over) == 0 && f.within(", "case f.within("},
	{"a conflict forgets what was said last", "conflict.go", "stamps[claim{c.T, y.Device}], stamps[claim{c.T, x.Device}]", "stamps[claim{}], stamps[claim{}]"},
	{"twins count once in a sum", "twin.go", "if policy == Sum {", "if policy == All {"},
	{"chunks are twins whatever is removed of them", "twin.go", "[][]uint16{e.dead, e.beneath}", "[][]uint16{}"},
	{"the twin of the lesser device is left", "twin.go", "nodes[i].of.device > out[at].of.device", "nodes[i].of.device < out[at].of.device"},
	{"places are kept wrong", "entry.go", "end = int(places[i]) + n", "end = int(places[i])"},
}

// TestPlanted plants bugs, one at a time, and runs the tests of this package, which must fail. Each costs the making of a test binary: without
// ARBOR_SOAK they only have to fit the source.
func TestPlanted(t *testing.T) {
	for _, p := range planted {
		t.Run(p.name, func(t *testing.T) {
			source, err := os.ReadFile(p.file)
			if err != nil {
				t.Fatal(err)
			}
			if n := strings.Count(string(source), p.old); n != 1 {
				t.Fatalf("%s has %q %d times, want it once", p.file, p.old, n)
			}
			if os.Getenv("ARBOR_SOAK") == "" {
				return
			}
			mustFail(t, p.file, strings.Replace(string(source), p.old, p.bug, 1))
		})
	}
}

// mustFail runs the tests with another text for a file.
func mustFail(t *testing.T, file, text string) {
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad.go")
	full, err := filepath.Abs(file)
	if err != nil {
		t.Fatal(err)
	}
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{full: bad}})
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{bad: []byte(text), filepath.Join(dir, "overlay"): overlay} {
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("go", "test", "-vet=off", "-failfast", "-run", "Levels|Views|Oracle|Policies|Approx|Overview|Marks|Damage|Devices|Cache|Calendar|Weekdays",
		"-overlay", filepath.Join(dir, "overlay"), "-rapid.nofailfile", "-rapid.checks=100", ".")
	cmd.Env = append(os.Environ(), "ARBOR_SOAK=")
	out, err := cmd.CombinedOutput()
	if err == nil {
		t.Fatalf("no test finds it:\n%s", out)
	}
	if !strings.Contains(string(out), "--- FAIL") && !strings.Contains(string(out), "panic:") {
		t.Fatalf("%v\n%s", err, out)
	}
}
