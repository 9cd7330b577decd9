package cli

import (
	"strings"

	"arbor/model"
	"arbor/timeseries"
)

// said writes in words what a definition says by a key, "" if it says nothing.
func said(key string, d *model.Definition) string {
	switch key {
	case "unit":
		return printable(d.Unit)
	case "day":
		return map[model.Daily]string{
			model.DailyMean: "the mean of its values", model.DailyLast: "its last value", model.DailyFirst: "its first value", model.DailySum: "the sum of its values",
			model.DailyMin: "its least value", model.DailyMax: "its greatest value", model.DailyCount: "how many values it has",
		}[d.Day]
	case "merge":
		return [...]string{timeseries.Last: "", timeseries.All: "every value counts, also those of one time", timeseries.Sum: "what each device has at a time, or last on a day, added up",
			timeseries.Max: "the greatest that a device has at a time", timeseries.Min: "the least that a device has at a time"}[d.Merge]
	case "goal":
		g := d.Goal
		if g.To.IsZero() {
			return ""
		}
		text := number(g.Last) + " on " + g.To.T.Format("Mon 2 Jan 2006")
		if !g.From.IsZero() {
			text += ", from " + number(g.First) + " on " + g.From.T.Format("Mon 2 Jan 2006")
		}
		return text
	case "target":
		if t := d.Target; t.Value > 0 {
			return number(t.Value) + " a " + t.Per
		}
	case "misses":
		if n := d.Misses; n > 0 {
			return "a streak outlasts " + count(n, "period", "periods") + " in a row without the target"
		}
	case "kind":
		return map[model.SampleKind]string{model.Integer: "whole numbers", model.Bool: "yes or no", model.Duration: "lengths of time, in seconds", model.Words: "texts"}[d.Kind]
	case "keep":
		var parts []string
		for _, k := range d.Keep {
			what := "none"
			if k.Step != "" {
				what = "one for each " + k.Step
			}
			parts = append(parts, what+" after "+k.Written())
		}
		if len(parts) > 0 {
			return strings.Join(parts, ", ") + ", once 'arbor series tidy' is run"
		}
	case "starts":
		if d.Starts >= 0 {
			return "its days begin at " + timeseries.Calendar{Starts: d.Starts}.Clock()
		}
	}
	return ""
}
