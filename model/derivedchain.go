package model

import (
	"cmp"
	"slices"
	"time"

	"arbor/model/date"
	"arbor/timeseries"
)

// chainLink is when a chain has a length.
type chainLink struct {
	node   ID
	at     int64
	length int
}

// chains says how long the longest chain was at the end of each day, of what repeats and of habits.
func (d *derivation) chains() error {
	links, err := d.repeating()
	if err == nil {
		var more []chainLink
		more, err = d.habits()
		links = append(links, more...)
	}
	if err != nil {
		return err
	}
	slices.SortStableFunc(links, func(a, b chainLink) int { return cmp.Compare(a.at, b.at) })
	starts, ends, err := d.days()
	if err != nil {
		return err
	}
	running := map[ID]int{}
	for i, start := range starts {
		for ; len(links) > 0 && links[0].at < ends[i]; links = links[1:] {
			running[links[0].node] = links[0].length
		}
		longest := 0
		for _, n := range running {
			longest = max(longest, n)
		}
		d.out = append(d.out, timeseries.Sample{T: start, V: float64(longest)})
	}
	return nil
}

// repeating returns the chains of what repeats: a date that was done makes one longer, a missed one ends it, one that was skipped does neither.
func (d *derivation) repeating() (links []chainLink, err error) {
	of := map[ID][]Event{}
	for e, err := range d.v.EventsFrom(Occurrence, time.Time{}, date.Someday.T) {
		if err != nil {
			return nil, err
		}
		if d.meant[e.Node] {
			of[e.Node] = append(of[e.Node], e)
		}
	}
	for id, events := range of {
		slices.SortFunc(events, func(a, b Event) int { return cmp.Or(a.Date.Compare(b.Date), a.At.Compare(b.At)) })
		length, at := 0, int64(0)
		for _, e := range events {
			switch e.Outcome {
			case OutcomeDone:
				length++
			case OutcomeMissed:
				length = 0
			default:
				continue
			}
			at = max(at, e.At.UnixNano()) // a date that was filled in later counts from then on
			links = append(links, chainLink{id, at, length})
		}
	}
	return links, nil
}

// habits returns the chains of series with a target, a link for each period: at its end, and that at hand now.
func (d *derivation) habits() (links []chainLink, err error) {
	all, err := d.v.Measured()
	if err != nil {
		return nil, err
	}
	for _, n := range all {
		if n.Definition().Target.Value == 0 || !d.meant[n.ID] {
			continue
		}
		err := d.v.streaks(&n, d.v.t.DayOf(&n, d.now), func(end Date, now int) {
			links = append(links, chainLink{n.ID, min(d.v.startOf(&n, end)-1, d.now.UnixNano()-1), now})
		})
		if err != nil {
			return nil, err
		}
	}
	return links, nil
}
