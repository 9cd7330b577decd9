package tui

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"

	"arbor/model"
	"arbor/model/query"
	"arbor/ui/command"
	"arbor/ui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// diary has something on most days round noon.
const diary = `
Work +work prio:M
	Write the report due:today state:doing
		Ask for the numbers state:todo
	Call the bank due:2026-03-02 state:todo
	Tax return due:2026-03-01 prio:H state:todo est:3h
	Stand-up when:"5 mar 9:00..9:15" rec:weekdays
	Review with Ann when:"5 mar 9:10..10:00" +ann
	Lunch with Bo when:"6 mar 12:30..13:30"
	Old letter state:done
Home +home
	Water the plants due:"6 mar" rec:weekly state:todo
	Paint the walls sched:"7 mar" state:todo
	Fair when:"7 mar..9 mar"
	Wait for the plumber state:waiting
	Holidays due:"in 4 weeks" warn:30d
Reading list query:"+book sort:text"
Books
	Middlemarch +book
	A very long title of a book that goes on and on until there is no room for it at all in eighty columns +book +classic
	The Left Hand of Darkness +book state:done
Waiting for others query:"state:waiting"
`

// TestListPictures compares the lists with the files in testdata.
func TestListPictures(t *testing.T) {
	for _, sc := range []struct{ name, keys string }{
		{"agenda", "3"},
		{"agenda-later", "3}jj"},
		{"next", "7j"},
		{"next-why", "7y"},
		{"query", "8<esc>Q+book or +work<enter>jj"},
		{"query-groups", "Qis:task group:tag<enter>"},
		{"query-asks", "Q"},
		{"query-saved", "Q@read<enter>"},
		{"query-none", "8"},
		{"query-wrong", "Qdue:31feb<enter>"},
		{"agenda-marked", "3mm"},
		{"trash", "jjx<space>jxZ"},
		{"history", "jjt+x<enter><space>d5 apr<enter>Vj"},
	} {
		for _, size := range []struct{ w, h int }{{20, 5}, {40, 12}, {80, 24}, {200, 50}} {
			name := sc.name + "-" + strconv.Itoa(size.w)
			t.Run(name, func(t *testing.T) {
				tree := newTree(t)
				plant(t, tree, diary)
				d := start(t, tree, size.w, size.h)
				d.press(sc.keys)
				compare(t, name, d.picture())
			})
		}
	}
}

// TestLinks compares the list of what leads to a node with the files in testdata; Enter leads to where that stands, Esc back to where it was asked for.
func TestLinks(t *testing.T) {
	const linked = `
Trip
	Ask Ann about [[tax return]] +phone
	Book a hotel
	Pay Bo due:2026-03-06
Tax return
	Find the papers
Waits
	Call the bank about [[Tax return]] state:done
	Send it
Alone state:todo
`
	for _, size := range []struct{ w, h int }{{20, 5}, {40, 12}, {80, 24}, {200, 50}} {
		tree := newTree(t)
		plant(t, tree, linked)
		ids := texts(t, tree)
		if _, err := tree.Do("arrows", func(e *model.Edit) error {
			return errors.Join(e.AddDepend(ids["Pay Bo"], ids["Tax return"]), e.AddArrow(ids["Send it"], ids["Tax return"], "after"))
		}); err != nil {
			t.Fatal(err)
		}
		d := start(t, tree, size.w, size.h)
		d.press("/papers<enter>-Y")
		compare(t, "links-"+strconv.Itoa(size.w), d.picture())
		d.press("j<enter>")
		if view, text := focused(t, d); view != "outline" || text != "Call the bank about [[Tax return]]" {
			t.Errorf("the second leads to %q in the %s", text, view)
		}
		d.press("7Y")
		if view, _ := focused(t, d); view != "links" {
			t.Errorf("from the tasks Y leads to the %s", view)
		}
		d.press("<esc>")
		if view, _ := focused(t, d); view != "next" {
			t.Errorf("from there Esc leads to the %s", view)
		}
		d.press("<esc>GY")
		if pic := d.picture(); !strings.Contains(pic, "Nothing links") {
			t.Errorf("of what nothing leads to:\n%s", pic)
		}
	}
}

// texts returns the nodes of a tree by their texts.
func texts(t *testing.T, tree *model.Tree) map[string]model.ID {
	t.Helper()
	ids := map[string]model.ID{}
	if err := tree.View(func(v *model.View) error {
		q, err := query.Parse("", noon)
		if err != nil {
			return err
		}
		for n, err := range v.Select(q) {
			if err != nil {
				return err
			}
			ids[n.Text] = n.ID
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return ids
}

// TestListScripts: what is done on a row of a list is done to its node, and the list shows it.
func TestListScripts(t *testing.T) {
	const tasks = "a state:todo due:2026-03-05\nb state:todo due:2026-03-06\nc state:todo due:2026-03-07\n"
	for _, sc := range []struct{ name, keys, want, says string }{
		{"done in next goes on to the following task", "7<space><space>", "a state:done due:2026-03-05\nb state:done due:2026-03-06\nc state:todo due:2026-03-07\n", "done: “b”"},
		{"undone", "7<space>u", tasks, "undid: done"},
		{"done in the agenda", "3j<space>", "a state:todo due:2026-03-05\nb state:done due:2026-03-06\nc state:todo due:2026-03-07\n", "done: “b”"},
		{"due", "7jdsun<enter>", "a state:todo due:2026-03-05\nb state:todo due:2026-03-08\nc state:todo due:2026-03-07\n", "due Sun 8 Mar: “b”"},
		{"schedule", "7jSsun<enter>", "a state:todo due:2026-03-05\nb state:todo due:2026-03-06 sched:2026-03-08\nc state:todo due:2026-03-07\n", "scheduled Sun 8 Mar: “b”"},
		{"tag", "7Gt+x<enter>", "a state:todo due:2026-03-05\nb state:todo due:2026-03-06\nc +x state:todo due:2026-03-07\n", "+x: “c”"},
		{"state", "7s", "a state:doing due:2026-03-05\nb state:todo due:2026-03-06\nc state:todo due:2026-03-07\n", "doing: “a”"},
		{"delete", "3x", "b state:todo due:2026-03-06\nc state:todo due:2026-03-07\n", "deleted “a”"},
		{"delete the marked", "3mmx", "c state:todo due:2026-03-07\n", "deleted 2 nodes"},
		{"delete of all in a query", "Qis:task<enter>mmmx", "", "Nothing is meant"},
		{"start", "7jb", "a state:todo due:2026-03-05\nb state:doing due:2026-03-06\nc state:todo due:2026-03-07\n", "started: “b”"},
		{"edit", "7ji two +x<enter>", "a state:todo due:2026-03-05\nb two +x state:todo due:2026-03-06\nc state:todo due:2026-03-07\n", "“b two” · u undoes"},
		{"edit in the agenda, undone", "3i!<enter>u", tasks, "undid: edit"},
		{"edit left", "7i nothing<esc>", tasks, ""},
		{"edit not understood", "7i until:31feb<enter>", tasks, "31feb"},
		{"brought back", "xxZ<enter>", "b state:todo due:2026-03-06\nc state:todo due:2026-03-07\n", "back in its place: “b”"},
		{"all brought back", "xxxZmmm<enter>", tasks, "back in its place: 3 nodes"},
		{"brought back and undone", "xZ<enter>u", "b state:todo due:2026-03-06\nc state:todo due:2026-03-07\n", "undid: restore"},
		{"nothing in the trash", "Z<enter>x", tasks, "means nothing here"},
		{"marks stay where they were made", "mm7x", "b state:todo due:2026-03-06\nc state:todo due:2026-03-07\n", "deleted “a”"},
		{"as it was", "<space>t+x<enter>Vj<enter>", "a state:done due:2026-03-05\nb state:todo due:2026-03-06\nc state:todo due:2026-03-07\n", "is as it was"},
		{"as it was, undone", "<space>t+x<enter>VG<enter>u", "a +x state:done due:2026-03-05\nb state:todo due:2026-03-06\nc state:todo due:2026-03-07\n", "undid: restore"},
		{"as it is", "V<enter>", tasks, "this is what it is now"},
		{"no lines are written in a list", "7<tab>>O", tasks, "means nothing here"},
	} {
		t.Run(sc.name, func(t *testing.T) {
			tree := newTree(t)
			plant(t, tree, tasks)
			d := start(t, tree, 100, 30)
			d.press(sc.keys)
			if got := dump(t, tree); got != sc.want {
				t.Errorf("the tree is\n%s, want\n%s", got, sc.want)
			}
			if pic := d.picture(); !strings.Contains(pic, sc.says) {
				t.Errorf("the screen does not say %q:\n%s", sc.says, pic)
			}
		})
	}
}

// focused returns the name of the view with the focus and the text of the node under the cursor.
func focused(t *testing.T, d *driver) (view, text string) {
	t.Helper()
	p := d.m.place()
	if err := d.tree.View(func(v *model.View) error {
		n, err := v.Node(p.Cursor)
		text = n.Text
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return d.m.views[d.m.focus].name, text
}

// TestListWays: Enter leads from a row to the node in the outline, Esc back to where one was, and what looks for a node finds it there.
func TestListWays(t *testing.T) {
	for _, c := range []struct{ keys, view, text string }{
		{"7<enter>", "outline", "Tax return"},
		{"7j<enter>", "outline", "Call the bank"},
		{"jj7j<esc>", "outline", "Ask for the numbers"},
		{"j27<esc>", "map", "Write the report"},
		{"j7373<esc>", "outline", "Write the report"},
		{"7j3", "agenda", "Tax return"},
		{"7/plants<enter>", "outline", "Water the plants"},
		{"G7<enter>7j<enter>", "outline", "Call the bank"},
		{"Q+book<enter>j<enter>", "outline", "A very long title of a book that goes on and on until there is no room for it at all in eighty columns"},
		{"Q@wait<enter>", "query", "Wait for the plumber"},
		{"Q<down><enter>8", "query", "Wait for the plumber"},
		{"72", "map", "Tax return"},
		{"7jV<esc>", "next", "Call the bank"},
		{"jV<esc>", "outline", "Write the report"},
		{"7V<esc><esc>", "outline", "Work"},
		{"xZ1", "outline", "Home"},
	} {
		tree := newTree(t)
		plant(t, tree, diary)
		d := start(t, tree, 100, 30)
		d.press(c.keys)
		if view, text := focused(t, d); view != c.view || text != c.text {
			t.Errorf("%s leads to %q in the %s, want %q in the %s\n%s", c.keys, text, view, c.text, c.view, d.picture())
		}
	}
}

// TestListLive: what others change is seen, and the cursor stays on its node.
func TestListLive(t *testing.T) {
	tree := newTree(t)
	plant(t, tree, diary)
	d := start(t, tree, 100, 30)
	d.press("7j")
	plant(t, tree, "Fire due:2026-02-01 prio:H state:doing\n")
	if strings.Contains(d.picture(), "Fire") {
		t.Fatal("it is shown before anybody was told of it")
	}
	d.send(screen.Changed{})
	if _, text := focused(t, d); text != "Call the bank" || !strings.Contains(d.picture(), "Fire") {
		t.Errorf("the cursor is on %q\n%s", text, d.picture())
	}
	d.press("<esc>") // what is not seen is not read
	i := slices.IndexFunc(d.m.views, func(v view) bool { return v.open == command.ViewNext })
	if _, cmd := d.m.screens[i].Update(screen.Changed{Own: true}); cmd != nil || d.m.screens[i].Place().Settling {
		t.Error("a list without the focus is read")
	}
}

// TestListFull: of more nodes than a page holds the first are shown, with how many there are besides.
func TestListFull(t *testing.T) {
	tree := newTree(t)
	plant(t, tree, strings.Repeat("x state:todo\n", 700))
	d := start(t, tree, 80, 24)
	for _, keys := range []string{"7", "Qx<enter>"} {
		d.press(keys + "G")
		if pic := d.picture(); !strings.Contains(pic, "and 200 more") || !strings.Contains(pic, "700") {
			t.Errorf("%s:\n%s", keys, pic)
		}
	}
}

// TestListMouse: a click goes to a row, on the sign of a state it marks the node done, a double click leads to the outline, the right button back.
func TestListMouse(t *testing.T) {
	tree := newTree(t)
	plant(t, tree, "a state:todo due:2026-03-05\nb state:todo due:2026-03-06\nc state:todo due:2026-03-07\n")
	d := start(t, tree, 80, 24)
	d.press("7")
	row := func(text string) int {
		return slices.IndexFunc(strings.Split(d.picture(), "\n"), func(l string) bool { return strings.Contains(l, "○ "+text) })
	}
	d.click(20, row("b"), tea.MouseButtonLeft, tea.MouseActionPress)
	if _, text := focused(t, d); text != "b" {
		t.Errorf("a click on b leads to %q", text)
	}
	d.click(7, row("c"), tea.MouseButtonLeft, tea.MouseActionPress)
	if pic := d.picture(); !strings.Contains(pic, "done: “c”") {
		t.Errorf("a click on the sign of c:\n%s", pic)
	}
	d.click(20, 0, tea.MouseButtonWheelUp, tea.MouseActionPress)
	for range 2 {
		d.click(20, row("a"), tea.MouseButtonLeft, tea.MouseActionPress)
	}
	if view, text := focused(t, d); view != "outline" || text != "a" {
		t.Errorf("a double click on a leads to %q in the %s", text, view)
	}
	d.press("7")
	d.click(20, row("b"), tea.MouseButtonRight, tea.MouseActionPress)
	if view, _ := focused(t, d); view != "outline" {
		t.Errorf("the right button leads to the %s", view)
	}
}
