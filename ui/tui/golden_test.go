package tui

import (
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

var update = flag.Bool("update", false, "write the pictures in testdata again")

// TestPictures compares whole windows with the files in testdata, at three widths and at the least size.
func TestPictures(t *testing.T) {
	scenes := []struct {
		name, tree, keys string
	}{
		{"empty", "", ""},
		{"empty-typed", "", "Buy milk"},
		{"empty-closed", "", "<esc>"},
		{"outline", sample, "jj"},
		{"marked", sample, "jjmm"},
		{"adding", sample, "jjj<tab>Ring her +phone"},
		{"editing", sample, "jji"},
		{"drilled", sample, "jj]"},
		{"levels", sample, "z1"},
		{"which", sample, "z"},
		{"find", sample, "/pa"},
		{"due", sample, "jdfri 17:00"},
		{"due-wrong", sample, "jd31 feb"},
		{"help", sample, "?"},
		{"help-search", sample, "?undo"},
		{"palette", sample, ":dra"},
		{"deleted", sample, "<del>"},
		{"arrow", sample, "jrjj"},
		{"hidden", sample, "."},
	}
	sizes := []struct{ w, h int }{{20, 5}, {40, 12}, {80, 24}, {200, 50}}
	for _, sc := range scenes {
		for _, size := range sizes {
			name := sc.name + "-" + strconv.Itoa(size.w)
			t.Run(name, func(t *testing.T) {
				tree := newTree(t)
				if sc.tree != "" {
					plant(t, tree, sc.tree)
				}
				d := start(t, tree, size.w, size.h)
				d.press(sc.keys)
				d.send(whichKey{d.m.typedAt})
				compare(t, name, d.picture())
			})
		}
	}
}

func compare(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the picture differs from %s\n--- got\n%s--- want\n%s", file, got, want)
	}
}
