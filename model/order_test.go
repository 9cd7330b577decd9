package model

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"arbor/model/query"

	"pgregory.net/rapid"
)

// selectTexts returns the texts of what a query means, with | between them.
func selectTexts(t testing.TB, tree *Tree, text string) string {
	t.Helper()
	var out []string
	view(t, tree, func(v *View) error {
		q, err := query.Parse(text, clockTime)
		if err != nil {
			return err
		}
		for n, err := range v.Select(q) {
			if err != nil {
				return err
			}
			out = append(out, n.Text)
		}
		return nil
	})
	return strings.Join(out, "|")
}

func TestSelectWhere(t *testing.T) {
	tree := open(t)
	ids := plant(t, tree, "Big House #home\n\tcellar\n\t\twine\nhut\n\twine\n\troof #x\n")
	do(t, tree, func(e *Edit) error {
		return errors.Join(e.SetNote(ids["cellar"], "Cold\nand dark"), e.AddTag(ids["hut"], "home"), e.AddArrow(ids["roof #x"], ids["cellar"], ""),
			e.AddArrow(ids["hut"], ids["cellar"], Depends), e.SetField(ids["hut"], "est", "90min"),
			e.SetEvent(Event{Node: ids["hut"], Kind: Interval, ID: EventID{1}, From: clockTime}),
			e.SetEvent(Event{Node: ids["cellar"], Kind: Interval, ID: EventID{1}, From: clockTime, To: clockTime.Add(time.Hour)}))
	})
	for text, want := range map[string]string{
		"+home":                            "Big House #home|hut",
		"tag:home":                         "Big House #home|cellar|wine|hut|wine|roof #x",
		"tag:home -tag:x wine":             "wine|wine",
		`under:"big house"`:                "cellar|wine",
		`under:"BIG house #home"`:          "cellar|wine",
		`under:"house"`:                    "",
		"under:(+home -house)":             "wine|roof #x",
		"under:(under:(+home))":            "wine",
		"-under:(+home)":                   "Big House #home|hut",
		"above:" + ids["roof #x"].String(): "hut",
		"depth:1":                          "Big House #home|hut",
		"depth>2":                          "wine",
		"note~/cold.*dark/":                "",
		"note~/(?s)cold.*dark/i":           "cellar",
		"-note~/dark/ depth:2":             "wine|roof #x",
		"has:link":                         "hut|roof #x",
		"has:backlink":                     "cellar",
		"has:depends":                      "hut",
		"has:est or has:note":              "cellar|hut",
		"has:interval":                     "cellar|hut",
		"is:active":                        "hut",
		"wine or hut sort:text":            "hut|wine|wine",
		"depth<3 sort:-text limit:2":       "wine|roof #x",
		"sort:-tree limit:1":               "roof #x",
		"limit:1":                          "Big House #home",
	} {
		if got := selectTexts(t, tree, text); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

// sort: and limit: give what sorting all by hand gives; what has no value comes last, and what is equal stays in the order of the tree.
func TestSortAgainstAll(t *testing.T) {
	due := func(n Node) int64 {
		if n.Due.IsZero() {
			return 1 << 60
		}
		return n.Due.T.Unix()
	}
	rapid.Check(t, func(rt *rapid.T) {
		tree := open(t)
		n := rapid.IntRange(0, 12).Draw(rt, "nodes")
		if _, err := tree.Do("plant", func(e *Edit) error {
			for i := range n {
				id := Named(fmt.Sprint(i))
				err := e.CreateID(id, Root, First, rapid.SampledFrom([]string{"b", "A", "c"}).Draw(rt, "text"))
				if day := rapid.IntRange(0, 4).Draw(rt, "due"); err == nil && day > 0 {
					err = e.SetDue(id, Date{T: clockTime.AddDate(0, 0, day)})
				}
				if p := rapid.IntRange(-1, 3).Draw(rt, "prio"); err == nil && p >= 0 {
					err = e.SetField(id, "prio", fmt.Sprint(p))
				}
				if err == nil && rapid.Bool().Draw(rt, "task") {
					err = e.SetState(id, Todo)
				}
				if err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			rt.Fatal(err)
		}
		limit := rapid.IntRange(1, 14).Draw(rt, "limit")
		for text, compare := range map[string]func(a, b Node) int{
			"due,text": func(a, b Node) int {
				return cmp.Or(cmp.Compare(due(a), due(b)), cmp.Compare(strings.ToLower(a.Text), strings.ToLower(b.Text)))
			},
			"-due": func(a, b Node) int {
				if a.Due.IsZero() || b.Due.IsZero() {
					return cmp.Compare(due(a), due(b))
				}
				return cmp.Compare(due(b), due(a))
			},
			"-text": func(a, b Node) int { return cmp.Compare(strings.ToLower(b.Text), strings.ToLower(a.Text)) },
		} {
			var want, got []Node
			view(t, tree, func(v *View) error {
				for c, err := range v.Children(Root) {
					if err != nil {
						return err
					}
					n, err := v.Node(c.ID)
					if err != nil {
						return err
					}
					want = append(want, n)
				}
				slices.SortStableFunc(want, compare)
				q, err := query.Parse(fmt.Sprintf("sort:%s limit:%d", text, limit), clockTime)
				if err != nil {
					return err
				}
				for n, err := range v.Select(q) {
					if err != nil {
						return err
					}
					got = append(got, n)
				}
				return nil
			})
			want = want[:min(limit, len(want))]
			if !slices.EqualFunc(got, want, func(a, b Node) bool { return a.ID == b.ID }) {
				rt.Fatalf("sort:%s limit:%d: %v, want %v", text, limit, got, want)
			}
		}
		checkUrgent(t, rt, tree)
	})
}

// checkUrgent compares sort:urgency with the urgencies that Work says.
func checkUrgent(t *testing.T, rt *rapid.T, tree *Tree) {
	view(t, tree, func(v *View) error {
		all, err := v.Work(&query.Query{Expr: query.And{}, Now: clockTime}, DefaultWeights(), clockTime)
		if err != nil {
			return err
		}
		slices.SortStableFunc(all, func(a, b Standing) int { return cmp.Compare(b.Urgency, a.Urgency) })
		i := 0
		for n, err := range v.Select(&query.Query{Expr: query.And{}, Now: clockTime, List: query.List{Sort: []query.Order{{Key: "urgency"}}}}) {
			if err != nil {
				return err
			}
			if i < len(all) && all[i].Node.ID != n.ID || i >= len(all) && n.IsTask() {
				rt.Fatalf("the most urgent but %d is %s", i, n.Text)
			}
			i++
		}
		return nil
	})
}

func TestGroups(t *testing.T) {
	now := time.Date(2026, 11, 22, 17, 0, 0, 0, time.FixedZone("", 3600))
	day := func(d int) Date { return Date{T: time.Date(2026, 11, d, 0, 0, 0, 0, time.UTC), AllDay: true} }
	nodes := []Node{
		{Text: "a", Due: day(24), Tags: []string{"y", "z"}},
		{Text: "b #z", State: Todo, Due: day(20)},
		{Text: "c", State: Done, Due: day(20)},
		{Text: "d", State: Todo, Due: Date{T: time.Date(2026, 11, 23, 23, 30, 0, 0, time.UTC)}, Parent: Inbox},
		{Text: "e", State: Todo, Fields: []Field{{fieldState, "review"}}, Tags: []string{"x"}},
	}
	for by, want := range map[string]string{
		"tag":    "x:e y:a z:a,b #z -:c,d",
		"state":  "none:a review:e todo:b #z,d done:c",
		"due":    "overdue:b #z 2026-11-20:c 2026-11-24:a,d -:e",
		"parent": "0000000000000:a,b #z,c,e " + Inbox.String() + ":d",
	} {
		var got []string
		for _, g := range Groups(&query.Query{Now: now, List: query.List{Group: by}}, nodes) {
			name := cmp.Or(g.Tag, g.State, g.Due.String())
			switch {
			case by == "parent":
				name = g.Parent.String()
			case g.Overdue:
				name = "overdue"
			}
			var texts []string
			for _, n := range g.Nodes {
				texts = append(texts, n.Text)
			}
			got = append(got, cmp.Or(name, "-")+":"+strings.Join(texts, ","))
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("by %s: %s, want %s", by, s, want)
		}
	}
}
