package model

import (
	"errors"
	"slices"

	"arbor/store"
)

// Told is what became of a node between two states, as far as these tell: one of the words below. Where an undo or a redo was the last to touch the
// node, What is that, and Effect the word that it would be otherwise.
type Told struct{ What, Effect string }

// What may become of a node, in the order in which the first that fits is told.
const (
	ToldAdd     = "add"     // it is there now
	ToldRestore = "restore" // it was in the trash itself, and is not any more
	ToldRemove  = "remove"  // it is in the trash itself now, or is not there any more
	ToldDone    = "done"    // its state is done now, or an occurrence of it was done
	ToldStart   = "start"   // an interval of it began to run
	ToldStop    = "stop"    // one that ran has an end, or is not there any more
	ToldLog     = "log"     // its samples are others, and nothing else of it
	ToldChange  = "change"  // anything else of its own: text, note, state, tags, fields, dates, place, arrows, intervals that do not run
	ToldAround  = "around"  // nothing of its own: a child came, went, moved or was closed, or an arrow leads to it, or does no more
	ToldUndo    = "undo"
	ToldRedo    = "redo"
)

// maxTold is how many actions between two states are looked at for undo and redo.
const maxTold = 1000

// touch is what of a node differs between two states.
type touch uint8

const (
	touchedSelf touch = 1 << iota // its record, or an event that is none of the following
	touchedNote
	touchedSeries
	touchedDone // an occurrence was done
	touchedStart
	touchedStop
)

// telling is what a watch that explains knows beside the ids.
type telling struct {
	seqs    map[device]uint64 // the last batch of each log that was looked at
	touched map[ID]touch
}

// Explain has Next say, from now on, what became of each node. It reads both states of each node that changed, and the actions between them.
func (w *Watch) Explain() error {
	all, err := heads(&w.t.ks, w.last)
	if err != nil {
		return err
	}
	w.telling = &telling{seqs: map[device]uint64{}}
	for _, h := range all {
		w.telling.seqs[h.device] = h.seq
	}
	return nil
}

// touchEvent notes what differs of an event.
func (w *Watch) touchEvent(c store.Change) error {
	node, kind, id := ID(c.Key[1:9]), EventKind(c.Key[9]), EventID(c.Key[10:])
	var was, is Event
	old, err := w.last.Get(w.t.ks.events, c.Key)
	had := err == nil
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if had {
		if was, err = decodeEvent(node, kind, id, old); err != nil {
			return err
		}
	}
	if !c.Deleted {
		if is, err = decodeEvent(node, kind, id, c.Value); err != nil {
			return err
		}
	}
	ran, runs := had && was.Running(), !c.Deleted && is.Running()
	switch {
	case !c.Deleted && is.Kind == Occurrence && is.Outcome == OutcomeDone && was.Outcome != OutcomeDone:
		w.telling.touched[node] |= touchedDone
	case runs && !ran:
		w.telling.touched[node] |= touchedStart
	case ran && !runs:
		w.telling.touched[node] |= touchedStop
	default:
		w.telling.touched[node] |= touchedSelf
	}
	return nil
}

// tell says what became of each of some nodes between the state that was told last and now.
func (w *Watch) tell(now *store.Snapshot, ids []ID) ([]Told, error) {
	back, err := w.takenBack(now)
	if err != nil {
		return nil, err
	}
	out := make([]Told, 0, len(ids))
	for some := range slices.Chunk(ids, toldAtOnce) {
		was, err := w.nodes(w.last, some)
		if err != nil {
			return nil, err
		}
		is, err := w.nodes(now, some)
		if err != nil {
			return nil, err
		}
		for i, id := range some {
			t := Told{What: became(was[i], is[i], w.telling.touched[id])}
			if how := back[id]; how != "" {
				t = Told{how, t.What}
			}
			out = append(out, t)
		}
	}
	return out, nil
}

// toldAtOnce is how many nodes are read in one exchange with the process that owns the store.
const toldAtOnce = 256

// nodes reads nodes, nil for each that is not there.
func (w *Watch) nodes(r store.Reader, ids []ID) ([]*Node, error) {
	keys := make([][]byte, len(ids))
	for i := range ids {
		keys[i] = ids[i][:]
	}
	values, err := r.GetMany(w.t.ks.nodes, keys)
	if err != nil {
		return nil, err
	}
	out := make([]*Node, len(ids))
	for i, value := range values {
		switch {
		case value != nil:
			if out[i], err = decodeRecord(ids[i], value); err != nil {
				return nil, err
			}
		case builtin(ids[i]):
			out[i] = &Node{ID: ids[i], Parent: ids[i]}
		}
	}
	return out, nil
}

// became says what two states of a node, and what else of it differs, come to.
func became(was, is *Node, what touch) string {
	there := func(n *Node) bool { return n != nil && n.Parent != Detached }
	thrown := func(n *Node) bool { return there(n) && n.Parent == Trash }
	switch {
	case thrown(was) && there(is) && !thrown(is):
		return ToldRestore
	case there(is) && !thrown(is) && !there(was):
		return ToldAdd
	case there(was) && !there(is), thrown(is) && !thrown(was):
		return ToldRemove
	case is != nil && was != nil && is.State == Done && was.State != Done, what&touchedDone != 0:
		return ToldDone
	case what&touchedStart != 0:
		return ToldStart
	case what&touchedStop != 0:
		return ToldStop
	case what&touchedNote != 0, !same(was, is):
		return ToldChange
	case what&touchedSeries != 0:
		return ToldLog
	case what&touchedSelf != 0:
		return ToldChange
	}
	return ToldAround
}

// takenBack returns the nodes that an undo or a redo was the last to touch, of the actions since those that were looked at.
func (w *Watch) takenBack(now *store.Snapshot) (map[ID]string, error) {
	all, err := heads(&w.t.ks, now)
	if err != nil {
		return nil, err
	}
	out := map[ID]string{}
	for _, h := range all {
		from := w.telling.seqs[h.device]
		w.telling.seqs[h.device] = h.seq
		if h.seq == from || h.seq-from > maxTold {
			continue
		}
		var parts []ID // of an undo or a redo that follows
		for e, err := range readLog(&w.t.ks, now, h.device, from+1) {
			if err != nil {
				return nil, err
			}
			how := map[role]string{roleUndo: ToldUndo, roleRedo: ToldRedo, roleBack: ToldUndo}[e.batch.role]
			for i := range e.batch.ops {
				out[e.batch.ops[i].node] = how
				if e.batch.role == roleBack {
					parts = append(parts, e.batch.ops[i].node)
				}
			}
			if e.batch.role == roleRedo {
				for _, id := range parts {
					out[id] = how
				}
			}
			if e.batch.role != roleBack {
				parts = parts[:0]
			}
		}
	}
	return out, nil
}
