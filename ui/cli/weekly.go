package cli

import (
	"fmt"
	"strings"

	"arbor/model"
	"arbor/model/date"
)

// weekly notes on the page of the day what was done since the first day of the week, the time worked, and the series.
func (r *run) weekly(s *Session, since date.Date) error {
	now := r.now()
	title, note := "", ""
	if err := r.view(s, func(v *model.View) (err error) {
		title, note, err = v.Week(s.Book, since, now)
		return err
	}); err != nil {
		return err
	}
	open, err := r.openDay(s, date.Day(now))
	if err != nil {
		return err
	}
	if _, err := s.Tree.Do("review: the week", func(e *model.Edit) error {
		_, err := e.NoteWeek(open, title, note)
		return err
	}); err != nil {
		return err
	}
	fmt.Fprintf(r.Out, "\n%s\n", title)
	for l := range strings.Lines(note) {
		fmt.Fprintln(r.Out, printable(strings.TrimSuffix(l, "\n")))
	}
	r.say("noted on the page of %s", date.Format(date.Day(now), now))
	return nil
}
