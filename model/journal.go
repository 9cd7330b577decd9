package model

import (
	"errors"

	"arbor/model/date"
)

// Journal is the node above the daily pages.
var Journal = Named("journal")

// Day returns the page of a civil day, making it, and the journal above it, where they are not there or taking them out of the trash. Every
// device gives the page of a day the same id, so that two that make it without each other have one.
func (e *Edit) Day(d date.Date) (ID, error) {
	if err := e.standing(Journal, Root, "Journal"); err != nil {
		return Journal, err
	}
	id := Named("journal/" + d.String())
	return id, e.standing(id, Journal, d.T.Format("2006-01-02 Mon"))
}

// standing makes a node of a fixed id, or brings it back under its parent if it was thrown away. Where else it may stand is a person's choice.
func (e *Edit) standing(id, parent ID, text string) error {
	n, err := e.node(id)
	if err != nil {
		return err
	}
	if n == nil {
		return e.CreateID(id, parent, First, text)
	}
	switch top, err := e.Top(id); {
	case err != nil || top == Root:
		return err
	case top == Detached:
		if err := e.CreateID(id, parent, First, text); !errors.Is(err, ErrExists) {
			return err
		}
	}
	return e.Move(id, parent, First)
}
