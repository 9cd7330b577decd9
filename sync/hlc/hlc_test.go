package hlc

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestStampParts(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 30, 0, 123e6, time.UTC)
	s := At(at) + 7
	if !s.Time().Equal(at) || s.Counter() != 7 {
		t.Fatalf("got %v counter %d", s.Time(), s.Counter())
	}
	if At(time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)) != 0 {
		t.Fatal("a time before 1970 must give the least stamp")
	}
	if At(time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC)) != Stamp(maxMS)<<counterBits {
		t.Fatal("a time past the range must give the last millisecond")
	}
}

func TestClockGoingBackwards(t *testing.T) {
	now := time.UnixMilli(1_000_000)
	c := NewClock(func() time.Time { return now })
	a := c.Next()
	now = now.Add(-time.Hour)
	b := c.Next()
	if b != a+1 {
		t.Fatalf("after the clock went back: %d, want %d", b, a+1)
	}
	now = now.Add(2 * time.Hour)
	if d := c.Next(); d != At(now) {
		t.Fatalf("the wall clock must lead again: %d, want %d", d, At(now))
	}
}

func TestCounterCarries(t *testing.T) {
	now := time.UnixMilli(5)
	c := NewClock(func() time.Time { return now })
	c.Observe(At(now) + math.MaxUint16)
	if s := c.Next(); s.UnixMilli() != 6 || s.Counter() != 0 {
		t.Fatalf("got %d ms counter %d", s.UnixMilli(), s.Counter())
	}
}

func TestEndOfRange(t *testing.T) {
	c := NewClock(time.Now)
	c.Observe(math.MaxUint64)
	if s := c.Next(); s != math.MaxUint64 {
		t.Fatalf("got %d, the clock must not wrap", s)
	}
}

func TestSkew(t *testing.T) {
	now := time.UnixMilli(10_000)
	c := NewClock(func() time.Time { return now })
	if d := c.Skew(At(now.Add(3 * time.Second))); d != 3*time.Second {
		t.Fatalf("skew %v", d)
	}
}

// Whatever wall clocks do, a stamp is above every stamp its replica gave or saw before.
func TestCausality(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var wall [3]int64
		var clocks [3]*Clock
		var newest [3]Stamp
		for i := range clocks {
			clocks[i] = NewClock(func() time.Time { return time.UnixMilli(wall[i]) })
		}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			i := rapid.IntRange(0, 2).Draw(t, "replica")
			switch rapid.IntRange(0, 2).Draw(t, "what") {
			case 0:
				wall[i] = rapid.Int64Range(-1000, maxMS*2).Draw(t, "wall")
			case 1:
				s := clocks[i].Next()
				if s <= newest[i] && s != math.MaxUint64 {
					t.Fatalf("replica %d: %d after %d", i, s, newest[i])
				}
				newest[i] = s
			case 2:
				j := rapid.IntRange(0, 2).Draw(t, "from")
				clocks[i].Observe(newest[j])
				newest[i] = max(newest[i], newest[j])
			}
		}
	})
}
