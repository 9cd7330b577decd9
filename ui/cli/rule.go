package cli

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"arbor/config"
	"arbor/model"
	"arbor/model/inline"
)

// rule is one of the settings' rules, read: when something happens to a node that the query means, its steps belong to the same action.
type rule struct {
	config.Rule
	steps []step
}

// step is one line of a rule: a node to make, or a change of the node that it is about.
type step struct {
	add  bool
	text string // as a line of the inline grammar
}

// stepWord is a word that a line of a rule leaves open, such as {{text}}: a field of the node that the rule is about.
var stepWord = regexp.MustCompile(`\{\{([^{}\s]+)\}\}`)

// rules reads the rules of the settings. One that is not understood is a problem of the settings, and left out.
func (r *run) rules(l *config.Loaded) []rule {
	var all []rule
	for _, from := range l.Rules {
		read := rule{Rule: from}
		var err error
		for _, text := range from.Then {
			var s step
			if s, err = r.readStep(text); err != nil {
				break
			}
			read.steps = append(read.steps, s)
		}
		if err != nil {
			l.Problems = append(l.Problems, config.Problem{Path: l.Paths.Config, Line: from.Line, Column: from.Column, Text: fmt.Sprintf("rule: %v", err)})
			continue
		}
		all = append(all, read)
	}
	return all
}

func (r *run) readStep(text string) (step, error) {
	verb, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
	s := step{add: verb == "add", text: strings.TrimSpace(rest)}
	if !s.add && verb != "set" {
		return s, fmt.Errorf("%s: a line begins with add and a new node, or with set and what to change", quoted(text))
	}
	l, err := parseLine(s.text, r.stepEnv(s))
	switch {
	case err != nil:
		return s, fmt.Errorf("%s: %w", quoted(text), err)
	case s.add && l.Text == "":
		return s, fmt.Errorf("%s: the node to add has no text", quoted(text))
	}
	return s, nil
}

func (r *run) stepEnv(s step) inline.Env {
	env := r.env()
	env.Change = !s.add
	return env
}

// follow returns what adds to an action what the rules say, nil if there are none. What a rule does sets off no other.
func (r *run) follow() func(*model.Edit, []model.Happening) error {
	if len(r.ruled) == 0 {
		return nil
	}
	return func(e *model.Edit, all []model.Happening) error {
		for i := range all {
			for j := range r.ruled {
				rule := &r.ruled[j]
				if rule.On != all[i].Kind.String() {
					continue
				}
				if err := r.apply(e, rule, &all[i]); err != nil {
					return fmt.Errorf("the rule in line %d of the settings: %w", rule.Line, err)
				}
			}
		}
		return nil
	}
}

// apply takes the steps of a rule if it means the node.
func (r *run) apply(e *model.Edit, rule *rule, h *model.Happening) error {
	q, err := r.parseQuery(rule.Match)
	if err != nil {
		return err
	}
	if fits, err := e.Fits(q, &h.After); err != nil || !fits {
		return err
	}
	for _, s := range rule.steps {
		l, err := parseLine(s.text, r.stepEnv(s))
		if err != nil {
			return err
		}
		fillIn(&l, &h.After)
		if s.add {
			_, _, err = create(e, l, "")
		} else {
			_, err = editNode(e, h.After.ID, l)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// fillIn puts what the node has in the place of the words that a line leaves open. The line is read already: no text becomes a tag by it.
func fillIn(l *inline.Line, n *model.Node) {
	fill := func(s string) string {
		return stepWord.ReplaceAllStringFunc(s, func(m string) string { return valueOf(n, strings.Trim(m, "{}")) })
	}
	l.Text, l.Under, l.After = fill(l.Text), fill(l.Under), fill(l.After)
	for i := range l.Fields {
		l.Fields[i].Value = fill(l.Fields[i].Value)
	}
	for i := range l.Depends {
		l.Depends[i] = fill(l.Depends[i])
	}
	for i := range l.Tags {
		l.Tags[i] = fill(l.Tags[i])
	}
	l.Tags = slices.DeleteFunc(l.Tags, func(tag string) bool { return tag == "" })
}

// valueOf returns what a node has under a name, "" if nothing.
func valueOf(n *model.Node, name string) string {
	switch name {
	case "text":
		return n.Text
	case "id":
		return n.ID.String()
	case "parent":
		return n.Parent.String()
	case "state":
		return n.StateName()
	case "due":
		return n.Due.String()
	case "sched":
		return n.Sched.String()
	}
	value, _ := n.Field(name)
	return value
}

// byPlace sorts the problems of the settings by where they stand.
func byPlace(problems []config.Problem) {
	slices.SortStableFunc(problems, func(a, b config.Problem) int { return cmp.Or(a.Line-b.Line, a.Column-b.Column) })
}
