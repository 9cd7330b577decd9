package tui

import (
	"strings"
	"testing"

	"arbor/model"
	"arbor/ui/screen"
)

// TestFollowLink: a link by name is followed like an arrow, there and back; renaming its end says what became of it.
func TestFollowLink(t *testing.T) {
	tree := newTree(t)
	plant(t, tree, "see [[far away]]\nb\nFar away")
	d := start(t, tree, 80, 24)
	from := d.m.place().Cursor
	d.press("f")
	if pic := d.picture(); !strings.Contains(pic, "along the link to “Far away”") || d.m.place().Cursor == from {
		t.Fatalf("the link is not followed:\n%s", pic)
	}
	d.press("f")
	if d.m.place().Cursor != from {
		t.Errorf("no way back:\n%s", d.picture())
	}
	d.press("fi, on the sea<enter><esc>")
	if got := dump(t, tree); !strings.Contains(got, "see [[Far away, on the sea]]") {
		t.Errorf("renamed, the link is in\n%s", got)
	}
}

// TestMirror: a mirror shows its node, and what is done to it is done to that; f leads there.
func TestMirror(t *testing.T) {
	tree := newTree(t)
	plant(t, tree, "garden state:todo\n\tdig\n\t\tdeep\n\tsow\nweek")
	var m model.ID
	if _, err := tree.Do("mirror", func(e *model.Edit) error {
		garden, _, err := e.FirstChild(model.Root)
		if err != nil {
			return err
		}
		week, _, err := e.LastChild(model.Root)
		if err != nil {
			return err
		}
		m, err = e.Mirror(garden.ID, week.ID, model.Last)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	d := start(t, tree, 80, 24)
	d.send(screen.Goto{ID: m})
	if pic := d.picture(); d.m.place().Cursor != m || !strings.Contains(pic, "◫ garden") || strings.Count(pic, "dig") != 2 || strings.Count(pic, "deep") != 1 {
		t.Fatalf("no mirror, or not what is below it:\n%s", pic)
	}
	d.press("Gi, rake<esc>") // the last of what the mirror shows
	if got := dump(t, tree); !strings.Contains(got, "\tsow, rake\n") || strings.Count(d.picture(), "sow, rake") != 2 {
		t.Errorf("edited below the mirror:\n%s\n%s", got, d.picture())
	}
	d.press("<enter>water<enter><esc>")
	if got := dump(t, tree); !strings.Contains(got, "garden state:todo\n\tdig\n\t\tdeep\n\tsow, rake\n\twater\nweek\n") {
		t.Errorf("added below the mirror:\n%s", got)
	}
	d.send(screen.Goto{ID: m})
	d.press("h")
	if pic := d.picture(); strings.Count(pic, "dig") != 1 {
		t.Errorf("folded, the mirror is shown as\n%s", pic)
	}
	d.press("l")
	d.press("i and shed<esc>d2026-12-01<enter> ")
	if got := dump(t, tree); !strings.Contains(got, "garden and shed state:done due:2026-12-01") || d.m.place().Cursor != m {
		t.Errorf("done through the mirror:\n%s", got)
	}
	d.press("2")
	if pic := d.picture(); !strings.Contains(pic, "◫ garden and shed") {
		t.Errorf("no mirror on the map:\n%s", pic)
	}
	d.press("]")
	if pic := d.picture(); strings.Contains(pic, "◫") || !strings.Contains(pic, "deep") {
		t.Errorf("gone into on the map, the mirror shows\n%s", pic)
	}
	d.press("[")
	d.send(screen.Goto{ID: m})
	d.press("1]")
	if pic := d.picture(); strings.Contains(pic, "◫") || !strings.Contains(pic, "deep") {
		t.Errorf("gone into, the mirror shows\n%s", pic)
	}
	d.press("[")
	d.send(screen.Goto{ID: m})
	d.press("fx")
	d.send(screen.Goto{ID: m})
	if pic := d.picture(); !strings.Contains(pic, "◫ gone") {
		t.Errorf("its node deleted, the mirror is shown as\n%s", pic)
	}
	d.press(" ")
	if pic := d.picture(); !strings.Contains(pic, "what it mirrors is gone") {
		t.Errorf("done without a node:\n%s", pic)
	}
}

// TestToday: one key leads to the page of today, which it begins; the next time it is the same.
func TestToday(t *testing.T) {
	tree := newTree(t)
	plant(t, tree, small)
	d := start(t, tree, 80, 24)
	d.press("T")
	if pic := d.picture(); !strings.Contains(pic, "2026-03-04 Wed") || !strings.Contains(pic, "is begun") {
		t.Fatalf("no page of today:\n%s", pic)
	}
	page := d.m.place().Cursor
	was := dump(t, tree)
	d.press("gT")
	if got := dump(t, tree); got != was || d.m.place().Cursor != page {
		t.Errorf("the second time:\n%s\nwant\n%s", got, was)
	}
}
