package recur

import (
	"strconv"
	"strings"
	"time"

	"github.com/teambition/rrule-go"

	"arbor/model/date"
)

// rfc reads an RRULE of iCalendar (RFC 5545, 3.3.10). Its dates are those the standard says: monthly from the 31st leaves short months out.
func (p *parser) rfc(s string) error {
	var rest []string
	for part := range strings.SplitSeq(s, ";") {
		key, value, _ := strings.Cut(part, "=")
		switch key {
		case "":
		case "COUNT":
			n, err := strconv.Atoi(value)
			if err != nil || n < 1 || n > maxEvery {
				return p.fail(part, "is no number of times")
			}
			p.rule.Count = n
		case "UNTIL":
			d, err := until(value, p.now.Location())
			if err != nil || d.T.Year() <= minYear || d.T.Year() >= maxYear {
				return p.fail(part, "is no date of iCalendar, such as 20261224 or 20261224T080000Z")
			}
			p.rule.Until = d
		case "BYHOUR", "BYMINUTE", "BYSECOND":
			return p.fail(part, "says times of day; here the date that repeats has one")
		default:
			rest = append(rest, part)
		}
	}
	o, err := rrule.StrToROption(strings.Join(rest, ";"))
	if err != nil {
		return p.fail("", "is no RRULE: "+err.Error())
	}
	if o.Freq > rrule.DAILY {
		return p.fail("FREQ="+o.Freq.String(), "is too often; write for example every 8 hours")
	}
	if o.Interval < 0 || o.Interval > maxEvery {
		return p.fail("INTERVAL="+strconv.Itoa(o.Interval), "is no number of steps")
	}
	for _, d := range o.Byweekday {
		most := 0 // the library trusts these, and walks out of its tables
		switch {
		case o.Freq == rrule.MONTHLY || o.Freq == rrule.YEARLY && len(o.Bymonth) > 0:
			most = 5
		case o.Freq == rrule.YEARLY && len(o.Byweekno) == 0:
			most = 53
		}
		if n := d.N(); n > most || -n > most {
			return p.fail("BYDAY="+d.String(), "is a day that no period of the rule has")
		}
	}
	p.rule.rfc = o
	return p.happens()
}

// happens refuses a rule that gives no date within longest from now on: the walk that looks for one would be as long.
func (p *parser) happens() error {
	const longest = 100 // years
	o := *p.rule.rfc
	o.Dtstart = time.Date(p.now.Year(), 1, 1, 0, 0, 0, 0, time.UTC)
	o.Until = o.Dtstart.AddDate(longest, 0, 0)
	r, err := rrule.NewRRule(o)
	if err != nil {
		return p.fail("", "is no RRULE: "+err.Error())
	}
	if _, ok := r.Iterator()(); !ok {
		return p.fail("", "never happens")
	}
	return nil
}

func until(s string, loc *time.Location) (date.Date, error) {
	if t, err := time.Parse(rrule.DateFormat, s); err == nil {
		return date.Date{T: t, AllDay: true}, nil
	}
	if t, err := time.Parse(rrule.DateTimeFormat, s); err == nil {
		return date.At(t), nil
	}
	t, err := time.ParseInLocation(rrule.LocalDateTimeFormat, s, loc)
	return date.At(t), err
}
