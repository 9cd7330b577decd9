package crdt

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func node(i int) NodeID { return NodeID{7: byte(i), 6: byte(i >> 8), 5: byte(i >> 16)} }

type naiveSpot struct {
	parent NodeID
	order  Order
}

// spots returns where the nodes of a tree are.
func (t *Tree) spots() map[NodeID]naiveSpot {
	at := map[NodeID]naiveSpot{}
	for _, id := range t.names {
		if p, o, ok := t.Place(id); ok {
			at[id] = naiveSpot{p, o}
		}
	}
	return at
}

// naive makes all moves again in the order of their stamps.
func naive(moves []Move) map[NodeID]naiveSpot {
	sorted := slices.Clone(moves)
	slices.SortFunc(sorted, func(a, b Move) int { return a.Compare(&b) })
	sorted = slices.CompactFunc(sorted, func(a, b Move) bool { return a.Compare(&b) == 0 })
	at := map[NodeID]naiveSpot{}
	for _, m := range sorted {
		cycle := m.Node == NodeID{}
		for p, ok := m.Parent, true; ok && !cycle; {
			cycle = p == m.Node
			var s naiveSpot
			s, ok = at[p]
			p = s.parent
		}
		if !cycle {
			at[m.Node] = naiveSpot{m.Parent, m.Order}
		}
	}
	return at
}

func sameSpots(a, b map[NodeID]naiveSpot) bool {
	return maps.EqualFunc(a, b, func(x, y naiveSpot) bool { return x.parent == y.parent && string(x.order) == string(y.order) })
}

func drawMoves(t *rapid.T) []Move {
	n := rapid.IntRange(1, 30).Draw(t, "moves")
	moves := make([]Move, n)
	for i := range moves {
		moves[i] = Move{
			Time:    uint64(rapid.IntRange(1, 20).Draw(t, "time")),
			Replica: uint64(i), // no two moves with one stamp
			Node:    node(rapid.IntRange(0, 6).Draw(t, "node")),
			Parent:  node(rapid.IntRange(0, 6).Draw(t, "parent")),
			Order:   Order{byte(rapid.IntRange(1, 9).Draw(t, "order"))},
		}
	}
	return moves
}

// Replicas that got the same moves, in any order, in any batches and some of them twice, have the same tree: that of the moves in the
// order of their stamps, which has no cycle.
func TestTreesConverge(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		moves := drawMoves(rt)
		want := naive(moves)
		for replica := range 3 {
			var tree Tree
			left := rapid.Permutation(moves).Draw(rt, "arrival")
			for len(left) > 0 {
				k := rapid.IntRange(1, len(left)).Draw(rt, "batch")
				tree.Merge(left[:k])
				if rapid.Bool().Draw(rt, "twice") {
					tree.Merge(left[:k])
				}
				left = left[k:]
			}
			if !sameSpots(tree.spots(), want) {
				rt.Fatalf("replica %d has %v, want %v", replica, tree.spots(), want)
			}
			for id := range tree.spots() {
				steps := 0
				for p, _, ok := tree.Place(id); ok; p, _, ok = tree.Place(p) {
					if steps++; steps > len(tree.names) {
						rt.Fatalf("a cycle above %v", id)
					}
				}
			}
			if len(tree.log) != len(moves) {
				rt.Fatalf("%d moves in the log, %d were made", len(tree.log), len(moves))
			}
		}
	})
}

// The scenarios of trvedata/move-op's experiments with file services.
func TestConcurrentMoves(t *testing.T) {
	a, b, c := node(1), node(2), node(3)
	base := []Move{{1, 1, a, NodeID{}, Order("a")}, {2, 1, b, NodeID{}, Order("b")}, {3, 1, c, NodeID{}, Order("c")}}
	for _, test := range []struct {
		name    string
		moves   []Move
		parents [3]NodeID
		skipped int
	}{
		{"one node to two places: the later move wins", []Move{{4, 1, a, b, Order("x")}, {4, 2, a, c, Order("x")}}, [3]NodeID{c, {}, {}}, 0},
		{"each below the other: the later move is void", []Move{{4, 1, a, b, Order("x")}, {4, 2, b, a, Order("x")}}, [3]NodeID{b, {}, {}}, 1},
		{"a ring of three", []Move{{4, 1, a, b, Order("x")}, {4, 2, b, c, Order("x")}, {4, 3, c, a, Order("x")}}, [3]NodeID{b, c, {}}, 1},
		{"below itself", []Move{{4, 1, a, a, Order("x")}}, [3]NodeID{{}, {}, {}}, 1},
	} {
		var tree Tree
		all := append(slices.Clone(base), test.moves...)
		slices.Reverse(all)
		for _, m := range all {
			tree.Merge([]Move{m})
		}
		for i, want := range test.parents {
			if p, _, _ := tree.Place(node(i + 1)); p != want {
				t.Errorf("%s: node %d is under %v, want %v", test.name, i+1, p, want)
			}
		}
		if got := tree.Skipped(); len(got) != test.skipped {
			t.Errorf("%s: %d moves without effect, want %d", test.name, len(got), test.skipped)
		}
	}
}

func TestChildrenAndForget(t *testing.T) {
	var tree Tree
	tree.Merge([]Move{{3, 1, node(3), node(9), Order("b")}, {1, 1, node(1), node(9), Order("b")}, {2, 1, node(2), node(9), Order("a")}})
	if got, want := tree.Children(node(9)), []NodeID{node(2), node(1), node(3)}; !slices.Equal(got, want) {
		t.Fatalf("children %v, want %v", got, want)
	}
	tree.Forget(3)
	tree.Merge([]Move{{4, 1, node(1), node(2), Order("a")}})
	if len(tree.log) != 2 || !tree.Under(node(1), node(9)) {
		t.Fatalf("%d moves kept, node 1 below node 9: %v", len(tree.log), tree.Under(node(1), node(9)))
	}
}

// Two laptops come back with many moves each.
func BenchmarkMerge(b *testing.B) {
	const nodes, moves = 10_000, 20_000
	r := rand.New(rand.NewPCG(1, 2))
	var base []Move
	for i := 1; i < nodes; i++ {
		base = append(base, Move{uint64(i), 1, node(i), node(r.IntN(i)), Order("x")})
	}
	sides := [2][]Move{}
	for s := range sides {
		for i := range moves {
			sides[s] = append(sides[s], Move{uint64(nodes + i), uint64(s + 2), node(1 + r.IntN(nodes-1)), node(r.IntN(nodes)), Order("x")})
		}
	}
	for b.Loop() {
		b.StopTimer()
		var tree Tree
		tree.Merge(base)
		tree.Merge(sides[0])
		b.StartTimer()
		tree.Merge(sides[1])
	}
}
