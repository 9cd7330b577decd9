package inline

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"arbor/model/date"
	"arbor/model/field"
)

// Field is a key and its value; an empty value takes the field away.
type Field struct{ Key, Value string }

// Line is what one line says. What it does not say is nil or empty.
type Line struct {
	Text       string
	Tags       []string // sorted, each once
	RemoveTags []string // sorted, each once
	Fields     []Field  // sorted by key, each once: prio, est, when, rec and the declared ones, in the form in which they are kept
	Depends    []string // references of what has to be done before, as typed; empty but not nil: of nothing any more
	// Due and the others point to a zero Date where the line takes the date away.
	Due, Sched, Wait, Until *date.Date
	State                   string // none, todo, doing, waiting, done, cancelled
	StateName               string // the person's own name for that state, "" if it has none
	Under, After            string // references as typed
	Understood              []string
}

// Env is what a line is read with.
type Env struct {
	Now    time.Time
	Fields *field.Set // the keys that are known, and the person's own states; nil for ours alone
	// Change reads a list of changes rather than a node: -tag takes a tag away and key: without a value a date or field.
	Change bool
	// Live is the text that the node has, if a node is edited: the #tags in it stay in the text.
	Live string
}

// Error says which word of a line was not understood.
type Error struct {
	Word string
	Err  error
}

func (e *Error) Error() string {
	w := e.Word
	if r := []rune(w); len(r) > 40 {
		w = string(r[:40]) + "…"
	}
	return fmt.Sprintf("%s: %v (to keep it as text write \\%s)", w, e.Err, w)
}

// Unwrap returns what is wrong with the word.
func (e *Error) Unwrap() error { return e.Err }

// Keys are the keys that are always known.
var Keys = []string{"after", "depends", "due", "est", "prio", "query", "rec", "sched", "state", "under", "until", "wait", "warn", "when", "zone"}

func (env Env) known(key string) bool {
	_, declared := env.Fields.Lookup(key)
	return declared || slices.Contains(Keys, key)
}

// clears reports whether none, as the value of a key, takes it away: of a text it is a text.
func (env Env) clears(key string) bool {
	d, _ := env.Fields.Lookup(key)
	return slices.Contains(Keys, key) || d.Kind != field.Text
}

// dateKeys are the keys of the dates that a line keeps.
var dateKeys = []string{"due", "sched", "wait", "until"}

// date returns where a line keeps the date of key, or nil.
func (l *Line) date(key string) **date.Date {
	switch key {
	case "due":
		return &l.Due
	case "sched":
		return &l.Sched
	case "wait":
		return &l.Wait
	case "until":
		return &l.Until
	}
	return nil
}

// ref returns where a line keeps the reference of key, or nil.
func (l *Line) ref(key string) *string {
	switch key {
	case "under":
		return &l.Under
	case "after":
		return &l.After
	}
	return nil
}

// Field returns the value of key, and whether the line says anything about it.
func (l *Line) Field(key string) (string, bool) {
	i, ok := slices.BinarySearchFunc(l.Fields, key, func(f Field, k string) int { return compare(f.Key, k) })
	if !ok {
		return "", false
	}
	return l.Fields[i].Value, true
}

// Priority reads the value of prio: a number that is not negative, or H, M, L for 6, 4, 2.
func Priority(s string) (float64, error) {
	switch s {
	case "H", "h", "high":
		return 6, nil
	case "M", "m", "medium":
		return 4, nil
	case "L", "l", "low":
		return 2, nil
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || !(n >= 0 && n <= MaxPriority) {
		return 0, fmt.Errorf("%s is no priority; write H, M, L or a number from 0 to %g", strconv.Quote(s), float64(MaxPriority))
	}
	return n, nil
}

// MaxPriority bounds the weight that a node may have in a draw.
const MaxPriority = 1e9

// Diff returns the changes that make a node of line old into one of line new: what new leaves out is taken away.
func Diff(old, new Line) Line {
	d := Line{Text: new.Text, State: new.State, StateName: new.StateName, Depends: new.Depends, Under: new.Under, After: new.After, Understood: new.Understood}
	if new.State == "" && old.State != "" {
		d.State = "none"
	}
	for _, t := range new.Tags {
		if !slices.Contains(old.Tags, t) {
			d.Tags = append(d.Tags, t)
		}
	}
	for _, t := range old.Tags {
		if !slices.Contains(new.Tags, t) {
			d.RemoveTags = append(d.RemoveTags, t)
		}
	}
	for _, f := range new.Fields {
		if v, ok := old.Field(f.Key); !ok || v != f.Value {
			d.Fields = append(d.Fields, f)
		}
	}
	for _, f := range old.Fields {
		if _, ok := new.Field(f.Key); !ok {
			d.Fields = append(d.Fields, Field{Key: f.Key})
		}
	}
	sortFields(d.Fields)
	for _, key := range dateKeys {
		was, is := *old.date(key), *new.date(key)
		switch {
		case is == nil && was != nil && !was.IsZero():
			*d.date(key) = &date.Date{}
		case is != nil && (was == nil || !was.Equal(*is)):
			*d.date(key) = is
		}
	}
	return d
}
