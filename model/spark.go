package model

import (
	"iter"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"arbor/model/date"
	"arbor/store"
)

// Bounds and defaults of a sparkline.
const (
	sparkBuckets    = 7
	maxSparkBuckets = 400
	sparkWindow     = 7 * 24 * time.Hour
)

// Spark returns what a node whose text has #plot=done or #plot=new shows instead of its text: how many nodes were finished or created in
// each of #n=7 parts of the time from #since=7d to #until=0d before now, among the nodes that have every #tagged=tag and all below them.
// Each is counted once. Without #tagged there is nothing to count and values is nil. ok is false if the text asks for no plot.
//
// It costs time with the events of the window, not with the tree.
func (v *View) Spark(n Node, now time.Time) (values []float64, ok bool, err error) {
	kind := byte(0)
	switch plot, _ := n.Field("plot"); plot {
	case "done":
		kind = termFinished
	case "new":
		kind = termCreated
	default:
		return nil, false, nil
	}
	var tags []string
	for t := range tokens(n.Text) {
		if t.key == "tagged" && t.hasValue {
			tags = append(tags, t.value)
		}
	}
	if len(tags) == 0 {
		return nil, true, nil
	}
	since, until := bound(&n, "since", now), bound(&n, "until", now)
	if since.IsZero() {
		since = now.Add(-sparkWindow)
	}
	if until.IsZero() {
		until = now
	}
	count := sparkBuckets
	if s, ok := n.Field("n"); ok {
		if k, err := strconv.Atoi(s); err == nil && k > 0 {
			count = min(k, maxSparkBuckets)
		}
	}
	values = make([]float64, count)
	width := float64(until.Sub(since)) / float64(count)
	if width <= 0 {
		return values, true, nil
	}
	lines := lineages{v: v, known: map[ID]*line{}, is: func(n *Node) bool {
		return !slices.ContainsFunc(tags, func(t string) bool { return !n.queried(t) })
	}}
	for e, err := range v.events(kind, since, until.Add(1)) {
		if err != nil {
			return nil, true, err
		}
		in, err := lines.of(e.node.ID)
		if err != nil {
			return nil, true, err
		}
		if in.top == Root && in.tagged {
			values[min(int(float64(e.at.Sub(since))/width), count-1)]++
		}
	}
	return values, true, nil
}

// span reads a length of time: as date.ParseSpan does or, as void did, the largest unit that occurs anywhere in s.
func span(s string) (time.Duration, bool) {
	if d, err := date.ParseSpan(s); err == nil {
		return d, true
	}
	const day = 24 * time.Hour
	for _, u := range []struct {
		letter byte
		is     time.Duration
	}{{'y', 365 * day}, {'m', 30 * day}, {'w', 7 * day}, {'d', day}, {'h', time.Hour}} {
		for i := 1; i < len(s); i++ {
			if s[i] != u.letter {
				continue
			}
			from := i
			for from > 0 && s[from-1] >= '0' && s[from-1] <= '9' {
				from--
			}
			n, err := strconv.ParseInt(s[from:i], 10, 64)
			if err == nil && n <= math.MaxInt64/int64(u.is) {
				return time.Duration(n) * u.is, true
			}
		}
	}
	return 0, false
}

// event is a node and when what is counted happened to it.
type event struct {
	node *Node
	at   time.Time
}

// events yields the nodes that were created or finished in [from, to), each once, in no order.
func (v *View) events(kind byte, from, to time.Time) iter.Seq2[event, error] {
	return func(yield func(event, error) bool) {
		days := store.Range{From: termPrefix(dayTerm(kind, from)), To: termPrefix(dayTerm(kind, to.Add(24*time.Hour)))}
		seen := map[ID]bool{}
		for id, err := range postings(&v.t.ks, v.r, days) {
			if err != nil {
				yield(event{}, err)
				return
			}
			if seen[id] {
				continue
			}
			seen[id] = true
			n, err := v.node(id)
			if err != nil {
				yield(event{}, err)
				return
			}
			if n == nil {
				continue
			}
			at := n.Finished
			if kind == termCreated {
				at = n.Created
			}
			if !at.IsZero() && !at.Before(from) && at.Before(to) && !yield(event{n, at}, nil) {
				return
			}
		}
	}
}

// line is what a node's lineage says of it.
type line struct {
	top    ID
	tagged bool // it or an ancestor is what is asked for
}

// lineages finds lines, each node's once.
type lineages struct {
	v     *View
	known map[ID]*line
	is    func(*Node) bool // what is asked for; nil for nothing
	below func(ID) bool    // the same, where the id alone says it
}

func (l *lineages) of(id ID) (*line, error) {
	if in := l.known[id]; in != nil {
		return in, nil
	}
	in := &line{top: id, tagged: l.below != nil && l.below(id)}
	parent, known := ID{}, false
	if l.v.kin != nil && l.is == nil {
		parent, _, known = l.v.kin.of(id)
	}
	if !known {
		n, err := l.v.need(id)
		if err != nil {
			return nil, err
		}
		parent = n.Parent
		in.tagged = in.tagged || l.is != nil && l.is(n)
	}
	if !builtin(id) {
		above, err := l.of(parent)
		if err != nil {
			return nil, err
		}
		in.top, in.tagged = above.top, in.tagged || above.tagged
	}
	l.known[id] = in
	return in, nil
}

// queried reports whether a node has a tag as #tagged= means it: a tag, the key of a field, or key=value.
func (n *Node) queried(tag string) bool {
	if n.HasTag(tag) {
		return true
	}
	key, value, has := strings.Cut(tag, "=")
	for _, f := range n.Fields {
		if f.Key == key && (!has || f.Value == value) {
			return true
		}
	}
	for t := range tokens(n.Text) {
		if t.hasValue && t.key == key && (!has || t.value == value) {
			return true
		}
	}
	return false
}

// Finished counts, for each civil day of the tree's zone from the one of from on, the nodes of the tree that were finished, up to to.
func (v *View) Finished(from, to time.Time) ([]int, error) { return v.perDay(termFinished, from, to) }

// Created counts the nodes that were created likewise.
func (v *View) Created(from, to time.Time) ([]int, error) { return v.perDay(termCreated, from, to) }

// maxDays bounds how many days are counted at once.
const maxDays = 3700

func (v *View) perDay(kind byte, from, to time.Time) ([]int, error) {
	loc := v.t.opt.Location
	first := date.Day(from.In(loc))
	start := first.Start(loc)
	var ends []time.Time
	for day := first; len(ends) < maxDays && day.Start(loc).Before(to); day.T = day.T.AddDate(0, 0, 1) {
		ends = append(ends, day.End(loc))
	}
	counts := make([]int, len(ends))
	lines := lineages{v: v, known: map[ID]*line{}}
	for e, err := range v.events(kind, start, to) {
		if err != nil {
			return nil, err
		}
		in, err := lines.of(e.node.ID)
		if err != nil {
			return nil, err
		}
		if in.top != Root {
			continue
		}
		for i := range ends {
			if e.at.Before(ends[i]) {
				counts[i]++
				break
			}
		}
	}
	return counts, nil
}
