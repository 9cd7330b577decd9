package inline

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"arbor/model/date"
	"arbor/model/query"
	"arbor/model/recur"
)

// Parse reads a line. What the grammar does not take stays in Text with its spaces; only the spaces around a word that was taken, and at
// both ends, go.
func Parse(s string, env Env) (Line, error) {
	p := parser{env: env, live: strings.Fields(env.Live), said: map[string]bool{}}
	if loc := p.zoneOf(s); loc != nil {
		p.env.Now = env.Now.In(loc)
	}
	for rest := s; rest != ""; {
		trimmed := strings.TrimLeftFunc(rest, unicode.IsSpace)
		space := rest[:len(rest)-len(trimmed)]
		if trimmed == "" {
			break
		}
		word := firstWord(trimmed)
		used, err := p.take(word, trimmed)
		if err != nil {
			return Line{}, err
		}
		if used > 0 {
			rest = trimmed[used:]
			continue
		}
		if p.text.Len() > 0 {
			p.text.WriteString(space)
		}
		p.text.WriteString(p.unescape(word))
		rest = trimmed[len(word):]
	}
	if err := p.relate(); err != nil {
		return Line{}, err
	}
	l := p.line
	l.Text = p.text.String()
	slices.Sort(l.Tags)
	slices.Sort(l.RemoveTags)
	l.Tags, l.RemoveTags = slices.Compact(l.Tags), slices.Compact(l.RemoveTags)
	for _, t := range l.RemoveTags {
		if slices.Contains(l.Tags, t) {
			return Line{}, &Error{Word: "-" + t, Err: errors.New("the line also adds this tag")}
		}
	}
	sortFields(l.Fields)
	return l, nil
}

type parser struct {
	env  Env
	live []string
	said map[string]bool
	line Line
	text strings.Builder
	// later are the dates that are said by another date of the line.
	later []related
}

func compare(a, b string) int { return cmp.Compare(a, b) }

func sortFields(f []Field) { slices.SortFunc(f, func(a, b Field) int { return compare(a.Key, b.Key) }) }

// firstWord returns s up to its first space.
func firstWord(s string) string {
	if i := strings.IndexFunc(s, unicode.IsSpace); i >= 0 {
		return s[:i]
	}
	return s
}

// kind is what a word is for the grammar.
type kind uint8

const (
	text kind = iota
	addTag
	removeTag
	keyValue
)

// classify says what a word, up to its first space, is; a quoted value may go on behind it.
func (env Env) classify(word string, live []string) kind {
	rest := word[min(1, len(word)):]
	switch {
	case word == "":
		return text
	case word[0] == '#':
		if isTag(rest) && !slices.Contains(live, word) {
			return addTag
		}
	case word[0] == '+':
		if isTag(rest) || strings.HasPrefix(rest, `"`) && rest != `"` && rest != `""` {
			return addTag
		}
	case word[0] == '-' && env.Change:
		if isTag(rest) || strings.HasPrefix(rest, `"`) && rest != `"` && rest != `""` {
			return removeTag
		}
	}
	if key, value, ok := strings.Cut(word, ":"); ok && env.known(key) && (value != "" || env.Change) {
		return keyValue
	}
	return text
}

// isTag reports whether s may stand as a tag without quotes.
func isTag(s string) bool {
	first, size := utf8.DecodeRuneInString(s)
	if s == "" || !unicode.IsLetter(first) && first != '_' {
		return false
	}
	for _, r := range s[size:] {
		if !unicode.In(r, unicode.L, unicode.N, unicode.M) && !strings.ContainsRune("_-./:@", r) {
			return false
		}
	}
	return !strings.ContainsRune("-./:", rune(s[len(s)-1]))
}

// unescape takes one backslash from a word that would otherwise have been taken.
func (p *parser) unescape(word string) string {
	if bare := strings.TrimLeft(word, `\`); bare != word && p.env.classify(bare, p.live) != text {
		return word[1:]
	}
	return word
}

// take reads the word that rest begins with, and returns how much of rest it is: 0 if it is text.
func (p *parser) take(word, rest string) (int, error) {
	switch p.env.classify(word, p.live) {
	case addTag:
		tag, used, err := value(rest, 1)
		if err != nil {
			return 0, &Error{Word: word, Err: err}
		}
		p.line.Tags = append(p.line.Tags, tag)
		p.understand("+" + tag)
		return used, nil
	case removeTag:
		tag, used, err := value(rest, 1)
		if err != nil {
			return 0, &Error{Word: word, Err: err}
		}
		p.line.RemoveTags = append(p.line.RemoveTags, tag)
		p.understand("-" + tag)
		return used, nil
	case keyValue:
		key, _, _ := strings.Cut(word, ":")
		val, used, err := value(rest, len(key)+1)
		if err == nil {
			err = p.set(key, val, word)
		}
		if err != nil {
			return 0, &Error{Word: word, Err: err}
		}
		return used, nil
	}
	return 0, nil
}

func (p *parser) understand(s string) {
	if !slices.Contains(p.line.Understood, s) {
		p.line.Understood = append(p.line.Understood, s)
	}
}

// value reads the value that begins at s[at]: up to a space, or in quotes. It returns where in s it ends.
func value(s string, at int) (string, int, error) {
	v := s[at:]
	if inner, ok := single(v); ok {
		return inner, at + len(inner) + 2, nil
	}
	if !strings.HasPrefix(v, `"`) {
		w := firstWord(v)
		return w, at + len(w), nil
	}
	var b strings.Builder
	for i := 1; i < len(v); i++ {
		switch {
		case v[i] == '\\' && i+1 < len(v) && (v[i+1] == '"' || v[i+1] == '\\'):
			i++
			b.WriteByte(v[i])
		case v[i] == '"':
			if next := firstWord(v[i+1:]); next != "" {
				return "", 0, fmt.Errorf("a space is missing before %s", strconv.Quote(next))
			}
			return b.String(), at + i + 1, nil
		default:
			b.WriteByte(v[i])
		}
	}
	return "", 0, errors.New("the closing quote is missing")
}

// single returns what stands in single quotes at the beginning of s, as is. An apostrophe that no other one closes before a space is none.
func single(s string) (inner string, ok bool) {
	if !strings.HasPrefix(s, "'") {
		return "", false
	}
	for i := 1; i < len(s); i++ {
		if s[i] == '\'' && firstWord(s[i+1:]) == "" {
			return s[1:i], true
		}
	}
	return "", false
}

// set reads the value of a known key into the line.
func (p *parser) set(key, val, word string) error {
	if p.said[key] {
		return errors.New("the line says it twice")
	}
	p.said[key] = true
	if slices.Contains(Keys, key) {
		val = strings.TrimSpace(val)
	}
	if d := p.line.date(key); d != nil {
		if from, by, ok := relation(val); ok {
			p.later = append(p.later, related{key: key, from: from, by: by, word: word})
			return nil
		}
		day, err := readDate(val, p.env.Now)
		if err != nil {
			return err
		}
		*d = &day
		p.echo(key, date.Format(day, p.env.Now))
		return nil
	}
	switch key {
	case "state":
		return p.state(val)
	case "depends":
		return p.depends(val)
	}
	if r := p.line.ref(key); r != nil {
		if val == "" {
			return errors.New("the id is missing")
		}
		*r = val
		p.echo(key, val)
		return nil
	}
	kept, shown, err := p.field(key, val)
	if err != nil {
		return err
	}
	p.line.Fields = append(p.line.Fields, Field{Key: key, Value: kept})
	p.echo(key, shown)
	return nil
}

// state reads a state, ours or the person's own.
func (p *parser) state(val string) error {
	switch val {
	case "canceled":
		val = "cancelled"
	case "":
		val = "none"
	}
	class, ok := p.env.Fields.Class(val)
	if !ok {
		return fmt.Errorf("%s is no state; write %s", strconv.Quote(val), strings.Join(p.env.Fields.StateNames(), ", "))
	}
	p.line.State = class
	if val != class {
		p.line.StateName = val
	}
	p.echo("state", val)
	return nil
}

// depends reads references with commas between them; none takes all away.
func (p *parser) depends(val string) error {
	p.line.Depends = []string{}
	if val != "none" {
		p.line.Depends = append(p.line.Depends, strings.FieldsFunc(val, func(r rune) bool { return r == ',' || r == ' ' })...)
	}
	p.echo("depends", strings.Join(p.line.Depends, ","))
	return nil
}

func (p *parser) echo(key, val string) {
	if val == "" {
		val = "none"
	}
	p.understand(key + " " + val)
}

func readDate(val string, now time.Time) (date.Date, error) {
	if val == "" || val == "none" {
		return date.Date{}, nil
	}
	return date.Parse(val, now)
}

// field returns a field's value as it is kept and as it is shown.
func (p *parser) field(key, val string) (kept, shown string, err error) {
	if val == "" || val == "none" && p.env.clears(key) {
		return "", "", nil
	}
	switch key {
	case "prio":
		n, err := Priority(val)
		s := strconv.FormatFloat(n, 'f', -1, 64)
		return s, s, err
	case "when":
		return when(val, p.env.Now)
	case "rec":
		r, err := recur.Parse(val, p.env.Now)
		return r.String(), r.String(), err
	case "query":
		_, err := query.Parse(val, p.env.Now, p.env.Fields.StateNames()...)
		return val, strconv.Quote(val), err
	case "zone":
		if _, err := loadZone(val); err != nil {
			return "", "", err
		}
		return val, val, nil
	}
	d, _ := p.env.Fields.Lookup(key)
	return d.Parse(val, p.env.Now)
}

// when reads a date, or two with .. between them, of which the second may be a time on the day of the first. It is kept as ISO 8601,
// two dates with a slash between them.
func when(val string, now time.Time) (kept, shown string, err error) {
	from, to, two := strings.Cut(val, "..")
	a, err := date.Parse(from, now)
	if err != nil {
		return "", "", err
	}
	if !two {
		return a.String(), date.Format(a, now), nil
	}
	day := date.Format(a.Day(now.Location()), now)
	b, err := date.Parse(day+" "+to, now)
	if err != nil {
		if b, err = date.Parse(to, now); err != nil {
			return "", "", err
		}
	}
	if a.AllDay != b.AllDay {
		return "", "", errors.New("write a time for both ends or for neither")
	}
	if b.Compare(a) <= 0 {
		return "", "", fmt.Errorf("it would end, on %s, before it begins", date.Format(b, now))
	}
	return a.String() + "/" + b.String(), date.Format(a, now) + " to " + date.Format(b, now), nil
}
