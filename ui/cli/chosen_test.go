package cli

import (
	"io"
	"strings"
	"testing"

	"arbor/model"
)

// aside is a command that another process runs while one is at work.
func aside(t testing.TB, w *world, args ...string) {
	t.Helper()
	if _, said, code := w.run("", args...); code != exitOK {
		t.Fatalf("arbor %q: %d: %s", args, code, said)
	}
}

// atWork is a run within w that has read its settings.
func atWork(t testing.TB, w *world) (*run, *strings.Builder) {
	t.Helper()
	p, said := w.program("", io.Discard), &strings.Builder{}
	p.Err = said
	r := &run{Program: &p}
	if err := r.configure(r.root()); err != nil {
		t.Fatal(err)
	}
	return r, said
}

// TestChosenBefore: what a command changes is chosen before its transaction. Somebody who writes something else meanwhile makes the edit be done
// again, since both are batches of one log, but not the choice, which may take long.
func TestChosenBefore(t *testing.T) {
	w := newWorld(t, t.TempDir())
	aside(t, w, "add", "one", "+x")
	aside(t, w, "add", "two", "+x")
	aside(t, w, "add", "gone", "+x")
	aside(t, w, "rm", `"gone"`)
	r, _ := atWork(t, w)
	for name, choose := range map[string]func(*model.View, []string) (*chosen, error){"in the tree": r.chooseMeant, "in the trash": r.trashed} {
		chose, edited := 0, 0
		err := r.changeParted([]string{"+x"}, false, "edit", maxAtOnce, func(v *model.View, sels []string) (*chosen, error) {
			chose++
			return choose(v, sels)
		}, func(e *model.Edit, ids []model.ID) (string, error) {
			if edited++; edited == 1 {
				aside(t, w, "add", "another", "+x")
			}
			for _, id := range ids {
				if err := e.AddTag(id, "y"); err != nil {
					return "", err
				}
			}
			return "changed", nil
		})
		if err != nil || chose != 1 || edited != 2 {
			t.Errorf("%s: %v, chosen %d times, edited %d times", name, err, chose, edited)
		}
	}
}

// TestChosenAnew: a node that another changes after it was chosen, so that the query no longer means it, is left out, and that is said; one that is
// still meant is changed as it is now.
func TestChosenAnew(t *testing.T) {
	w := newWorld(t, t.TempDir())
	aside(t, w, "add", "one", "+x")
	aside(t, w, "add", "two", "+x")
	aside(t, w, "add", "three", "+x")
	r, said := atWork(t, w)
	times := 0
	choose := func(v *model.View) (*chosen, error) {
		c, err := r.choose(v, []string{"+x"})
		if times++; times == 1 {
			aside(t, w, "edit", `"two"`, "-x")
			aside(t, w, "edit", `"three"`, "+z")
		}
		return c, err
	}
	err := r.onChosen(choose, func(s *Session, c *chosen) (string, error) {
		return changeOnce(s.Tree, c, "edit", func(e *model.Edit, ids []model.ID) (string, error) {
			for _, id := range ids {
				if err := e.AddTag(id, "y"); err != nil {
					return "", err
				}
			}
			return "changed", nil
		})
	})
	if err != nil || said.String() != "2 nodes changed; 1 node left out, changed meanwhile\n" {
		t.Errorf("%v, said %q", err, said)
	}
	out, _, _ := w.run("", "ls", "+y", "--json")
	if strings.Count(out, "\n") != 2 || !strings.Contains(out, `"tags":["x","y","z"]`) || strings.Contains(out, "two") {
		t.Errorf("changed are %s", out)
	}
}
