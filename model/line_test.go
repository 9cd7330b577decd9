package model

import (
	"slices"
	"testing"
	"time"

	"arbor/model/inline"
	"arbor/store"
)

func TestApplyThenLineOfGivesTheLineBack(t *testing.T) {
	db, err := store.Open("", store.Options{Memory: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	tree, err := Open(db, Options{})
	if err != nil {
		t.Fatal(err)
	}
	env := inline.Env{Now: time.Date(2026, 11, 22, 17, 0, 0, 0, time.UTC)}
	want, err := inline.Parse(`call the broker +call +home due:2026-12-01 prio:4 state:waiting wait:2026-11-25T09:00`, env)
	if err != nil {
		t.Fatal(err)
	}
	var n Node
	_, err = tree.Do("add", func(e *Edit) error {
		id, err := e.Create(Root, Last, want.Text)
		if err != nil {
			return err
		}
		if err := e.Apply(id, want); err != nil {
			return err
		}
		n, err = e.Node(id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	got := LineOf(&n)
	if got.Text != want.Text || !slices.Equal(got.Tags, want.Tags) || !slices.Equal(got.Fields, want.Fields) || got.State != want.State {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got.Due == nil || *got.Due != *want.Due || got.Wait == nil || got.Wait.Compare(*want.Wait) != 0 || got.Sched != nil {
		t.Errorf("dates: got %v, %v, %v", got.Due, got.Wait, got.Sched)
	}
}
