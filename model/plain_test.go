package model

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"arbor/timeseries"

	"pgregory.net/rapid"
)

func anyNode(ID) bool { return true }

func ordinary(id ID) bool { return !builtin(id) }

// change makes one random change to the plain tree and returns what does the same to the real one, nil if nothing can be done.
func (h *history) change() func(*Edit) error {
	switch rapid.IntRange(0, 14).Draw(h.t, "change") {
	case 0, 1, 2:
		return h.create()
	case 3, 4:
		return h.move()
	case 5:
		return h.trash()
	case 6:
		return h.restore()
	}
	id, _ := h.pick("node", anyNode)
	n := h.plain.nodes[id]
	switch rapid.IntRange(0, 9).Draw(h.t, "part") {
	case 0:
		text := textGen.Draw(h.t, "text")
		n.text = OneLine(text)
		return func(e *Edit) error { return e.SetText(id, text) }
	case 1:
		runes := []rune(n.text)
		pos := rapid.IntRange(0, len(runes)).Draw(h.t, "pos")
		del := rapid.IntRange(0, len(runes)-pos).Draw(h.t, "del")
		ins := textGen.Draw(h.t, "ins")
		n.text = string(runes[:pos]) + OneLine(ins) + string(runes[pos+del:])
		return func(e *Edit) error { return e.Splice(id, pos, del, ins) }
	case 2:
		if builtin(id) {
			return nil
		}
		n.state = State(rapid.IntRange(0, int(states)-1).Draw(h.t, "state"))
		s := n.state
		return func(e *Edit) error { return e.SetState(id, s) }
	case 3:
		return h.tag(id, n)
	case 4:
		return h.field(id, n)
	case 5:
		n.due = Date{T: time.Unix(rapid.Int64Range(-1e9, 1e10).Draw(h.t, "due"), 0).UTC(), AllDay: rapid.Bool().Draw(h.t, "day")}
		d := n.due
		return func(e *Edit) error { return e.SetDue(id, d) }
	case 6:
		note := textGen.Draw(h.t, "note")
		n.note = note
		return func(e *Edit) error { return e.SetNote(id, note) }
	case 7:
		x, y := rapid.IntRange(-99, 99).Draw(h.t, "x"), rapid.IntRange(-99, 99).Draw(h.t, "y")
		if x == 0 {
			n.pos = ""
			return func(e *Edit) error { return e.ClearPos(id) }
		}
		n.pos = fmt.Sprint(x, y)
		return func(e *Edit) error { return e.SetPos(id, x, y) }
	case 8:
		f := Flag(1 << rapid.IntRange(0, 2).Draw(h.t, "flag"))
		on := rapid.Bool().Draw(h.t, "on")
		n.flags &^= f
		if on {
			n.flags |= f
		}
		return func(e *Edit) error { return e.SetFlag(id, f, on) }
	}
	return h.pointOrLog(id, n)
}

func (h *history) tag(id ID, n *plainNode) func(*Edit) error {
	tag := rapid.SampledFrom([]string{"x", "y", "task"}).Draw(h.t, "tag")
	if rapid.Bool().Draw(h.t, "add") {
		n.tags[tag] = true
		return func(e *Edit) error { return e.AddTag(id, tag) }
	}
	delete(n.tags, tag)
	return func(e *Edit) error { return e.RemoveTag(id, tag) }
}

func (h *history) field(id ID, n *plainNode) func(*Edit) error {
	key := rapid.SampledFrom([]string{"k", "prio"}).Draw(h.t, "key")
	if rapid.Bool().Draw(h.t, "set") {
		value := textGen.Draw(h.t, "value")
		n.fields[key] = value
		return func(e *Edit) error { return e.SetField(id, key, value) }
	}
	delete(n.fields, key)
	return func(e *Edit) error { return e.ClearField(id, key) }
}

func (h *history) pointOrLog(id ID, n *plainNode) func(*Edit) error {
	switch rapid.IntRange(0, 5).Draw(h.t, "arrow or sample") {
	case 0:
		to, _ := h.pick("to", anyNode)
		label := rapid.SampledFrom([]string{"", "because"}).Draw(h.t, "label")
		n.arrows[to] = label
		return func(e *Edit) error { return e.AddArrow(id, to, label) }
	case 1:
		to, _ := h.pick("to", anyNode)
		delete(n.arrows, to)
		return func(e *Edit) error { return e.RemoveArrow(id, to) }
	case 2:
		at := rapid.Int64Range(1, 5).Draw(h.t, "at")
		v := float64(rapid.IntRange(0, 3).Draw(h.t, "value"))
		if _, used := n.samples[at]; used {
			return nil // the one below would show again after its removal; that is the book's own test
		}
		n.samples[at] = v
		return func(e *Edit) error { return e.Log(id, timeseries.Sample{T: at, V: v}) }
	case 3:
		ev := Event{Node: id, Kind: Interval, ID: EventID{byte(rapid.IntRange(1, 3).Draw(h.t, "event"))}, From: h.at, Text: rapid.SampledFrom([]string{"", "x"}).Draw(h.t, "text")}
		if rapid.Bool().Draw(h.t, "ended") {
			ev.To = ev.From.Add(time.Hour)
		}
		n.events[ev.ID] = ev.Text
		return func(e *Edit) error { return e.SetEvent(ev) }
	case 4:
		ev := EventID{byte(rapid.IntRange(1, 3).Draw(h.t, "event"))}
		delete(n.events, ev)
		return func(e *Edit) error { return e.ClearEvent(id, Interval, ev) }
	}
	return h.mend(id, n)
}

// mend corrects or removes samples: as marks, or, of a series that never had one, by taking the sample out.
func (h *history) mend(id ID, n *plainNode) func(*Edit) error {
	switch rapid.IntRange(0, 2).Draw(h.t, "mend") {
	case 0:
		s := timeseries.Sample{T: rapid.Int64Range(1, 5).Draw(h.t, "at"), V: float64(rapid.IntRange(0, 3).Draw(h.t, "value"))}
		n.samples[s.T], n.marked = s.V, true
		return func(e *Edit) error { return e.Correct(id, s) }
	case 1:
		from := rapid.Int64Range(0, 5).Draw(h.t, "from")
		to := from + rapid.Int64Range(1, 6).Draw(h.t, "length")
		maps.DeleteFunc(n.samples, func(at int64, _ float64) bool { return from <= at && at < to })
		n.marked = true
		return func(e *Edit) error { return e.RemoveSamples(id, from, to) }
	}
	for at, v := range n.samples {
		if n.marked {
			break
		}
		delete(n.samples, at)
		return func(e *Edit) error {
			found, err := e.RemoveSample(id, timeseries.Sample{T: at, V: v})
			if err == nil && !found {
				err = fmt.Errorf("sample %d of %s is not there", at, id)
			}
			return err
		}
	}
	return nil
}

// where draws a place among the children of parent other than id.
func (h *history) where(id, parent ID) (Place, int) {
	children := slices.DeleteFunc(slices.Clone(h.plain.nodes[parent].children), func(c ID) bool { return c == id })
	switch i := rapid.IntRange(0, len(children)*2+1).Draw(h.t, "place"); {
	case i == 0:
		return First, 0
	case i == 1:
		return Last, len(children)
	case i%2 == 0:
		return Before(children[i/2-1]), i/2 - 1
	default:
		return After(children[i/2-1]), i / 2
	}
}

func (h *history) create() func(*Edit) error {
	parent, _ := h.pick("parent", func(id ID) bool { return id != Trash })
	var id ID
	copy(id[:], rapid.SliceOfN(rapid.Byte(), 8, 8).Draw(h.t, "id"))
	if h.plain.nodes[id] != nil || id == Detached {
		return nil
	}
	for _, m := range append(slices.Clone(h.past), h.next...) {
		if m.plain.nodes[id] != nil {
			return nil
		}
	}
	at, index := h.where(id, parent)
	n := newPlainNode(id)
	n.text = textGen.Draw(h.t, "text")
	text := n.text
	n.text = OneLine(n.text)
	h.plain.nodes[id] = n
	h.plain.put(id, parent, index)
	return func(e *Edit) error { return e.CreateID(id, parent, at, text) }
}

func (h *history) move() func(*Edit) error {
	id, ok := h.pick("node", ordinary)
	if !ok {
		return nil
	}
	parent, _ := h.pick("parent", func(p ID) bool { return p != Trash && !h.plain.under(p, id) })
	at, index := h.where(id, parent)
	h.plain.put(id, parent, index)
	return func(e *Edit) error { return e.Move(id, parent, at) }
}

func (h *history) trash() func(*Edit) error {
	id, ok := h.pick("node", func(id ID) bool { return ordinary(id) && h.plain.nodes[id].parent != Trash })
	if !ok {
		return nil
	}
	n := h.plain.nodes[id]
	n.origin = n.parent
	children := h.plain.nodes[n.parent].children
	n.before = ID{}
	if i := slices.Index(children, id); i+1 < len(children) {
		n.before = children[i+1]
	}
	h.plain.put(id, Trash, len(h.plain.nodes[Trash].children))
	return func(e *Edit) error { return e.Trash(id) }
}

// restore takes back only what can be told without orders: a node whose next sibling stands where it stood, or whose parent is gone.
func (h *history) restore() func(*Edit) error {
	id, ok := h.pick("node", func(id ID) bool {
		n := h.plain.nodes[id]
		if n.parent != Trash || builtin(id) {
			return false
		}
		return !h.plain.under(n.origin, Root)
	})
	if !ok {
		return nil
	}
	h.plain.put(id, Root, len(h.plain.nodes[Root].children))
	return func(e *Edit) error { return e.Restore(id) }
}
