package tui

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"arbor/model"
	"arbor/ui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// rung starts a driver with a clock, whose terminal takes all that may be written to it.
func rung(t *testing.T, tree *model.Tree, w, h int) (c *clockedDriver, out *strings.Builder) {
	out = &strings.Builder{}
	c = &clockedDriver{now: noon}
	c.driver = start(t, tree, w, h, func(o *Options) {
		o.Now = func() time.Time { return c.now }
		o.Out, o.Bell, o.Notify = out, true, true
		o.Getenv = func(k string) string { return map[string]string{"TERM": "xterm-256color", "NO_COLOR": "1"}[k] }
	})
	c.m.tick = func(wait time.Duration, fn func(time.Time) tea.Msg) tea.Cmd {
		c.waits = append(c.waits, waited{c.now.Add(wait), fn})
		return nil
	}
	c.send(screen.Changed{}) // what was waited for before is not kept
	c.m.reminders.wake = time.Time{}
	c.send(screen.Changed{})
	return c, out
}

type clockedDriver struct {
	*driver
	now   time.Time
	waits []waited
}

type waited struct {
	at time.Time
	fn func(time.Time) tea.Msg
}

// pass lets time pass, and has all come that is waited for meanwhile.
func (c *clockedDriver) pass(d time.Duration) {
	c.tb.Helper()
	end := c.now.Add(d)
	for n := 0; ; n++ {
		next := -1
		for i, w := range c.waits {
			if !w.at.After(end) && (next < 0 || w.at.Before(c.waits[next].at)) {
				next = i
			}
		}
		if next < 0 {
			break
		}
		if n > 10000 {
			c.tb.Fatal("wakes without end")
		}
		w := c.waits[next]
		c.waits = append(c.waits[:next:next], c.waits[next+1:]...)
		if w.at.After(c.now) {
			c.now = w.at
		}
		c.send(w.fn(c.now))
	}
	c.now = end
}

// TestRemind: what becomes due is said at its moment, once, with a bell and a notification, and stays on the screen until a key.
func TestRemind(t *testing.T) {
	for _, size := range []struct{ w, h int }{{20, 5}, {40, 12}, {80, 24}, {200, 50}} {
		tree := newTree(t)
		plant(t, tree, sample+"Ring the bank due:\"4 mar 12:30\"\nA talk when:\"4 mar 12:30..13:00\"\nLater due:\"4 mar 14:00\" warn:45min\n")
		d, out := rung(t, tree, size.w, size.h)
		d.pass(29 * time.Minute)
		if out.Len() > 0 || len(d.m.reminders.lines) > 0 {
			t.Fatalf("said too early: %q", out.String())
		}
		d.pass(time.Minute)
		if want := "\x1b]9;arbor: “A talk” begins 12:30, and 1 more\a\a"; out.String() != want {
			t.Errorf("wrote %q, want %q", out.String(), want)
		}
		compare(t, "remind-"+strconv.Itoa(size.w), d.picture())
		out.Reset()
		d.press("j")
		if pic := d.picture(); size.w >= 40 && (!strings.Contains(pic, "“Ring the bank” due 12:30") || strings.Contains(pic, "more")) {
			t.Errorf("after a key the next is shown:\n%s", pic)
		}
		d.press("j")
		if pic := d.picture(); strings.Contains(pic, "12:30") && size.w < 200 {
			t.Errorf("the lines stay:\n%s", pic)
		}
		d.pass(44 * time.Minute)
		if out.Len() > 0 {
			t.Errorf("said again, or too early: %q", out.String())
		}
		d.pass(time.Minute)
		if !strings.Contains(out.String(), "“Later” due 14:00") {
			t.Errorf("the warning was not said: %q", out.String())
		}
	}
}

// TestRemindWhileTyping: the line waits until the text is written.
func TestRemindWhileTyping(t *testing.T) {
	tree := newTree(t)
	plant(t, tree, "Ring the bank due:\"4 mar 12:30\"\n")
	d, _ := rung(t, tree, 80, 24)
	d.press("a") // the prompt of a capture
	d.press("hal")
	d.pass(time.Hour)
	d.press("lo<enter>")
	if pic := d.picture(); !strings.Contains(pic, "“Ring the bank” due 12:30") {
		t.Errorf("not shown:\n%s", pic)
	}
}

// TestRemindChanges: what another process adds is said in time, of the tree only what changed is looked at, and what is done is not said.
func TestRemindChanges(t *testing.T) {
	tree := newTree(t)
	plant(t, tree, "Ring the bank due:\"4 mar 12:30\"\n")
	d, out := rung(t, tree, 80, 24)
	asked := d.m.reminders.asked
	plant(t, tree, "Sooner due:\"4 mar 12:10\"\nA note\nMuch later due:\"9 mar\"\n")
	var ids []model.ID
	if err := tree.View(func(v *model.View) error {
		for c, err := range v.Children(model.Root) {
			if err != nil {
				return err
			}
			ids = append(ids, c.ID)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	d.send(screen.Changed{IDs: ids[1:]})
	d.press("jkjk")
	if d.m.reminders.asked != asked {
		t.Error("the whole tree was asked")
	}
	if _, err := tree.Do("done", func(e *model.Edit) error { return e.SetState(ids[0], model.Done) }); err != nil {
		t.Fatal(err)
	}
	d.send(screen.Changed{IDs: ids[:1]})
	d.pass(time.Hour)
	if want := "\x1b]9;arbor: “Sooner” due 12:10\a\a"; out.String() != want {
		t.Errorf("wrote %q, want %q", out.String(), want)
	}
}

// TestRemindQuiet: settings turn both off, and a terminal that takes no notification gets none.
func TestRemindQuiet(t *testing.T) {
	for _, x := range []struct {
		bell, notify bool
		kind, want   string
	}{
		{true, true, "tmux-256color", "\a"},
		{true, false, "xterm", "\a"},
		{false, true, "xterm", "\x1b]9;arbor: “Ring [31m” due 12:30\a"},
		{false, false, "xterm", ""},
	} {
		tree := newTree(t)
		if _, err := tree.Do("add", func(e *model.Edit) error {
			id, err := e.Create(model.Root, model.Last, "Ring \x1b[31m")
			if err != nil {
				return err
			}
			return e.SetDue(id, model.Date{T: noon.Add(30 * time.Minute)})
		}); err != nil {
			t.Fatal(err)
		}
		d, out := rung(t, tree, 80, 24)
		d.m.opt.Bell, d.m.opt.Notify = x.bell, x.notify
		d.m.opt.Getenv = func(k string) string { return map[string]string{"TERM": x.kind}[k] }
		d.pass(time.Hour)
		if got := strings.Replace(out.String(), "Ring  [", "Ring [", 1); got != x.want {
			t.Errorf("%+v: wrote %q", x, got)
		}
		if len(d.m.reminders.lines) != 1 {
			t.Errorf("%+v: lines %q", x, d.m.reminders.lines)
		}
	}
}
