package tui

import (
	"strings"
	"testing"
)

// TestPause: what repeats is paused until a day or until it goes on, which the same key has it do.
func TestPause(t *testing.T) {
	for _, sc := range []struct{ name, keys, want, says string }{
		{"until a day", "Ffri<enter>", "due:2026-03-13", "paused until Fri 6 Mar: “a” · u undoes"},
		{"until it goes on", "F<enter>", "wait:someday", "paused until it goes on: “a”"},
		{"goes on", "F<enter>F", "due:2026-03-06", "goes on: “a”; again Fri 6 Mar"},
		{"undone", "F<enter>u", "due:2026-03-06", "undid: pause"},
		{"into the past", "F-3d<enter>", "due:2026-03-06", "a pause ends today or later"},
		{"not understood", "F31 feb<enter>", "due:2026-03-06", "February has 29 days"},
		{"left", "Ffri<esc>", "due:2026-03-06", ""},
		{"what does not repeat", "jF", "due:2026-03-06", "“b” does not repeat"},
	} {
		t.Run(sc.name, func(t *testing.T) {
			tree := newTree(t)
			plant(t, tree, "a due:2026-03-06 rec:weekly\nb\n")
			d := start(t, tree, 100, 30)
			d.press(sc.keys)
			if got := dump(t, tree); !strings.Contains(got, sc.want) || strings.Contains(got, "wait:") != strings.Contains(sc.want, "wait:") {
				t.Errorf("the tree is\n%s, want %s", got, sc.want)
			}
			if pic := d.picture(); !strings.Contains(pic, sc.says) {
				t.Errorf("the screen does not say %q:\n%s", sc.says, pic)
			}
		})
	}
}
