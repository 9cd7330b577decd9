package model

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"arbor/model/date"
	"arbor/model/query"
)

// agendaText writes the days that have something on them.
func agendaText(t testing.TB, tree *Tree, q, from, to string, now time.Time) string {
	t.Helper()
	var b strings.Builder
	view(t, tree, func(v *View) error {
		parsed, err := query.Parse(q, now)
		if err != nil {
			return err
		}
		first, err1 := date.ParseISO(from)
		last, err2 := date.ParseISO(to)
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		days, err := v.Agenda(parsed, first, last, now)
		for _, d := range days {
			if len(d.Items) > 0 {
				fmt.Fprintf(&b, "%s\n", d.Day)
			}
			for _, it := range d.Items {
				fmt.Fprintf(&b, "  %s %s %s", it.Kind, it.Node.Text, it.From)
				if !it.To.IsZero() {
					fmt.Fprintf(&b, "/%s", it.To)
				}
				if it.Late {
					b.WriteString(" late")
				}
				if it.Projected {
					b.WriteString(" projected")
				}
				if len(it.Overlaps) > 0 {
					fmt.Fprintf(&b, " overlaps %d", len(it.Overlaps))
				}
				b.WriteByte('\n')
			}
		}
		return err
	})
	return b.String()
}

func TestAgenda(t *testing.T) {
	now := at(t, "2027-01-06 12:00") // a Wednesday
	tree := open(t)
	for _, line := range []string{
		"tax due:2027-01-04 state:todo",
		"far due:2027-03-01 state:todo",
		"report due:2027-01-06 state:todo +work",
		`letter due:"2027-01-06 17:00" state:todo`,
		"begin sched:2027-01-05 state:todo",
		"hidden due:2027-01-07 wait:2027-01-08 state:todo",
		"expired due:2027-01-07 until:2027-01-05 state:todo",
		"dropped due:2027-01-07 state:cancelled",
		"fair when:2027-01-07..2027-01-09",
		`choir rec:"every wed" when:"2027-01-06 19:00..21:00"`,
		`dinner when:"2027-01-06 20:00..23:00"`,
		`late when:"2027-01-06 21:00..2027-01-07 00:00"`,
		`train when:"2027-01-06 20:30"`,
		"water rec:2d due:2027-01-06",
	} {
		addLine(t, tree, Root, line)
	}
	warned := addLine(t, tree, Root, "birthday due:2027-01-12 state:todo")
	do(t, tree, func(e *Edit) error { return e.SetField(warned, "warn", "7d") })
	old := addLine(t, tree, Root, "old due:2027-01-06 state:todo")
	finish(t, tree, old, "2027-01-06 08:00")
	plants := addLine(t, tree, Root, "plants rec:daily due:2027-01-06")
	finish(t, tree, plants, "2027-01-06 09:00")

	want := `2027-01-06
  due tax 2027-01-04 late
  sched begin 2027-01-05 late
  due letter 2027-01-06T17:00:00Z
  event choir 2027-01-06T19:00:00Z/2027-01-06T21:00:00Z overlaps 1
  event dinner 2027-01-06T20:00:00Z/2027-01-06T23:00:00Z overlaps 2
  event train 2027-01-06T20:30:00Z
  event late 2027-01-06T21:00:00Z/2027-01-07T00:00:00Z overlaps 1
  due report 2027-01-06
  due water 2027-01-06
  warned birthday 2027-01-12
  done old 2027-01-06T08:00:00Z
  done plants 2027-01-06T09:00:00Z
2027-01-07
  event fair 2027-01-07/2027-01-09
  due plants 2027-01-07
2027-01-08
  event fair 2027-01-07/2027-01-09
  due plants 2027-01-08 projected
  due water 2027-01-08 projected
`
	if got := agendaText(t, tree, "", "2027-01-06", "2027-01-08", now); got != want {
		t.Errorf("agenda\n%swant\n%s", got, want)
	}
	if got, want := agendaText(t, tree, "+work or choir", "2027-01-05", "2027-01-13", now), `2027-01-06
  event choir 2027-01-06T19:00:00Z/2027-01-06T21:00:00Z
  due report 2027-01-06
2027-01-13
  event choir 2027-01-13T19:00:00Z/2027-01-13T21:00:00Z projected
`; got != want {
		t.Errorf("agenda of a query\n%swant\n%s", got, want)
	}
	if got, want := agendaText(t, tree, "fair or tax or hidden", "2027-01-09", "2027-01-12", now), "2027-01-09\n  event fair 2027-01-07/2027-01-09\n"; got != want {
		t.Errorf("agenda of other days\n%swant\n%s", got, want)
	}
}

// TestAgendaDays: a day is the person's own, also where the clock changes.
func TestAgendaDays(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	tree := open(t)
	tree.opt.Location = berlin
	addLine(t, tree, Root, `night when:"2027-03-27T23:30Z..2027-03-28T00:30Z"`) // 0:30 to 1:30, before the clock is set forward
	addLine(t, tree, Root, `run rec:daily due:"2027-03-27T06:00Z"`)             // at 7 in Berlin
	now := at(t, "2027-03-27 12:00").In(berlin)
	want := `2027-03-27
  due run 2027-03-27T06:00:00Z
2027-03-28
  event night 2027-03-27T23:30:00Z/2027-03-28T00:30:00Z
  due run 2027-03-28T05:00:00Z projected
2027-03-29
  due run 2027-03-29T05:00:00Z projected
`
	if got := agendaText(t, tree, "", "2027-03-27", "2027-03-29", now); got != want {
		t.Errorf("agenda\n%swant\n%s", got, want)
	}
}
