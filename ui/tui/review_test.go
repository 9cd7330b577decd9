package tui

import (
	"strconv"
	"strings"
	"testing"
)

// TestReviewPictures compares the review with the files in testdata.
func TestReviewPictures(t *testing.T) {
	for _, sc := range []struct{ name, keys string }{
		{"review", "9s"},
		{"review-defer", "9fmon"},
		{"review-end", "9kkkk"},
	} {
		for _, size := range []struct{ w, h int }{{20, 5}, {40, 12}, {80, 24}, {200, 50}} {
			name := sc.name + "-" + strconv.Itoa(size.w)
			t.Run(name, func(t *testing.T) {
				tree := newTree(t)
				d := start(t, tree, size.w, size.h)
				d.press("<esc>athought<enter>aRing the doctor +phone<enter>")
				plant(t, tree, "Work\n\tTax return due:2026-03-01 state:todo\n\tNew office state:todo\n\t\tAsk the landlord state:waiting\nOther state:todo\n")
				d.press(sc.keys)
				compare(t, name, d.picture())
			})
		}
	}
}

// TestReviewAnswers: each answer is done to the node under the cursor, which then is not brought up again, and is a step of undo.
func TestReviewAnswers(t *testing.T) {
	const task = "a due:2026-03-01 state:todo\nb due:2026-03-02 state:todo\n"
	const rest = "b state:todo due:2026-03-02\n"
	for _, sc := range []struct{ name, keys, want, says string }{
		{"do", "9d", "a state:doing due:2026-03-01\n" + rest, "doing: “a” · u undoes"},
		{"done", "9e", "a state:done due:2026-03-01\n" + rest, "done: “a”"},
		{"defer", "9f3d<enter>", "a state:todo due:2026-03-01 wait:2026-03-07\n" + rest, "deferred until Sat 7 Mar: “a”"},
		{"defer not understood", "9f31feb<enter>", "a state:todo due:2026-03-01\n" + rest, "not understood"},
		{"defer until nothing", "9f<enter>", "a state:todo due:2026-03-01\n" + rest, ""},
		{"delegate", "9g+ann<enter>", "a +ann state:waiting due:2026-03-01\n" + rest, "delegated: “a”"},
		{"delegate to nobody", "9g<enter>", "a state:waiting due:2026-03-01\n" + rest, "delegated: “a”"},
		{"delegate to two words", "9ga b<enter>", "a state:todo due:2026-03-01\n" + rest, "a tag has no blanks"},
		{"next step", "9nask Bo<enter>", "a state:todo due:2026-03-01\n\task Bo state:todo\n" + rest, "the next step of “a”: ask Bo"},
		{"delete", "9x", rest, "deleted: “a”"},
		{"keep, and on to the next", "9kd", "a state:todo due:2026-03-01\nb state:doing due:2026-03-02\n", "doing: “b”"},
		{"skip", "9sd", "a state:todo due:2026-03-01\nb state:doing due:2026-03-02\n", "doing: “b”"},
		{"undone, and answered again", "9eud", "a state:doing due:2026-03-01\n" + rest, "doing: “a”"},
		{"goes on where it stopped", "9k<esc>9e", "a state:todo due:2026-03-01\nb state:done due:2026-03-02\n", "done: “b”"},
	} {
		t.Run(sc.name, func(t *testing.T) {
			tree := newTree(t)
			plant(t, tree, task)
			d := start(t, tree, 100, 30)
			d.press(sc.keys)
			if got := dump(t, tree); got != sc.want {
				t.Errorf("the tree is\n%s, want\n%s", got, sc.want)
			}
			if pic := d.picture(); !strings.Contains(pic, sc.says) {
				t.Errorf("the screen does not say %q:\n%s", sc.says, pic)
			}
		})
	}
}

// TestReviewWeek: the end of a review is noted on the page of the day, which the outline shows then.
func TestReviewWeek(t *testing.T) {
	tree := newTree(t)
	plant(t, tree, "a due:2026-03-01 state:todo\n")
	d := start(t, tree, 100, 30)
	d.press("9eE")
	if view, text := focused(t, d); view != "outline" || text != "Review: 1 done, 0:00 worked since Sun 1 Mar" {
		t.Errorf("the %s shows %q\n%s", view, text, d.picture())
	}
	if pic := d.picture(); !strings.Contains(pic, "the week is noted") {
		t.Errorf("nothing is said\n%s", pic)
	}
	d.press("u")
	if got := dump(t, tree); strings.Contains(got, "Review") {
		t.Errorf("it was undone, but the tree is\n%s", got)
	}
}
