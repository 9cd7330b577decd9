package command

import "sort"

// preset is a set of keys as data: only what differs from the keys in the table.
type preset struct {
	typing bool
	keys   map[ID][]string
}

// Presets returns the names of the sets of keys.
func Presets() []string {
	var names []string
	for n := range presets {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

var presets = map[string]preset{
	"default": {},
	"vim": {keys: map[ID][]string{
		AddSibling: {"o", "enter"}, AddChild: {"tab"}, Edit: {"i", "A"}, Delete: {"d d", "delete"}, DueDate: {"D"}, Indent: {"> >", "alt+right"},
		Outdent: {"< <", "alt+left"}, First: {"g g", "home"}, PageDown: {"ctrl+f", "pgdown", "ctrl+d"}, PageUp: {"ctrl+b", "pgup", "ctrl+u"},
		Fold: {"z a"}, GoIn: {"g d", "]"}, GoOut: {"ctrl+o", "[", "backspace"}, Redo: {"ctrl+r", "U"}, State: {"s"}, Follow: {"g f"}, Depend: {"g D"},
	}},
	"emacs": {keys: map[ID][]string{
		Up: {"ctrl+p", "up"}, Down: {"ctrl+n", "down"}, Left: {"ctrl+b", "left"}, Right: {"ctrl+f", "right"}, PageDown: {"ctrl+v", "pgdown"},
		PageUp: {"alt+v", "pgup"}, First: {"alt+<", "home"}, Last: {"alt+>", "end"}, FindWords: {"ctrl+s", "/"}, FindPrev: {"ctrl+r", "N"},
		Undo: {"ctrl+_", "u"}, Redo: {"U"}, Delete: {"ctrl+d", "delete", "x"}, Palette: {"alt+x", ":"}, Cancel: {"ctrl+g", "ctrl+c"},
		Edit: {"ctrl+e", "i", "f2"}, Mark: {"ctrl+@", "m"}, Quit: {"ctrl+x ctrl+c", "q"},
	}},
	"void": {typing: true, keys: map[ID][]string{
		AddSibling: {"enter"}, AddChild: {"tab"}, AddAbove: nil, Edit: {"f2"}, Note: {"ctrl+k"}, DueDate: {"alt+d"}, Tags: {"alt+t"},
		Priority: {"alt+w"}, Done: {"ctrl+a"}, State: {"alt+s"}, Delete: {"delete"}, Undo: {"ctrl+z"}, Redo: {"alt+z"}, Indent: {"alt+right"},
		Outdent: {"alt+left"}, MoveUp: {"ctrl+g", "alt+up"}, MoveDown: {"ctrl+d", "alt+down"}, Mark: {"ctrl+y"}, Gather: {"alt+y"},
		Arrow: {"ctrl+r"}, Follow: {"alt+f"}, Up: {"up"}, Down: {"down"}, Left: {"left"}, Right: {"right"}, PageUp: {"pgup"}, PageDown: {"pgdown"},
		First: {"home"}, Last: {"end"}, Parent: {"alt+P"}, GoIn: {"ctrl+w"}, GoOut: {"ctrl+q"}, Fold: {"ctrl+t"}, FindWords: {"ctrl+u", "ctrl+f"},
		FindNext: {"alt+n"}, FindPrev: {"alt+p"}, Draw: {"ctrl+v"}, Capture: {"alt+a"}, Today: {"alt+j"}, HideDone: {"ctrl+h"}, ViewOutline: {"alt+1"},
		ViewMap: {"alt+2"}, ViewPlot: {"alt+6"}, ViewAgenda: {"alt+3"}, ViewNext: {"alt+7"}, ViewQuery: {"alt+8"}, ViewReview: {"alt+9"}, Depend: {"alt+D"}, ViewTime: {"alt+I"}, Pause: {"alt+F"}, ViewTrash: {"alt+Z"}, ViewHistory: {"alt+V"}, ViewLinks: {"alt+Y"}, Ask: {"alt+q"}, Help: {"f1", "ctrl+_"}, Palette: {"ctrl+e", "ctrl+p"}, Back: {"esc"}, Cancel: {"ctrl+c"},
		Redraw: {"ctrl+l"}, Mouse: {"alt+m"}, Suspend: {"alt+ctrl+z"}, Quit: {"ctrl+x"}, SchedDate: {"alt+S"}, WaitDate: {"alt+W"}, Repeat: {"alt+R"},
		Skip: {"alt+X"}, StartTime: {"alt+b"}, Pomodoro: {"alt+o"}, Context: {"alt+c"}, StopTime: {"alt+B"}, FoldSaved: {"alt+0"}, FoldLevel(1): nil, FoldLevel(2): nil,
		FoldLevel(3): nil, FoldLevel(4): nil, FoldLevel(5): nil, FoldLevel(6): nil, FoldLevel(7): nil, FoldLevel(8): nil, FoldLevel(9): nil,
	}},
}
