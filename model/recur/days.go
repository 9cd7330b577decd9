package recur

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// days takes a rule that is more than a length: days of the week, days by their number, or a day of the year.
func (p *parser) days() error {
	first, _, _ := strings.Cut(p.peek(), ",")
	if _, ok := weekday(first); ok {
		p.rule.Unit = Week
		return p.week()
	}
	if ok, err := p.dayOfYear(); ok || err != nil {
		return err
	}
	p.take("the")
	if err := p.numbers(); err != nil {
		return err
	}
	p.rule.Unit = Month
	if !p.take("of") {
		return p.sound()
	}
	p.take("the", "each")
	if every := p.take("every"); every || slices.Contains([]string{"month", "quarter", "year"}, p.peek()) {
		if ok, err := p.span(true); err != nil {
			return err
		} else if !ok || p.rule.Unit != Month {
			return p.fail(p.peek(), "is no number of months")
		}
		return p.sound()
	}
	if err := p.months(); err != nil {
		return err
	}
	return p.sound()
}

// dayOfYear takes "24 dec" or "dec 24".
func (p *parser) dayOfYear() (bool, error) {
	if len(p.words) < 2 {
		return false, nil
	}
	a, b := p.words[0], p.words[1]
	if _, ok := month(a); ok {
		a, b = b, a
	}
	m, ok := month(b)
	n, err := strconv.Atoi(strings.TrimRight(a, "stndrh."))
	if !ok || err != nil {
		return false, nil
	}
	if n < 1 || n > daysIn(m) {
		return false, p.fail(p.words[0]+" "+p.words[1], "does not exist")
	}
	p.words = p.words[2:]
	p.rule.Unit, p.rule.Months, p.rule.Nths = Year, []time.Month{m}, []Nth{{n, AnyDay}}
	return true, p.years()
}

// years takes "every 2 years" behind a day of a year.
func (p *parser) years() error {
	if p.peek() != "every" {
		return nil
	}
	p.take("every")
	if ok, err := p.span(true); err != nil || !ok || p.rule.Unit != Year {
		return p.fail("", "a day of a year comes back after years; write for example 24 dec every 2 years")
	}
	if len(p.rule.Months) > 1 && p.rule.Every > 1 {
		return p.fail("", "names several months of some years; name one")
	}
	return nil
}

// daysIn is how many days a month may have.
func daysIn(m time.Month) int { return time.Date(2024, m+1, 0, 0, 0, 0, 0, time.UTC).Day() }

// numbers takes "1st,3rd mon", "last workday", "15th", "1st and 15th", "last day".
func (p *parser) numbers() error {
	var ns []int
	for {
		for w := range strings.SplitSeq(strings.TrimSuffix(p.peek(), ","), ",") {
			n, ok := number(w)
			if !ok {
				return p.fail(w, "")
			}
			ns = append(ns, n)
		}
		comma := strings.HasSuffix(p.peek(), ",")
		p.words = p.words[1:]
		if !p.take("and", "&") && !comma {
			break
		}
	}
	day, most := AnyDay, 31
	if d, ok := weekday(p.peek()); ok {
		day, most, p.words = Named(d), 5, p.words[1:]
	} else if p.take("workday", "weekday", "workdays", "weekdays") {
		day, most = Workday, 23
	} else {
		p.take("day", "days")
	}
	for _, n := range ns {
		if n > most || -n > most {
			return p.fail(ordinal(n), "does not exist in any month")
		}
		p.rule.Nths = append(p.rule.Nths, Nth{n, day})
	}
	slices.SortFunc(p.rule.Nths, func(a, b Nth) int { return position(a.N) - position(b.N) })
	p.rule.Nths = slices.Compact(p.rule.Nths)
	return nil
}

// position orders numbers from the end behind those from the beginning.
func position(n int) int {
	if n < 0 {
		return 100 + n
	}
	return n
}

// number reads 1st, first, last, 2nd-last.
func number(w string) (int, bool) {
	if w == "last" {
		return -1, true
	}
	if i := slices.Index([]string{"first", "second", "third", "fourth", "fifth"}, w); i >= 0 {
		return i + 1, true
	}
	if rest, ok := strings.CutSuffix(w, "-last"); ok {
		n, ok := number(rest)
		return -n, ok && n > 1
	}
	if len(w) < 3 || !slices.Contains([]string{"st", "nd", "rd", "th"}, w[len(w)-2:]) {
		return 0, false
	}
	n, err := strconv.Atoi(w[:len(w)-2])
	return n, err == nil && n > 0
}

// months takes jan,jul or "jan and jul", and with them the rule is one of years.
func (p *parser) months() error {
	p.rule.Unit = Year
	for {
		if p.peek() == "" {
			return p.fail("", "which months? write for example 1st mon of oct")
		}
		for w := range strings.SplitSeq(strings.TrimSuffix(p.peek(), ","), ",") {
			m, ok := month(w)
			if !ok {
				return p.fail(w, "is no month")
			}
			p.rule.Months = append(p.rule.Months, m)
		}
		comma := strings.HasSuffix(p.peek(), ",")
		p.words = p.words[1:]
		if !p.take("and", "&") && !comma {
			break
		}
	}
	slices.Sort(p.rule.Months)
	p.rule.Months = slices.Compact(p.rule.Months)
	return p.years()
}

// sound refuses what no calendar can give: of several days of the month only one may lie behind the 28th, for it moves to the end of a
// shorter month, where two would meet.
func (p *parser) sound() error {
	late := 0
	for _, n := range p.rule.Nths {
		if n.Day == AnyDay && (n.N > 28 || n.N < 0) {
			late++
		}
	}
	if late > 1 {
		return p.fail("", "names two days that meet at the end of short months; name one of them")
	}
	return nil
}
