package cli

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"arbor/model"
	"arbor/model/date"
	"arbor/timeseries"
)

// logging is what is to be done with the samples of a series.
type logging struct {
	at, since, until, edit    string
	list, conflicts, rm, skip bool
	limit                     int
	json, yes                 bool
	stdin, strict             bool
}

// mode returns the flag that says what to do, "" to log a value.
func (l *logging) mode() (string, error) {
	var said []string
	for _, f := range []struct {
		name string
		on   bool
	}{{"--list", l.list}, {"--conflicts", l.conflicts}, {"--edit", l.edit != ""}, {"--rm", l.rm}, {"--skip", l.skip}, {"--stdin", l.stdin}} {
		if f.on {
			said = append(said, f.name)
		}
	}
	mode := ""
	if len(said) > 0 {
		mode = said[0]
	}
	span := l.since != "" || l.until != ""
	switch {
	case len(said) > 1:
		return "", usagef("%s are several things; say one of them", strings.Join(said, " and "))
	case span && mode != "--list" && mode != "--conflicts" && mode != "--rm":
		return "", usagef("--since and --until go with --list, --conflicts and --rm; a value has its time with --at")
	case span && l.at != "":
		return "", usagef("--at says one time, --since and --until a span; say either")
	case l.limit != 0 && mode != "--list":
		return "", usagef("--limit goes with --list")
	case l.limit < 0:
		return "", usagef("--limit is %d; it is how many samples there are to be at most", l.limit)
	case l.at != "" && (mode == "--list" || mode == "--conflicts"):
		return "", usagef("%s goes with --since and --until, not with --at", mode)
	case l.at != "" && mode == "--stdin":
		return "", usagef("--stdin reads each value's time from its line, not from --at")
	case l.strict && mode != "--stdin":
		return "", usagef("--strict goes with --stdin")
	case mode == "--edit" && l.at == "":
		return "", usagef("which value is another? say when it was, as in --at 'fri 7:00'")
	case mode == "--rm" && l.at == "" && !span:
		return "", usagef("which value goes? say --at and its time, or --since and --until")
	case l.json && (mode == "--rm" || mode == "--skip"):
		return "", usagef("--json goes with a value, --list, --conflicts and --edit")
	case l.yes && mode != "--rm":
		return "", usagef("--yes goes with --rm")
	}
	return mode, nil
}

// samples does what the flags say to a series that is there.
func (r *run) samples(name, mode string, l logging) error {
	s, err := r.open()
	if err != nil {
		return err
	}
	do := map[string]func(*Session, string, logging) (string, error){"--list": r.listSamples, "--conflicts": r.listConflicts, "--edit": r.editSample, "--rm": r.removeSamples, "--skip": r.skipDay}[mode]
	said, err := do(s, name, l)
	if err = s.close(err); err == nil && said != "" {
		r.say("%s", said)
	}
	return err
}

// seriesNamed returns the series of that name or id.
func (r *run) seriesNamed(s *Session, name string) (n model.Node, err error) {
	return n, r.view(s, func(v *model.View) (err error) {
		n, err = series(v, name)
		return err
	})
}

// withUnit writes a value with its unit.
func withUnit(n *model.Node, v float64) string { return printable(n.WithUnit(v)) }

// when writes a time of a sample, as exactly as it is.
func when(t int64, now time.Time) string { return date.Format(date.Date{T: time.Unix(0, t)}, now) }

// listSamples prints the samples of a span of time, of a limit the last ones.
func (r *run) listSamples(s *Session, name string, l logging) (string, error) {
	first, end, err := r.reach(l.since, l.until)
	if err != nil {
		return "", err
	}
	return "", r.view(s, func(v *model.View) error {
		n, err := series(v, name)
		if err != nil {
			return err
		}
		p := r.table()
		enc := newEncoder(p.out)
		show := func(x timeseries.Sample) error {
			if l.json {
				return enc.Encode(newSampleJSON(&n, x))
			}
			return p.line(span{sgr: faint, text: when(x.T, p.now)}, plain("  "+withUnit(&n, x.V)))
		}
		if err := lastSamples(s.Book, v, n.Source(), first, end, l.limit, show); err != nil {
			return err
		}
		return p.out.Flush()
	})
}

// lastSamples gives fn the samples in [from, to), of a limit above 0 the last ones. To find where they begin it asks for summaries, of spans that
// are halved.
func lastSamples(book *timeseries.Book, v *model.View, source timeseries.Series, from, to int64, limit int, fn func(timeseries.Sample) error) error {
	counted := func(at int64) (int64, error) {
		b, err := book.Buckets(v.Reader(), source, []int64{at, to})
		if err != nil {
			return 0, err
		}
		return b[0].N, nil
	}
	if limit > 0 {
		low, high := from, to-1 // from low on there are enough, if there are any
		for low < high {
			middle := low + int64(uint64(high-low+1)/2)
			n, err := counted(middle)
			if err != nil {
				return err
			}
			if n >= int64(limit) {
				low = middle
			} else {
				high = middle - 1
			}
		}
		from = low
	}
	var last []timeseries.Sample // at one time there may be more than were asked for
	for x, err := range book.Range(v.Reader(), source, from, to) {
		if err != nil {
			return err
		}
		if limit == 0 {
			if err := fn(x); err != nil {
				return err
			}
			continue
		}
		if last = append(last, x); len(last) > 2*limit {
			last = append(last[:0], last[len(last)-limit:]...)
		}
	}
	for _, x := range last[max(len(last)-limit, 0):] {
		if err := fn(x); err != nil {
			return err
		}
	}
	return nil
}

// timeOf reads --at: an instant as --json prints it, a minute, or a day.
func (r *run) timeOf(s *Session, n *model.Node, at string) (from, to int64, err error) {
	if t, err := time.Parse(time.RFC3339Nano, at); err == nil {
		return t.UnixNano(), t.UnixNano() + 1, nil
	}
	d, err := date.ParsePast(at, r.now())
	if err != nil {
		return 0, 0, usagef("--at: %w", err)
	}
	if d.AllDay {
		next := date.Date{T: d.T.AddDate(0, 0, 1), AllDay: true}
		return s.Tree.StartOf(n, d).UnixNano(), s.Tree.StartOf(n, next).UnixNano(), nil
	}
	length := time.Minute
	if d.T.Second() != 0 {
		length = time.Second
	}
	return d.T.UnixNano(), d.T.Add(length).UnixNano(), nil
}

// someSamples bounds how many samples of one minute or day are told.
const someSamples = 5

// sampleAt returns the sample that --at means: the only one of that minute or day, and how many there are at its instant.
func (r *run) sampleAt(s *Session, of *model.Node, at string) (x timeseries.Sample, n int, err error) {
	from, to, err := r.timeOf(s, of, at)
	if err != nil {
		return x, 0, err
	}
	var found []timeseries.Sample
	var words []string
	err = r.view(s, func(v *model.View) error {
		found, words = nil, nil
		for x, err := range s.Book.Range(v.Reader(), of.Source(), from, to) {
			if err != nil {
				return err
			}
			if len(found) > someSamples {
				break
			}
			found, words = append(found, x), append(words, when(x.T, r.now())+" "+withUnit(of, x.V))
		}
		return nil
	})
	switch {
	case err != nil:
		return x, 0, err
	case len(found) == 0:
		return x, 0, fmt.Errorf("%w", errNoSample)
	case found[0].T != found[len(found)-1].T:
		if len(words) > someSamples {
			words = append(words[:someSamples], "…")
		}
		return x, 0, refusedf("%s has several samples then: %s; say with --at which one is meant, or with --since and --until that all are", quoted(of.Text), strings.Join(words, ", "))
	}
	return found[len(found)-1], len(found), nil
}

var errNoSample = errors.New("no sample")

func (r *run) noSample(n *model.Node, at string) error {
	return missingf("%s has no sample at %q; 'arbor log %s --list' tells what there is", quoted(n.Text), at, quoted(n.Text))
}

// editSample gives a sample another value.
func (r *run) editSample(s *Session, name string, l logging) (string, error) {
	n, err := r.seriesNamed(s, name)
	if err != nil {
		return "", err
	}
	number, err := n.Definition().Kind.Parse(l.edit)
	if err != nil {
		return "", usagef("%w", err)
	}
	x, same, err := r.sampleAt(s, &n, l.at)
	switch {
	case errors.Is(err, errNoSample):
		return "", r.noSample(&n, l.at)
	case err != nil:
		return "", err
	case same > 1:
		return "", refusedf("%s has %d samples at %s; take them away with --rm, then log what is right", quoted(n.Text), same, when(x.T, r.now()))
	}
	said := fmt.Sprintf("%s at %s is %s already", quoted(n.Text), when(x.T, r.now()), withUnit(&n, x.V))
	if x.V != number {
		before := withUnit(&n, x.V)
		x.V = number
		if _, err := s.Tree.Do("correct "+model.OneLine(n.Text), func(e *model.Edit) error {
			if _, err := e.Sample(&n, l.edit); err != nil {
				return usagef("%w", err)
			}
			return e.Correct(n.ID, x)
		}); err != nil {
			return "", err
		}
		said = fmt.Sprintf("%s at %s: %s → %s", quoted(n.Text), when(x.T, r.now()), before, withUnit(&n, x.V))
	}
	if l.json {
		return said, newEncoder(r.Out).Encode(newSampleJSON(&n, x))
	}
	_, err = fmt.Fprintln(r.Out, n.ID)
	return said, err
}

// removeSamples takes one sample away, or those of a span of time, or what says that a day was skipped.
func (r *run) removeSamples(s *Session, name string, l logging) (string, error) {
	n, err := r.seriesNamed(s, name)
	if err != nil {
		return "", err
	}
	label := "remove samples of " + model.OneLine(n.Text)
	if l.at == "" {
		return r.removeSpan(s, &n, label, l)
	}
	x, same, err := r.sampleAt(s, &n, l.at)
	if errors.Is(err, errNoSample) {
		return r.unskip(s, &n, label, l.at)
	}
	if err != nil {
		return "", err
	}
	what := withUnit(&n, x.V)
	if same > 1 {
		what = count(same, "sample", "samples")
	}
	_, err = s.Tree.Do(label, func(e *model.Edit) error { return e.RemoveSamples(n.ID, x.T, x.T+1) })
	return fmt.Sprintf("removed %s of %s at %s", what, quoted(n.Text), when(x.T, r.now())), err
}

// unskip takes away what says that a day was skipped.
func (r *run) unskip(s *Session, n *model.Node, label, at string) (string, error) {
	from, _, err := r.timeOf(s, n, at)
	if err != nil {
		return "", err
	}
	day, was := s.Tree.DayOf(n, time.Unix(0, from)), false
	_, err = s.Tree.Do(label, func(e *model.Edit) (err error) {
		was, err = e.UnskipDay(n.ID, day)
		return err
	})
	if err == nil && !was {
		err = r.noSample(n, at)
	}
	return fmt.Sprintf("%s of %s is not skipped any more", date.Format(day, r.now()), quoted(n.Text)), err
}

// removeSpan takes the samples of a span of time away. Where it has no end, that is the last sample there is: what comes later is not meant.
func (r *run) removeSpan(s *Session, n *model.Node, label string, l logging) (string, error) {
	first, end, err := r.reach(l.since, l.until)
	if err != nil {
		return "", err
	}
	var all timeseries.Summary
	if err := r.view(s, func(v *model.View) error {
		b, err := s.Book.Buckets(v.Reader(), n.Source(), []int64{first, end})
		if err == nil {
			all = b[0].Summary
		}
		return err
	}); err != nil {
		return "", err
	}
	switch {
	case all.N == 0:
		return "", missingf("%s has no samples then; 'arbor log %s --list' tells what there is", quoted(n.Text), quoted(n.Text))
	case all.N > maxUnasked && !l.yes:
		return "", refusedf("%d samples of %s would go, from %s to %s; say --yes if that is meant", all.N, quoted(n.Text), when(all.T0, r.now()), when(all.T1, r.now()))
	}
	if l.since == "" {
		first = all.T0
	}
	if l.until == "" {
		end = all.T1 + 1
	}
	_, err = s.Tree.Do(label, func(e *model.Edit) error { return e.RemoveSamples(n.ID, first, end) })
	return fmt.Sprintf("removed %s of %s, from %s to %s", count(int(all.N), "sample", "samples"), quoted(n.Text), when(all.T0, r.now()), when(all.T1, r.now())), err
}

// skipDay says that a habit is left out on a day.
func (r *run) skipDay(s *Session, name string, l logging) (string, error) {
	n, err := r.seriesNamed(s, name)
	if err != nil {
		return "", err
	}
	if n.Definition().Target.Value == 0 {
		return "", refusedf("%s has no target of which a day can be skipped; say 'arbor series set %s target:3/week'", quoted(n.Text), quoted(n.Text))
	}
	day := s.Tree.DayOf(&n, r.now())
	if l.at != "" {
		if day, err = date.ParsePast(l.at, r.now()); err != nil {
			return "", usagef("--at: %w", err)
		}
		if !day.AllDay {
			day = s.Tree.DayOf(&n, day.T)
		}
	}
	fresh := false
	_, err = s.Tree.Do("skip "+model.OneLine(n.Text), func(e *model.Edit) (err error) {
		fresh, err = e.SkipDay(n.ID, day)
		return err
	})
	if !fresh {
		return fmt.Sprintf("%s of %s was skipped already", date.Format(day, r.now()), quoted(n.Text)), err
	}
	return fmt.Sprintf("skipped %s of %s", date.Format(day, r.now()), quoted(n.Text)), err
}
