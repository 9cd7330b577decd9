package tui

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	life "arbor/model/sample"
	"arbor/timeseries"
)

// TestShots holds the pictures of the README to what the program draws; -update makes them anew.
func TestShots(t *testing.T) {
	for _, c := range []struct {
		name, keys string
		w, h       int
	}{
		{"outline", "jjj", 96, 26},
		{"map", "]2", 96, 24},
		{"plot", "6", 96, 22},
	} {
		tree, db := newTreeIn(t)
		if err := life.Life(tree, noon, 1); err != nil {
			t.Fatal(err)
		}
		book, err := timeseries.Open(db)
		if err != nil {
			t.Fatal(err)
		}
		d := start(t, tree, c.w, c.h, func(o *Options) {
			o.Book, o.Theme, o.Getenv = book, "dark", func(name string) string {
				return map[string]string{"TERM": "xterm-256color", "COLORTERM": "truecolor"}[name]
			}
		})
		d.press(c.keys)
		var b bytes.Buffer
		if err := d.m.draw().SVG(&b, d.m.theme); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join("..", "shots", c.name+".svg")
		if *update {
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(file)
		if err != nil || !bytes.Equal(want, b.Bytes()) {
			t.Errorf("%s is not what the screen shows now (%v); run make shots", file, err)
		}
	}
}
