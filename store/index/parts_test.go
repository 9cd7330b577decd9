package index

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
)

// TestParts damages checkpoints: the parts lie one behind the other, and what is said of a sound one is all that was there.
func TestParts(t *testing.T) {
	for _, n := range []int{0, 1, 100, 20000} {
		edit := (&Tree{}).Edit()
		for i := range n {
			if _, _, err := edit.Put(fmt.Appendf(nil, "key %d", i*7919%n), Value{Inline: fmt.Append(nil, i)}); err != nil {
				t.Fatal(err)
			}
		}
		tree := edit.Tree()
		var f testFile
		size := f.save(t, nil, tree, []byte("meta")).Size
		rng := rand.New(rand.NewPCG(1, uint64(n)))
		for try := range 60 {
			b := bytes.Clone(f.b)
			records := b[ckptHeaderSize : size-ckptFooterSize-room(4)]
			for i := 0; i < try && len(records) > 0 && (i == 0 || rng.IntN(3) > 0); i++ { // the first is sound
				records[rng.IntN(len(records))] ^= 1 << rng.IntN(8)
			}
			s, err := OpenCheckpoint("ckpt", b[:size], testSeed)
			if err != nil {
				t.Fatal(err)
			}
			var last []byte
			found, damaged, parts := 0, 0, 0
			for p := range s.Parts() {
				if !bytes.Equal(p.From, last) || parts > 0 && p.From == nil {
					t.Fatalf("a part from %q behind one to %q", p.From, last)
				}
				last = p.To
				parts++
				if p.Err != nil {
					var d *DamageError
					if damaged++; !errors.As(p.Err, &d) {
						t.Fatal(p.Err)
					}
					continue
				}
				cursor := tree.Cursor()
				there := cursor.Seek(p.From)
				for e := range p.Entries {
					if !there || !bytes.Equal(e.Key, cursor.Key()) || !e.Value.Equal(cursor.Value()) {
						t.Fatalf("%q in a sound part", e.Key)
					}
					found++
					there = cursor.Next()
				}
				if there && below(cursor.Key(), p.To) {
					t.Fatalf("%q is not in the part that it belongs to", cursor.Key())
				}
			}
			if last != nil || damaged == 0 && found != n || try == 0 && damaged > 0 {
				t.Fatalf("%d keys in %d parts of which %d are damaged, up to %q; there are %d", found, parts, damaged, last, n)
			}
		}
	}
}
