package command

import (
	"fmt"
	"slices"
	"sort"
	"strings"
)

// Keymap says which keys mean which command. It is immutable.
type Keymap struct {
	Preset string
	Typing bool // a printable key that means no command begins an edit, as in void
	keys   map[ID][]string
	byKey  map[string][]ID
}

// New returns the keys of a preset, changed by the person's own: a command's name to its keys, none to unbind it. What is wrong in them is
// returned, a line each, and left out, so that the interface starts.
func New(preset string, own map[string][]string) (*Keymap, []error) {
	var errs []error
	p, ok := presets[preset]
	if !ok {
		if preset != "" {
			errs = append(errs, fmt.Errorf("keys: no preset %q; there are %s", preset, strings.Join(Presets(), ", ")))
		}
		preset, p = "default", presets["default"]
	}
	m := &Keymap{Preset: preset, Typing: p.typing, keys: map[ID][]string{}, byKey: map[string][]ID{}}
	for _, c := range table {
		keys, ok := p.keys[c.ID]
		if !ok {
			keys = c.Keys
		}
		m.keys[c.ID] = keys
	}
	names := make([]string, 0, len(own))
	for name := range own {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		c, ok := Find(ID(name))
		if !ok {
			errs = append(errs, fmt.Errorf("keys: no command %q", name))
			continue
		}
		keys, err := parseKeys(own[name])
		if err == nil {
			err = m.free(c, keys, own)
		}
		if err != nil {
			errs = append(errs, err)
			continue
		}
		m.keys[c.ID] = keys
	}
	for _, c := range table {
		for _, k := range m.keys[c.ID] {
			m.byKey[k] = append(m.byKey[k], c.ID)
		}
	}
	return m, errs
}

// free takes keys away from the commands of the preset that have them where c works; keys that the person gave to another command are a conflict.
func (m *Keymap) free(c Command, keys []string, own map[string][]string) error {
	for _, other := range table {
		if other.ID == c.ID || !overlap(c.Focus, other.Focus) {
			continue
		}
		for _, k := range keys {
			clash := func(o string) bool { return clashes(k, o) }
			if !slices.ContainsFunc(m.keys[other.ID], clash) {
				continue
			}
			if _, theirs := own[string(other.ID)]; theirs {
				return fmt.Errorf("keys: %q is given to both %s and %s", k, other.ID, c.ID)
			}
			m.keys[other.ID] = slices.DeleteFunc(slices.Clone(m.keys[other.ID]), clash)
		}
	}
	return nil
}

// clashes tells whether two bindings are equal or one begins the other.
func clashes(a, b string) bool {
	return a == b || strings.HasPrefix(a, b+" ") || strings.HasPrefix(b, a+" ")
}

func overlap(a, b Focus) bool { return a&b != 0 || a&Frame != 0 || b&Frame != 0 }

func parseKeys(keys []string) ([]string, error) {
	out := make([]string, 0, len(keys))
	for _, k := range keys {
		k = strings.Join(strings.Fields(k), " ")
		if k == "" {
			return nil, fmt.Errorf("keys: an empty key")
		}
		for _, part := range strings.Split(k, " ") {
			if !validKey(part) {
				return nil, fmt.Errorf("keys: %q is not a key; write x, X, ctrl+x, alt+x, enter, tab, space, up, pgdown, f1, or a sequence like \"z 1\"", part)
			}
		}
		out = append(out, k)
	}
	return out, nil
}

func validKey(k string) bool {
	base := k
	for _, mod := range []string{"alt+", "ctrl+", "shift+"} {
		if rest, ok := strings.CutPrefix(base, mod); ok && rest != "" {
			base = rest
		}
	}
	return len([]rune(base)) == 1 || slices.Contains(named, base)
}

var named = []string{"enter", "tab", "space", "esc", "up", "down", "left", "right", "home", "end", "pgup", "pgdown", "delete", "backspace", "insert",
	"f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9", "f10", "f11", "f12"}

// Lookup returns the command that the keys typed so far mean in focus. more tells that they begin a sequence.
func (m *Keymap) Lookup(focus Focus, typed []string) (id ID, more bool) {
	seq := strings.Join(typed, " ")
	for _, id := range m.byKey[seq] {
		if works(id, focus) {
			return id, false
		}
	}
	return "", len(m.After(focus, typed)) > 0
}

// After returns the commands whose sequence begins with the keys typed, in the order of the table, for the box that shows them.
func (m *Keymap) After(focus Focus, typed []string) []ID {
	seq := strings.Join(typed, " ") + " "
	var ids []ID
	for _, c := range table {
		if slices.ContainsFunc(m.keys[c.ID], func(k string) bool { return strings.HasPrefix(k, seq) }) && works(c.ID, focus) {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

func works(id ID, focus Focus) bool {
	c, _ := Find(id)
	return c.Focus&(focus|Frame) != 0
}

// Keys returns the keys of a command.
func (m *Keymap) Keys(id ID) []string { return m.keys[id] }

// Label returns the first key of a command as people read it, or "".
func (m *Keymap) Label(id ID) string {
	if k := m.keys[id]; len(k) > 0 {
		return KeyLabel(k[0])
	}
	return ""
}

// Labels returns all keys of a command as people read them.
func (m *Keymap) Labels(id ID) string {
	var s []string
	for _, k := range m.keys[id] {
		s = append(s, KeyLabel(k))
	}
	return strings.Join(s, " ")
}
