package model

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"arbor/timeseries"
)

// happened is a change of what happened to a node: of time worked on it, of what became of a date, or of the samples of a series.
type happened struct {
	what, key     string // key tells it from others of its kind
	before, after string
}

// happenings says what came of changes, each thing once: where something went back to what it was nothing did.
func happenings(all []happened) (out []Change) {
	at := map[string]int{}
	for _, h := range all {
		i, known := at[h.key]
		if !known {
			i, at[h.key] = len(out), len(out)
			out = append(out, Change{h.what, h.before, ""})
		}
		out[i].After = h.after
	}
	return slices.DeleteFunc(out, func(c Change) bool { return c.Before == c.After })
}

// became writes down that something is after now; "" is that it is not there.
func (s *shadow) became(what, key, after string) {
	key = what + "\x00" + key
	before := s.events[key]
	if before == after {
		return
	}
	s.happened = append(s.happened, happened{what, key, before, after})
	if s.events[key] = after; after == "" {
		delete(s.events, key)
	}
}

// forget is for a node that is made anew: nothing of what happened to the one before is there.
func (s *shadow) forget() {
	for _, key := range slices.Sorted(maps.Keys(s.events)) {
		what, rest, _ := strings.Cut(key, "\x00")
		if what == "interval" || what == "occurrence" { // samples stay
			s.became(what, rest, "")
		}
	}
}

// happen follows an op on what happens to a node. One that this version does not know changes nothing.
func (s *shadow) happen(o *op) {
	switch {
	case o.kind == opChunk:
		name := "a chunk of samples, " + hex.EncodeToString(o.hash[:4])
		if !o.present {
			name = ""
		}
		s.became("samples", string(o.hash[:]), name)
	case o.kind == opSamples:
		for _, x := range o.samples {
			value := ""
			if o.mode != samplesRemove {
				value = s.sampleWords(x)
			}
			s.became("sample", instantWords(x.T), value)
		}
	case o.kind == opMark:
		s.marked(o)
	case o.kind == opWord:
		if s.words == nil {
			s.words = map[float64]string{}
		}
		s.words[timeseries.WordValue(o.text)] = o.text
	case o.kind == opTrim:
		from, to := instantWords(o.span.from), instantWords(o.span.to)
		for _, key := range s.samplesIn(o.span.from, o.span.to) {
			s.became("sample", key, "")
		}
		s.became("samples", "trim "+from+" "+to, "trimmed from "+from+" to "+to)
	case o.raw == nil && o.kind == opEvent:
		ev, err := decodeEvent(o.node, o.event, o.eventID, o.value)
		if err != nil {
			return // the fold passes it over too
		}
		what, key := "interval", string(o.eventID[:])
		if o.event == Occurrence {
			what = "occurrence"
		}
		switch {
		case !o.present:
			s.became(what, key, "")
		case ev.Outcome == OutcomeMissed && strings.Contains(s.events[what+"\x00"+key], " "+OutcomeDone.String()):
			// as the fold does, which leaves it done
		default:
			s.became(what, key, ev.words())
		}
	}
}

// instantWords writes a time of a sample as a change tells it.
func instantWords(t int64) string { return time.Unix(0, t).UTC().Format(time.RFC3339Nano) }

func (s *shadow) sampleWords(x timeseries.Sample) string {
	if k := s.node.Definition().Kind; k != Words {
		return instantWords(x.T) + " " + k.Format(x.V)
	}
	return instantWords(x.T) + " " + cmp.Or(s.words[x.V], strconv.FormatFloat(x.V, 'g', -1, 64))
}

// marked follows a correction or a deletion. What it takes from sight is kept for when it is taken back.
func (s *shadow) marked(o *op) {
	m := o.mark
	name := fmt.Sprint(m)
	beneath := "beneath\x00" + name + "\x00"
	times := []string{instantWords(m.From)}
	if m.To != m.From+1 {
		times = s.samplesIn(m.From, m.To)
		words := ""
		if o.present {
			words = "removed from " + instantWords(m.From) + " to " + instantWords(m.To)
		}
		s.became("samples", name, words)
	}
	if !o.present {
		for _, key := range slices.Sorted(maps.Keys(s.events)) {
			if at, is := strings.CutPrefix(key, beneath); is {
				s.became("sample", at, s.events[key])
				delete(s.events, key)
			}
		}
		return
	}
	for _, at := range times {
		s.events[beneath+at] = s.events["sample\x00"+at]
		if m.Has {
			s.became("sample", at, s.sampleWords(timeseries.Sample{T: m.From, V: m.V}))
		} else {
			s.became("sample", at, "")
		}
	}
}

// samplesIn returns the times in [from, to) of samples that were logged by hand.
func (s *shadow) samplesIn(from, to int64) (times []string) {
	for _, key := range slices.Sorted(maps.Keys(s.events)) {
		at, is := strings.CutPrefix(key, "sample\x00")
		if !is {
			continue
		}
		if t, err := time.Parse(time.RFC3339Nano, at); err == nil && from <= t.UnixNano() && t.UnixNano() < to {
			times = append(times, at)
		}
	}
	return times
}

// words writes an event as a change tells it: an interval as its two instants and its text, an occurrence as its date and what became of it.
func (e *Event) words() string {
	if e.Kind == Occurrence {
		return strings.TrimSpace(e.Date.String() + " " + e.Outcome.String() + " " + e.Text)
	}
	out := e.From.UTC().Format(time.RFC3339) + ".."
	if !e.Running() {
		out += e.To.UTC().Format(time.RFC3339)
	}
	return strings.TrimSpace(out + " " + e.Text)
}

// Between is a node as it was at some time, and as it is.
type Between struct {
	ID            ID
	Before, After Version // Before has no name if the node was not there yet
}

// Since returns the nodes that have changed since an instant, in the order in which they first did: all of them, or of those in only. Nodes that
// came and went meanwhile are left out. The cost is that of reading the log twice.
func (v *View) Since(at time.Time, only map[ID]bool) ([]Between, error) {
	names, err := v.versionNames()
	if err != nil {
		return nil, err
	}
	var order []ID
	shadows := map[ID]*shadow{}
	for e, err := range allLogs(&v.t.ks, v.r) {
		if err != nil {
			return nil, err
		}
		if e.batch.stamp.Time().Before(at) {
			continue
		}
		for i := range e.batch.ops {
			if id := e.batch.ops[i].node; shadows[id] == nil && (only == nil || only[id]) {
				shadows[id] = newShadow(id)
				order = append(order, id)
			}
		}
	}
	found := make(map[ID]*Between, len(order))
	for e, err := range allLogs(&v.t.ks, v.r) {
		if err != nil {
			return nil, err
		}
		for _, id := range touchedBy(e.batch) {
			s := shadows[id]
			if s == nil {
				continue
			}
			ver, ok := s.version(e.batch, names)
			if !ok {
				continue
			}
			if found[id] == nil {
				found[id] = &Between{ID: id}
			}
			if found[id].After = ver; ver.At.Before(at) {
				found[id].Before = ver
			}
		}
	}
	var out []Between
	for _, id := range order {
		b := found[id]
		if b == nil || b.Before.Name == b.After.Name {
			continue
		}
		if b.Before.Name == "" {
			if there, err := v.shown(id); err != nil || !there {
				if err != nil {
					return nil, err
				}
				continue
			}
		}
		out = append(out, *b)
	}
	return out, nil
}

// touchedBy returns the nodes that the ops of a batch are on, each once.
func touchedBy(b *batch) (ids []ID) {
	seen := make(map[ID]bool, len(b.ops))
	for i := range b.ops {
		if id := b.ops[i].node; !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	return ids
}

// IntervalWords writes an interval as a change tells it in the words of a person in loc.
func IntervalWords(s string, loc *time.Location) string {
	times, text, _ := strings.Cut(s, " ")
	first, last, _ := strings.Cut(times, "..")
	from, err := time.Parse(time.RFC3339, first)
	if err != nil {
		return s
	}
	from = from.In(loc)
	out := from.Format("2006-01-02 15:04") + ".."
	if to, err := time.Parse(time.RFC3339, last); err == nil {
		layout := "15:04"
		if to = to.In(loc); to.Format(time.DateOnly) != from.Format(time.DateOnly) {
			layout = "2006-01-02 15:04"
		}
		out += to.Format(layout)
	}
	return strings.TrimSpace(out + " " + text)
}

// SampleWords writes a sample, or a span of time from which samples were removed, as a change tells it in the words of a person in loc.
func SampleWords(s string, loc *time.Location) string {
	words := strings.Fields(s)
	for i, w := range words {
		at, err := time.Parse(time.RFC3339Nano, w)
		if err != nil {
			continue
		}
		layout := "2006-01-02 15:04"
		if at.Second() != 0 || at.Nanosecond() != 0 {
			layout += ":05.999999999"
		}
		words[i] = at.In(loc).Format(layout)
	}
	return strings.Join(words, " ")
}
