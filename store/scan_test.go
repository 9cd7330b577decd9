package store

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// drawRange draws a range with or without bounds, of a prefix or not, in either direction.
func drawRange(t *rapid.T) Range {
	bound := rapid.StringMatching(`[a-c]{0,3}`)
	var r Range
	switch rapid.IntRange(0, 4).Draw(t, "bounds") {
	case 0:
		r = Prefix([]byte(bound.Draw(t, "prefix")))
	case 1:
		r.From = []byte(bound.Draw(t, "from"))
	case 2:
		r.To = []byte(bound.Draw(t, "to"))
	case 3:
		r = Range{From: []byte(bound.Draw(t, "from")), To: []byte(bound.Draw(t, "to"))}
	}
	r.Reverse = rapid.Bool().Draw(t, "reverse")
	return r
}

// in returns the keys of c in r, as a scan yields them.
func (c contents) in(r Range) []string {
	keys := slices.DeleteFunc(slices.Sorted(maps.Keys(c)), func(k string) bool {
		return k < string(r.From) || r.To != nil && k >= string(r.To)
	})
	if r.Reverse {
		slices.Reverse(keys)
	}
	return keys
}

// checkScan holds a scan, perhaps ended early, to what it should yield.
func checkScan(t *rapid.T, rd Reader, ks Keyspace, want contents) {
	r := drawRange(t)
	keys := want.in(r)
	most := rapid.IntRange(1, 40).Draw(t, "most")
	i := 0
	for e, err := range rd.Scan(ks, r) {
		if err != nil {
			t.Fatal(err)
		}
		if i >= len(keys) || string(e.Key) != keys[i] || string(e.Value) != want[keys[i]] {
			t.Fatalf("scan of %q to %q, reverse %v: entry %d is %q, want of %q", r.From, r.To, r.Reverse, i, e.Key, keys)
		}
		if i++; i == most {
			return
		}
	}
	if i != len(keys) {
		t.Fatalf("scan of %q to %q, reverse %v: %d entries, want %q", r.From, r.To, r.Reverse, i, keys)
	}
}

// checkMany holds GetMany to want.
func checkMany(t *rapid.T, rd Reader, ks Keyspace, want contents) {
	names := rapid.SliceOfN(rapid.StringMatching(`[a-c]{0,3}`), 0, 8).Draw(t, "keys")
	keys := make([][]byte, len(names))
	for i, k := range names {
		keys[i] = []byte(k)
	}
	values, err := rd.GetMany(ks, keys)
	if err != nil || len(values) != len(keys) {
		t.Fatalf("%d values for %d keys, %v", len(values), len(keys), err)
	}
	for i, v := range values {
		if w, ok := want[names[i]]; ok != (v != nil) || string(v) != w {
			t.Fatalf("%q is %q, want %q (%v)", names[i], v, w, ok)
		}
	}
}

// TestScans reads in transactions, on top of their own puts, deletions and deleted ranges, and in snapshots: in every direction, with all
// bounds, over more than a page of a client. Beside it lie keyspaces that no scan may enter.
func TestScans(t *testing.T) {
	everywhere(t, Options{}, func(t *testing.T, db *DB) {
		ks, err := db.Keyspaces("below", "here", "above")
		must(t, err)
		want := contents{}
		var b Batch
		keys := []string{""} // every one of up to three letters
		for i := 0; len(keys[i]) < 3; i++ {
			keys = append(keys, keys[i]+"a", keys[i]+"b", keys[i]+"c")
		}
		for i, k := range keys {
			want[k] = strings.Repeat("x", i*20)
			must(t, b.Put(ks[1], []byte(k), []byte(want[k])))
			must(t, b.Put(ks[0], []byte(k), nil))
			must(t, b.Put(ks[2], []byte(k), nil))
		}
		_, err = db.Apply(&b, None)
		must(t, err)
		rapid.Check(t, func(t *rapid.T) {
			commit := rapid.IntRange(0, 4).Draw(t, "commit") == 0
			next := maps.Clone(want)
			abandon := fmt.Errorf("not committed")
			err := db.Update(func(tx *Tx) error {
				tx.SetDurability(None)
				for range rapid.IntRange(1, 12).Draw(t, "steps") {
					k := []byte(rapid.StringMatching(`[a-c]{0,3}`).Draw(t, "key"))
					var err error
					switch rapid.IntRange(0, 6).Draw(t, "step") {
					case 0, 1:
						next[string(k)] = strings.Repeat("v", rapid.IntRange(0, 500).Draw(t, "value"))
						err = tx.Put(ks[1], k, []byte(next[string(k)]))
					case 2:
						delete(next, string(k))
						err = tx.Delete(ks[1], k)
					case 3:
						r := drawRange(t)
						for _, k := range next.in(r) {
							delete(next, k)
						}
						err = tx.DeleteRange(ks[1], r)
					case 4:
						checkMany(t, tx, ks[1], next)
					default:
						checkScan(t, tx, ks[1], next)
					}
					if err != nil {
						return err
					}
				}
				checkScan(t, tx, ks[1], next)
				if !commit {
					return abandon
				}
				return nil
			})
			if err == nil {
				want = next
			} else if err != abandon {
				t.Fatal(err)
			}
			s := readerOf(t, db)
			checkScan(t, s, ks[1], want)
			checkMany(t, s, ks[1], want)
		})
		for _, other := range []Keyspace{ks[0], ks[2]} {
			if n := len(contentsOf(t, db, other)); n != len(keys) {
				t.Errorf("%d keys in another keyspace", n)
			}
		}
	})
}
