package cli

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"arbor/model"
	"arbor/model/date"
	"arbor/ui/grid"
	"arbor/ui/plot"
	"arbor/ui/theme"
)

const (
	reportWidth  = 80 // cells of a report where there is no terminal
	reportItems  = 8  // lines of a group, or of a section, before the rest is counted
	reportGroups = 20 // groups, before the rest is counted
)

// report writes a report for a person, with bars that fit the width.
func (p *printer) report(rep *model.Report) error {
	width := p.width
	if width == 0 {
		width = reportWidth
	}
	title, sums := reportTitle(rep, p.now), strings.Join(reportSums(rep), " · ")
	if p.ascii {
		title, sums = strings.Map(theme.ASCII, title), strings.Map(theme.ASCII, sums)
	}
	lines := [][]span{{plain(title)}, {}, {plain(sums)}}
	if len(rep.Periods) > 1 {
		lines = append(append(lines, []span{}), p.periodLines(rep, width)...)
	}
	section := func(title string, body [][]span) {
		if len(body) > 0 {
			lines = append(append(lines, []span{}, []span{{sgr: yellow, text: title}}), body...)
		}
	}
	section("Done", p.doneLines(rep, width))
	section("Time", p.timeLines(rep, width))
	section("Logged", p.loggedLines(rep))
	section("Slipped", p.slippedLines(rep))
	section("Estimated", p.measuredLines(rep))
	for _, l := range lines {
		if err := p.line(l...); err != nil {
			return err
		}
	}
	return nil
}

func reportTitle(rep *model.Report, now time.Time) string {
	if rep.From.Equal(rep.To) {
		return date.Format(rep.From, now)
	}
	return date.Format(rep.From, now) + " – " + date.Format(rep.To, now)
}

// reportSums says the report in numbers.
func reportSums(rep *model.Report) []string {
	done := fmt.Sprintf("%d done", rep.Done)
	if rep.Late > 0 {
		done += fmt.Sprintf(" (%d late)", rep.Late)
	}
	out := []string{done, fmt.Sprintf("%d added", rep.Added), count(rep.Open, "task open", "tasks open")}
	if rep.Dropped > 0 {
		out = append(out, fmt.Sprintf("%d cancelled", rep.Dropped))
	}
	if rep.Worked > 0 {
		out = append(out, hours(rep.Worked)+" worked")
	}
	if n := len(rep.Slipped); n > 0 {
		out = append(out, fmt.Sprintf("%d slipped", n))
	}
	return out
}

// bar draws a share of the greatest value in at most that many cells; what is more than nothing has one.
func (p *printer) bar(value, most float64, cells int) string {
	n := 0
	if value > 0 && most > 0 {
		n = max(1, int(math.Round(value/most*float64(cells))))
	}
	b := strings.Repeat("█", n)
	if p.ascii {
		b = strings.Map(theme.ASCII, b)
	}
	return b
}

// periodName names one of the periods of a report.
func periodName(rep *model.Report, i int, now time.Time) string {
	from := rep.Periods[i].From
	switch rep.Unit {
	case "day":
		return date.Format(from, now)
	case "month":
		return from.T.Format("Jan 2006")
	}
	year, week := from.T.ISOWeek()
	return fmt.Sprintf("%d-W%02d", year, week)
}

// periodLines are a line for each day, week or month: what was done as a bar, what was added, what was open at the end, time.
func (p *printer) periodLines(rep *model.Report, width int) (out [][]span) {
	most, named := 0, 0
	for i, per := range rep.Periods {
		most = max(most, per.Done)
		named = max(named, grid.Width(periodName(rep, i, p.now)))
	}
	rest := named + len("  1234 done  1234 added  123456 open  1234567") + 2
	cells := min(max(width-rest, 4), 30)
	for i, per := range rep.Periods {
		name, bar := periodName(rep, i, p.now), p.bar(float64(per.Done), float64(most), cells)
		line := []span{plain(pad(name, named) + "  "), {sgr: green, text: pad(bar, cells)}, plain(fmt.Sprintf(" %4d done", per.Done)),
			{sgr: faint, text: fmt.Sprintf("  %4d added  %6d open", per.Added, per.Open)}}
		if per.Worked > 0 {
			line = append(line, span{sgr: yellow, text: fmt.Sprintf("  %7s", hours(per.Worked))})
		}
		out = append(out, line)
	}
	return out
}

// pad puts spaces behind text up to a width.
func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-grid.Width(text)))
}

func (p *printer) doneLines(rep *model.Report, width int) (out [][]span) {
	most := 0
	for _, g := range rep.Groups {
		most = max(most, len(g.Items))
	}
	check := theme.IsDone
	if p.ascii {
		check = strings.Map(theme.ASCII, check)
	}
	for i, g := range rep.Groups {
		if i == reportGroups && len(rep.Groups) > reportGroups+1 {
			return append(out, []span{{sgr: faint, text: fmt.Sprintf("       and %d more", len(rep.Groups)-i)}})
		}
		out = append(out, []span{plain(fmt.Sprintf("%5d  ", len(g.Items))), {text: printable(g.Label), gives: true}, plain("  "),
			{sgr: green, text: p.bar(float64(len(g.Items)), float64(most), min(20, max(width/5, 4)))}})
		for i, it := range g.Items {
			if i == reportItems && len(g.Items) > reportItems+1 {
				out = append(out, []span{{sgr: faint, text: fmt.Sprintf("         and %d more", len(g.Items)-i)}})
				break
			}
			line := []span{plain("       "), {sgr: green, text: check}, plain(" "), {text: printable(it.Node.Text), gives: true}}
			line = append(line, span{sgr: faint, text: "  " + date.Format(date.Day(it.At.In(p.now.Location())), p.now)})
			if it.Late {
				line = append(line, span{sgr: red, text: "  late"})
			}
			out = append(out, line)
		}
	}
	return out
}

func (p *printer) timeLines(rep *model.Report, width int) (out [][]span) {
	most, named := time.Duration(0), 0
	for _, t := range rep.Time {
		most = max(most, t.Time)
		named = max(named, grid.Width(printable(t.Label)))
	}
	cells := min(20, max(width/5, 4))
	named = min(named, max(width-cells-30, leastGiven))
	for i, t := range rep.Time {
		if i == reportGroups && len(rep.Time) > reportGroups+1 {
			return append(out, []span{{sgr: faint, text: fmt.Sprintf("         and %d more", len(rep.Time)-i)}})
		}
		out = append(out, []span{{sgr: yellow, text: fmt.Sprintf("%7s", hours(t.Time))}, plain("  "), {text: pad(p.cut(printable(t.Label), named), named)}, plain("  "),
			{sgr: green, text: p.bar(float64(t.Time), float64(most), cells)}})
	}
	return out
}

// course draws the means of the periods between the least and the greatest of them; a blank is a period without any.
func (p *printer) course(l *model.Logged) string {
	low, high := math.Inf(1), math.Inf(-1)
	for _, b := range l.Periods {
		if b.N > 0 {
			low, high = min(low, b.Mean), max(high, b.Mean)
		}
	}
	if low > 0 && (low <= high/2 || low == high) { // begin at nothing, which is near enough, or all there is to compare with
		low = min(low, 0)
	}
	ramp := []rune(theme.Ramp)
	values := make([]rune, len(l.Periods))
	for i, b := range l.Periods {
		values[i] = ramp[0]
		if b.N > 0 {
			share := 0.0
			if high > low {
				share = (b.Mean - low) / (high - low)
			}
			values[i] = ramp[1+int(math.Round(share*float64(len(ramp)-2)))]
		}
	}
	if p.ascii {
		return strings.Map(theme.ASCII, string(values))
	}
	return string(values)
}

// loggedText says a series in words: of what is done or not how often, of anything else its mean and last.
func loggedText(l *model.Logged) string {
	s := l.Summary
	if s.Min >= 0 && s.Max <= 1 && s.Sum == math.Trunc(s.Sum) {
		return fmt.Sprintf("%d of %d", int64(s.Sum), s.N)
	}
	return fmt.Sprintf("%s, mean %.4g, last %s", count(int(s.N), "sample", "samples"), s.Mean, plot.Number(s.Last))
}

func (p *printer) loggedLines(rep *model.Report) (out [][]span) {
	for i := range rep.Series {
		l := &rep.Series[i]
		out = append(out, []span{plain("  "), {sgr: cyan, text: p.course(l)}, plain("  "), {text: printable(l.Node.Text), gives: true}, {sgr: faint, text: "  " + loggedText(l)}})
	}
	return out
}

func (p *printer) slippedLines(rep *model.Report) (out [][]span) {
	for i, n := range rep.Slipped {
		if i == reportItems && len(rep.Slipped) > reportItems+1 {
			return append(out, []span{{sgr: faint, text: fmt.Sprintf("  and %d more", len(rep.Slipped)-i)}})
		}
		out = append(out, []span{plain("  "), p.sign(n.State), plain(" "), {text: printable(n.Text), gives: true}, {sgr: red, text: "  due " + date.Format(n.Due, p.now)}})
	}
	return out
}

// measuredSum adds up what was estimated.
func measuredSum(rep *model.Report) (m model.Measured) {
	for _, x := range rep.Measured {
		m.Estimate += x.Estimate
		m.Worked += x.Worked
	}
	return m
}

func measuredText(m *model.Measured) string {
	return fmt.Sprintf("%s of %s, %d%%", hours(m.Worked), hours(m.Estimate), int(100*m.Worked/m.Estimate))
}

func (p *printer) measuredLines(rep *model.Report) (out [][]span) {
	all := slices.Clone(rep.Measured)
	if sum := measuredSum(rep); len(all) > 1 {
		sum.Node.Text = "in all"
		all = append(all, sum)
	}
	for i := range all {
		sgr := green
		if all[i].Worked > all[i].Estimate {
			sgr = red
		}
		out = append(out, []span{plain("  "), {text: printable(all[i].Node.Text), gives: true}, {sgr: sgr, text: "  " + measuredText(&all[i])}})
	}
	return out
}
