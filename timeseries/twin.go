package timeseries

import "encoding/binary"

// twin names what two devices have alike, as after both have imported one file: a block by all that its entry says, with the print of what is below,
// or an imported chunk by its hash and by what of it is removed and hidden.
type twin struct {
	level  int
	t0, t1 int64
	what   string
}

// twin is false for what no other device can have: a sealed chunk, whose name is a number, and a block without a print.
func (n *node) twin() (twin, bool, error) {
	x := twin{n.level, n.t0, n.t1, string(n.rest)}
	if n.level > 1 {
		return x, n.rest[0]&flagPrint != 0, nil
	}
	if n.rest[0]&flagImported == 0 {
		return x, false, nil
	}
	e, err := n.entry()
	what := append([]byte{}, e.name...)
	for _, places := range [][]uint16{e.dead, e.beneath} {
		what = binary.AppendUvarint(what, uint64(len(places)))
		for _, at := range places {
			what = binary.BigEndian.AppendUint16(what, at)
		}
	}
	x.what = string(what)
	return x, true, err
}

// withoutTwins leaves of the nodes that devices have alike that of the greatest device: under Last its samples hide the others', under Max and Min they say
// the same. Under Sum each counts.
func withoutTwins(policy Policy, nodes []node) ([]node, error) {
	if policy == Sum {
		return nodes, nil
	}
	kept := map[twin]int{}
	out := nodes[:0:0]
	for i := range nodes {
		x, ok, err := nodes[i].twin()
		if err != nil {
			return nil, err
		}
		at, there := kept[x]
		switch {
		case ok && there && nodes[i].of.device > out[at].of.device:
			out[at] = nodes[i]
		case !ok || !there:
			if ok {
				kept[x] = len(out)
			}
			out = append(out, nodes[i])
		}
	}
	return out, nil
}
