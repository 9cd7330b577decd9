package inline

import (
	"strings"
	"time"
	"unicode"

	"arbor/model/date"
	"arbor/model/field"
)

// Format writes l as a line to edit: the text, then what is known beside it. Fields with other keys are left out. Parse reads it back as l,
// given the same Env and l.Text as Env.Live.
func Format(l Line, env Env) string {
	if name, ok := l.Field("zone"); ok && name != "" {
		if loc, err := time.LoadLocation(name); err == nil {
			env.Now = env.Now.In(loc)
		}
	}
	parts := make([]string, 0, 8)
	if t := escape(l.Text, env); t != "" {
		parts = append(parts, t)
	}
	for _, t := range l.Tags {
		parts = append(parts, "+"+quoteTag(t))
	}
	for _, t := range l.RemoveTags {
		parts = append(parts, "-"+quoteTag(t))
	}
	add := func(key, val string) {
		if val != "" {
			parts = append(parts, key+":"+quote(val))
		}
	}
	if class, ok := env.Fields.Class(l.StateName); ok && class == l.State {
		add("state", l.StateName)
	} else {
		add("state", l.State)
	}
	for _, key := range dateKeys {
		if d := *l.date(key); d != nil {
			val := date.Phrase(*d, env.Now)
			if d.IsZero() {
				val = "none"
			}
			add(key, val)
		}
	}
	for _, f := range l.Fields {
		switch {
		case !env.known(f.Key):
		case f.Value == "" && env.clears(f.Key):
			add(f.Key, "none")
		case f.Value == "":
			parts = append(parts, f.Key+`:""`)
		case f.Key == "when":
			add(f.Key, whenPhrase(f.Value, env.Now))
		default:
			add(f.Key, env.phrase(f))
		}
	}
	if l.Depends != nil {
		add("depends", orNone(strings.Join(l.Depends, ",")))
	}
	add("under", l.Under)
	add("after", l.After)
	return strings.Join(parts, " ")
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// phrase writes the value of a field for the line.
func (env Env) phrase(f Field) string {
	if d, _ := env.Fields.Lookup(f.Key); d.Kind == field.Date {
		if day, err := date.ParseISO(f.Value); err == nil {
			return date.Phrase(day, env.Now)
		}
	}
	return f.Value
}

// Shown returns the part of l that Format writes and Parse reads back: without the fields of other keys, and those whose value, kept before
// the key was declared, does not fit it.
func (env Env) Shown(l Line) Line {
	kept := l.Fields
	l.Fields = nil
	for _, f := range kept {
		if !env.known(f.Key) {
			continue
		}
		alone, err := Parse(Format(Line{Fields: []Field{f}}, env), env)
		if v, ok := alone.Field(f.Key); err == nil && ok && v == f.Value {
			l.Fields = append(l.Fields, f)
		}
	}
	return l
}

// escape puts a backslash before each word of the text that Parse would take out of it.
func escape(s string, env Env) string {
	live := strings.Fields(s)
	var b strings.Builder
	for s != "" {
		rest := strings.TrimLeftFunc(s, unicode.IsSpace)
		b.WriteString(s[:len(s)-len(rest)])
		word := firstWord(rest)
		if env.classify(strings.TrimLeft(word, `\`), live) != text {
			b.WriteByte('\\')
		}
		b.WriteString(word)
		s = rest[len(word):]
	}
	return b.String()
}

func quoteTag(t string) string {
	if isTag(t) {
		return t
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(t) + `"`
}

// quote puts a value into quotes if it needs them.
func quote(s string) string {
	if s != "" && s[0] != '"' && s[0] != '\'' && strings.IndexFunc(s, unicode.IsSpace) < 0 {
		return s
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// whenPhrase writes the kept form of when: for the line.
func whenPhrase(kept string, now time.Time) string {
	from, to, two := strings.Cut(kept, "/")
	a, err := date.ParseISO(from)
	if err != nil {
		return kept
	}
	if !two {
		return date.Phrase(a, now)
	}
	b, err := date.ParseISO(to)
	if err != nil {
		return kept
	}
	return date.Phrase(a, now) + ".." + date.Phrase(b, now)
}

// Join makes one line of a command's arguments. A shell has eaten the quotes of due:"fri 17:00": an argument, one of several, that begins
// with a known key and has a space gets them back. One alone may be a whole line; only a query is of many words as a rule.
func Join(args []string, env Env) string {
	if len(args) < 2 && !strings.HasPrefix(strings.Join(args, ""), "query:") {
		return strings.Join(args, " ")
	}
	out := make([]string, len(args))
	for i, a := range args {
		out[i] = a
		key, val, ok := strings.Cut(a, ":")
		if ok && env.known(key) && !strings.HasPrefix(val, `"`) && !strings.HasPrefix(val, "'") && strings.IndexFunc(val, unicode.IsSpace) > 0 {
			out[i] = key + ":" + quote(val)
		}
	}
	return strings.Join(out, " ")
}
