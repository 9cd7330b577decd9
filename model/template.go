package model

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"arbor/model/date"
	"arbor/model/inline"
)

// Templates is the node below which the templates stand: the text of each is its name, what is below it is made anew where it is used. There each
// text is read as a line of the inline grammar, so that due:+3d counts from the day of use.
var Templates = Named("templates")

// ErrNoTemplate says that there is no template of a name.
var ErrNoTemplate = errors.New("no such template")

// daily is the template of the page of a day.
const daily = "Daily"

// placeholder is a word that a template leaves open, such as {{client}}.
var placeholder = regexp.MustCompile(`\{\{([^{}\s]+)\}\}`)

// openKey is a key with a word left open, where it stands as text: the text of a node can say due:{{day}} in no other way.
var openKey = regexp.MustCompile(`(^|\s)\\([^\s:\\]+:"?\{\{)`)

// Template is one of the templates.
type Template struct {
	ID    ID
	Name  string
	Nodes int      // below it
	Wants []string // the words that it leaves open, but for date, text and name, sorted
}

// Templates returns the templates in their order.
func (v *View) Templates() ([]Template, error) {
	var out []Template
	err := v.eachTemplate(func(n *Node) error {
		t := Template{ID: n.ID, Name: n.Text}
		d, err := v.contents(n.ID)
		if err != nil {
			return err
		}
		t.Nodes = d.Len()
		for _, n := range d.nodes {
			for _, m := range placeholder.FindAllStringSubmatch(n.node.Text+"\n"+n.note, -1) {
				if w := m[1]; w != "date" && w != "text" && w != "name" {
					t.Wants = append(t.Wants, w)
				}
			}
		}
		slices.Sort(t.Wants)
		t.Wants = slices.Compact(t.Wants)
		out = append(out, t)
		return nil
	})
	return out, err
}

func (v *View) eachTemplate(fn func(*Node) error) error {
	if n, err := v.node(Templates); err != nil || n == nil {
		return err
	}
	if top, err := v.Top(Templates); err != nil || top != Root {
		return err
	}
	for c, err := range v.Children(Templates) {
		if err != nil {
			return err
		}
		n, err := v.need(c.ID)
		if err == nil {
			err = fn(n)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// TemplateNamed returns the template of that name, letter case aside, or ErrNoTemplate.
func (v *View) TemplateNamed(name string) (ID, error) {
	id, found := ID{}, false
	err := v.eachTemplate(func(n *Node) error {
		if !found && strings.EqualFold(strings.TrimSpace(n.Text), strings.TrimSpace(name)) {
			id, found = n.ID, true
		}
		return nil
	})
	if err == nil && !found {
		err = fmt.Errorf("%s: %w", name, ErrNoTemplate)
	}
	return id, err
}

// contents reads what is below a template.
func (v *View) contents(template ID) (*Draft, error) {
	var tops []ID
	for c, err := range v.Children(template) {
		if err != nil {
			return nil, err
		}
		tops = append(tops, c.ID)
	}
	return v.Draft(tops...)
}

// WantedError says that a template leaves a word open that nothing was given for.
type WantedError struct{ Word, Text string }

func (e *WantedError) Error() string {
	return fmt.Sprintf("the template wants %s, in %q", e.Word, e.Text)
}

// Fill reads a template and fills it in: the words that it leaves open get their values, and each text is read as a line. A value at the beginning
// of a word is text, whatever it looks like; behind a key, as in due:{{day}}, it is what the key makes of it. What was closed is to be done again.
func (v *View) Fill(template ID, env inline.Env, values map[string]string) (*Draft, error) {
	d, err := v.contents(template)
	if err != nil {
		return nil, err
	}
	for i := range d.nodes {
		n := &d.nodes[i]
		asked := n.node.Text
		if n.node.Text, err = fillIn(asked, values, func(s string) string { return inline.Format(inline.Line{Text: s}, env) }); err != nil {
			return nil, err
		}
		if n.note, err = fillIn(n.note, values, func(s string) string { return s }); err != nil {
			return nil, err
		}
		env.Live = n.node.Text
		l, err := inline.Parse(n.node.Text, env)
		if err == nil && l.Under+l.After != "" {
			err = errors.New("what is in a template stands where the template has it")
		}
		if err != nil {
			return nil, fmt.Errorf("the template's %q: %w", asked, err)
		}
		n.node.Text, n.line = l.Text, &l
		if n.node.State.Closed() {
			n.node.State, n.node.Finished = Todo, time.Time{}
		}
	}
	return d, nil
}

// fillIn puts values into the places that a text leaves open, those at the beginning of a word as plain makes text of them.
func fillIn(s string, values map[string]string, plain func(string) string) (string, error) {
	var b strings.Builder
	rest := s
	for {
		m := placeholder.FindStringSubmatchIndex(rest)
		if m == nil {
			b.WriteString(rest)
			return b.String(), nil
		}
		word := rest[m[2]:m[3]]
		value, ok := values[word]
		if !ok {
			return "", &WantedError{word, s}
		}
		b.WriteString(rest[:m[0]])
		if before := b.String(); before == "" || strings.HasSuffix(before, " ") {
			value = plain(value)
		}
		b.WriteString(value)
		rest = rest[m[1]:]
	}
}

// DraftTemplate reads some nodes, with all below them, as a template: what each has beside its text stands in its text as words of the inline
// grammar, so that it is in force only where the template is used. Dates to come are written as their distance from today; those that have
// passed are left out, and so are arrows to other nodes.
func (v *View) DraftTemplate(name string, ids []ID, env inline.Env) (*Draft, error) {
	d, err := v.Draft(ids...)
	if err != nil {
		return nil, err
	}
	inside := map[ID]bool{}
	for i := range d.nodes {
		inside[d.nodes[i].node.ID] = true
	}
	for i := range d.nodes {
		n := &d.nodes[i].node
		arrows := slices.DeleteFunc(slices.Clone(n.Arrows), func(a Arrow) bool { return !inside[a.To] })
		*n = Node{ID: n.ID, Text: templateLine(n, env), Arrows: arrows, Collapsed: n.Collapsed, HideDone: n.HideDone}
	}
	return d.Under(inline.Line{Text: name}), nil
}

// templateLine writes what a node says as a line that says it again at any other time.
func templateLine(n *Node, env inline.Env) string {
	l := LineOf(n)
	l.Fields = slices.DeleteFunc(l.Fields, func(f inline.Field) bool { return f.Key == "when" })
	if n.State.Closed() {
		l.State, l.StateName = Todo.String(), ""
	}
	words := ""
	for _, d := range []struct {
		key string
		at  **Date
	}{{"due", &l.Due}, {"sched", &l.Sched}, {"wait", &l.Wait}, {"until", &l.Until}} {
		if *d.at != nil {
			if away := distance(**d.at, env); away != "" {
				words += " " + d.key + ":" + away
			}
			*d.at = nil
		}
	}
	env.Live = n.Text
	return openKey.ReplaceAllString(inline.Format(env.Shown(l), env), "$1$2") + words
}

// distance writes a date as how many days it is away, "" if it has passed.
func distance(d Date, env inline.Env) string {
	loc := env.Now.Location()
	days := int(d.Day(loc).T.Sub(date.Day(env.Now).T).Hours() / 24)
	switch {
	case days < 0:
		return ""
	case d.AllDay:
		return fmt.Sprintf("+%dd", days)
	}
	return fmt.Sprintf(`"+%dd %s"`, days, d.T.In(loc).Format("15:04"))
}

// TemplatesNode returns the node above the templates, making it or taking it out of the trash if need be.
func (e *Edit) TemplatesNode() (ID, error) {
	return Templates, e.standing(Templates, Root, "Templates")
}
