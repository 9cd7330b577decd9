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
	"arbor/model/field"

	"pgregory.net/rapid"
)

// texts declares keys of text.
func texts(keys ...string) *field.Set {
	var defs []field.Def
	for _, k := range keys {
		defs = append(defs, field.Def{Key: k})
	}
	set, _ := field.New(defs, nil)
	return set
}

// typed has a key of each kind, and states.
func typed(t interface{ Fatal(...any) }) *field.Set {
	set, errs := field.New([]field.Def{{Key: "cost", Kind: field.Number, Unit: "€"}, {Key: "from", Kind: field.Date}, {Key: "length", Kind: field.Span},
		{Key: "paid", Kind: field.Bool}, {Key: "size", Kind: field.Choice, Choices: []string{"S", "M", "very large"}}, {Key: "page", Kind: field.URL}, {Key: "km"}},
		[]field.State{{Name: "review", Class: "doing"}, {Name: "someday", Class: "waiting"}})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	return set
}

var now = time.Date(2026, 11, 22, 17, 0, 0, 0, time.UTC)

func TestParse(t *testing.T) {
	day := func(s string) *date.Date {
		d, err := date.ParseISO(s)
		if err != nil {
			t.Fatal(err)
		}
		return &d
	}
	declared := Env{Now: now, Fields: texts("project", "km")}
	change := Env{Now: now, Fields: declared.Fields, Change: true}
	own := Env{Now: now, Fields: typed(t)}
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
		{"trip cost:12.50€ paid:Yes size:m length:90min", own, Line{Text: "trip", Fields: []Field{{"cost", "12.5"}, {"length", "1h30min"}, {"paid", "yes"}, {"size", "M"}},
			Understood: []string{"cost 12.5 €", "paid yes", "size M", "length 1h30min"}}},
		{`from:fri size:"very large" page:https://x.org/a cost:none`, own, Line{Fields: []Field{{"cost", ""}, {"from", "2026-11-27"}, {"page", "https://x.org/a"}, {"size", "very large"}},
			Understood: []string{"from Fri 27 Nov", "size very large", "page https://x.org/a", "cost none"}}},
		{"x state:review", own, Line{Text: "x", State: "doing", StateName: "review", Understood: []string{"state review"}}},
		{"x warn:3d depends:q7xk,abcd", declared, Line{Text: "x", Fields: []Field{{"warn", "3d"}}, Depends: []string{"q7xk", "abcd"},
			Understood: []string{"warn 3d", "depends q7xk,abcd"}}},
		{"x depends:none", declared, Line{Text: "x", Depends: []string{}, Understood: []string{"depends none"}}},
		{"x sched:due-3d due:2026-12-24 wait:sched-1w until:due", declared, Line{Text: "x", Due: day("2026-12-24"), Sched: day("2026-12-21"), Wait: day("2026-12-14"),
			Until: day("2026-12-24"), Understood: []string{"due Thu 24 Dec", "sched Mon 21 Dec", "wait Mon 14 Dec", "until Thu 24 Dec"}}},
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
		{"x cost:twelve", `"twelve" is no number; write for example 12.5 or 12.5€`},
		{"x cost:NaN", "is no number"},
		{"x cost:1e99", "added up"},
		{"x paid:perhaps", "neither yes nor no"},
		{"x size:XL", "no size; write one of S, M, very large"},
		{"x from:blorp", "from:blorp"},
		{"x length:5", "length of time"},
		{"x page:nowhere", "no address"},
		{"x state:revue", "cancelled, review, someday"},
		{"x warn:soon", "length of time"},
		{"x zone:Mars", "no time zone"},
		{"x sched:due-3d", "write due: too"},
		{"x sched:due-3x due:fri", "sched:due-3x"},
		{"x sched:due due:sched", "circle"},
	} {
		_, err := Parse(c.in, Env{Now: now, Change: true, Fields: typed(t)})
		var e *Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), c.part) {
			t.Errorf("Parse(%q) = %v; want an error that shows %q", c.in, err, c.part)
		}
	}
}

// A zone, wherever it stands in the line, is that of its times; and a line is written in it.
func TestZone(t *testing.T) {
	for _, s := range []string{`call due:"fri 10:00" zone:Asia/Tokyo`, `zone:Asia/Tokyo call due:"fri 10:00"`, `call project:"a zone:UTC" due:"fri 10:00" zone:Asia/Tokyo`} {
		env := Env{Now: now, Fields: texts("project")}
		l, err := Parse(s, env)
		if err != nil || l.Due == nil || !l.Due.T.Equal(time.Date(2026, 11, 27, 1, 0, 0, 0, time.UTC)) || !slices.Contains(l.Understood, "due Fri 27 Nov 10:00") {
			t.Errorf("%s: %+v, %v", s, l, err)
		}
		if line := Format(l, env); !strings.Contains(line, "10:00") || !strings.Contains(line, "zone:Asia/Tokyo") {
			t.Errorf("%s is written as %s", s, line)
		}
	}
}

// What the line does not show is not part of it: fields that no person types, and values that do not fit their key.
func TestShown(t *testing.T) {
	l := Line{Text: "x", Fields: []Field{{"cost", "much"}, {"import", "1"}, {"km", "3"}, {"prio", "6"}, {"rec.from", "2026-11-27"}}}
	env := Env{Now: now, Fields: typed(t)}
	if got := env.Shown(l).Fields; !slices.Equal(got, []Field{{"km", "3"}, {"prio", "6"}}) {
		t.Errorf("got %v", got)
	}
}

func TestJoin(t *testing.T) {
	env := Env{Now: now}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"due:fri 17:00 is late"}, "due:fri 17:00 is late"},
		{[]string{"query:due<mon -done"}, `query:"due<mon -done"`},
		{[]string{"query:'due<mon -done'"}, `query:'due<mon -done'`},
		{[]string{"buy milk", "due:fri 17:00", "a:b c"}, `buy milk due:"fri 17:00" a:b c`},
	} {
		if got := Join(c.args, env); got != c.want {
			t.Errorf("Join(%q) = %q, want %q", c.args, got, c.want)
		}
	}
}

// words is what the lines of the random tests are made of: all that the grammar takes, and what looks like it.
var words = []string{"buy", "milk", "+tag", "#tag", "-tag", "due:fri", `due:"fri`, "due:'fri", "17:00'", "'", "it's", "17:00", `\`, `\\`, `\+tag`, `\\due:fri`, "#a=b", "prio:H", "km:1", "km:", "日本", "#日本",
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
		{"km", []string{"", "12", "a b", `"q`, `x"y\`, " outer ", "'q'", "'q", "o'clock now"}},
		{"cost", []string{"", "12.5", "-3"}},
		{"from", []string{"", "2026-11-27", "2026-11-27T17:00:00Z"}},
		{"prio", []string{"", "6", "0.5"}},
		{"size", []string{"", "S", "very large"}},
		{"warn", []string{"", "3d"}},
		{"zone", []string{"Asia/Tokyo", "America/New_York"}},
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
	l.State = rapid.SampledFrom(append([]string{""}, field.Classes...)).Draw(t, "state")
	if l.State == "doing" && rapid.Bool().Draw(t, "own state") {
		l.StateName = "review"
	}
	l.Depends = rapid.SampledFrom([][]string{nil, {}, {"q7xk"}, {"q7xk", "abcd"}}).Draw(t, "depends")
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
		env := Env{Now: now, Fields: typed(t), Change: rapid.Bool().Draw(t, "change")}
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
	f.Add(`x cost:5€ zone:Asia/Tokyo due:"fri 10:00" sched:due-3d state:review depends:a,b size:"very large" from:fri`, false)
	f.Add(`call +phone due:"fri 17:00" prio:H \+x -y when:"fri 1:00..2:00"`, true)
	f.Fuzz(func(t *testing.T, s string, change bool) {
		env := Env{Now: now, Fields: typed(t), Change: change}
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
