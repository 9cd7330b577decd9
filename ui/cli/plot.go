package cli

import (
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

// plotting is how a series is to be plotted.
type plotting struct {
	since, until  string
	width, height int
	json          bool
}

// Bounds of a plot in cells, and its size where no terminal gives one.
const (
	minPlotWidth     = 20
	minPlotHeight    = 4
	maxPlotWidth     = 2000
	maxPlotHeight    = 500
	defaultPlotWidth = 80
	plotHeight       = 20
)

func (r *run) plotCommand() *cobra.Command {
	var opt plotting
	cmd := &cobra.Command{
		Use: "plot NAME", Short: "draw a series as a line: arbor plot weight --since 90d", Args: words(1, -1, "the name of a series"),
		RunE: func(cmd *cobra.Command, args []string) error { return r.plot(strings.Join(args, " "), opt) },
	}
	f := cmd.Flags()
	f.StringVar(&opt.since, "since", "", "begin at a `TIME`, or so long ago: 90d; the first sample without")
	f.StringVar(&opt.until, "until", "", "end at a `TIME`, or so long ago; without, now, or the last sample")
	f.IntVar(&opt.width, "width", 0, "width in `CELLS`; the terminal's without")
	f.IntVar(&opt.height, "height", 0, "height in `CELLS`")
	f.BoolVar(&opt.json, "json", false, "the buckets behind the columns, one JSON object a line")
	return cmd
}

// bucketJSON is a line of `arbor plot --json`.
type bucketJSON struct {
	V     int     `json:"v"`
	From  string  `json:"from"`
	To    string  `json:"to"`
	N     int64   `json:"n"`
	Min   float64 `json:"min"`
	Max   float64 `json:"max"`
	First float64 `json:"first"`
	Last  float64 `json:"last"`
	Sum   float64 `json:"sum"`
	Mean  float64 `json:"mean"`
}

func (r *run) plot(name string, opt plotting) error {
	if err := r.plotSize(&opt); err != nil {
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
		n, err := series(v, name)
		if err != nil {
			return err
		}
		d, err := r.plotData(s.Book, v, n, from, to, opt)
		if err != nil || d.Total.N == 0 {
			return err
		}
		return r.printPlot(&d, opt)
	}))
}

func (r *run) plotSize(opt *plotting) error {
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
	return d.Start(r.config.Zone), nil
}

// series returns the series of that name or id.
func series(v *model.View, name string) (model.Node, error) {
	id, found, err := v.SeriesByName(name)
	if err != nil {
		return model.Node{}, err
	}
	if !found {
		if !looksLikeID(name) {
			return model.Node{}, missingf("there is no series %q; 'arbor series list' lists them", name)
		}
		of, err := resolve(v, name)
		if err != nil {
			return model.Node{}, err
		}
		if id, err = v.Through(of); err != nil {
			return model.Node{}, mirrorError(of, err)
		}
	}
	n, err := v.Node(id)
	if err == nil && !n.Series {
		err = missingf("%s has no samples; 'arbor series list' lists what has", quoted(n.Text))
	}
	return n, err
}

// plotData reads what a plot shows of a series; no samples if there are none in the time asked for.
func (r *run) plotData(book *timeseries.Book, v *model.View, n model.Node, from, to time.Time, opt plotting) (plot.Data, error) {
	all, err := book.Span(v.Reader(), n.Source())
	if err != nil || all.N == 0 {
		return plot.Data{}, err
	}
	first, end := plot.Window(all)
	if !from.IsZero() {
		first, end = from.UnixNano(), max(end, r.now().UnixNano())
	}
	if !to.IsZero() {
		end = to.UnixNano()
	}
	if first >= end {
		return plot.Data{}, nil
	}
	return plot.Load(book, v, n, first, end, opt.width, opt.height)
}

func (r *run) printPlot(d *plot.Data, opt plotting) error {
	p := r.printer()
	switch {
	case opt.json:
		enc := newEncoder(p.out)
		for _, b := range d.Columns {
			if b.N == 0 {
				continue
			}
			line := bucketJSON{jsonVersion, nanos(b.From), nanos(b.To), b.N, b.Min, b.Max, b.First, b.Last, b.Sum, b.Mean}
			if err := enc.Encode(line); err != nil {
				return err
			}
		}
	case r.config.Plain:
		p.out.WriteString(strings.TrimRight(plot.Describe(d, r.config.Zone), "\n") + "\n")
	default:
		g := grid.New(opt.width, opt.height)
		plot.Draw(g.Surface(), d, plot.Options{Location: r.config.Zone})
		p.out.WriteString(strings.TrimRight(r.picture(g), "\n") + "\n")
	}
	return p.out.Flush()
}

// picture writes a grid for standard output: with colours where it has any.
func (r *run) picture(g *grid.Grid) string {
	profile, ascii := theme.Detect(func(name string) string { v, _ := r.Lookup(name); return v })
	ascii = r.config.ASCII || ascii && r.Terminal.Out
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
