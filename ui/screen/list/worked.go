package list

import (
	"time"

	"arbor/model"
	"arbor/model/date"
	"arbor/ui/grid"
	"arbor/ui/theme"
)

// worked lists the time worked on the days before, the last day first, with what each came to.
func (r *reader) worked() error {
	p := r.p
	loc := p.now.Location()
	plus := func(d date.Date, days int) date.Date { return date.Date{T: d.T.AddDate(0, 0, days), AllDay: true} }
	last := plus(date.Day(p.now), r.ahead)
	first := plus(last, 1-agendaDays)
	p.title = "time, " + date.Format(first, p.now) + " to " + date.Format(last, p.now)
	from, to := first.Start(loc), last.End(loc)
	all, err := r.v.Intervals(from, to, p.now)
	if err != nil {
		return err
	}
	days, sum := map[string][]model.Spent{}, time.Duration(0)
	for s := range r.v.Days(all, from, to, p.now) {
		days[s.Day.String()] = append(days[s.Day.String()], s)
		sum += s.To.Sub(s.From).Truncate(time.Minute)
	}
	p.note = date.FormatHours(sum) + " worked"
	left := maxLines
	for d := last; d.Compare(first) >= 0; d = plus(d, -1) {
		spent := days[d.String()]
		day := time.Duration(0)
		for _, s := range spent {
			day += s.To.Sub(s.From).Truncate(time.Minute) // as they stand below
		}
		title, st := date.Format(d, p.now), theme.Title
		if len(spent) == 0 {
			st = theme.Dim
		} else {
			title += "  " + date.FormatHours(day)
		}
		r.heading(title, st)
		for _, s := range spent[:min(len(spent), left)] {
			if err := r.interval(d, s); err != nil {
				return err
			}
		}
		r.rest(len(spent) - left)
		left = max(left-len(spent), 0)
	}
	return nil
}

// interval lists time worked on a day.
func (r *reader) interval(day date.Date, s model.Spent) error {
	n, err := r.v.Node(s.Event.Node)
	if err != nil {
		return err
	}
	l, err := r.node(n)
	if err != nil {
		return err
	}
	loc := r.p.now.Location()
	l.on, l.then = day, string(s.Event.ID[:])
	l.lead = s.From.In(loc).Format("15:04") + "–"
	l.label, l.style = date.FormatHours(s.To.Sub(s.From).Truncate(time.Minute)), theme.Accent
	if s.Event.Running() {
		l.label += " so far"
	} else {
		l.lead += s.To.In(loc).Format("15:04")
	}
	if _, text, _ := s.Event.Pomodoro(); text != "" {
		l.label = grid.Cut(text, 30) + "  " + l.label
	}
	r.p.lines = append(r.p.lines, l)
	return nil
}
