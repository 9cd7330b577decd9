package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/clipperhouse/displaywidth"
	"github.com/spf13/cobra"

	"arbor/model"
	"arbor/model/date"
	"arbor/model/inline"
)

func (r *run) templateCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "template", Short: "make again what one needs often: list, use, save",
		Long: "A template is a node below the one called Templates: its text is the name, what is below it is made anew each time. Its texts are read as lines of 'arbor add' when it is " +
			"used, so that due:+3d counts from then; write them with a backslash, as in '\\due:+3d', when you add them by hand. {{date}} is the day, {{text}} what " +
			"'arbor add --template' is given, {{name}} the template's name, and any other word in such braces is asked for, as client=ACME.",
		Args: words(0, 0, "list, use or save"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return usagef("say what to do: 'arbor template list', use or save; see 'arbor template --help'")
		},
	}
	cmd.AddCommand(r.templateListCommand(), r.templateUseCommand(), r.templateSaveCommand())
	return cmd
}

// templateJSON is a template as --json prints it.
type templateJSON struct {
	V     int      `json:"v"`
	ID    string   `json:"id"`
	Name  string   `json:"name"`
	Nodes int      `json:"nodes"`
	Wants []string `json:"wants"`
}

func (r *run) templateListCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list", Short: "the templates, how many nodes each makes, and the words it asks for", Args: words(0, 0, "nothing"),
		RunE: func(cmd *cobra.Command, args []string) error { return r.listTemplates(asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	return cmd
}

func (r *run) listTemplates(asJSON bool) error {
	s, err := r.open()
	if err != nil {
		return err
	}
	return s.close(r.view(s, func(v *model.View) error {
		all, err := v.Templates()
		if err != nil {
			return err
		}
		p := r.printer()
		enc := newEncoder(p.out)
		width := 0
		for _, t := range all {
			width = max(width, displaywidth.String(printable(t.Name)))
		}
		for _, t := range all {
			if asJSON {
				if err := enc.Encode(templateJSON{jsonVersion, t.ID.String(), t.Name, t.Nodes, append([]string{}, t.Wants...)}); err != nil {
					return err
				}
				continue
			}
			short, err := v.ShortID(t.ID)
			if err != nil {
				return err
			}
			wants := ""
			if len(t.Wants) > 0 {
				wants = "  " + printable(strings.Join(t.Wants, "=… ")) + "=…"
			}
			name := printable(t.Name)
			fmt.Fprintf(p.out, "%s  %s%s  %s%s\n", p.paint(faint, short), name, strings.Repeat(" ", width-displaywidth.String(name)), count(t.Nodes, "node", "nodes"), wants)
		}
		return p.out.Flush()
	}))
}

func (r *run) templateUseCommand() *cobra.Command {
	var under string
	cmd := &cobra.Command{
		Use: "use NAME [under:ID] [WORD=VALUE...]", Short: "make what a template has", Args: words(1, -1, "the name of a template, where to, and the words it asks for"),
		RunE: func(cmd *cobra.Command, args []string) error {
			values := map[string]string{}
			for _, arg := range args[1:] {
				if ref, ok := strings.CutPrefix(arg, "under:"); ok && ref != "" {
					under = ref
					continue
				}
				word, value, ok := strings.Cut(arg, "=")
				if !ok || word == "" {
					return usagef("%q is neither under:ID nor WORD=VALUE", arg)
				}
				values[word] = value
			}
			return r.useTemplate(args[0], under, values)
		},
	}
	cmd.Flags().StringVar(&under, "under", "", "`ID` of the parent; the top of the tree without")
	cmd.ValidArgsFunction = r.completeTemplates
	return cmd
}

func (r *run) useTemplate(name, under string, values map[string]string) error {
	s, err := r.open()
	if err != nil {
		return err
	}
	d, err := r.fill(s, name, values)
	if err != nil {
		return s.close(err)
	}
	var where string
	tops, err := s.Tree.Make("use template "+quoted(name), d, func(e *model.Edit) (model.ID, model.Place, error) {
		parent, place, words, err := placeOf(e, inline.Line{}, under)
		where = words
		return parent, place, err
	})
	if err = s.close(err); err != nil {
		return err
	}
	r.say("made %s%s from the template %s", count(d.Len(), "node", "nodes"), where, quoted(name))
	return r.printIDs(tops)
}

// printIDs prints the ids of new nodes.
func (r *run) printIDs(ids []model.ID) error {
	for _, id := range ids {
		if _, err := fmt.Fprintln(r.Out, id); err != nil {
			return err
		}
	}
	return nil
}

// fill reads a template and puts values into it, with those that every template has.
func (r *run) fill(s *Session, name string, values map[string]string) (d *model.Draft, err error) {
	err = r.view(s, func(v *model.View) error {
		id, err := v.TemplateNamed(name)
		if err != nil {
			return err
		}
		n, err := v.Node(id)
		if err != nil {
			return err
		}
		all := map[string]string{"date": date.Day(r.now()).String(), "name": n.Text}
		for word, value := range values {
			all[word] = value
		}
		if d, err = v.Fill(id, r.env(), all); err == nil && d.Len() == 0 {
			err = refusedf("there is nothing below the template %s; add something there, or use 'arbor template save'", quoted(n.Text))
		}
		return err
	})
	return d, templateError(err)
}

// templateError says in words what is wrong with a template or the use of it.
func templateError(err error) error {
	var wanted *model.WantedError
	var word *inline.Error
	switch {
	case errors.Is(err, model.ErrNoTemplate):
		name, _, _ := strings.Cut(err.Error(), ": "+model.ErrNoTemplate.Error())
		return missingf("there is no template %s; see 'arbor template list'", quoted(name))
	case errors.As(err, &wanted) && wanted.Word == "text":
		return usagef("%s asks for a text; use 'arbor add --template' or write text=…", quoted(wanted.Text))
	case errors.As(err, &wanted):
		return usagef("%s asks for a word; write %s=…", quoted(wanted.Text), wanted.Word)
	case errors.As(err, &word):
		return usagef("%w", err)
	}
	return err
}

// addFrom makes the node of a line with what a template has below it.
func (r *run) addFrom(s *Session, template string, l inline.Line, under string) (id model.ID, where string, err error) {
	d, err := r.fill(s, template, map[string]string{"text": l.Text})
	if err != nil {
		return id, "", err
	}
	if !d.Small() && l.After != "" {
		return id, "", refusedf("the template has %d nodes, which go to the end of where they are put; use under:", d.Len())
	}
	tops, err := s.Tree.Make("add "+quoted(l.Text), d.Under(l), func(e *model.Edit) (model.ID, model.Place, error) {
		parent, place, words, err := placeOf(e, l, under)
		where = words
		return parent, place, err
	})
	if err != nil {
		return id, "", err
	}
	return tops[0], where, nil
}

func (r *run) templateSaveCommand() *cobra.Command {
	var replace, yes bool
	cmd := &cobra.Command{
		Use: "save SEL NAME", Short: "make a template of nodes with all below them", Args: words(2, -1, "what to save, and a name"),
		Long: "What the nodes have beside their texts becomes a part of the texts, as it is written for 'arbor add', and is in force where the template is used. A date becomes its distance from " +
			"today, so that due in three days is due three days after the use; dates that have passed, and when:, are left out. What is done is to be done again.",
		RunE: func(cmd *cobra.Command, args []string) error {
			return r.saveTemplate(args[0], strings.Join(args[1:], " "), replace, yes)
		},
	}
	cmd.Flags().BoolVar(&replace, "replace", false, "take the place of the template of that name, which goes to the trash")
	cmd.Flags().BoolVar(&yes, "yes", false, fmt.Sprintf("save more than %d nodes", maxUnasked))
	return cmd
}

func (r *run) saveTemplate(sel, name string, replace, yes bool) error {
	if name = strings.TrimSpace(name); name == "" {
		return usagef("a template needs a name")
	}
	s, err := r.open()
	if err != nil {
		return err
	}
	var d *model.Draft
	var old model.ID
	there := false
	err = r.view(s, func(v *model.View) error {
		old, err = v.TemplateNamed(name)
		if there = err == nil; there && !replace {
			return refusedf("there is a template %s; --replace puts this one in its place", quoted(name))
		}
		if err != nil && !errors.Is(err, model.ErrNoTemplate) {
			return err
		}
		ids, err := r.selectNodes(v, sel)
		if err != nil {
			return err
		}
		if err := mayChange(ids, yes); err != nil {
			return err
		}
		d, err = v.DraftTemplate(name, ids, r.env())
		return err
	})
	if err == nil && there && !d.Small() {
		err = refusedf("a template of %d nodes takes the place of none; 'arbor rm %s' first", d.Len()-1, old)
	}
	if err != nil {
		return s.close(err)
	}
	tops, err := s.Tree.Make("save template "+quoted(name), d, func(e *model.Edit) (model.ID, model.Place, error) {
		parent, err := e.TemplatesNode()
		if err == nil && there {
			err = e.Trash(old)
		}
		return parent, model.Last, err
	})
	if err = s.close(err); err != nil {
		return err
	}
	r.say("saved %s as the template %s", count(d.Len()-1, "node", "nodes"), quoted(name))
	return r.printIDs(tops)
}
