package model

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"arbor/model/query"
)

// wantSheet makes sure that the sheet says of every node what its record does.
func wantSheet(t testing.TB, tree *Tree) {
	t.Helper()
	err := tree.View(func(v *View) error {
		s, err := v.Sheet()
		if err != nil {
			return err
		}
		if s.hasOrder() {
			if order, err := v.findOrder(s); err != nil || !slices.Equal(order, s.order) {
				return fmt.Errorf("the order of the sheet is not that of the tree: %v", err)
			}
		}
		if err := wantWorkers(v); err != nil {
			return err
		}
		texts, err := v.texts(s)
		if err != nil {
			return err
		}
		if texts == nil { // it is asked for the first time
			if texts, err = v.texts(s); err != nil {
				return err
			}
		}
		var lines []string
		for i := range texts {
			for k := range texts[i].ends {
				lines = append(lines, string(texts[i].text(k)))
			}
		}
		children, slot := s.children(), 0
		v.sheet = nil // so that all that follows is asked of the store
		err = v.everyNode(func(lent *Node, record []byte) error {
			if slot >= s.Len() {
				return fmt.Errorf("the sheet ends before %s", lent.ID)
			}
			f := s.Facts(slot)
			want := (&factsReader{names: map[string]string{}}).of(lent)
			if got, want := fmt.Sprintf("%+v %+v", *f, f.more), fmt.Sprintf("%+v %+v", want, want.more); stripped(got) != stripped(want) {
				return fmt.Errorf("slot %d: %s, want %s", slot, got, want)
			}
			if len(lines) != s.Len() || lines[slot] != lent.Text {
				return fmt.Errorf("slot %d of %d texts in %d nodes is not %q", slot, len(lines), s.Len(), lent.Text)
			}
			n, err := decodeRecord(lent.ID, record)
			if err != nil {
				return err
			}
			var filled Node
			f.fill(&filled)
			prio, given := n.prio()
			top, err := v.Top(n.ID)
			if err != nil {
				return err
			}
			parent, err := v.HasChildren(n.ID)
			if err != nil {
				return err
			}
			short, err := v.ShortID(n.ID)
			if err != nil {
				return err
			}
			path, err := v.Path(n.ID)
			if err != nil {
				return err
			}
			up := s.lineage(slot)
			slices.Reverse(up)
			if !slices.Equal(path, up) {
				return fmt.Errorf("%s: path %v, want %v", n.ID, up, path)
			}
			if !slices.Equal(f.Tags(), n.AllTags()) || f.Task != n.IsTask() || filled.IsTask() != n.IsTask() || filled.StateName() != n.StateName() ||
				f.HasPrio != given || f.Prio != prio || !slices.Equal(f.Depends(), n.Depends()) || f.Due() != n.Due || f.Wait() != n.Wait ||
				!filled.Created.Equal(n.Created) || !filled.Modified.Equal(n.Modified) || !filled.Finished.Equal(n.Finished) || s.top(slot) != top ||
				!builtin(n.ID) && (children[slot] > 0) != parent || s.Short(slot) != short {
				return fmt.Errorf("%s: facts %+v %+v, top %s, %d children, short %s; the record %+v, top %s, children %v, short %s",
					n.ID, *f, f.more, s.top(slot), children[slot], s.Short(slot), n, top, parent, short)
			}
			slot++
			return nil
		})
		if err == nil && slot != s.Len() {
			err = fmt.Errorf("%d slots for %d records", s.Len(), slot)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// stripped leaves the address of what is pointed to out.
func stripped(s string) string {
	var b []byte
	for i := 0; i < len(s); i++ {
		if s[i] == '0' && i+1 < len(s) && s[i+1] == 'x' {
			for i++; i+1 < len(s) && s[i+1] != '}' && s[i+1] != ' '; i++ {
			}
			continue
		}
		b = append(b, s[i])
	}
	return string(b)
}

// After an edit only what changed is read again, and a sheet that somebody holds stays as it was.
func TestSheetReadsOnlyWhatChanged(t *testing.T) {
	tree := open(t)
	if _, err := tree.Import("notes", func(im *Importer) error { return prose(im, 3000) }); err != nil {
		t.Fatal(err)
	}
	sheet := func() (s *Sheet) {
		view(t, tree, func(v *View) (err error) {
			s, err = v.Sheet()
			return err
		})
		return s
	}
	before := sheet()
	if before.read != before.Len() || before.Len() < 3000 {
		t.Fatalf("%d records read for %d nodes", before.read, before.Len())
	}
	if sheet() != before {
		t.Fatal("a second sheet of the same state")
	}
	fresh := openOn(t, tree.db, "")
	for i, want := range []bool{false, true} { // a process that asks once makes none
		view(t, fresh, func(v *View) error {
			for _, err := range v.Select(&query.Query{Expr: query.Is("overdue"), Now: clockTime}) {
				return err
			}
			return nil
		})
		if got := fresh.sheets.newest != nil; got != want {
			t.Errorf("after query %d: a sheet %v, want %v", i+1, got, want)
		}
	}
	id := before.Facts(1234).ID
	do(t, tree, func(e *Edit) error { return e.SetState(id, Doing) })
	var made ID
	do(t, tree, func(e *Edit) (err error) {
		made, err = e.Create(id, Last, "below #task")
		return err
	})
	after := sheet()
	if after.read > 2 {
		t.Errorf("%d records read for 2 changes", after.read)
	}
	same, had := 0, map[*byte]bool{}
	for _, b := range before.blocks {
		had[&b.b[0]] = true
	}
	for _, b := range after.blocks {
		if had[&b.b[0]] {
			same++
		}
	}
	if same < len(before.blocks)-2 {
		t.Errorf("%d of %d blocks are the same", same, len(before.blocks))
	}
	if f := before.Facts(1234); f.State == Doing {
		t.Error("a sheet changed")
	}
	if slot, ok := after.Slot(made); !ok || !after.Facts(slot).Task {
		t.Error("the new node is no task")
	}
	wantSheet(t, tree)
}

// The order of the tree is carried from one sheet to the next through changes and new nodes, and found again where nodes move.
func TestOrderIsCarried(t *testing.T) {
	tree := open(t)
	if _, err := tree.Import("notes", func(im *Importer) error { return prose(im, 300) }); err != nil {
		t.Fatal(err)
	}
	r, carried, known := rand.New(rand.NewPCG(8, 9)), 0, 0
	for range 60 {
		var s *Sheet
		view(t, tree, func(v *View) (err error) {
			if s, err = v.Sheet(); err == nil {
				_, err = v.treeOrder(s)
			}
			return err
		})
		some := func() ID {
			for {
				if id := s.ID(r.IntN(s.Len())); !builtin(id) {
					return id
				}
			}
		}
		do(t, tree, func(e *Edit) (err error) {
			for range 1 + r.IntN(3) {
				switch id := some(); r.IntN(8) {
				case 0:
					err = e.Trash(id)
				case 1:
					err = e.SetText(id, "changed")
				default:
					place := First
					if r.IntN(2) == 0 {
						place = Last
					}
					if id, err = e.Create(id, place, "new"); err == nil && r.IntN(2) == 0 {
						_, err = e.Create(id, Last, "below")
					}
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
		wantSheet(t, tree)
		if known++; tree.sheets.newest.hasOrder() {
			carried++
		}
	}
	if carried < known/3 {
		t.Errorf("the order was carried %d times of %d", carried, known)
	}
}

// Queries mean the same whether the sheet, all records, or one record after the other decides.
func TestSelectOnSheet(t *testing.T) {
	tree := open(t)
	if _, err := tree.Import("notes", func(im *Importer) error { return prose(im, 2500) }); err != nil {
		t.Fatal(err)
	}
	var some ID
	view(t, tree, func(v *View) error {
		s, err := v.Sheet()
		if err != nil {
			return err
		}
		r := rand.New(rand.NewPCG(1, 2))
		for slot := range s.Len() {
			if s.children()[slot] > 2 {
				some = s.Facts(slot).ID
			}
		}
		return tree.asMany(s, r)
	})
	for _, text := range []string{
		"", "due:overdue", "due:any", "-due:any", "state:doing", "state:done", "is:open", "is:task", "is:leaf", "has:children", "has:note", "has:tag", "cost:>3", "prio:>2",
		"due:any cost:any", "state:doing or cost:>3", "under:" + some.String(), "under:" + some.String() + " is:open", "-under:" + some.String() + " state:doing",
		`"a b" or due:any`, `"a b" state:doing`, `-("a b") is:task`, `"a"`, `"A B"`, `"ä"`, `"k"`, `"a b" or "ba"`, "has:arrow", "-has:arrow state:doing", "ba be", "ba be is:open", "has:arrow is:open", "under:trash", "under:trash or state:doing", "modified:<2000-01-01", "created:any",
		"is:open sort:-due,prio", "sort:-finished,text limit:1200", "is:open limit:1100", "is:open sort:-tree limit:1100", "sort:urgency", "is:open sort:state,created limit:1300",
		"sort:sched,wait,modified,-prio", "is:ready or is:open", "depth>1", "under:(depth:2)", "tag:" + coin(3) + " or is:open",
	} {
		q, err := query.Parse(text, clockTime)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		var got, want []ID
		view(t, tree, func(v *View) error {
			for n, err := range v.Select(q) {
				if err != nil {
					return err
				}
				got = append(got, n.ID)
			}
			return nil
		})
		view(t, tree, func(v *View) error { // one pass over the records, as within an edit
			w := selection{v: v, q: q, paths: paths{v: v, known: map[ID]spot{}}}
			var err error
			if w.tops, err = v.tops(q.Expr); err != nil {
				return err
			}
			if err = w.compile(); err == nil {
				err = w.readAll(climbs(q.Expr))
			}
			slices.SortFunc(w.out, func(a, b match) int { return strings.Compare(a.key, b.key) })
			if err == nil {
				w.out, err = v.ordered(q, w.out)
			}
			for _, m := range w.out {
				want = append(want, m.id)
			}
			return err
		})
		if len(got) != len(want) {
			t.Errorf("%q: %d nodes, want %d", text, len(got), len(want))
			continue
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: not the same nodes in the same order", text)
		}
	}
}

// asMany gives nodes here and there dates, states, fields, notes and arrows.
func (t *Tree) asMany(s *Sheet, r *rand.Rand) error {
	var steps []func(*Edit) error
	for slot := range s.Len() {
		id, other := s.Facts(slot).ID, s.Facts(r.IntN(s.Len())).ID
		if builtin(id) || builtin(other) {
			continue
		}
		switch r.IntN(40) {
		case 0:
			steps = append(steps, func(e *Edit) error { return e.SetDue(id, Date{T: clockTime.AddDate(0, 0, slot%20-10)}) })
		case 1:
			steps = append(steps, func(e *Edit) error { return e.SetState(id, Doing) })
		case 2:
			steps = append(steps, func(e *Edit) error { return e.SetField(id, "cost", fmt.Sprint(slot%7)) })
		case 3:
			steps = append(steps, func(e *Edit) error { return e.SetNote(id, "note") })
		case 4:
			steps = append(steps, func(e *Edit) error { return e.AddArrow(id, other, "see") })
		case 5:
			steps = append(steps, func(e *Edit) error { return e.SetText(id, []string{"a B #prio=3 #task", "Ä b", "\u212a", ""}[slot%4]) })
		}
		if slot%500 == 0 {
			steps = append(steps, func(e *Edit) error { return e.Trash(id) })
		}
	}
	_, err := t.Import("here and there", func(im *Importer) error {
		for _, step := range steps {
			im.Change(200, step)
		}
		return nil
	})
	return err
}
