package inline

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"arbor/model/date"
)

// related is a date that is said by another one of the line: sched:due-3d.
type related struct{ key, from, by, word string }

// relation takes apart what stands behind a key, if it begins with the key of a date: due, due-3d, when+1h.
func relation(val string) (from, by string, ok bool) {
	i := strings.IndexAny(val, "+-")
	if i < 0 {
		i = len(val)
	}
	from, by = strings.TrimSpace(val[:i]), strings.TrimSpace(val[i:])
	return from, by, slices.Contains(dateKeys, from) || from == "when"
}

// relate sets the dates that others of the line say. One may stand on another that does so too, but not on itself.
func (p *parser) relate() error {
	for len(p.later) > 0 {
		r := p.later[0]
		i := slices.IndexFunc(p.later, func(r related) bool {
			return !slices.ContainsFunc(p.later, func(o related) bool { return o.key == r.from })
		})
		if i < 0 {
			return &Error{Word: r.word, Err: errors.New("it goes round in a circle; give one of these dates a day")}
		}
		r = p.later[i]
		p.later = slices.Delete(p.later, i, i+1)
		from, err := p.base(r.from)
		if err != nil {
			return &Error{Word: r.word, Err: err}
		}
		d, err := date.Shift(from, r.by, p.env.Now.Location())
		if err != nil {
			return &Error{Word: r.word, Err: err}
		}
		*p.line.date(r.key) = &d
		p.echo(r.key, date.Format(d, p.env.Now))
	}
	return nil
}

// base returns a date that the line says by itself.
func (p *parser) base(key string) (date.Date, error) {
	if key == "when" {
		val, _ := p.line.field("when")
		from, _, _ := strings.Cut(val, "/")
		if d, err := date.ParseISO(from); err == nil {
			return d, nil
		}
	} else if d := *p.line.date(key); d != nil && !d.IsZero() {
		return *d, nil
	}
	return date.Date{}, fmt.Errorf("the line says no %s to count from; write %s: too", key, key)
}

// field is Field before the fields are in order.
func (l *Line) field(key string) (string, bool) {
	for _, f := range l.Fields {
		if f.Key == key {
			return f.Value, true
		}
	}
	return "", false
}

// zoneOf returns the zone that a line names, wherever in it, or nil. What is wrong with the line shows when it is read.
func (p *parser) zoneOf(s string) *time.Location {
	for rest := s; rest != ""; {
		rest = strings.TrimLeftFunc(rest, unicode.IsSpace)
		if rest == "" {
			break
		}
		word := firstWord(rest)
		used, at := len(word), 0
		kind := p.env.classify(word, p.live)
		switch key, _, _ := strings.Cut(word, ":"); kind {
		case addTag, removeTag:
			at = 1
		case keyValue:
			at = len(key) + 1
		}
		if at > 0 {
			val, end, err := value(rest, at)
			if err != nil {
				return nil
			}
			used = end
			if kind == keyValue && strings.HasPrefix(word, "zone:") {
				loc, _ := loadZone(val)
				return loc
			}
		}
		rest = rest[used:]
	}
	return nil
}

// loadZone reads the name of a time zone. The machine's own has none: it is another one elsewhere.
func loadZone(name string) (*time.Location, error) {
	if loc, err := time.LoadLocation(name); err == nil && name != "" && name != "Local" {
		return loc, nil
	}
	return nil, fmt.Errorf("%q is no time zone; write for example Europe/Paris or UTC", name)
}
