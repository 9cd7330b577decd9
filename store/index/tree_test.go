package index

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// tiny limits make splits, joins and height come with few keys.
var tiny = limits{entries: 4, kids: 4, bytes: 400}

// keys that share prefixes, differ in length only, hold zeroes, and run past the head.
func genKey() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.StringOfN(rapid.SampledFrom([]rune("ab")), 1, 6, -1),
		rapid.Custom(func(t *rapid.T) string {
			return strings.Repeat("p", rapid.SampledFrom([]int{1, 7, 8, 9, 16, 17, 40}).Draw(t, "prefix")) +
				string(rapid.SliceOfN(rapid.SampledFrom([]byte{0, 1, 'p', 0xff}), 0, 4).Draw(t, "rest"))
		}),
		rapid.Custom(func(t *rapid.T) string { return fmt.Sprintf("k%03d", rapid.IntRange(0, 120).Draw(t, "number")) }),
		rapid.Custom(func(t *rapid.T) string {
			return strings.Repeat("L", rapid.IntRange(MaxKey-12, MaxKey).Draw(t, "long"))
		}),
	)
}

func genValue() *rapid.Generator[Value] {
	return rapid.Custom(func(t *rapid.T) Value {
		switch rapid.IntRange(0, 4).Draw(t, "sort") {
		case 0:
			return Value{Inline: rapid.SliceOfN(rapid.Byte(), partedSize, partedSize).Draw(t, "parts"), Parted: true}
		case 1, 2:
			return Value{Inline: append([]byte{}, rapid.SliceOfN(rapid.Byte(), 0, maxInline).Draw(t, "bytes")...)}
		}
		return Value{Addr: rapid.Uint64().Draw(t, "addr"), Len: rapid.Uint32().Draw(t, "len")}
	})
}

// state is a tree and the map it must equal.
type state struct {
	tree  *Tree
	model map[string]Value
}

func (s state) sorted(from, to []byte) []string {
	var keys []string
	for _, k := range slices.Sorted(maps.Keys(s.model)) {
		if k >= string(from) && below([]byte(k), to) {
			keys = append(keys, k)
		}
	}
	return keys
}

// change makes one change of the edit and of the model, which is a put in so many of ten cases, and compares what it says of the state
// before.
func (s state) change(t *rapid.T, e *Edit, puts int) {
	k := genKey().Draw(t, "key")
	if rapid.IntRange(0, 12).Draw(t, "range") == 0 {
		s.deleteRange(t, e, genBound(t, "from"), genBound(t, "to"))
		return
	}
	put := rapid.IntRange(0, 9).Draw(t, "put") < puts
	if keys := s.sorted(nil, nil); !put && len(keys) > 0 {
		k = keys[rapid.IntRange(0, len(keys)-1).Draw(t, "victim")]
	}
	want, was := s.model[k]
	got, is, err := e.Get([]byte(k))
	if err != nil || is != was || !got.Equal(want) {
		t.Fatalf("edit: Get(%q) = %v, %v, %v, want %v, %v", k, got, is, err, want, was)
	}
	if put {
		s.model[k] = genValue().Draw(t, "value")
		got, is, err = e.Put([]byte(k), s.model[k])
	} else {
		delete(s.model, k)
		got, is, err = e.Delete([]byte(k))
	}
	if err != nil || is != was || !got.Equal(want) {
		t.Fatalf("change %q (put %v): %v, %v, %v, want %v, %v", k, put, got, is, err, want, was)
	}
}

func (s state) deleteRange(t fataler, e *Edit, from, to []byte) {
	var got, want []string
	for _, k := range s.sorted(from, to) {
		want = append(want, fmt.Sprintf("%q %v", k, s.model[k]))
		delete(s.model, k)
	}
	err := e.DeleteRange(from, to, func(k []byte, v Value) { got = append(got, fmt.Sprintf("%q %v", k, v)) })
	if err != nil || !slices.Equal(got, want) {
		t.Fatalf("delete [%q,%q): %v, gone are\n%s\nwant\n%s", from, to, err, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

type fataler interface{ Fatalf(string, ...any) }

// compare proves that the tree holds what the model does, by all ways of reading.
func (s state) compare(t fataler) {
	if err := s.tree.check(); err != nil {
		t.Fatalf("check: %v", err)
	}
	if s.tree.Len() != int64(len(s.model)) {
		t.Fatalf("%d keys, want %d", s.tree.Len(), len(s.model))
	}
	for k, want := range s.model {
		if v, ok, err := s.tree.Get([]byte(k)); err != nil || !ok || !v.Equal(want) {
			t.Fatalf("Get(%q) = %v, %v, %v, want %v", k, v, ok, err, want)
		}
	}
	for _, reverse := range []bool{false, true} {
		s.compareScan(t, nil, nil, reverse)
	}
}

func (s state) compareScan(t fataler, from, to []byte, reverse bool) {
	want := s.sorted(from, to)
	if reverse {
		slices.Reverse(want)
	}
	i := 0
	for e, err := range s.tree.Scan(from, to, reverse) {
		if err != nil {
			t.Fatalf("scan: %v", err)
		}
		if i >= len(want) || string(e.Key) != want[i] || !e.Value.Equal(s.model[want[i]]) {
			t.Fatalf("scan [%q,%q) reverse=%v: entry %d is %q %v, want %q", from, to, reverse, i, e.Key, e.Value, want[min(i, len(want)-1):])
		}
		i++
	}
	if i != len(want) {
		t.Fatalf("scan [%q,%q) reverse=%v: %d entries, want %d", from, to, reverse, i, len(want))
	}
}

func genBound(t *rapid.T, name string) []byte {
	if rapid.IntRange(0, 3).Draw(t, name+" open") == 0 {
		return nil
	}
	return []byte(genKey().Draw(t, name))
}

// changed returns what Changed has to yield.
func changed(older, newer state, from, to []byte) []string {
	all := maps.Clone(older.model)
	maps.Copy(all, newer.model)
	var out []string
	for _, k := range (state{model: all}).sorted(from, to) {
		v, was := older.model[k]
		w, is := newer.model[k]
		if was != is || was && !v.Equal(w) {
			out = append(out, fmt.Sprintf("%q %v→%v %v→%v", k, was, is, v, w))
		}
	}
	return out
}

func compareChanged(t fataler, older, newer state, from, to []byte) {
	want := changed(older, newer, from, to)
	var got []string
	for c, err := range Changed(older.tree, newer.tree, from, to) {
		if err != nil {
			t.Fatalf("changed: %v", err)
		}
		got = append(got, fmt.Sprintf("%q %v→%v %v→%v", c.Key, c.Was, c.Is, c.Before, c.After))
	}
	if !slices.Equal(got, want) {
		t.Fatalf("changed in [%q,%q):\n%s\nwant\n%s", from, to, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	same, err := Same(older.tree, newer.tree, from, to)
	if err != nil || same != (len(want) == 0) {
		t.Fatalf("same in [%q,%q): %v, %v, with %d changes", from, to, same, err, len(want))
	}
}

func TestTreeEqualsModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := state{&Tree{}, map[string]Value{}}
		kept := []state{now}
		var e *Edit
		for range rapid.IntRange(1, 12).Draw(t, "batches") {
			if e == nil || rapid.Bool().Draw(t, "new edit") {
				e = now.tree.Edit()
				e.lim = tiny
			}
			model := maps.Clone(now.model)
			mostly := rapid.SampledFrom([]int{1, 5, 9}).Draw(t, "puts of 10")
			for range rapid.IntRange(1, 60).Draw(t, "changes") {
				state{model: model}.change(t, e, mostly)
			}
			now = state{e.Tree(), model}
			now.compare(t)
			kept = append(kept, now)
		}
		for range 6 {
			from, to := genBound(t, "from"), genBound(t, "to")
			now.compareScan(t, from, to, rapid.Bool().Draw(t, "reverse"))
			older := kept[rapid.IntRange(0, len(kept)-1).Draw(t, "older")]
			compareChanged(t, older, now, from, to)
			compareChanged(t, now, older, from, to)
		}
		for _, s := range kept { // what came later has not touched them
			s.compare(t)
		}
	})
}

func TestCursorSteps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := state{&Tree{}, map[string]Value{}}
		e := s.tree.Edit()
		e.lim = tiny
		for _, k := range rapid.SliceOfN(genKey(), 1, 80).Draw(t, "keys") {
			if _, _, err := e.Put([]byte(k), Value{Addr: 1}); err != nil {
				t.Fatalf("put: %v", err)
			}
			s.model[k] = Value{Addr: 1}
		}
		keys := s.sorted(nil, nil)
		for i, k := range keys {
			if _, _, err := e.Put([]byte(k), Value{Addr: uint64(i)}); err != nil {
				t.Fatalf("put: %v", err)
			}
		}
		c := e.Tree().Cursor()
		at, valid := 0, false
		for range rapid.IntRange(1, 100).Draw(t, "steps") {
			var got bool
			switch op := rapid.IntRange(0, 9).Draw(t, "op"); {
			case op == 0:
				k := genKey().Draw(t, "seek")
				at, _ = slices.BinarySearch(keys, k)
				got = c.Seek([]byte(k))
			case op == 1:
				k := genKey().Draw(t, "seek before")
				at, _ = slices.BinarySearch(keys, k)
				at--
				got = c.SeekBefore([]byte(k))
			case !valid:
				got, at = c.SeekBefore(nil), len(keys)-1
			case op < 6:
				got = c.Next()
				at++
			default:
				got = c.Prev()
				at--
			}
			if valid = at >= 0 && at < len(keys); got != valid {
				t.Fatalf("at %d of %d: moved %v", at, len(keys), got)
			}
			if valid && string(c.Key()) != keys[at] {
				t.Fatalf("at %d: key %q, want %q", at, c.Key(), keys[at])
			}
			if valid {
				compareAhead(t, &c, at, rapid.IntRange(0, 5).Draw(t, "ahead"))
			}
		}
	})
}

// compareAhead holds what a cursor at an entry sees ahead, in both directions, to the addresses, which count the entries.
func compareAhead(t *rapid.T, c *Cursor, at, n int) {
	for _, down := range []bool{false, true} {
		step, inLeaf := 1, c.n-1-c.i
		if down {
			step, inLeaf = -1, c.i
		}
		got := c.Ahead(nil, n, down)
		if len(got) != min(n, inLeaf) {
			t.Fatalf("%d values ahead of %d, down %v, want %d", len(got), at, down, min(n, inLeaf))
		}
		for i, v := range got {
			if v.Addr != uint64(at+step*(i+1)) {
				t.Fatalf("value %d ahead of %d, down %v, is %d", i, at, down, v.Addr)
			}
		}
	}
}

func TestPutRefuses(t *testing.T) {
	e := new(Tree).Edit()
	for name, x := range map[string]Entry{
		"empty key":   {nil, Value{}},
		"long key":    {make([]byte, MaxKey+1), Value{}},
		"long value":  {[]byte("k"), Value{Inline: make([]byte, maxInline+1)}},
		"short parts": {[]byte("k"), Value{Inline: make([]byte, partedSize-1), Parted: true}},
		"no parts":    {[]byte("k"), Value{Parted: true}},
	} {
		if _, _, err := e.Put(x.Key, x.Value); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
	if n := e.Tree().Len(); n != 0 {
		t.Errorf("%d keys after refused puts", n)
	}
}

// TestOutlierDoesNotOverflowLeaf puts a key beside as many of the longest keys as a leaf takes: unshared, their prefix would not fit
// offsets of 16 bits.
func TestOutlierDoesNotOverflowLeaf(t *testing.T) {
	for _, outlier := range []string{"a", "z", "x"} {
		e := new(Tree).Edit()
		long := bytes.Repeat([]byte("x"), MaxKey-2)
		for i := range defaults.entries {
			if _, _, err := e.Put(fmt.Appendf(long[:len(long):len(long)], "%02d", i), Value{Addr: uint64(i)}); err != nil {
				t.Fatal(err)
			}
		}
		if n := len(leavesOf(e.root, map[*leaf]bool{})); n != 1 {
			t.Fatalf("%d leaves", n)
		}
		if _, _, err := e.Put([]byte(outlier), Value{Addr: 7}); err != nil {
			t.Fatal(err)
		}
		tree := e.Tree()
		if err := tree.check(); err != nil {
			t.Fatal(err)
		}
		for l := range leavesOf(tree.root, map[*leaf]bool{}) {
			if int(l.size) > defaults.bytes {
				t.Errorf("%q: a leaf of %d bytes", outlier, l.size)
			}
		}
		for i := range defaults.entries {
			if v, ok, err := tree.Get(fmt.Appendf(long[:len(long):len(long)], "%02d", i)); err != nil || !ok || v.Addr != uint64(i) {
				t.Fatalf("%q: key %d is %v %v %v", outlier, i, v, ok, err)
			}
		}
	}
}

func TestLongKeysOfOneLeafDoNotOverflowIt(t *testing.T) {
	e := new(Tree).Edit()
	long := bytes.Repeat([]byte("x"), MaxKey-4)
	for i := range 400 {
		if _, _, err := e.Put(fmt.Appendf(long[:len(long):len(long)], "%04d", i), Value{Addr: uint64(i)}); err != nil {
			t.Fatal(err)
		}
	}
	for _, k := range []string{"a", "z", "x", "xx"} { // these share less and less of the prefix
		if _, _, err := e.Put([]byte(k), Value{Addr: 7}); err != nil {
			t.Fatal(err)
		}
	}
	tree := e.Tree()
	if err := tree.check(); err != nil {
		t.Fatal(err)
	}
	if v, ok, err := tree.Get(fmt.Appendf(long[:len(long):len(long)], "%04d", 399)); err != nil || !ok || v.Addr != 399 || tree.Len() != 404 {
		t.Fatalf("got %v %v %v of %d", v, ok, err, tree.Len())
	}
}
