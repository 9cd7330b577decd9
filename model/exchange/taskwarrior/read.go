package taskwarrior

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"

	"arbor/model"
	"arbor/model/date"
	"arbor/model/exchange"
)

const format = string(exchange.Taskwarrior)

// Read makes a plan of an export. A task that cannot be read is dropped with its line; a file that does not end where it should, or holds
// no task at all, is an error.
// Times without a zone are those of loc's clock.
func Read(data []byte, loc *time.Location) (*exchange.Plan, error) {
	if err := exchange.Readable(data); err != nil {
		return nil, err
	}
	objects, err := scan(data)
	if err != nil {
		return nil, err
	}
	r := reader{loc: loc, projects: map[string]*exchange.Node{}, places: map[string]int{}}
	r.report.Format = format
	for _, o := range objects {
		t, err := read(o, loc)
		if err != nil {
			r.report.Drop(o.line, "a task: %v", err)
			continue
		}
		r.add(t)
	}
	if len(r.tasks) == 0 && len(objects) > 0 {
		return nil, fmt.Errorf("it holds no task of Taskwarrior's, only %d other objects; the first: %s", len(objects), r.report.Dropped[0].Text)
	}
	if len(r.tasks) == 0 {
		return nil, fmt.Errorf("it holds no task; there is nothing to import")
	}
	p := exchange.Of(format, r.nodes())
	p.Report, p.Gone = r.report, r.gone
	p.Events = func(fn func([]model.Event) error) error {
		for _, events := range r.events {
			if err := fn(events); err != nil {
				return err
			}
		}
		return nil
	}
	return p, nil
}

type reader struct {
	report   exchange.Report
	tasks    []*task
	places   map[string]int // uuid → its place in tasks
	projects map[string]*exchange.Node
	root     *exchange.Node
	loc      *time.Location

	families map[string]*family // by the uuid of their template
	folded   map[string]string  // uuid of a task → that of its template
	events   [][]model.Event    // of one node each
	gone     []model.ID         // nodes that tasks would have, were they not part of another
}

// add takes a task; of two with one uuid the last counts.
func (r *reader) add(t *task) {
	if t.uuid == "" {
		sum := sha256.Sum256([]byte(t.description + "\x00" + t.dates["entry"].String()))
		sum[6], sum[8] = sum[6]&0x0f|0x80, sum[8]&0x3f|0x80 // version 8: made of a hash
		t.uuid = fmt.Sprintf("%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
		r.report.Map(t.line, "tasks without a uuid are known by description and entry")
	}
	if i, ok := r.places[t.uuid]; ok {
		r.report.Drop(r.tasks[i].line, "a task: its uuid %s comes again in line %d", t.uuid, t.line)
		r.tasks[i] = t
		return
	}
	r.places[t.uuid] = len(r.tasks)
	r.tasks = append(r.tasks, t)
}

// nodes returns the projects and tasks, parents first.
func (r *reader) nodes() []*exchange.Node {
	r.root = group(exchange.ID(format, "root"), model.Root, "Taskwarrior")
	r.gather()
	var tasks []*exchange.Node
	for _, t := range r.tasks {
		if _, ok := r.folded[t.uuid]; ok {
			continue
		}
		var n *exchange.Node
		if f, ok := r.families[t.uuid]; ok {
			n = r.family(f)
		} else {
			n = r.node(t)
		}
		tasks = append(append(tasks, n), n.Overflow(&r.report, format)...)
	}
	out := []*exchange.Node{r.root}
	paths := make([]string, 0, len(r.projects))
	for path := range r.projects {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	for _, path := range paths {
		out = append(out, r.projects[path])
	}
	return append(out, tasks...)
}

// group returns a node that holds others and hides those that are done.
func group(id, parent model.ID, text string) *exchange.Node {
	n := &exchange.Node{}
	n.ID, n.Parent, n.Text, n.HideDone = id, parent, text, true
	return n
}

// maxDepth bounds the parts of a project's name.
const maxDepth = 64

// project returns the node of a path, made with those above it when first wanted.
func (r *reader) project(path []string) *exchange.Node {
	if len(path) == 0 {
		return r.root
	}
	key := strings.Join(path, "\x00") // sorts every path behind those above it
	if n, ok := r.projects[key]; ok {
		return n
	}
	parent := r.project(path[:len(path)-1])
	n := group(exchange.ID(format, append([]string{"project"}, path...)...), parent.ID, model.OneLine(path[len(path)-1]))
	r.projects[key] = n
	return n
}

var states = map[string]model.State{"pending": model.Todo, "waiting": model.Waiting, "completed": model.Done, "deleted": model.Cancelled}

// node makes the node of a task.
func (r *reader) node(t *task) *exchange.Node {
	n := &exchange.Node{Line: t.line}
	if len(t.project) > maxDepth {
		r.report.Map(t.line, "the parts of a project's name from the %dth on → one", maxDepth)
		t.project = append(t.project[:maxDepth-1:maxDepth-1], strings.Join(t.project[maxDepth-1:], "."))
	}
	n.ID, n.Parent = exchange.ID(format, t.uuid), r.project(t.project).ID
	n.SetText(&r.report, t.description)
	r.annotate(n, t)
	r.state(n, t)
	n.Due, n.Sched, n.Wait, n.Until = t.dates["due"], t.dates["scheduled"], t.dates["wait"], t.dates["until"]
	if n.Wait.T.Year() == 9999 {
		n.Wait = date.Someday
	}
	n.Created, n.Modified = t.dates["entry"].T, t.dates["modified"].T
	if n.Modified.IsZero() {
		n.Modified = n.Created
	}
	for _, tag := range t.tags {
		name, changed := exchange.Name(tag)
		if changed {
			r.report.Map(t.line, "tag %q → %q", tag, name)
		}
		if name != "" && !slices.Contains(n.Tags, name) {
			n.Tags = append(n.Tags, name)
		}
	}
	slices.Sort(n.Tags)
	r.fields(n, t)
	r.depends(n, t)
	return n
}

func (r *reader) annotate(n *exchange.Node, t *task) {
	for _, a := range t.annotations {
		line := strings.ReplaceAll(a.text, "\n", "\n  ")
		if !a.entry.IsZero() {
			line = a.entry.T.Format(time.RFC3339) + " " + line
		}
		n.AddNote(line)
		r.report.Map(t.line, "annotations → lines of the note")
	}
}

func (r *reader) state(n *exchange.Node, t *task) {
	n.State = states[t.status]
	start, started := t.dates["start"]
	if started {
		n.SetField("start", start.String())
		if t.status == "pending" {
			n.State = model.Doing
			r.report.Map(t.line, "started tasks → doing")
		}
	}
	switch end, ended := t.dates["end"]; {
	case n.State.Closed():
		n.Finished = end.T
	case ended:
		n.SetField("end", end.String())
	}
	switch t.status {
	case "deleted":
		n.Trashed = true
		r.report.Map(t.line, "deleted tasks → the trash")
	case "completed":
		r.report.Map(t.line, "completed tasks → done, hidden by their parent")
	case "recurring":
		n.SetField("status", t.status) // what does not fit a rule of ours; gather has said so
	}
}

var priorities = map[string]string{"H": "6", "M": "4", "L": "2"}

// own are the fields that mean something to us, so that an attribute of that name needs another.
var own = []string{"prio", "est", "rec", "when", "warn", "zone", "query", "mirror", "reviewed", "state", "reset", "depends", "import", "end", "start", "status"}

func (r *reader) fields(n *exchange.Node, t *task) {
	n.SetField("uuid", t.uuid)
	if p, ok := priorities[t.priority]; ok {
		n.SetField("prio", p)
		r.report.Map(t.line, "priority H, M, L → prio 6, 4, 2")
	} else if t.priority != "" {
		n.SetField("priority", t.priority)
		r.report.Keep(t.line, "priority %s is kept as a field: it is none of H, M, L", t.priority)
	}
	for _, a := range t.rest {
		switch a.name {
		case "id", "urgency":
			r.report.Drop(t.line, "%s: Taskwarrior computes it", a.name)
			continue
		case "recur", "mask", "imask", "parent", "rtype", "template", "last":
			r.report.Keep(t.line, "%s is kept as a field, where it has no rule of ours", a.name)
		default:
			r.report.Keep(t.line, "%s is kept as a field", a.name)
		}
		name, _ := exchange.Name(a.name)
		if slices.Contains(own, name) || name == "uuid" || name == "" {
			name = "uda." + name
		}
		if name != a.name {
			r.report.Map(t.line, "attribute %q → field %q", a.name, name)
		}
		if len(a.value) > model.MaxText {
			r.report.Drop(t.line, "attribute %q of %d bytes, at most %d", a.name, len(a.value), model.MaxText)
			continue
		}
		n.SetField(name, a.value)
	}
}

// depends draws arrows to the tasks in the file, and keeps the uuids of others.
func (r *reader) depends(n *exchange.Node, t *task) {
	var missing []string
	for _, uuid := range t.depends {
		if template, ok := r.folded[uuid]; ok {
			uuid = template
		}
		to := exchange.ID(format, uuid)
		if to == n.ID || slices.ContainsFunc(n.Arrows, func(a model.Arrow) bool { return a.To == to }) {
			continue
		}
		if _, ok := r.places[uuid]; !ok {
			missing = append(missing, uuid)
			r.report.Keep(t.line, "dependencies on tasks that are not in the file are kept as field depends")
			continue
		}
		n.Arrows = append(n.Arrows, model.Arrow{From: n.ID, To: to, Label: "depends"})
		r.report.Map(t.line, "dependencies → arrows")
	}
	n.SetField("depends", strings.Join(missing, ","))
}
