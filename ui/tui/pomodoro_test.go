package tui

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"arbor/model"
	"arbor/ui/screen"
)

// counted returns how many pomodoros the first node has.
func counted(t *testing.T, tree *model.Tree, now time.Time) (n int) {
	t.Helper()
	if err := tree.View(func(v *model.View) (err error) {
		c, _, err := v.FirstChild(model.Root)
		if err == nil {
			n, err = v.Pomodoros(c.ID, now)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestPomodoro: the header counts down, the end of the work stops the time at its minute and begins the rest, whose end is said too; each rings once.
func TestPomodoro(t *testing.T) {
	for _, size := range []struct{ w, h int }{{20, 5}, {40, 12}, {80, 24}, {200, 50}} {
		name := "pomodoro-" + strconv.Itoa(size.w)
		tree := newTree(t)
		plant(t, tree, sample)
		d, out := rung(t, tree, size.w, size.h)
		d.m.opt.Pomodoro = model.Pomodoro{Work: 25 * time.Minute, Rest: 5 * time.Minute}
		d.press("P")
		d.pass(11*time.Minute + 30*time.Second)
		d.press("j")
		compare(t, name, d.picture())
		d.pass(13 * time.Minute)
		if out.Len() > 0 || counted(t, tree, d.now) != 0 {
			t.Fatalf("over too early: %q", out.String())
		}
		d.pass(time.Minute)
		if n := strings.Count(out.String(), "\x1b]9;"); n != 1 || !strings.HasSuffix(out.String(), "rest until 12:30\a\a") {
			t.Errorf("the end of the work rang %d times: %q", n, out.String())
		}
		compare(t, name+"-rest", d.picture())
		if n := counted(t, tree, d.now); n != 1 || len(d.m.timer.running) != 0 {
			t.Errorf("%d pomodoros, %v runs", n, d.m.timer.running)
		}
		out.Reset()
		d.press("j")
		d.pass(10 * time.Minute)
		if n := strings.Count(out.String(), "\x1b]9;"); n != 1 || !strings.Contains(out.String(), "the rest is over") {
			t.Errorf("the end of the rest rang %d times: %q", n, out.String())
		}
		if pic := d.picture(); strings.Contains(pic, "◷") {
			t.Errorf("after the rest:\n%s", pic)
		}
		d.press("ju")
		if len(d.m.timer.running) != 1 {
			t.Error("undo does not go on with the work")
		}
		d.pass(time.Hour)
		if len(d.m.timer.running) != 1 {
			t.Error("what was undone was done again")
		}
	}
}

// TestPomodoroLeft: time that begins on something else, and B, end the rest; what another process stops is not said.
func TestPomodoroLeft(t *testing.T) {
	for _, end := range []string{"b", "B"} {
		tree := newTree(t)
		plant(t, tree, small)
		d, out := rung(t, tree, 80, 24)
		d.m.opt.Pomodoro = model.Pomodoro{Work: 25 * time.Minute, Rest: 5 * time.Minute}
		d.press("P")
		d.pass(26 * time.Minute)
		out.Reset()
		d.press("j" + end)
		d.pass(time.Hour)
		if out.Len() > 0 || !d.m.timer.rest.until.IsZero() {
			t.Errorf("%s does not end the rest: %q", end, out.String())
		}
	}
	tree := newTree(t)
	plant(t, tree, small)
	d, out := rung(t, tree, 80, 24)
	d.m.opt.Pomodoro = model.Pomodoro{Work: 25 * time.Minute, Rest: 5 * time.Minute}
	d.press("P")
	if _, err := tree.Do("elsewhere", func(e *model.Edit) error {
		_, err := e.Stop(model.Root, noon.Add(time.Minute))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	d.pass(2 * time.Minute)
	d.send(screen.Changed{})
	d.pass(time.Hour)
	if out.Len() > 0 || counted(t, tree, d.now) != 0 {
		t.Errorf("what was stopped is said: %q", out.String())
	}
}
