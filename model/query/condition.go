package query

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"arbor/model/date"
)

// condition reads one word, phrase, tag or key:value.
func (p *parser) condition() (Expr, error) {
	start, w := p.i, p.word()
	switch w[0] {
	case '"':
		s, err := p.value(start)
		return Phrase(strings.ToLower(s)), err
	case '\\':
		if len(w) > 1 {
			p.i += len(w)
			return Word(strings.ToLower(w[1:])), nil
		}
	case '+', '#':
		if key, _, ok := strings.Cut(w[1:], "="); ok && w[0] == '#' && key != "" && key[0] != '"' {
			p.i += 1 + len(key) + 1
			s, err := p.value(start)
			return Field{Key: key, Value: s}, err
		}
		p.i++
		s, err := p.value(start)
		if err == nil && s == "" {
			err = p.fail(start, p.i, "lacks the tag")
		}
		return Tag(s), err
	case '@':
		if len(w) > 1 || p.i+1 < len(p.s) && p.s[p.i+1] == '"' {
			p.i++
			s, err := p.value(start)
			if err == nil && s == "" {
				err = p.fail(start, p.i, "lacks the name")
			}
			return Saved(s), err
		}
	}
	if strings.HasPrefix(w, regexpStart) || strings.HasPrefix(w, noteStart) {
		return p.regexp(start)
	}
	if key, ok := compared(w); ok {
		p.i += len(key)
		return p.compare(start, key)
	}
	key, _, ok := keyed(w)
	if !ok {
		p.i += len(w)
		return Word(strings.ToLower(w)), nil
	}
	p.i += len(key) + 1
	return p.compare(start, key)
}

// regexp reads text~/pattern/ or note~/pattern/, with an i behind it where the letter case is to be put aside. A slash of the pattern has a backslash before it.
func (p *parser) regexp(start int) (Expr, error) {
	var pattern strings.Builder
	note := strings.HasPrefix(p.s[p.i:], noteStart)
	for i := p.i + len(regexpStart); i < len(p.s); i++ {
		switch c := p.s[i]; {
		case c == '\\' && i+1 < len(p.s):
			if i++; p.s[i] != '/' {
				pattern.WriteByte(c)
			}
			pattern.WriteByte(p.s[i])
			continue
		case c != '/':
			pattern.WriteByte(c)
			continue
		}
		p.i = i + 1
		flags := p.word()
		p.i += len(flags)
		if flags != "" && flags != "i" {
			return nil, p.fail(start, p.i, "has something else than i behind the slash")
		}
		if pattern.Len() == 0 {
			return nil, p.fail(start, p.i, "lacks the pattern")
		}
		if _, err := regexp.Compile(pattern.String()); err != nil {
			return nil, p.fail(start, p.i, "not understood: "+err.Error())
		}
		return Regexp{Pattern: pattern.String(), Fold: flags == "i", Note: note}, nil
	}
	return nil, p.fail(start, len(p.s), "lacks the closing slash")
}

// compare reads what stands behind a key.
func (p *parser) compare(start int, key string) (Expr, error) {
	if key == "under" && p.i < len(p.s) && p.s[p.i] == '(' {
		x, err := p.group()
		return Inside{x}, err
	}
	op, bare := Equal, p.i < len(p.s) && p.s[p.i] != '"'
	for _, o := range []Op{LessEqual, GreaterEqual, Less, Greater} {
		if strings.HasPrefix(p.s[p.i:], opText[o]) {
			op = o
			p.i += len(opText[o])
			break
		}
	}
	val, err := p.value(start)
	if err != nil {
		return nil, err
	}
	fail := func(why string) (Expr, error) { return nil, p.fail(start, p.i, why) }
	if val == "" {
		return fail("lacks a value")
	}
	if slices.Contains(Dates, key) {
		return p.date(start, key, op, val)
	}
	switch list := map[string][]string{"is": Kinds, "has": Parts, "state": States}[key]; {
	case slices.Contains(listKeys, key):
		return fail("says how to list: it stands outside of parentheses, behind no not and no and")
	case op != Equal && (list != nil || key == "under" || key == "above" || key == "tag"):
		return fail("cannot be compared with < or >")
	case key == "depth":
		n, err := strconv.Atoi(val)
		if err != nil {
			return fail("compares with something that is no whole number")
		}
		return Depth{op, n}, nil
	case key == "state":
		s := State(strings.Split(val, ","))
		for _, name := range s {
			if !slices.Contains(States, name) && !slices.Contains(p.own, name) {
				return fail("is no state; they are " + strings.Join(slices.Concat(States, p.own), ", "))
			}
		}
		return s, nil
	case list != nil && !slices.Contains(list, val):
		return fail("not understood; after " + key + ": comes " + strings.Join(list, ", "))
	case key == "is":
		return Is(val), nil
	case key == "has":
		return Has(val), nil
	case key == "under" && !bare:
		return Inside{Named(strings.ToLower(val))}, nil
	case key == "under":
		return Under(val), nil
	case key == "above":
		return Above(val), nil
	case key == "tag":
		return Tagged(val), nil
	case key == "prio":
		if n, ok := map[string]string{"H": "6", "M": "4", "L": "2"}[val]; ok {
			val = n
		}
	}
	if _, err := strconv.ParseFloat(val, 64); op != Equal && err != nil {
		return fail("compares with something that is no number")
	}
	if bare && op == Equal && val == "none" {
		return Field{Key: key, Op: None}, nil
	}
	if bare && op == Equal && val == "any" {
		return Field{Key: key, Op: Any}, nil
	}
	return Field{Key: key, Op: op, Value: val}, nil
}

// date reads what stands behind the key of a date.
func (p *parser) date(start int, key string, op Op, val string) (Expr, error) {
	if op == Equal {
		switch val {
		case "none":
			return Date{Key: key, Op: None}, nil
		case "any":
			return Date{Key: key, Op: Any}, nil
		case "overdue":
			return Date{Key: key, Op: Overdue}, nil
		}
	}
	d := Date{Key: key, Op: op, Phrase: val}
	from, to, two := strings.Cut(val, "..")
	var err error
	if d.At, err = date.Parse(from, p.now); err == nil && two && op == Equal {
		d.Op = Within
		d.To, err = date.Parse(to, p.now)
	} else if err == nil && two {
		return nil, p.fail(start, p.i, "is both a comparison and a range")
	}
	if err != nil {
		return nil, p.fail(start, p.i, "not understood: "+err.Error())
	}
	return d, nil
}
