package plot

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// Describe says in words what a chart shows, a line a series, for those who cannot see it.
func (c *Chart) Describe() string {
	var lines []string
	for i := range c.Curves {
		lines = append(lines, c.Curves[i].describe(c.zone(), c.Years))
	}
	if len(c.Curves) > 0 {
		for _, n := range Within(c.Notes, c.Curves[0].From, c.Curves[0].To) {
			lines = append(lines, n.String(c.zone()))
		}
	}
	return strings.Join(lines, "\n")
}

func (d *Data) describe(loc *time.Location, laid bool) string {
	name := d.Name
	if d.By != "" {
		name += " by " + d.By
	}
	if d.Unit != "" {
		name += " in " + d.Unit
	}
	span := strings.Replace(Days(d.From, d.To, loc), " – ", " to ", 1)
	moment := d.moment
	if laid {
		span, moment = "the year", func(at int64, loc *time.Location) string { return time.Unix(0, at).In(loc).Format("2 January") }
	}
	t := d.Total
	if t.N == 0 {
		return name + ", " + span + ": no samples"
	}
	if t.N == 1 {
		return fmt.Sprintf("%s, %s: one %s, %s on %s", name, span, strings.TrimPrefix(d.count(), "1 "), d.number(t.Last), moment(t.T1, loc))
	}
	lowest, highest := d.extremes()
	parts := []string{
		fmt.Sprintf("%s, %s: %s", name, span, d.count()),
		fmt.Sprintf("first %s on %s", d.number(t.First), moment(t.T0, loc)),
		fmt.Sprintf("last %s on %s", d.number(t.Last), moment(t.T1, loc)),
		fmt.Sprintf("least %s about %s", d.number(t.Min), moment(lowest, loc)),
		fmt.Sprintf("greatest %s about %s", d.number(t.Max), moment(highest, loc)),
		"trend " + d.trend(),
	}
	if n := d.gaps(); n > 0 {
		parts = append(parts, plural(n, "gap"))
	}
	return strings.Join(parts, "; ")
}

// moment says when something is: of a window of a day or two with the time of the day.
func (d *Data) moment(at int64, loc *time.Location) string {
	if d.By == "" && d.To-d.From <= 2*int64(aDay) {
		return time.Unix(0, at).In(loc).Format("2 Jan 2006 15:04:05")
	}
	return d.day(at, loc)
}

// extremes returns the times of the columns with the least and the greatest value.
func (d *Data) extremes() (lowest, highest int64) {
	least, greatest := math.Inf(1), math.Inf(-1)
	for _, c := range d.Columns {
		if c.N > 0 && c.Min < least {
			least, lowest = c.Min, c.T0
		}
		if c.N > 0 && c.Max > greatest {
			greatest, highest = c.Max, c.T0
		}
	}
	return lowest, highest
}

// trend compares the ends: less than a tenth of the span between the extremes is level.
func (d *Data) trend() string {
	span := d.Total.Max - d.Total.Min
	switch change := d.Total.Last - d.Total.First; {
	case math.Abs(change) <= span/10:
		return "level"
	case change > 0:
		return "up by " + d.rounded(change)
	default:
		return "down by " + d.rounded(-change)
	}
}

func (d *Data) gaps() int {
	count, gap, last := 0, d.gap(), -1
	for i, c := range d.Columns {
		if c.N == 0 {
			continue
		}
		if last >= 0 && c.T0-d.Columns[last].T1 > gap {
			count++
		}
		last = i
	}
	return count
}
