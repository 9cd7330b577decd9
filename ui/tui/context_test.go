package tui

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"arbor/ui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

var contexts = []screen.Context{{Name: "home", Query: "+home", Stamp: "+home prio:M"}, {Name: "travel", Query: "tag:travel"}}

// TestContext: a context is chosen from a list, narrows every view, stamps what is added, is kept for the command line, and ends.
func TestContext(t *testing.T) {
	for _, size := range []struct{ w, h int }{{20, 5}, {40, 12}, {80, 24}, {200, 50}} {
		name := "context-" + strconv.Itoa(size.w)
		tree := newTree(t)
		plant(t, tree, sample)
		var kept []string
		d := start(t, tree, size.w, size.h, func(o *Options) {
			o.Contexts = contexts
			o.SetContext = func(name string) error { kept = append(kept, name); return nil }
		})
		d.press("C")
		compare(t, name+"-list", d.picture())
		d.press("home<enter>")
		d.press("j") // forgets what was said
		compare(t, name, d.picture())
		if size.w < 80 {
			continue
		}
		for _, view := range []struct{ keys, in, out string }{{"1", "Sow beans", "Trip"}, {"2", "Kitchen", "Trip"}, {"3", "Fix the tap", "flat"}, {"7", "Fix the tap", "Pack"}} {
			if pic := d.press(view.keys).picture(); view.keys == "3" || view.keys == "7" {
				if strings.Contains(pic, view.out) {
					t.Errorf("view %s shows %s:\n%s", view.keys, view.out, pic)
				}
			} else if strings.Contains(pic, view.out) || !strings.Contains(pic, view.in) || !strings.Contains(pic, "[home]") {
				t.Errorf("view %s:\n%s", view.keys, pic)
			}
		}
		d.press("1g<enter>a hammer<esc>aa nail<enter>")
		if got := dump(t, tree); !strings.Contains(got, "a hammer +home prio:4") || !strings.Contains(got, "a nail +home prio:4") {
			t.Errorf("not stamped:\n%s", got)
		}
		if pic := d.picture(); !strings.Contains(pic, "a hammer") {
			t.Errorf("what was added is not shown:\n%s", pic)
		}
		d.press("<esc>Cnone<enter>g")
		if pic := d.picture(); !strings.Contains(pic, "Trip to Lisbon") || strings.Contains(pic, "[home]") {
			t.Errorf("after none:\n%s", pic)
		}
		if strings.Join(kept, " ") != "home none" {
			t.Errorf("kept %q", kept)
		}
	}
}

// TestContextBeginsAndFails: the context of the command line holds from the beginning; what cannot be kept holds in the window and is said; a stamp
// that is none refuses the line and keeps it.
func TestContextBeginsAndFails(t *testing.T) {
	tree := newTree(t)
	plant(t, tree, sample)
	d := start(t, tree, 80, 24, func(o *Options) {
		o.Contexts = append([]screen.Context{{Name: "odd", Stamp: "no stamp"}}, contexts...)
		o.Context = "travel"
		o.SetContext = func(string) error { return errors.New("the disk is full") }
	})
	if pic := d.picture(); !strings.Contains(pic, "[travel]") || strings.Contains(pic, "Kitchen") || !strings.Contains(pic, "Rain jacket") {
		t.Errorf("at the beginning:\n%s", pic)
	}
	d.press("Codd<enter>")
	if pic := d.picture(); !strings.Contains(pic, "holds in this window alone: the disk is full") || !strings.Contains(pic, "[odd]") {
		t.Errorf("not kept:\n%s", pic)
	}
	was := dump(t, tree)
	d.press("<enter>a line<enter>")
	if pic := d.picture(); !strings.Contains(pic, `stamp of context odd: "no stamp" is no tag, key or date`) || dump(t, tree) != was {
		t.Errorf("a wrong stamp:\n%s", pic)
	}
	empty := start(t, tree, 80, 24)
	empty.press("C")
	if pic := empty.picture(); !strings.Contains(pic, "the settings have no context") {
		t.Errorf("without contexts:\n%s", pic)
	}
}

// TestContextElsewhere: a context that another process chooses narrows the open window; one that holds already, is not known or cannot be read
// changes nothing.
func TestContextElsewhere(t *testing.T) {
	tree := newTree(t)
	plant(t, tree, sample)
	d := start(t, tree, 80, 24, func(o *Options) { o.Contexts, o.SetContext = contexts, func(string) error { return nil } })
	type held struct {
		name string
		err  error
	}
	answers := []held{{"", nil}, {"travel", nil}, {"", errors.New("no file")}, {"travel", nil}, {"unknown", nil}, {"none", nil}, {"home", nil}}
	ctx, stop := context.WithCancel(context.Background())
	look := make(chan time.Time, len(answers))
	asked := 0
	opt := &Options{Holds: func() (string, error) {
		a := answers[asked]
		if asked++; asked == len(answers) {
			stop()
		}
		return a.name, a.err
	}}
	for range answers {
		look <- noon
	}
	var told []tea.Msg
	followContext(ctx, opt, look, func(msg tea.Msg) { told = append(told, msg) })
	if len(told) != 4 {
		t.Fatalf("told %v", told)
	}
	d.send(told[0])
	if pic := d.picture(); !strings.Contains(pic, "[travel]") || !strings.Contains(pic, "context travel, chosen elsewhere") || strings.Contains(pic, "Kitchen") {
		t.Errorf("after a choice:\n%s", pic)
	}
	d.press("jk")
	d.send(told[1])
	if pic := d.picture(); !strings.Contains(pic, "[travel]") || strings.Contains(pic, "elsewhere") {
		t.Errorf("after one that is not known:\n%s", pic)
	}
	d.send(told[2])
	if pic := d.picture(); strings.Contains(pic, "[travel]") || !strings.Contains(pic, "context none, chosen elsewhere") {
		t.Errorf("after none:\n%s", pic)
	}
	d.press("Chome<enter>j")
	d.send(told[3])
	if pic := d.picture(); !strings.Contains(pic, "[home]") || strings.Contains(pic, "elsewhere") {
		t.Errorf("after what holds already:\n%s", pic)
	}
}
