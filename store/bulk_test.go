package store

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"arbor/store/index"
)

// oneByOne applies changes in the order of the log, as those that committed them have.
type oneByOne struct {
	tree     *index.Tree
	ledger   ledger
	replaced map[uint32]int64
}

func (o *oneByOne) apply(t *rapid.T, w *write, l LSN) {
	edit, before := o.tree.Edit(), o.ledger.replaced
	if err := o.ledger.apply(edit, w, l); err != nil {
		t.Fatalf("apply: %v", err)
	}
	o.tree = edit.Tree()
	if n := o.ledger.replaced - before; n != 0 {
		o.replaced[l.ord()] += n
	}
}

func genWrite(t *rapid.T) write {
	key := rapid.OneOf(
		rapid.Custom(func(t *rapid.T) string { return fmt.Sprintf("key %d", rapid.IntRange(0, 40).Draw(t, "number")) }),
		rapid.StringOfN(rapid.SampledFrom([]rune("ab\x00")), 1, 10, -1),
	)
	w := write{key: []byte(key.Draw(t, "key"))}
	switch rapid.IntRange(0, 19).Draw(t, "sort") {
	case 0:
		w.to, w.del = []byte(key.Draw(t, "to")), true
		if string(w.to) <= string(w.key) {
			w.to = append(slices.Clone(w.key), 0xff)
		}
	case 1, 2, 3, 4:
		w.del = true
	default:
		w.value = []byte(strings.Repeat("v", rapid.SampledFrom([]int{0, 1, 15, 16, 17, 100}).Draw(t, "size")))
		if len(w.value) > 0 {
			w.value[0] = rapid.Byte().Draw(t, "byte")
		}
	}
	return w
}

// genWrites returns a change, and before one that leads to the parts of a value these.
func genWrites(t *rapid.T, number *uint64) []write {
	w := genWrite(t)
	if w.del || rapid.IntRange(0, 2).Draw(t, "whole") > 0 {
		return []write{w}
	}
	*number++
	p := parts{id: *number, size: 1000, count: uint32(rapid.IntRange(1, 3).Draw(t, "parts"))}
	var all []write
	for n := range p.count {
		all = append(all, write{key: partKey(p.id, n), value: w.value})
	}
	return append(all, write{key: w.key, value: p.encode(), parted: true})
}

// rowsOf brings the rows of a ledger into an order, without those in which nothing is.
func rowsOf(t *ledger) []ledgerRow {
	rows := slices.DeleteFunc(slices.Clone(t.rows), func(r ledgerRow) bool { return r == ledgerRow{ord: r.ord} })
	slices.SortFunc(rows, func(x, y ledgerRow) int { return cmp.Compare(x.ord, y.ord) })
	return rows
}

// TestBulkEqualsOneByOne brings changes into a tree both ways and compares all that comes out.
func TestBulkEqualsOneByOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		one := oneByOne{tree: &index.Tree{}, replaced: map[uint32]int64{}}
		l, number := LSN(logStart), uint64(0)
		for range rapid.IntRange(0, 3).Draw(t, "before") * 20 {
			for _, w := range genWrites(t, &number) {
				one.apply(t, &w, l)
				l += 1000
			}
		}
		r := recovery{state: state{tree: one.tree}}
		one.ledger, one.replaced = ledger{}, map[uint32]int64{}
		for range rapid.IntRange(0, 80).Draw(t, "changes") {
			if rapid.IntRange(0, 9).Draw(t, "next segment") == 0 {
				l = makeLSN(l.ord()+1, segmentStart)
			}
			for _, w := range genWrites(t, &number) {
				one.apply(t, &w, l+recordHeader)
				rec, err := encode([]write{w})
				if err != nil {
					t.Fatalf("encode: %v", err)
				}
				if err := r.record(l, rec.bytes); err != nil {
					t.Fatalf("replay: %v", err)
				}
				l += 1000
			}
			if rapid.IntRange(0, 9).Draw(t, "full") == 0 {
				if err := r.gathered(); err != nil {
					t.Fatalf("gathered: %v", err)
				}
			}
		}
		if err := r.gathered(); err != nil {
			t.Fatalf("gathered: %v", err)
		}
		for c, err := range index.Changed(one.tree, r.state.tree, nil, nil) {
			t.Fatalf("%q is %v %+v, should be %v %+v, %v", c.Key, c.Is, c.After, c.Was, c.Before, err)
		}
		if r.state.tree.Len() != one.tree.Len() {
			t.Fatalf("%d keys, want %d", r.state.tree.Len(), one.tree.Len())
		}
		got, want := r.ledger, one.ledger
		if !slices.Equal(rowsOf(&got), rowsOf(&want)) || got.inline != want.inline || got.replaced != want.replaced {
			t.Fatalf("ledger:\n%+v %d %d\nwant\n%+v %d %d", rowsOf(&got), got.inline, got.replaced, rowsOf(&want), want.inline, want.replaced)
		}
		if !maps.Equal(r.bulk.replaced, one.replaced) {
			t.Fatalf("replaced by segment: %v, want %v", r.bulk.replaced, one.replaced)
		}
	})
}

// BenchmarkReplay brings changes of random keys into a tree of a million, or of none, both ways.
func BenchmarkReplay(b *testing.B) {
	key := func(i int) []byte {
		x := uint64(i) * 0x9e3779b97f4a7c15
		return fmt.Appendf(binary.BigEndian.AppendUint64([]byte{2}, x^x>>29), "/note %07d", i)
	}
	writes := make([]write, 1_000_000)
	for i := range writes {
		writes[i] = write{key: key(i), value: make([]byte, 100)}
	}
	gather := func(tree *index.Tree, ws []write) *index.Tree {
		var in bulk
		var t ledger
		for i := range ws {
			in.add(&ws[i], logStart+LSN(i)*200)
		}
		tree, err := in.into(tree, &t)
		must(b, err)
		return tree
	}
	full := gather(&index.Tree{}, writes)
	for _, n := range []int{0, 1000, 100_000} {
		base, ws := full, writes[:n]
		if n == 0 {
			base, ws = &index.Tree{}, writes
		}
		b.Run(fmt.Sprintf("one by one/%d into %d", len(ws), base.Len()), func(b *testing.B) {
			for b.Loop() {
				edit := base.Edit()
				var t ledger
				for i := range ws {
					must(b, t.apply(edit, &ws[i], logStart+LSN(i)*200))
				}
				edit.Tree()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(ws)), "ns/key")
		})
		b.Run(fmt.Sprintf("bulk/%d into %d", len(ws), base.Len()), func(b *testing.B) {
			for b.Loop() {
				gather(base, ws)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(ws)), "ns/key")
		})
	}
}
