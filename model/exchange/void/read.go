package void

import (
	"errors"
	"math"
	"slices"
	"strconv"

	"arbor/model"
	"arbor/model/exchange"
)

const format = string(exchange.Void)

// Read makes a plan of a map. name tells maps apart that were begun in the same second; it is usually empty.
func Read(data []byte, name string) (*exchange.Plan, error) {
	if len(data) == 0 {
		return nil, errors.New("the file is empty: a new map of void, in which there is nothing to import")
	}
	nodes, arrows, err := decodeScreen(data)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(nodes, func(n *node) bool { return n.id == home || n.hasParent && n.parent == home }) {
		return nil, errors.New("no node of it is at home; this is no map of void, or one from before November 2016, which arbor cannot read")
	}
	r := reader{report: exchange.Report{Format: format}, ids: map[uint64]*exchange.Node{}, drawn: map[arrow]bool{}}
	tree := shape(nodes, &r.report)
	r.file = name + "@" + strconv.FormatUint(tree[0].ctime, 10)
	out := make([]*exchange.Node, 0, len(tree))
	for _, p := range tree {
		n := r.node(p)
		out = append(append(out, n), n.Overflow(&r.report, format)...)
	}
	for _, a := range arrows {
		r.arrow(a)
	}
	p := exchange.Of(format, out)
	p.Report = r.report
	return p, nil
}

type reader struct {
	report exchange.Report
	file   string // what tells this map from others: when its home was made
	ids    map[uint64]*exchange.Node
	drawn  map[arrow]bool
}

func (r *reader) id(p *placed) model.ID {
	return exchange.ID(format, r.file, strconv.FormatUint(p.id, 10), strconv.FormatUint(p.ctime, 10), p.key)
}

func (r *reader) node(p *placed) *exchange.Node {
	n := &exchange.Node{}
	n.ID = r.id(p)
	if p.parent != nil {
		n.Parent = r.id(p.parent)
	}
	if p.key == "" {
		r.ids[p.id] = n
	}
	n.SetText(&r.report, p.text)
	n.AddNote(p.free)
	n.Collapsed, n.HideDone, n.AutoArrange = p.collapsed, p.hideStricken, p.autoArrange
	n.Created, n.Modified = r.time(p, "ctime", p.ctime).T, r.time(p, "mtime", p.mtime).T
	finish := r.time(p, "finish_time", p.finish)
	if p.stricken {
		n.State, n.Finished = model.Done, finish.T
		r.report.Map(0, "stricken nodes → done")
	} else if !finish.IsZero() {
		n.SetField("finish_time", finish.String())
		r.report.Keep(0, "finish_time of nodes that are not stricken is kept as a field")
	}
	n.Due = r.time(p, "due", p.due)
	r.position(n, p)
	r.fields(n, p)
	return n
}

// time reads seconds since 1970; 0 is no time.
func (r *reader) time(p *placed, what string, sec uint64) model.Date {
	if sec == 0 {
		return model.Date{}
	}
	d, ok := exchange.Unix(sec)
	if !ok {
		r.report.Drop(0, "%s of node %d, %d, is beyond the year 9999", what, p.id, sec)
	}
	return d
}

// position keeps where a node was drawn. Only the children of what is drawn as root have a place of their own, and void writes it anew
// where it arranges them itself, but for home.
func (r *reader) position(n *exchange.Node, p *placed) {
	switch {
	case p.x == 0 && p.y == 0 || p.parent == nil:
	case p.x > math.MaxUint32 || p.y > math.MaxUint32:
		r.report.Drop(0, "the place of node %d is beyond any canvas", p.id)
	case p.parent.id == home || !p.parent.autoArrange:
		n.X, n.Y, n.Placed = int(p.x), int(p.y), true
		r.report.Map(0, "x and y → the place on the canvas")
	default:
		n.SetField("x", strconv.FormatUint(p.x, 10))
		n.SetField("y", strconv.FormatUint(p.y, 10))
		r.report.Keep(0, "x and y of nodes that void arranges itself are kept as fields")
	}
}

func (r *reader) fields(n *exchange.Node, p *placed) {
	if p.lat != 0 || p.lon != 0 {
		n.SetField("lat", strconv.FormatFloat(float64(p.lat), 'g', -1, 32))
		n.SetField("lon", strconv.FormatFloat(float64(p.lon), 'g', -1, 32))
		r.report.Map(0, "gps → fields lat and lon")
	}
	for _, t := range p.tags {
		key, _ := exchange.Name(t[0])
		if key == "" || len(t[1]) > model.MaxText {
			r.report.Drop(0, "a tag of node %d that has no name or is too long", p.id)
			continue
		}
		n.SetField("tag."+key[:min(len(key), model.MaxName-4)], model.OneLine(t[1]))
		r.report.Keep(0, "tags beside the text are kept as fields tag.NAME")
	}
}

func (r *reader) arrow(a arrow) {
	from, to := r.ids[a.from], r.ids[a.to]
	switch {
	case from == nil || to == nil:
		r.report.Drop(0, "an arrow from %d to %d: not both are in the file", a.from, a.to)
	case r.drawn[a]:
		r.report.Drop(0, "arrows that are drawn twice")
	default:
		r.drawn[a] = true
		from.Arrows = append(from.Arrows, model.Arrow{From: from.ID, To: to.ID})
	}
}
