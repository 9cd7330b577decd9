package cli

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"arbor/model"
	"arbor/model/date"
	"arbor/timeseries"
	"arbor/ui/grid"
	"arbor/ui/plot"
	"arbor/ui/theme"
)

// plotting is how series are to be plotted.
type plotting struct {
	since, until  string
	width, height int
	json          bool
	kind, marks   string
	by            string
	axis2         []string
	log, years    bool
	svg, png      string
	scatter, rank bool
	lag           string
	lags          lags
	annotate      string
	annotated     bool // what happened is that, or none, and not what leads to the series
}

// image tells whether a file is to be written.
func (o *plotting) image() bool { return o.svg != "" || o.png != "" }

// Bounds of a plot in cells, and its size where no terminal gives one.
const (
	minPlotWidth     = 20
	minPlotHeight    = 4
	maxPlotWidth     = 2000
	maxPlotHeight    = 500
	defaultPlotWidth = 80
	plotHeight       = 20
	imageWidth       = 100
	imageHeight      = 28
)

func (r *run) plotCommand() *cobra.Command {
	var opt plotting
	cmd := &cobra.Command{
		Use: "plot NAME...", Short: "draw series: arbor plot weight --since 90d", Args: words(1, -1, "the name of a series"),
		Long: "Draws one or several series of the same time. Those with another unit than the first go by an axis of their own on the right. A goal of the " +
			"first one is a dashed line.\n\n" +
			"What happened stands there too: nodes that link to the series, as '[[weight]]' does, that have an arrow to it or lie below it, or those of --annotate, at the time of their when:, " +
			"as a shade if that has an end, else when they were done, due or scheduled.\n\n" +
			"What nobody logs follows from the tree, day by day: " + derivedNames() + ", each also of what a query means, as 'done(+home)'.\n\n" +
			"A histogram counts samples, or with --by the values of periods; heat is the mean by day of the week and hour; a calendar has a cell a " +
			"day; a box spans the quartiles of each period; scatter sets the second series over the first, where both have a value in a period (a day, or --by).\n\n" +
			expressionHelp(),
		RunE: func(cmd *cobra.Command, args []string) error {
			opt.annotated = cmd.Flags().Changed("annotate")
			return r.plot(args, opt)
		},
	}
	f := cmd.Flags()
	f.StringVar(&opt.since, "since", "", "begin at a `TIME`, or so long ago: 90d; the first sample without")
	f.StringVar(&opt.until, "until", "", "end at a `TIME`, or so long ago; without, now, or the last sample")
	f.StringVar(&opt.kind, "kind", "auto", "the `KIND` of plot: "+strings.Join(plot.KindNames(), ", "))
	f.StringVar(&opt.by, "by", "", "one value for each `PERIOD`: "+strings.Join(timeseries.Periods, ", ")+"; the field day of the series says which, else the mean")
	f.StringVar(&opt.marks, "marks", "", "draw with `MARKS`: "+strings.Join(plot.MarkNames(), ", "))
	f.StringSliceVar(&opt.axis2, "axis2", nil, "the `NAME` of a series that goes by the axis on the right; may be repeated")
	f.BoolVar(&opt.scatter, "scatter", false, "short for --kind scatter")
	f.StringVar(&opt.lag, "lag", "", "of a scatter: the second series so many `PERIODS` later, or each of a span: -7..7 draws the one at which the two go together most")
	f.BoolVar(&opt.rank, "rank", false, "of a scatter: how they go together by ranks, as Spearman does, which one outlier does not sway")
	f.StringVar(&opt.annotate, "annotate", "", "what happened: nodes that the `QUERY` means, none if it is empty; without, those that link to the series")
	f.BoolVar(&opt.years, "years", false, fmt.Sprintf("the last %d years of a series over each other, day by day, or --by month", maxYears))
	f.BoolVar(&opt.log, "log", false, "values go up by factors of ten")
	f.StringVar(&opt.svg, "svg", "", "write an image to the `FILE`")
	f.StringVar(&opt.png, "png", "", "write an image to the `FILE`")
	f.IntVar(&opt.width, "width", 0, "width in `CELLS`; the terminal's without")
	f.IntVar(&opt.height, "height", 0, "height in `CELLS`")
	f.BoolVar(&opt.json, "json", false, "the buckets behind the columns, one JSON object a line")
	return cmd
}

// noteJSON is a line of `arbor plot --json`, after the buckets.
type noteJSON struct {
	V    int    `json:"v"`
	Note string `json:"note"`
	ID   string `json:"id,omitempty"`
	From string `json:"from"`
	To   string `json:"to,omitempty"`
}

// bucketJSON is a line of `arbor plot --json`.
type bucketJSON struct {
	V      int     `json:"v"`
	Series string  `json:"series"`
	From   string  `json:"from"`
	To     string  `json:"to"`
	N      int64   `json:"n"`
	Min    float64 `json:"min"`
	Max    float64 `json:"max"`
	First  float64 `json:"first"`
	Last   float64 `json:"last"`
	Sum    float64 `json:"sum"`
	Mean   float64 `json:"mean"`
	Period string  `json:"period,omitempty"`
}

func (r *run) plot(names []string, opt plotting) error {
	c, err := r.chart(&opt)
	if err != nil {
		return err
	}
	from, to, err := r.period(opt.since, opt.until)
	if err != nil {
		return err
	}
	s, err := r.open()
	if err != nil {
		return err
	}
	return s.close(r.view(s, func(v *model.View) error {
		p := plotQuery{r: r, book: s.Book, v: v, opt: opt, chart: c}
		if err := p.find(names); err != nil {
			return err
		}
		if found, err := p.read(from, to); err != nil || !found {
			return err
		}
		return r.printPlot(&p)
	}))
}

// chart reads what the flags say of the chart.
func (r *run) chart(opt *plotting) (plot.Chart, error) {
	c := plot.Chart{Location: r.config.Zone, Log: opt.log, Image: opt.image()}
	if err := opt.scatterFlags(); err != nil {
		return c, err
	}
	if err := r.plotSize(opt); err != nil {
		return c, err
	}
	kind, err := plot.ParseKind(opt.kind)
	if err != nil {
		return c, usagef("--kind: %w", err)
	}
	c.Curves = []plot.Curve{{Kind: kind}}
	if (kind == plot.Scatter || opt.years) && opt.by == "" {
		opt.by = "day"
	}
	if opt.years && (!kind.Timed() || opt.by != "day" && opt.by != "month") {
		return c, usagef("--years lays years over each other along time, by day or month; leave out --kind %s and --by %s", opt.kind, opt.by)
	}
	if opt.by != "" && !slices.Contains(timeseries.Periods, opt.by) {
		return c, usagef("--by: there is no period %q; there are %s", opt.by, strings.Join(timeseries.Periods, ", "))
	}
	if r.asciiPlot() {
		c.Marks = plot.ASCII
	}
	if opt.marks != "" {
		if c.Marks, err = plot.ParseMarks(opt.marks); err != nil {
			return c, usagef("--marks: %w", err)
		}
	}
	return c, nil
}

func (r *run) plotSize(opt *plotting) error {
	if opt.image() {
		opt.width, opt.height = cmp.Or(opt.width, imageWidth), cmp.Or(opt.height, imageHeight)
	}
	if opt.width == 0 {
		opt.width = defaultPlotWidth
		if r.Terminal.Out && r.Terminal.Width > 0 {
			opt.width = min(max(r.Terminal.Width, minPlotWidth), maxPlotWidth)
		}
	}
	if opt.height == 0 {
		opt.height = plotHeight
		if r.Terminal.Out && r.Terminal.Height > 0 {
			opt.height = max(min(plotHeight, r.Terminal.Height-2), minPlotHeight)
		}
	}
	if opt.width < minPlotWidth || opt.width > maxPlotWidth {
		return usagef("--width is %d; a plot is from %d to %d cells wide", opt.width, minPlotWidth, maxPlotWidth)
	}
	if opt.height < minPlotHeight || opt.height > maxPlotHeight {
		return usagef("--height is %d; a plot is from %d to %d cells high", opt.height, minPlotHeight, maxPlotHeight)
	}
	return nil
}

// period reads --since and --until; a zero time is not given.
func (r *run) period(since, until string) (from, to time.Time, err error) {
	if from, err = r.moment("--since", since); err != nil {
		return from, to, err
	}
	if to, err = r.moment("--until", until); err != nil {
		return from, to, err
	}
	if !from.IsZero() && !to.IsZero() && !from.Before(to) {
		return from, to, usagef("--since %s is not before --until %s", since, until)
	}
	return from, to, nil
}

// reach is period in Unix nanoseconds; an end that is not given lies beyond all samples.
func (r *run) reach(since, until string) (first, end int64, err error) {
	from, to, err := r.period(since, until)
	first, end = math.MinInt64, math.MaxInt64
	if !from.IsZero() {
		first = from.UnixNano()
	}
	if !to.IsZero() {
		end = to.UnixNano()
	}
	return first, end, err
}

// moment reads a time in the past: a span of time ago, or a date.
func (r *run) moment(flag, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if span, err := date.ParseSpan(text); err == nil {
		return r.now().Add(-span), nil
	}
	d, err := date.ParsePast(text, r.now())
	if err != nil {
		return time.Time{}, usagef("%s: %w", flag, err)
	}
	if d.AllDay {
		return r.seriesDays().StartOf(d.T.Date()), nil
	}
	return d.T, nil
}

func (r *run) printPlot(q *plotQuery) error {
	if q.opt.image() {
		return r.plotImages(q)
	}
	p := r.printer()
	switch {
	case q.opt.json:
		if err := q.encode(newEncoder(p.out)); err != nil {
			return err
		}
	case r.config.Plain:
		p.out.WriteString(q.figure.Describe() + "\n" + q.pairingTable())
	default:
		g := grid.New(q.opt.width, q.opt.height)
		plot.Draw(q.figure, g.Surface())
		p.out.WriteString(strings.TrimRight(r.picture(g), " \n") + "\n" + q.pairingTable())
	}
	return p.out.Flush()
}

// plotImages writes the images asked for, each whole or not at all.
func (r *run) plotImages(q *plotQuery) error {
	name := r.config.Theme
	if name == "" || name == "auto" {
		name = "light"
	}
	p := r.printer()
	th := theme.New(theme.Options{Name: name, Profile: theme.TrueColour})
	for _, f := range []struct {
		name  string
		write func(io.Writer, plot.Figure, int, int, *theme.Theme) error
	}{{q.opt.svg, plot.SVG}, {q.opt.png, plot.PNG}} {
		if f.name == "" {
			continue
		}
		if err := replaceFile(f.name, func(w io.Writer) error { return f.write(w, q.figure, q.opt.width, q.opt.height, th) }); err != nil {
			return err
		}
		p.out.WriteString("wrote " + f.name + "\n")
	}
	return p.out.Flush()
}

// asciiPlot tells whether signs beyond ASCII are not safe on standard output.
func (r *run) asciiPlot() bool {
	_, ascii := theme.Detect(func(name string) string { v, _ := r.Lookup(name); return v })
	return r.config.ASCII || ascii && r.Terminal.Out
}

// picture writes a grid for standard output: with colours where it has any.
func (r *run) picture(g *grid.Grid) string {
	profile, _ := theme.Detect(func(name string) string { v, _ := r.Lookup(name); return v })
	ascii := r.asciiPlot()
	if r.colour() {
		return g.ANSI(theme.New(theme.Options{Name: r.config.Theme, Profile: profile, ASCII: ascii}))
	}
	if ascii {
		return strings.Map(theme.ASCII, g.Plain())
	}
	return g.Plain()
}

// nanos writes a time in nanoseconds in UTC.
func nanos(t int64) string { return time.Unix(0, t).UTC().Format(time.RFC3339Nano) }
