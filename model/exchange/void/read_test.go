package void

import (
	"slices"
	"strings"
	"testing"
	"time"

	"arbor/model"
	"arbor/model/exchange"
	"arbor/model/exchange/void/voidtest"

	"pgregory.net/rapid"
)

func read(t interface{ Fatal(...any) }, data []byte) (nodes []*exchange.Node, report exchange.Report) {
	p, err := Read(data, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Each(func(n *exchange.Node) error { nodes = append(nodes, n); return nil }); err != nil {
		t.Fatal(err)
	}
	return nodes, p.Report
}

// byText finds the nodes of a plan; the texts of voidtest are all different.
func byText(nodes []*exchange.Node) map[string]*exchange.Node {
	m := map[string]*exchange.Node{}
	for _, n := range nodes {
		m[n.Text] = n
	}
	return m
}

// A sound map comes in whole: every node with its text, flags, times, place and children in order, and every arrow.
func TestReadKeepsAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := voidtest.Tree(rapid.Uint64().Draw(t, "seed"), rapid.IntRange(0, 60).Draw(t, "n"))
		nodes, _ := read(t, m.Encode())
		if len(nodes) != len(m.Nodes) {
			t.Fatalf("%d nodes of %d", len(nodes), len(m.Nodes))
		}
		got, byID := byText(nodes), map[uint64]*voidtest.Node{}
		for _, w := range m.Nodes {
			byID[w.ID] = w
		}
		for _, w := range m.Nodes {
			n := got[w.Text]
			if n == nil {
				t.Fatalf("node %q is missing", w.Text)
			}
			same(t, n, w, byID[w.Parent])
			var children, want []string
			for _, c := range nodes {
				if c.Parent == n.ID && c != n {
					children = append(children, c.Text)
				}
			}
			for _, id := range w.Children {
				want = append(want, byID[id].Text)
			}
			if !slices.Equal(children, want) {
				t.Fatalf("children of %q are %q, want %q", w.Text, children, want)
			}
		}
		arrows := map[[2]uint64]bool{}
		for _, a := range m.Arrows {
			from, to := got[byID[a[0]].Text], got[byID[a[1]].Text]
			if !slices.Contains(from.Arrows, model.Arrow{From: from.ID, To: to.ID}) {
				t.Fatalf("arrow %v is missing", a)
			}
			arrows[a] = true
		}
		n := 0
		for _, x := range nodes {
			n += len(x.Arrows)
		}
		if n != len(arrows) {
			t.Fatalf("%d arrows, want %d", n, len(arrows))
		}
	})
}

func same(t *rapid.T, n *exchange.Node, w, up *voidtest.Node) {
	at := func(sec uint64) time.Time {
		if sec == 0 {
			return time.Time{}
		}
		return time.Unix(int64(sec), 0).UTC()
	}
	finished := at(w.Finish)
	if !w.Stricken {
		finished = time.Time{}
	}
	if (n.State == model.Done) != w.Stricken || !n.Finished.Equal(finished) || n.HideDone != w.HideStricken || n.Collapsed != w.Collapsed ||
		n.AutoArrange != w.AutoArrange || n.Note != w.Free || !n.Created.Equal(at(w.Ctime)) || !n.Modified.Equal(at(w.Mtime)) || !n.Due.T.Equal(at(w.Due)) {
		t.Fatalf("node %+v\nwant %+v", n, w)
	}
	if placed := w.ID != 0 && (w.X != 0 || w.Y != 0) && (up.ID == 0 || !up.AutoArrange); placed != n.Placed || placed && (n.X != int(w.X) || n.Y != int(w.Y)) {
		t.Fatalf("place of %+v, want %+v", n, w)
	}
	if _, ok := n.Field("lat"); ok != (w.Lat != 0 || w.Lon != 0) {
		t.Fatalf("gps of %+v, want %+v", n, w)
	}
}

// However a map disagrees with itself, every node is in the plan once, below one that comes before it.
func TestReadSpoiled(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := voidtest.Tree(rapid.Uint64().Draw(t, "seed"), rapid.IntRange(1, 60).Draw(t, "n"))
		m.Spoil(rapid.Uint64().Draw(t, "spoil"))
		nodes, _ := read(t, m.Encode())
		if len(byText(nodes)) != len(m.Nodes) || len(nodes) != len(m.Nodes) {
			t.Fatalf("%d nodes of %d", len(nodes), len(m.Nodes))
		}
		seen := map[model.ID]bool{model.Root: true}
		for _, n := range nodes {
			if !seen[n.Parent] || seen[n.ID] {
				t.Fatalf("node %q stands before its parent or comes twice", n.Text)
			}
			seen[n.ID] = true
		}
	})
}

func TestReadReports(t *testing.T) {
	node := func(id, parent uint64, children ...uint64) *voidtest.Node {
		return &voidtest.Node{ID: id, Parent: parent, Text: "n" + string(rune('0'+id)), Children: children, Ctime: 1480000000, Mtime: 1480000000}
	}
	for _, c := range []struct {
		name   string
		m      voidtest.Map
		report string
		under  string // the text of the parent of n3
	}{
		{"child that is nowhere", voidtest.Map{Nodes: []*voidtest.Node{node(0, 0, 3, 9), node(3, 0)}}, "lists a child 9 that is not in the file", "n0"},
		{"child of two", voidtest.Map{Nodes: []*voidtest.Node{node(0, 0, 1, 3), node(1, 0, 3), node(3, 1)}}, "node 1 lists child 3, which stands elsewhere", "n0"},
		{"parent that disagrees", voidtest.Map{Nodes: []*voidtest.Node{node(0, 0, 1, 3), node(1, 0), node(3, 1)}}, "node 3 names 1 as its parent but is a child of 0", "n0"},
		{"no one's child", voidtest.Map{Nodes: []*voidtest.Node{node(0, 0, 1), node(1, 0), node(3, 1)}}, "node 3 is no one's child → below 1", "n1"},
		{"parent that is nowhere", voidtest.Map{Nodes: []*voidtest.Node{node(0, 0), node(3, 8)}}, "node 3 is no one's child → below home", "n0"},
		{"ring", voidtest.Map{Nodes: []*voidtest.Node{node(0, 0), node(2, 3, 3), node(3, 2, 2)}}, "stands in a ring → below home", "n0"},
		{"no home", voidtest.Map{Nodes: []*voidtest.Node{node(3, 0)}}, "lacks its home node", ""},
		{"twice", voidtest.Map{Nodes: []*voidtest.Node{node(0, 0, 3), node(3, 0), node(3, 0)}}, "a second node 3", "n0"},
		{"arrow to nowhere", voidtest.Map{Nodes: []*voidtest.Node{node(0, 0, 3), node(3, 0)}, Arrows: [][2]uint64{{3, 9}}}, "an arrow from 3 to 9", "n0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			nodes, report := read(t, c.m.Encode())
			var b strings.Builder
			if _, err := report.WriteTo(&b); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(b.String(), c.report) {
				t.Errorf("report lacks %q:\n%s", c.report, b.String())
			}
			under := nodes[slices.IndexFunc(nodes, func(n *exchange.Node) bool { return n.ID == byText(nodes)["n3"].Parent })].Text
			if under != c.under {
				t.Errorf("n3 is under %q, want %q", under, c.under)
			}
		})
	}
}

func TestReadRefuses(t *testing.T) {
	whole := voidtest.Tree(1, 20).Encode()
	for _, c := range []struct {
		name string
		data []byte
		want string
	}{
		{"empty", nil, "is empty"},
		{"text", []byte("buy milk\n"), "no map of void"},
		{"json", []byte(`[{"description":"x"}]`), "no map of void"},
		{"truncated", whole[:len(whole)-100], "truncated"},
		{"nodes without ids", []byte{0x0a, 0x02, 0x18, 0x01}, "node 1"},
		{"an older schema", []byte{0x0a, 0x04, 0x08, 0x05, 0x58, 0x04}, "2016"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := Read(c.data, ""); err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v, want one line with %q", err, c.want)
			}
		})
	}
}

// Maps from two laptops share no ids, however alike; the same map read again has the same.
func TestIDs(t *testing.T) {
	a, _ := read(t, voidtest.Tree(1, 30).Encode())
	b, _ := read(t, voidtest.Tree(2, 30).Encode())
	again, _ := read(t, voidtest.Tree(1, 30).Encode())
	for i := range a {
		if a[i].ID != again[i].ID {
			t.Fatalf("node %d has another id the second time", i)
		}
		for _, n := range b {
			if n.ID == a[i].ID {
				t.Fatalf("%q and %q have the same id", n.Text, a[i].Text)
			}
		}
	}
}

func TestLongNotes(t *testing.T) {
	m := voidtest.Tree(3, 1)
	note := strings.Repeat("a line of the note, in which ☕ stands\n", 20_000)
	m.Nodes[0].Free = note
	nodes, _ := read(t, m.Encode())
	var all string
	for _, n := range nodes {
		if len(n.Note) > model.MaxNote {
			t.Fatalf("a note of %d bytes", len(n.Note))
		}
		if n.Text == m.Nodes[0].Text || strings.HasPrefix(n.Text, "note, part") {
			all += n.Note
		}
	}
	if all != note {
		t.Fatalf("%d bytes of notes, want %d", len(all), len(note))
	}
}

func FuzzRead(f *testing.F) {
	for seed := range uint64(4) {
		m := voidtest.Tree(seed, 12)
		f.Add(m.Encode())
		m.Spoil(seed)
		f.Add(m.Encode())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := Read(data, "")
		if err != nil {
			return
		}
		seen := map[model.ID]bool{model.Root: true}
		_ = p.Each(func(n *exchange.Node) error {
			if !seen[n.Parent] || seen[n.ID] {
				t.Fatalf("node %q stands before its parent or comes twice", n.Text)
			}
			seen[n.ID] = true
			return nil
		})
	})
}
