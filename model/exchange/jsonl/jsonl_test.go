package jsonl

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"arbor/model"
	"arbor/model/date"
	"arbor/model/exchange"
	"arbor/model/exchange/exchangetest"
	"arbor/timeseries"

	"pgregory.net/rapid"
)

var now = exchangetest.Start

func export(t exchangetest.T, tr *exchangetest.Tree) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := tr.View(func(v *model.View) error { return Write(&b, v, tr.Book, now) }); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func load(t exchangetest.T, tr *exchangetest.Tree, data []byte, dry bool) *exchange.Report {
	t.Helper()
	p, err := Read(bytes.NewReader(data))
	if err != nil {
		t.Fatalf("%v in\n%s", err, data)
	}
	r, err := exchange.Apply(tr.Tree, tr.Book, p, "import json", dry)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

var texts = []string{"", "tea ☕ <b>&", `"quoted" \n`, "#task #prio=3", "日本語", "a\u2028b", "  blanks  "}

// grow makes a random tree by random actions.
func grow(t *rapid.T, tr *exchangetest.Tree) {
	ids := []model.ID{model.Root}
	some := func(name string) model.ID { return rapid.SampledFrom(ids).Draw(t, name) }
	text := rapid.SampledFrom(texts)
	for range rapid.IntRange(0, 25).Draw(t, "actions") {
		tr.Do(t, func(e *model.Edit) error {
			at := []model.Place{model.First, model.Last}[rapid.IntRange(0, 1).Draw(t, "place")]
			id, err := e.Create(some("parent"), at, text.Draw(t, "text"))
			if err == nil {
				ids = append(ids, id)
				err = dress(t, tr, e, id, ids)
			}
			return err
		})
	}
	if len(ids) > 3 && rapid.Bool().Draw(t, "trash") {
		tr.Do(t, func(e *model.Edit) error { return e.Trash(ids[1+rapid.IntRange(0, len(ids)-2).Draw(t, "which")]) })
	}
	tr.Do(t, func(e *model.Edit) error { return e.SetFlag(model.Root, model.HideDone, rapid.Bool().Draw(t, "root")) })
}

// dress gives a node some of all that a node can have.
func dress(t *rapid.T, tr *exchangetest.Tree, e *model.Edit, id model.ID, ids []model.ID) error {
	day := date.At(now.Add(time.Duration(rapid.Int64Range(-1e6, 1e6).Draw(t, "date")) * time.Second))
	steps := []func() error{
		func() error {
			ev := model.Event{Node: id, Kind: model.Interval, ID: model.EventID{byte(rapid.IntRange(0, 2).Draw(t, "event"))}, From: now, Text: rapid.SampledFrom(texts).Draw(t, "of event")}
			if rapid.Bool().Draw(t, "ended") {
				ev.To = now.Add(time.Hour)
			}
			return e.SetEvent(ev)
		},
		func() error {
			ev := model.Event{Node: id, Kind: model.Occurrence, ID: model.EventID{9}, Date: day, Outcome: model.OutcomeSkipped, At: now}
			return e.SetEvent(ev)
		},
		func() error {
			return e.SetNote(id, strings.Repeat("a \"note\"\n\t☕\x00", rapid.IntRange(0, 50).Draw(t, "note")))
		},
		func() error { return e.SetState(id, model.State(rapid.IntRange(0, 5).Draw(t, "state"))) },
		func() error { return e.AddTag(id, rapid.SampledFrom([]string{"a", "b", "日本"}).Draw(t, "tag")) },
		func() error {
			return e.SetField(id, rapid.SampledFrom([]string{"a", "z", "import"}).Draw(t, "key"), rapid.SampledFrom(texts).Draw(t, "value"))
		},
		func() error { return e.SetDue(id, day) },
		func() error { return e.SetSched(id, day.Day(time.UTC)) },
		func() error { return e.SetWait(id, date.Someday) },
		func() error { return e.SetUntil(id, day) },
		func() error { return e.SetPos(id, rapid.IntRange(-9, 9).Draw(t, "x"), 7) },
		func() error { return e.SetFlag(id, model.Collapsed|model.AutoArrange, true) },
		func() error { return e.SetFinished(id, now.Add(-time.Hour)) },
		func() error { return e.SetCreated(id, now.Add(-9*time.Hour)) },
		func() error {
			return e.AddArrow(id, rapid.SampledFrom(ids[1:]).Draw(t, "to"), rapid.SampledFrom(texts[:3]).Draw(t, "label"))
		},
		func() error {
			v := rapid.SampledFrom([]float64{1.5, -0.1, math.Inf(1), 1e300, math.NaN()})
			return e.Log(id, timeseries.Sample{T: rapid.Int64Range(-1e18, 2e18).Draw(t, "t"), V: v.Draw(t, "v")}, timeseries.Sample{T: 5, V: 1})
		},
	}
	for _, i := range rapid.SliceOfN(rapid.IntRange(0, len(steps)-1), 0, 6).Draw(t, "steps") {
		if err := steps[i](); err != nil {
			return err
		}
	}
	return nil
}

// What is written is read back as an equal tree; reading it again changes nothing; a dry run and an undo leave nothing.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from, to := exchangetest.New(t, 1), exchangetest.New(t, 2)
		defer from.Close(t)
		defer to.Close(t)
		grow(t, from)
		data := export(t, from)
		empty := to.Picture(t)
		dry := load(t, to, data, true)
		if got := to.Picture(t); got != empty {
			t.Fatalf("a dry run left\n%s", got)
		}
		if real := load(t, to, data, false); real.Created != dry.Created || real.Samples != dry.Samples || real.Changed != dry.Changed {
			t.Fatalf("dry run %+v, real %+v", dry, real)
		}
		want := from.Picture(t)
		if got := to.Picture(t); got != want {
			t.Fatalf("read back\n%s\nwant\n%s", got, want)
		}
		if r := load(t, to, data, false); r.Created+r.Changed+r.Samples+r.Ours > 0 || to.Picture(t) != want {
			t.Fatalf("a second import: %+v", r)
		}
		if again := export(t, to); !bytes.Equal(again, data) {
			t.Fatalf("exported again\n%s\nwant\n%s", again, data)
		}
		if dry.Created+dry.Changed+dry.Samples > 0 {
			to.Undo(t)
			if got := to.Picture(t); got != empty {
				t.Fatalf("one undo left\n%s", got)
			}
			load(t, to, data, false)
			if got := to.Picture(t); got != want {
				t.Fatalf("after undo read back\n%s\nwant\n%s", got, want)
			}
		}
	})
}

// Later changes win: those of a newer export here, and those made here over an older export.
func TestLaterWins(t *testing.T) {
	a, b := exchangetest.New(t, 1), exchangetest.New(t, 2)
	var x, y model.ID
	a.Do(t, func(e *model.Edit) (err error) {
		if x, err = e.Create(model.Root, model.Last, "x"); err == nil {
			y, err = e.Create(model.Root, model.Last, "y")
		}
		return err
	})
	old := export(t, a)
	load(t, b, old, false)
	a.Do(t, func(e *model.Edit) error { return e.SetText(x, "x changed there") })
	newer := export(t, a)
	for range 9 { // its clock has gone further
		b.Do(t, func(e *model.Edit) error { return e.SetText(y, "y changed here") })
		b.Do(t, func(e *model.Edit) error { return e.SetText(y, "y, changed here") })
	}
	if r := load(t, b, newer, false); r.Changed != 1 || r.Ours != 1 {
		t.Errorf("%+v", r)
	}
	if p := b.Picture(t); !strings.Contains(p, "x changed there") || !strings.Contains(p, "y, changed here") {
		t.Errorf("got\n%s", p)
	}
	b.Do(t, func(e *model.Edit) error { return e.Trash(x) })
	before := b.Picture(t)
	if r := load(t, b, newer, false); r.Ours != 2 || b.Picture(t) != before {
		t.Errorf("an import took a node out of the trash: %+v", r)
	}
}

// A tree with thousands of nodes at its top, and one with a note as long as there can be.
func TestBig(t *testing.T) {
	from, to := exchangetest.New(t, 1), exchangetest.New(t, 2)
	note := strings.Repeat("\x01", model.MaxNote)
	if _, err := from.Import("many", func(im *model.Importer) error {
		for i := range 3000 {
			if _, err := im.Create(model.Root, fmt.Sprint("node ", i), 0, nil); err != nil {
				return err
			}
		}
		_, err := im.Create(model.Root, "long", len(note), func(e *model.Edit, id model.ID) error { return e.SetNote(id, note) })
		return err
	}); err != nil {
		t.Fatal(err)
	}
	data := export(t, from)
	load(t, to, data, false)
	if from.Picture(t) != to.Picture(t) {
		t.Error("the trees differ")
	}
	to.Undo(t)
	if p := to.Picture(t); strings.Count(p, "\n") != 2 {
		t.Errorf("after undo %d lines", strings.Count(p, "\n"))
	}
}

func TestReadRefuses(t *testing.T) {
	const head, foot = `{"arbor":1}` + "\n", `{"end":true}` + "\n"
	node := func(id string, more string) string {
		return `{"id":"` + id + `","parent":"0000000000000","text":"x"` + more + "}\n"
	}
	a, b := node("1111111111110", ""), node("2222222222220", "")
	for _, c := range []struct{ name, data, want string }{
		{"empty", "", "truncated"},
		{"no header", a + foot, "line 1"},
		{"text", "buy milk\n", "line 1"},
		{"binary", "\x00\x01", "binary"},
		{"newer", `{"arbor":2}` + "\n" + foot, "newer arbor"},
		{"no end", head + a, "truncated"},
		{"cut in a line", head + a + b[:20], "line 3: the object that begins here does not end: the file is truncated"},
		{"not JSON", head + a + "nope\n" + foot, "line 3"},
		{"two in a line", head + strings.TrimSpace(a) + b + foot, "line 2"},
		{"wrong count", head + a + `{"end":true,"nodes":2,"samples":0}`, "2 nodes"},
		{"behind the end", head + foot + a, "line 3"},
		{"twice", head + a + a + foot, "line 3: node 1111111111110 comes a second time"},
		{"id", head + node("uuuu", "") + foot, "line 2: id"},
		{"parent", head + `{"id":"1111111111110","parent":"!","text":"x"}` + "\n" + foot, "line 2: parent"},
		{"state", head + node("1111111111110", `,"state":"blorp"`) + foot, "line 2"},
		{"date", head + node("1111111111110", `,"due":"soon"`) + foot, "line 2"},
		{"half a place", head + node("1111111111110", `,"x":1`) + foot, "x without y"},
		{"samples of none", head + a + `{"samples":"1111111111110","values":[[1,2]]}` + "\n" + foot, "no series"},
		{"samples backwards", head + node("1111111111110", `,"series":true`) + `{"samples":"1111111111110","values":[[2,2],[1,2]]}` + "\n" + foot, "earlier than the one before"},
		{"bad sample", head + node("1111111111110", `,"series":true`) + `{"samples":"1111111111110","values":[[2,"x"]]}` + "\n" + foot, "line 3"},
		{"tag with a blank", head + node("1111111111110", `,"tags":["a b"]`) + foot, "line 2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tr := exchangetest.New(t, 1)
			defer tr.Close(t)
			before := tr.Picture(t)
			p, err := Read(strings.NewReader(c.data))
			if err == nil {
				_, err = exchange.Apply(tr.Tree, tr.Book, p, "import", false)
			}
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v, want one line with %q", err, c.want)
			}
			if tr.Picture(t) != before {
				t.Error("the tree was changed")
			}
		})
	}
}

// Written by hand, a file needs little; what is not known is passed over and said.
func TestReadLenient(t *testing.T) {
	tr := exchangetest.New(t, 1)
	data := "\ufeff{\"arbor\":1}\r\n\r\n" + `{"id":"1111111111110","parent":"9999999999990","text":"x","colour":"red","tags":["b","a"]}` + "\r\n" + `{"end":true}`
	r := load(t, tr, []byte(data), false)
	if r.Created != 1 || len(r.Dropped) != 1 || r.Dropped[0].Line != 3 || !strings.Contains(r.Dropped[0].Text, "colour") || len(r.Mapped) != 1 {
		t.Errorf("%+v", r)
	}
	if p := tr.Picture(t); !strings.Contains(p, `  1111111111110 "x" none tags ["a" "b"]`) {
		t.Errorf("got\n%s", p)
	}
	if r := load(t, tr, []byte(data), false); r.Unchanged != 1 {
		t.Errorf("a second time: %+v", r)
	}
}

func TestLinesAreJSON(t *testing.T) {
	tr := exchangetest.New(t, 1)
	tr.Do(t, func(e *model.Edit) error {
		id, err := e.Create(model.Root, model.Last, "tea")
		if err != nil {
			return err
		}
		return e.AddTag(id, "home")
	})
	lines := strings.Split(strings.TrimSpace(string(export(t, tr))), "\n")
	if len(lines) != 5 {
		t.Fatalf("%d lines", len(lines))
	}
	var n map[string]any
	if err := json.Unmarshal([]byte(lines[2]), &n); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"id", "parent", "text", "state", "tags", "fields", "order", "created", "modified"} {
		if _, ok := n[key]; !ok {
			t.Errorf("line %s lacks %q", lines[2], key)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("{\"arbor\":1}\n" + `{"id":"1111111111110","parent":"0000000000000","text":"x","series":true,"arrows":[{"to":"1111111111110"}],"x":1,"y":2,"due":"2026-11-27"}` +
		"\n" + `{"samples":"1111111111110","values":[[1,"NaN"],[2,3]]}` + "\n" + `{"end":true,"nodes":1,"samples":2}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := Read(bytes.NewReader(data))
		if err != nil {
			return
		}
		if err := p.Each(func(*exchange.Node) error { return nil }); err != nil {
			t.Fatalf("the second reading: %v", err)
		}
		if err := p.Samples(func(exchange.Samples) error { return nil }); err != nil {
			t.Fatalf("the samples: %v", err)
		}
	})
}

// A file of the first format is read and written as ever.
func TestFormat1(t *testing.T) {
	data, err := os.ReadFile("testdata/tree.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	tr := exchangetest.New(t, 1)
	if r := load(t, tr, data, false); r.Created != 3 || r.Samples != 2 || len(r.Mapped)+len(r.Dropped) > 0 {
		t.Errorf("%+v", r)
	}
	if got := export(t, tr); !bytes.Equal(got, data) {
		t.Errorf("written\n%s\nwant\n%s", got, data)
	}
}
