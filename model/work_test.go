package model

import (
	"cmp"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"arbor/model/query"
)

func everything(t testing.TB, now time.Time, text string) *query.Query {
	t.Helper()
	q, err := query.Parse(text, now)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// texts lists what is next.
func texts(t testing.TB, tree *Tree, q string, now time.Time) string {
	t.Helper()
	var out []string
	view(t, tree, func(v *View) error {
		next, _, err := v.Next(everything(t, now, q), DefaultWeights(), now, 0)
		for _, s := range next {
			out = append(out, s.Node.Text)
		}
		return err
	})
	return strings.Join(out, ", ")
}

func TestNext(t *testing.T) {
	now := at(t, "2027-01-06 12:00")
	tree := open(t)
	ids := map[string]ID{}
	for _, line := range []string{
		"late due:2027-01-01 state:todo", "soon due:2027-01-10 state:todo", "plain state:todo", "high prio:H state:todo", "marked +next state:todo",
		"blocked prio:H state:todo", "basis state:todo", "waits wait:2027-02-01 state:todo", "asked state:waiting", "later sched:2027-02-01 state:todo",
		"expired until:2027-01-01 state:todo", "closed state:done", "no task", "project due:2027-01-07 prio:H +work state:todo",
	} {
		name, _, _ := strings.Cut(line, " ")
		ids[name] = addLine(t, tree, Root, line)
	}
	ids["step"] = addLine(t, tree, ids["project"], "step state:todo")
	addLine(t, tree, ids["project"], "step done state:done")
	gone := addLine(t, tree, Root, "gone state:todo")
	do(t, tree, func(e *Edit) error {
		for _, a := range [][2]ID{{ids["blocked"], ids["basis"]}, {ids["plain"], gone}, {ids["plain"], ids["closed"]}} {
			if err := e.AddArrow(a[0], a[1], Depends); err != nil {
				return err
			}
		}
		return e.Trash(gone)
	})
	if got, want := texts(t, tree, "", now), "step, marked, late, basis, soon, high, plain"; got != want {
		t.Errorf("next is %s; want %s", got, want)
	}
	if got := texts(t, tree, "+next or s", now); got != "step, marked, soon" {
		t.Errorf("next of a query is %s", got)
	}
	view(t, tree, func(v *View) error {
		all, err := v.Work(everything(t, now, ""), DefaultWeights(), now)
		for _, s := range all {
			switch s.Node.Text {
			case "project":
				if s.Below != 1 || s.Ready(now) {
					t.Errorf("the project stands as %+v", s)
				}
			case "step":
				if s.DueOf != ids["project"] || s.Prio != 6 || fmt.Sprint(s.Tags) != "[work]" {
					t.Errorf("the step stands as %+v", s)
				}
			case "blocked":
				if len(s.Blocked) != 1 || s.Blocked[0] != ids["basis"] {
					t.Errorf("blocked by %v", s.Blocked)
				}
			case "closed", "no task", "gone":
				t.Errorf("%s is no open task", s.Node.Text)
			}
		}
		return err
	})
}

// TestNextOfMany: the first few are those that a look at all the work finds, also where many are as urgent and as old.
func TestNextOfMany(t *testing.T) {
	now := clockTime.AddDate(0, 1, 0)
	tree := open(t)
	_, err := tree.Import("tasks", func(im *Importer) error {
		above := Root
		for i := range 4000 {
			id, err := im.Create(above, fmt.Sprintf("task %d", i), 32, func(e *Edit, id ID) error {
				if i%3 == 0 {
					if err := e.SetDue(id, Date{T: clockTime.AddDate(0, 0, i%40), AllDay: true}); err != nil {
						return err
					}
				}
				return e.SetState(id, []State{Todo, Doing, Waiting, Done, None}[i%7%5])
			})
			if err != nil {
				return err
			}
			if i%200 == 0 {
				above = id
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"", "due:any", `"5"`, "state:doing or due:overdue"} {
		q := everything(t, now, text)
		view(t, tree, func(v *View) error {
			want, err := v.Work(q, DefaultWeights(), now)
			if err != nil {
				return err
			}
			want = slices.DeleteFunc(want, func(s Standing) bool { return !s.Ready(now) })
			slices.SortStableFunc(want, func(a, b Standing) int {
				return cmp.Or(cmp.Compare(b.Urgency, a.Urgency), a.Node.Created.Compare(b.Node.Created))
			})
			for _, most := range []int{0, 1, 2, 10, 250, len(want), len(want) + 1} {
				got, ready, err := v.Next(q, DefaultWeights(), now, most)
				if err != nil {
					return err
				}
				some := want
				if most > 0 && most < len(want) {
					some = want[:most]
				}
				if ready != len(want) || len(got) != len(some) {
					t.Fatalf("%q: %d of %d, want %d of %d", text, len(got), ready, len(some), len(want))
				}
				for i := range got {
					if !reflect.DeepEqual(got[i], some[i]) {
						t.Fatalf("%q: at %d of %d: %+v, want %+v", text, i, most, got[i], some[i])
					}
				}
			}
			return nil
		})
	}
}

// TestUrgency: an urgency is the sum of its reasons, and the ramp of the due date is Taskwarrior's.
func TestUrgency(t *testing.T) {
	now := at(t, "2027-01-06 00:00")
	for _, c := range []struct {
		due  string
		want float64
	}{{"2026-12-01", 1}, {"2026-12-29", 1}, {"2027-01-05", 0.2 + 14*0.8/21}, {"2027-01-12", 0.2 + 7*0.8/21}, {"2027-01-19", 0.2}, {"2027-06-01", 0.2}} {
		d, err := time.Parse(time.DateOnly, c.due)
		if err != nil {
			t.Fatal(err)
		}
		if got := dueValue(Date{T: d, AllDay: true}, now); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("due %s: %v, want %v", c.due, got, c.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := Standing{Prio: rapid.Float64Range(-2, 20).Draw(t, "prio"), Blocking: rapid.IntRange(0, 3).Draw(t, "blocking"),
			Tags: rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "next"}), 0, 4).Draw(t, "tags")}
		s.Node.State = State(rapid.IntRange(0, int(Waiting)).Draw(t, "state"))
		s.Node.Created = now.Add(-time.Duration(rapid.Int64Range(0, 1e17).Draw(t, "age")))
		s.Node.NoteLen = rapid.IntRange(0, 1).Draw(t, "note")
		w := DefaultWeights()
		w["tag.a"] = rapid.Float64Range(-5, 5).Draw(t, "weight")
		sum, why := w.weigh(&s, now)
		total := 0.0
		for i, x := range why {
			if x.Value < 0 || x.Value > 1 || x.Score != x.Value*x.Weight || i > 0 && math.Abs(why[i-1].Score) < math.Abs(x.Score) {
				t.Fatalf("terms %+v", why)
			}
			total += x.Score
		}
		if math.Abs(total-sum) > 1e-9 {
			t.Fatalf("terms %+v add up to %v, not %v", why, total, sum)
		}
	})
}
