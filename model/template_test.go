package model

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"arbor/model/inline"
	"arbor/store"
)

// says writes all that a subtree says, but for ids: arrows by the places of their ends.
func says(t testing.TB, tree *Tree, top ID) string {
	t.Helper()
	var b strings.Builder
	view(t, tree, func(v *View) error {
		d, err := v.Draft(top)
		at := map[ID]int{}
		for i := range d.nodes {
			at[d.nodes[i].node.ID] = i
		}
		for _, n := range d.nodes {
			x := n.node
			fmt.Fprintf(&b, "%d %q %v %v %v %v %v %v %v %q %v %d %d", n.parent, x.Text, x.State, x.Tags, x.Fields, x.Due, x.Sched, x.Wait, x.Until, n.note, x.flags()&^isSeries, x.X, x.Y)
			if x.State.Closed() {
				fmt.Fprintf(&b, " %v", x.Finished)
			}
			for _, a := range x.Arrows {
				end := a.To.String()
				if i, ok := at[a.To]; ok {
					end = fmt.Sprint(i)
				}
				fmt.Fprintf(&b, " →%s %q", end, a.Label)
			}
			b.WriteByte('\n')
		}
		return err
	})
	return b.String()
}

// TestDraft: what is made of a draft says what it was read from, whether it is little or much; it is one step of undo, and the state is the fold of
// the log.
func TestDraft(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		db, err := store.Open("", store.Options{Memory: true})
		if err != nil {
			rt.Fatal(err)
		}
		defer db.Close()
		h := &history{t: rt, tb: t, db: db, plain: newPlain(), at: clockTime}
		h.reopen()
		for range rapid.IntRange(1, 30).Draw(rt, "steps") {
			h.step()
		}
		id, ok := h.pick("copied", ordinary)
		if !ok {
			return
		}
		before, _ := readPlain(t, h.tree)
		want := says(t, h.tree, id)
		var d *Draft
		view(t, h.tree, func(v *View) error {
			d, err = v.Draft(id)
			return err
		})
		var tops []ID
		if rapid.Bool().Draw(rt, "piece by piece") {
			_, err = h.tree.Import("copy", func(im *Importer) (err error) {
				tops, err = im.Make(d, Root)
				return err
			})
		} else {
			tops, err = h.tree.Make("copy", d, func(*Edit) (ID, Place, error) { return Root, Last, nil })
		}
		if err != nil || len(tops) != 1 {
			rt.Fatalf("made %v, %v", tops, err)
		}
		if got := says(t, h.tree, tops[0]); got != want {
			rt.Fatalf("the copy says\n%swant\n%s", got, want)
		}
		if err := h.tree.Verify(t.Context()); err != nil {
			rt.Fatal(err)
		}
		if _, err := h.tree.Undo(ThisDevice); err != nil {
			rt.Fatal(err)
		}
		if after, _ := readPlain(t, h.tree); after.lines() != before.lines() {
			rt.Fatalf("after undo\n%swant\n%s", after.lines(), before.lines())
		}
	})
}

// TestDailyOfTwo: two devices that begin the page of a day without each other begin it with the same nodes.
func TestDailyOfTwo(t *testing.T) {
	day := Date{T: at(t, "2026-03-04 00:00"), AllDay: true}
	var made []string
	var from ID
	for range 2 {
		tree := open(t)
		var p *Page
		do(t, tree, func(e *Edit) error {
			above, err := e.TemplatesNode()
			if err != nil {
				return err
			}
			if from == (ID{}) {
				from, err = e.freeID(func(ID) bool { return false })
			}
			return errors.Join(err, e.CreateID(from, above, Last, "daily"), e.CreateID(Named("line"), from, Last, "drink {{date}}"))
		})
		begin := func() {
			view(t, tree, func(v *View) (err error) {
				p, err = v.Page(day, inline.Env{Now: day.T})
				return err
			})
			do(t, tree, func(e *Edit) error {
				_, err := e.Open(p)
				return err
			})
		}
		begin()
		if _, err := tree.Undo(ThisDevice); err != nil {
			t.Fatal(err)
		}
		begin()
		view(t, tree, func(v *View) error {
			c, _, err := v.FirstChild(p.ID)
			n, _ := v.Node(c.ID)
			made = append(made, c.ID.String()+" "+n.Text)
			return err
		})
		mustVerify(t, tree)
	}
	if made[0] != made[1] || !strings.HasSuffix(made[0], " drink 2026-03-04") {
		t.Errorf("made %q", made)
	}
}

func template(t testing.TB, tree *Tree, name string, lines ...string) ID {
	t.Helper()
	var id ID
	do(t, tree, func(e *Edit) error {
		above, err := e.TemplatesNode()
		if err != nil {
			return err
		}
		if id, err = e.Create(above, Last, name); err != nil {
			return err
		}
		for _, l := range lines {
			if _, err := e.Create(id, Last, l); err != nil {
				return err
			}
		}
		return nil
	})
	return id
}

func TestTemplate(t *testing.T) {
	tree := open(t)
	now := at(t, "2026-11-22 10:00")
	id := template(t, tree, "Client", "write to {{client}} due:+3d +mail", "pay {{sum}}{{unit}} due:{{day}}", `{{text}} #kept`, "literally \\due:+3d")
	fill := func(values map[string]string) (lines []string, err error) {
		view(t, tree, func(v *View) error {
			found, ferr := v.TemplateNamed(" client ")
			if found != id || ferr != nil {
				t.Fatalf("found %s, %v", found, ferr)
			}
			var d *Draft
			if d, err = v.Fill(id, inline.Env{Now: now}, values); err != nil {
				return nil
			}
			for _, n := range d.nodes {
				l := *n.line
				lines = append(lines, fmt.Sprintf("%s|%v|%v", l.Text, l.Tags, dateText(l.Due)))
			}
			return nil
		})
		return lines, err
	}
	got, err := fill(map[string]string{"client": "ACME +x due:mon", "sum": "5", "unit": "€", "day": "fri", "text": `a \b`})
	want := []string{"write to ACME +x due:mon|[mail]|2026-11-25", "pay 5€|[]|2026-11-27", `a \b #kept|[]|`, "literally due:+3d|[]|"}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("filled in: %q, %v; want %q", got, err, want)
	}
	var wanted *WantedError
	if _, err := fill(map[string]string{"client": "ACME"}); !errors.As(err, &wanted) || wanted.Word != "sum" {
		t.Errorf("without a word: %v", err)
	}
	if _, err := fill(map[string]string{"client": "", "sum": "", "unit": "", "day": "never", "text": ""}); err == nil {
		t.Error("a date that is none is taken")
	}
	view(t, tree, func(v *View) error {
		all, err := v.Templates()
		if len(all) != 1 || all[0].Name != "Client" || all[0].Nodes != 4 || !slices.Equal(all[0].Wants, []string{"client", "day", "sum", "unit"}) {
			t.Errorf("templates: %+v", all)
		}
		if _, err := v.TemplateNamed("other"); !errors.Is(err, ErrNoTemplate) {
			t.Errorf("another: %v", err)
		}
		return err
	})
	do(t, tree, func(e *Edit) error { return e.Trash(Templates) })
	view(t, tree, func(v *View) error {
		all, err := v.Templates()
		if len(all) != 0 {
			t.Errorf("templates in the trash: %+v", all)
		}
		return err
	})
}

func dateText(d *Date) string {
	if d == nil {
		return ""
	}
	return d.String()
}

// TestSavedTemplate: what is saved as a template and used on another day says the same, its dates by so many days later.
func TestSavedTemplate(t *testing.T) {
	tree := open(t)
	monday, friday := at(t, "2026-11-23 09:00"), at(t, "2026-12-04 18:00")
	line := func(now time.Time, text string) inline.Line {
		l, err := inline.Parse(text, inline.Env{Now: now})
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	var top, below ID
	do(t, tree, func(e *Edit) (err error) {
		if top, err = e.Create(Root, Last, `trip #live \+word`); err != nil {
			return err
		}
		if err := e.Apply(top, line(monday, "+family prio:H state:doing due:2026-11-25 sched:2026-11-01 est:2h rec:weekly")); err != nil {
			return err
		}
		if below, err = e.Create(top, Last, "pack"); err != nil {
			return err
		}
		return errors.Join(e.Apply(below, line(monday, "state:done due:\"2026-11-23 12:30\"")), e.AddArrow(below, top, "for"), e.SetNote(below, "the bag"))
	})
	make := func(d *Draft, under ID, e *Edit) ID {
		tops, err := e.Make(d, under, Last)
		if err != nil {
			t.Fatal(err)
		}
		return tops[0]
	}
	var d *Draft
	view(t, tree, func(v *View) (err error) {
		d, err = v.DraftTemplate("Trip", []ID{top}, inline.Env{Now: monday})
		return err
	})
	var saved, used ID
	do(t, tree, func(e *Edit) error {
		above, err := e.TemplatesNode()
		saved = make(d, above, e)
		return err
	})
	view(t, tree, func(v *View) error {
		inert, err := v.Draft(saved)
		if err != nil {
			return err
		}
		for _, n := range inert.nodes {
			if n.node.State != None || len(n.node.Tags) > 0 || !n.node.Due.IsZero() || len(n.node.Fields) > 0 {
				t.Errorf("in force in the template: %+v", n.node)
			}
		}
		d, err = v.Fill(saved, inline.Env{Now: friday}, nil)
		return err
	})
	do(t, tree, func(e *Edit) error {
		used = make(d, Root, e)
		return nil
	})
	view(t, tree, func(v *View) error {
		n, err := v.Node(used)
		if n.Text != `trip #live \+word` || n.State != Doing || !slices.Equal(n.Tags, []string{"family"}) || n.Due.String() != "2026-12-06" || !n.Sched.IsZero() {
			t.Errorf("the top: %+v", n)
		}
		if p, _ := n.Field("prio"); p != "6" {
			t.Errorf("its priority: %q", p)
		}
		c, _, _ := v.FirstChild(used)
		pack, _ := v.Node(c.ID)
		note, _ := v.Note(c.ID)
		if pack.Text != "pack" || pack.State != Todo || pack.Due.String() != "2026-12-04T12:30:00Z" || note != "the bag" || len(pack.Arrows) != 1 || pack.Arrows[0].To != used {
			t.Errorf("below it: %+v, note %q", pack, note)
		}
		return err
	})
}

// TestTemplateKeeps: whatever a node says beside its dates, saved as a template and used it says again.
func TestTemplateKeeps(t *testing.T) {
	now := at(t, "2026-11-22 10:00")
	word := rapid.SampledFrom([]string{"call", "Anna", "+tag", "-tag", "#live", "#key=v", "due:fri", `\due:fri`, `\\+x`, "prio:9", `"quoted"`, `due:"`, "{{", "}}", "{{}}", "a:b",
		"état", "state:done", "rec:daily", "under:x", `\`, `\\`, "+", "#", "::"})
	rapid.Check(t, func(rt *rapid.T) {
		tree := open(t)
		text := strings.Join(rapid.SliceOfN(word, 1, 5).Draw(rt, "words"), rapid.SampledFrom([]string{" ", "  "}).Draw(rt, "space"))
		tags := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"home", "a.b", `q"t`, "été", "x:y", "-dash", "42"}), 0, 3, rapid.ID).Draw(rt, "tags")
		state := State(rapid.IntRange(0, int(Waiting)).Draw(rt, "state"))
		prio := rapid.SampledFrom([]string{"", "6", "0.5"}).Draw(rt, "prio")
		var id ID
		do(t, tree, func(e *Edit) (err error) {
			if id, err = e.Create(Root, Last, text); err != nil {
				return err
			}
			for _, tag := range tags {
				if err := e.AddTag(id, tag); err != nil {
					return err
				}
			}
			if prio != "" {
				if err := e.SetField(id, "prio", prio); err != nil {
					return err
				}
			}
			return e.SetState(id, state)
		})
		want := says(t, tree, id)
		make := func(d *Draft, under ID) (top ID) {
			do(t, tree, func(e *Edit) error {
				tops, err := e.Make(d, under, Last)
				top = tops[0]
				return err
			})
			return top
		}
		var d *Draft
		view(t, tree, func(v *View) (err error) {
			d, err = v.DraftTemplate("T", []ID{id}, inline.Env{Now: now})
			return err
		})
		saved := make(d, Root)
		if err := tree.View(func(v *View) (err error) {
			d, err = v.Fill(saved, inline.Env{Now: now}, nil)
			return err
		}); err != nil {
			rt.Fatalf("use %q: %v", text, err)
		}
		if got := says(t, tree, make(d, Root)); got != want {
			rt.Fatalf("used, it says\n%swant\n%s", got, want)
		}
	})
}

// FuzzFillIn: what is given for a word stands in the text, and nothing of it is read as a word left open.
func FuzzFillIn(f *testing.F) {
	f.Add("call {{who}} due:{{day}}", "Anna {{day}}")
	f.Add("{{{{who}}}}", "}}")
	f.Add("{{who}}{{who}} {{ who }}", "+x")
	f.Fuzz(func(t *testing.T, text, value string) {
		plain := func(s string) string { return s }
		got, err := fillIn(text, map[string]string{"who": value, "day": "fri"}, plain)
		var wanted *WantedError
		if err != nil {
			if !errors.As(err, &wanted) || wanted.Word == "who" || wanted.Word == "day" || !strings.Contains(text, "{{"+wanted.Word+"}}") {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		want := placeholder.ReplaceAllStringFunc(text, func(m string) string {
			return map[string]string{"{{who}}": value, "{{day}}": "fri"}[m]
		})
		if got != want {
			t.Fatalf("%q with %q is %q; want %q", text, value, got, want)
		}
	})
}
