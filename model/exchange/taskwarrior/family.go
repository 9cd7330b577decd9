package taskwarrior

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"arbor/model"
	"arbor/model/date"
	"arbor/model/exchange"
	"arbor/model/recur"
)

// family is the template of what repeats, with the tasks that Taskwarrior has made of it, by their dates: one node of ours.
type family struct {
	template *task
	rule     recur.Rule
	children []*task
}

// maxMask bounds how far a template's mask is followed for tasks that are no longer in the file.
const maxMask = 10_000

// gather finds the families in the file. A child without its template, and a template whose rule cannot be read, stay tasks of their own.
func (r *reader) gather() {
	r.families, r.folded = map[string]*family{}, map[string]string{}
	for _, t := range r.tasks {
		due := t.dates["due"]
		if t.status != "recurring" || due.IsZero() {
			continue
		}
		rule, err := recur.Parse(t.attr("recur"), due.T.In(t.loc))
		if err != nil {
			r.report.Keep(t.line, "templates with recur %q, which is no rule of ours, are kept as nodes without a state", t.attr("recur"))
			continue
		}
		r.families[t.uuid] = &family{template: t, rule: rule}
	}
	for _, t := range r.tasks {
		parent := strings.ToLower(t.attr("parent"))
		f, ok := r.families[parent]
		if t.status == "recurring" || parent == "" {
			continue
		}
		if !ok {
			r.report.Keep(t.line, "tasks of a template that is not in the file, or has no rule of ours, stay tasks of their own")
			continue
		}
		f.children = append(f.children, t)
		r.folded[t.uuid] = parent
	}
	for _, f := range r.families {
		slices.SortStableFunc(f.children, func(a, b *task) int {
			return cmp.Or(a.dates["due"].Compare(b.dates["due"]), cmp.Compare(a.uuid, b.uuid))
		})
	}
}

// attr returns an attribute that has no place of its own, or "".
func (t *task) attr(name string) string {
	for _, a := range t.rest {
		if a.name == name {
			return a.value
		}
	}
	return ""
}

// index returns which of its template's tasks a child is, as text or as a number; -1 if it does not say.
func (t *task) index() int {
	x, err := strconv.ParseFloat(t.attr("imask"), 64)
	if err != nil || x < 0 || x >= maxMask {
		return -1
	}
	return int(x)
}

func (t *task) closed() bool { return t.status == "completed" || t.status == "deleted" }

// bookkeeping are the attributes by which Taskwarrior repeats tasks.
var bookkeeping = []string{"recur", "mask", "imask", "parent", "rtype", "template", "last"}

// family makes one node of a template and its tasks: what became of the closed ones is its history, the first open one says when it is due.
func (r *reader) family(f *family) *exchange.Node {
	t := f.template
	var open []*task
	for _, c := range f.children {
		if !c.closed() {
			open = append(open, c)
		}
	}
	m := *t // as the node is to be
	m.status, m.dates = "pending", map[string]date.Date{}
	for k, d := range t.dates {
		m.dates[k] = d
	}
	m.rest = slices.DeleteFunc(slices.Clone(t.rest), func(a attribute) bool { return slices.Contains(bookkeeping, a.name) })
	m.annotations = slices.Clone(t.annotations)
	switch {
	case len(open) > 1:
		f.rule.Mode = recur.Fixed // each of them is to be done
		fallthrough
	case len(open) == 1:
		m.takeOver(open[0])
	case len(f.children) > 0:
		f.next(&m)
	}
	for _, c := range f.children {
		for _, a := range c.annotations {
			if !slices.Contains(m.annotations, a) {
				m.annotations = append(m.annotations, a)
			}
		}
	}
	slices.SortStableFunc(m.annotations, func(a, b annotation) int { return a.entry.Compare(b.entry) })
	n := r.node(&m)
	n.SetField("rec", f.rule.String())
	n.SetField("rec.from", t.dates["due"].String())
	var uuids []string
	for _, c := range f.children {
		uuids = append(uuids, c.uuid)
		r.gone = append(r.gone, exchange.ID(format, c.uuid))
	}
	if all := strings.Join(uuids, " "); len(all) <= model.MaxText {
		n.SetField("uuid.children", all)
	} else {
		r.report.Drop(t.line, "the uuids of %d tasks of one template", len(uuids))
	}
	if events := f.events(r, n); len(events) > 0 {
		r.events = append(r.events, events)
	}
	r.report.Map(t.line, "templates and the tasks made of them → one node that repeats, with its history")
	return n
}

// takeOver gives a node what is said of its open task alone.
func (t *task) takeOver(c *task) {
	t.status = c.status
	for _, k := range []string{"due", "scheduled", "wait", "start", "modified"} {
		if d, ok := c.dates[k]; ok {
			t.dates[k] = d
		} else if k != "due" { // without one of its own it is the template's
			delete(t.dates, k)
		}
	}
	t.description, t.project, t.priority = c.description, c.project, c.priority
	t.tags = slices.Clone(c.tags)
	t.depends = append(slices.Clone(t.depends), c.depends...)
	for _, a := range c.rest {
		if slices.Contains(bookkeeping, a.name) {
			continue
		}
		t.rest = slices.DeleteFunc(t.rest, func(x attribute) bool { return x.name == a.name })
		t.rest = append(t.rest, a)
	}
}

// next gives a node none of whose tasks is open the date behind the last of them, or ends it.
func (f *family) next(m *task) {
	last := f.children[len(f.children)-1]
	due := last.dates["due"]
	next, ok, err := f.rule.Next(f.template.dates["due"], due, due.Start(m.loc), m.loc)
	until, bounded := f.template.dates["until"]
	if err != nil || !ok || bounded && next.Compare(until) > 0 {
		m.status, m.dates["end"] = "completed", last.dates["end"]
		next = due
	}
	m.dates["due"] = next
}

// events returns what became of the dates of n.
func (f *family) events(r *reader, n *exchange.Node) (out []model.Event) {
	have := map[int]bool{}
	seen := map[model.EventID]bool{}
	add := func(d date.Date, how model.Outcome, at time.Time, text string) {
		id := model.OccurrenceID(n.ID, d)
		if d.IsZero() || seen[id] {
			return
		}
		seen[id] = true
		out = append(out, model.Event{Node: n.ID, Kind: model.Occurrence, ID: id, Date: d, Outcome: how, At: at, Text: text})
	}
	outcomes := map[string]model.Outcome{"completed": model.OutcomeDone, "deleted": model.OutcomeSkipped}
	for _, c := range f.children {
		have[c.index()] = true
		if !c.closed() {
			continue
		}
		at := c.dates["end"]
		if at.IsZero() {
			at = c.dates["due"]
		}
		text := ""
		if c.description != f.template.description {
			text = model.OneLine(c.description)
		}
		add(c.dates["due"], outcomes[c.status], at.T, text)
	}
	mask := f.template.attr("mask")
	from := f.template.dates["due"]
	i := 0
	for d := range f.rule.Between(from, from.Start(r.loc), from.Start(r.loc).AddDate(200, 0, 0), r.loc) {
		if i >= len(mask) || i >= maxMask {
			break
		}
		switch how := map[byte]model.Outcome{'+': model.OutcomeDone, 'X': model.OutcomeSkipped}[mask[i]]; {
		case how != 0 && !have[i]:
			add(d, how, d.Start(r.loc), "")
			r.report.Map(f.template.line, "what a mask says of tasks that are not in the file → history, as of their dates")
		}
		i++
	}
	return out
}
