package mindmap

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"arbor/model"
	"arbor/model/sample"
	"arbor/store"
	"arbor/ui/command"
	"arbor/ui/grid"
	"arbor/ui/screen"

	tea "github.com/charmbracelet/bubbletea"
	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write the golden pictures anew")

var now = time.Date(2026, 11, 22, 17, 0, 0, 0, time.UTC)

// stage runs a screen without a terminal: messages go in, commands run at once, what is said to the frame is kept.
type stage struct {
	t    interface{ Fatalf(string, ...any) }
	env  screen.Env
	m    Model
	said []tea.Msg
}

func newStage(t interface {
	Fatalf(string, ...any)
	Cleanup(func())
}, w, h int) *stage {
	db, err := store.Open("", store.Options{Memory: true})
	if err != nil {
		t.Fatalf("%v", err)
	}
	t.Cleanup(func() { db.Close() })
	clock := func() time.Time { return now }
	tree, err := model.Open(db, model.Options{Now: clock, Location: time.UTC})
	if err != nil {
		t.Fatalf("%v", err)
	}
	if err := sample.Life(tree, now, 1); err != nil {
		t.Fatalf("%v", err)
	}
	env := screen.Env{Tree: tree, Now: clock}
	s := &stage{t: t, env: env, m: New(env)}
	s.send(screen.Resize{W: w, H: h}, screen.Enter{})
	return s
}

func (s *stage) send(msgs ...tea.Msg) {
	for _, msg := range msgs {
		next, cmd := s.m.update(msg)
		s.m = next
		s.run(cmd)
	}
}

func (s *stage) run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	switch msg := cmd().(type) {
	case tea.BatchMsg:
		for _, c := range msg {
			s.run(c)
		}
	case screen.Echo, screen.Did, screen.Do, screen.Open:
		s.said = append(s.said, msg)
	default:
		s.send(msg)
	}
}

func (s *stage) invoke(ids ...command.ID) {
	for _, id := range ids {
		s.send(command.Invoke{ID: id})
	}
}

func (s *stage) typeText(text string) {
	for _, r := range text {
		s.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}})
	}
}

func (s *stage) find(words string) model.Node {
	var n model.Node
	err := s.env.Tree.View(func(v *model.View) error {
		found, err := v.Find(words, 1)
		if err == nil && len(found) == 1 {
			n = found[0]
		}
		return err
	})
	if err != nil {
		s.t.Fatalf("find %s: %v", words, err)
	}
	return n
}

func (s *stage) picture() string {
	g := grid.New(s.m.w, s.m.h)
	s.m.View(g.Surface())
	return g.Plain()
}

func TestPictures(t *testing.T) {
	for _, size := range []struct {
		name string
		w, h int
	}{{"40", 40, 10}, {"80", 80, 21}, {"200", 200, 47}} {
		s := newStage(t, size.w, size.h)
		trip := s.find("lisbon")
		s.send(screen.Goto{ID: trip.ID})
		s.invoke(command.GoIn)
		golden(t, "trip-"+size.name, s.picture())
	}
	s := newStage(t, 120, 40)
	golden(t, "life", s.picture())
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is\n%s\nwant\n%s", name, got, want)
	}
}

func TestAddAndEdit(t *testing.T) {
	s := newStage(t, 100, 30)
	s.send(screen.Goto{ID: s.find("packing").ID})
	s.invoke(command.AddChild)
	if !s.m.CapturesText() {
		t.Fatal("Tab opens no line")
	}
	s.typeText("sun cream +shop due:fri")
	s.send(tea.KeyMsg{Type: tea.KeyEnter})
	n := s.find("cream")
	if n.Text != "sun cream" || n.Parent != s.find("packing").ID || len(n.Tags) != 1 || n.Due.IsZero() {
		t.Errorf("added %+v", n)
	}
	if s.m.node() != n.ID {
		t.Error("the cursor is not on the new node")
	}
	s.invoke(command.Edit)
	s.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("!")}, tea.KeyMsg{Type: tea.KeyEnter})
	if n := s.find("cream"); n.Text != "sun cream!" || n.Due.IsZero() {
		t.Errorf("edited %+v", n)
	}
	s.invoke(command.AddSibling)
	s.send(tea.KeyMsg{Type: tea.KeyEnter})
	if s.m.CapturesText() {
		t.Error("an empty line stays open after Enter")
	}
}

func TestAWrongLineStaysOpen(t *testing.T) {
	s := newStage(t, 100, 30)
	s.send(screen.Goto{ID: s.find("packing").ID})
	s.invoke(command.AddChild)
	s.typeText("socks due:blorp")
	s.send(tea.KeyMsg{Type: tea.KeyEnter})
	if !s.m.CapturesText() || !strings.Contains(s.m.edit.line.Text(), "blorp") {
		t.Error("what was typed is gone after an error")
	}
	if e, ok := s.said[len(s.said)-1].(screen.Echo); !ok || !e.Bad {
		t.Errorf("said %v", s.said)
	}
}

func TestDragPlacesAndReparents(t *testing.T) {
	s := newStage(t, 160, 45)
	s.send(screen.Goto{ID: s.find("lisbon").ID})
	s.invoke(command.GoIn)
	at := func(words string) (x, y, i int) {
		i = s.m.pic.index[s.find(words).ID]
		r := s.m.pic.m.Rects[i]
		return r.X - s.m.x + 1, r.Y - s.m.y, i
	}
	drag := func(i, x, y, tx, ty int) {
		s.send(screen.Mouse{X: x, Y: y, Hit: grid.Hit(i + 1), Kind: screen.Press})
		s.send(screen.Mouse{X: (x + tx) / 2, Y: ty, Kind: screen.Drag}, screen.Mouse{X: tx, Y: ty, Kind: screen.Drag}, screen.Mouse{X: tx, Y: ty, Kind: screen.Release})
	}
	x, y, i := at("ideas")
	drag(i, x, y, x+5, y+9)
	n := s.find("ideas")
	nx, ny, _ := at("ideas")
	if !n.Placed || nx != x+5-1 || ny != y+9-1 {
		t.Errorf("dragged to (%d, %d), placed %v at (%d, %d)", x+5, y+9, n.Placed, nx, ny)
	}
	x, y, i = at("ideas")
	tx, ty, _ := at("stay")
	drag(i, x, y, tx, ty)
	if n := s.find("ideas"); n.Parent != s.find("stay").ID || n.Placed {
		t.Errorf("dropped on stay: %+v", n)
	}
	if _, err := s.env.Tree.Undo(model.ThisDevice); err != nil {
		t.Fatal(err)
	}
	if n := s.find("ideas"); !n.Placed || n.Parent != s.find("lisbon").ID {
		t.Errorf("after undo: %+v", n)
	}
	x, y, i = at("stay")
	tx, ty, _ = at("flat")
	drag(i, x, y, tx, ty)
	if s.find("stay").Parent == s.find("flat").ID {
		t.Error("a node was hung below itself")
	}
}

func TestTheSelectionStaysAcrossFoldAndChange(t *testing.T) {
	s := newStage(t, 100, 30)
	id := s.find("packing").ID
	s.send(screen.Goto{ID: id})
	x, y := s.m.rect().X-s.m.x, s.m.rect().Y-s.m.y
	if _, err := s.env.Tree.Do("add", func(e *model.Edit) error {
		_, err := e.Create(model.Root, model.First, "something new at the top")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	s.send(screen.Changed{})
	if s.m.node() != id || s.m.rect().X-s.m.x != x || s.m.rect().Y-s.m.y != y {
		t.Error("a change elsewhere moved what is looked at")
	}
	s.invoke(command.Fold)
	if s.m.node() != id || s.m.pic.m.Items[s.m.cur].Hidden != 3 {
		t.Errorf("folded: %d hidden, want 3", s.m.pic.m.Items[s.m.cur].Hidden)
	}
	s.invoke(command.Fold)
	if s.m.pic.m.Items[s.m.cur].Hidden != 0 {
		t.Error("unfolding left it folded")
	}
}

// TestAnything: whatever is pressed, the cursor is on a node of the picture and drawing does not fail.
func TestAnything(t *testing.T) {
	var ids []command.ID
	for _, c := range command.In(command.Map) {
		ids = append(ids, c.ID)
	}
	rapid.Check(t, func(t *rapid.T) {
		s := newStage(t, 80, 24)
		for range rapid.IntRange(1, 25).Draw(t, "steps") {
			switch rapid.IntRange(0, 4).Draw(t, "what") {
			case 0:
				s.send(screen.Resize{W: rapid.IntRange(1, 200).Draw(t, "w"), H: rapid.IntRange(1, 50).Draw(t, "h")})
			case 1:
				s.send(screen.Mouse{X: rapid.IntRange(0, 199).Draw(t, "x"), Y: rapid.IntRange(0, 49).Draw(t, "y"), Hit: grid.Hit(rapid.IntRange(0, 60).Draw(t, "hit")),
					Kind: screen.MouseKind(rapid.IntRange(0, 3).Draw(t, "kind")), Double: rapid.Bool().Draw(t, "double"), Right: rapid.Bool().Draw(t, "right")})
			case 2:
				if s.m.CapturesText() {
					s.typeText(rapid.StringN(0, 5, -1).Draw(t, "text"))
					s.send(tea.KeyMsg{Type: tea.KeyEnter})
				}
			default:
				s.invoke(rapid.SampledFrom(ids).Draw(t, "id"))
			}
			if s.m.cur >= len(s.m.pic.nodes) {
				t.Fatalf("the cursor is on node %d of %d", s.m.cur, len(s.m.pic.nodes))
			}
			s.picture()
		}
	})
}

// TestTheWatchIsNoHindrance: the watch tells of a change before the action that made it is answered, or while the cursor is on its way. The line
// still closes, and the cursor still arrives.
func TestTheWatchIsNoHindrance(t *testing.T) {
	s := newStage(t, 100, 30)
	late := func(msg tea.Msg) {
		next, cmd := s.m.update(msg)
		s.m = next
		s.send(screen.Changed{})
		s.run(cmd)
	}
	late(screen.Goto{ID: s.find("packing").ID})
	if s.m.node() != s.find("packing").ID {
		t.Error("the cursor did not arrive")
	}
	s.invoke(command.AddChild)
	s.typeText("umbrella")
	late(tea.KeyMsg{Type: tea.KeyEsc})
	if n := s.find("umbrella"); s.m.CapturesText() || s.m.node() != n.ID {
		t.Errorf("after Esc: still typing %v, on %v, want %v", s.m.CapturesText(), s.m.node(), n.ID)
	}
	late(command.Invoke{ID: command.Edit})
	if !s.m.CapturesText() {
		t.Fatal("the line does not open")
	}
	s.typeText("s")
	late(tea.KeyMsg{Type: tea.KeyEnter})
	if n := s.find("umbrellas"); s.m.CapturesText() || n.Text != "umbrellas" || s.m.Place().Settling {
		t.Errorf("after Enter: %q, still typing %v, settling %v", n.Text, s.m.CapturesText(), s.m.Place().Settling)
	}
}
