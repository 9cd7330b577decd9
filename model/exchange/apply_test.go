package exchange_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"arbor/model"
	"arbor/model/exchange"
	"arbor/model/exchange/exchangetest"
	"arbor/model/exchange/taskwarrior"
	"arbor/model/exchange/void"
	"arbor/model/exchange/void/voidtest"

	"pgregory.net/rapid"
)

func apply(t exchangetest.T, tr *exchangetest.Tree, p *exchange.Plan, err error, dry bool) *exchange.Report {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	r, err := exchange.Apply(tr.Tree, tr.Book, p, "import", dry)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func importVoid(t exchangetest.T, tr *exchangetest.Tree, data []byte, dry bool) *exchange.Report {
	t.Helper()
	p, err := void.Read(data, "")
	return apply(t, tr, p, err, dry)
}

func importTasks(t exchangetest.T, tr *exchangetest.Tree, data string) *exchange.Report {
	t.Helper()
	p, err := taskwarrior.Read([]byte(data), time.UTC)
	return apply(t, tr, p, err, false)
}

// However messy a map is, it comes in, a second time changes nothing, and one undo takes it out.
func TestVoidMaps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := voidtest.Tree(rapid.Uint64().Draw(t, "seed"), rapid.IntRange(1, 40).Draw(t, "n"))
		if rapid.Bool().Draw(t, "spoilt") {
			m.Spoil(rapid.Uint64().Draw(t, "spoil"))
		}
		tr := exchangetest.New(t, 1)
		defer tr.Close(t)
		empty := tr.Picture(t)
		dry := importVoid(t, tr, m.Encode(), true)
		if dry.Created != len(m.Nodes) || tr.Picture(t) != empty {
			t.Fatalf("a dry run of %d nodes: %+v", len(m.Nodes), dry)
		}
		if r := importVoid(t, tr, m.Encode(), false); r.Created != len(m.Nodes) {
			t.Fatalf("%d nodes: %+v", len(m.Nodes), r)
		}
		whole := tr.Picture(t)
		for _, n := range m.Nodes {
			if !strings.Contains(whole, fmt.Sprintf("%q", model.OneLine(n.Text))) {
				t.Fatalf("%q is missing in\n%s", n.Text, whole)
			}
		}
		if r := importVoid(t, tr, m.Encode(), false); r.Unchanged != len(m.Nodes) || tr.Picture(t) != whole {
			t.Fatalf("a second time: %+v", r)
		}
		tr.Undo(t)
		if got := tr.Picture(t); got != empty {
			t.Fatalf("undo left\n%s", got)
		}
		if importVoid(t, tr, m.Encode(), false); tr.Picture(t) != whole {
			t.Fatal("a third time, after undo, gives another tree")
		}
	})
}

const tasks = `[
{"uuid":"00000000-0000-4000-8000-000000000001","description":"pond","status":"pending","entry":"20261101T100000Z","modified":"20261101T100000Z","project":"home","tags":["a"],"due":"20261224T083000Z"},
{"uuid":"00000000-0000-4000-8000-000000000002","description":"fish","status":"pending","entry":"20261101T100000Z","project":"home","depends":["00000000-0000-4000-8000-000000000001"],"annotations":[{"entry":"20261101T100000Z","description":"gold"}]},
{"uuid":"00000000-0000-4000-8000-000000000003","description":"hut","status":"deleted","end":"20261101T100000Z","project":"home"},
{"uuid":"00000000-0000-4000-8000-000000000004","description":"pump","status":"completed","end":"20261101T100000Z"}
]`

// with replaces parts of a file.
func with(data string, pairs ...string) string { return strings.NewReplacer(pairs...).Replace(data) }

// find returns the one node of a text.
func find(t *testing.T, tr *exchangetest.Tree, text string) model.Node {
	t.Helper()
	var out model.Node
	var walk func(v *model.View, id model.ID) error
	walk = func(v *model.View, id model.ID) error {
		for c, err := range v.Children(id) {
			if err != nil {
				return err
			}
			n, err := v.Node(c.ID)
			if err != nil {
				return err
			}
			if n.Text == text {
				out = n
			}
			if err := walk(v, c.ID); err != nil {
				return err
			}
		}
		return nil
	}
	err := tr.View(func(v *model.View) error {
		if err := walk(v, model.Root); err != nil {
			return err
		}
		return walk(v, model.Trash)
	})
	if err != nil || out.Text != text {
		t.Fatalf("no node %q: %v", text, err)
	}
	return out
}

func TestTasks(t *testing.T) {
	tr := exchangetest.New(t, 1)
	empty := tr.Picture(t)
	if r := importTasks(t, tr, tasks); r.Created != 6 {
		t.Fatalf("%+v", r)
	}
	home, fish, hut := find(t, tr, "home"), find(t, tr, "fish"), find(t, tr, "hut")
	if fish.Parent != home.ID || len(fish.Arrows) != 1 || fish.Arrows[0].To != find(t, tr, "pond").ID || !home.HideDone || find(t, tr, "pump").State != model.Done {
		t.Errorf("fish %+v", fish)
	}
	if hut.Parent != model.Trash {
		t.Errorf("the deleted task is under %s", hut.Parent)
	}
	if want := time.Date(2026, 11, 1, 10, 0, 0, 0, time.UTC); !fish.Modified.Equal(want) || !fish.Created.Equal(want) {
		t.Errorf("fish was modified %v, created %v", fish.Modified, fish.Created)
	}
	whole := tr.Picture(t)
	if r := importTasks(t, tr, tasks); r.Unchanged != 6 || tr.Picture(t) != whole {
		t.Errorf("a second time: %+v\n%s\nwant\n%s", r, tr.Picture(t), whole)
	}
	tr.Do(t, func(e *model.Edit) error { return e.Restore(hut.ID) })
	if hut := find(t, tr, "hut"); hut.Parent != home.ID {
		t.Errorf("restored under %s", hut.Parent)
	}
	tr.Undo(t)
	tr.Undo(t)
	if got := tr.Picture(t); got != empty {
		t.Errorf("undo left\n%s", got)
	}
}

// A changed file updates what it changed, and adds what is new.
func TestChangedFile(t *testing.T) {
	tr := exchangetest.New(t, 1)
	importTasks(t, tr, tasks)
	before := tr.Picture(t)
	changed := with(tasks, `"pond"`, `"big pond"`, `["a"]`, `["b"]`, `,"due":"20261224T083000Z"`, "", `"status":"deleted"`, `"status":"pending"`,
		`"fish","status":"pending"`, `"fish","status":"completed"`, `"project":"home","depends":["00000000-0000-4000-8000-000000000001"],`, "", "\n]", `,
{"uuid":"00000000-0000-4000-8000-000000000005","description":"new","status":"deleted","project":"away"}]`)
	r := importTasks(t, tr, changed)
	if r.Created != 2 || r.Changed != 3 || r.Unchanged != 3 || r.Ours != 0 {
		t.Fatalf("%+v", r)
	}
	pond, fish := find(t, tr, "big pond"), find(t, tr, "fish")
	if len(pond.Tags) != 1 || pond.Tags[0] != "b" || !pond.Due.IsZero() {
		t.Errorf("pond %+v", pond)
	}
	if fish.State != model.Done || len(fish.Arrows) != 0 {
		t.Errorf("fish %+v", fish)
	}
	if hut := find(t, tr, "hut"); hut.Parent != find(t, tr, "home").ID || hut.State != model.Todo {
		t.Errorf("hut %+v", hut)
	}
	if find(t, tr, "new").Parent != model.Trash {
		t.Error("the new deleted task is not in the trash")
	}
	after := tr.Picture(t)
	if r := importTasks(t, tr, changed); r.Unchanged != 8 || tr.Picture(t) != after {
		t.Errorf("a second time: %+v", r)
	}
	tr.Undo(t)
	if got := tr.Picture(t); got != before {
		t.Errorf("undo gave\n%s\nwant\n%s", got, before)
	}
}

// What was changed here stays, whether the file changed or not.
func TestChangedHere(t *testing.T) {
	tr := exchangetest.New(t, 1)
	importTasks(t, tr, tasks)
	pond, fish, pump := find(t, tr, "pond").ID, find(t, tr, "fish").ID, find(t, tr, "pump").ID
	tr.Do(t, func(e *model.Edit) error {
		if err := e.SetText(pond, "my pond"); err != nil {
			return err
		}
		if err := e.Move(fish, model.Root, model.First); err != nil {
			return err
		}
		return e.Trash(pump)
	})
	here := tr.Picture(t)
	if r := importTasks(t, tr, tasks); r.Unchanged != 6 || tr.Picture(t) != here {
		t.Fatalf("the same file: %+v", r)
	}
	r := importTasks(t, tr, with(tasks, `"pond"`, `"big pond"`, `"fish"`, `"gold fish"`, `"pump"`, `"big pump"`))
	if r.Ours != 1 || r.Changed != 2 || !strings.Contains(r.Kept[0].Text, "big pond") || r.Kept[0].Line != 2 {
		t.Errorf("%+v", r)
	}
	if find(t, tr, "my pond").ID != pond || find(t, tr, "gold fish").Parent != model.Root || find(t, tr, "big pump").Parent != model.Trash {
		t.Errorf("got\n%s", tr.Picture(t))
	}
}

func TestLinesOfReport(t *testing.T) {
	r := exchange.Report{Format: "x", Created: 3, Ours: 1, DryRun: true}
	r.Keep(4, "a")
	r.Keep(9, "a")
	r.Map(0, "b")
	r.Drop(7, "c %d", 1)
	for i := range 1200 {
		r.Drop(0, "d %d", i)
	}
	var b strings.Builder
	if _, err := r.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"x: dry run, nothing was changed: 3 created, 0 changed, 0 unchanged, 1 left", "kept     a (2 times, first in line 4)", "mapped   b\n", "dropped  c 1 (line 7)", "and 201 more"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("lacks %q:\n%.300s", want, b.String())
		}
	}
}

func TestDetect(t *testing.T) {
	for _, c := range []struct {
		name, head string
		want       exchange.Format
		err        string
	}{
		{"void", string(voidtest.Tree(1, 9).Encode()), exchange.Void, ""},
		{"void, cut", string(voidtest.Tree(1, 9).Encode()[:40]), exchange.Void, ""},
		{"taskwarrior", tasks, exchange.Taskwarrior, ""},
		{"one task", "\ufeff " + `{"id":1,"description":"x"}`, exchange.Taskwarrior, ""},
		{"ours", `{"arbor":1,"exported":"2026-11-22T17:00:00Z"}` + "\n", exchange.JSON, ""},
		{"csv", "time,value\n2026-11-22,1\n", exchange.CSV, ""},
		{"csv of Europe", "Zeit;Wert\n", exchange.CSV, ""},
		{"empty", "", "", "empty"},
		{"blank", " \n\n", "", "blanks"},
		{"other JSON", `{"a":1}`, "", "neither"},
		{"binary", "\x7fELF\x00\x00", "", "binary"},
		{"gzip", "\x1f\x8b\x08\x00", "", "gunzip"},
		{"a line break and text", "\n\x08ab", "", "none of"},
		{"text", "buy milk\n", "", "arbor import FORMAT"},
		{"xml", "<opml version=\"2.0\", >", "", "none of"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := exchange.Detect([]byte(c.head))
			if got != c.want || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

func FuzzDetect(f *testing.F) {
	f.Add(voidtest.Tree(1, 3).Encode())
	f.Add([]byte(tasks))
	f.Fuzz(func(t *testing.T, head []byte) {
		if got, err := exchange.Detect(head); (got == "") != (err != nil) {
			t.Fatalf("got %q, %v", got, err)
		}
	})
}

// Ten years of tasks come in within seconds.
func BenchmarkTasks(b *testing.B) {
	var s strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&s, `{"uuid":"00000000-0000-4000-8000-%012d","description":"task %d","status":"pending","entry":"20261101T100000Z","modified":"20261101T100000Z","project":"p%d.q","tags":["a"]}`+"\n", i, i, i%50)
	}
	for b.Loop() {
		tr := exchangetest.New(b, 1)
		importTasks(b, tr, s.String())
		tr.Close(b)
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/10_000, "µs/task")
}
