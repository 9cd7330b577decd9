package taskwarrior

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"arbor/model"
	"arbor/model/exchange"
	"arbor/store"
)

// rent is a template, two tasks that were closed, and one that is open.
const rent = `[
{"uuid":"` + uuids + `1","description":"rent","status":"recurring","recur":"monthly","due":"20260131T000000Z","entry":"20260101T000000Z","mask":"+X-","tags":["home"]},
{"uuid":"` + uuids + `2","description":"rent","status":"completed","parent":"` + uuids + `1","imask":0,"due":"20260131T000000Z","end":"20260130T120000Z","entry":"20260101T000000Z"},
{"uuid":"` + uuids + `3","description":"rent, late","status":"deleted","parent":"` + uuids + `1","imask":"1.000000","due":"20260228T000000Z","end":"20260301T120000Z"},
{"uuid":"` + uuids + `4","description":"rent","status":"pending","parent":"` + uuids + `1","imask":"2","due":"20260331T000000Z","start":"20260330T080000Z","tags":["home","now"],
 "annotations":[{"entry":"20260330T090000Z","description":"asked for it"}],"depends":["` + uuids + `5"]},
{"uuid":"` + uuids + `5","description":"salary","status":"pending","depends":["` + uuids + `2"]}
]`

func events(t testing.TB, data string) (out []string) {
	t.Helper()
	p, err := Read([]byte(data), time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Events(func(evs []model.Event) error {
		for _, e := range evs {
			out = append(out, fmt.Sprintf("%s %s %s %s", e.Date, e.Outcome, e.At.Format("2006-01-02"), e.Text))
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestFamily(t *testing.T) {
	nodes, report := plan(t, rent)
	n := nodes["rent"]
	if len(nodes) != 3 || n == nil || n.State != model.Doing || n.Due.String() != "2026-03-31T00:00:00Z" || !slices.Equal(n.Tags, []string{"home", "now"}) {
		t.Fatalf("nodes %v", nodes)
	}
	for key, want := range map[string]string{"rec": "every month", "rec.from": "2026-01-31T00:00:00Z", "uuid": uuids + "1", "uuid.children": uuids + "2 " + uuids + "3 " + uuids + "4", "mask": "", "imask": "", "parent": ""} {
		if got, _ := n.Field(key); got != want {
			t.Errorf("field %s is %q, want %q", key, got, want)
		}
	}
	if n.Note != "2026-03-30T09:00:00Z asked for it" || len(n.Arrows) != 1 || n.Arrows[0].To != nodes["salary"].ID {
		t.Errorf("note %q, arrows %v", n.Note, n.Arrows)
	}
	if a := nodes["salary"].Arrows; len(a) != 1 || a[0].To != n.ID {
		t.Errorf("an arrow to a folded task goes to %v", a)
	}
	if got, want := events(t, rent), []string{"2026-01-31T00:00:00Z done 2026-01-30 ", "2026-02-28T00:00:00Z skipped 2026-03-01 rent, late"}; !slices.Equal(got, want) {
		t.Errorf("events %q, want %q", got, want)
	}
	if !has(report.Mapped, "one node that repeats") {
		t.Errorf("mapped %v", report.Mapped)
	}
}

func TestFamilyForms(t *testing.T) {
	template := func(more string) string {
		return `{"uuid":"` + uuids + `1","description":"t","status":"recurring","due":"20260105T000000Z"` + more + `}`
	}
	child := func(i int, status, due, more string) string {
		return fmt.Sprintf(`{"uuid":"%s%d","description":"t","status":%q,"parent":"%s1","due":%q%s}`, uuids, i+2, status, uuids, due, more)
	}
	for _, c := range []struct{ name, data, looks, events string }{
		{"no task made yet", template(`,"recur":"weekly"`), "todo 2026-01-05T00:00:00Z every week", ""},
		{"none is open", template(`,"recur":"weekly"`) + child(0, "completed", "20260105T000000Z", `,"end":"20260105T080000Z"`), "todo 2026-01-12T00:00:00Z every week", "2026-01-05T00:00:00Z done 2026-01-05 "},
		{"that was the last", template(`,"recur":"weekly","until":"20260110T000000Z"`) + child(0, "completed", "20260105T000000Z", `,"end":"20260105T080000Z"`),
			"done 2026-01-05T00:00:00Z every week", "2026-01-05T00:00:00Z done 2026-01-05 "},
		{"they pile up", template(`,"recur":"daily"`) + child(0, "pending", "20260105T000000Z", "") + child(1, "pending", "20260106T000000Z", ""), "todo 2026-01-05T00:00:00Z +1d", ""},
		{"a mask alone", template(`,"recur":"2w","mask":"+X-"`) + child(2, "pending", "20260202T000000Z", `,"imask":2.0`), "todo 2026-02-02T00:00:00Z every 2 weeks",
			"2026-01-05T00:00:00Z done 2026-01-05 , 2026-01-19T00:00:00Z skipped 2026-01-19 "},
		{"waiting", template(`,"recur":"P1M"`) + child(0, "waiting", "20260105T000000Z", `,"wait":"20260104T000000Z"`), "waiting 2026-01-05T00:00:00Z every month", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			nodes, _ := plan(t, c.data)
			n := nodes["t"]
			rule, _ := n.Field("rec")
			if got := fmt.Sprintf("%s %s %s", n.State, n.Due, rule); got != c.looks || len(nodes) != 2 {
				t.Errorf("%d nodes, %q; want %q", len(nodes), got, c.looks)
			}
			if got := strings.Join(events(t, c.data), ", "); got != c.events {
				t.Errorf("events %q, want %q", got, c.events)
			}
		})
	}
	nodes, report := plan(t, template(`,"recur":"blue moon","mask":"-"`)+child(0, "pending", "20260105T000000Z", `,"imask":0`))
	if v, _ := nodes["t"].Field("parent"); len(nodes) != 2 || v == "" && nodes["t"].State != model.None { // two nodes of one text beside the root
		t.Errorf("nodes %v", nodes)
	}
	if !has(report.Kept, `recur "blue moon"`) || !has(report.Kept, "stay tasks of their own") {
		t.Errorf("kept %v", report.Kept)
	}
}

// TestFamilyOfEarlierNodes: what an earlier import made nodes of its own goes to the trash, and a second import changes nothing.
func TestFamilyOfEarlierNodes(t *testing.T) {
	db, err := store.Open("", store.Options{Memory: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	tree, err := model.Open(db, model.Options{Machine: "m", Location: time.UTC})
	if err != nil {
		t.Fatal(err)
	}
	load := func(data string) exchange.Report {
		t.Helper()
		p, err := Read([]byte(data), time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		r, err := exchange.Apply(tree, nil, p, "import", false)
		if err != nil {
			t.Fatal(err)
		}
		return *r
	}
	alone := strings.Replace(rent, `"status":"recurring"`, `"status":"pending"`, 1) // no family: five tasks
	if r := load(alone); r.Created != 6 {
		t.Fatalf("%+v", r)
	}
	if r := load(rent); r.Folded != 2 || r.Events != 2 { // of three children the deleted one lies in the trash already
		t.Errorf("%+v", r)
	}
	if r := load(rent); r.Folded != 0 || r.Events != 0 || r.Changed != 0 || r.Created != 0 {
		t.Errorf("a second import: %+v", r)
	}
	if err := tree.View(func(v *model.View) error {
		chain, err := v.Chain(exchange.ID(format, uuids+"1"))
		if len(chain) != 2 {
			t.Errorf("chain %v", chain)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}
