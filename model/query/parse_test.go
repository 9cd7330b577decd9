package query

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"arbor/model/date"

	"pgregory.net/rapid"
)

var now = time.Date(2026, 11, 22, 17, 0, 0, 0, time.UTC)

func iso(s string) date.Date {
	d, err := date.ParseISO(s)
	if err != nil {
		panic(err)
	}
	return d
}

func TestParse(t *testing.T) {
	a, b, c := Word("a"), Word("b"), Word("c")
	friday := Date{Key: "due", Phrase: "fri", At: iso("2026-11-27")}
	for _, row := range []struct {
		in   string
		want Expr
	}{
		{"", And{}},
		{"  ", And{}},
		{"Milk", Word("milk")},
		{"a b", And{a, b}},
		{"a and b", And{a, b}},
		{"a or b c", Or{a, And{b, c}}},
		{"(a or b) c", And{Or{a, b}, c}},
		{"a OR b or (c)", Or{a, b, c}},
		{"a (b c)", And{a, b, c}},
		{"not a b", And{Not{a}, b}},
		{"not not a", a},
		{"-(a b)", Not{And{a, b}}},
		{"-a", Not{Or{Tag("a"), a}}},
		{"-done", Not{Or{Tag("done"), Word("done"), State{"done"}}}},
		{`-\done`, Not{Or{Tag("done"), Word("done")}}},
		{"-+done", Not{Tag("done")}},
		{"km>3 km<=4.5", And{Field{Key: "km", Op: Greater, Value: "3"}, Field{Key: "km", Op: LessEqual, Value: "4.5"}}},
		{"prio>=H", Field{Key: "prio", Op: GreaterEqual, Value: "6"}},
		{"sched<+7d", Date{Key: "sched", Op: Less, Phrase: "+7d", At: iso("2026-11-29")}},
		{`due>="24 dec"`, Date{Key: "due", Op: GreaterEqual, Phrase: "24 dec", At: iso("2026-12-24")}},
		{`a<b <3 i<3u \a<3`, And{Word("a<b"), Word("<3"), Word("i<3u"), Word("a<3")}},
		{`text~/a (b|c)\/\d/i d`, And{Regexp{Pattern: `a (b|c)/\d`, Fold: true}, Word("d")}},
		{"-text~/A/", Not{Regexp{Pattern: "A"}}},
		{"-+a -#b", And{Not{Tag("a")}, Not{Tag("b")}}},
		{`-"a b"`, Not{Phrase("a b")}},
		{`"A or \"b\" \\"`, Phrase(`a or "b" \`)},
		{`+Home #über +"odd tag" tag:x`, And{Tag("Home"), Tag("über"), Tag("odd tag"), Tagged("x")}},
		{`\or \+a \due:fri`, And{Word("or"), Word("+a"), Word("due:fri")}},
		{"https://x.org 17:00 a:", And{Word("https://x.org"), Word("17:00"), Word("a:")}},
		{"project:home", Field{Key: "project", Value: "home"}},
		{`project:"a b" #n=3`, And{Field{Key: "project", Value: "a b"}, Field{Key: "n", Value: "3"}}},
		{"km:>3 km:<=4.5", And{Field{Key: "km", Op: Greater, Value: "3"}, Field{Key: "km", Op: LessEqual, Value: "4.5"}}},
		{`km:none km:any km:"none"`, And{Field{Key: "km", Op: None}, Field{Key: "km", Op: Any}, Field{Key: "km", Value: "none"}}},
		{"prio:>=H", Field{Key: "prio", Op: GreaterEqual, Value: "6"}},
		{"state:todo,doing", State{"todo", "doing"}},
		{"under:q7xk is:task has:note", And{Under("q7xk"), Is("task"), Has("note")}},
		{`under:"Big House" under:(+a or b) above:q7xk`, And{Inside{Named("big house")}, Inside{Or{Tag("a"), b}}, Above("q7xk")}},
		{"under:() -under:(a)", And{Inside{And{}}, Not{Inside{a}}}},
		{`@today -@"my list" @q7xk \@home a@b @`, And{Saved("today"), Not{Saved("my list")}, Saved("q7xk"), Word("@home"), Word("a@b"), Word("@")}},
		{"depth<3 depth:2 -depth>=4", And{Depth{Less, 3}, Depth{Equal, 2}, Not{Depth{GreaterEqual, 4}}}},
		{`note~/a\/b/i`, Regexp{Pattern: "a/b", Fold: true, Note: true}},
		{"has:link has:backlink has:rec has:interval is:active", And{Has("link"), Has("backlink"), Has("rec"), Has("interval"), Is("active")}},
		{"due:fri", friday},
		{"-due:fri", Not{friday}},
		{`due:"24 dec 8:00"`, Date{Key: "due", Phrase: "24 dec 8:00", At: iso("2026-12-24T08:00:00Z")}},
		{"sched:<+7d", Date{Key: "sched", Op: Less, Phrase: "+7d", At: iso("2026-11-29")}},
		{"due:mon..fri", Date{Key: "due", Op: Within, Phrase: "mon..fri", At: iso("2026-11-23"), To: iso("2026-11-27")}},
		{"due:none wait:any due:overdue", And{Date{Key: "due", Op: None}, Date{Key: "wait", Op: Any}, Date{Key: "due", Op: Overdue}}},
		{"finished:>-7d", Date{Key: "finished", Op: Greater, Phrase: "-7d", At: iso("2026-11-15")}},
	} {
		t.Run(row.in, func(t *testing.T) {
			q, err := Parse(row.in, now)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(q.Expr, row.want) {
				t.Errorf("Parse(%q) = %#v, want %#v", row.in, q.Expr, row.want)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	for _, row := range []struct {
		in     string
		column int
		why    string
	}{
		{"a due:blorp", 3, `"blorp"`},
		{"état due:", 6, "lacks a value"},
		{"due:>mon..fri", 1, "range"},
		{"is:blorp", 1, "task, open"},
		{"has:x", 1, "note, arrow"},
		{"state:todo,x", 1, "no state"},
		{"is:>task", 1, "compared"},
		{"km:>x", 1, "no number"},
		{"(a b", 1, "not closed"},
		{"a b)", 4, "no opening"},
		{"a or", 5, "missing at the end"},
		{"or a", 1, "missing before"},
		{"a and or b", 7, "missing before"},
		{"not", 4, "missing at the end"},
		{"(a or )", 7, "something is missing"},
		{"a -", 3, "negates nothing"},
		{"a due<blorp", 3, `"blorp"`},
		{"a due<", 3, "lacks a value"},
		{"prio>x", 1, "no number"},
		{"under<3", 1, "compared"},
		{"depth<x", 1, "no whole number"},
		{"depth:x", 1, "no whole number"},
		{"a sort:size", 3, "no order"},
		{"sort:due,", 1, "no order"},
		{"sort:due a sort:due", 12, "already"},
		{`a @""`, 3, "lacks the name"},
		{"limit:0", 1, "1 or more"},
		{"group:x", 1, "tag, state"},
		{"a or sort:due", 1, "beside an or"},
		{"(a sort:due)", 4, "outside of parentheses"},
		{"-limit:3", 2, "behind no not"},
		{"under:(a", 7, "not closed"},
		{"a text~/b c", 3, "closing slash"},
		{"text~//", 1, "lacks the pattern"},
		{"text~/a/g", 1, "else than i"},
		{"é text~/a(/", 3, "missing closing"},
		{"--a", 1, "negates nothing"},
		{"- a", 1, "negates nothing"},
		{"+", 1, "lacks the tag"},
		{`a "b c`, 3, "closing quote"},
		{strings.Repeat("(", 200), 101, "deeply"},
		{strings.Repeat("a", 20_000), 1, "bytes"},
	} {
		_, err := Parse(row.in, now)
		var e *Error
		if !errors.As(err, &e) || e.Column != row.column || !strings.Contains(err.Error(), row.why) {
			t.Errorf("Parse(%.20q) = %v; want column %d and %q", row.in, err, row.column, row.why)
		}
	}
}

func TestList(t *testing.T) {
	for text, want := range map[string]Query{
		"sort:urgency,-due limit:20 group:tag": {Expr: And{}, List: List{Sort: []Order{{"urgency", false}, {"due", true}}, Limit: 20, Group: "tag"}},
		"limit:3 a or b sort:text":             {Expr: Or{Word("a"), Word("b")}, List: List{Sort: []Order{{"text", false}}, Limit: 3}},
		"a group:due b":                        {Expr: And{Word("a"), Word("b")}, List: List{Group: "due"}},
	} {
		want.Now = now
		if q, err := Parse(text, now); err != nil || !reflect.DeepEqual(*q, want) {
			t.Errorf("%s: %+v, %v", text, q, err)
		}
	}
	outer, inner := &Query{Expr: Word("a"), List: List{Group: "tag", Limit: 5}}, &Query{Expr: Word("b"), List: List{Limit: 2}}
	if in := inner.In(outer); in.String() != "a b limit:2 group:tag" {
		t.Error(in)
	}
}

func TestCaret(t *testing.T) {
	long := strings.Repeat("word ", 100)
	for text, want := range map[string]string{
		"a due<blorp b":       "a due<blorp b\n  ^",
		"日本 due:":             "日本 due:\n     ^",
		"a\tb\nis:x":          "a b is:x\n    ^",
		"a or":                "a or\n    ^",
		long + "is:x " + long: "…d " + strings.Repeat("word ", 7) + "is:x " + strings.Repeat("word ", 6) + "wo…\n" + strings.Repeat(" ", 38) + "^",
	} {
		_, err := Parse(text, now)
		var e *Error
		if !errors.As(err, &e) || e.Caret() != want {
			t.Errorf("%q: %v\n%s\nwant\n%s", text, err, e.Caret(), want)
		}
	}
}

func TestDateMatch(t *testing.T) {
	berlin := time.FixedZone("", 3600)
	at := time.Date(2026, 11, 22, 17, 0, 0, 0, berlin)
	for _, row := range []struct {
		query, date string
		want        bool
	}{
		{"due:fri", "2026-11-27", true},
		{"due:fri", "2026-11-26T23:00:00Z", true},
		{"due:fri", "2026-11-26T22:59:59Z", false},
		{"due:fri", "2026-11-27T23:00:00Z", false},
		{"due:<fri", "2026-11-26", true},
		{"due:<fri", "2026-11-27", false},
		{"due:<=fri", "2026-11-27T22:59:59Z", true},
		{"due:>fri", "2026-11-27T22:59:59Z", false},
		{"due:>fri", "2026-11-28", true},
		{"due:>=fri", "2026-11-26T23:00:00Z", true},
		{`due:"fri 9:00"`, "2026-11-27T08:00:00Z", true},
		{`due:>"fri 9:00"`, "2026-11-27T08:00:00Z", false},
		{"due:mon..fri", "2026-11-27T22:00:00Z", true},
		{"due:mon..fri", "2026-11-28", false},
		{"due:overdue", "2026-11-22", false},
		{"due:overdue", "2026-11-21", true},
		{"due:overdue", "2026-11-22T16:00:00Z", true},
		{"due:overdue", "2026-11-22T16:00:01Z", false},
		{"due:overdue", "", false},
		{"due:<fri", "", false},
		{"due:none", "", true},
		{"due:none", "2026-11-22", false},
		{"due:any", "2026-11-22", true},
		{"due:any", "", false},
	} {
		q, err := Parse(row.query, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := q.Expr.(Date).Match(iso(row.date), at); got != row.want {
			t.Errorf("%s of %q is %v", row.query, row.date, got)
		}
	}
}

func TestFieldMatch(t *testing.T) {
	for _, row := range []struct {
		query, value string
		ok, want     bool
	}{
		{"km:3", "3", true, true},
		{"km:3", "3.0", true, true},
		{"km:3", "4", true, false},
		{"km:>3", "10", true, true},
		{"km:>3", "x", true, false},
		{"km:<=3", "3", true, true},
		{"km:<3", "3", true, false},
		{"km:>=3", "2", true, false},
		{"km:none", "", false, true},
		{"km:any", "", true, true},
		{"km:3", "", false, false},
	} {
		q, err := Parse(row.query, now)
		if err != nil {
			t.Fatal(err)
		}
		if got := q.Expr.(Field).Match(row.value, row.ok); got != row.want {
			t.Errorf("%s of %q is %v", row.query, row.value, got)
		}
	}
}

// pieces make queries of all that the grammar knows and what looks like it.
var pieces = []string{"a", "B", "or", "and", "not", "(", ")", "()", "-", "-a", "+t", "#t", `+"a b"`, `"x y"`, `\or`, `\-a`, "k:v", `k:"v w"`, "k:none", `k:"none"`,
	"#k=v", "#k=", "#a:b=c", "#due=fri", "#prio=H", "#k=<3", `#k="a)b"`, "prio:H", "k:>3", "due:fri", "due:<=fri", "due:mon..fri", "due:overdue", `due:"24 dec"`,
	"state:todo,done", "is:open", "has:note", "under:q7", "tag:x", "http://x", "17:00", "日本", "due<fri", "-done", `-\done`, "km<3", "a<b", `\a<3`, `text~/a b/i`, `text~/(\/|\\)/`, `\text~/a/`, "is:ready", `k:"//x"`, `k:"<3"`, "#", `\`, `a"b`, "sort:due,-text", "limit:3", "group:tag", `under:"a b"`, "under:(a or +b)", "under:()", "above:q7", "@a", `@"a b"`, `@""`, "@", `\@a`, "depth<3", "note~/a/",
	"#sort=x", "#depth=1", "#above=x"}

func checkRoundTrip(t interface{ Fatalf(string, ...any) }, s string) {
	q, err := Parse(s, now)
	if err != nil {
		return
	}
	back, err := Parse(q.String(), now)
	if err != nil || !reflect.DeepEqual(back, q) {
		t.Fatalf("%q is %#v, written %q, read back as %#v, %v", s, q.Expr, q.String(), back, err)
	}
}

func TestStringRoundTrip(t *testing.T) {
	for _, s := range pieces {
		checkRoundTrip(t, s)
	}
	rapid.Check(t, func(t *rapid.T) {
		checkRoundTrip(t, strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 1, 9).Draw(t, "pieces"), " "))
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range pieces {
		f.Add(s)
	}
	f.Add(`not (+a or -b) due:<"fri 17:00" k:>=3 "x \" y"`)
	f.Fuzz(func(t *testing.T, s string) { checkRoundTrip(t, s) })
}
