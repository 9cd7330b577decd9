package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"arbor/model"
	"arbor/model/date"
	"arbor/model/inline"
)

func (r *run) dayCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "day [DATE] [TEXT...]", Short: "the page of a day: show it, or add a line to it",
		Long: "Without a date it is today's; a date of several words stands in quotes, as in 'arbor day \"24 dec\"'. TEXT is read as by 'arbor add' and stands on the page. " +
			"A page is made when it is first opened, with what the template called Daily has, if there is one.",
		Args: words(0, -1, "a date and a text"),
		RunE: func(cmd *cobra.Command, args []string) error {
			d, args, err := r.dayOf(args)
			if err != nil {
				return err
			}
			if len(args) == 0 {
				return r.showDay(d, asJSON)
			}
			if asJSON {
				return usagef("--json prints the page; leave the text out")
			}
			return r.writeDay(d, inline.Join(args, r.env()))
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "the page and what is on it, one JSON object a line")
	return cmd
}

// dayOf takes the day from the front of the arguments. What names no day is the beginning of the text; what can only be meant as one is an error.
func (r *run) dayOf(args []string) (date.Date, []string, error) {
	today := date.Day(r.now())
	if len(args) == 0 {
		return today, nil, nil
	}
	d, err := date.Parse(args[0], r.now())
	switch {
	case err == nil && d.AllDay && !d.Equal(date.Someday):
		return d, args[1:], nil
	case err != nil && len(args[0]) >= len("2026-1") && strings.Trim(args[0], "0123456789-/.") == "":
		return d, nil, usagef("%w", err)
	}
	return today, args, nil
}

// openDay returns the page of a day. The template is read before, so that nobody who writes meanwhile is in the way.
func (r *run) openDay(s *Session, d date.Date) (page *model.Page, err error) {
	err = r.view(s, func(v *model.View) error {
		page, err = v.Page(d, r.env())
		return err
	})
	return page, templateError(err)
}

func (r *run) showDay(d date.Date, asJSON bool) error {
	s, err := r.open()
	if err != nil {
		return err
	}
	page, err := r.openDay(s, d)
	if err == nil && !page.There {
		if _, err = s.Tree.Do("open the page of "+d.String(), func(e *model.Edit) error {
			_, err := e.Open(page)
			return err
		}); err == nil {
			r.say("began the page of %s", date.Format(d, r.now()))
		}
	}
	if err != nil {
		return s.close(err)
	}
	return s.close(r.view(s, func(v *model.View) error {
		all, err := v.RollUp(page.ID, nil)
		if err != nil {
			return err
		}
		p := r.table()
		if asJSON {
			err = p.branchLines(all, nil)
		} else {
			err = p.branches(v, all, nil, 0, true)
		}
		if err != nil {
			return err
		}
		return p.out.Flush()
	}))
}

func (r *run) writeDay(d date.Date, text string) error {
	l, err := parseLine(text, r.env())
	if err != nil {
		return err
	}
	switch {
	case l.Text == "":
		return usagef("nothing to write: %q has no text", text)
	case l.Under+l.After != "":
		return usagef("what goes on the page of a day stands there; leave under: and after: out, or use 'arbor add'")
	}
	stamp, err := r.stamp()
	if err != nil {
		return err
	}
	stamp.Under, stamp.After = "", ""
	l.Stamp(stamp)
	s, err := r.open()
	if err != nil {
		return err
	}
	page, err := r.openDay(s, d)
	if err != nil {
		return s.close(err)
	}
	var id model.ID
	_, err = s.Tree.Do("add "+quoted(l.Text), func(e *model.Edit) error {
		on, err := e.Open(page)
		if err != nil {
			return err
		}
		if id, err = e.Create(on, model.Last, l.Text); err != nil {
			return err
		}
		return e.Apply(id, l)
	})
	if err = s.close(err); err != nil {
		return err
	}
	r.say("added %s to %s%s", quoted(l.Text), date.Format(d, r.now()), understood(l))
	_, err = fmt.Fprintln(r.Out, id)
	return err
}
