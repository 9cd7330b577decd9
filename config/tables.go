package config

import "slices"

// Tables is what the tables of the settings file say, in the file's order. They have no flags and no variables: they are written once.
type Tables struct {
	Declared []Field            // [field.NAME]
	States   []State            // [states]
	Urgency  map[string]float64 // [urgency]: weights by name; a name may have dots, as in tag.work
	Contexts []Context          // [context.NAME]
	Review   Review             // [review]
	Track    Track              // [track]
	Remind   Remind             // [remind]
	Series   Series             // [series]
	Hooks    Hooks              // [hooks]
	Rules    []Rule             // [[rule]]
	Pager    string             // the program that long output goes through on a terminal; "" leaves it to the environment
	Confirm  bool               // ask before what is hard to see again, on a terminal
	Entries  []Entry            // all of them as text
}

// Place is where in the settings file something begins, from 1.
type Place struct{ Line, Column int }

// Field declares a key of a person's own.
type Field struct {
	Place
	Key, Type, Unit, Roll string
	Choices               []string
}

// State is a state of a person's own, and which of ours it is a kind of.
type State struct {
	Place
	Name, Class string
}

// Context is a view of the tree by a query, and what is added to a line that is captured in it.
type Context struct {
	Place
	Name, Query, Stamp string
}

// Review says what the weekly review brings up.
type Review struct {
	Stale string // a length of time: what was not changed for so long
	Day   string // the weekday on which a week of reviews begins
}

// Track says how time is taken.
type Track struct {
	Parallel bool   // several timers at once
	Idle     string // a length of time: what runs longer was forgotten
	Pomodoro string // lengths of work and of rest, with a slash between them
}

// Remind says how the terminal interface says what is due: by the terminal's bell, and by a notification of the desktop.
type Remind struct{ Bell, Notify bool }

// Series says where the days and the weeks of series begin, where a series says nothing else.
type Series struct {
	Starts string // a time of day
	Week   string // the first weekday
}

// Hooks says where the programs are that run beside changes, and how long one may take.
type Hooks struct{ Dir, Timeout string }

// Rule does what its lines say when something happens to a node that a query means.
type Rule struct {
	Place
	On, Match string
	Then      []string
}

// Entry is one line of a table as text: "field.cost.type" is "number".
type Entry struct {
	Name, Value string
	Bare        bool // a number, true or false: it stands without quotes
}

// defaultTables is what holds without a file.
func defaultTables() Tables {
	return Tables{Urgency: map[string]float64{}, Confirm: true, Review: Review{Stale: "30d", Day: "sun"},
		Track: Track{Idle: "2h", Pomodoro: "25min/5min"}, Remind: Remind{Bell: true, Notify: true}, Series: Series{Starts: "00:00", Week: "mon"}, Hooks: Hooks{Timeout: "5s"}}
}

// field returns the declaration of a key, a new one the first time.
func (t *Tables) field(key string, at Place) *Field {
	i := slices.IndexFunc(t.Declared, func(f Field) bool { return f.Key == key })
	if i < 0 {
		i = len(t.Declared)
		t.Declared = append(t.Declared, Field{Key: key, Place: at})
	}
	return &t.Declared[i]
}

// context returns the context of a name, a new one the first time.
func (t *Tables) context(name string, at Place) *Context {
	i := slices.IndexFunc(t.Contexts, func(c Context) bool { return c.Name == name })
	if i < 0 {
		i = len(t.Contexts)
		t.Contexts = append(t.Contexts, Context{Name: name, Place: at})
	}
	return &t.Contexts[i]
}

// rule returns the rule that is being read.
func (t *Tables) rule() *Rule { return &t.Rules[len(t.Rules)-1] }

// line is what may stand in a table. Of its name, * is any one word, ** all that is left.
type line struct {
	name string
	kind valueKind
	set  func(t *Tables, word string, v value)
}

// lines are all that may stand in the tables, and the settings that are data alone.
var lines = []line{
	{"field.*.type", text, func(t *Tables, w string, v value) { t.field(w, v.at).Type = v.text }},
	{"field.*.unit", text, func(t *Tables, w string, v value) { t.field(w, v.at).Unit = v.text }},
	{"field.*.roll", text, func(t *Tables, w string, v value) { t.field(w, v.at).Roll = v.text }},
	{"field.*.choices", list, func(t *Tables, w string, v value) { t.field(w, v.at).Choices = v.list }},
	{"states.*", text, func(t *Tables, w string, v value) { t.States = append(t.States, State{v.at, w, v.text}) }},
	{"urgency.**", number, func(t *Tables, w string, v value) { t.Urgency[w] = v.number }},
	{"context.*.query", text, func(t *Tables, w string, v value) { t.context(w, v.at).Query = v.text }},
	{"context.*.stamp", text, func(t *Tables, w string, v value) { t.context(w, v.at).Stamp = v.text }},
	{"review.stale", text, func(t *Tables, _ string, v value) { t.Review.Stale = v.text }},
	{"review.day", text, func(t *Tables, _ string, v value) { t.Review.Day = v.text }},
	{"track.parallel", yes, func(t *Tables, _ string, v value) { t.Track.Parallel = v.yes }},
	{"track.idle", text, func(t *Tables, _ string, v value) { t.Track.Idle = v.text }},
	{"track.pomodoro", text, func(t *Tables, _ string, v value) { t.Track.Pomodoro = v.text }},
	{"remind.bell", yes, func(t *Tables, _ string, v value) { t.Remind.Bell = v.yes }},
	{"remind.notify", yes, func(t *Tables, _ string, v value) { t.Remind.Notify = v.yes }},
	{"series.starts", text, func(t *Tables, _ string, v value) { t.Series.Starts = v.text }},
	{"series.week", text, func(t *Tables, _ string, v value) { t.Series.Week = v.text }},
	{"hooks.dir", text, func(t *Tables, _ string, v value) { t.Hooks.Dir = v.text }},
	{"hooks.timeout", text, func(t *Tables, _ string, v value) { t.Hooks.Timeout = v.text }},
	{"rule.on", text, func(t *Tables, _ string, v value) { t.rule().On = v.text }},
	{"rule.match", text, func(t *Tables, _ string, v value) { t.rule().Match = v.text }},
	{"rule.then", list, func(t *Tables, _ string, v value) { t.rule().Then = v.list }},
	{"pager", text, func(t *Tables, _ string, v value) { t.Pager = v.text }},
	{"confirm", yes, func(t *Tables, _ string, v value) { t.Confirm = v.yes }},
}
