package cli

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"arbor/model"
	"arbor/model/date"
	"arbor/timeseries"
)

func (r *run) seriesCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "series", Short: "what the series are: list, set, show, tidy",
		Long: "A series is a node that values are logged to, with 'arbor log' or 'arbor import'. What is known of it are fields of the node:\n\n" +
			"  kind:duration    what a sample is: number, int, bool (yes or no), duration (1h30min, 1:30) or text; without it a number\n" +
			"  unit:kg          what the values are\n" +
			"  day:mean         how the values of a day become one: mean, last, first, sum, min, max or count\n" +
			"  merge:last       what counts where several devices have a value of one time: last, the one written last; all, each of them; sum, what each device has, of a day what it has last, added up; max; min\n" +
			"  goal:72@2027-03-01   a value to be reached on a day; 80@2026-11-22..72@2027-03-01 says where its line begins, too\n" +
			"  target:3/week    makes it a habit: what is to come together in each day, week, month or year\n" +
			"  misses:1         how many of these in a row may miss it without ending a streak\n" +
			"  starts:04:00     when its days begin: what is at 3:59 is of the day before; starts in the table [series] of the settings holds for all series that say nothing\n" +
			"  keep:'90d then hour, 5y'   what becomes of old samples when 'arbor series tidy' is run: one an hour after 90 days, none after 5 years; without it all stay\n\n" +
			"A key with nothing behind its colon is taken away.",
		Args: words(0, 0, "list, set, show or tidy"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return usagef("say what to do: 'arbor series list', set, show or tidy; see 'arbor series --help'")
		},
	}
	cmd.AddCommand(r.seriesListCommand(), r.seriesSetCommand(), r.seriesShowCommand(), r.seriesTidyCommand())
	return cmd
}

func (r *run) seriesListCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list", Short: "all series, with what is known of each and its last value", Args: words(0, 0, "nothing"),
		RunE: func(cmd *cobra.Command, args []string) error { return r.seriesList(asJSON) },
	}
	r.canLookBack(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	return cmd
}

func (r *run) seriesShowCommand() *cobra.Command {
	var opt showing
	cmd := &cobra.Command{
		Use: "show NAME", Short: "what is known of a series, and how its goal or target stands", Args: words(1, -1, "the name of a series"),
		Long: "What is known of a series, and how its goal or target stands. With --stats what its samples are like, all of them or those of a time: percentiles lie on the line between " +
			"two values, as spreadsheets have them; the trend is a line of least squares; a gap is three times as long as samples are usually apart; an outlier is farther from the median than " +
			"3.5 by the modified score of Iglewicz and Hoaglin.",
		RunE: func(cmd *cobra.Command, args []string) error { return r.seriesShow(strings.Join(args, " "), opt) },
	}
	r.canLookBack(cmd)
	f := cmd.Flags()
	f.BoolVar(&opt.json, "json", false, "print a JSON object")
	f.BoolVar(&opt.stats, "stats", false, "what the samples are like: mean, percentiles, trend, gaps, outliers")
	f.IntVar(&opt.season, "season", 0, "of --stats: outliers are those that differ too much from `N` samples before, as 7 for days with weeks")
	f.StringVar(&opt.since, "since", "", "of --stats: begin at a `TIME`, or so long ago: 90d")
	f.StringVar(&opt.until, "until", "", "of --stats: end at a `TIME`, or so long ago")
	return cmd
}

func (r *run) seriesSetCommand() *cobra.Command {
	return &cobra.Command{
		Use: "set NAME KEY:VALUE...", Short: "say what a series is: arbor series set weight unit:kg day:mean", Args: words(2, -1, "a name, and a key and a value"),
		Long: "Says what a series is, which is made if there is none. The keys are " + strings.Join(model.DefinitionKeys, ", ") +
			"; 'arbor series --help' says what they mean. A key with nothing behind its colon is taken away.",
		RunE: func(cmd *cobra.Command, args []string) error { return r.seriesSet(args[0], args[1:]) },
	}
}

// known is what is known of a series.
type known struct {
	node     model.Node
	def      model.Definition
	all      timeseries.Summary
	last     float64        // of the samples of the last time the last
	progress model.Progress // of the period at hand, if there is a target
	streak   model.Streak
	today    model.DayValue
	road     road
	stats    *stats // if they are asked for
	now      time.Time
}

func (r *run) know(s *Session, v *model.View, n model.Node) (k known, err error) {
	k.node, k.def, k.now = n, n.Definition(), r.now()
	if k.all, err = s.Book.Span(v.Reader(), n.Source()); err != nil {
		return k, err
	}
	if k.last = k.all.Last; k.all.N > 0 && textual(&n) {
		for x, err := range s.Book.Range(v.Reader(), n.Source(), k.all.T1, k.all.T1+1) {
			if err != nil {
				return k, err
			}
			k.last = x.V
		}
	}
	k.road = k.roadOf(k.now)
	today := s.Tree.DayOf(&n, k.now)
	days, err := v.DayValues(&n, today, date.Date{T: today.T.AddDate(0, 0, 1), AllDay: true})
	if err == nil && len(days) > 0 {
		k.today = days[0]
	}
	if err == nil && k.def.Target.Value > 0 {
		if k.progress, err = v.Progress(&n, today); err == nil {
			k.streak, err = v.Streak(&n, today)
		}
	}
	return k, err
}

func (r *run) seriesList(asJSON bool) error {
	s, err := r.open()
	if err != nil {
		return err
	}
	return s.close(r.view(s, func(v *model.View) error {
		all, err := v.AllSeries()
		if err != nil {
			return err
		}
		p := r.table()
		enc := newEncoder(p.out)
		for _, n := range all {
			k, err := r.know(s, v, n)
			if err != nil {
				return err
			}
			if asJSON {
				if err := enc.Encode(k.json()); err != nil {
					return err
				}
				continue
			}
			short, err := v.ShortID(n.ID)
			if err != nil {
				return err
			}
			line := []span{{sgr: faint, text: short}, plain(" "), {text: printable(n.Text), gives: true}}
			if k.all.N > 0 {
				line = append(line, plain("  "+withUnit(&n, k.last)), span{sgr: faint, text: "  " + when(k.all.T1, p.now)})
			}
			if t := k.def.Target; t.Value > 0 {
				line = append(line, plain("  "+k.stands()))
			}
			if err := p.line(line...); err != nil {
				return err
			}
		}
		return p.out.Flush()
	}))
}

// number writes a value in full.
func number(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// stands says how a habit stands in the period at hand.
func (k *known) stands() string {
	t := k.def.Target
	this := map[string]string{"day": "today"}[t.Per]
	if this == "" {
		this = "this " + t.Per
	}
	return fmt.Sprintf("%s of %s %s", number(math.Round(k.progress.Done*1e6)/1e6), number(t.Value), this)
}

// showing is how a series is to be shown.
type showing struct {
	json, stats  bool
	since, until string
	season       int
}

func (r *run) seriesShow(name string, opt showing) error {
	if opt.season < 0 || opt.season > 0 && !opt.stats {
		return usagef("--season is of what --stats looks at, and how many samples make one; write --stats --season 7")
	}
	if !opt.stats && (opt.since != "" || opt.until != "") {
		return usagef("--since and --until are of what --stats looks at; add it")
	}
	first, end, err := r.reach(opt.since, opt.until)
	if err != nil {
		return err
	}
	s, err := r.open()
	if err != nil {
		return err
	}
	return s.close(r.view(s, func(v *model.View) error {
		n, err := series(v, name)
		if err != nil {
			return err
		}
		k, err := r.know(s, v, n)
		if err != nil {
			return err
		}
		if opt.stats && textual(&n) {
			return refusedf("%s holds texts; --stats is of numbers", quoted(n.Text))
		}
		if opt.stats {
			if k.stats, err = statsOf(s, v, &n, first, end, opt.season); err != nil {
				return err
			}
		}
		p := r.printer()
		if opt.json {
			err = newEncoder(p.out).Encode(k.json())
		} else {
			err = p.series(&k)
		}
		if err != nil {
			return err
		}
		return p.out.Flush()
	}))
}

// series writes what is known of a series.
func (p *printer) series(k *known) error {
	n, all := &k.node, k.all
	rows := [][2]string{{"", printable(n.Text)}}
	if k.stats != nil {
		return p.rows(append(rows, k.stats.rows(n, p.now)...))
	}
	for _, key := range model.DefinitionKeys {
		if text := said(key, &k.def); text != "" {
			rows = append(rows, [2]string{key, text})
		}
	}
	if k.def.Target.Value > 0 {
		text := k.stands()
		for _, day := range k.progress.Skipped {
			text += ", " + date.Format(day, p.now) + " skipped"
		}
		rows = append(rows, [2]string{"now", text})
		if s := k.streak; s.Longest > 0 {
			per := k.def.Target.Per
			rows = append(rows, [2]string{"streak", fmt.Sprintf("%s, the longest %d", count(s.Now, per, per+"s"), s.Longest)})
		}
	}
	samples := "none"
	if all.N > 0 {
		samples = fmt.Sprintf("%s from %s to %s", count(int(all.N), "sample", "samples"), when(all.T0, p.now), when(all.T1, p.now))
	}
	rows = append(rows, [2]string{"samples", samples})
	if all.N > 0 && textual(n) {
		rows = append(rows, [2]string{"last", withUnit(n, k.last) + " at " + when(all.T1, p.now)})
	} else if all.N > 0 {
		mean := roughly(n, all.Mean, 5)
		rows = append(rows, [2]string{"values", fmt.Sprintf("from %s to %s, mean %s", withUnit(n, all.Min), withUnit(n, all.Max), mean)},
			[2]string{"last", withUnit(n, all.Last) + " at " + when(all.T1, p.now)})
	}
	if (k.def.Day != "" || k.def.Merge == timeseries.Sum) && k.today.N > 0 {
		rows = append(rows, [2]string{"today", withUnit(n, k.today.V)})
	}
	if text := p.ahead(k); text != "" {
		rows = append(rows, [2]string{"ahead", text})
	}
	if text := k.roadWords(k.now); text != "" {
		rows = append(rows, [2]string{"road", text})
	}
	return p.rows(rows)
}

// rows writes what is known, each after its name.
func (p *printer) rows(rows [][2]string) error {
	for _, row := range rows {
		if row[0] == "" {
			fmt.Fprintln(p.out, row[1])
			continue
		}
		if _, err := fmt.Fprintf(p.out, "%s %s\n", p.paint(faint, fmt.Sprintf("%-9s", row[0])), row[1]); err != nil {
			return err
		}
	}
	return nil
}

// ahead says what the goal asks for from the last sample on.
func (p *printer) ahead(k *known) string {
	g := k.def.Goal
	if g.To.IsZero() || k.all.N == 0 {
		return ""
	}
	days := g.To.T.Sub(date.Day(p.now).T).Hours() / 24
	way := g.Last - k.all.Last
	switch {
	case days < 0:
		return "the day of the goal is over"
	case way == 0 || k.def.Goal.First != g.Last && !g.From.IsZero() && (g.Last-g.First)*way < 0:
		return "the goal is reached"
	case days == 0:
		return fmt.Sprintf("%s to go today", withUnit(&k.node, math.Round(way*1e6)/1e6))
	}
	return fmt.Sprintf("%s to go in %s: %s a week", withUnit(&k.node, math.Round(way*1e6)/1e6), count(int(days), "day", "days"), roughly(&k.node, way/days*7, 3))
}

// seriesSet gives a series fields, as one step of undo, and says how each was understood.
func (r *run) seriesSet(name string, args []string) error {
	if name = strings.TrimSpace(name); name == "" || strings.Contains(name, ":") && slices.Contains(model.DefinitionKeys, strings.SplitN(name, ":", 2)[0]) {
		return usagef("%q is no name of a series; write 'arbor series set weight unit:kg'", name)
	}
	var keys, values []string
	for _, arg := range args {
		key, value, ok := strings.Cut(arg, ":")
		if !ok {
			return usagef("%q has no colon; write KEY:VALUE, such as unit:kg, with keys of %s", arg, strings.Join(model.DefinitionKeys, ", "))
		}
		canonical, err := model.ParseDefinition(key, value, r.now())
		switch {
		case !slices.Contains(model.DefinitionKeys, key):
			return usagef("%s is nothing that a series has; the keys are %s", key, strings.Join(model.DefinitionKeys, ", "))
		case err != nil:
			return usagef("%w", err)
		case slices.Contains(keys, key):
			return usagef("%s stands there twice", key)
		}
		keys, values = append(keys, key), append(values, canonical)
	}
	s, err := r.open()
	if err != nil {
		return err
	}
	var n model.Node
	_, err = s.Tree.Do("series set "+name+" "+strings.Join(args, " "), func(e *model.Edit) error {
		id, err := e.SeriesNode(name)
		if err != nil {
			return err
		}
		before, err := e.Node(id)
		if err != nil {
			return err
		}
		for i, key := range keys {
			if values[i] == "" {
				err = e.ClearField(id, key)
			} else {
				err = e.SetField(id, key, values[i])
			}
			if err != nil {
				return err
			}
		}
		if n, err = e.Node(id); err != nil {
			return err
		}
		def := n.Definition()
		if err := def.Valid(); err != nil {
			return usagef("%w", err)
		}
		if textual(&before) == textual(&n) {
			return nil
		}
		all, err := s.Book.Span(e.Reader(), n.Source())
		if err == nil && all.N > 0 {
			err = refusedf("%s has %s already; texts and numbers are not made of each other, so start a series of another name", quoted(name), count(int(all.N), "sample", "samples"))
		}
		return err
	})
	if err = s.close(err); err != nil {
		return err
	}
	def := n.Definition()
	for i, key := range keys {
		text := said(key, &def)
		switch {
		case values[i] == "":
			text = "says nothing any more"
		case key == "merge" && text == "":
			text = "the value written last counts"
		}
		r.say("%s %s: %s", quoted(name), key, text)
	}
	_, err = fmt.Fprintln(r.Out, n.ID)
	return err
}
