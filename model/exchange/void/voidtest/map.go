// Package voidtest makes maps of void for tests: files as messy as real ones, the same for the same seed. Its invariant: a Map says all
// that its bytes say.
//
// As in real files the required field selected is never written, gps is an empty message, nodes stand in any order and a meta in the
// order 1, 2, 5, 3, 4, 6. Some nodes have packed children, unknown fields, coordinates, places that lists and parents disagree on; a few
// are no one's child, stand in a ring, or are listed twice.
package voidtest

import (
	"fmt"
	"math"
	"math/rand/v2"

	"google.golang.org/protobuf/encoding/protowire"
)

// Node is a node of void.
type Node struct {
	ID, Parent   uint64
	Text, Free   string
	Children     []uint64
	Collapsed    bool
	Stricken     bool
	HideStricken bool
	AutoArrange  bool
	X, Y         uint32
	Ctime, Mtime uint64
	Finish, Due  uint64
	Lat, Lon     float32
	Packed       bool // its children are written as one packed field
	Unknown      bool // it has fields that no version knows
}

// Map is a file.
type Map struct {
	Nodes  []*Node
	Arrows [][2]uint64
}

var words = []string{"call", "Anna", "#task", "#prio=3", "#plot=done", "#since=7d", "tea ☕", "日本語", "#tagged=x", "txt: notes", "http://void.rs", "[broken", "", "  ", "é̂", "#n=10"}

// Tree makes a sound map of n nodes beside home.
func Tree(seed uint64, n int) *Map {
	r := rand.New(rand.NewPCG(seed, 1))
	m := &Map{}
	const begin = 1480000000
	for id := range uint64(n + 1) {
		x := &Node{ID: id, Text: fmt.Sprintf("%s %d %s", words[r.IntN(len(words))], id, words[r.IntN(len(words))]), AutoArrange: r.IntN(4) > 0,
			Collapsed: r.IntN(9) == 0, HideStricken: r.IntN(9) == 0, Packed: r.IntN(5) == 0, Unknown: r.IntN(5) == 0,
			Ctime: begin + seed%1e6 + id*1000, Mtime: begin + seed%1e6 + id*1000 + r.Uint64N(1e6)}
		if x.Stricken = r.IntN(4) == 0; x.Stricken && r.IntN(8) > 0 {
			x.Finish = x.Mtime + 60
		}
		if r.IntN(3) == 0 {
			x.X, x.Y = r.Uint32N(200), r.Uint32N(3000)
		}
		if r.IntN(6) == 0 {
			x.Free = "# a note\n\nof several lines " + words[r.IntN(len(words))] + "\n"
		}
		if r.IntN(20) == 0 {
			x.Lat, x.Lon = float32(r.NormFloat64()*30), float32(r.NormFloat64()*60)
		}
		if r.IntN(40) == 0 {
			x.Due = begin + r.Uint64N(1e8)
		}
		if id > 0 {
			x.Parent = r.Uint64N(id)
			up := m.Nodes[x.Parent]
			at := r.IntN(len(up.Children) + 1)
			up.Children = append(up.Children[:at:at], append([]uint64{id}, up.Children[at:]...)...)
		}
		m.Nodes = append(m.Nodes, x)
	}
	for range n / 5 {
		m.Arrows = append(m.Arrows, [2]uint64{r.Uint64N(uint64(n + 1)), r.Uint64N(uint64(n + 1))})
	}
	r.Shuffle(len(m.Nodes), func(i, j int) { m.Nodes[i], m.Nodes[j] = m.Nodes[j], m.Nodes[i] })
	return m
}

// Spoil damages the shape of a map as bugs and crashes do: it disagrees with itself afterwards, but has all its nodes.
func (m *Map) Spoil(seed uint64) {
	r := rand.New(rand.NewPCG(seed, 2))
	pick := func() *Node { return m.Nodes[r.IntN(len(m.Nodes))] }
	for range 1 + len(m.Nodes)/10 {
		switch a, b := pick(), pick(); r.IntN(6) {
		case 0: // children that are nowhere
			a.Children = append(a.Children, 1<<40+r.Uint64N(9))
		case 1: // a child of two nodes, perhaps of itself or of one below it
			a.Children = append(a.Children, b.ID)
		case 2: // no one's children
			a.Children = nil
		case 3: // a parent that does not say so
			a.Parent = b.ID
		case 4: // a ring that hangs nowhere
			if a.ID != 0 && b.ID != 0 {
				a.Parent, b.Parent = b.ID, a.ID
				a.Children, b.Children = []uint64{b.ID}, []uint64{a.ID}
			}
		case 5:
			m.Arrows = append(m.Arrows, [2]uint64{a.ID, 1 << 50})
		}
	}
}

// Encode writes the file.
func (m *Map) Encode() []byte {
	var b []byte
	max := uint64(0)
	for _, n := range m.Nodes {
		b = message(b, 1, n.encode())
		if n.ID > max {
			max = n.ID
		}
	}
	b = number(b, 2, max)
	for _, a := range m.Arrows {
		b = message(b, 3, number(number(nil, 1, a[0]), 2, a[1]))
	}
	return b
}

func (n *Node) encode() []byte {
	b := number(nil, 1, n.ID)
	b = message(b, 2, n.meta())
	b = message(b, 3, []byte(n.Text))
	if n.Packed {
		var list []byte
		for _, c := range n.Children {
			list = protowire.AppendVarint(list, c)
		}
		b = message(b, 4, list)
	} else {
		for _, c := range n.Children {
			b = number(b, 4, c)
		}
	}
	for i, on := range []bool{n.Collapsed, n.Stricken, n.HideStricken} {
		b = number(b, protowire.Number(5+i), protowire.EncodeBool(on))
	}
	b = number(number(b, 8, uint64(n.X)), 9, uint64(n.Y))
	b = number(b, 11, n.Parent)
	if n.Free != "" {
		b = message(b, 12, []byte(n.Free))
	}
	b = number(b, 13, protowire.EncodeBool(n.AutoArrange))
	if n.Unknown {
		b = message(number(b, 99, 7), 100, []byte("new"))
		b = protowire.AppendFixed64(protowire.AppendTag(b, 101, protowire.Fixed64Type), 1)
	}
	return b
}

func (n *Node) meta() []byte {
	b := number(number(nil, 1, n.Ctime), 2, n.Mtime)
	if n.Finish != 0 {
		b = number(b, 5, n.Finish)
	}
	var gps []byte
	if n.Lat != 0 || n.Lon != 0 {
		gps = protowire.AppendFixed32(protowire.AppendTag(gps, 1, protowire.Fixed32Type), math.Float32bits(n.Lat))
		gps = protowire.AppendFixed32(protowire.AppendTag(gps, 2, protowire.Fixed32Type), math.Float32bits(n.Lon))
	}
	b = message(b, 3, gps)
	if n.Due != 0 {
		b = number(b, 6, n.Due)
	}
	return b
}

func number(b []byte, num protowire.Number, v uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, num, protowire.VarintType), v)
}

func message(b []byte, num protowire.Number, v []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, num, protowire.BytesType), v)
}
