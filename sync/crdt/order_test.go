package crdt

import (
	"bytes"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// list is siblings in order, as several replicas make them.
type list struct {
	t      testing.TB
	orders []Order
}

// insert puts a new order in front of the i-th and returns it.
func (l *list) insert(i int, replica uint16) Order {
	l.t.Helper()
	var left, right Order
	if i > 0 {
		left = l.orders[i-1]
	}
	if i < len(l.orders) {
		right = l.orders[i]
	}
	o, err := Between(left, right, replica)
	if err != nil {
		l.t.Fatal(err)
	}
	if !o.Valid() {
		l.t.Fatalf("%x is not valid", []byte(o))
	}
	if left != nil && bytes.Compare(left, o) >= 0 || right != nil && bytes.Compare(o, right) >= 0 {
		l.t.Fatalf("%x is not between %x and %x", []byte(o), []byte(left), []byte(right))
	}
	l.orders = slices.Insert(l.orders, i, o)
	return o
}

func (l *list) sizes() (avg float64, most int) {
	sum := 0
	for _, o := range l.orders {
		sum += len(o)
		most = max(most, len(o))
	}
	return float64(sum) / float64(len(l.orders)), most
}

// The lengths are those of research on the scheme; they are what makes it fit for years of use.
func TestOrderLengths(t *testing.T) {
	const n = 10_000
	r := rand.New(rand.NewPCG(1, 2))
	alternate := func(i int) uint16 { return uint16(0x1234 + i%3*0x2222) }
	for _, c := range []struct {
		name string
		at   func(have, i int) int
		dev  func(i int) uint16
		most int
	}{
		{"append by one", func(have, i int) int { return have }, func(int) uint16 { return 7 }, 6},
		{"append by three in turn", func(have, i int) int { return have }, alternate, 6},
		{"prepend by one", func(have, i int) int { return 0 }, func(int) uint16 { return 7 }, 6},
		{"prepend by three in turn", func(have, i int) int { return 0 }, alternate, 6},
		{"always after the first", func(have, i int) int { return min(1, have) }, func(int) uint16 { return 7 }, 10},
		{"anywhere", func(have, i int) int { return r.IntN(have + 1) }, func(int) uint16 { return 7 }, 64},
	} {
		l := &list{t: t}
		for i := range n {
			l.insert(c.at(len(l.orders), i), c.dev(i))
		}
		avg, most := l.sizes()
		t.Logf("%s: %.1f bytes on average, %d at most", c.name, avg, most)
		if most > c.most {
			t.Errorf("%s: an order of %d bytes, at most %d", c.name, most, c.most)
		}
	}
}

func TestReorderingStaysShort(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	l := &list{t: t}
	for i := range 200 {
		l.insert(i, 1)
	}
	for i := range 10_000 {
		from := r.IntN(len(l.orders))
		l.orders = slices.Delete(l.orders, from, from+1)
		l.insert(r.IntN(len(l.orders)+1), uint16(1+i%2))
	}
	avg, most := l.sizes()
	t.Logf("%.1f bytes on average, %d at most", avg, most)
	if most > 64 {
		t.Errorf("%.1f bytes on average, %d at most", avg, most)
	}
}

// Two replicas that type a run at the same place each keep it together.
func TestRunsDoNotInterleave(t *testing.T) {
	for _, c := range []struct {
		name    string
		forward bool
	}{{"forward", true}, {"backward", false}} {
		base := &list{t: t}
		first := base.insert(0, 1)
		names := map[string]string{string(first): "R"}
		var all []Order
		for replica, name := range map[uint16]string{2: "A", 3: "B"} {
			l := &list{t: t, orders: []Order{first}}
			for i := range 5 {
				at := 1
				if c.forward {
					at = len(l.orders)
				}
				names[string(l.insert(at, replica))] = name + string(rune('1'+i))
			}
			all = append(all, l.orders[1:]...)
		}
		slices.SortFunc(all, func(a, b Order) int { return bytes.Compare(a, b) })
		got := "R"
		for _, o := range all {
			got += " " + names[string(o)]
		}
		want := map[bool]string{true: "R A1 A2 A3 A4 A5 B1 B2 B3 B4 B5", false: "R A5 A4 A3 A2 A1 B5 B4 B3 B2 B1"}[c.forward]
		if got != want {
			t.Errorf("%s: %s, want %s", c.name, got, want)
		}
	}
}

// The left neighbour lies in the left side of the right one: going before right would leave the order between.
func TestLeftNeighbourInLeftSideOfRight(t *testing.T) {
	right := appendStep(nil, step{0, 9, 1})
	left := appendStep(appendStep(nil, step{0, 9, 0}), step{0, 1, 1})
	l := &list{t: t, orders: []Order{left, right}}
	o := l.insert(1, 5)
	if before := appendStep(appendStep(nil, step{0, 9, 0}), step{0, 5, 1}); bytes.Equal(o, before) && bytes.Compare(before, left) < 0 {
		t.Fatalf("%x went before %x", []byte(o), []byte(left))
	}
	// And the mirror image: right in the right side of left.
	left = appendStep(nil, step{0, 9, 1})
	right = appendStep(appendStep(nil, step{0, 9, 1}), step{0, 1, 1})
	l = &list{t: t, orders: []Order{left, right}}
	l.insert(1, 5)
	l.insert(1, 5)
	l.insert(1, 0)
}

func TestOrdersStayStrict(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		l := &list{t: t}
		for range rapid.IntRange(1, 60).Draw(rt, "steps") {
			i := rapid.IntRange(0, len(l.orders)).Draw(rt, "at")
			l.insert(i, uint16(rapid.IntRange(0, 2).Draw(rt, "replica"))*0x100)
			if len(l.orders) > 3 && rapid.Bool().Draw(rt, "drop") {
				i := rapid.IntRange(0, len(l.orders)-1).Draw(rt, "dropped")
				l.orders = slices.Delete(l.orders, i, i+1)
			}
		}
	})
}

func TestBetweenRefuses(t *testing.T) {
	a, b := appendStep(nil, step{0, 1, 1}), appendStep(nil, step{0, 1, 3})
	for _, c := range [][2]Order{{b, a}, {a, a}, {Order("x"), nil}, {nil, appendStep(nil, step{0, 1, 2})}} {
		if o, err := Between(c[0], c[1], 1); err == nil {
			t.Errorf("between %x and %x: %x", []byte(c[0]), []byte(c[1]), []byte(o))
		}
	}
	most := appendStep(nil, step{math.MaxInt64, 2, math.MaxInt64})
	l := &list{t: t, orders: []Order{most}}
	l.insert(1, 2) // nothing above in its run or epoch
	l.insert(1, 3)
}

func TestIntsCompareLikeNumbers(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		edge := rapid.SampledFrom([]int64{0, two, three, four, nine, math.MaxInt64, -two, -three, -four, -nine, math.MinInt64})
		num := rapid.Custom(func(rt *rapid.T) int64 {
			if rapid.Bool().Draw(rt, "near") {
				return edge.Draw(rt, "edge") + int64(rapid.IntRange(-3, 3).Draw(rt, "off"))
			}
			return rapid.Int64().Draw(rt, "any")
		})
		a, b := num.Draw(rt, "a"), num.Draw(rt, "b")
		ea, eb := appendInt(nil, a), appendInt(nil, b)
		if got, want := bytes.Compare(ea, eb), map[bool]int{true: -1, false: 1}[a < b]; a != b && got != want {
			rt.Fatalf("%d %x and %d %x compare %d", a, ea, b, eb, got)
		}
		if a != b && (bytes.HasPrefix(ea, eb) || bytes.HasPrefix(eb, ea)) {
			rt.Fatalf("%x and %x: one is a prefix", ea, eb)
		}
		if v, n := readInt(append(ea, 0x55)); v != a || n != len(ea) {
			rt.Fatalf("%d came back as %d of %d bytes", a, v, n)
		}
		if ea[0] == 0 {
			rt.Fatalf("%d begins with a zero", a)
		}
	})
}

func FuzzOrder(f *testing.F) {
	f.Add([]byte(appendStep(nil, step{0, 1, 1})), []byte(appendStep(nil, step{0, 1, 3})), uint16(1))
	f.Add([]byte(strings.Repeat("\xf8", 30)), []byte{}, uint16(0))
	f.Fuzz(func(t *testing.T, a, b []byte, replica uint16) {
		left, right := Order(a), Order(b)
		if len(a) == 0 {
			left = nil
		}
		if len(b) == 0 {
			right = nil
		}
		o, err := Between(left, right, replica)
		if err != nil {
			return
		}
		if !o.Valid() || left != nil && bytes.Compare(left, o) >= 0 || right != nil && bytes.Compare(o, right) >= 0 {
			t.Fatalf("%x between %x and %x", []byte(o), a, b)
		}
	})
}
