package model

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"arbor/timeseries"
)

func TestWatch(t *testing.T) {
	a, b := two(t)
	ids := plant(t, a, "p\n\tx\nq\n")
	w, err := a.Watch(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	expect := func(want ...ID) {
		t.Helper()
		c, err := w.Next(ctx)
		if err != nil {
			t.Fatal(err)
		}
		slices.SortFunc(want, func(a, b ID) int { return slices.Compare(a[:], b[:]) })
		if !slices.Equal(c.IDs, want) {
			t.Fatalf("changed %v, want %v", c.IDs, want)
		}
	}
	setText(t, b, ids["x"], "xx")
	expect(ids["x"])
	do(t, b, func(e *Edit) error { return e.Move(ids["x"], ids["q"], Last) })
	expect(ids["x"], ids["p"], ids["q"])
	do(t, b, func(e *Edit) error { return e.SetState(ids["q"], Done) })
	expect(ids["q"], Root) // what Root shows of it
	do(t, b, func(e *Edit) error { _, err := e.AddInterval(ids["x"], clockTime, time.Time{}, ""); return err })
	expect(ids["x"])
	do(t, b, func(e *Edit) error { _, err := e.Stop(ids["x"], clockTime.Add(time.Hour)); return err })
	expect(ids["x"])
	do(t, b, func(e *Edit) error { return e.Log(ids["p"], timeseries.Sample{T: 1, V: 1}) })
	expect(ids["p"])
	do(t, b, func(e *Edit) error { return e.Log(ids["p"], timeseries.Sample{T: 2, V: 1}) })
	expect(ids["p"])
	do(t, b, func(e *Edit) error { return e.AddArrow(ids["p"], ids["q"], "") })
	expect(ids["p"], ids["q"])
	done, stop := context.WithCancel(ctx)
	stop()
	if _, err := w.Next(done); !errors.Is(err, context.Canceled) {
		t.Fatalf("after the context ended: %v", err)
	}
}
