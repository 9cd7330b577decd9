package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"arbor/model"
	"arbor/model/date"
)

// nextShown is how many tasks are listed where nobody says how many.
const nextShown = 10

func (r *run) nextCommand() *cobra.Command {
	var limit int
	var explain, asJSON bool
	cmd := &cobra.Command{
		Use: "next [QUERY...]", Short: "the tasks that can be done now, the most urgent first",
		Long: "A task is ready if it does not wait, depends on nothing that is open, is not scheduled for later, has not expired, and no open task lies below it. " +
			"Its urgency is a sum of terms, each a value from 0 to 1 times a weight; --explain shows them. Priority, tags and due date hold for all below a node.",
		RunE: func(cmd *cobra.Command, args []string) error {
			return r.next(strings.Join(args, " "), limit, explain, asJSON)
		},
	}
	cmd.Flags().IntVar(&limit, "limit", nextShown, "how many, a `NUMBER`; 0 for all")
	cmd.Flags().BoolVar(&explain, "explain", false, "say what the urgency is made of")
	r.canLookBack(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	return cmd
}

// nextJSON is the line of `arbor next --json`: the node, and where it stands.
type nextJSON struct {
	nodeJSON
	Urgency  float64    `json:"urgency"`
	Why      []termJSON `json:"why"`
	DueFrom  string     `json:"due_from,omitempty"` // the node above whose due date counts
	Blocking int        `json:"blocking,omitempty"`
}

type termJSON struct {
	Name   string  `json:"name"`
	Value  float64 `json:"value"`
	Weight float64 `json:"weight"`
	Score  float64 `json:"score"`
}

func (r *run) next(text string, limit int, explain, asJSON bool) error {
	if limit < 0 {
		return usagef("--limit %d: want 0 or more", limit)
	}
	q, err := r.parseScope(text)
	if err != nil {
		return err
	}
	s, err := r.open()
	if err != nil {
		return err
	}
	return s.close(r.view(s, func(v *model.View) error {
		all, ready, err := v.Next(q, r.weights(), r.now(), limit)
		if err != nil {
			return err
		}
		more := ready - len(all)
		p := r.table()
		enc := newEncoder(p.out)
		for i := range all {
			if asJSON {
				err = enc.Encode(newNextJSON(&all[i]))
			} else {
				err = p.standing(v, &all[i], explain)
			}
			if err != nil {
				return err
			}
		}
		if ready == 0 && !asJSON {
			r.say(nothingReady)
		}
		if more > 0 && !asJSON {
			if err := p.line(span{sgr: faint, text: fmt.Sprintf("and %d more; --limit 0 shows all", more)}); err != nil {
				return err
			}
		}
		return p.out.Flush()
	}))
}

// nothingReady is said where a task was asked for and none is there.
const nothingReady = "nothing to do now; a task is an open node with a state, such as state:todo, or a due or scheduled date, that waits for nothing"

func newNextJSON(s *model.Standing) nextJSON {
	j := nextJSON{nodeJSON: newNodeJSON(&s.Node), Urgency: round(s.Urgency), Why: []termJSON{}, Blocking: s.Blocking}
	if !s.Due.IsZero() && s.DueOf != s.Node.ID {
		j.DueFrom = s.DueOf.String()
	}
	for _, t := range s.Why {
		j.Why = append(j.Why, termJSON{t.Name, round(t.Value), t.Weight, round(t.Score)})
	}
	return j
}

// round leaves three digits behind the point.
func round(x float64) float64 { return float64(int64(x*1000+sign(x)*0.5)) / 1000 }

func sign(x float64) float64 {
	if x < 0 {
		return -1
	}
	return 1
}

// standing writes a line: the urgency, then the node, with the due date of a node above if that is the one that counts.
func (p *printer) standing(v *model.View, s *model.Standing, explain bool) error {
	short, err := v.ShortID(s.Node.ID)
	if err != nil {
		return err
	}
	n := s.Node
	if n.Due.IsZero() {
		n.Due = s.Due
	}
	err = p.node(&n, short, 0, span{sgr: yellow, text: fmt.Sprintf("%5.1f", s.Urgency)}, plain(" "))
	if err != nil || !explain {
		return err
	}
	for _, t := range s.Why {
		line := fmt.Sprintf("      %6.2f  %s", t.Score, t.Name)
		if t.Value != 1 {
			line += fmt.Sprintf(", %.2f of %g", t.Value, t.Weight)
		}
		if t.Name == "due" {
			line += ", " + date.Format(s.Due, p.now)
			if s.DueOf != s.Node.ID {
				line += " of a node above"
			}
		}
		if err := p.line(span{faint, line, true}); err != nil {
			return err
		}
	}
	return nil
}

// weights are those of the settings, and the usual ones where they say nothing.
func (r *run) weights() model.Weights {
	for name := range r.config.Urgency {
		if !slices.Contains(model.Terms, name) && !strings.HasPrefix(name, "tag.") && !strings.HasPrefix(name, "field.") {
			r.say("%s: urgency.%s: there is no such term; write one of %s, tag.NAME or field.KEY (going on without it)", r.Paths.Config, name, strings.Join(model.Terms, ", "))
		}
	}
	return r.weighed()
}

// weighed is weights without a word about what is no term.
func (r *run) weighed() model.Weights {
	w := model.DefaultWeights()
	maps.Copy(w, r.config.Urgency)
	return w
}
