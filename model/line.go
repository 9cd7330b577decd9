package model

import (
	"errors"

	"arbor/model/inline"
)

// Apply makes the changes that a line of the inline grammar says to a node: tags, fields, dates, what it depends on, and state. Its text and the place it
// names are the caller's.
func (e *Edit) Apply(id ID, l inline.Line) error {
	for _, t := range l.Tags {
		if err := e.AddTag(id, t); err != nil {
			return err
		}
	}
	for _, t := range l.RemoveTags {
		if err := e.RemoveTag(id, t); err != nil {
			return err
		}
	}
	for _, f := range l.Fields {
		if err := e.applyField(id, f); err != nil {
			return err
		}
	}
	for _, d := range []struct {
		value *Date
		set   func(ID, Date) error
	}{{l.Due, e.SetDue}, {l.Sched, e.SetSched}, {l.Wait, e.SetWait}, {l.Until, e.SetUntil}} {
		if d.value == nil {
			continue
		}
		if err := d.set(id, *d.value); err != nil {
			return err
		}
	}
	if err := e.setDepends(id, l.Depends); err != nil || l.State == "" {
		return err
	}
	state, err := ParseState(l.State)
	if err != nil {
		return err
	}
	if _, err = e.Finish(id, state, e.batch.stamp.Time()); err != nil || l.StateName == "" {
		return err
	}
	n, err := e.need(id)
	if err != nil || n.State != state { // what repeats is to be done again
		return err
	}
	return e.SetField(id, fieldState, l.StateName)
}

// applyField sets a field, or clears it if the line gave it no value.
func (e *Edit) applyField(id ID, f inline.Field) error {
	if f.Key == fieldRule { // it counts from the date at hand
		n, err := e.need(id)
		if old, _ := n.Field(fieldRule); err != nil || old == f.Value {
			return err
		}
		if err := errors.Join(e.ClearField(id, fieldFrom), e.ClearField(id, fieldPause)); err != nil {
			return err
		}
	}
	if f.Value == "" {
		return e.ClearField(id, f.Key)
	}
	return e.SetField(id, f.Key, f.Value)
}

// LineOf returns what the inline grammar can say of a node, text included, so that it can be edited as one line.
func LineOf(n *Node) inline.Line {
	l := inline.Line{Text: n.Text, Tags: n.Tags}
	for _, f := range n.Fields {
		if f.Key == fieldState {
			continue
		}
		l.Fields = append(l.Fields, inline.Field{Key: f.Key, Value: f.Value})
	}
	for _, d := range []struct {
		value Date
		at    **Date
	}{{n.Due, &l.Due}, {n.Sched, &l.Sched}, {n.Wait, &l.Wait}, {n.Until, &l.Until}} {
		if !d.value.IsZero() {
			*d.at = &d.value
		}
	}
	if n.State != None {
		l.State = n.State.String()
		if name := n.StateName(); name != l.State {
			l.StateName = name
		}
	}
	return l
}
