package recur

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"arbor/model/date"
)

// Examples is what an error and a help text show of the grammar.
const Examples = "weekly, every 2 weeks on mon,thu, last workday, 15th, +1m or .+3d"

// Error says which part of a rule was not understood.
type Error struct {
	Input, Part string
	Why         string
}

func (e *Error) Error() string {
	why := cmp.Or(e.Why, "not understood; write for example "+Examples)
	if e.Part == "" || e.Part == e.Input {
		return fmt.Sprintf("rule %q: %s", e.Input, why)
	}
	return fmt.Sprintf("rule %q: %q %s", e.Input, e.Part, why)
}

// names are the rules that have a name of their own, and what it stands for.
var names = map[string]string{
	"hourly": "every 1 hour", "daily": "every 1 day", "weekdays": "every mon,tue,wed,thu,fri", "workdays": "every mon,tue,wed,thu,fri", "weekends": "every sat,sun",
	"weekly": "every 1 week", "sennight": "every 1 week", "biweekly": "every 2 weeks", "fortnight": "every 2 weeks", "fortnightly": "every 2 weeks",
	"monthly": "every 1 month", "bimonthly": "every 2 months", "quarterly": "every 1 quarter", "semiannual": "every 2 quarters",
	"yearly": "every 1 year", "annual": "every 1 year", "annually": "every 1 year", "biannual": "every 2 years", "biyearly": "every 2 years",
	"eom": "last day",
}

type parser struct {
	input string
	words []string
	now   time.Time
	rule  Rule
}

// Parse reads a rule, in the zone of now; now is what the date behind "until" is read with.
func Parse(s string, now time.Time) (Rule, error) {
	p := &parser{input: s, now: now, words: strings.Fields(strings.ToLower(s))}
	if len(p.words) == 0 {
		return Rule{}, &Error{Input: s, Why: "is empty; write for example " + Examples}
	}
	if err := p.bounds(); err != nil {
		return Rule{}, err
	}
	body := p.body
	if w := strings.TrimPrefix(p.words[0], "rrule:"); strings.Contains(w, "freq=") {
		p.words = p.words[1:]
		body = func() error { return p.rfc(strings.ToUpper(w)) }
	}
	if err := body(); err != nil {
		return Rule{}, err
	}
	if len(p.words) > 0 {
		return Rule{}, p.fail(strings.Join(p.words, " "), "")
	}
	return p.rule, nil
}

func (p *parser) fail(part, why string) error { return &Error{Input: p.input, Part: part, Why: why} }

func (p *parser) peek() string {
	if len(p.words) == 0 {
		return ""
	}
	return p.words[0]
}

// take takes the next word if it is one of these.
func (p *parser) take(words ...string) bool {
	if len(p.words) == 0 || !slices.Contains(words, p.words[0]) {
		return false
	}
	p.words = p.words[1:]
	return true
}

// bounds takes "until fri", "12 times" and "after done" from the end.
func (p *parser) bounds() error {
	if i := slices.Index(p.words, "until"); i > 0 {
		d, err := date.Parse(strings.Join(p.words[i+1:], " "), p.now)
		if err != nil {
			return p.fail("", err.Error())
		}
		p.rule.Until, p.words = d, p.words[:i]
	}
	if n := len(p.words); n > 2 && (p.words[n-1] == "times" || p.words[n-1] == "time") {
		count, err := strconv.Atoi(p.words[n-2])
		if err != nil || count < 1 || count > maxEvery {
			return p.fail(p.words[n-2], "is no number of times")
		}
		p.rule.Count, p.words = count, p.words[:n-2]
	}
	if n := len(p.words); n > 2 && p.words[n-2] == "after" && slices.Contains([]string{"done", "completion", "it"}, p.words[n-1]) {
		p.rule.Mode, p.words = After, p.words[:n-2]
	}
	return nil
}

func (p *parser) body() error {
	w := p.words[0]
	for _, m := range []struct {
		sign string
		mode Mode
	}{{".+", After}, {"++", CatchUp}, {"+", Fixed}} {
		if rest, ok := strings.CutPrefix(w, m.sign); ok {
			p.rule.Mode = m.mode
			if p.words = p.words[1:]; rest != "" {
				p.words = slices.Insert(p.words, 0, rest)
			}
			break
		}
	}
	if long, ok := names[p.peek()]; ok {
		p.words = append(strings.Fields(long), p.words[1:]...)
	}
	every := p.take("every", "each")
	if ok, err := p.span(every); err != nil {
		return err
	} else if !ok {
		p.rule.Every = 1
		if err := p.days(); err != nil {
			return err
		}
	}
	if p.rule.Mode == After && !p.rule.plain() {
		return p.fail("", "says days, which do not go with a length after it was done; write for example .+3d, or leave the sign out")
	}
	return nil
}

// span takes a length: 3d, P2W, or, behind every, "3 days", "other week", "week". Behind weeks and months "on" may stand, and the days.
func (p *parser) span(every bool) (bool, error) {
	w := p.peek()
	if w == "" {
		return false, p.fail("", "")
	}
	w = strings.TrimPrefix(w, "p") // of ISO 8601, such as P2W
	n := 0
	for n < len(w) && w[n] >= '0' && w[n] <= '9' {
		n++
	}
	count, unit := 1, w[n:]
	if n > 0 {
		c, err := strconv.Atoi(w[:n])
		if count = c; err != nil || c < 1 {
			return false, p.fail(w, fmt.Sprintf("is no number of steps; they go from 1 to %d", maxEvery))
		}
	} else if every && w == "other" {
		count, unit = 2, ""
	} else if !every {
		return false, nil
	}
	rest := p.words[1:]
	if unit == "" && len(rest) > 0 {
		unit, rest = rest[0], rest[1:]
	}
	i := slices.IndexFunc(units, func(u unitName) bool { return slices.Contains(u.says, unit) })
	if i < 0 {
		return false, nil
	}
	if count = min(count, maxEvery+1) * units[i].of; count > maxEvery {
		return false, p.fail(w, fmt.Sprintf("is no number of steps; they go from 1 to %d", maxEvery))
	}
	p.words = rest
	p.rule.Every, p.rule.Unit = count, units[i].unit
	switch {
	case p.rule.Unit == Week && p.take("on"):
		return true, p.week()
	case p.rule.Unit == Month && p.take("on"):
		p.take("the")
		if err := p.numbers(); err != nil {
			return true, err
		}
		return true, p.sound()
	}
	return true, nil
}

// week takes the days of a week: mon,thu or "mon and thu".
func (p *parser) week() error {
	for {
		for w := range strings.SplitSeq(p.peek(), ",") {
			d, ok := weekday(w)
			if w == "" && p.peek() != "" {
				continue
			}
			if !ok {
				return p.fail(w, "is no day of the week")
			}
			p.rule.Days = append(p.rule.Days, d)
		}
		comma := strings.HasSuffix(p.peek(), ",")
		p.words = p.words[1:]
		if !p.take("and", "&") && !comma {
			break
		}
	}
	monday := func(d time.Weekday) int { return (int(d) + 6) % 7 }
	slices.SortFunc(p.rule.Days, func(a, b time.Weekday) int { return monday(a) - monday(b) })
	p.rule.Days = slices.Compact(p.rule.Days)
	return nil
}

func weekday(w string) (time.Weekday, bool) {
	for d := range time.Weekday(7) {
		full := strings.ToLower(d.String())
		if len(w) >= 3 && (strings.HasPrefix(full, w) || w == full+"s") {
			return d, true
		}
	}
	return 0, false
}

func month(w string) (time.Month, bool) {
	for m := time.January; m <= time.December; m++ {
		if len(w) >= 3 && strings.HasPrefix(strings.ToLower(m.String()), w) {
			return m, true
		}
	}
	return 0, false
}
