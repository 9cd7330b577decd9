package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"arbor/model"
	"arbor/model/date"
)

func (r *run) trackAddCommand() *cobra.Command {
	return &cobra.Command{
		Use: "add SEL FROM..TO [TEXT...]", Short: "say that time was worked: arbor track add q7xk 'fri 9:00..10:30'", Args: words(2, -1, "a node and two times"),
		RunE: func(cmd *cobra.Command, args []string) error {
			from, to, err := r.span(args[1])
			if err != nil {
				return err
			}
			choose := func(v *model.View) (*chosen, error) { return r.chooseMeant(v, args[:1]) }
			return r.intervalsOf("track add", choose, func(e *model.Edit, ids []model.ID) (string, error) {
				if len(ids) > 1 {
					return "", refusedf("%d nodes match; time is worked on one", len(ids))
				}
				ev, err := e.AddInterval(ids[0], from, to, strings.Join(args[2:], " "))
				if err != nil {
					return "", err
				}
				return r.saidOf(e.View, ev, "added")
			})
		},
	}
}

// interval returns the one that a reference names.
func interval(v *model.View, ref string) (model.Event, error) {
	ev, err := v.Interval(ref)
	var ambiguous *model.AmbiguousError
	switch {
	case errors.As(err, &ambiguous):
		return ev, refusedf("%s could be @%s or @%s; give more of it", ref, ambiguous.Candidates[0], ambiguous.Candidates[1])
	case errors.Is(err, model.ErrNoInterval):
		return ev, missingf("there is no interval %q; 'arbor track' lists them", ref)
	}
	return ev, err
}

// saidOf names an interval in words.
func (r *run) saidOf(v *model.View, ev model.Event, verb string) (string, error) {
	n, err := v.Node(ev.Node)
	if err != nil {
		return "", err
	}
	refs, err := v.IntervalRefs([]model.Event{ev})
	ref := refs[ev.ID]
	return fmt.Sprintf("%s @%s, %s of %s from %s", verb, ref, hours(ev.Length(r.now())), quoted(n.Text), date.Format(date.At(ev.From.In(r.now().Location())), r.now())), err
}

func (r *run) trackEditCommand() *cobra.Command {
	return &cobra.Command{
		Use: "edit @ID [FROM..TO] [under:SEL] [TEXT...]", Short: "change when an interval was, whose, or its text", Args: words(2, -1, "an interval and what to change"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return r.intervals("track edit", func(e *model.Edit) (string, error) { return r.trackEdit(e, args[0], args[1:]) })
		},
	}
}

func (r *run) trackEdit(e *model.Edit, ref string, changes []string) (string, error) {
	ev, err := interval(e.View, ref)
	if err != nil {
		return "", err
	}
	old := ev
	var text []string
	for _, c := range changes {
		if under, ok := strings.CutPrefix(c, "under:"); ok {
			if ev.Node, err = resolve(e.View, under); err != nil {
				return "", err
			}
			continue
		}
		if strings.Contains(c, "..") && len(text) == 0 {
			if ev.From, ev.To, err = r.span(c); err != nil {
				return "", err
			}
			continue
		}
		text = append(text, c)
	}
	if len(text) > 0 {
		ev.Text = strings.Join(text, " ")
	}
	if ev.Node != old.Node {
		if err := e.MoveInterval(old, ev.Node); err != nil {
			return "", err
		}
	}
	if err := e.SetInterval(ev); err != nil {
		return "", err
	}
	return r.saidOf(e.View, ev, "changed")
}

func (r *run) trackSplitCommand() *cobra.Command {
	return &cobra.Command{
		Use: "split @ID TIME", Short: "cut an interval in two", Args: words(2, 2, "an interval and a time"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return r.intervals("track split", func(e *model.Edit) (string, error) {
				ev, err := interval(e.View, args[0])
				if err != nil {
					return "", err
				}
				now := r.now()
				at, err := date.Parse(date.Day(ev.From.In(now.Location())).String()+" "+args[1], now)
				if err != nil {
					if at, err = date.ParsePast(args[1], now); err != nil {
						return "", usagef("%w", err)
					}
				}
				later, err := e.SplitInterval(ev, at.T)
				if errors.Is(err, model.ErrBackwards) {
					return "", usagef("%s is not within that interval", date.Format(at, now))
				}
				if err != nil {
					return "", err
				}
				return r.saidOf(e.View, later, "split off")
			})
		},
	}
}

func (r *run) trackMergeCommand() *cobra.Command {
	return &cobra.Command{
		Use: "merge @ID @ID", Short: "make one interval of two of the same node", Args: words(2, 2, "two intervals"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return r.intervals("track merge", func(e *model.Edit) (string, error) {
				a, err := interval(e.View, args[0])
				if err != nil {
					return "", err
				}
				b, err := interval(e.View, args[1])
				if err != nil {
					return "", err
				}
				if a.Node != b.Node || a.ID == b.ID {
					return "", refusedf("%s and %s are not two intervals of one node", args[0], args[1])
				}
				ev, err := e.MergeIntervals(a, b)
				if err != nil {
					return "", err
				}
				return r.saidOf(e.View, ev, "merged into")
			})
		},
	}
}

func (r *run) trackRmCommand() *cobra.Command {
	return &cobra.Command{
		Use: "rm @ID...", Short: "take intervals away", Args: words(1, -1, "intervals"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return r.intervals("track rm", func(e *model.Edit) (string, error) {
				for _, ref := range args {
					ev, err := interval(e.View, ref)
					if err != nil {
						return "", err
					}
					if err := e.ClearEvent(ev.Node, model.Interval, ev.ID); err != nil {
						return "", err
					}
				}
				return count(len(args), "interval", "intervals") + " removed; 'arbor undo' brings back", nil
			})
		},
	}
}

func (r *run) trackFixCommand() *cobra.Command {
	var since, until string
	var dry bool
	cmd := &cobra.Command{
		Use: "fix", Short: "have intervals that overlap follow one another: the earlier ends where the later begins", Args: words(0, 0, "no arguments"),
		RunE: func(cmd *cobra.Command, args []string) error {
			from, to, err := r.bounds(since, until)
			if err != nil {
				return err
			}
			err = r.intervals("track fix", func(e *model.Edit) (string, error) {
				n, err := e.Repair(from, to, r.now())
				if err != nil {
					return "", err
				}
				if dry {
					return "", &dryRun{count(n, "interval", "intervals") + " would change"}
				}
				return count(n, "interval", "intervals") + " changed", nil
			})
			var d *dryRun
			if errors.As(err, &d) {
				r.say("%s", d.says)
				return nil
			}
			return err
		},
	}
	cmd.Flags().StringVar(&since, "since", "", "first `DAY`")
	cmd.Flags().StringVar(&until, "until", "", "last `DAY`")
	cmd.Flags().BoolVar(&dry, "dry-run", false, "only say how many")
	return cmd
}

// dryRun gives an action up that has shown what it would do.
type dryRun struct{ says string }

func (d *dryRun) Error() string { return d.says }
