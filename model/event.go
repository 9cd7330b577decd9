package model

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"time"

	"arbor/model/date"
	"arbor/store"
)

// EventKind is what kind of thing happened. The numbers are the format.
type EventKind byte

const (
	Interval   EventKind = 1 + iota // somebody worked on the node, from one time to another
	Occurrence                      // of what repeats: what became of the date it was due
	eventKinds
)

// Outcome is what became of an occurrence. The numbers are the format.
type Outcome byte

const (
	OutcomeDone    Outcome = 1 + iota
	OutcomeSkipped         // left out on purpose
	OutcomeMissed          // passed, and nothing was said of it
	outcomes
)

func (o Outcome) String() string { return [outcomes]string{"", "done", "skipped", "missed"}[o] }

// ParseOutcome reads what String writes.
func ParseOutcome(s string) (Outcome, error) {
	for o := OutcomeDone; o < outcomes; o++ {
		if o.String() == s {
			return o, nil
		}
	}
	return 0, fmt.Errorf("outcome %q: want done, skipped or missed", s)
}

// EventID names an event among those of its node: random, or a hash where two devices must name the same one.
type EventID [8]byte

// Event is something that happened to a node at some time, and is no part of what the node is now.
type Event struct {
	Node ID
	Kind EventKind
	ID   EventID

	From, To time.Time // of an interval; it runs as long as To is zero

	Date    Date    // of an occurrence: the one for which it was due
	Outcome Outcome // of an occurrence
	At      time.Time

	Text string
	more []byte // parts that this version does not know
}

// Running reports whether e is an interval without an end.
func (e *Event) Running() bool { return e.Kind == Interval && e.To.IsZero() }

// The parts of the value of an event, in the order in which they stand. Absent parts are zero.
const (
	eventFrom = 1 + iota
	eventTo
	eventDate
	eventOutcome
	eventAt
	eventText
)

// value returns the bytes of e. Equal events give equal bytes.
func (e *Event) value() []byte {
	var b, buf []byte
	at := func(part byte, t time.Time) {
		if !t.IsZero() {
			b = appendBytes(append(b, part), appendVarint(buf[:0], t.UnixMilli()))
		}
	}
	at(eventFrom, e.From)
	at(eventTo, e.To)
	if !e.Date.IsZero() {
		b = appendBytes(append(b, eventDate), appendDate(buf[:0], e.Date))
	}
	if e.Outcome != 0 {
		b = appendBytes(append(b, eventOutcome), []byte{byte(e.Outcome)})
	}
	at(eventAt, e.At)
	if e.Text != "" {
		b = appendBytes(append(b, eventText), e.Text)
	}
	return append(b, e.more...)
}

// decodeEvent reads what value returned.
func decodeEvent(node ID, kind EventKind, id EventID, b []byte) (Event, error) {
	e := Event{Node: node, Kind: kind, ID: id}
	d := decoder{b: b}
	for len(d.b) > 0 && d.err == nil {
		rest := d.b
		part := d.byte()
		v := decoder{b: d.bytes()}
		switch part {
		case eventFrom:
			e.From = time.UnixMilli(v.varint()).UTC()
		case eventTo:
			e.To = time.UnixMilli(v.varint()).UTC()
		case eventDate:
			e.Date = decodeDate(&v)
		case eventOutcome:
			if e.Outcome = Outcome(v.byte()); e.Outcome == 0 || e.Outcome >= outcomes {
				v.fail("outcome")
			}
		case eventAt:
			e.At = time.UnixMilli(v.varint()).UTC()
		case eventText:
			e.Text = string(v.fixed(len(v.b)))
		default:
			if d.err == nil {
				e.more = append(e.more, rest[:len(rest)-len(d.b)]...)
			}
			v.b = nil
		}
		if err := v.end(); err != nil && d.err == nil {
			d.err = fmt.Errorf("part %d: %w", part, err)
		}
	}
	if d.err != nil {
		return e, fmt.Errorf("event %x of node %s: %w", id, node, d.err)
	}
	return e, nil
}

// validEvent reports whether an op can be folded.
func (o *op) validEvent() bool {
	if o.event == 0 {
		return false
	}
	e, err := decodeEvent(o.node, o.event, o.eventID, o.value)
	return err == nil && (o.present || len(o.value) == 0) && bytes.Equal(e.value(), o.value)
}

// start is the time by which events are ordered: a civil day counts from its midnight in UTC, as every device does alike.
func (e *Event) start() time.Time {
	if e.Kind == Interval {
		return e.From
	}
	return e.Date.T
}

// The keys of events: each by its node, each by its time, and those that still run by their node.
//
//	n, node, kind, id          → value
//	t, kind, start, node, id   → nothing; start is milliseconds with the sign turned, big-endian
//	o, node, id                → nothing
const eventOf, eventAtTime, eventOpen = 'n', 't', 'o'

func eventKey(node ID, kind EventKind, id EventID) []byte {
	b := append(make([]byte, 0, 18), eventOf)
	return append(append(append(b, node[:]...), byte(kind)), id[:]...)
}

func (e *Event) timeKey() []byte {
	b := append(timeKey(e.Kind, e.start()), e.Node[:]...)
	return append(b, e.ID[:]...)
}

func timeKey(kind EventKind, at time.Time) []byte {
	b := append(make([]byte, 0, 26), eventAtTime, byte(kind))
	return binary.BigEndian.AppendUint64(b, uint64(at.UnixMilli())^1<<63)
}

func (e *Event) openKey() []byte {
	return append(append(append(make([]byte, 0, 17), eventOpen), e.Node[:]...), e.ID[:]...)
}

// changeEvent gives a node an event, or takes it away.
func (f *fold) changeEvent(o *op) (undoing, error) {
	h, err := f.get(o.node)
	if err != nil || h.node == nil {
		return undoing{}, err
	}
	key := eventKey(o.node, o.event, o.eventID)
	old, err := f.tx.Get(f.ks.events, key)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return undoing{}, err
	}
	back := *o
	back.present, back.value = err == nil, bytes.Clone(old)
	e, err := decodeEvent(o.node, o.event, o.eventID, o.value)
	if err != nil {
		return undoing{}, err
	}
	if back.present && e.Outcome == OutcomeMissed {
		// Another device may have done what this one has missed, without knowing of each other.
		if was, err := decodeEvent(o.node, o.event, o.eventID, back.value); err != nil || was.Outcome == OutcomeDone {
			return undoing{}, err
		}
	}
	f.touch(h)
	f.bump(h)
	if back.present {
		if err := f.dropEvent(o, back.value); err != nil {
			return undoing{}, err
		}
	}
	if !o.present {
		return inverseOf(back), f.tx.Delete(f.ks.events, key)
	}
	if err := f.tx.Put(f.ks.events, e.timeKey(), nil); err != nil {
		return undoing{}, err
	}
	if e.Running() {
		if err := f.tx.Put(f.ks.events, e.openKey(), nil); err != nil {
			return undoing{}, err
		}
	}
	return inverseOf(back), f.tx.Put(f.ks.events, key, o.value)
}

// dropEvent removes the keys that lead to an event other than by its node.
func (f *fold) dropEvent(o *op, value []byte) error {
	e, err := decodeEvent(o.node, o.event, o.eventID, value)
	if err != nil {
		return err
	}
	if err := f.tx.Delete(f.ks.events, e.timeKey()); err != nil || !e.Running() {
		return err
	}
	return f.tx.Delete(f.ks.events, e.openKey())
}

// dropEvents removes the events of a node that is made anew.
func (f *fold) dropEvents(id ID) error {
	var ops []op
	var values [][]byte
	prefix := append([]byte{eventOf}, id[:]...)
	for kv, err := range f.tx.Scan(f.ks.events, store.Prefix(prefix)) {
		if err != nil {
			return err
		}
		k := kv.Key[len(prefix):]
		ops = append(ops, op{node: id, event: EventKind(k[0]), eventID: EventID(k[1:])})
		values = append(values, bytes.Clone(kv.Value))
	}
	for i := range ops {
		if err := f.dropEvent(&ops[i], values[i]); err != nil {
			return err
		}
		if err := f.tx.Delete(f.ks.events, eventKey(id, ops[i].event, ops[i].eventID)); err != nil {
			return err
		}
	}
	return nil
}

// holdsEvent reports whether a node has the event that an op gave it, or has none where it took one away.
func (e *Edit) holdsEvent(o *op) (bool, error) {
	b, err := e.r.Get(e.t.ks.events, eventKey(o.node, o.event, o.eventID))
	if errors.Is(err, store.ErrNotFound) {
		return !o.present, nil
	}
	return err == nil && o.present && bytes.Equal(b, o.value), err
}

// SetEvent gives a node an event, in place of the one that has its id.
func (e *Edit) SetEvent(ev Event) error {
	if _, err := e.need(ev.Node); err != nil {
		return err
	}
	if err := ev.Valid(); err != nil {
		return err
	}
	if ev.Text = OneLine(ev.Text); len(ev.Text) > MaxText {
		return fmt.Errorf("text of %d bytes, at most %d: %w", len(ev.Text), MaxText, ErrTooLarge)
	}
	o := op{kind: opEvent, node: ev.Node, event: ev.Kind, eventID: ev.ID, present: true, value: ev.value()}
	if same, err := e.holdsEvent(&o); err != nil || same {
		return err
	}
	return e.do(o)
}

// Valid returns what keeps an event from being one, nil if nothing does.
func (e *Event) Valid() error {
	if e.Kind == 0 || e.Kind >= eventKinds || e.Kind == Interval && (e.From.IsZero() || !e.To.IsZero() && e.To.Before(e.From)) ||
		e.Kind == Occurrence && (e.Date.IsZero() || e.Outcome == 0) {
		return fmt.Errorf("event of %s: %w", e.Node, errEvent)
	}
	return nil
}

// Equal reports whether two events say the same of the same node.
func (e *Event) Equal(f Event) bool {
	return e.Node == f.Node && e.Kind == f.Kind && e.ID == f.ID && bytes.Equal(e.value(), f.value())
}

var errEvent = errors.New("an interval has a beginning, and an end not before it; an occurrence a date and an outcome")

// ClearEvent takes an event away.
func (e *Edit) ClearEvent(node ID, kind EventKind, id EventID) error {
	o := op{kind: opEvent, node: node, event: kind, eventID: id}
	if gone, err := e.holdsEvent(&o); err != nil || gone {
		return err
	}
	return e.do(o)
}

// Event returns one event of a node: false if there is none of that id.
func (v *View) Event(node ID, kind EventKind, id EventID) (Event, bool, error) {
	b, err := v.r.Get(v.t.ks.events, eventKey(node, kind, id))
	if errors.Is(err, store.ErrNotFound) {
		return Event{}, false, nil
	}
	if err != nil {
		return Event{}, false, err
	}
	e, err := decodeEvent(node, kind, id, b)
	return e, err == nil, err
}

// Events yields the events of a kind that a node has, in no order that means anything.
func (v *View) Events(node ID, kind EventKind) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		prefix := eventKey(node, kind, EventID{})[:10]
		for kv, err := range v.r.Scan(v.t.ks.events, store.Prefix(prefix)) {
			if err != nil {
				yield(Event{}, err)
				return
			}
			e, err := decodeEvent(node, kind, EventID(kv.Key[10:]), kv.Value)
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}

// EventsFrom yields the events of a kind, of all nodes, whose beginning lies in [from, to), by their beginning; that of a civil day is its
// midnight in UTC.
func (v *View) EventsFrom(kind EventKind, from, to time.Time) iter.Seq2[Event, error] {
	return v.eventsAt(kind, store.Range{From: timeKey(kind, from), To: timeKey(kind, to)}, 10)
}

// RunningEvents yields the intervals that have no end yet.
func (v *View) RunningEvents() iter.Seq2[Event, error] {
	return v.eventsAt(Interval, store.Prefix([]byte{eventOpen}), 1)
}

// eventsAhead is how many events are fetched together.
const eventsAhead = 256

// eventsAt yields the events that keys lead to, in which node and id begin at skip.
func (v *View) eventsAt(kind EventKind, r store.Range, skip int) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		var keys [][]byte
		fetch := func() bool {
			values, err := v.r.GetMany(v.t.ks.events, keys)
			for i, k := range keys {
				var e Event
				if err == nil && values[i] != nil {
					e, err = decodeEvent(ID(k[1:9]), kind, EventID(k[10:]), values[i])
				} else if err == nil {
					continue
				}
				if !yield(e, err) || err != nil {
					return false
				}
			}
			keys = keys[:0]
			return err == nil
		}
		for kv, err := range v.r.Scan(v.t.ks.events, r) {
			if err != nil {
				yield(Event{}, err)
				return
			}
			rest := kv.Key[skip:]
			if keys = append(keys, eventKey(ID(rest[:8]), kind, EventID(rest[8:]))); len(keys) == eventsAhead && !fetch() {
				return
			}
		}
		if len(keys) > 0 {
			fetch()
		}
	}
}

// OccurrenceID is the id that every device gives to what became of a date of a node.
func OccurrenceID(node ID, d date.Date) EventID {
	return EventID(Named("occurrence/" + node.String() + "/" + d.String()))
}
