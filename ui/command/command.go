package command

import "strings"

// ID names a command for ever: settings and the palette know it by this name.
type ID string

// Focus is a set of places where a command works.
type Focus uint16

// The places. Frame commands work in all of them unless a text is being typed.
const (
	Frame Focus = 1 << iota
	Outline
	Map
	Plot
	Agenda
	Next
	Query
	Time
	Review
	Trash
	History
	Links
	Tree  = Outline | Map                        // where one writes nodes
	Lists = Agenda | Next | Query | Time | Links // where nodes stand that have their place elsewhere
	Nodes = Tree | Lists                         // where nodes are under a cursor
	Aside = Lists | Review | Trash | History     // what one leaves for the view before
)

// Facts are what the availability of a command depends on, as the focused screen tells them.
type Facts struct {
	Node    bool // the cursor is on a node
	Marks   int  // nodes marked
	Drilled bool // the view shows a part of the tree
	Found   bool // a search is remembered
	Series  bool // the node has samples
	Arrow   bool // an arrow was begun
	Sample  bool // a plot points at a sample
	Habit   bool // the series has a target
	Derived bool // the series follows from the tree
}

// Command is one row of the table.
type Command struct {
	ID    ID
	Title string   // what it does, as a sentence without a stop
	Short string   // the same in one or two words, for the footer
	Group string   // the heading in the help
	Focus Focus    // where it works
	Keys  []string // in the default preset; the keys of a sequence are separated by spaces
	CLI   string   // the command line's verb for the same, if there is one
	When  func(Facts) string
}

// Why returns why the command cannot be run now, or "".
func (c Command) Why(f Facts) string {
	if c.When == nil {
		return ""
	}
	return c.When(f)
}

// Invoke is the message that runs a command. Text is what was typed or pasted, where that begins a line: of Edit in a preset that lets typing do
// so, of AddSibling after a paste.
type Invoke struct {
	ID   ID
	Text string
}

// Find returns the row of id.
func Find(id ID) (Command, bool) {
	for _, c := range table {
		if c.ID == id {
			return c, true
		}
	}
	return Command{}, false
}

// All returns the table in the order of the help. The caller does not change it.
func All() []Command { return table }

// In returns the commands that work in focus: its own first, then those of the frame.
func In(focus Focus) []Command {
	var own, frame []Command
	for _, c := range table {
		switch {
		case c.Focus&Frame != 0:
			frame = append(frame, c)
		case c.Focus&focus != 0:
			own = append(own, c)
		}
	}
	return append(own, frame...)
}

// KeyLabel returns how a key is written for people: "z 1" is z1, "pgdown" PgDn.
func KeyLabel(key string) string {
	parts := strings.Split(key, " ")
	for i, p := range parts {
		if s, ok := labels[p]; ok {
			parts[i] = s
		}
	}
	return strings.Join(parts, "")
}

var labels = map[string]string{
	"up": "↑", "down": "↓", "left": "←", "right": "→", "enter": "⏎", "tab": "Tab", "shift+tab": "⇧Tab", "space": "Space", "esc": "Esc",
	"pgup": "PgUp", "pgdown": "PgDn", "home": "Home", "end": "End", "delete": "Del", "backspace": "⌫", "alt+up": "Alt↑", "alt+down": "Alt↓",
	"alt+left": "Alt←", "alt+right": "Alt→", "shift+left": "⇧←", "shift+right": "⇧→", "shift+up": "⇧↑", "shift+down": "⇧↓", "alt+enter": "Alt⏎",
	"f1": "F1", "f2": "F2",
}
