package tui

import (
	"errors"
	"flag"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"arbor/model"
	"arbor/ui/screen"
	"arbor/ui/term"
	"arbor/ui/theme"

	tea "github.com/charmbracelet/bubbletea"
)

var (
	seedFlag = flag.Uint64("seed", 0, "the one stream to run")
	streams  = 2000
)

// alphabet are the keys of random streams; those that write come more often.
var alphabet = strings.Fields("j j k j <up> <down> <left> <right> <right> h l <pgup> <pgdown> g G <enter> <enter> <tab> <tab> <s-tab> O i a t d p s <space> " +
	"<space> x <del> u u U > < <a-up> <a-down> <a-left> <a-right> m m v r r f / n N w . z z 1 2 3 0 6 7 8 9 E D Q Z V I { F y } ] [ - ? : <f1> <c-p> <esc> <esc> <esc> <c-c> x y " +
	"ab +tag due:fri é 日 <bs> <c-w> <home> <end> <paste> <rub> e. <a-enter> T [[b]]")

// TestRandomStreams plays keys, mouse, resizes and changes by others, with late answers, and holds that nothing panics, that the picture has the
// size of the window, that the help opens from everywhere and Esc leads back, and that undoing everything gives the first tree again.
func TestRandomStreams(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir()) // the notes that are opened for an editor that is never run
	n := streams
	if testing.Short() {
		n = 200
	}
	if os.Getenv("ARBOR_SOAK") != "" {
		n *= 50
	}
	from := uint64(time.Now().UnixNano()) % 1e9
	if *seedFlag != 0 {
		from, n = *seedFlag, 1
	}
	for i := range uint64(n) {
		stream(t, from+i)
		if t.Failed() {
			return
		}
	}
}

func stream(t *testing.T, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 3))
	var played []string
	defer func() {
		if p := recover(); p != nil {
			t.Errorf("-seed %d: after %s: panic: %v", seed, strings.Join(played, " "), p)
			panic(p)
		}
	}()
	tree, db := newTreeIn(t)
	defer db.Close() // or thousands of stores stay in memory
	if r.IntN(3) > 0 {
		plant(t, tree, "a\n\tb +x\n\t\tc state:todo\n\td due:fri\ne #plot=done #tagged=x\nf\n\tg prio:3\n\t\th state:done\n")
	}
	if _, err := tree.Do("mirrors", func(e *model.Edit) error {
		var all []model.ID
		for c, err := range e.Children(model.Root) {
			if err != nil {
				return err
			}
			all = append(all, c.ID)
		}
		for range min(len(all), r.IntN(3)) { // of one another, and of what is above them
			if _, err := e.Mirror(all[r.IntN(len(all))], all[r.IntN(len(all))], model.First); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	d := start(t, tree, 10+r.IntN(70), 3+r.IntN(22))
	if r.IntN(2) == 0 {
		d.rand = r
	}
	others := false
	for range 5 + r.IntN(25) {
		switch k := r.IntN(20); k {
		case 0:
			w, h := r.IntN(100), r.IntN(30)
			played = append(played, "resize")
			d.send(tea.WindowSizeMsg{Width: w, Height: h})
		case 1, 2:
			played = append(played, "mouse")
			d.send(randomMouse(r, d))
		case 3:
			played = append(played, "other")
			others = true
			other(t, r, tree)
			d.send(screen.Changed{})
		default:
			key := alphabet[r.IntN(len(alphabet))]
			played = append(played, key)
			d.press(key)
		}
		if w, h := d.m.draw().Size(); w != d.m.w || h != d.m.h {
			t.Errorf("-seed %d: the picture is %d×%d in a window of %d×%d", seed, w, h, d.m.w, d.m.h)
		}
		if d.quit {
			if !slices.ContainsFunc(played, func(k string) bool { return slices.Contains([]string{"?", ":", "<f1>", "<c-p>", "mouse"}, k) }) {
				t.Errorf("-seed %d: it quit after %s", seed, strings.Join(played, " "))
			}
			return // chosen in the help, in the palette or by a click
		}
	}
	d.settle()
	d.rand = nil
	if d.m.settling() || len(d.m.queue) > 0 {
		t.Errorf("-seed %d: keys wait for ever after %s", seed, strings.Join(played, " "))
	}
	helpAndBack(t, d, seed, played)
	if !others && !strings.Contains(strings.Join(played, ""), "mouse") {
		undoAll(t, d, seed, played)
	}
}

func randomMouse(r *rand.Rand, d *driver) tea.Msg {
	buttons := []tea.MouseButton{tea.MouseButtonLeft, tea.MouseButtonLeft, tea.MouseButtonRight, tea.MouseButtonWheelUp, tea.MouseButtonWheelDown}
	actions := []tea.MouseAction{tea.MouseActionPress, tea.MouseActionPress, tea.MouseActionMotion, tea.MouseActionRelease}
	e := tea.MouseEvent{X: r.IntN(d.m.w + 3), Y: r.IntN(d.m.h + 3), Button: buttons[r.IntN(len(buttons))], Action: actions[r.IntN(len(actions))]}
	return term.Mouse{MouseEvent: e, At: noon.Add(time.Duration(r.IntN(1000)) * time.Millisecond)}
}

// other does what another process might: adds, moves or deletes a random node.
func other(t *testing.T, r *rand.Rand, tree *model.Tree) {
	t.Helper()
	if _, err := tree.Do("other", func(e *model.Edit) error {
		var ids []model.ID
		var walk func(id model.ID) error
		walk = func(id model.ID) error {
			for c, err := range e.Children(id) {
				if err != nil {
					return err
				}
				ids = append(ids, c.ID)
				if err := walk(c.ID); err != nil {
					return err
				}
			}
			return nil
		}
		if err := walk(model.Root); err != nil {
			return err
		}
		if len(ids) == 0 || r.IntN(3) == 0 {
			_, err := e.Create(model.Root, model.First, "other")
			return err
		}
		return e.Trash(ids[r.IntN(len(ids))])
	}); err != nil {
		t.Fatal(err)
	}
}

// helpAndBack holds that F1 shows the help, and Esc what was there before.
func helpAndBack(t *testing.T, d *driver, seed uint64, played []string) {
	if d.m.list != nil || d.m.prompt != nil || d.m.w < minW || d.m.h < minH {
		return
	}
	d.press("<c-c>") // out of a line or a sequence, in which keys have another meaning
	d.m.echo = screen.Echo{}
	d.m.typed = nil
	before := d.picture()
	d.press("<f1>")
	if d.m.list == nil {
		t.Errorf("-seed %d: no help after %s", seed, strings.Join(played, " "))
	}
	d.press("<esc>")
	if got := d.picture(); got != before {
		t.Errorf("-seed %d: after %s help and Esc lead to\n%sfrom\n%s", seed, strings.Join(played, " "), got, before)
	}
	if d.m.focus == 0 && d.m.screen().Place().On && d.m.w >= minW && d.m.h >= minH && d.m.screen().Place().Crumbs != nil {
		cursor := 0
		g := d.m.draw()
		for y := range d.m.h {
			if _, st := g.At(d.m.w/2, y); st&theme.OnCursor != 0 {
				cursor++
			}
		}
		if cursor != 1 {
			t.Errorf("-seed %d: %d cursors after %s\n%s", seed, cursor, strings.Join(played, " "), d.picture())
		}
	}
}

// undoAll holds that undoing everything gives the first tree, and doing it all again the last. The tree that was planted is one action more.
func undoAll(t *testing.T, d *driver, seed uint64, played []string) {
	after := dump(t, d.tree)
	n := 0
	for {
		if _, err := d.tree.Undo(model.ThisSession); errors.Is(err, model.ErrNothing) {
			break
		} else if err != nil {
			t.Fatalf("-seed %d: undo %d: %v", seed, n, err)
		}
		n++
	}
	if got := dump(t, d.tree); got != "" {
		t.Errorf("-seed %d: after %s and %d times undo the tree is\n%s", seed, strings.Join(played, " "), n, got)
	}
	for i := range n {
		if _, err := d.tree.Redo(model.ThisSession); err != nil {
			t.Fatalf("-seed %d: redo %d of %d: %v", seed, i, n, err)
		}
	}
	if got := dump(t, d.tree); got != after {
		t.Errorf("-seed %d: after %s, undo and redo of all lead to\n%sfrom\n%s", seed, strings.Join(played, " "), got, after)
	}
}
