package tui

import (
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"arbor/model"
	"arbor/model/inline"
	"arbor/store"
	"arbor/ui/screen"
	"arbor/ui/term"

	tea "github.com/charmbracelet/bubbletea"
)

// noon is when all tests happen: a Wednesday.
var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// driver runs the frame without a terminal: messages go in, commands are run at once, or in a random order, and their messages go in again.
type driver struct {
	tb   testing.TB
	m    Model
	tree *model.Tree
	rand *rand.Rand // nil: answers come at once
	wait []tea.Cmd  // commands whose answers are late
	quit bool
	deep int
}

type fatal interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

// newTree returns an empty tree in memory whose ids and times are always the same.
func newTree(tb fatal) *model.Tree {
	tb.Helper()
	tree, _ := newTreeIn(tb)
	return tree
}

func newTreeIn(tb fatal) (*model.Tree, *store.DB) {
	tb.Helper()
	db, err := store.Open("", store.Options{Memory: true})
	if err != nil {
		tb.Fatal(err)
	}
	tree, err := model.Open(db, model.Options{Session: "test", Now: func() time.Time { return noon }, Rand: sameBytes(1), Location: time.UTC,
		Machine: "test"})
	if err != nil {
		tb.Fatal(err)
	}
	return tree, db
}

// sameBytes is a source of bytes that looks random and is the same every time.
func sameBytes(seed uint64) io.Reader { return &bytesFrom{rand.New(rand.NewPCG(seed, 1))} }

type bytesFrom struct{ r *rand.Rand }

func (b *bytesFrom) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(b.r.Uint32())
	}
	return len(p), nil
}

// plant makes the nodes that indented lines of the inline grammar say.
func plant(tb fatal, tree *model.Tree, text string) {
	tb.Helper()
	_, err := tree.Do("plant", func(e *model.Edit) error {
		stack := []model.ID{model.Root}
		for l := range strings.Lines(strings.Trim(text, "\n")) {
			l = strings.TrimRight(l, "\n")
			d := len(l) - len(strings.TrimLeft(l, "\t"))
			stack = stack[:d+1]
			p, err := inline.Parse(strings.TrimSpace(l), inline.Env{Now: noon})
			if err != nil {
				return err
			}
			id, err := e.Create(stack[d], model.Last, p.Text)
			if err == nil {
				err = e.Apply(id, p)
			}
			if err != nil {
				return err
			}
			stack = append(stack, id)
		}
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
}

// dump writes the tree as plant reads it.
func dump(tb fatal, tree *model.Tree) string {
	tb.Helper()
	var b strings.Builder
	var walk func(v *model.View, id model.ID, depth int) error
	walk = func(v *model.View, id model.ID, depth int) error {
		for c, err := range v.Children(id) {
			if err != nil {
				return err
			}
			n, err := v.Node(c.ID)
			if err != nil {
				return err
			}
			fmt.Fprintf(&b, "%s%s\n", strings.Repeat("\t", depth), inline.Format(model.LineOf(&n), inline.Env{Now: noon, Live: n.Text}))
			if err := walk(v, c.ID, depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	if err := tree.View(func(v *model.View) error { return walk(v, model.Root, 0) }); err != nil {
		tb.Fatal(err)
	}
	return b.String()
}

const sample = `
Trip to Lisbon +travel due:"6 mar"
	Book the train state:done
	Find a flat near Alfama +phone due:tomorrow prio:H
		Ask Inês
		Compare three offers state:doing
	Pack state:todo
		Camera, charger, adapter
		Rain jacket
	Tram 28 before nine #view
Kitchen +home
	Paint the walls due:"in 3 weeks" state:todo
	Fix the tap due:2026-03-02 state:todo prio:M
	Measure the shelf state:waiting
Reading
	The Left Hand of Darkness state:done
	Middlemarch, again state:doing
	https://example.org/essays/on-trees
日本語のテキスト and emoji 👩‍👩‍👧 mixed with text that is long enough to be cut at the right edge of most terminals there are
Done this week #plot=done #tagged=travel #since=7d #n=7
Garden +home +spring
	Sow beans due:2027-03-20
	Order seeds state:cancelled
`

// start returns a driver with a window of w×h.
func start(tb testing.TB, tree *model.Tree, w, h int, set ...func(*Options)) *driver {
	opt := &Options{Tree: tree, Now: func() time.Time { return noon }, Getenv: func(string) string { return "" }, Out: io.Discard,
		Review: screen.Review{Stale: 30 * 24 * time.Hour, Day: "sun"}}
	opt.Offers = []screen.Offer{
		{Name: "Take the tour", Title: "ten minutes, in a tree of its own", Run: func() error { return nil }},
		{Name: "Look at a sample", Title: "one small life, deleted in one step", Run: func() error { plant(tb, tree, sample); return nil }},
	}
	for _, f := range set {
		f(opt)
	}
	d := &driver{tb: tb, m: newModel(opt), tree: tree}
	d.m.tick = func(time.Duration, func(time.Time) tea.Msg) tea.Cmd { return nil }
	d.send(tea.WindowSizeMsg{Width: w, Height: h})
	d.run(d.m.Init())
	d.settle()
	return d
}

// send gives a message to the frame and runs what it returns.
func (d *driver) send(msg tea.Msg) {
	if d.deep++; d.deep > 500 {
		d.tb.Fatalf("answers without end; the last is %T %+v", msg, msg)
	}
	defer func() { d.deep-- }()
	m, cmd := d.m.Update(msg)
	d.m = m.(Model)
	d.run(cmd)
}

func (d *driver) run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	if d.rand != nil {
		d.wait = append(d.wait, cmd)
		return
	}
	d.answer(cmd)
}

func (d *driver) answer(cmd tea.Cmd) {
	switch msg := cmd().(type) {
	case nil:
	case tea.BatchMsg:
		for _, c := range msg {
			d.run(c)
		}
	case tea.QuitMsg:
		d.quit = true
	default:
		if fmt.Sprintf("%T", msg) == "tea.execMsg" { // the editor and the shell: they come back at once, having done nothing
			msg = resumed{did: &screen.Did{}}
		}
		d.send(msg)
	}
}

// later lets some of the late answers come.
func (d *driver) later() {
	for len(d.wait) > 0 && d.rand.IntN(3) > 0 {
		d.one()
		if d.rand.IntN(4) == 0 { // the watch tells of a change when it comes to it
			d.send(screen.Changed{})
		}
	}
}

func (d *driver) one() {
	i := d.rand.IntN(len(d.wait))
	cmd := d.wait[i]
	d.wait = append(d.wait[:i], d.wait[i+1:]...)
	d.answer(cmd)
}

// settle lets all answers come.
func (d *driver) settle() {
	for n := 0; len(d.wait) > 0; n++ {
		if n > 20000 {
			d.tb.Fatalf("answers without end")
		}
		d.one()
	}
}

var keyNames = map[string]tea.KeyMsg{
	"enter": {Type: tea.KeyEnter}, "tab": {Type: tea.KeyTab}, "s-tab": {Type: tea.KeyShiftTab}, "esc": {Type: tea.KeyEsc}, "up": {Type: tea.KeyUp},
	"down": {Type: tea.KeyDown}, "left": {Type: tea.KeyLeft}, "right": {Type: tea.KeyRight}, "home": {Type: tea.KeyHome}, "end": {Type: tea.KeyEnd},
	"pgup": {Type: tea.KeyPgUp}, "pgdown": {Type: tea.KeyPgDown}, "del": {Type: tea.KeyDelete}, "bs": {Type: tea.KeyBackspace},
	"c-c": {Type: tea.KeyCtrlC}, "c-p": {Type: tea.KeyCtrlP}, "c-w": {Type: tea.KeyCtrlW}, "c-r": {Type: tea.KeyCtrlR}, "f1": {Type: tea.KeyF1},
	"a-up": {Type: tea.KeyUp, Alt: true}, "a-down": {Type: tea.KeyDown, Alt: true}, "a-left": {Type: tea.KeyLeft, Alt: true},
	"a-right": {Type: tea.KeyRight, Alt: true}, "a-enter": {Type: tea.KeyEnter, Alt: true}, "space": {Type: tea.KeySpace, Runes: []rune{' '}},
	"a-j": {Type: tea.KeyRunes, Runes: []rune{'j'}, Alt: true}, "a-b": {Type: tea.KeyRunes, Runes: []rune{'b'}, Alt: true},
	"paste": {Type: tea.KeyRunes, Paste: true, Runes: []rune("- [ ] one\n  - [x] two\n- three +tag")},
	"rub":   {Type: tea.KeyRunes, Paste: true, Runes: []rune("q\x1b[31mq\tq")},
}

// keys reads a script: names in < >, all else is typed.
func keys(script string) []tea.KeyMsg {
	var out []tea.KeyMsg
	for script != "" {
		if script[0] == '<' {
			if name, rest, ok := strings.Cut(script[1:], ">"); ok {
				if k, ok := keyNames[name]; ok {
					out = append(out, k)
					script = rest
					continue
				}
			}
		}
		r, n := utf8.DecodeRuneInString(script)
		k := tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}}
		if r == ' ' {
			k = keyNames["space"]
		}
		out = append(out, k)
		script = script[n:]
	}
	return out
}

func (d *driver) press(script string) *driver {
	for _, k := range keys(script) {
		d.send(k)
		if d.rand != nil {
			d.later()
		}
	}
	return d
}

func (d *driver) click(x, y int, button tea.MouseButton, action tea.MouseAction) {
	d.send(term.Mouse{MouseEvent: tea.MouseEvent{X: x, Y: y, Button: button, Action: action}, At: noon})
}

// picture returns what is on the screen as text.
func (d *driver) picture() string { return d.m.draw().Plain() }
