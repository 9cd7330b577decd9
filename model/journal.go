package model

import (
	"errors"

	"arbor/model/date"
	"arbor/model/inline"
)

// Journal is the node above the daily pages.
var Journal = Named("journal")

// Page is the page of a civil day, as it was found, and what it begins with.
type Page struct {
	ID    ID
	Day   date.Date
	There bool // it is in the tree
	begin *Draft
}

// pageTitle is the text of the page of a day.
func pageTitle(d date.Date) string { return d.T.Format("2006-01-02 Mon") }

// Page looks for the page of a day. If it was never opened and there is a template called Daily, that is filled in for it: dates of today's page count from
// now, of another from its day; {{text}} is the title of the page.
func (v *View) Page(d date.Date, env inline.Env) (*Page, error) {
	p := &Page{ID: Named("journal/" + d.String()), Day: d}
	n, err := v.node(p.ID)
	if err != nil {
		return nil, err
	}
	if n != nil {
		top, err := v.Top(p.ID)
		p.There = top == Root
		if err != nil || top != Detached {
			return p, err
		}
	}
	template, err := v.TemplateNamed(daily)
	if errors.Is(err, ErrNoTemplate) {
		return p, nil
	}
	if err != nil {
		return nil, err
	}
	if !d.Equal(date.Day(env.Now)) {
		env.Now = d.Start(env.Now.Location())
	}
	if p.begin, err = v.Fill(template, env, map[string]string{"date": d.String(), "text": pageTitle(d), "name": daily}); err == nil {
		p.begin.name = "journal/" + d.String()
	}
	return p, err
}

// Open returns the page, making it, with what it begins with, and the journal above it where they are not there, or taking them out of the trash. Every
// device gives the page of a day, and what it begins with, the same ids, so that two that make it without each other have one.
func (e *Edit) Open(p *Page) (ID, error) {
	if err := e.standing(Journal, Root, "Journal"); err != nil {
		return Journal, err
	}
	was, err := e.shown(p.ID)
	if err != nil {
		return p.ID, err
	}
	if err := e.standing(p.ID, Journal, pageTitle(p.Day)); err != nil || was || p.begin == nil {
		return p.ID, err
	}
	_, err = e.Make(p.begin, p.ID, Last)
	return p.ID, err
}

// standing makes a node of a fixed id, or brings it back under its parent if it was thrown away. Where else it may stand is a person's choice.
func (e *Edit) standing(id, parent ID, text string) error {
	n, err := e.node(id)
	if err != nil {
		return err
	}
	if n == nil {
		return e.CreateID(id, parent, First, text)
	}
	switch top, err := e.Top(id); {
	case err != nil || top == Root:
		return err
	case top == Detached:
		if err := e.CreateID(id, parent, First, text); !errors.Is(err, ErrExists) {
			return err
		}
	}
	return e.Move(id, parent, First)
}
