package store

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestSafety holds SAFETY.md to what there is: the tests that it names exist, every planted bug stands in its table, and one of the tests that
// guard its row is one that must find it.
func TestSafety(t *testing.T) {
	text, err := os.ReadFile("SAFETY.md")
	must(t, err)
	there := testNames(t)
	tests := regexp.MustCompile("`((?:Test|Fuzz)\\w+)`")
	for _, m := range tests.FindAllSubmatch(text, -1) {
		if !there[string(m[1])] {
			t.Errorf("SAFETY.md names %s, which does not exist", m[1])
		}
	}
	rows, placed := 0, map[string]bool{}
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.Trim(line, "| \n"), " | ")
		if !regexp.MustCompile(`^L[1-7]( L[1-7])*$`).MatchString(cells[min(1, len(cells)-1)]) {
			continue
		}
		rows++
		guards := tests.FindAllStringSubmatch(line, -1)
		if len(guards) == 0 {
			t.Errorf("nothing guards the row %.40s", line)
		}
		if len(cells) < 5 {
			continue // nothing is planted for it
		}
		for _, bug := range strings.Fields(cells[4]) {
			placed[bug] = true
			file := filepath.Join("testdata", "planted", bug+".diff")
			if _, err := os.Stat(file); err != nil {
				t.Errorf("SAFETY.md: %v", err)
				continue
			}
			finders := slices.Concat(slices.Collect(maps.Values(readPlanted(t, file).fails))...)
			if !slices.ContainsFunc(guards, func(m []string) bool { return slices.Contains(finders, m[1]) }) {
				t.Errorf("%s is found by %v: none of them guards its row", bug, finders)
			}
		}
	}
	if rows < 30 {
		t.Errorf("SAFETY.md has only %d hazards", rows)
	}
	files, err := filepath.Glob("testdata/planted/*.diff")
	must(t, err)
	for _, f := range files {
		if name := strings.TrimSuffix(filepath.Base(f), ".diff"); !placed[name] {
			t.Errorf("SAFETY.md does not name the planted bug %s", name)
		}
	}
}

// testNames are the tests and fuzzers of this package and of those below.
func testNames(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	must(t, filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		for _, m := range regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`).FindAllSubmatch(source, -1) {
			names[string(m[1])] = true
		}
		return err
	}))
	return names
}
