package screen

import (
	"strconv"
	"strings"
	"time"

	"arbor/model"
	"arbor/model/date"
	"arbor/ui/grid"
	"arbor/ui/theme"
)

// StateGlyph returns the sign of a state and its style. A node without a state has none: "".
func StateGlyph(s model.State) (string, theme.Style) {
	switch s {
	case model.Todo:
		return theme.IsTodo, theme.Todo
	case model.Doing:
		return theme.IsDoing, theme.Doing
	case model.Waiting:
		return theme.IsWaiting, theme.Waiting
	case model.Done:
		return theme.IsDone, theme.Done
	case model.Cancelled:
		return theme.IsDropped, theme.Cancelled
	}
	return "", theme.Text
}

// DueLabel returns a date as few words as will do, for a person whose clock shows now, and its style: "today 17:00", "tomorrow", "Fri", "27 Nov",
// "3 Feb 2027", and "!2d" for two days ago.
func DueLabel(d model.Date, now time.Time) (string, theme.Style) {
	if d.IsZero() {
		return "", theme.Due
	}
	loc := now.Location()
	today := date.Day(now)
	day := d.Day(loc)
	days := int(day.T.Sub(today.T) / (24 * time.Hour))
	clock := ""
	if !d.AllDay {
		clock = " " + d.T.In(loc).Format("15:04")
	}
	late := d.End(loc).Before(now)
	switch {
	case days == 0 && late:
		return theme.Warn + "today" + clock, theme.Overdue
	case days == 0:
		return "today" + clock, theme.Today
	case days < 0 && days > -100:
		return theme.Warn + strconv.Itoa(-days) + "d ago", theme.Overdue
	case days < 0:
		return theme.Warn + day.T.Format("2 Jan 2006"), theme.Overdue
	case d.Equal(date.Someday):
		return "someday", theme.Dim
	case days == 1:
		return "tomorrow" + clock, theme.Due
	case days < 7:
		return day.T.Format("Mon") + clock, theme.Due
	case day.T.Year() == now.Year() || days < 180:
		return day.T.Format("2 Jan"), theme.Due
	}
	return day.T.Format("2 Jan 2006"), theme.Due
}

// DrawSpark draws values as a sparkline from (x, y) on a faint base line, and returns the column after it.
func DrawSpark(s grid.Surface, x, y int, values []float64) int {
	for _, r := range theme.Sparkline(values) {
		if r == ' ' {
			s.Set(x, y, theme.Faint, '▁')
		} else {
			s.Set(x, y, theme.Spark, r)
		}
		x++
	}
	return x
}

// WithoutPlot returns the words of a text without those that only say what its sparkline shows.
func WithoutPlot(text string) string {
	words := strings.Fields(text)
	kept := words[:0]
	for _, w := range words {
		key, _, has := strings.Cut(w, "=")
		switch key {
		case "#plot", "#since", "#until", "#n", "#tagged":
			if has {
				continue
			}
		}
		kept = append(kept, w)
	}
	return strings.Join(kept, " ")
}
