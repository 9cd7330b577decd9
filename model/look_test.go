package model

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"arbor/timeseries"

	"pgregory.net/rapid"
)

// view runs fn on the tree as it is.
func view(t testing.TB, tree *Tree, fn func(*View) error) {
	t.Helper()
	if err := tree.View(fn); err != nil {
		t.Fatal(err)
	}
}

func visible(t testing.TB, tree *Tree, id ID) string {
	t.Helper()
	var out []string
	view(t, tree, func(v *View) error {
		for c, err := range v.Visible(id) {
			if err != nil {
				return err
			}
			n, err := v.Node(c.ID)
			if err != nil {
				return err
			}
			out = append(out, n.Text)
		}
		return nil
	})
	return strings.Join(out, " ")
}

func TestVisible(t *testing.T) {
	tree := open(t)
	ids := plant(t, tree, "top\n\ta\n\tb\n\tc\n\td\n")
	top := ids["top"]
	do(t, tree, func(e *Edit) error {
		return errors.Join(e.SetState(ids["a"], Done), e.SetState(ids["c"], Cancelled), e.SetState(ids["d"], Doing),
			e.SetModified(ids["a"], clockTime.Add(-10*24*time.Hour)), e.SetModified(ids["b"], clockTime.Add(-5*24*time.Hour)))
	})
	for text, want := range map[string]string{
		"top":                        "a b c d",
		"top #done":                  "a c",
		"top #open":                  "b d",
		"top #rev":                   "d c b a",
		"top #limit=2":               "a b",
		"top #rev #limit=1":          "d",
		"top #open #limit=1":         "b",
		"top #limit=0":               "",
		"top #limit=many":            "a b c d",
		"top #since=7d":              "b c d",
		"top #since=2w #until=1d":    "a b",
		"top #done #open":            "",
		"top #done=yes":              "a b c d",
		"top #until=4d #rev #open":   "b",
		"top #since=nonsense #limit": "a b c d",
	} {
		setText(t, tree, top, text)
		if got := visible(t, tree, top); got != want {
			t.Errorf("%s shows %q, want %q", text, got, want)
		}
	}
	setText(t, tree, top, "top")
	do(t, tree, func(e *Edit) error { return e.SetFlag(top, HideDone, true) })
	if got := visible(t, tree, top); got != "b d" {
		t.Errorf("hiding done shows %q", got)
	}
	do(t, tree, func(e *Edit) error { return e.SetFlag(top, Collapsed, true) })
	if got := visible(t, tree, top); got != "" {
		t.Errorf("collapsed shows %q", got)
	}
}

func TestInherited(t *testing.T) {
	tree := open(t)
	ids := plant(t, tree, "a #home\n\tb #prio=3 #prio=9\n\t\tc #prio=2\n\t\t\td\nzero #prio=0\nodd #prio=x\n")
	do(t, tree, func(e *Edit) error { return e.AddTag(ids["c #prio=2"], "x") })
	for text, want := range map[string]Inherited{
		"d":                 {[]string{"home", "x"}, 3},
		"a #home":           {[]string{"home"}, 1},
		"zero #prio=0":      {nil, 0},
		"odd #prio=x":       {nil, 1},
		"c #prio=2":         {[]string{"home", "x"}, 3},
		"b #prio=3 #prio=9": {[]string{"home"}, 3},
	} {
		view(t, tree, func(v *View) error {
			got, err := v.Inherited(ids[text])
			if got.Prio != want.Prio || !slices.Equal(got.Tags, want.Tags) {
				t.Errorf("%s: %+v, want %+v", text, got, want)
			}
			return err
		})
	}
}

// A task is drawn with the chance that void's formula gives it: 10^5 draws, a chi-squared test.
func TestDrawIsFair(t *testing.T) {
	tree := open(t)
	ids := plant(t, tree, strings.Join([]string{
		"not a task #prio=50",
		"work #task #prio=2",
		"\tw1",           // 2
		"\tw2 #prio=5",   // 5
		"\tw3 #prio=1",   // 2: the greatest of the lineage
		"\tdone one",     // closed
		"\tparent",       // has an open child, so it is none itself
		"\t\tw4 #prio=3", // 3
		"\t\tclosed",
		"\tready", // its only child is closed: 2
		"\t\tover",
		"play #task #prio=0",
		"\tnever", // 0
		"\tsometimes #prio=4",
		"hidden",
		"\tdeep #task",
		"finished #task",
		"\tunder a closed task",
		"state only",
		"",
	}, "\n"))
	do(t, tree, func(e *Edit) error {
		return errors.Join(e.SetState(ids["done one"], Done), e.SetState(ids["closed"], Cancelled), e.SetState(ids["over"], Done),
			e.SetState(ids["finished #task"], Done), e.SetState(ids["state only"], Todo))
	})
	want := map[string]float64{
		"w1": 2, "w2 #prio=5": 5, "w3 #prio=1": 2, "w4 #prio=3": 3, "ready": 2, "never": 0, "sometimes #prio=4": 4, "deep #task": 1, "state only": 1,
	}
	const seed, total = 11, 20.0
	draws := 100_000
	if testing.Short() {
		draws = 20_000
	}
	counts := map[ID]int{}
	r := rand.New(rand.NewPCG(seed, seed))
	view(t, tree, func(v *View) error {
		for range draws {
			d, err := v.Draw(Root, r)
			if err != nil {
				return err
			}
			if d.Total != total || d.Leaves != len(want) {
				return fmt.Errorf("%d leaves of weight %g, want %d of %g", d.Leaves, d.Total, len(want), total)
			}
			counts[d.ID]++
		}
		return nil
	})
	chi, seen := 0.0, 0
	for text, w := range want {
		got, expect := float64(counts[ids[text]]), float64(draws)*w/total
		seen += counts[ids[text]]
		if w == 0 {
			if got != 0 {
				t.Errorf("%s has no weight and was drawn %g times", text, got)
			}
			continue
		}
		chi += (got - expect) * (got - expect) / expect
	}
	if seen != draws {
		t.Errorf("%d draws were of what is no open task", draws-seen)
	}
	if chi > 24.3 { // 7 degrees of freedom, one in a thousand
		t.Errorf("chi-squared %.1f with seed %d: %v", chi, seed, counts)
	}
	view(t, tree, func(v *View) error {
		if _, err := v.Draw(ids["not a task #prio=50"], r); !errors.Is(err, ErrNothing) {
			t.Errorf("a draw where nothing is: %v", err)
		}
		d, err := v.Draw(ids["parent"], r) // within a task everything is one
		if d.ID != ids["w4 #prio=3"] || d.Weight != 3 {
			t.Errorf("drawn %+v", d)
		}
		return err
	})
}

func TestSpark(t *testing.T) {
	tree := open(t)
	ids := plant(t, tree, "p #x\n\ta\n\tq #x\n\t\tb\nother\ng #k=v\n\tc\n")
	now := clockTime.Add(time.Hour)
	ago := func(days float64) time.Time { return now.Add(-time.Duration(days * 24 * float64(time.Hour))) }
	do(t, tree, func(e *Edit) error {
		for text, at := range map[string]time.Time{"a": ago(0.5), "b": ago(2.5), "q #x": ago(2.6), "other": ago(1), "c": ago(1.5), "p #x": ago(30)} {
			if err := errors.Join(e.SetState(ids[text], Done), e.SetFinished(ids[text], at), e.SetCreated(ids[text], at.Add(-24*time.Hour))); err != nil {
				return err
			}
		}
		return nil
	})
	for _, c := range []struct {
		text string
		want string
	}{
		{"plain", "no plot"},
		{"#plot=other #tagged=x", "no plot"},
		{"#plot=done", "[]"},
		{"#plot=done #tagged=x", "[0 0 0 0 2 0 1]"}, // q is under two tagged nodes and counted once
		{"#plot=done #tagged=x #n=2 #since=4d", "[2 1]"},
		{"#plot=done #tagged=x #n=3 #since=3d #until=1d", "[2 0 0]"}, // a is after until: not in the last part
		{"#plot=new #tagged=x", "[0 0 0 2 0 1 0]"},
		{"#plot=done #tagged=k", "[0 0 0 0 0 1 0]"},
		{"#plot=done #tagged=k=v", "[0 0 0 0 0 1 0]"},
		{"#plot=done #tagged=k=w", "[0 0 0 0 0 0 0]"},
		{"#plot=done #tagged=x #tagged=k", "[0 0 0 0 0 0 0]"},
		{"#plot=done #tagged=x #n=1 #since=1y", "[4]"},
		{"#plot=done #tagged=x #since=1d #until=2d", "[0 0 0 0 0 0 0]"},
	} {
		view(t, tree, func(v *View) error {
			values, ok, err := v.Spark(Node{Text: c.text}, now)
			got := "no plot"
			if ok {
				got = fmt.Sprint(values)
			}
			if got != c.want {
				t.Errorf("%s: %s, want %s", c.text, got, c.want)
			}
			return err
		})
	}
	do(t, tree, func(e *Edit) error { return e.Trash(ids["p #x"]) })
	view(t, tree, func(v *View) error {
		perDay, err := v.Finished(ago(3), now)
		if !slices.Equal(perDay, []int{0, 1, 1, 0}) { // c and other
			t.Errorf("finished per day: %v", perDay)
		}
		return err
	})
}

func TestSpanAsVoidReadsIt(t *testing.T) {
	const day = 24 * time.Hour
	for s, want := range map[string]time.Duration{
		"7d": 7 * day, "2w": 14 * day, "1y": 365 * day, "3m": 90 * day, "12h": 12 * time.Hour, "1w2d": 9 * day,
		"in 3d or so": 3 * day, "x2dy1w": 7 * day, "": 0, "d": 0, "999999999999y": 0,
	} {
		if d, ok := span(s); d != want || ok != (want != 0) {
			t.Errorf("%q: %v %v, want %v", s, d, ok, want)
		}
	}
}

func TestResolve(t *testing.T) {
	tree := open(t)
	mk := func(s string) ID {
		id, err := ParseID(s)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	a, b, c := mk("abcd000000000"), mk("abce000000000"), mk("abcdef0000000")
	do(t, tree, func(e *Edit) error {
		return errors.Join(e.CreateID(a, Root, Last, "a"), e.CreateID(b, Root, Last, "b"), e.CreateID(c, Root, Last, "c"))
	})
	view(t, tree, func(v *View) error {
		for ref, want := range map[string]ID{"abce": b, "ABCE": b, "abcde": c, "abcd0": a, a.String(): a, "root": Root, "trash": Trash, Root.String(): Root} {
			if got, err := v.Resolve(ref); err != nil || got != want {
				t.Errorf("%q: %s, %v", ref, got, err)
			}
		}
		var many *AmbiguousError
		if _, err := v.Resolve("abcd"); !errors.As(err, &many) || len(many.Candidates) != 2 {
			t.Errorf("abcd: %v", err)
		}
		for ref, want := range map[string]error{"abc": ErrID, "zzzz": ErrNoNode, "ab!d": ErrID, "": ErrID, "inbox": ErrNoNode, Detached.String(): ErrNoNode, "abcd000000000z": ErrID} {
			if _, err := v.Resolve(ref); !errors.Is(err, want) {
				t.Errorf("%q: %v, want %v", ref, err, want)
			}
		}
		for id, want := range map[ID]string{a: "abcd0", b: "abce", c: "abcde"} {
			if got, err := v.ShortID(id); got != want || err != nil {
				t.Errorf("short id of %s: %s, %v", id, got, err)
			}
		}
		return nil
	})
	var inbox ID
	do(t, tree, func(e *Edit) (err error) {
		inbox, err = e.Inbox()
		if err == nil {
			_, err = e.Resolve("inbox") // an edit sees what it did
		}
		return err
	})
	do(t, tree, func(e *Edit) error { return e.Trash(inbox) })
	do(t, tree, func(e *Edit) error {
		_, err := e.Inbox()
		return err
	})
	wantOutline(t, tree, Root, "Inbox\na\nb\nc\n")
}

func TestIDText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var a, b ID
		copy(a[:], rapid.SliceOfN(rapid.Byte(), 8, 8).Draw(t, "a"))
		copy(b[:], rapid.SliceOfN(rapid.Byte(), 8, 8).Draw(t, "b"))
		if back, err := ParseID(a.String()); err != nil || back != a {
			t.Fatalf("%s came back as %s, %v", a, back, err)
		}
		if strings.Compare(a.String(), b.String()) != slices.Compare(a[:], b[:]) {
			t.Fatalf("%s and %s are in another order than their bytes", a, b)
		}
		n := rapid.IntRange(0, idLen).Draw(t, "digits")
		from, to, err := idRange(a.String()[:n])
		inside := slices.Compare(from[:], b[:]) <= 0 && slices.Compare(b[:], to[:]) <= 0
		if err != nil || inside != (b.String()[:n] == a.String()[:n]) {
			t.Fatalf("%s in the range of %q: %v, %v", b, a.String()[:n], inside, err)
		}
	})
}

func TestSeriesNodes(t *testing.T) {
	tree := open(t)
	id, err := tree.SeriesNode("weight")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := tree.SeriesNode(" Weight "); err != nil || again != id {
		t.Fatalf("%s %v, want %s", again, err, id)
	}
	do(t, tree, func(e *Edit) error {
		other, err := e.SeriesNode("mood")
		if err != nil {
			return err
		}
		if twice, err := e.SeriesNode("mood"); err != nil || twice != other {
			t.Errorf("a series made in the same edit: %s %v, want %s", twice, err, other)
		}
		return errors.Join(e.Log(id, timeseries.Sample{T: 1, V: 72.4}), e.Log(other, timeseries.Sample{T: 2, V: 3}))
	})
	do(t, tree, func(e *Edit) error { return e.SetText(id, "weight of me #body") })
	if again, err := tree.SeriesNode("weight of me"); err != nil || again != id {
		t.Fatalf("renamed: %s %v, want %s", again, err, id)
	}
	do(t, tree, func(e *Edit) error { return e.Trash(id) })
	fresh, err := tree.SeriesNode("weight")
	if err != nil || fresh == id {
		t.Fatalf("in the trash: %s %v", fresh, err)
	}
	if n := countSamples(t, tree, fresh); n != 0 {
		t.Fatalf("a new series has %d samples", n)
	}
	mustVerify(t, tree)
}
