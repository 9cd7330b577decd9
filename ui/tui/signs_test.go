package tui

import (
	"strconv"
	"strings"
	"testing"

	"arbor/model"
	"arbor/model/date"
	"arbor/model/query"
	"arbor/ui/screen"
)

const standing = `
Running state:todo
Blocked state:todo
Not blocked any more state:todo
Weekly due:"6 mar" rec:weekly
Paused due:"6 mar" rec:weekly
Paused until a day due:"6 mar" rec:daily
Hidden wait:"9 mar" state:todo
Hidden until today wait:"4 mar" state:todo
Done wait:"9 mar" state:done
Waits for somebody state:waiting
Before it state:todo
Before it, done state:done
`

// TestSigns compares how lines tell what runs, is blocked, repeats, is paused and waits, with the files in testdata.
func TestSigns(t *testing.T) {
	tree := newTree(t)
	plant(t, tree, standing)
	if _, err := tree.Do("stand", func(e *model.Edit) error {
		id := func(text string) (found model.ID) {
			for c, err := range e.Children(model.Root) {
				n, errN := e.Node(c.ID)
				if err != nil || errN != nil {
					t.Fatal(err, errN)
				}
				if n.Text == text {
					found = n.ID
				}
			}
			return found
		}
		if _, err := e.Start(id("Running"), noon, "", false); err != nil {
			return err
		}
		if err := e.AddDepend(id("Blocked"), id("Before it")); err != nil {
			return err
		}
		if err := e.AddDepend(id("Not blocked any more"), id("Before it, done")); err != nil {
			return err
		}
		if _, err := e.Mirror(id("Weekly"), model.Root, model.Last); err != nil {
			return err
		}
		if _, err := e.Pause(id("Paused"), date.Day(noon), date.Date{}); err != nil {
			return err
		}
		_, err := e.Pause(id("Paused until a day"), date.Day(noon), date.Day(noon.AddDate(0, 0, 5)))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for _, ascii := range []bool{false, true} {
		for _, size := range []struct{ w, h int }{{40, 20}, {80, 24}, {200, 50}} {
			d := start(t, tree, size.w, size.h, func(o *Options) { o.ASCII = ascii })
			if ascii {
				pic := d.m.View()
				if i := strings.IndexFunc(plainText(pic), func(r rune) bool { return r > 0x7e }); i >= 0 {
					t.Errorf("at %d: %q is not ASCII", i, plainText(pic)[i:i+3])
				}
				continue
			}
			compare(t, "signs-"+strconv.Itoa(size.w), d.picture())
		}
	}
}

// TestSignsAgree: the signs of a row say what the queries of the same names mean.
func TestSignsAgree(t *testing.T) {
	tree := newTree(t)
	plant(t, tree, standing)
	d := start(t, tree, 80, 24)
	d.press("jDbefore it<enter>gb")
	if err := tree.View(func(v *model.View) error {
		rows := screen.NewRows(v, noon)
		for c, err := range v.Children(model.Root) {
			if err != nil {
				return err
			}
			n, err := v.Node(c.ID)
			if err != nil {
				return err
			}
			r, err := rows.Read(&n)
			if err != nil {
				return err
			}
			for text, is := range map[string]bool{"is:active": r.Running, "is:blocked": r.Blocked, "is:recurring is:open": r.Repeats, "wait>today is:open": r.Waits} {
				q, err := query.Parse(text, noon)
				if err != nil {
					return err
				}
				ids, err := v.Meant(q)
				if err != nil {
					return err
				}
				meant := false
				for _, id := range ids {
					meant = meant || id == n.ID
				}
				if meant != is {
					t.Errorf("%s: %s is %v, the sign %v", n.Text, text, meant, is)
				}
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// plainText takes the escape sequences out of what is written to a terminal.
func plainText(s string) string {
	var b strings.Builder
	for s != "" {
		if rest, ok := strings.CutPrefix(s, "\x1b["); ok {
			s = strings.TrimLeft(rest, "0123456789;?")
			if s != "" {
				s = s[1:]
			}
			continue
		}
		b.WriteByte(s[0])
		s = s[1:]
	}
	return b.String()
}
