package field

import (
	"fmt"
	"slices"
	"strings"
)

// Def is what is known of a key.
type Def struct {
	Key     string
	Kind    Kind
	Unit    string   // of a number, shown behind it
	Choices []string // of a choice, in their order
	Roll    Roll
	Builtin bool
	Help    string // what it is for; of those that are ours
}

// builtins are the keys of fields that are ours, and that people type.
var builtins = []Def{
	{Key: "depends", Builtin: true, Help: "ids of what has to be done before"},
	{Key: "est", Kind: Span, Roll: Sum, Builtin: true, Help: "how long it will take"},
	{Key: "prio", Kind: Number, Roll: Max, Builtin: true, Help: "H, M, L or a number"},
	{Key: "query", Builtin: true, Help: "a query whose results the node lists"},
	{Key: "rec", Builtin: true, Help: "how it repeats"},
	{Key: "warn", Kind: Span, Builtin: true, Help: "how long before it is due to warn"},
	{Key: "when", Builtin: true, Help: "when it takes place"},
	{Key: "zone", Builtin: true, Help: "the time zone of its times"},
}

// reserved are the words before a colon that stand for something else, and the fields that the program keeps for itself.
var reserved = []string{"after", "due", "finished", "created", "modified", "has", "is", "limit", "mirror", "name", "note", "pomodoro", "reset",
	"reviewed", "sched", "sort", "group", "state", "tag", "template", "text", "under", "until", "wait"}

// State is a name that a person gives to a kind of state that we know: review is doing, someday is waiting.
type State struct{ Name, Class string }

// Classes are the states that are ours, in their order. A state of a person's own is one of them but the first.
var Classes = []string{"none", "todo", "doing", "waiting", "done", "cancelled"}

// Set is all that is known of keys and states. It is never changed. The nil Set knows those that are ours.
type Set struct {
	defs   []Def // sorted by key
	states []State
}

// New returns the set of our keys, those of a person and their states. What cannot be is left out, and said in a *Error each.
func New(user []Def, states []State) (*Set, []error) {
	s := &Set{defs: slices.Clone(builtins)}
	var errs []error
	for i, d := range user {
		if err := d.check(); err != nil {
			errs = append(errs, &Error{Def: i, State: -1, Err: err})
			continue
		}
		d.Builtin, d.Choices = false, slices.Clone(d.Choices)
		if at, there := s.find(d.Key); there {
			s.defs[at] = d // declared twice, as in a list of keys and again with a type
		} else {
			s.defs = slices.Insert(s.defs, at, d)
		}
	}
	for i, st := range states {
		if err := st.check(); err != nil {
			errs = append(errs, &Error{Def: -1, State: i, Err: err})
			continue
		}
		if !slices.ContainsFunc(s.states, func(o State) bool { return o.Name == st.Name }) {
			s.states = append(s.states, st)
		}
	}
	return s, errs
}

// Error says what is wrong with one of the definitions given to New.
type Error struct {
	Def, State int // which one, -1 if it is none of that list
	Err        error
}

func (e *Error) Error() string { return e.Err.Error() }

// Unwrap returns what is wrong.
func (e *Error) Unwrap() error { return e.Err }

// name reports whether s may stand before a colon, or behind state:.
func name(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_-") == "" && s[0] != '-'
}

// maxChoices bounds the words of a choice.
const maxChoices = 100

func (d *Def) check() error {
	switch {
	case !name(d.Key):
		return fmt.Errorf("%q is no key of a field: lower-case letters, digits, _ and -", d.Key)
	case slices.ContainsFunc(builtins, func(b Def) bool { return b.Key == d.Key }) || slices.Contains(reserved, d.Key):
		return fmt.Errorf("field.%s: %s means something already; choose another key", d.Key, d.Key)
	case d.Kind == Choice && len(d.Choices) == 0:
		return fmt.Errorf("field.%s: a choice needs choices, such as choices = [\"low\", \"high\"]", d.Key)
	case d.Kind != Choice && len(d.Choices) > 0:
		return fmt.Errorf("field.%s: choices go with type = \"choice\", not with %s", d.Key, d.Kind)
	case len(d.Choices) > maxChoices:
		return fmt.Errorf("field.%s: %d choices, at most %d", d.Key, len(d.Choices), maxChoices)
	case d.Unit != "" && d.Kind != Number:
		return fmt.Errorf("field.%s: a unit goes with type = \"number\", not with %s", d.Key, d.Kind)
	case strings.ContainsAny(d.Unit, "0123456789.+-\"\\ \t\n") || len(d.Unit) > 16:
		return fmt.Errorf("field.%s: %q is no unit; a short word without digits, as in kg or €", d.Key, d.Unit)
	case d.Roll != NoRoll && d.Kind != Number && d.Kind != Span:
		return fmt.Errorf("field.%s: roll goes with numbers and spans, not with %s", d.Key, d.Kind)
	}
	for i, c := range d.Choices {
		if c == "" || c != strings.TrimSpace(c) || c == "none" {
			return fmt.Errorf("field.%s: %q is no choice", d.Key, c)
		}
		if slices.ContainsFunc(d.Choices[:i], func(o string) bool { return strings.EqualFold(o, c) }) {
			return fmt.Errorf("field.%s: the choice %q stands there twice", d.Key, c)
		}
	}
	return nil
}

func (s State) check() error {
	switch {
	case !name(s.Name):
		return fmt.Errorf("%q is no name of a state: lower-case letters, digits, _ and -", s.Name)
	case slices.Contains(Classes, s.Name) || s.Name == "canceled":
		return fmt.Errorf("states.%s: this state is there already; choose another name", s.Name)
	case !slices.Contains(Classes[1:], s.Class):
		return fmt.Errorf("states.%s: %q is no state to be; write one of %s", s.Name, s.Class, strings.Join(Classes[1:], ", "))
	}
	return nil
}

func (s *Set) all() []Def {
	if s == nil {
		return builtins
	}
	return s.defs
}

func (s *Set) find(key string) (int, bool) {
	return slices.BinarySearchFunc(s.all(), key, func(d Def, key string) int { return strings.Compare(d.Key, key) })
}

// Lookup returns what is known of a key.
func (s *Set) Lookup(key string) (Def, bool) {
	i, ok := s.find(key)
	if !ok {
		return Def{}, false
	}
	return s.all()[i], true
}

// All returns every key that is known, sorted.
func (s *Set) All() []Def { return slices.Clone(s.all()) }

// States returns the states of a person's own, in the order of the settings file.
func (s *Set) States() []State {
	if s == nil {
		return nil
	}
	return slices.Clone(s.states)
}

// Class returns which of our states a name stands for: itself, or what the person said. False if it is not known.
func (s *Set) Class(name string) (string, bool) {
	if slices.Contains(Classes, name) {
		return name, true
	}
	if s != nil {
		for _, st := range s.states {
			if st.Name == name {
				return st.Class, true
			}
		}
	}
	return "", false
}

// StateNames returns what may stand behind state:, ours first.
func (s *Set) StateNames() []string {
	names := slices.Clone(Classes)
	for _, st := range s.States() {
		names = append(names, st.Name)
	}
	return names
}
