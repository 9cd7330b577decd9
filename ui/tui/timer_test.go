package tui

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"arbor/model"
	"arbor/ui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// clocked starts a driver whose clock the test sets, and which keeps what was waited for.
func clocked(t *testing.T, tree *model.Tree, w, h int) (d *driver, now *time.Time, waits *[]time.Duration, due *[]func(time.Time) tea.Msg) {
	now, waits, due = new(time.Time), new([]time.Duration), new([]func(time.Time) tea.Msg)
	*now = noon
	d = start(t, tree, w, h, func(o *Options) { o.Now = func() time.Time { return *now } })
	d.m.tick = func(wait time.Duration, fn func(time.Time) tea.Msg) tea.Cmd {
		*waits, *due = append(*waits, wait), append(*due, fn)
		return nil
	}
	return d, now, waits, due
}

// TestTimer: what runs stands in the header at every width, with one wake-up a minute while it runs and none without.
func TestTimer(t *testing.T) {
	for _, size := range []struct{ w, h int }{{20, 5}, {40, 12}, {80, 24}, {200, 50}} {
		tree := newTree(t)
		plant(t, tree, sample)
		d, now, waits, due := clocked(t, tree, size.w, size.h)
		d.press("jj")
		if len(*waits) > 0 {
			t.Fatalf("nothing runs, but %v is waited for", *waits)
		}
		d.press("b")
		for range 85 {
			if n := len(*waits); n != 1 || (*waits)[0] != time.Minute {
				t.Fatalf("waits for %v, want one minute", *waits)
			}
			*now = now.Add(time.Minute)
			fn := (*due)[0]
			*waits, *due = nil, nil
			d.send(fn(*now))
		}
		d.press("j") // forgets what was said
		compare(t, "timer-"+strconv.Itoa(size.w), d.picture())

		*waits, *due = nil, nil
		d.send(screen.Changed{})
		if len(*waits) > 0 {
			t.Errorf("the minute is waited for twice: %v", *waits)
		}
		d.press("B")
		if pic := d.picture(); size.w >= 80 && !strings.Contains(pic, "stopped after 1h25min") || strings.Contains(pic, "1:25") {
			t.Errorf("after the stop:\n%s", pic)
		}
		if len(*waits) > 0 {
			t.Errorf("nothing runs, but %v is waited for", *waits)
		}
	}
}

// TestTimerLate: a minute that was waited for before a stop wakes nothing after it, and late answers show no time that stopped.
func TestTimerLate(t *testing.T) {
	tree := newTree(t)
	plant(t, tree, small)
	d, now, waits, due := clocked(t, tree, 80, 24)
	d.press("b")
	fn := (*due)[0]
	*now = now.Add(40 * time.Second)
	d.press("jb")
	if pic := d.picture(); !strings.Contains(pic, "started: “b”; “a” stopped after 40s") || !strings.Contains(pic, "◷ 0:00 b") {
		t.Errorf("another was started:\n%s", pic)
	}
	*now = now.Add(20 * time.Second)
	d.press("B")
	*waits, *due = nil, nil
	d.send(fn(*now))
	if pic := d.picture(); len(*waits) > 0 || strings.Contains(pic, "0:01") {
		t.Errorf("waits for %v\n%s", *waits, pic)
	}
	for seed := range uint64(20) {
		tree := newTree(t)
		plant(t, tree, small)
		now := noon
		d := start(t, tree, 80, 24, func(o *Options) {
			o.Now = func() time.Time { now = now.Add(time.Second); return now }
		})
		d.rand = rand.New(rand.NewPCG(seed, 3))
		d.press("bBjbB")
		d.settle()
		if len(d.m.timer.running) > 0 {
			t.Errorf("seed %d: %v still runs", seed, d.m.timer.running)
		}
	}
}

// TestTimerElsewhere: what another process starts and stops is shown too, as soon as the watch tells of it.
func TestTimerElsewhere(t *testing.T) {
	tree := newTree(t)
	plant(t, tree, small)
	d := start(t, tree, 80, 24)
	var id model.ID
	do := func(fn func(*model.Edit) error) {
		t.Helper()
		if _, err := tree.Do("elsewhere", fn); err != nil {
			t.Fatal(err)
		}
		d.send(screen.Changed{IDs: []model.ID{id}})
	}
	do(func(e *model.Edit) (err error) {
		if id, err = e.Create(model.Root, model.Last, "Write the letter"); err != nil {
			return err
		}
		_, err = e.Start(id, noon.Add(-3*time.Hour), "", false)
		return err
	})
	if pic := d.picture(); !strings.Contains(pic, "◷ 3:00 Write") {
		t.Errorf("the header does not show it:\n%s", pic)
	}
	do(func(e *model.Edit) error {
		_, err := e.Stop(id, noon)
		return err
	})
	if pic := d.picture(); strings.Contains(pic, "◷") {
		t.Errorf("the header shows what does not run:\n%s", pic)
	}
}
