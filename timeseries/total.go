package timeseries

import (
	"slices"

	"arbor/store"
)

// Total is what devices that count each on its own have come to in [From, To).
type Total struct {
	From, To int64
	Devices  int     // that have a sample in it
	Sum      float64 // of what each of them has last
}

// Totals returns, for the spans between consecutive edges, which must rise, the sum over devices of the last value that each has there. It is Sum by
// the day, or another span, instead of by the instant: for counters that begin anew with each, such as the steps of a day, of which a device may
// write as often as it likes. The cost is that of Buckets for each device.
func (b *Book) Totals(r store.Reader, series ID, edges []int64) ([]Total, error) {
	f, err := newFrame(edges, Last)
	if err != nil {
		return nil, err
	}
	sc, err := b.scene(r, Series{ID: series}, f.from(), f.to())
	if err != nil {
		return nil, err
	}
	out := make([]Total, len(f.out))
	for i, x := range f.out {
		out[i].From, out[i].To = x.From, x.To
	}
	for _, d := range sc.devices() {
		own, err := newFrame(edges, Last)
		if err == nil {
			_, err = b.draw(r, own, sc.of(d))
		}
		if err != nil {
			return nil, err
		}
		for i, x := range own.out {
			if x.N > 0 {
				out[i].Devices++
				out[i].Sum += x.Last
			}
		}
	}
	return out, nil
}

// devices returns those that a scene has something of, in order.
func (sc *scene) devices() (out []uint64) {
	for _, s := range sc.sources {
		out = append(out, s.device)
	}
	for _, p := range sc.top {
		out = append(out, p.stream.device)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// of returns what of a scene is of one device.
func (sc *scene) of(device uint64) *scene {
	out := &scene{hidden: sc.hidden}
	for _, s := range sc.sources {
		if s.device == device {
			out.sources = append(out.sources, s)
		}
	}
	for _, p := range sc.top {
		if p.stream.device == device {
			out.top = append(out.top, p)
		}
	}
	return out
}
