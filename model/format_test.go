package model

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"arbor/store"
	"arbor/timeseries"

	"pgregory.net/rapid"
)

// samples of every op, for the fuzzers and the round trip.
func everyOp() []op {
	id, other := Named("a"), Named("b")
	return []op{
		{kind: opCreate, node: id, parent: Root, order: []byte{0x80, 1, 2, 0x81}, text: "milk é"},
		{kind: opCreate, node: id, parent: Detached},
		{kind: opMove, node: id, parent: other, order: []byte{0x80, 1, 2, 0x81}},
		{kind: opMove, node: id, parent: Trash, order: []byte{0x80, 1, 2, 0x81}, from: origin{other, []byte{0x80, 0, 0, 0x83}, true}},
		{kind: opSplice, node: id, splice: splice{3, 2, "日本"}},
		{kind: opNote, node: id, splice: splice{0, 0, "line\nline"}},
		{kind: opRegister, node: id, reg: regState, value: []byte{byte(Doing)}},
		{kind: opRegister, node: id, reg: regDue, value: appendDate(nil, Date{T: clockTime, AllDay: true})},
		{kind: opRegister, node: id, reg: regPosition, value: appendVarint(appendVarint(nil, -4), 7)},
		{kind: opRegister, node: id, reg: regCollapsed, value: []byte{1}},
		{kind: opRegister, node: id, reg: regFinished},
		{kind: opTag, node: id, key: "x", present: true},
		{kind: opField, node: id, key: "k", text: "v", present: true},
		{kind: opField, node: id, key: "k"},
		{kind: opArrow, node: id, to: other, key: "because", present: true},
		{kind: opSamples, node: id, device: device{9}, mode: samplesRemove, samples: []timeseries.Sample{{T: 5, V: 1.5}, {T: -7, V: 0}}},
		{kind: opChunk, node: id, device: device{9}, present: true, hash: timeseries.Hash{1, 2}},
		{kind: opWord, node: id, text: "fine, thanks"},
		{kind: opTrim, node: id, device: device{9}, span: stretch{-7, 40}},
		{kind: opMark, node: id, present: true, mark: timeseries.Mark{From: -7, To: 40, Stamp: 1 << 50, Device: 9, N: 3, Hides: true}},
		{kind: opMark, node: id, mark: timeseries.Mark{From: 40, To: 41, Stamp: 1 << 50, Device: 9, Hides: true, Has: true, V: 1.5}},
		{kind: opEvent, node: id, event: Interval, eventID: EventID{7}, present: true, value: (&Event{Kind: Interval, From: clockTime, Text: "x"}).value()},
		{kind: opEvent, node: id, event: Occurrence, eventID: EventID{8}},
		{kind: 77, raw: []byte("from a later version")},
	}
}

func everyBatch() *batch {
	return &batch{role: roleUndo, device: device{1, 2, 3}, seq: 9, stamp: 1 << 40, counter: 77, session: "s", label: "say\x00",
		target: 4, first: 3, deps: []head{{device{4}, 8}}, ops: everyOp()}
}

func TestBatchRoundTrip(t *testing.T) {
	b := everyBatch()
	raw := b.encode()
	back, err := decodeBatch(raw)
	if err != nil {
		t.Fatal(err)
	}
	if again := back.encode(); !bytes.Equal(again, raw) {
		t.Fatalf("%x came back as %x", raw, again)
	}
	for i := range b.ops {
		if got, want := fmt.Sprintf("%+v", back.ops[i]), fmt.Sprintf("%+v", b.ops[i]); got != want {
			t.Errorf("op %d came back as\n%s, was\n%s", i, got, want)
		}
	}
	if w := (&op{kind: opSplice, splice: splice{0, 9, "é日x"}}).width(); w != 4 {
		t.Errorf("a splice of three characters takes %d counters, want 4", w)
	}
	for n := range raw {
		if _, err := decodeBatch(raw[:n]); err == nil && n < len(raw)-20 && n > 60 {
			ops := len(back.ops)
			if cut, _ := decodeBatch(raw[:n]); len(cut.ops) >= ops {
				t.Errorf("cut at %d of %d: nothing missing", n, len(raw))
			}
		}
	}
}

// What a later version wrote is kept and does nothing.
func TestUnknownOpsAreKept(t *testing.T) {
	tree := open(t)
	id := plant(t, tree, "a\n")["a"]
	do(t, tree, func(e *Edit) error {
		return errors.Join(e.do(op{kind: 77, raw: []byte("later")}), e.SetText(id, "b"))
	})
	wantOutline(t, tree, Root, "b\n")
	if _, err := tree.Undo(ThisSession); err != nil {
		t.Fatal(err)
	}
	wantOutline(t, tree, Root, "a\n")
	view(t, tree, func(v *View) error {
		me, err := readSelf(&tree.ks, v.r)
		if err != nil {
			return err
		}
		e, err := readBatch(&tree.ks, v.r, me.device, 2)
		if err == nil && (len(e.batch.ops) != 2 || string(e.batch.ops[0].raw) != "later") {
			t.Errorf("kept %+v", e.batch.ops)
		}
		return err
	})
	mustVerify(t, tree)
}

func everyNode() *Node {
	id := Named("a")
	return &Node{ID: id, Parent: Named("p"), Order: []byte{0x80, 1, 2, 0x81}, Text: "text", State: Waiting, Tags: []string{"a", "b"},
		Fields: []Field{{"k", "v"}, {"l", ""}}, Due: Date{T: clockTime}, Sched: Date{T: clockTime.Truncate(24 * time.Hour), AllDay: true},
		NoteLen: 7, X: -3, Y: 900, Placed: true, HideDone: true, Series: true, Arrows: []Arrow{{id, Named("b"), "why"}},
		Created: clockTime, Modified: clockTime.Add(time.Millisecond), Finished: clockTime, from: origin{Root, []byte{0x80, 1, 2, 0x83}, true}}
}

func TestRecordRoundTrip(t *testing.T) {
	for _, n := range []*Node{everyNode(), {ID: Named("x"), Parent: Root}} {
		b := appendRecord(nil, n)
		back, err := decodeRecord(n.ID, b)
		if err != nil {
			t.Fatal(err)
		}
		if n.Order == nil {
			back.Order = nil
		}
		if !reflect.DeepEqual(back, n) {
			t.Errorf("came back as\n%+v, was\n%+v", back, n)
		}
	}
}

func FuzzBatch(f *testing.F) {
	f.Add(everyBatch().encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := decodeBatch(b)
		if err != nil {
			return
		}
		if again := got.encode(); !bytes.Equal(again, b) {
			t.Fatalf("%x is not canonical: %x", b, again)
		}
	})
}

func FuzzSide(f *testing.F) {
	ops := everyOp()
	s := side{after: []op{ops[6]}}
	for _, o := range ops {
		u := inverseOf(o)
		u.after, u.chunk = 7, nil
		if o.kind == opChunk {
			u.chunk = []byte("chunk")
		}
		s.inverse = append(s.inverse, u)
	}
	f.Add(s.encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		if got, err := decodeSide(b, ops); err == nil {
			got.encode()
		}
	})
}

func FuzzRecord(f *testing.F) {
	f.Add(appendRecord(nil, everyNode()))
	f.Fuzz(func(t *testing.T, b []byte) {
		n, err := decodeRecord(ID{}, b)
		if err != nil {
			return
		}
		canonical := appendRecord(nil, n)
		again, err := decodeRecord(ID{}, canonical)
		if err != nil || !bytes.Equal(appendRecord(nil, again), canonical) {
			t.Fatalf("%x does not come back: %v", canonical, err)
		}
	})
}

// Whatever ops come, in whatever order, the fold neither fails nor makes a tree that is none.
func FuzzFold(f *testing.F) {
	f.Add(everyBatch().encode())
	f.Fuzz(func(t *testing.T, raw []byte) {
		b, err := decodeBatch(raw)
		if err != nil {
			return
		}
		tree := open(t)
		ids := []ID{Named("a"), Named("b"), Root}
		err = tree.db.Update(func(tx *store.Tx) error {
			fold := newFold(&tree.ks, tx)
			fold.chunk = func(timeseries.Hash) ([]byte, error) { return nil, nil }
			fold.begin(b.role, b.stamp)
			for i := range b.ops {
				ids = append(ids, b.ops[i].node)
				if err := fold.apply(&b.ops[i]); err != nil {
					return err
				}
			}
			return fold.flush()
		})
		if err != nil {
			t.Fatal(err)
		}
		view(t, tree, func(v *View) error {
			for _, id := range ids {
				if n, err := v.node(id); err != nil || n == nil {
					return err
				}
				if top, err := v.Top(id); err != nil || !builtin(top) {
					t.Fatalf("%s hangs from %s: %v", id, top, err)
				}
			}
			return nil
		})
	})
}

// The fold itself makes no cycle, whatever an op from elsewhere asks for.
func TestFoldMakesNoCycle(t *testing.T) {
	tree := open(t)
	ids := plant(t, tree, "a\n\tb\n\t\tc\n")
	order := []byte{0x80, 1, 2, 0x81}
	do(t, tree, func(e *Edit) error {
		return errors.Join(
			e.do(op{kind: opMove, node: ids["a"], parent: ids["c"], order: order}),
			e.do(op{kind: opMove, node: ids["b"], parent: ids["b"], order: order}),
			e.do(op{kind: opMove, node: ids["b"], parent: Named("nowhere"), order: order}),
			e.do(op{kind: opCreate, node: ids["a"], parent: ids["c"], order: order}),
			e.do(op{kind: opCreate, node: Trash, parent: ids["c"], order: order}),
			e.do(op{kind: opMove, node: Root, parent: ids["c"], order: order}),
		)
	})
	wantOutline(t, tree, Root, "a\n\tb\n\t\tc\n")
	mustVerify(t, tree)
}

func TestDiff(t *testing.T) {
	for _, c := range []struct {
		older, newer string
		splices      int
	}{
		{"", "", 0}, {"same", "same", 0}, {"", "abc", 1}, {"abc", "", 1}, {"milk", "milk and bread", 1}, {"one two three", "one 2 three", 1},
		{"the quick brown fox", "a quick brown dog", 2}, {"aaaa", "aa", 1}, {"x quick brown y", "quick brown", 2},
	} {
		if got := diff(c.older, c.newer); len(got) != c.splices {
			t.Errorf("%q to %q: %d splices %+v, want %d", c.older, c.newer, len(got), got, c.splices)
		}
	}
	word := rapid.StringOfN(rapid.SampledFrom([]rune("abcé日 ")), 0, 30, -1)
	rapid.Check(t, func(t *rapid.T) {
		older := strings.Join([]string{word.Draw(t, "a"), word.Draw(t, "b"), word.Draw(t, "c")}, "")
		newer := strings.Join([]string{word.Draw(t, "d"), older[len(older)/2:], word.Draw(t, "e")}, "")
		newer = strings.ToValidUTF8(newer, "?")
		text := older
		splices := diff(older, newer)
		for _, s := range splices {
			text, _ = s.apply(text)
		}
		if text != newer || len(splices) > maxSplices {
			t.Fatalf("%q to %q: %+v gives %q", older, newer, splices, text)
		}
	})
}

func TestOneLine(t *testing.T) {
	for in, want := range map[string]string{"plain": "plain", "a\nb": "a b", "a\r\nb": "a b", "tab\there": "tab here", "bad\xffbyte": "bad\uFFFDbyte", "sep\u2028line": "sep line", "\x00": " "} {
		if got := OneLine(in); got != want || !utf8.ValidString(got) {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestTokens(t *testing.T) {
	n := Node{Text: "buy #milk, #prio=3 # #=x #a= #prio=9 #task", Tags: []string{"b"}, Fields: []Field{{"k", "v"}}}
	if got := n.AllTags(); !slices.Equal(got, []string{"b", "milk,", "task"}) {
		t.Errorf("tags %q", got)
	}
	for key, want := range map[string]string{"prio": "3", "k": "v", "a": "", "x": "none"} {
		if got, ok := n.Field(key); ok != (want != "none") || ok && got != want {
			t.Errorf("field %s: %q %v, want %q", key, got, ok, want)
		}
	}
}

func TestVerifyTellsADifference(t *testing.T) {
	tree := open(t)
	id := plant(t, tree, "a\n")["a"]
	mustVerify(t, tree)
	err := tree.db.Update(func(tx *store.Tx) error {
		n, err := readNode(&tree.ks, tx, id)
		if err != nil {
			return err
		}
		n.Text = "b"
		return tx.Put(tree.ks.nodes, id[:], appendRecord(nil, n))
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := tree.Verify(t.Context()); !errors.Is(err, ErrDiffers) || !strings.Contains(err.Error(), "nodes") {
		t.Fatalf("got %v", err)
	}
}

// What a person types costs a few keys, so that the log of the store grows little.
func TestCreateWritesFewKeys(t *testing.T) {
	tree := library(t, 1000)
	older, err := tree.db.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	defer older.Release()
	do(t, tree, func(e *Edit) error {
		_, err := e.Create(Root, Last, "buy milk and bread")
		return err
	})
	newer, err := tree.db.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	defer newer.Release()
	keys, size := 0, 0
	for _, name := range stateSpaces {
		ks, err := tree.db.Keyspace(name)
		if err != nil {
			t.Fatal(err)
		}
		for c, err := range newer.Changed(older, ks, store.Range{}) {
			if err != nil {
				t.Fatal(err)
			}
			keys, size = keys+1, size+len(c.Key)+len(c.Value)
		}
	}
	t.Logf("%d keys, %d bytes", keys, size)
	if keys > 11 || size > 2000 { // record, place, four words, a day, log, head, stack; the batch before was big and stands alone
		t.Errorf("%d keys and %d bytes, want at most 11 and 2000", keys, size)
	}
}
