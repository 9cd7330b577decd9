package jsonl

import (
	"encoding/json"
	"fmt"
	"time"

	"arbor/model"
	"arbor/model/date"
)

// maxEvents is how many events stand in a line at most.
const maxEvents = 256

// events is a line of what happened to a node.
type events struct {
	Events   string  `json:"events"`
	Happened []event `json:"happened"`
}

// event is something that happened: an interval has from and perhaps to, an occurrence date, outcome and at.
type event struct {
	ID      string    `json:"id"`
	From    time.Time `json:"from,omitzero"`
	To      time.Time `json:"to,omitzero"`
	Date    date.Date `json:"date,omitzero"`
	Outcome string    `json:"outcome,omitempty"`
	At      time.Time `json:"at,omitzero"`
	Text    string    `json:"text,omitempty"`
}

func eventOf(e *model.Event) event {
	l := event{ID: model.ID(e.ID).String(), From: e.From.UTC(), To: e.To.UTC(), Date: e.Date, At: e.At.UTC(), Text: e.Text}
	if e.Kind == model.Occurrence {
		l.Outcome = e.Outcome.String()
	}
	return l
}

func (l *event) event(node model.ID) (model.Event, error) {
	id, err := model.ParseID(l.ID)
	if err != nil {
		return model.Event{}, fmt.Errorf("id of an event: %w", err)
	}
	e := model.Event{Node: node, Kind: model.Interval, ID: model.EventID(id), From: l.From, To: l.To, Date: l.Date, At: l.At, Text: l.Text}
	if l.Outcome != "" {
		e.Kind = model.Occurrence
		if e.Outcome, err = model.ParseOutcome(l.Outcome); err != nil {
			return e, err
		}
	}
	return e, e.Valid()
}

// events writes what happened to a node.
func (w *Writer) events(v *model.View, id model.ID) error {
	l := events{Events: id.String()}
	flush := func() error {
		if len(l.Happened) == 0 {
			return nil
		}
		w.happened += len(l.Happened)
		err := w.enc.Encode(l)
		l.Happened = l.Happened[:0]
		return err
	}
	for _, kind := range []model.EventKind{model.Interval, model.Occurrence} {
		for e, err := range v.Events(id, kind) {
			if err != nil {
				return err
			}
			if l.Happened = append(l.Happened, eventOf(&e)); len(l.Happened) == maxEvents {
				if err := flush(); err != nil {
					return err
				}
			}
		}
	}
	return flush()
}

// happenings reads a line of events.
func (l *line) happenings() ([]model.Event, error) {
	var s string
	if err := json.Unmarshal(l.Events, &s); err != nil {
		return nil, fmt.Errorf("events: %w", err)
	}
	node, err := model.ParseID(s)
	if err != nil {
		return nil, fmt.Errorf("events: %w", err)
	}
	var out []model.Event
	for i := range l.Happened {
		e, err := l.Happened[i].event(node)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

// events calls fn with what happened to the nodes, of one node at a time.
func (f *file) events(fn func([]model.Event) error) error {
	return f.lines(func(_ int, l *line) error {
		if l.End || l.Events == nil {
			return nil
		}
		evs, err := l.happenings()
		if err != nil {
			return err
		}
		return fn(evs)
	})
}
