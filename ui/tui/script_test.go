package tui

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"arbor/model"
	"arbor/ui/editor"
	"arbor/ui/screen"
	"arbor/ui/term"
	"arbor/ui/theme"

	tea "github.com/charmbracelet/bubbletea"
)

const shopping = "buy query:\"+shop -done\"\nkitchen\n\tmilk +shop\n\tbread +shop\n"

const small = "a\n\tb\n\t\tc\n\td\ne\n"

// scripts are what a person types and what is in the tree afterwards.
var scripts = []struct {
	name, tree, keys, want string
	says                   string // on the screen
}{
	{"type at once", "", "Buy milk<enter>Bread<tab>rye<esc>", "Buy milk\nBread\n\trye\n", ""},
	{"start empty, then type", "", "<enter>one<enter><enter>", "one\n", ""},
	{"take the second offer", "", "<down><down><enter>", "", "one small life"},
	{"letters are text on an empty tree", "", "quit<esc>", "quit\n", ""},
	{"esc, then a command", "", "<esc>a thought<enter>", "Inbox\n\tthought\n", ""},
	{"sibling", small, "<enter>x<esc>", "a\n\tb\n\t\tc\n\td\nx\ne\n", ""},
	{"child", small, "<tab>x<esc>", "a\n\tb\n\t\tc\n\td\n\tx\ne\n", ""},
	{"child of a leaf", small, "jj<tab>x<enter>y<esc>", "a\n\tb\n\t\tc\n\t\t\tx\n\t\t\ty\n\td\ne\n", ""},
	{"above", small, "jOx<esc>", "a\n\tx\n\tb\n\t\tc\n\td\ne\n", ""},
	{"enter on an empty line goes up a level", small, "jj<tab>x<enter><enter>y<enter><enter>z<esc>", "a\n\tb\n\t\tc\n\t\t\tx\n\t\ty\n\tz\n\td\ne\n", ""},
	{"tab on an empty line goes deeper", small, "G<enter><tab>x<esc>", "a\n\tb\n\t\tc\n\td\ne\n\tx\n", ""},
	{"ctrl+c drops a line", small, "<enter>x<c-c>", small, ""},
	{"edit", small, "ix<home>y<enter>", "yax\n\tb\n\t\tc\n\td\ne\n", ""},
	{"edit dropped", small, "ixyz<c-c>", small, ""},
	{"grammar", small, "<enter>Call Ann +phone due:fri prio:H<esc>", "a\n\tb\n\t\tc\n\td\nCall Ann +phone due:2026-03-06 prio:6\ne\n", "due Fri 6 Mar"},
	{"grammar not understood", small, "<enter>x due:31feb<enter>", small, "due:31feb"},
	{"edit takes a tag away", "a +t\n", "i<end><c-w><enter>", "a\n", ""},
	{"done and not", small, "<space>", "a state:done\n\tb\n\t\tc\n\td\ne\n", "done: “a” · u undoes"},
	{"done twice", small, "<space><space>", "a state:todo\n\tb\n\t\tc\n\td\ne\n", ""},
	{"state", small, "ss", "a state:doing\n\tb\n\t\tc\n\td\ne\n", "doing: “a”"},
	{"scheduled", "a\n", "Sfri<enter>", "a sched:2026-03-06\n", "scheduled Fri 6 Mar: “a” · u undoes"},
	{"scheduled, mended", "a sched:2026-03-06\n", "S<end><bs>8<enter>", "a sched:2026-03-08\n", ""},
	{"scheduled cleared", "a sched:2026-03-06\n", "S<bs><enter>", "a\n", "not scheduled"},
	{"waits", "a\n", "W3d<enter>", "a wait:2026-03-07\n", "waits until Sat 7 Mar: “a”"},
	{"wait wrong stays open", small, "W31 feb<enter>", small, "February has 29 days"},
	{"wait cleared", "a wait:2026-03-07\n", "W<bs><enter>", "a\n", "does not wait"},
	{"repeats", "a due:2026-03-06\n", "Rweekly<enter>", "", "repeats every week: “a” · u undoes"},
	{"repeats, as it is typed", "a due:2026-03-06\n", "Rweekly", "", "every week"},
	{"repeats no more", "a due:2026-03-06 rec:weekly\n", "R<bs><enter>", "a due:2026-03-06\n", "does not repeat: “a”"},
	{"no rule", small, "Rnow and then<enter>", small, "now and then"},
	{"skip", "a due:2026-03-06 rec:weekly\n", "X", "", "skipped: “a”; again Fri 13 Mar"},
	{"skip undone", "a due:2026-03-06 rec:weekly\n", "Xu", "", "undid: skip"},
	{"skip what does not repeat", small, "X", small, "“a” does not repeat"},
	{"start", small, "jb", "a\n\tb state:doing\n\t\tc\n\td\ne\n", "started: “b” · u undoes"},
	{"start undone", small, "jbu", small, "undid: start"},
	{"start what runs", small, "bb", "", "“a” is running already"},
	{"start what is done", small, "<space>b", "", "“a” is closed"},
	{"start of marked nodes", small, "mmb", small, "2 nodes are marked"},
	{"done stops", small, "b<space>B", "", "nothing is running; b begins"},
	{"delete", small, "x", "e\n", "deleted 4 nodes · u undoes"},
	{"delete in a burst", small, "xx", "", ""},
	{"delete, undo", small, "xu", small, "undid: delete"},
	{"delete, undo, redo", small, "xuU", "e\n", "did again: delete"},
	{"nothing to undo", small, "uu", "", "undone"},
	{"indent", small, "G>", "a\n\tb\n\t\tc\n\td\n\te\n", ""},
	{"indent what cannot be", small, ">", small, "no node above"},
	{"outdent", small, "jj<", "a\n\tb\n\tc\n\td\ne\n", ""},
	{"outdent at the top", small, "<", small, "at the top"},
	{"move down and up", small, "j<a-down>", "a\n\td\n\tb\n\t\tc\ne\n", ""},
	{"move up", small, "jjj<a-up>", "a\n\td\n\tb\n\t\tc\ne\n", ""},
	{"marks move together", small, "jmjmG>", "a\n\tb\n\t\tc\n\td\ne\n", "no node above"},
	{"gather", small, "jmGv", "a\n\td\ne\n\tb\n\t\tc\n", "moved “b” into “e”"},
	{"marked done", small, "jmm<space>", "a\n\tb state:done\n\t\tc state:done\n\td\ne\n", "done: 2 nodes"},
	{"due", small, "dfri<enter>", "a due:2026-03-06\n\tb\n\t\tc\n\td\ne\n", "due Fri 6 Mar: “a”"},
	{"due typed anew", "a due:2026-03-06\n", "dsat<enter>", "a due:2026-03-07\n", "due Sat 7 Mar"},
	{"due mended", "a due:2026-03-06\n", "d<end><bs>8<enter>", "a due:2026-03-08\n", ""},
	{"due deleted at once", "a due:2026-03-06\n", "d<bs><enter>", "a\n", "no due date"},
	{"due left as it was", "a due:2026-03-06\n", "d<enter>", "a due:2026-03-06\n", ""},
	{"priority typed anew", "a prio:2\n", "pH<enter>", "a prio:6\n", ""},
	{"esc and a key read as one", small, "<enter>x<a-j><space>", "a\n\tb\n\t\tc\n\td\nx\ne state:done\n", ""},
	{"esc and a key read as one, in a prompt", small, "dfri<a-j><space>", "a\n\tb state:done\n\t\tc\n\td\ne\n", ""},
	{"esc and a key read as one, in the help", small, "?<a-j><space>", "a\n\tb state:done\n\t\tc\n\td\ne\n", ""},
	{"alt moves by words in a line", "one two\n", "i<a-b>X<esc>", "one Xtwo\n", ""},
	{"a word that is no tag", small, "tok foo!<enter>", small, "“foo!” is no tag"},
	{"in the map, esc saves once", small, "2<tab>new<esc>6", "a\n\tb\n\t\tc\n\td\n\tnew\ne\n", "no measurements"},
	{"in the map, an edit and a child", small, "2iX<enter><tab>y<enter><space>", "aX\n\tb\n\t\tc\n\td\n\ty state:done\ne\n", ""},
	{"due cleared", "a due:2026-03-06\n", "d<c-w><enter>", "a\n", "no due date"},
	{"due wrong stays open", small, "d31 feb<enter>", small, "February has 29 days"},
	{"due left by esc", small, "dfri<esc>", small, ""},
	{"tags", "a +x\n", "ty -x<enter>", "a +y\n", "+y -x: “a”"},
	{"priority", small, "pM<enter>", "a prio:4\n\tb\n\t\tc\n\td\ne\n", ""},
	{"capture returns", small, "jaA thought +idea<enter><space>", "", "done: “b”"},
	{"find", small, "/d<enter><space>", "a\n\tb\n\t\tc\n\td state:done\ne\n", ""},
	{"find in what is folded", small, "<left>/c<enter><space>", "a\n\tb\n\t\tc state:done\n\td\ne\n", ""},
	{"find outside of what is shown", small, "G]/c<enter><space>", "a\n\tb\n\t\tc state:done\n\td\ne\n", ""},
	{"next match", "x 1\nx 2\nx 3\n", "/x<enter>nn<space>", "x 1\nx 2\nx 3 state:done\n", ""},
	{"go in, add", small, "j]<enter>x<esc>", "a\n\tb\n\t\tc\n\t\tx\n\td\ne\n", ""},
	{"go in where nothing is, add", small, "G]<enter>x<esc>", "a\n\tb\n\t\tc\n\td\ne\n\tx\n", ""},
	{"go in and out", small, "j][<space>", "a\n\tb state:done\n\t\tc\n\td\ne\n", ""},
	{"esc goes out and never quits", small, "j]<esc><esc><esc><space>", "a\n\tb state:done\n\t\tc\n\td\ne\n", ""},
	{"draw", "a state:done\nb state:todo\n", "w<space>", "a state:done\nb state:done\n", ""},
	{"nothing to draw", "a\n", "w", "a\n", "no task to draw"},
	{"levels", small, "z1", small, "▸ a"},
	{"help runs what is chosen", small, "?undo<esc>:delete<enter>", "e\n", ""},
	{"help by its key", small, "?<f1>", small, "╭─ Keys"},
	{"paste a list", small, "G<enter><paste>", "a\n\tb\n\t\tc\n\td\ne\none\n\ttwo state:done\nthree +tag\n", "pasted 3 nodes"},
	{"a paste is no command", small, "G<rub><esc>", "a\n\tb\n\t\tc\n\td\ne\nq[31mq q\n", ""},
	{"a paste on an empty tree", "", "<esc><down><rub><esc>", "q[31mq q\n", ""},
	{"a list pasted on an empty tree", "", "<esc><paste>", "one\n\ttwo state:done\nthree +tag\n", ""},
	{"unknown key", small, "y", small, "y means nothing here"},
	{"broken sequence", small, "zq", small, "zq means nothing here"},
	{"a saved query lists what it means", shopping, "", "", "⇢ · milk"},
	{"a result is done where it is listed", shopping, "j<space>", strings.Replace(shopping, "milk +shop", "milk +shop state:done", 1), "buy 1"},
	{"what no longer is a result goes from the list", shopping, "j<space><space>", strings.Replace(strings.Replace(shopping, "milk +shop", "milk +shop state:done", 1),
		"bread +shop", "bread +shop state:done", 1), ""},
	{"a result is edited where it is listed", shopping, "jji<home>rye <enter>", strings.Replace(shopping, "bread", "rye bread", 1), "⇢ · rye bread"},
	{"beside a result is below its query", shopping, "j<enter>new<esc>", strings.Replace(shopping, "kitchen", "\tnew\nkitchen", 1), ""},
	{"a result does not move", shopping, "jj>", shopping, "its own place is elsewhere"},
	{"from a result to its query", shopping, "jjh<space>", "", "done: “buy”"},
	{"in a saved query", shopping, "]jj<space>", "", "done: “bread”"},
	{"a folded query lists nothing", shopping, "zzj<space>", "", "done: “kitchen”"},
	{"a query that asks for itself says so", "", "a<enter>b query:@b<enter><esc>", "", "asks for itself"},
	{"a long text wraps its cursor", small, "i" + strings.Repeat("word ", 40) + "<enter>", "", ""},
}

func TestScripts(t *testing.T) {
	st := newTree(t)
	plant(t, st, sample)
	for _, s := range scripts {
		if s.name == "take the second offer" {
			s.want = dump(t, st)
		}
		t.Run(s.name, func(t *testing.T) {
			tree := newTree(t)
			if s.tree != "" {
				plant(t, tree, s.tree)
			}
			d := start(t, tree, 80, 24)
			d.press(s.keys)
			if got := dump(t, tree); s.want != "" && got != s.want {
				t.Errorf("after %s the tree is\n%swant\n%s", s.keys, got, s.want)
			}
			if pic := d.picture(); !strings.Contains(pic, s.says) {
				t.Errorf("after %s the screen does not say %q:\n%s", s.keys, s.says, pic)
			}
			if d.quit {
				t.Error("it quit")
			}
		})
	}
}

// TestTimeDoesNotMatter: with answers late and in any order the same keys lead to the same tree and the same picture.
func TestTimeDoesNotMatter(t *testing.T) {
	for _, s := range scripts {
		at := func(seed uint64) (string, string) {
			tree := newTree(t)
			if s.tree != "" {
				plant(t, tree, s.tree)
			}
			d := start(t, tree, 60, 16)
			if seed > 0 {
				d.rand = rand.New(rand.NewPCG(seed, 2))
			}
			d.press(s.keys)
			d.settle()
			d.m.echo = screen.Echo{} // which of two answers spoke last is a matter of time
			return dump(t, tree), d.picture()
		}
		tree, pic := at(0)
		for seed := uint64(1); seed <= 10; seed++ {
			if gotTree, gotPic := at(seed); gotTree != tree || gotPic != pic {
				t.Errorf("%s, seed %d: late answers lead to\n%s%s\nin time\n%s%s", s.name, seed, gotTree, gotPic, tree, pic)
			}
		}
	}
}

func TestQuit(t *testing.T) {
	tree := newTree(t)
	plant(t, tree, small)
	if d := start(t, tree, 80, 24).press("<esc><esc><c-c>"); d.quit {
		t.Error("esc or ctrl+c quit")
	}
	if d := start(t, tree, 80, 24).press("q"); !d.quit {
		t.Error("q does not quit")
	}
}

func TestMouse(t *testing.T) {
	tree := newTree(t)
	plant(t, tree, "a\n\tb state:todo\n\t\tc\nd\n")
	d := start(t, tree, 80, 24)
	find := func(text string) (x, y int) {
		for y, l := range strings.Split(d.picture(), "\n") {
			if i := strings.Index(l, text); i >= 0 {
				return len([]rune(l[:i])), y
			}
		}
		t.Fatalf("no %q on\n%s", text, d.picture())
		return 0, 0
	}
	press := func(x, y int) { d.click(x, y, tea.MouseButtonLeft, tea.MouseActionPress) }
	release := func(x, y int) { d.click(x, y, tea.MouseButtonLeft, tea.MouseActionRelease) }
	x, y := find("○")
	press(x, y)
	release(x, y)
	if got := dump(t, tree); !strings.Contains(got, "b state:done") {
		t.Errorf("a click on the state's sign gave\n%s", got)
	}
	x, y = find("▾ a")
	press(x, y)
	release(x, y)
	if pic := d.picture(); !strings.Contains(pic, "▸ a") || strings.Contains(pic, "✓ b") {
		t.Errorf("a click on the fold sign gave\n%s", pic)
	}
	find("d")
	x, y = 3, 3
	press(x, y)
	release(x, y)
	press(x, y)
	if !d.m.screen().CapturesText() {
		t.Errorf("a double click does not edit:\n%s", d.picture())
	}
	d.press("<c-c>")
	x, y = find("? help")
	press(x, y)
	if d.m.list == nil {
		t.Error("a click on help in the footer does not open it")
	}
	d.click(0, 0, tea.MouseButtonLeft, tea.MouseActionPress)
	if d.m.list != nil {
		t.Error("a click beside the help does not close it")
	}
}

// TestChangesByOthers: what another process does appears at once and the cursor stays on its node.
func TestChangesByOthers(t *testing.T) {
	tree := newTree(t)
	plant(t, tree, small)
	d := start(t, tree, 80, 24)
	d.press("jj")
	w, err := tree.Watch(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if _, err := tree.Do("other", func(e *model.Edit) error {
		_, err := e.Create(model.Root, model.First, "from elsewhere")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(context.Background(), 10*time.Second)
	defer stop()
	c, err := w.Next(ctx)
	if err != nil {
		t.Fatal(err)
	}
	d.send(screen.Changed{IDs: c.IDs})
	if !strings.Contains(d.picture(), "from elsewhere") {
		t.Errorf("it does not appear:\n%s", d.picture())
	}
	d.press("<space>")
	if got := dump(t, tree); !strings.Contains(got, "c state:done") {
		t.Errorf("the cursor moved:\n%s", got)
	}
}

func TestNote(t *testing.T) {
	tree := newTree(t)
	plant(t, tree, small)
	f, err := editor.New("note.md", "")
	if err != nil {
		t.Fatal(err)
	}
	n := noteRead{id: first(t, tree), file: f}
	if err := os.WriteFile(f.Name, []byte("two\nlines\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if d := saveNote(tree, n, "u", errors.New("exit status 1")); d.Err == nil {
		t.Error("an editor that failed is taken for one that saved")
	}
	if d := saveNote(tree, n, "u", nil); d.Err != nil || d.Text == "" {
		t.Errorf("saved: %+v", d)
	}
	var note string
	if err := tree.View(func(v *model.View) (err error) { note, err = v.Note(n.id); return err }); err != nil || note != "two\nlines" {
		t.Errorf("the note is %q, %v", note, err)
	}
	if _, err := os.Stat(f.Name); !os.IsNotExist(err) {
		t.Error("the file stays behind")
	}
}

func first(t *testing.T, tree *model.Tree) (id model.ID) {
	t.Helper()
	if err := tree.View(func(v *model.View) error {
		c, _, err := v.FirstChild(model.Root)
		id = c.ID
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return id
}

func TestBackgroundChoosesTheTheme(t *testing.T) {
	tree := newTree(t)
	d := start(t, tree, 80, 24, func(o *Options) {
		o.Getenv = func(k string) string { return map[string]string{"TERM": "xterm-256color", "COLORTERM": "truecolor"}[k] }
	})
	if d.m.theme.Name != "16" {
		t.Errorf("before the answer the theme is %s", d.m.theme.Name)
	}
	d.send(term.Reply("11;rgb:ffff/ffff/ffff"))
	if d.m.theme.Name != "light" || d.m.theme.Profile != theme.TrueColour {
		t.Errorf("on white the theme is %s", d.m.theme.Name)
	}
}

// TestPanicsEndInOrder: a panic in a command or in Update ends the program with the details in a file.
func TestPanicsEndInOrder(t *testing.T) {
	tree := newTree(t)
	d := start(t, tree, 80, 24, func(o *Options) { o.CrashDir = t.TempDir() })
	g := guarded{Model: d.m}
	msg := g.guard(func() tea.Msg { panic("in a command") })()
	next, cmd := g.Update(msg)
	if e := next.(guarded).fatal; e == nil || e.File == "" || cmd == nil {
		t.Errorf("after a panic in a command: %v", e)
	}
	g.Model.screens = []screen.Screen{nil}
	next, _ = g.Update(tea.WindowSizeMsg{Width: 9, Height: 9})
	if e := next.(guarded).fatal; e == nil || !strings.Contains(e.Error(), "what you wrote is saved") {
		t.Errorf("after a panic in Update: %v", e)
	}
}
