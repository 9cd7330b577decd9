package screen

import (
	"time"

	"arbor/model"
	"arbor/model/field"
	"arbor/timeseries"
	"arbor/ui/command"
	"arbor/ui/grid"

	tea "github.com/charmbracelet/bubbletea"
)

// Screen is a view of the tree that fills the window between the header and the footer.
type Screen interface {
	// Update takes a message and returns the screen after it. It does no I/O and reads no clock.
	Update(tea.Msg) (Screen, tea.Cmd)
	// View draws the screen. It changes nothing.
	View(grid.Surface)
	// Keys returns the commands to show in the footer now, the most useful first.
	Keys() []command.ID
	// CapturesText reports whether a text is being typed, so that letters are no commands.
	CapturesText() bool
	// Place returns where the person is.
	Place() Place
}

// MaxHit bounds the hits of screens; those above belong to the frame.
const MaxHit grid.Hit = 1 << 24

// Place is where the person is and what the next command would be about. It goes from screen to screen when the view changes.
type Place struct {
	Root   model.ID   // the top of what is shown
	Cursor model.ID   // the node under the cursor
	On     bool       // there is one
	Marks  []model.ID // marked nodes, in the order in which they were marked
	Crumbs []Crumb    // from the tree's top to Root
	Note   string     // a few words for the right of the status line, such as a position
	Facts  command.Facts
	Hints  []Hint // while a text is typed: what the footer says in place of commands
	// Series is what a plot shows, Beside what lies beside it, and Sample what it points at, if anything.
	Series *model.Node
	Beside []model.ID
	Sample *Sample
	// Settling says that an answer is awaited which may move the cursor. Keys wait for it, so that what they mean does not depend on time.
	Settling bool
}

// Sample is a sample that is pointed at. Want is the time that was pointed at, to which it is the nearest. There are N of that time.
type Sample struct {
	T, Want int64
	V       float64
	N       int64
}

// Hint is a key and what it does, for the footer.
type Hint struct{ Key, Label string }

// Targets returns the nodes that a command is about: the marked ones, else the one under the cursor.
func (p Place) Targets() []model.ID {
	switch {
	case len(p.Marks) > 0:
		return p.Marks
	case p.On:
		return []model.ID{p.Cursor}
	}
	return nil
}

// Crumb is one step of the way to what is shown.
type Crumb struct {
	ID   model.ID
	Text string
}

// Env is what a screen's commands work with. It is never changed.
type Env struct {
	Tree   *model.Tree
	Book   *timeseries.Book
	Now    func() time.Time // in the person's zone; called in commands, never in Update or View
	Fields *field.Set       // the keys and states that the person declared
	// Weights say what makes a task urgent.
	Weights model.Weights
	Review  Review
	Context Context         // the one that holds when the screens are made
	Offers  []Offer         // what an empty tree offers besides typing
	Keys    *command.Keymap // for the names of keys in hints
}

// States returns the names of the person's own states, which queries know.
func (e Env) States() []string {
	var names []string
	for _, s := range e.Fields.States() {
		names = append(names, s.Name)
	}
	return names
}

// Review says what a review brings up.
type Review struct {
	Stale time.Duration // what was not changed for so long
	Day   string        // the weekday on which a week of reviews begins
}

// Offer is a way to begin with an empty tree.
type Offer struct {
	Name, Title string
	Run         func() error // in a command
}

// Resize tells a screen the size of its surface.
type Resize struct{ W, H int }

// Enter tells a screen that it has the focus now.
type Enter struct{ Place Place }

// Leave tells a screen that it has lost the focus.
type Leave struct{}

// Goto asks the screen with the focus to put its cursor on a node.
type Goto struct{ ID model.ID }

// Changed tells that nodes were changed, by whomever. No IDs means that any may have been. Own says that the person at the screen did it: the
// screen settles, so that the next key finds what the last one left.
type Changed struct {
	IDs []model.ID
	Own bool
}

// Clock tells the time, when it matters that it has passed.
type Clock struct{ Now time.Time }

// Clear asks the screen to let go of its marks, after they were used.
type Clear struct{}

// Mouse is what the mouse did on a screen. X and Y count from the screen's corner.
type Mouse struct {
	X, Y     int
	Hit      grid.Hit
	Kind     MouseKind
	Double   bool // the second press at the same cell within 400 ms
	Right    bool
	Shift    bool
	Ctrl     bool
	WheelUp  bool // of Wheel: up, or left where it is Sideways
	Sideways bool
}

// MouseKind says what the mouse did.
type MouseKind uint8

// The kinds.
const (
	Press MouseKind = iota
	Drag
	Release
	Wheel
)

// Echo is a line for the person, shown until the next key.
type Echo struct {
	Text string
	Bad  bool
}

// Open asks the frame for another view.
type Open struct{ View command.ID }

// Return asks the frame for the view from which one came to a list.
type Return struct{}

// Do asks the frame to run a command as if its key had been pressed.
type Do struct{ ID command.ID }

// Did says what an action did: the frame shows Text and, if there is one, goes to a node.
type Did struct {
	Text string
	Err  error
	Goto *model.ID
	// Near says that a list stays where it is if it does not show the node of Goto.
	Near bool
	// Marks are used up: the screens let go of them.
	Clear bool
}

// Say returns a command that says msg.
func Say(msg tea.Msg) tea.Cmd { return func() tea.Msg { return msg } }
