package cli

import (
	"math"
	"strconv"
	"time"

	"arbor/model"
	"arbor/timeseries"
	"arbor/timeseries/fn"
	"arbor/ui/plot"
)

// maxYears is how many years lie over each other, the latest; there are as many colours.
const maxYears = 6

// overYears lays the years of the first series over each other, by a value for each day or month: a curve each, the latest last.
func (p *plotQuery) overYears(from, to int64) error {
	if len(p.series) != 1 {
		return usagef("--years is of one series, and these are %d", len(p.series))
	}
	if err := p.periods(from, to); err != nil {
		return err
	}
	whole := p.chart.Curves[0]
	if p.opt.kind == plot.Auto.String() {
		whole.Kind = plot.Line
	}
	var values []fn.Sample
	for _, b := range whole.Columns {
		if b.N > 0 {
			values = append(values, fn.Sample{T: b.From, V: b.Last})
		}
	}
	years := fn.YearOverYear(values, p.r.config.Zone)
	years = years[max(len(years)-maxYears, 0):]
	begin := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	edges := timeseries.Calendar{Zone: time.UTC}.Edges(p.opt.by, begin.UnixNano(), begin.AddDate(1, 0, 0).UnixNano())
	p.chart.Curves, p.buckets, p.chart.Years, p.chart.Location = nil, nil, true, time.UTC
	for _, y := range years {
		buckets := timeseries.Fill(edges, y.Samples)
		data := plot.Periods(strconv.Itoa(y.Year), whole.Unit, p.opt.by, buckets, model.DailyMean.Of)
		data.Kind = whole.Data.Kind
		p.chart.Curves = append(p.chart.Curves, plot.Curve{Data: data, Kind: whole.Kind})
		p.buckets = append(p.buckets, p.asTheyWere(buckets, y.Year))
	}
	return nil
}

// asTheyWere gives the values of a year that was laid over others their own times again, for --json.
func (p *plotQuery) asTheyWere(buckets []timeseries.Bucket, year int) []timeseries.Bucket {
	cal := p.v.Calendar(&p.series[0])
	at := func(laid int64) int64 {
		t := time.Unix(0, laid).UTC()
		return cal.StartOf(year+t.Year()-2000, t.Month(), t.Day()).UnixNano()
	}
	out := make([]timeseries.Bucket, len(buckets))
	for i, b := range buckets {
		out[i] = timeseries.Bucket{From: at(b.From), To: at(b.To), Summary: b.Summary}
		if b.N == 0 {
			out[i].Mean = math.NaN()
		}
	}
	return out
}
