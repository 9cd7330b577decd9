package model

import (
	"errors"
	"testing"
	"time"
)

func FuzzPomodoro(f *testing.F) {
	for _, s := range []string{"25min/5min", "1h30min/15min", "25min", "/", "0min/5min", "x", "25min/5min/1min", "-1min/2min"} {
		f.Add(s, "a note")
	}
	f.Fuzz(func(t *testing.T, s, note string) {
		p, err := ParsePomodoro(s)
		if err != nil {
			if !errors.Is(err, ErrPomodoro) {
				t.Fatal(err)
			}
			return
		}
		if again, err := ParsePomodoro(p.String()); err != nil || again != p {
			t.Fatalf("%q is %v, written %q, read %v, %v", s, p, p.String(), again, err)
		}
		e := Event{Kind: Interval, Text: OneLine(p.Mark(note))}
		if got, _, ok := e.Pomodoro(); !ok || got != p {
			t.Fatalf("%q is %v, %v", e.Text, got, ok)
		}
	})
}

// TestPomodoros: those worked to their end count, by now, and until they are undone.
func TestPomodoros(t *testing.T) {
	tree := open(t)
	ids := plant(t, tree, "a\nb")
	p := Pomodoro{25 * time.Minute, 5 * time.Minute}
	from := at(t, "2026-11-20 10:00")
	count := func(minutes, want int) {
		t.Helper()
		view(t, tree, func(v *View) error {
			n, err := v.Pomodoros(ids["a"], from.Add(time.Duration(minutes)*time.Minute))
			if n != want {
				t.Errorf("%d after %d minutes, want %d", n, minutes, want)
			}
			return err
		})
	}
	do(t, tree, func(e *Edit) error { _, err := e.Start(ids["a"], from, p.Mark("the first"), false); return err })
	count(24, 0)
	count(25, 1)
	var running Event
	view(t, tree, func(v *View) error {
		for e, err := range v.RunningEvents() {
			running = e
			return err
		}
		return nil
	})
	if got, text, ok := running.Pomodoro(); got != p || text != "the first" || !ok {
		t.Errorf("it is %v, %q, %v", got, text, ok)
	}
	do(t, tree, func(e *Edit) error {
		ended, err := e.EndPomodoro(ids["a"], running.ID)
		if !ended.To.Equal(from.Add(p.Work)) {
			t.Errorf("ended at %v", ended.To)
		}
		return err
	})
	if _, err := tree.Do("again", func(e *Edit) error { _, err := e.EndPomodoro(ids["a"], running.ID); return err }); !errors.Is(err, ErrIdle) {
		t.Errorf("ended twice: %v", err)
	}
	do(t, tree, func(e *Edit) error {
		_, err := e.AddInterval(ids["a"], from.Add(time.Hour), from.Add(80*time.Minute), p.Mark("broken off"))
		return err
	})
	do(t, tree, func(e *Edit) error {
		_, err := e.AddInterval(ids["a"], from.Add(2*time.Hour), from.Add(3*time.Hour), "ordinary")
		return err
	})
	count(300, 1)
	for range 3 {
		if _, err := tree.Undo(ThisSession); err != nil {
			t.Fatal(err)
		}
	}
	count(10, 0)
	if _, err := tree.Undo(ThisSession); err != nil {
		t.Fatal(err)
	}
	count(300, 0)
}
