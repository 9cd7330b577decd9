package model

import (
	"slices"
	"strings"
	"testing"
)

// TestStandings: what asks where tasks stand means the same nodes on a sheet, among records found by a word, and within an edit.
func TestStandings(t *testing.T) {
	now := at(t, "2027-01-06 12:00")
	tree := open(t)
	ids := map[string]ID{}
	for _, line := range []string{
		"plain state:todo", "blocked state:todo", "basis state:todo", "waits wait:2027-02-01 state:todo", "asked state:waiting",
		"later sched:2027-02-01 state:todo", "expired until:2027-01-01 state:todo", "closed wait:2027-02-01 until:2027-01-01 state:done", "idea",
		"project state:todo", "daily rec:daily due:2027-01-06 state:todo", "fair when:2027-01-09",
	} {
		name, _, _ := strings.Cut(line, " ")
		ids[name] = addLine(t, tree, Root, line)
	}
	ids["step"] = addLine(t, tree, ids["project"], "step state:todo")
	gone := addLine(t, tree, Root, "gone state:todo")
	do(t, tree, func(e *Edit) error {
		for _, a := range [][2]ID{{ids["blocked"], ids["basis"]}, {ids["plain"], gone}, {ids["plain"], ids["closed"]}, {ids["closed"], ids["basis"]}} {
			if err := e.AddArrow(a[0], a[1], Depends); err != nil {
				return err
			}
		}
		return e.Trash(gone)
	})
	for q, want := range map[string]string{
		"is:ready": "basis daily plain step", "is:blocked": "blocked", "is:blocking": "basis", "is:waiting": "asked waits", "is:scheduled": "later",
		"is:expired": "expired", "is:recurring": "daily", "is:event": "fair", "is:ready p": "plain", "p or is:blocked": "blocked plain project",
		"is:task -is:ready": "asked blocked closed expired later project waits", "text~/^[ab]/": "asked basis blocked",
		"text~/A[SY]/i -done": "asked basis", "text~/A[SY]/": "", "-done text~/e$/": "", "due<thu": "daily", "due>=thu": "",
	} {
		check := func(where string, v *View) error {
			var got []string
			for n, err := range v.Select(everything(t, now, q)) {
				if err != nil {
					return err
				}
				got = append(got, n.Text)
			}
			slices.Sort(got)
			if g := strings.Join(got, " "); g != want {
				t.Errorf("%s: %q means %q, want %q", where, q, g, want)
			}
			return nil
		}
		view(t, tree, func(v *View) error { return check("a view", v) })
		do(t, tree, func(e *Edit) error {
			if err := e.SetState(ids["idea"], None); err != nil {
				return err
			}
			return check("an edit", e.View)
		})
	}
}
