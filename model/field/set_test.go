package field

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var now = time.Date(2026, 11, 22, 17, 0, 0, 0, time.UTC)

func TestNew(t *testing.T) {
	set, errs := New([]Def{{Key: "project"}, {Key: "project", Kind: Number, Roll: Sum}, {Key: "size", Kind: Choice, Choices: []string{"S"}}},
		[]State{{"review", "doing"}, {"someday", "waiting"}})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	if d, ok := set.Lookup("project"); !ok || d.Kind != Number || d.Builtin {
		t.Errorf("project is %+v: the later declaration holds", d)
	}
	if d, ok := set.Lookup("est"); !ok || !d.Builtin || d.Roll != Sum {
		t.Errorf("est is %+v", d)
	}
	if !slices.IsSortedFunc(set.All(), func(a, b Def) int { return strings.Compare(a.Key, b.Key) }) {
		t.Error("not sorted")
	}
	for name, want := range map[string]string{"review": "doing", "someday": "waiting", "todo": "todo", "revue": ""} {
		if class, ok := set.Class(name); class != want || ok != (want != "") {
			t.Errorf("%s is %q, want %q", name, class, want)
		}
	}
	var none *Set
	if _, ok := none.Lookup("prio"); !ok || none.States() != nil || len(none.StateNames()) != len(Classes) {
		t.Error("the nil set does not know what is ours")
	}
}

// What cannot be is left out with a reason, and the rest holds.
func TestNewRefuses(t *testing.T) {
	for _, row := range []struct {
		def  Def
		want string
	}{
		{Def{Key: "Cost"}, "no key"},
		{Def{Key: ""}, "no key"},
		{Def{Key: "rec.from"}, "no key"},
		{Def{Key: "prio"}, "another key"},
		{Def{Key: "due"}, "another key"},
		{Def{Key: "a", Kind: Choice}, "needs choices"},
		{Def{Key: "a", Choices: []string{"x"}}, "type = \"choice\""},
		{Def{Key: "a", Kind: Choice, Choices: []string{"x", "X"}}, "twice"},
		{Def{Key: "a", Kind: Choice, Choices: []string{" x"}}, "no choice"},
		{Def{Key: "a", Unit: "kg"}, "unit goes with"},
		{Def{Key: "a", Kind: Number, Unit: "k1"}, "no unit"},
		{Def{Key: "a", Kind: Bool, Roll: Sum}, "roll goes with"},
	} {
		set, errs := New([]Def{row.def, {Key: "good"}}, nil)
		var e *Error
		if len(errs) != 1 || !errors.As(errs[0], &e) || e.Def != 0 || e.State != -1 || !strings.Contains(e.Error(), row.want) {
			t.Errorf("%+v: %v, want %q", row.def, errs, row.want)
		}
		if _, ok := set.Lookup("good"); !ok {
			t.Errorf("%+v: the other one is lost", row.def)
		}
	}
	for _, s := range []State{{"todo", "doing"}, {"Review", "doing"}, {"review", "none"}, {"review", "review"}} {
		if _, errs := New(nil, []State{s}); len(errs) != 1 {
			t.Errorf("%+v: %v", s, errs)
		}
	}
}

// What is kept is read back as the same, and shown values are ordered as what they mean.
func TestKeptIsStable(t *testing.T) {
	defs := []Def{{Key: "a"}, {Key: "a", Kind: Number, Unit: "kg"}, {Key: "a", Kind: Date}, {Key: "a", Kind: Span}, {Key: "a", Kind: Bool},
		{Key: "a", Kind: Choice, Choices: []string{"b", "a", "ä c"}}, {Key: "a", Kind: URL}}
	pieces := []string{"1", "0.10", "-0", "1e3", "1e400", "kg", " ", "-", "fri", "2026-11-27", "17:00", "90min", "3d", "yes", "OFF", "b", "A", "Ä C", "https://x.org", "mailto:a", "x", "0x10", "Inf"}
	rapid.Check(t, func(t *rapid.T) {
		d := rapid.SampledFrom(defs).Draw(t, "def")
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 1, 3).Draw(t, "text"), rapid.SampledFrom([]string{"", " "}).Draw(t, "between"))
		kept, _, err := d.Parse(text, now)
		if err != nil {
			return
		}
		again, _, err := d.Parse(kept, now)
		if err != nil || again != kept {
			t.Fatalf("%s %q is kept as %q, read back as %q, %v", d.Kind, text, kept, again, err)
		}
		if c, ok := d.Compare(kept, again); c != 0 || !ok {
			t.Fatalf("%s %q is not equal to itself", d.Kind, kept)
		}
	})
}

func TestCompare(t *testing.T) {
	for _, row := range []struct {
		def  Def
		a, b string
	}{
		{Def{Kind: Number}, "9", "10"},
		{Def{Kind: Number}, "-2", "-1"},
		{Def{Kind: Span}, "90min", "2h"},
		{Def{Kind: Date}, "2026-11-27", "2026-11-27T00:00:01Z"},
		{Def{Kind: Choice, Choices: []string{"small", "big"}}, "small", "big"},
		{Def{}, "a", "b"},
	} {
		if c, ok := row.def.Compare(row.a, row.b); c >= 0 || !ok {
			t.Errorf("%s: %s is not before %s", row.def.Kind, row.a, row.b)
		}
		if c, _ := row.def.Compare(row.b, row.a); c <= 0 {
			t.Errorf("%s: %s is not behind %s", row.def.Kind, row.b, row.a)
		}
	}
	if _, ok := (Def{Kind: Number}).Compare("9", "x"); ok {
		t.Error("a word was compared as a number")
	}
}

func TestShow(t *testing.T) {
	for _, row := range []struct {
		def        Def
		kept, want string
	}{
		{Def{Kind: Number, Unit: "€"}, "12.5", "12.5 €"},
		{Def{Kind: Number, Unit: "€"}, "much", "much"},
		{Def{Kind: Date}, "2026-11-27", "Fri 27 Nov"},
		{Def{}, "x", "x"},
	} {
		if got := row.def.Show(row.kept, now); got != row.want {
			t.Errorf("%q is shown as %q, want %q", row.kept, got, row.want)
		}
	}
	if got := (Def{Kind: Span}).ShowNumber(150); got != "2h30min" {
		t.Errorf("150 minutes are %s", got)
	}
	if got := (Def{Kind: Number, Unit: "kg"}).ShowNumber(10.0 / 3); got != "3.3333 kg" {
		t.Errorf("got %s", got)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(uint8(1), "12.5 kg")
	f.Add(uint8(2), "fri 17:00")
	f.Add(uint8(6), "https://x.org")
	f.Fuzz(func(t *testing.T, kind uint8, text string) {
		d := Def{Key: "a", Kind: Kind(kind % 7), Choices: []string{"x", "y"}}
		kept, shown, err := d.Parse(text, now)
		if err == nil && kept != "" && shown == "" {
			t.Errorf("%q is kept as %q and shown as nothing", text, kept)
		}
		d.Compare(text, kept)
		d.Show(text, now)
	})
}
