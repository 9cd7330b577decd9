package tui

import (
	"io"
	"maps"
	"time"

	"arbor/model"
	"arbor/model/field"
	"arbor/timeseries"
	"arbor/ui/command"
	"arbor/ui/overlay"
	"arbor/ui/screen"
	"arbor/ui/term"
	"arbor/ui/theme"

	tea "github.com/charmbracelet/bubbletea"
)

// Options are what the interface works with. Tree is required.
type Options struct {
	Tree *model.Tree
	Book *timeseries.Book // nil: no series are drawn

	Theme  string              // see theme.Names
	Preset string              // see command.Presets
	Keys   map[string][]string // the person's own keys
	Fields *field.Set          // the keys and states that the person declared
	ASCII  bool

	Urgency map[string]float64 // weights beside the usual ones, see model.DefaultWeights

	Review screen.Review

	Parallel bool // several nodes may be worked on at once
	Pomodoro model.Pomodoro

	Contexts   []screen.Context
	Context    string                  // the name of the one that holds; empty for none
	SetContext func(name string) error // keeps a choice for the command line; nil keeps none
	Holds      func() (string, error)  // the name of the context that holds for the command line now; nil asks nobody

	Bell, Notify bool // have the terminal ring, and the desktop show, what is to be said

	Out io.Writer // the terminal, beside the pictures; nil is os.Stdout

	Now    func() time.Time    // in the person's zone; nil is time.Now
	Getenv func(string) string // nil is os.Getenv
	Offers []screen.Offer      // what an empty tree offers besides typing
	Notice string              // a line to begin with, such as what was recovered

	// Suspend and Resume are called before the process stops for the shell and after it goes on, so that the store can be given up meanwhile.
	Suspend, Resume func() error
	CrashDir        string // where the details of a crash are written
}

// Model is the frame. It is a value; what it points to is never changed.
type Model struct {
	env     screen.Env
	opt     *Options
	keys    *command.Keymap
	theme   *theme.Theme
	look    theme.Options
	signals *term.Signals

	w, h    int
	views   []view
	screens []screen.Screen
	focus   int
	base    int // the view before the lists
	from    int // the view before the one with the focus

	list    *overlay.List
	prompt  *prompt
	typed   []string // the keys of an unfinished sequence
	typedAt int      // counts sequences, so that a late box is not shown
	which   bool     // the box of what may follow is shown

	queue    []tea.KeyMsg // keys that wait for an answer
	inflight int          // actions of the frame that are not answered

	echo      screen.Echo
	arrowFrom model.ID
	arrow     bool
	found     found
	week      week
	timer     timer
	reminders reminders
	contexts  bool // the list is that of contexts
	now       time.Time
	mouseOff  bool
	press     term.Mouse // the last press, for the double click
	down      bool       // a button is held
	fatal     *term.CrashError

	tick func(time.Duration, func(time.Time) tea.Msg) tea.Cmd // tea.Tick, but for tests, which do not wait
}

// newModel returns the frame before its first message.
func newModel(opt *Options) Model {
	keys, errs := command.New(opt.Preset, opt.Keys)
	m := Model{opt: opt, keys: keys, views: views(), now: opt.Now(), tick: tea.Tick}
	m.env = screen.Env{Tree: opt.Tree, Book: opt.Book, Now: opt.Now, Fields: opt.Fields, Offers: opt.Offers, Keys: keys, Weights: model.DefaultWeights(), Review: opt.Review}
	maps.Copy(m.env.Weights, opt.Urgency)
	profile, ascii := theme.Detect(opt.Getenv)
	m.look = theme.Options{Name: opt.Theme, Profile: profile, ASCII: ascii || opt.ASCII}
	m.theme = theme.New(m.look)
	if c, ok := opt.context(opt.Context); ok {
		m.env.Context = c
	}
	for _, v := range m.views {
		m.screens = append(m.screens, v.new(m.env))
	}
	m.reminders = reminders{said: m.now, behind: true}
	m.echo = screen.Echo{Text: opt.Notice}
	if len(errs) > 0 {
		m.echo = screen.Echo{Text: errs[0].Error(), Bad: true}
	}
	return m
}

// Init implements tea.Model.
func (m Model) Init() tea.Cmd {
	return tea.Batch(screen.Say(started{}), m.weekCmd(), m.timerCmd(), m.midnight())
}

// started is the first message.
type started struct{}

// screen returns the screen with the focus.
func (m Model) screen() screen.Screen { return m.screens[m.focus] }

// place returns where the person is, with what the frame knows added.
func (m Model) place() screen.Place {
	p := m.screen().Place()
	p.Facts.Found = len(m.found.ids) > 0
	p.Facts.Arrow = m.arrow
	return p
}

// tell gives a message to one screen.
func (m Model) tell(i int, msg tea.Msg) (Model, tea.Cmd) {
	screens := append([]screen.Screen(nil), m.screens...)
	var cmd tea.Cmd
	screens[i], cmd = screens[i].Update(msg)
	m.screens = screens
	return m, cmd
}

// tellAll gives a message to every screen, once.
func (m Model) tellAll(msg tea.Msg) (Model, tea.Cmd) {
	var cmds []tea.Cmd
	for i := range m.screens {
		var cmd tea.Cmd
		m, cmd = m.tell(i, msg)
		cmds = append(cmds, cmd)
	}
	return m, tea.Batch(cmds...)
}
