package cli

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"arbor/model/date"
	"arbor/timeseries"
)

// canLookBack gives a command that only reads the flag --as-of.
func (r *run) canLookBack(cmd *cobra.Command) {
	cmd.Flags().StringVar(&r.asOf, "as-of", "", "`DATE` as of which to look at the tree: the end of that day, or a time of it")
}

// lookBack reads the flag, before anything else asks what time it is.
func (r *run) lookBack() error {
	if r.asOf == "" {
		return nil
	}
	now := r.now()
	d, err := date.ParsePast(r.asOf, now)
	if err != nil {
		return usagef("--as-of: %w", err)
	}
	at := d.T.In(r.config.Zone)
	if d.AllDay {
		at = d.End(r.config.Zone).Add(-time.Millisecond)
		if first := d.Start(r.config.Zone); at.After(now) && !first.After(now) {
			at = now // today has not ended
		}
	}
	if at.After(now) {
		return usagef("--as-of %s: that is yet to come", date.Format(d, now))
	}
	r.asSeen = at
	return nil
}

// goBack puts the tree as it was then into the place of the one there is.
func (r *run) goBack(s *Session) error {
	if r.asSeen.IsZero() {
		return nil
	}
	return again(func() error {
		past, err := s.Tree.AsOf(context.Background(), r.asSeen)
		if err != nil {
			return err
		}
		book, err := timeseries.Open(past.DB)
		if err != nil {
			return err
		}
		s.live, s.past, s.DB, s.Tree, s.Book = s.DB, past, past.DB, past.Tree, book
		return nil
	})
}
