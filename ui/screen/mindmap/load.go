package mindmap

import (
	"errors"
	"iter"
	"maps"
	"slices"
	"time"

	"arbor/model"
	"arbor/ui/grid"
	"arbor/ui/mindmap"
	"arbor/ui/screen"
	"arbor/ui/theme"

	tea "github.com/charmbracelet/bubbletea"
)

// Limits of what one map shows.
const (
	maxNodes   = 1000 // laid out; the rest is folded
	maxCounted = 999  // nodes below a folded one, as far as they are counted
	labelWidth = 30
	labelLines = 3
)

// picture is the part of the tree that was loaded, laid out. It is never changed after that.
type picture struct {
	seq    uint64
	root   model.ID
	nodes  []model.Node
	index  map[model.ID]int
	m      mindmap.Map
	crumbs []screen.Crumb
	goal   model.ID // where the cursor goes
	jump   bool     // it goes there even if it was elsewhere
	folds  map[model.ID]bool
	err    error
}

// query is what a picture depends on.
type query struct {
	env      screen.Env
	seq      uint64
	root     model.ID
	goal     model.ID
	jump     bool
	folds    map[model.ID]bool
	hideDone bool
	part     *model.Part // what the context shows, nil for all
}

// load asks for the picture of what is below the root. goal is where the cursor should be; jump says that it goes there.
func (m Model) load(goal model.ID, jump bool) (Model, tea.Cmd) {
	m.seq++
	q := m.query(goal, jump)
	m.loading, m.settling = true, m.settling || jump
	return m, func() tea.Msg { return q.run() }
}

func (m Model) query(goal model.ID, jump bool) query {
	return query{env: m.env, seq: m.seq, root: m.root, goal: goal, jump: jump, folds: m.folds, hideDone: m.hideDone}
}

func (q query) run() picture { return model.Again(q.read, func(p *picture) error { return p.err }) }

func (q query) read() picture {
	p := picture{seq: q.seq, root: q.root, goal: q.goal, jump: q.jump, index: map[model.ID]int{}}
	p.err = q.env.Tree.View(func(v *model.View) error {
		if err := q.settleRoot(v, &p); err != nil {
			return err
		}
		var err error
		if q.part, err = q.env.Part(v, q.env.Now()); err != nil {
			return err
		}
		if err := q.collect(v, &p); err != nil {
			return err
		}
		p.crumbs, err = screen.Crumbs(v, p.root)
		return err
	})
	p.folds = q.folds
	if p.err == nil {
		p.link()
		p.m.Rects = mindmap.Layout(p.m.Nodes)
	}
	return p
}

// settleRoot finds what to show: the root asked for if it is still in the tree, above what is to be found.
func (q *query) settleRoot(v *model.View, p *picture) error {
	if under, err := v.Under(p.root, model.Root); err != nil || !under {
		p.root = model.Root
	} else if p.root, err = v.Through(p.root); err != nil && !errors.Is(err, model.ErrGone) { // one goes into the node of a mirror
		return err
	}
	if q.goal == q.root {
		q.goal, p.goal = p.root, p.root
	}
	if !q.jump || q.goal == (model.ID{}) {
		return nil
	}
	path, err := v.Path(q.goal)
	if err != nil {
		p.goal = p.root // it is gone
		return nil
	}
	at := slices.Index(path, p.root)
	if at < 0 {
		p.root, at = path[0], 0
	}
	for _, id := range path[at : len(path)-1] { // unfold the way
		if open, said := q.folds[id]; !said || !open {
			q.folds = maps.Clone(q.folds)
			if q.folds == nil {
				q.folds = map[model.ID]bool{}
			}
			q.folds[id] = true
		}
	}
	return nil
}

// collect reads the nodes breadth first, so that the limit cuts what is deepest.
func (q *query) collect(v *model.View, p *picture) error {
	root, err := v.Node(p.root)
	if err != nil {
		return err
	}
	now := q.env.Now()
	if err := p.add(v, root, -1, 0, now); err != nil {
		return err
	}
	for i := 0; i < len(p.nodes); i++ {
		n := &p.nodes[i]
		open, said := q.folds[n.ID]
		folded := i > 0 && (said && !open || !said && n.Collapsed)
		if _, mirror := n.Mirrors(); mirror { // what is below it is drawn where it stands
			folded = true
		}
		if folded || len(p.nodes) >= maxNodes {
			err = p.fold(v, i)
		} else {
			err = q.children(v, p, i, now)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// children adds the children of node i. Those that are too many for the map are counted.
func (q *query) children(v *model.View, p *picture, i int, now time.Time) error {
	hide := q.hideDone || p.nodes[i].HideDone
	branch, left := p.m.Items[i].Branch, 0
	for c, err := range q.among(v, p.nodes[i].ID) {
		if err != nil {
			return err
		}
		switch {
		case hide && c.State.Closed() && c.ID != q.goal:
			continue
		case left >= maxCounted:
			p.hide(i, left)
			return nil
		case len(p.nodes) >= 2*maxNodes:
			left++
			continue
		}
		if i == 0 {
			branch = len(p.m.Nodes[0].Children)
		}
		child, err := v.Node(c.ID)
		if err != nil {
			return err
		}
		if err := p.add(v, child, i, branch, now); err != nil {
			return err
		}
	}
	p.hide(i, left)
	return nil
}

// among yields the children of a node that the context shows, and what the cursor is to go to.
func (q *query) among(v *model.View, id model.ID) iter.Seq2[model.Child, error] {
	if q.part == nil {
		return v.Children(id)
	}
	return func(yield func(model.Child, error) bool) {
		goal, err := v.Node(q.goal)
		if err != nil && !errors.Is(err, model.ErrNoNode) {
			yield(model.Child{}, err)
			return
		}
		list, ok, err := q.part.Children(v, id)
		if err != nil {
			yield(model.Child{}, err)
			return
		}
		if here := q.goal != model.Root && goal.Parent == id; ok && (!here || slices.ContainsFunc(list, func(c model.Child) bool { return c.ID == q.goal })) {
			for _, c := range list {
				if !yield(c, nil) {
					return
				}
			}
			return
		}
		for c, err := range v.Children(id) {
			in := c.ID == q.goal
			if err == nil && !in {
				in, err = q.part.Shows(v, c.ID, id)
			}
			if (in || err != nil) && !yield(c, err) {
				return
			}
		}
	}
}

// hide says that n nodes below node i are not shown.
func (p *picture) hide(i, n int) {
	p.m.Items[i].Hidden = n
	p.m.Nodes[i].W, p.m.Nodes[i].H = p.m.Items[i].Size()
}

// add adds a node and its item below the node at parent.
func (p *picture) add(v *model.View, n model.Node, parent, branch int, now time.Time) error {
	i := len(p.nodes)
	n, err := v.Reflected(n)
	if err != nil {
		return err
	}
	it, err := item(v, &n, now)
	if err != nil {
		return err
	}
	it.Branch, it.Hit = branch, grid.Hit(i+1)
	node := mindmap.Node{}
	if parent < 0 {
		it.Boxed = true
		if n.ID == model.Root {
			it.Lines = []string{"⌂"}
		}
	} else {
		node.Placed, node.DX, node.DY = n.Placed, n.X, n.Y
		it.Boxed = n.Placed
		p.m.Nodes[parent].Children = append(p.m.Nodes[parent].Children, i)
	}
	node.W, node.H = it.Size()
	p.nodes = append(p.nodes, n)
	p.index[n.ID] = i
	p.m.Nodes = append(p.m.Nodes, node)
	p.m.Items = append(p.m.Items, it)
	return nil
}

// item returns what is drawn of a node: its text, wrapped, and the sparkline that it asks for.
func item(v *model.View, n *model.Node, now time.Time) (mindmap.Item, error) {
	text, spark := screen.Text(n), ""
	values, ok, err := v.Spark(*n, now)
	if err != nil {
		return mindmap.Item{}, err
	}
	if ok && len(values) > 0 {
		text, spark = screen.WithoutPlot(text), theme.Sparkline(values)
	}
	if text == "" {
		text = theme.Leaf
	}
	lines := grid.Wrap(text, labelWidth)
	if len(lines) > labelLines {
		lines = lines[:labelLines]
		lines[labelLines-1] = grid.Cut(lines[labelLines-1]+" "+theme.More, labelWidth)
	}
	it := mindmap.Item{Lines: lines, Style: theme.Text, Spark: spark}
	it.Glyph, it.Sign = screen.StateGlyph(n.State)
	if n.State.Closed() {
		it.Style = theme.Done
	}
	return it, nil
}

// fold counts what is below node i instead of showing it.
func (p *picture) fold(v *model.View, i int) error {
	below, shows, err := v.Below(p.nodes[i].ID)
	if err != nil || !shows {
		return err
	}
	count, level := 0, []model.ID{below}
	for len(level) > 0 && count < maxCounted {
		id := level[0]
		level = level[1:]
		for c, err := range v.Children(id) {
			if err != nil {
				return err
			}
			if count++; count >= maxCounted {
				break
			}
			level = append(level, c.ID)
		}
	}
	p.hide(i, count)
	return nil
}

// link adds the arrows whose ends are both shown.
func (p *picture) link() {
	for i := range p.nodes {
		for _, a := range p.nodes[i].Arrows {
			if to, ok := p.index[a.To]; ok {
				p.m.Links = append(p.m.Links, mindmap.Link{From: i, To: to, Label: a.Label})
			}
		}
	}
}
