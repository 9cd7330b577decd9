// Package csv brings tables of text into series: each column of numbers becomes one, found or made by its name. Its invariant: a table
// that was imported before adds nothing, a longer one adds what is new.
package csv

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"arbor/model"
	"arbor/model/exchange"
	"arbor/timeseries"
	"arbor/timeseries/ingest"
)

// Options say what the table leaves open.
type Options struct {
	// Series names the series. Of several columns, or names in the table, each adds its own to it. Empty: the names of the columns, or in the table.
	Series string
	// DryRun only reports.
	DryRun bool
	// Progress, if not nil, is told how many of the samples are stored.
	Progress func(done, total int64)
	ingest.Options
}

// column is a column of values and the series that it goes to.
type column struct {
	name    string
	from    string // where in the table it is
	samples []timeseries.Sample
}

// Import reads a table and adds the samples that its series lack, as one step of undo under label. Samples are kept in memory, 16 bytes
// each, until the table has been read whole. A sample of a time that is there with another value takes its place.
func Import(t *model.Tree, book *timeseries.Book, in io.Reader, label string, opt Options) (*exchange.Report, error) {
	report := &exchange.Report{Format: string(exchange.CSV), DryRun: opt.DryRun}
	columns, err := read(in, opt, report)
	if err != nil {
		return nil, err
	}
	missing := make([]exchange.Fresh, len(columns))
	ids := make([]model.ID, len(columns))
	err = t.View(func(v *model.View) error {
		for i, c := range columns {
			id, found, err := v.SeriesByName(c.name)
			if err != nil {
				return err
			}
			if err := c.settle(v, id, found, report); err != nil {
				return err
			}
			if !found {
				report.Created++
				missing[i].Added = c.samples
				continue
			}
			ids[i] = id
			if missing[i], err = exchange.Missing(v, book, exchange.Samples{Series: id, Samples: c.samples}); err != nil {
				return err
			}
			if missing[i].Len() > 0 {
				report.Changed++
			} else {
				report.Unchanged++
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, m := range missing {
		report.CountSamples(m)
	}
	if opt.DryRun || report.Samples == 0 {
		return report, nil
	}
	told := func(before int) func(int) {
		return func(n int) {
			if opt.Progress != nil {
				opt.Progress(int64(before+n), int64(report.Samples))
			}
		}
	}
	_, err = t.Import(label, func(im *model.Importer) error {
		done := 0
		for i, c := range columns {
			if missing[i].Len() == 0 {
				continue
			}
			if ids[i] == (model.ID{}) {
				if ids[i], err = im.Series(c.name); err != nil {
					return err
				}
			}
			if err := missing[i].Put(im, ids[i], told(done)); err != nil {
				return err
			}
			done += missing[i].Len()
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return report, nil
}

// read returns the columns of a table, sorted by time.
func read(in io.Reader, opt Options, report *exchange.Report) ([]*column, error) {
	var samples [][][]timeseries.Sample // of each column in parts
	r, err := ingest.Read(in, opt.Options, func(i int, s []timeseries.Sample) error {
		for len(samples) <= i {
			samples = append(samples, nil)
		}
		samples[i] = append(samples[i], slices.Clone(s))
		return nil
	})
	if err != nil {
		return nil, explain(err)
	}
	for _, d := range r.Dropped {
		report.DropCount(d.Lines[0], int(d.Count), "%v, first %.40q%s", d.Why, d.Example, lines(d))
	}
	if r.Samples == 0 {
		return nil, fmt.Errorf("none of its %d lines holds a sample", r.Rows)
	}
	names, err := name(&r, opt.Series)
	if err != nil {
		return nil, err
	}
	var out []*column
	for i := range samples {
		if len(samples[i]) == 0 {
			continue
		}
		c := &column{name: names[i], samples: slices.Concat(samples[i]...)}
		samples[i] = nil
		c.sort()
		if r.Layout.Name >= 0 {
			c.from = fmt.Sprintf("lines of %.40s", model.OneLine(r.Names[i]))
		} else {
			c.from = "column " + title(&r.Layout, r.Layout.Values[i])
		}
		out = append(out, c)
	}
	return out, nil
}

// explain adds what to do to the errors of files that are no tables.
func explain(err error) error {
	switch {
	case errors.Is(err, ingest.ErrEmpty):
		return fmt.Errorf("%w; there is nothing to import", err)
	case errors.Is(err, ingest.ErrBinary):
		return fmt.Errorf("%w; arbor import csv reads tables of text", err)
	}
	return err
}

// lines lists the first lines that were dropped for one reason, if they are several.
func lines(d ingest.Dropped) string {
	if d.Count < 2 {
		return ""
	}
	var b strings.Builder
	b.WriteString(", lines")
	for i, n := range d.Lines {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, " %d", n)
	}
	if int64(len(d.Lines)) < d.Count {
		b.WriteString(" …")
	}
	return b.String()
}

// named returns the names of the series of a table that names them.
func named(own []string, series string) ([]string, error) {
	names := make([]string, len(own))
	for i, n := range own {
		if names[i] = strings.TrimSpace(model.OneLine(series + " " + n)); names[i] == "" {
			return nil, errors.New("a line has blanks for the name of its series; say --series NAME")
		}
		if j := slices.Index(names[:i], names[i]); j >= 0 {
			return nil, fmt.Errorf("the names %q and %q are one, %s; change one of them in the table", own[j], own[i], names[i])
		}
	}
	return names, nil
}

// name returns the names of the series of a table's columns.
func name(r *ingest.Report, series string) ([]string, error) {
	l := &r.Layout
	series = strings.TrimSpace(model.OneLine(series))
	if l.Name >= 0 {
		return named(r.Names, series)
	}
	names := make([]string, len(l.Values))
	for i, v := range l.Values {
		own := strings.TrimSpace(model.OneLine(l.Columns[v].Name))
		switch {
		case series == "" && own == "":
			return nil, errors.New("the columns have no names; say --series NAME")
		case series == "":
			names[i] = own
		case len(l.Values) == 1:
			names[i] = series
		case own == "":
			names[i] = fmt.Sprintf("%s %d", series, v+1)
		default:
			names[i] = series + " " + own
		}
		if j := slices.Index(names[:i], names[i]); j >= 0 {
			return nil, fmt.Errorf("columns %d and %d are both named %s; --value-column takes them by number, one after the other", l.Values[j]+1, v+1, names[i])
		}
	}
	return names, nil
}

func title(l *ingest.Layout, i int) string {
	if l.Columns[i].Name != "" {
		return fmt.Sprintf("%d (%.40s)", i+1, model.OneLine(l.Columns[i].Name))
	}
	return fmt.Sprint(i + 1)
}

// sort brings the samples into the order of time, those of one time as they stand in the table.
func (c *column) sort() {
	byTime := func(a, b timeseries.Sample) int {
		switch {
		case a.T < b.T:
			return -1
		case a.T > b.T:
			return 1
		}
		return 0
	}
	if !slices.IsSortedFunc(c.samples, byTime) {
		slices.SortStableFunc(c.samples, byTime)
	}
}

// settle leaves one sample of each time, the last in the table, unless the series keeps all.
func (c *column) settle(v *model.View, id model.ID, found bool, report *exchange.Report) error {
	all := false
	if found {
		n, err := v.Node(id)
		if err != nil {
			return err
		}
		all = n.Source().Merge == timeseries.All
	}
	out := c.samples[:0]
	for _, s := range c.samples {
		if n := len(out); n > 0 && out[n-1].T == s.T && !all {
			report.DropCount(0, 1, "samples of %s at a time that comes again further down", c.name)
			out[n-1] = s
			continue
		}
		out = append(out, s)
	}
	c.samples = out
	report.MapCount(0, len(c.samples), "%s → series %s", c.from, c.name)
	return nil
}
