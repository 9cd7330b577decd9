package model

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestSampleKinds(t *testing.T) {
	for _, c := range []struct {
		kind       SampleKind
		text, want string // as it is written; "!" is refused
		value      float64
	}{
		{Number, " 72.4 ", "72.4", 72.4}, {Number, "1e3", "1000", 1000}, {Number, "NaN", "!", 0}, {Number, "0x10", "!", 0}, {Number, "", "!", 0},
		{Integer, "-12", "-12", -12}, {Integer, "9007199254740992", "9007199254740992", 1 << 53}, {Integer, "9007199254740993", "!", 0}, {Integer, "1.0", "!", 0},
		{Bool, "Yes", "yes", 1}, {Bool, "off", "no", 0}, {Bool, "2", "!", 0}, {Bool, "", "!", 0},
		{Duration, "1h30min", "1h30min", 5400}, {Duration, "1:30", "1h30min", 5400}, {Duration, "100:00:01", "100h1s", 360001}, {Duration, "0:00:05.25", "5.25", 5.25},
		{Duration, "45", "45s", 45}, {Duration, "0", "0s", 0}, {Duration, "2d", "2d", 172800}, {Duration, "1:60", "!", 0}, {Duration, "-5", "!", 0}, {Duration, "1:2:3:4", "!", 0}, {Duration, "1.5:00", "!", 0},
		{Duration, ":30", "!", 0}, {Duration, "1:", "!", 0}, {Duration, "soon", "!", 0}, {Duration, "", "!", 0},
		{Words, "", "!", 0}, {Words, " \t", "!", 0},
	} {
		v, err := c.kind.Parse(c.text)
		got := c.kind.Format(v)
		if err != nil {
			got = "!"
		}
		if c.kind == Duration && c.want == "100h1s" { // whole days come first
			c.want = "4d4h1s"
		}
		if got != c.want || err == nil && v != c.value {
			t.Errorf("%s %q is %v, written %q, %v; want %v, %q", c.kind, c.text, v, got, err, c.value, c.want)
		}
	}
}

// TestKindsReadWhatTheyWrite: whatever a sample is, what Format writes is read back as the same number, where it can be a sample at all.
func TestKindsReadWhatTheyWrite(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.SampledFrom([]SampleKind{Number, Integer, Bool, Duration}).Draw(t, "kind")
		v := rapid.OneOf(rapid.Float64(), rapid.Map(rapid.Int64(), func(n int64) float64 { return float64(n) }), rapid.Map(rapid.IntRange(0, 1e6), func(n int) float64 { return float64(n) / 4 }),
			rapid.SampledFrom([]float64{0, 1, -1, 0.5, 60, 3600, math.MaxInt64, 1 << 53, 1<<53 + 2})).Draw(t, "value")
		switch {
		case math.IsNaN(v) || math.IsInf(v, 0), k == Bool && v != 0 && v != 1, k == Duration && v < 0, k == Integer && (v != math.Trunc(v) || math.Abs(v) > maxExact):
			t.Skip("no sample of that kind")
		}
		text := k.Format(v)
		if back, err := k.Parse(text); err != nil || back != v {
			t.Fatalf("%s: %v is written %q and read %v, %v", k, v, text, back, err)
		}
	})
}

// TestWordsOfASeries: a text is known once, to every reader, also after what was logged is undone.
func TestWordsOfASeries(t *testing.T) {
	tree := open(t)
	id, err := tree.SeriesNode("mood")
	if err != nil {
		t.Fatal(err)
	}
	do(t, tree, func(e *Edit) error { return e.SetField(id, fieldKind, "text") })
	var v float64
	do(t, tree, func(e *Edit) (err error) {
		n, err := e.Node(id)
		if err != nil {
			return err
		}
		if v, err = e.Sample(&n, "  good\nday "); err != nil {
			return err
		}
		again, err := e.Sample(&n, "good day")
		if again != v || v != math.Trunc(v) || v >= 1<<52 {
			t.Errorf("%v and %v stand for one text", v, again)
		}
		return err
	})
	view(t, tree, func(view *View) error {
		n, err := view.Node(id)
		if got := n.Value(v); got != "good day" {
			t.Errorf("%v stands for %q", v, got)
		}
		if got := n.Value(v + 1); got == "good day" {
			t.Errorf("%v stands for %q", v+1, got)
		}
		return err
	})
	mustVerify(t, tree)
}
