package plot

import (
	"slices"
	"strings"
	"testing"
	"time"

	"arbor/model"
	"arbor/model/date"
	"arbor/model/inline"
	"arbor/model/query"
)

// happened plants lines of the inline grammar, those with a tab below the series wave.
func (s shelf) happened(t *testing.T, lines ...string) model.ID {
	t.Helper()
	var wave model.ID
	_, err := s.tree.Do("plant", func(e *model.Edit) (err error) {
		if wave, err = e.SeriesNode("wave"); err != nil {
			return err
		}
		for _, line := range lines {
			under := model.Root
			if strings.HasPrefix(line, "\t") {
				under = wave
			}
			l, err := inline.Parse(strings.TrimSpace(line), inline.Env{Now: now})
			if err != nil {
				return err
			}
			id, err := e.Create(under, model.Last, l.Text)
			if err == nil {
				err = e.Apply(id, l)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return wave
}

func TestNotes(t *testing.T) {
	s := newShelf(t)
	s.log(t, "wave", wave(10, 3))
	wave := s.happened(t, "moved [[wave]] when:2026-10-03", "\ta storm when:2026-09-20..2026-09-27", "\tno time", "\tto come due:2026-11-20", "\tdone with it state:done",
		"far away [[wave]] when:2001-01-01", "another thing +x when:2026-10-10T12:00..18:00", "an arrow when:2026-10-20")
	_, err := s.tree.Do("arrow", func(e *model.Edit) error {
		for n, err := range e.Select(&query.Query{Expr: query.Word("arrow"), Now: now}) {
			if err != nil {
				return err
			}
			return e.AddArrow(n.ID, wave, "")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	read := func(text string) (notes []Note, said []string) {
		err := s.tree.View(func(v *model.View) (err error) {
			n, err := v.Node(wave)
			if err != nil {
				return err
			}
			var q *query.Query
			if text != "" {
				if q, err = query.Parse(text, now); err != nil {
					return err
				}
			}
			notes, err = ReadNotes(v, &n, q, time.UTC)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range notes {
			said = append(said, n.String(time.UTC))
		}
		return notes, said
	}
	notes, said := read("")
	want := []string{"1 Jan 2001: far away", "20 Sep 2026 – 27 Sep 2026: a storm", "3 Oct 2026: moved", "20 Oct 2026: an arrow", "20 Nov 2026: to come", "22 Nov 2026: done with it"}
	if !slices.Equal(said, want) {
		t.Errorf("what happened is %q, want %q", said, want)
	}
	if _, said := read("+x"); !slices.Equal(said, []string{"10 Oct 2026: another thing"}) {
		t.Errorf("what the query means is %q", said)
	}
	c := Chart{Location: time.UTC, Notes: notes}
	s.loadAll(t, &c, 80, 24, "wave")
	golden(t, "notes-80", picture(&c, 80, 24))
	if words := c.Describe(); !strings.Contains(words, "\n3 Oct 2026: moved\n") || strings.Contains(words, "far away") {
		t.Errorf("in words: %s", words)
	}
	// A day of a habit that was skipped stands there too.
	if _, err := s.tree.Do("skip", func(e *model.Edit) error {
		if err := e.SetField(wave, "target", "3/week"); err != nil {
			return err
		}
		_, err := e.SkipDay(wave, date.Day(now))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if _, said := read(""); !slices.Contains(said, "22 Nov 2026: skipped") {
		t.Errorf("with a skipped day it is %q", said)
	}
}
