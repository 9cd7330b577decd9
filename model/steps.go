package model

import "time"

// Step is an action that can be taken back, or done again.
type Step struct {
	Label string
	At    time.Time
	Nodes int // that it changed
}

// Steps returns the actions of this device that Undo would take back one after the other, or those that Redo would do again, the next first: n
// of them at most. The cost is that of reading their batches.
func (v *View) Steps(redo bool, n int) ([]Step, error) {
	ks := &v.t.ks
	me, err := readSelf(ks, v.r)
	if err != nil {
		return nil, err
	}
	w, err := readWriter(ks, v.r, me.device)
	if err != nil {
		return nil, err
	}
	s := w.undoStack(ks)
	if redo {
		s = w.redoStack(ks)
	}
	var seqs []uint64
	if _, _, err = s.find(v.r, func(f frame) bool {
		if redo && f.seq <= w.action {
			return false
		}
		seqs = append(seqs, f.seq)
		return len(seqs) == n
	}); err != nil {
		return nil, err
	}
	out := make([]Step, len(seqs))
	for i, seq := range seqs {
		whole, parts, made, _, err := group(ks, v.r, me.device, seq)
		if err != nil {
			return nil, err
		}
		touched := map[ID]bool{}
		for id := range made {
			touched[id] = true
		}
		note := func(b *batch) {
			for i := range b.ops {
				touched[b.ops[i].node] = true
			}
		}
		note(whole.batch)
		for _, p := range parts {
			e, err := readBatch(ks, v.r, me.device, p)
			if err != nil {
				return nil, err
			}
			note(e.batch)
		}
		out[i] = Step{whole.batch.label, whole.batch.stamp.Time(), len(touched)}
	}
	return out, nil
}
