package model

import (
	"fmt"
	"strings"
	"time"

	"arbor/model/date"
	"arbor/model/query"
	"arbor/timeseries"
)

// WeekOf returns the day on which the week of reviews that now lies in began, given the first letters of that weekday's name; today, if it is no
// weekday's.
func WeekOf(weekday string, now time.Time) Date {
	today := date.Day(now)
	for back := range 7 {
		d := Date{T: today.T.AddDate(0, 0, -back), AllDay: true}
		if weekday != "" && strings.HasPrefix(strings.ToLower(d.T.Weekday().String()), strings.ToLower(weekday)) {
			return d
		}
	}
	return today
}

// maxListed bounds the lines of what was done in a week.
const maxListed = 100

// Week writes what happened since a day, as a review notes it: a title, and a note with a line for each thing that was done, the time worked below
// each top of the tree, and each series that has samples.
func (v *View) Week(book *timeseries.Book, since Date, now time.Time) (title, note string, err error) {
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
			fmt.Fprintf(&b, "done  %s\n", n.Text)
		}
	}
	if done > maxListed {
		fmt.Fprintf(&b, "done  and %d more\n", done-maxListed)
	}
	worked, err := v.Intervals(start, now, now)
	if err != nil {
		return "", "", err
	}
	totals, err := v.Totals(worked, ByTop, start, now, now)
	if err != nil {
		return "", "", err
	}
	var sum time.Duration
	for _, t := range totals {
		sum += t.Time
		fmt.Fprintf(&b, "time  %6s  %s\n", date.FormatHours(t.Time), t.Label)
	}
	if err := v.weekSeries(&b, book, start, now); err != nil {
		return "", "", err
	}
	return fmt.Sprintf("Review: %d done, %s worked since %s", done, date.FormatHours(sum), date.Format(since, now)), b.String(), nil
}

// weekSeries writes a line for each series with samples between two times.
func (v *View) weekSeries(b *strings.Builder, book *timeseries.Book, start, now time.Time) error {
	if book == nil {
		return nil
	}
	series, err := v.Measured()
	if err != nil {
		return err
	}
	for _, n := range series {
		buckets, err := book.Buckets(v.Reader(), n.Source(), []int64{start.UnixNano(), now.UnixNano() + 1})
		if err != nil {
			return err
		}
		for _, k := range buckets {
			if k.N > 0 {
				fmt.Fprintf(b, "series  %s: %d samples, mean %.4g, last %.4g\n", n.Text, k.N, k.Mean, k.Last)
			}
		}
	}
	return nil
}

// NoteWeek puts what Week wrote on the page of its day, in the place of what an earlier review of that day wrote there, and returns the node.
func (e *Edit) NoteWeek(p *Page, title, note string) (ID, error) {
	page, err := e.Open(p)
	if err != nil {
		return ID{}, err
	}
	id := Named("journal/" + p.Day.String() + "/review")
	if _, err = e.Node(id); err != nil {
		err = e.CreateID(id, page, First, title)
	} else {
		err = e.SetText(id, title)
	}
	if err != nil {
		return id, err
	}
	return id, e.SetNote(id, note)
}
