package model

import (
	"context"
	"maps"
	"testing"
	"time"

	"arbor/timeseries"
)

// A watch that explains says of each node what became of it.
func TestWatchTells(t *testing.T) {
	a, b := two(t)
	ids := plant(t, a, "p\n\tx\nq\n")
	w, err := a.Watch(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := w.Explain(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	var made ID
	names := func(id ID) string {
		for name, is := range ids {
			if is == id {
				return name
			}
		}
		return map[ID]string{Root: "root", Trash: "trash", Detached: "detached", made: "made"}[id]
	}
	expect := func(what string, want map[string]string) {
		t.Helper()
		c, err := w.Next(ctx)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for i, id := range c.IDs {
			if got[names(id)] = c.Told[i].What; c.Told[i].Effect != "" {
				got[names(id)] += " " + c.Told[i].Effect
			}
		}
		delete(got, "root")
		delete(got, "trash")
		delete(got, "detached")
		if !maps.Equal(got, want) {
			t.Errorf("%s: told %v, want %v", what, got, want)
		}
	}
	act := func(what string, fn func(*Edit) error, want map[string]string) {
		t.Helper()
		do(t, b, fn)
		expect(what, want)
	}
	x, p, q := ids["x"], ids["p"], ids["q"]
	act("add", func(e *Edit) (err error) { made, err = e.Create(p, Last, "n"); return err }, map[string]string{"made": "add", "p": "around"})
	act("text", func(e *Edit) error { return e.SetText(x, "xx") }, map[string]string{"x": "change"})
	act("note", func(e *Edit) error { return e.SetNote(x, "one") }, map[string]string{"x": "change"})
	act("note of that length", func(e *Edit) error { return e.SetNote(x, "two") }, map[string]string{"x": "change"})
	act("move", func(e *Edit) error { return e.Move(x, q, Last) }, map[string]string{"x": "change", "p": "around", "q": "around"})
	act("arrow", func(e *Edit) error { return e.AddArrow(x, q, "") }, map[string]string{"x": "change", "q": "around"})
	act("start", func(e *Edit) error { _, err := e.Start(x, clockTime, "", false); return err }, map[string]string{"x": "start", "q": "around"})
	act("stop", func(e *Edit) error { _, err := e.Stop(x, clockTime.Add(time.Hour)); return err }, map[string]string{"x": "stop"})
	act("an interval that was", func(e *Edit) error {
		_, err := e.AddInterval(x, clockTime.Add(-time.Hour), clockTime.Add(-time.Minute), "")
		return err
	}, map[string]string{"x": "change"})
	act("log", func(e *Edit) error { return e.Log(p, timeseries.Sample{T: 1, V: 1}) }, map[string]string{"p": "change"}) // it is a series now
	act("log more", func(e *Edit) error { return e.Log(p, timeseries.Sample{T: 2, V: 1}) }, map[string]string{"p": "log"})
	act("done", func(e *Edit) error { return e.SetState(x, Done) }, map[string]string{"x": "done", "q": "around"})
	act("cancelled", func(e *Edit) error { return e.SetState(x, Cancelled) }, map[string]string{"x": "change", "q": "around"})
	act("remove", func(e *Edit) error { return e.Trash(x) }, map[string]string{"x": "remove", "q": "around"})
	act("restore", func(e *Edit) error { return e.Restore(x) }, map[string]string{"x": "restore", "q": "around"})
	act("a rule", func(e *Edit) error {
		if err := e.SetDue(made, Date{T: clockTime.Truncate(24 * time.Hour), AllDay: true}); err != nil {
			return err
		}
		return e.SetField(made, "rec", "every day")
	}, map[string]string{"made": "change"})
	act("an occurrence", func(e *Edit) error { _, err := e.Finish(made, Done, clockTime); return err }, map[string]string{"made": "done"})
	take := func(fn func(Scope) (Receipt, error)) {
		t.Helper()
		if _, err := fn(ThisSession); err != nil {
			t.Fatal(err)
		}
	}
	take(b.Undo)
	expect("undone", map[string]string{"made": "undo change"})
	take(b.Redo)
	expect("redone", map[string]string{"made": "redo done"})
	act("after it", func(e *Edit) error { return e.SetText(made, "m") }, map[string]string{"made": "change"})
}
