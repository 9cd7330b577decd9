package recur

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/teambition/rrule-go"

	"arbor/model/date"
)

// Mode is how the next date is found from the one that was done.
type Mode uint8

const (
	CatchUp Mode = iota // the first date of the rule that lies ahead: org's ++
	Fixed               // the next date of the rule, though it may have passed: org's +
	After               // a length after it was done: org's .+
)

// Unit is what the steps of a rule are made of.
type Unit uint8

const (
	Hour Unit = iota
	Day
	Week
	Month
	Year
)

// unitName is a unit as rules may name it, and how many of ours it is.
type unitName struct {
	unit Unit
	of   int
	says []string
}

var units = []unitName{
	{Hour, 1, []string{"h", "hour", "hours", "hr", "hrs"}},
	{Day, 1, []string{"d", "day", "days"}},
	{Week, 1, []string{"w", "week", "weeks", "wk", "wks"}},
	{Month, 1, []string{"m", "month", "months", "mo", "mos", "mth", "mths"}},
	{Month, 3, []string{"q", "quarter", "quarters", "qtr", "qtrs"}},
	{Year, 1, []string{"y", "year", "years", "yr", "yrs"}},
}

// maxEvery bounds the steps of a rule: no rule needs more, and no sum of it overflows.
const maxEvery = 10_000

// Nth is a day of a month or year by its number, counted from the end if N is negative.
type Nth struct {
	N   int
	Day Named
}

// Named is what days are counted: those of a weekday, time.Sunday to time.Saturday, those that are workdays, or all.
type Named int8

const (
	Workday Named = 7 + iota // Monday to Friday
	AnyDay
)

// Rule is a rule of recurrence; Parse makes it. The zero Rule is none.
type Rule struct {
	Mode   Mode
	Every  int // steps of Unit, at least 1
	Unit   Unit
	Days   []time.Weekday // with Week: on these, Monday first
	Nths   []Nth          // with Month and Year: these days
	Months []time.Month   // with Year: of these months
	Until  date.Date      // no date lies behind it
	Count  int            // of dates at most, the first included; 0 is no bound
	rfc    *rrule.ROption // what came as an RRULE, in place of all from Every on
}

// IsZero reports whether r is no rule.
func (r Rule) IsZero() bool { return r.Every == 0 && r.rfc == nil }

// String writes r so that Parse reads it back.
func (r Rule) String() string {
	if r.IsZero() {
		return ""
	}
	s := ""
	switch {
	case r.rfc != nil:
		s = r.rfc.RRuleString()
	case r.Mode == After:
		s = fmt.Sprintf(".+%d%s", r.Every, r.Unit)
	case r.Mode == Fixed && r.plain():
		s = fmt.Sprintf("+%d%s", r.Every, r.Unit)
	default:
		s = r.days()
		if r.Mode == Fixed {
			s = "+ " + s
		}
	}
	if !r.Until.IsZero() {
		s += " until " + r.Until.String()
	}
	if r.Count > 0 {
		s += fmt.Sprintf(" %d times", r.Count)
	}
	return s
}

// plain reports whether r is a length alone.
func (r *Rule) plain() bool { return len(r.Days)+len(r.Nths)+len(r.Months) == 0 && r.rfc == nil }

// String returns the letter of a unit.
func (u Unit) String() string { return "hdwmy"[u : u+1] }

func (u Unit) word() string { return [...]string{"hour", "day", "week", "month", "year"}[u] }

// days writes the rule without its bounds.
func (r *Rule) days() string {
	every := "every " + r.Unit.word()
	if r.Every > 1 {
		every = fmt.Sprintf("every %d %ss", r.Every, r.Unit.word())
	}
	switch {
	case r.plain():
		return every
	case r.Unit == Week:
		switch {
		case r.Every > 1:
			return every + " on " + weekdays(r.Days)
		case slices.Equal(r.Days, workdays):
			return "weekdays"
		case slices.Equal(r.Days, weekend):
			return "weekends"
		}
		return "every " + weekdays(r.Days)
	}
	s := r.nths()
	switch {
	case r.Unit == Year && r.Every > 1:
		return s + " of " + months(r.Months) + " " + every
	case r.Unit == Year:
		return s + " of " + months(r.Months)
	case r.Every > 1:
		return s + " of " + every
	}
	return s
}

func (r *Rule) nths() string {
	var b strings.Builder
	for i, n := range r.Nths {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(ordinal(n.N))
	}
	switch day := r.Nths[0].Day; {
	case day == Workday:
		b.WriteString(" workday")
	case day < Workday:
		b.WriteString(" " + short(time.Weekday(day)))
	case r.Nths[len(r.Nths)-1].N < 0:
		b.WriteString(" day")
	}
	return b.String()
}

func ordinal(n int) string {
	switch {
	case n == -1:
		return "last"
	case n < 0:
		return ordinal(-n) + "-last"
	case n%10 == 1 && n != 11:
		return fmt.Sprint(n, "st")
	case n%10 == 2 && n != 12:
		return fmt.Sprint(n, "nd")
	case n%10 == 3 && n != 13:
		return fmt.Sprint(n, "rd")
	}
	return fmt.Sprint(n, "th")
}

func short(d time.Weekday) string { return strings.ToLower(d.String()[:3]) }

func weekdays(days []time.Weekday) string {
	var s []string
	for _, d := range days {
		s = append(s, short(d))
	}
	return strings.Join(s, ",")
}

func months(m []time.Month) string {
	var s []string
	for _, m := range m {
		s = append(s, strings.ToLower(m.String()[:3]))
	}
	return strings.Join(s, ",")
}

var (
	workdays = []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday}
	weekend  = []time.Weekday{time.Saturday, time.Sunday}
)
