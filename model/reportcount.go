package model

import (
	"slices"
	"time"
)

// counted counts what was made, and what was open at the end of each period.
func (r *report) counted() error {
	q, err := r.ask("")
	if err != nil {
		return err
	}
	ids, err := r.v.Meant(q)
	if err != nil {
		return err
	}
	s, err := r.v.Sheet()
	if err != nil {
		return err
	}
	change := make([]int, len(r.Periods)+1) // of how many are open, at the beginning and in each period
	index := func(at time.Time) int {
		if at.Before(r.start) {
			return 0
		}
		if p := r.period(at); p != nil {
			i, _ := slices.BinarySearchFunc(r.Periods, p.To, func(p Period, d Date) int { return p.To.Compare(d) })
			return i + 1
		}
		return len(change)
	}
	for _, id := range ids {
		slot, ok := s.Slot(id)
		if !ok {
			continue
		}
		f := s.Facts(slot)
		if p := r.period(f.Created()); p != nil {
			p.Added++
			r.Added++
		}
		if !f.Task {
			continue
		}
		if i := index(f.Created()); i < len(change) {
			change[i]++
			if closed := timeOf(f.finished); f.State.Closed() {
				if j := max(i, index(closed)); j < len(change) {
					change[j]--
				}
			}
		}
	}
	r.Open = change[0]
	for i := range r.Periods {
		r.Open += change[i+1]
		r.Periods[i].Open = r.Open
	}
	return nil
}

// worked adds time up: of the nodes that are meant and all below them.
func (r *report) worked() error {
	all, err := r.v.Intervals(r.start, r.end, r.now)
	if err != nil {
		return err
	}
	kept, err := r.within(all)
	if err != nil {
		return err
	}
	for piece := range r.v.Days(kept, r.start, r.end, r.now) {
		length := piece.To.Sub(piece.From)
		r.Worked += length
		if p := r.period(piece.From); p != nil {
			p.Worked += length
		}
	}
	r.Time, err = r.v.Totals(kept, r.by, r.start, r.end, r.now)
	return err
}

// within returns the intervals of nodes that are meant, and of those below them.
func (r *report) within(all []Event) ([]Event, error) {
	kept := all[:0]
	for _, e := range all {
		path, err := r.v.Path(e.Node)
		if err != nil {
			return nil, err
		}
		for _, id := range path {
			in, err := r.means(id)
			if err != nil {
				return nil, err
			}
			if in {
				kept = append(kept, e)
				break
			}
		}
	}
	return kept, nil
}

// logged tells of the series that are meant and had samples.
func (r *report) logged() error {
	series, err := r.v.Measured()
	if err != nil {
		return err
	}
	edges := make([]int64, 0, len(r.Periods)+1)
	for _, p := range r.Periods {
		edges = append(edges, p.From.Start(r.loc).UnixNano())
	}
	edges = append(edges, r.end.UnixNano())
	for _, n := range series {
		if in, err := r.means(n.ID); err != nil {
			return err
		} else if !in {
			continue
		}
		l := Logged{Node: n}
		if l.Periods, err = r.v.t.ks.book.Buckets(r.v.r, n.Source(), edges); err != nil {
			return err
		}
		for _, b := range l.Periods {
			l.Summary = l.Summary.Merge(b.Summary)
		}
		if l.Summary.N > 0 {
			r.Series = append(r.Series, l)
		}
	}
	return nil
}

// slipped finds what was due and is open.
func (r *report) slipped() error {
	text := "due:overdue"
	if r.end.Before(r.now) {
		text = "is:open due:<=" + r.To.String()
	}
	q, err := r.ask(text)
	if err != nil {
		return err
	}
	for n, err := range r.v.Select(q) {
		if err != nil {
			return err
		}
		r.Slipped = append(r.Slipped, n)
	}
	slices.SortStableFunc(r.Slipped, func(a, b Node) int { return a.Due.Compare(b.Due) })
	return nil
}
