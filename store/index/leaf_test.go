package index

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func packLeaf(keys []string, v func(i int) Value) blob {
	var p packer
	var buf [addrSize]byte
	for i, k := range keys {
		kind, val := v(i).encode(&buf)
		p.add([]byte(k), kind, val)
	}
	return p.pack(nil, 0, len(keys))
}

// TestLeafBytes pins the layout that doc.go describes.
func TestLeafBytes(t *testing.T) {
	b := packLeaf([]string{"tree/a", "tree/branches", "tree/branchless"}, func(i int) Value {
		return []Value{{Inline: []byte("xyz")}, {Addr: 0x1122334455667788, Len: 0x99aabbcc}, {Inline: []byte{}}}[i]
	})
	want := []byte("\x03\x00\x05\x00\x44\x00\x00\x00" + // 3 entries, prefix of 5, 68 bytes
		"tree/\x00\x00\x00" +
		"a\x00\x00\x00\x00\x00\x00\x00" + "branches" + "branchle" +
		"\x00\x00\xe3" + "\x03\x00\x11" + "\x0f\x00\x00" + "\x11\x00" +
		"xyz" + "\x88\x77\x66\x55\x44\x33\x22\x11\xcc\xbb\xaa\x99" + "ss")
	if !bytes.Equal(b, want) {
		t.Errorf("leaf is\n%q, want\n%q", b, want)
	}
	if err := b.validate(); err != nil {
		t.Error(err)
	}
}

// TestDraftEqualsPacked proves that changing a leaf in place leads to what packing the outcome does, if its prefix is the same.
func TestDraftEqualsPacked(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		prefix := rapid.SampledFrom([]string{"", "p", "12345678", "123456789"}).Draw(t, "prefix")
		suffix := rapid.Custom(func(t *rapid.T) string {
			return prefix + string(rapid.SliceOfN(rapid.SampledFrom([]byte{0, 'a', 0xff}), 1, 11).Draw(t, "suffix"))
		})
		keys := []string{prefix + "\x00", prefix + "\xff\xff"} // these stay, so the prefix does
		values := []Value{genValue().Draw(t, "value"), genValue().Draw(t, "value")}
		b := packLeaf(keys, func(i int) Value { return values[i] })
		var buf [addrSize]byte
		for range rapid.IntRange(1, 40).Draw(t, "changes") {
			k := suffix.Draw(t, "key")
			i, found := b.search([]byte(k))
			if j, f := slices.BinarySearch(keys, k); i != j || found != f {
				t.Fatalf("search %q in %q: %d %v, want %d %v", k, keys, i, found, j, f)
			}
			v := genValue().Draw(t, "value")
			kind, val := v.encode(&buf)
			switch {
			case !found && b.fits([]byte(k)) && k > keys[0] && k < keys[len(keys)-1]:
				b = b.insert(i, []byte(k), kind, val)
				keys, values = slices.Insert(keys, i, k), slices.Insert(values, i, v)
			case found && i > 0 && i < len(keys)-1 && rapid.Bool().Draw(t, "remove"):
				b = b.remove(i)
				keys, values = slices.Delete(keys, i, i+1), slices.Delete(values, i, i+1)
			case found:
				b = b.replace(i, kind, val)
				values[i] = v
			}
			if want := packLeaf(keys, func(i int) Value { return values[i] }); !bytes.Equal(b, want) {
				t.Fatalf("%q: leaf is\n%q, want\n%q", keys, b, want)
			}
		}
	})
}

func TestValidateRefuses(t *testing.T) {
	sound := func() blob {
		return packLeaf([]string{"pre-a", "pre-b", "pre-cccccccccccc"}, func(i int) Value { return Value{Inline: []byte("v")} })
	}
	p, n := 4, 3
	for name, change := range map[string]func(b blob) blob{
		"empty":                  func(b blob) blob { return nil },
		"cut":                    func(b blob) blob { return b[:len(b)-1] },
		"longer":                 func(b blob) blob { return append(b, 0) },
		"count too large":        func(b blob) blob { b[0], b[1] = 0xff, 0xff; return b },
		"prefix too long":        func(b blob) blob { b[2], b[3] = 0xff, 0xff; return b },
		"size too large":         func(b blob) blob { b[6] = 1; return b },
		"padding of prefix":      func(b blob) blob { b[headerSize+p] = 1; return b },
		"padding of head":        func(b blob) blob { b[headsAt(p)+7] = 1; return b },
		"order":                  func(b blob) blob { b[headsAt(p)] = 'x'; return b },
		"same key twice":         func(b blob) blob { b[headsAt(p)] = 'b'; return b },
		"first offset not zero":  func(b blob) blob { b[metaAt(n, p)] = 1; return b },
		"offset beyond the tail": func(b blob) blob { b[metaAt(n, p)+metaSize+1] = 1; return b },
		"offsets descend":        func(b blob) blob { b[metaAt(n, p)+2*metaSize] = 0; return b },
		"end beyond the tail":    func(b blob) blob { b[metaAt(n, p)+3*metaSize]++; return b },
		"end before the tail's":  func(b blob) blob { b[metaAt(n, p)+3*metaSize]--; return b },
		"unknown kind":           func(b blob) blob { b[metaAt(n, p)+2] = b[metaAt(n, p)+2]&^kindMask | 19; return b },
		"value larger than tail": func(b blob) blob { b[metaAt(n, p)+2] = b[metaAt(n, p)+2]&^kindMask | 16; return b },
		"padded head and a rest": func(b blob) blob {
			b[headsAt(p)+3*headBytes-1] = 0
			b[metaAt(n, p)+2*metaSize+2] |= 1 << padShift
			return b
		},
		"value of no entry": func(b blob) blob {
			return slices.Concat(b[:0:0], noEntries[:4], []byte{11, 0, 0, 0}, noEntries[8:], []byte{0})
		},
	} {
		b := sound()
		if err := b.validate(); err != nil {
			t.Fatal(err)
		}
		if err := change(b).validate(); err == nil {
			t.Errorf("%s: taken for sound", name)
		}
	}
	var large []string
	for i := range 40 {
		large = append(large, fmt.Sprintf("%02d%s", i, bytes.Repeat([]byte("k"), MaxKey-10)))
	}
	if err := packLeaf(large, func(int) Value { return Value{} }).validate(); err == nil {
		t.Error("a leaf above maxBlob is taken for sound: inserts could overflow its offsets")
	}
	long := packLeaf([]string{string(bytes.Repeat([]byte("k"), MaxKey+1))}, func(int) Value { return Value{} })
	if err := long.validate(); err == nil {
		t.Error("a key above MaxKey is taken for sound")
	}
}

// TestPartedValueBytes pins what leads to the parts of a value.
func TestPartedValueBytes(t *testing.T) {
	b := packLeaf([]string{"k"}, func(int) Value { return Value{Inline: []byte("0123456789abcdef"), Parted: true} })
	if want := []byte("\xf2\x10\x000123456789abcdef"); !bytes.HasSuffix(b, want) || b.validate() != nil {
		t.Errorf("leaf is %q, %v", b, b.validate())
	}
	if v := b.value(0); !v.Parted || string(v.Inline) != "0123456789abcdef" {
		t.Errorf("value %+v", v)
	}
}

func TestSeparatorIsShort(t *testing.T) {
	for _, c := range [][3]string{{"a", "b", "b"}, {"a", "ab", "ab"}, {"abcd", "abxyz", "abx"}, {"ab", "abcdef", "abc"}, {"a\x00", "a\x01\x00", "a\x01"}} {
		if got := separator(nil, []byte(c[0]), []byte(c[1])); string(got) != c[2] {
			t.Errorf("between %q and %q: %q, want %q", c[0], c[1], got, c[2])
		}
	}
}

func TestValueEqual(t *testing.T) {
	values := []Value{{}, {Inline: []byte{}}, {Inline: []byte("a")}, {Inline: []byte("b")}, {Addr: 1}, {Len: 1}, {Addr: 1, Len: 1},
		{Inline: make([]byte, partedSize)}, {Inline: make([]byte, partedSize), Parted: true}}
	for i, v := range values {
		for j, w := range values {
			if v.Equal(w) != (i == j) {
				t.Errorf("%+v equals %+v: %v", v, w, v.Equal(w))
			}
		}
	}
}

// readLeaf uses all accessors of a validated leaf and checks that they agree.
func readLeaf(t *testing.T, b blob) {
	var last []byte
	for i := range b.count() {
		k := b.appendKey(nil, i)
		if i > 0 && bytes.Compare(last, k) >= 0 {
			t.Fatalf("key %d, %q, is not above %q", i, k, last)
		}
		if at, found := b.search(k); at != i || !found {
			t.Fatalf("key %d, %q, is found at %d %v", i, k, at, found)
		}
		if v := b.value(i); len(v.Inline) > maxInline {
			t.Fatalf("inline value of %d bytes", len(v.Inline))
		}
		last = k
	}
	var p packer
	p.addFrom(b, 0, b.count())
	if again := p.pack(nil, 0, b.count()); again.validate() != nil {
		t.Fatalf("packed again: %v", again.validate())
	}
}

func FuzzLeaf(f *testing.F) {
	f.Add([]byte(packLeaf(nil, nil)))
	f.Add([]byte(packLeaf([]string{"a"}, func(int) Value { return Value{Addr: 1} })))
	f.Add([]byte(packLeaf([]string{"pre-a", "pre-b", "pre-cccccccccccc"}, func(int) Value { return Value{Inline: []byte("v")} })))
	var many []string
	for i := range 64 {
		many = append(many, fmt.Sprintf("entry number %03d", i))
	}
	f.Add([]byte(packLeaf(many, func(i int) Value { return Value{Addr: uint64(i), Len: 3} })))
	f.Fuzz(func(t *testing.T, b []byte) {
		if blob(b).validate() == nil {
			readLeaf(t, b)
		}
	})
}
