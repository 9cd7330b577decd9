package cli

import (
	"fmt"
	"strings"
	"time"

	"arbor/model"
	"arbor/model/date"
	"arbor/model/query"
	"arbor/timeseries"
)

// maxListed bounds the lines of what was done this week.
const maxListed = 100

// weekly notes on the page of the day what was done since the first day of the week, the time worked, and the series.
func (r *run) weekly(s *Session, since date.Date) error {
	now := r.now()
	today := date.Day(now)
	title, note := "", ""
	if err := r.view(s, func(v *model.View) (err error) {
		title, note, err = r.week(s, v, since)
		return err
	}); err != nil {
		return err
	}
	open, err := r.openDay(s, today)
	if err != nil {
		return err
	}
	_, err = s.Tree.Do("review: the week", func(e *model.Edit) error {
		page, err := e.Open(open)
		if err != nil {
			return err
		}
		id := model.Named("journal/" + today.String() + "/review")
		if _, err := e.Node(id); err != nil {
			if err := e.CreateID(id, page, model.First, title); err != nil {
				return err
			}
		} else if err := e.SetText(id, title); err != nil {
			return err
		}
		return e.SetNote(id, note)
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(r.Out, "\n%s\n%s", title, note)
	r.say("noted on the page of %s", date.Format(today, now))
	return nil
}

// week writes what happened since a day: a title, and a note of lines.
func (r *run) week(s *Session, v *model.View, since date.Date) (title, note string, err error) {
	now := r.now()
	start := since.Start(now.Location())
	var b strings.Builder
	q, err := query.Parse("state:done finished:>="+since.String(), now)
	if err != nil {
		return "", "", err
	}
	done := 0
	for n, err := range v.Select(q) {
		if err != nil {
			return "", "", err
		}
		if done++; done <= maxListed {
			fmt.Fprintf(&b, "done  %s\n", printable(n.Text))
		}
	}
	if done > maxListed {
		fmt.Fprintf(&b, "done  and %d more\n", done-maxListed)
	}
	worked, err := v.Intervals(start, now, now)
	if err != nil {
		return "", "", err
	}
	totals, err := v.Totals(worked, model.ByTop, start, now, now)
	if err != nil {
		return "", "", err
	}
	var sum time.Duration
	for _, t := range totals {
		sum += t.Time
		fmt.Fprintf(&b, "time  %6s  %s\n", hours(t.Time), printable(t.Label))
	}
	series, err := v.AllSeries()
	if err != nil {
		return "", "", err
	}
	for _, n := range series {
		buckets, err := s.Book.Buckets(v.Reader(), timeseries.ID(n.ID), []int64{start.UnixNano(), now.UnixNano() + 1})
		if err != nil {
			return "", "", err
		}
		for _, k := range buckets {
			if k.N > 0 {
				fmt.Fprintf(&b, "series  %s: %d samples, mean %.4g, last %.4g\n", printable(n.Text), k.N, k.Mean, k.Last)
			}
		}
	}
	return fmt.Sprintf("Review: %d done, %s worked since %s", done, hours(sum), date.Format(since, now)), b.String(), nil
}
