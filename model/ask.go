package model

import (
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"arbor/model/query"
	"arbor/store"
	"arbor/timeseries"

	"github.com/cespare/xxhash/v2"
)

// A process that ends after one command would spend most of its time on the facts of all nodes, which the process that owns the store has at
// hand if it lives for long. So it asks that one: which nodes does a query mean, or which tasks are next. What it is answered are the ids, on
// its own view, and it reads the nodes itself; where it is not answered it works all out itself.
//
// A question is a version, a kind, the query as text, the instant that its dates are relative to and that of the question in nanoseconds, marks
// of the zone and of the settings, and how many are wanted at most. It is answered if both marks are those of the owner, so that it answers what
// the one who asks would have found. A change of what an answer means changes the version.
const questionVersion = 1

// The kinds of questions, and their answers.
const (
	askMeant  byte = iota // the ids, in the order of the query
	askNext               // how many are ready, and a standing without its node for each of the first
	askPlaces             // of each id that stands in the place of the text its place
)

// Serve has this process, which lives for long, answer what others that share the store ask: it keeps the facts of all nodes from the first
// question on.
func (t *Tree) Serve() {
	t.sheets.lasting.Store(true)
	t.db.Answer(func(s *store.Snapshot, question []byte) ([]byte, bool, error) {
		return (&View{t: t, r: s}).answer(question)
	})
}

// ask asks the owner of the store. nil: this process is the owner, or has the facts at hand, or the owner does not say.
func (v *View) ask(kind byte, q *query.Query, w Weights, now time.Time, most int) (*decoder, error) {
	snapshot, ok := v.r.(*store.Snapshot)
	if !ok || v.fold != nil || v.sheet != nil || v.unanswered || v.t.sheets.atHand() {
		return nil, nil
	}
	return v.put(snapshot, v.question(kind, q, w, now, most))
}

// put puts a question to the owner.
func (v *View) put(snapshot *store.Snapshot, question []byte) (*decoder, error) {
	answer, ok, err := snapshot.Ask(question)
	if v.unanswered = !ok; err != nil || !ok {
		return nil, err
	}
	if v.known == nil {
		v.known = map[ID]whereabouts{}
	}
	return &decoder{b: answer}, nil
}

func (v *View) question(kind byte, q *query.Query, w Weights, now time.Time, most int) []byte {
	b := appendBytes([]byte{questionVersion, kind}, q.String())
	b = binary.BigEndian.AppendUint64(b, uint64(q.Now.UnixNano()))
	b = binary.BigEndian.AppendUint64(b, uint64(now.UnixNano()))
	b = binary.BigEndian.AppendUint64(b, zoneMark(q.Now.Location()))
	b = binary.BigEndian.AppendUint64(b, v.t.settingsMark(w))
	return binary.AppendUvarint(b, uint64(most))
}

// answer answers a question of another process, if the facts are at hand.
func (v *View) answer(question []byte) ([]byte, bool, error) {
	d := decoder{b: question}
	if d.byte() != questionVersion {
		return nil, false, nil
	}
	kind, text := d.byte(), d.string()
	if kind == askPlaces {
		return v.answerPlaces(&decoder{b: []byte(text)})
	}
	of, now, zone, settings, most := int64(d.u64()), int64(d.u64()), d.u64(), d.u64(), d.uvarint()
	if err := d.end(); err != nil {
		return nil, false, err
	}
	loc, w := v.t.opt.Location, v.t.opt.Weights
	if zone != zoneMark(loc) || settings != v.t.settingsMark(w) || most > math.MaxInt32 {
		return nil, false, nil
	}
	q, err := query.Parse(text, time.Unix(0, of).In(loc), v.t.opt.States...)
	if err != nil {
		return nil, false, err
	}
	if ok, err := v.sheetAtHand(); err != nil || !ok {
		return nil, false, err
	}
	var b []byte
	switch kind {
	case askMeant:
		ids, err := v.Meant(q)
		for _, id := range ids {
			b = append(b, id[:]...)
		}
		return b, err == nil, err
	case askNext:
		first, ready, err := v.nextUp(q, w, time.Unix(0, now).In(loc), int(most))
		b = binary.AppendUvarint(b, uint64(ready))
		for i := range first {
			b = first[i].append(b)
		}
		return b, err == nil, err
	}
	return nil, false, nil
}

// askedMeant is what selected returns, as the owner of the store says it. ok is false if it does not.
func (v *View) askedMeant(q *query.Query) (found []match, ok bool, err error) {
	d, err := v.ask(askMeant, q, v.t.opt.Weights, q.Now, 0)
	if err != nil || d == nil {
		return nil, false, err
	}
	found = make([]match, len(d.b)/len(ID{}))
	for i := range found {
		found[i].id = d.id()
	}
	if err := d.end(); err != nil {
		return nil, false, fmt.Errorf("select: the answer of the owner: %w", err)
	}
	return found, true, nil
}

// askedNext is what nextUp returns, as the owner of the store says it. ok is false if it does not.
func (v *View) askedNext(q *query.Query, w Weights, now time.Time, most int) (first []Standing, ready int, ok bool, err error) {
	d, err := v.ask(askNext, q, w, now, most)
	if err != nil || d == nil {
		return nil, 0, false, err
	}
	ready = int(d.uvarint())
	for len(d.b) > 0 && d.err == nil {
		first = append(first, decodeStanding(d))
	}
	if d.err != nil {
		return nil, 0, false, fmt.Errorf("next: the answer of the owner: %w", d.err)
	}
	return first, ready, true, nil
}

// The years whose changes of the clocks tell one zone from another.
var zoneFrom, zoneTo = time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2070, 1, 1, 0, 0, 0, 0, time.UTC)

// zoneMark stands for what a zone makes of dates: its offsets from UTC, and when they changed. Two that have the same are the same, whatever
// they are called; "Local" is another one for each process.
func zoneMark(loc *time.Location) uint64 {
	var b []byte
	for at := zoneFrom.In(loc); at.Before(zoneTo); {
		_, offset := at.Zone()
		_, end := timeseries.ZoneBounds(at)
		b = appendVarint(appendVarint(b, at.Unix()), int64(offset))
		if end.IsZero() {
			break
		}
		at = end
	}
	return xxhash.Sum64(b)
}

// settingsMark stands for the settings of the person that say what a query means and in which order.
func (t *Tree) settingsMark(w Weights) uint64 {
	var b []byte
	for _, name := range slices.Sorted(maps.Keys(w)) {
		b = binary.BigEndian.AppendUint64(appendBytes(b, name), math.Float64bits(w[name]))
	}
	b = append(b, 0)
	for _, state := range t.opt.States {
		b = appendBytes(b, state)
	}
	return xxhash.Sum64(b)
}
