package inline

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"arbor/model/date"

	"pgregory.net/rapid"
)

var now = time.Date(2026, 11, 22, 17, 0, 0, 0, time.UTC)

func TestParse(t *testing.T) {
	day := func(s string) *date.Date {
		d, err := date.ParseISO(s)
		if err != nil {
			t.Fatal(err)
		}
		return &d
	}
	declared := Env{Now: now, Fields: []string{"project", "km"}}
	change := Env{Now: now, Fields: declared.Fields, Change: true}
	live := Env{Now: now, Live: "clean #task #prio=3"}
	for _, c := range []struct {
		in   string
		env  Env
		want Line
	}{
		{"", declared, Line{}},
		{"  buy  milk ", declared, Line{Text: "buy  milk"}},
		{"call Anna +phone #home", declared, Line{Text: "call Anna", Tags: []string{"home", "phone"}, Understood: []string{"+phone", "+home"}}},
		{"+a call +b Anna +a", declared, Line{Text: "call Anna", Tags: []string{"a", "b"}, Understood: []string{"+a", "+b"}}},
		{`+"odd tag" x`, declared, Line{Text: "x", Tags: []string{"odd tag"}, Understood: []string{"+odd tag"}}},
		{"#über #日本 ja", declared, Line{Text: "ja", Tags: []string{"über", "日本"}, Understood: []string{"+über", "+日本"}}},
		{"a+b a#b 2+2 +5 #42 # + ## ++x c# +foo, #end.", declared, Line{Text: "a+b a#b 2+2 +5 #42 # + ## ++x c# +foo, #end."}},
		{"runs #plot=done #since=7d #prio=3", declared, Line{Text: "runs #plot=done #since=7d #prio=3"}},
		{"https://x.org/a:b?due:fri at 17:00 a:b note: wait: what", declared, Line{Text: "https://x.org/a:b?due:fri at 17:00 a:b note: wait: what"}},
		{"pay due:fri", declared, Line{Text: "pay", Due: day("2026-11-27"), Understood: []string{"due Fri 27 Nov"}}},
		{`pay due:"fri 9:00" rent`, declared, Line{Text: "pay rent", Due: day("2026-11-27T09:00:00Z"), Understood: []string{"due Fri 27 Nov 09:00"}}},
		{"sched:+1d wait:mon until:eoy x", declared, Line{Text: "x", Sched: day("2026-11-23"), Wait: day("2026-11-23"), Until: day("2026-12-31"),
			Understood: []string{"sched Mon 23 Nov", "wait Mon 23 Nov", "until Thu 31 Dec"}}},
		{"x prio:H", declared, Line{Text: "x", Fields: []Field{{"prio", "6"}}, Understood: []string{"prio 6"}}},
		{"x prio:1.5 est:90min", declared, Line{Text: "x", Fields: []Field{{"est", "1h30min"}, {"prio", "1.5"}}, Understood: []string{"prio 1.5", "est 1h30min"}}},
		{"x state:doing under:q7xk after:abcd", declared, Line{Text: "x", State: "doing", Under: "q7xk", After: "abcd",
			Understood: []string{"state doing", "under q7xk", "after abcd"}}},
		{`x project:"a \"b\" \\c" km:12 miles:7`, declared, Line{Text: "x miles:7", Fields: []Field{{"km", "12"}, {"project", `a "b" \c`}},
			Understood: []string{`project a "b" \c`, "km 12"}}},
		{`when:"fri 17:00..19:00" talk`, declared, Line{Text: "talk", Fields: []Field{{"when", "2026-11-27T17:00:00Z/2026-11-27T19:00:00Z"}},
			Understood: []string{"when Fri 27 Nov 17:00 to Fri 27 Nov 19:00"}}},
		{"when:fri..sun trip", declared, Line{Text: "trip", Fields: []Field{{"when", "2026-11-27/2026-11-29"}}, Understood: []string{"when Fri 27 Nov to Sun 29 Nov"}}},
		{"rec:weekly x", declared, Line{Text: "x", Fields: []Field{{"rec", "every week"}}, Understood: []string{"rec every week"}}},
		{`say \+tag and \due:fri but \alpha \\server \`, declared, Line{Text: `say +tag and due:fri but \alpha \\server \`}},
		{"a -b -c", declared, Line{Text: "a -b -c"}},
		{"a -b +c due: km:", change, Line{Text: "a", RemoveTags: []string{"b"}, Tags: []string{"c"}, Due: &date.Date{}, Fields: []Field{{"km", ""}},
			Understood: []string{"-b", "+c", "due none", "km none"}}},
		{"a due:none prio:none state:none", declared, Line{Text: "a", Due: &date.Date{}, Fields: []Field{{"prio", ""}}, State: "none",
			Understood: []string{"due none", "prio none", "state none"}}},
		{"clean #task #prio=3 #new", live, Line{Text: "clean #task #prio=3", Tags: []string{"new"}, Understood: []string{"+new"}}},
	} {
		t.Run(c.in, func(t *testing.T) {
			if got, err := Parse(c.in, c.env); err != nil || !reflect.DeepEqual(got, c.want) {
				t.Errorf("Parse(%q)\n got %+v, %v\nwant %+v", c.in, got, err, c.want)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	for _, c := range []struct{ in, part string }{
		{"x due:blorp", "due:blorp"},
		{"x due:31", "due:31"},
		{`x due:"fri 17:00`, "closing quote"},
		{`x due:"fri"y`, `before "y"`},
		{"x due:fri due:sat", "twice"},
		{"x prio:high5", "priority"},
		{"x prio:-1", "priority"},
		{"x prio:NaN", "priority"},
		{"x state:blorp", "todo, doing"},
		{"x est:soon", "length of time"},
		{`x under:""`, "id is missing"},
		{`when:"fri 17:00..16:00"`, "before it begins"},
		{`when:"fri 17:00..sat"`, "both ends"},
		{`x +"tag`, "closing quote"},
		{"x +a -a", "adds this tag"},
	} {
		_, err := Parse(c.in, Env{Now: now, Change: true})
		var e *Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), c.part) {
			t.Errorf("Parse(%q) = %v; want an error that shows %q", c.in, err, c.part)
		}
	}
}

func TestJoin(t *testing.T) {
	env := Env{Now: now}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"due:fri 17:00 is late"}, "due:fri 17:00 is late"},
		{[]string{"buy milk", "due:fri 17:00", "a:b c"}, `buy milk due:"fri 17:00" a:b c`},
	} {
		if got := Join(c.args, env); got != c.want {
			t.Errorf("Join(%q) = %q, want %q", c.args, got, c.want)
		}
	}
}

// words is what the lines of the random tests are made of: all that the grammar takes, and what looks like it.
var words = []string{"buy", "milk", "+tag", "#tag", "-tag", "due:fri", `due:"fri`, "17:00", `\`, `\\`, `\+tag`, `\\due:fri`, "#a=b", "prio:H", "km:1", "km:", "日本", "#日本",
	`"`, `+"`, `+"a`, "+", "#", "state:todo", "https://x", "under:", "none", `-"x`, "é", "\u00a0", "due:none", "+1"}

func drawLine(t *rapid.T) Line {
	text := rapid.SliceOfN(rapid.SampledFrom(words), 0, 6).Draw(t, "words")
	l := Line{Text: strings.TrimFunc(strings.Join(text, rapid.SampledFrom([]string{" ", "  ", "\t"}).Draw(t, "space")), unicode.IsSpace)}
	tags := rapid.SampledFrom([]string{"a", "odd tag", "tag", `q"uo\te`, "1", "日本", "x:y", "end."})
	l.Tags = nilIfEmpty(rapid.SliceOfNDistinct(tags, 0, 3, rapid.ID).Draw(t, "tags"))
	slices.Sort(l.Tags)
	for _, f := range []struct {
		key  string
		vals []string
	}{
		{"est", []string{"", "1h30min", "7d"}},
		{"km", []string{"", "12", "a b", `"q`, `x"y\`, " outer "}},
		{"prio", []string{"", "6", "0.5"}},
		{"rec", []string{"every week", "every 2 weeks"}},
		{"when", []string{"", "2026-11-27", "2026-11-27T17:00:00Z/2026-11-29T17:00:00Z", "2026-11-27/2027-01-02"}},
	} {
		if rapid.Bool().Draw(t, f.key) {
			l.Fields = append(l.Fields, Field{f.key, rapid.SampledFrom(f.vals).Draw(t, "value")})
		}
	}
	sortFields(l.Fields)
	for _, key := range []string{"due", "sched", "wait", "until"} {
		d := date.At(time.Unix(rapid.Int64Range(0, 4e9).Draw(t, key), 0))
		switch rapid.IntRange(0, 3).Draw(t, "kind") {
		case 0:
			*l.date(key) = &d
		case 1:
			d = date.Day(d.T.UTC())
			*l.date(key) = &d
		case 2:
			*l.date(key) = &date.Date{}
		}
	}
	l.State = rapid.SampledFrom(append([]string{""}, States...)).Draw(t, "state")
	l.Under = rapid.SampledFrom([]string{"", "q7xk"}).Draw(t, "under")
	return l
}

func nilIfEmpty(s []string) []string {
	if len(s) == 0 {
		return nil
	}
	return s
}

func sameLine(t *rapid.T, what string, got, want Line) {
	for _, key := range []string{"due", "sched", "wait", "until"} {
		g, w := *got.date(key), *want.date(key)
		if (g == nil) != (w == nil) || g != nil && !g.Equal(*w) {
			t.Fatalf("%s: %s is %v, want %v", what, key, g, w)
		}
		*got.date(key), *want.date(key) = nil, nil
	}
	got.Understood, want.Understood = nil, nil
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("%s:\n got %#v\nwant %#v", what, got, want)
	}
}

// Editing a line in place and changing nothing changes nothing.
func TestFormatRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := drawLine(t)
		env := Env{Now: now, Fields: []string{"km"}, Change: rapid.Bool().Draw(t, "change")}
		s := Format(l, env)
		env.Live = l.Text
		got, err := Parse(s, env)
		if err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		sameLine(t, s, got, l)
	})
}

// Diff says exactly what has to be done to one line's node to make it the other's.
func TestDiff(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawLine(t), drawLine(t)
		d := Diff(a, b)
		for _, tag := range append(slices.Clone(a.Tags), b.Tags...) {
			has := slices.Contains(a.Tags, tag) && !slices.Contains(d.RemoveTags, tag) || slices.Contains(d.Tags, tag)
			if has != slices.Contains(b.Tags, tag) {
				t.Fatalf("tag %s after %+v: %v", tag, d, has)
			}
		}
		for _, f := range append(slices.Clone(a.Fields), b.Fields...) {
			got, ok := d.Field(f.Key)
			if !ok {
				got, _ = a.Field(f.Key)
			}
			if want, _ := b.Field(f.Key); got != want {
				t.Fatalf("field %s after %+v: %q, want %q", f.Key, d, got, want)
			}
		}
		for _, key := range []string{"due", "sched", "wait", "until"} {
			got, want := deref(*a.date(key)), deref(*b.date(key))
			if c := *d.date(key); c != nil {
				got = *c
			}
			if !got.Equal(want) {
				t.Fatalf("%s after %+v: %v, want %v", key, d, got, want)
			}
		}
		if same := Diff(a, a); len(same.Tags)+len(same.RemoveTags)+len(same.Fields) > 0 || same.Due != nil {
			t.Fatalf("Diff of a line and itself: %+v", same)
		}
	})
}

func deref(d *date.Date) date.Date {
	if d == nil {
		return date.Date{}
	}
	return *d
}

func FuzzParse(f *testing.F) {
	f.Add(strings.Join(words, " "), true)
	for _, w := range words {
		f.Add("x "+w+" y", false)
	}
	f.Add(`call +phone due:"fri 17:00" prio:H \+x -y when:"fri 1:00..2:00"`, true)
	f.Fuzz(func(t *testing.T, s string, change bool) {
		env := Env{Now: now, Fields: []string{"km"}, Change: change}
		l, err := Parse(s, env)
		if err != nil {
			return
		}
		line := Format(l, env)
		env.Live = l.Text
		back, err := Parse(line, env)
		if err != nil || back.Text != l.Text || !slices.Equal(back.Tags, l.Tags) || !slices.Equal(back.Fields, l.Fields) {
			t.Fatalf("%q is %+v, written %q, read back as %+v, %v", s, l, line, back, err)
		}
	})
}
