package store

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// drawSpan draws two bounds that are not the same.
func drawSpan(t *rapid.T) span {
	a, b := drawBound(t), drawBound(t)
	if string(a) == string(b) {
		b = append(b, 'x')
	}
	if string(a) > string(b) {
		a, b = b, a
	}
	return span{a, b}
}

func drawBound(t *rapid.T) []byte {
	return append([]byte{2}, rapid.StringMatching(`[ab]{0,3}`).Draw(t, "bound")...)
}

// TestSpans compares a set of ranges with the list of what was put in.
func TestSpans(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s spans
		var all []span
		in := func(list []span, k string) bool {
			return slices.ContainsFunc(list, func(x span) bool { return string(x.from) <= k && k < string(x.to) })
		}
		for range rapid.IntRange(0, 8).Draw(t, "spans") {
			x := drawSpan(t)
			before, copied := s, slices.Clone(s)
			s, all = s.add(x), append(all, x)
			if !slices.EqualFunc(before, copied, func(x, y span) bool { return string(x.from) == string(y.from) && string(x.to) == string(y.to) }) {
				t.Fatalf("add has changed %q to %q", copied, before)
			}
		}
		for i := 1; i < len(s); i++ {
			if string(s[i-1].to) >= string(s[i].from) {
				t.Fatalf("%q and %q meet", s[i-1], s[i])
			}
		}
		x := drawSpan(t)
		gaps := s.gaps(x.from, x.to)
		for range 20 {
			k := string(drawBound(t))
			if s.has([]byte(k)) != in(all, k) {
				t.Fatalf("%q is in %q: %v", k, s, s.has([]byte(k)))
			}
			if got, want := in(gaps, k), string(x.from) <= k && k < string(x.to) && !in(all, k); got != want {
				t.Fatalf("%q is in the gaps %q of %q in %q: %v", k, gaps, s, x, got)
			}
		}
	})
}

// TestNormal makes random changes one after the other, and their normal form, which must come to the same.
func TestNormal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var writes []write
		for range rapid.IntRange(0, 12).Draw(t, "writes") {
			switch rapid.IntRange(0, 3).Draw(t, "kind") {
			case 0:
				x := drawSpan(t)
				writes = append(writes, write{key: x.from, to: x.to, del: true})
			case 1:
				writes = append(writes, write{key: drawBound(t), del: true})
			default:
				writes = append(writes, write{key: drawBound(t), value: []byte{byte(len(writes))}})
			}
		}
		keys := []string{"\x02", "\x02a", "\x02ab", "\x02aba", "\x02b", "\x02bb", "\x02bbb"}
		run := func(writes []write) contents {
			c := contents{}
			for _, k := range keys {
				c[k] = "before"
			}
			for _, w := range writes {
				c.apply(w)
			}
			return c
		}
		n := normal(writes)
		got, want := run(n), run(writes)
		if len(got) != len(want) {
			t.Fatalf("%+v come to %v, %+v to %v", writes, want, n, got)
		}
		for k, v := range want {
			if got[k] != v {
				t.Fatalf("%+v come to %v, %+v to %v", writes, want, n, got)
			}
		}
		for i := 1; i < len(n); i++ {
			if a, b := n[i-1], n[i]; (a.to == nil) == (b.to == nil) && string(a.key) >= string(b.key) || a.to == nil && b.to != nil {
				t.Fatalf("%+v is not in order", n)
			}
		}
	})
}

// apply makes one change.
func (c contents) apply(w write) {
	switch {
	case w.to != nil:
		for k := range c {
			if string(w.key) <= k && k < string(w.to) {
				delete(c, k)
			}
		}
	case w.del:
		delete(c, string(w.key))
	default:
		c[string(w.key)] = string(w.value)
	}
}
