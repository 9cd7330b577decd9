package model

import (
	"math/rand/v2"
	"testing"
	"time"
)

// TestUrgencyAt: what is weighed by the sheet alone is what a standing weighs, to the bit, and so is what is ready.
func TestUrgencyAt(t *testing.T) {
	tree := open(t)
	do(t, tree, workload(rand.New(rand.NewPCG(7, 8)), 400))
	w := DefaultWeights()
	w["tag.x"], w["field.prio"] = 2.5, -1.25
	weigher := w.weigher()
	view(t, tree, func(v *View) error {
		k, err := v.workers()
		if err != nil {
			return err
		}
		tasks, ready := 0, map[int32]bool{}
		var slots []int32
		for _, now := range []time.Time{clockTime, clockTime.AddDate(0, 0, 20), clockTime.AddDate(1, 0, 0)} {
			of := k.urgencies(w, now)
			for slot := range k.s.Len() {
				if !k.open(slot) || k.s.bits[slot]&factTask == 0 {
					continue
				}
				var n Node
				k.s.Facts(slot).fill(&n)
				s := k.standing(n, slot)
				if got, want := of.at(slot), weigher.urgency(&s, now); got != want {
					t.Errorf("%+v: %v, want %v", s, got, want)
				}
				tasks++
				slots = append(slots, int32(slot))
				if s.Ready(now) {
					ready[int32(slot)] = true
				}
			}
			for _, up := range k.readyOf(slots, w, now) {
				if !ready[up.slot] {
					t.Errorf("slot %d is not ready", up.slot)
				}
				delete(ready, up.slot)
			}
			if len(ready) > 0 {
				t.Errorf("%d more are ready", len(ready))
			}
			slots = slots[:0]
		}
		if tasks < 200 {
			t.Errorf("%d tasks", tasks)
		}
		return nil
	})
}
