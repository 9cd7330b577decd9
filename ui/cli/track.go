package cli

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"arbor/model"
	"arbor/model/date"
)

func (r *run) startCommand() *cobra.Command {
	var at, note string
	var parallel, pomodoro bool
	cmd := &cobra.Command{
		Use: "start SEL", Short: "count time on a node from now on; what ran before stops", Args: words(1, 1, "an id or a query"),
		Long: "Counts time on a node from now on. With --pomodoro it is a stretch of work of a set length: track says how much is left, remind when it is over, " +
			"and the terminal interface counts down, ends it and begins the rest. The lengths are a setting:\n\n  [track]\n  pomodoro = \"25min/5min\"",
		RunE: func(cmd *cobra.Command, args []string) error {
			return r.start(args[0], at, note, parallel || r.config.Track.Parallel, pomodoro)
		},
	}
	cmd.Flags().StringVar(&at, "at", "", "`TIME` when it began; now without")
	cmd.Flags().StringVar(&note, "note", "", "`TEXT` beside the interval")
	cmd.Flags().BoolVar(&pomodoro, "pomodoro", false, "work for a set length of time, then rest")
	cmd.Flags().BoolVar(&parallel, "parallel", false, "leave what runs running")
	return cmd
}

func (r *run) start(sel, at, note string, parallel, pomodoro bool) error {
	when, err := r.instant(at)
	if err != nil {
		return err
	}
	more := ""
	if pomodoro {
		p, err := r.pomodoro()
		if err != nil {
			return usagef("track.pomodoro: %w", err)
		}
		note, more = p.Mark(note), "; a pomodoro, until "+r.clock(when.Add(p.Work))
	}
	return r.change([]string{sel}, false, "start", func(e *model.Edit, ids []model.ID) (string, error) {
		if len(ids) > 1 {
			return "", refusedf("%d nodes match; time is counted on one", len(ids))
		}
		stopped, err := e.Start(ids[0], when, note, parallel)
		if err != nil {
			return "", r.why(e.View, ids[0], err)
		}
		said := "started " + date.Format(date.At(when), r.now()) + more
		for _, ev := range stopped {
			n, err := e.Node(ev.Node)
			if err != nil {
				return "", err
			}
			said += fmt.Sprintf("; %s stopped after %s", quoted(n.Text), date.FormatSpan(ev.Length(when)))
		}
		return said, nil
	})
}

func (r *run) stopCommand() *cobra.Command {
	var at string
	cmd := &cobra.Command{
		Use: "stop [SEL]", Short: "stop counting time", Args: words(0, 1, "an id or a query, or nothing"),
		RunE: func(cmd *cobra.Command, args []string) error { return r.stop(args, at) },
	}
	cmd.Flags().StringVar(&at, "at", "", "`TIME` when it ended; now without")
	return cmd
}

func (r *run) stop(sels []string, at string) error {
	when, err := r.instant(at)
	if err != nil {
		return err
	}
	choose := func(v *model.View) (*chosen, error) {
		if len(sels) == 0 {
			return &chosen{ids: []model.ID{model.Root}}, nil
		}
		return r.chooseMeant(v, sels)
	}
	return r.intervalsOf("stop", choose, func(e *model.Edit, ids []model.ID) (string, error) {
		var said []string
		for _, id := range ids {
			stopped, err := e.Stop(id, when)
			if errors.Is(err, model.ErrIdle) {
				return "", refusedf("%s; begin with 'arbor start'", err)
			}
			if err != nil {
				return "", err
			}
			for _, ev := range stopped {
				n, err := e.Node(ev.Node)
				if err != nil {
					return "", err
				}
				said = append(said, fmt.Sprintf("%s stopped after %s", quoted(n.Text), date.FormatSpan(ev.Length(when))))
			}
		}
		return strings.Join(said, "; "), nil
	})
}

// instant reads a time that has been, now if s is empty.
func (r *run) instant(s string) (time.Time, error) {
	if s == "" {
		return r.now(), nil
	}
	d, err := date.ParsePast(s, r.now())
	if err != nil {
		return r.now(), usagef("--at: %w", err)
	}
	if d.AllDay {
		return r.now(), usagef("--at: %q says no time of day; write for example 9:30 or 'fri 9:30'", s)
	}
	if d.T.After(r.now()) {
		return r.now(), usagef("--at: %s has not come yet", date.Format(d, r.now()))
	}
	return d.T, nil
}

// intervals runs an action on time worked as one step of undo, and says what fn says.
func (r *run) intervals(label string, fn func(*model.Edit) (string, error)) error {
	return r.intervalsOf(label, func(*model.View) (*chosen, error) { return &chosen{}, nil }, func(e *model.Edit, _ []model.ID) (string, error) { return fn(e) })
}

// intervalsOf is intervals for the time worked on nodes that are chosen.
func (r *run) intervalsOf(label string, choose func(*model.View) (*chosen, error), fn action) error {
	return r.onChosen(choose, func(s *Session, c *chosen) (said string, err error) {
		_, err = s.Tree.Do(label, func(e *model.Edit) error {
			err := c.still(e.View)
			if err == nil {
				said, err = fn(e, c.ids)
			}
			if err == nil {
				e.SetLabel(said)
			}
			return err
		})
		return said, err
	})
}

// span reads two times with .. between them, of which the second may be a time on the day of the first, and be missing.
func (r *run) span(s string) (from, to time.Time, err error) {
	a, b, two := strings.Cut(s, "..")
	now := r.now()
	first, err := date.ParsePast(a, now)
	if err != nil {
		return from, to, usagef("%w", err)
	}
	if first.AllDay || !two {
		return from, to, usagef("%q is no stretch of time; write for example 'fri 9:00..10:30', or 9:00.. if it goes on", s)
	}
	if from = first.T; b == "" {
		return from, to, nil
	}
	last, err := date.Parse(first.Day(now.Location()).String()+" "+b, now)
	if err != nil {
		if last, err = date.ParsePast(b, now); err != nil {
			return from, to, usagef("%w", err)
		}
	}
	if last.AllDay || !last.T.After(from) {
		return from, to, usagef("it would end, %s, before it begins, %s", date.Format(last, now), date.Format(first, now))
	}
	return from, last.T, nil
}

// bounds reads the days of --since and --until as instants; the last day is within.
func (r *run) bounds(since, until string) (from, to time.Time, err error) {
	now := r.now()
	for _, b := range []struct {
		flag, value string
		at          *time.Time
	}{{"since", since, &from}, {"until", until, &to}} {
		if b.value == "" {
			continue
		}
		d, err := date.ParsePast(b.value, now)
		if err != nil {
			return from, to, usagef("--%s: %w", b.flag, err)
		}
		if *b.at = d.Start(now.Location()); b.flag == "until" {
			*b.at = d.End(now.Location())
		}
	}
	if !from.IsZero() && !to.IsZero() && !to.After(from) {
		return from, to, usagef("--until is before --since")
	}
	return from, to, nil
}
