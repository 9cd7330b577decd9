package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"arbor/model"
	"arbor/model/date"
)

// maxReport bounds the years of a report.
const maxReport = 20

func (r *run) reportCommand() *cobra.Command {
	var by, since, until, of string
	var asJSON, markdown bool
	cmd := &cobra.Command{
		Use: "report [day|week|month|year|DAYS]", Short: "what was done, added, worked and logged, and what slipped",
		Long: "Without arguments this week, from Monday on. DAYS is a day that has been (mon, 3 nov, 'last week' says the week before), or two with .. between them; " +
			"--since and --until say the same. What was done stands by the node at the top of the tree, or --by parent, tag, day or week, and so does time worked; " +
			"then each day, or week, or month of a long span: what was done and added, how many tasks were open at its end, and the time. " +
			"Series that were logged, and what repeats, show their course. Slipped is what was due by the end and is open still.",
		RunE: func(cmd *cobra.Command, args []string) error {
			from, to, err := r.reportDays(strings.Join(args, " "), since, until)
			if err != nil {
				return err
			}
			if asJSON && markdown {
				return usagef("--json and --markdown are two forms; say one of them")
			}
			return r.writeReport(of, model.By(by), from, to, asJSON, markdown)
		},
	}
	cmd.Flags().StringVar(&by, "by", "top", "`WHAT` to group by: top, parent, tag, day or week")
	cmd.Flags().StringVar(&since, "since", "", "first `DAY`")
	cmd.Flags().StringVar(&until, "until", "", "last `DAY`; today without")
	cmd.Flags().StringVar(&of, "of", "", "only of the nodes that `QUERY` means")
	r.canLookBack(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object")
	cmd.Flags().BoolVar(&markdown, "markdown", false, "as Markdown")
	return cmd
}

// reportDays reads which days are meant, both included. What has not come yet is left out.
func (r *run) reportDays(words, since, until string) (from, to date.Date, err error) {
	today := date.Day(r.now())
	day := func(of date.Date, years, months, days int) date.Date {
		return date.Date{T: of.T.AddDate(years, months, days), AllDay: true}
	}
	monday := day(today, 0, 0, -(int(today.T.Weekday())+6)%7)
	first := day(today, 0, 0, 1-today.T.Day())
	january := day(first, 0, 1-int(today.T.Month()), 0)
	from, to = monday, today
	if words != "" && since+until != "" {
		return from, to, usagef("%q and --since, --until say the days twice; say them once", words)
	}
	switch words {
	case "", "week", "weekly", "this week":
	case "day", "daily":
		from = today
	case "month", "monthly", "this month":
		from = first
	case "year", "yearly", "this year":
		from = january
	case "last week":
		from, to = day(monday, 0, 0, -7), day(monday, 0, 0, -1)
	case "last month":
		from, to = day(first, 0, -1, 0), day(first, 0, 0, -1)
	case "last year":
		from, to = day(january, -1, 0, 0), day(january, 0, 0, -1)
	default:
		if since, until, _ = strings.Cut(words, ".."); !strings.Contains(words, "..") {
			until = since
		}
	}
	start, end, err := r.bounds(since, until)
	if err != nil {
		return from, to, err
	}
	if !start.IsZero() {
		from = date.Day(start.In(r.now().Location()))
	}
	if !end.IsZero() {
		to = date.Day(end.In(r.now().Location()).Add(-1))
		if since == "" && to.Compare(from) < 0 {
			from = day(to, 0, 0, -(int(to.T.Weekday())+6)%7)
		}
	}
	switch {
	case from.Compare(today) > 0:
		return from, to, usagef("%s has not come yet; a report is of what was", date.Format(from, r.now()))
	case to.Compare(today) > 0:
		to = today
	case to.Compare(day(from, maxReport, 0, 0)) > 0:
		return from, to, usagef("from %s to %s is more than %d years; ask for fewer", from, to, maxReport)
	}
	return from, to, nil
}

func (r *run) writeReport(of string, by model.By, from, to date.Date, asJSON, markdown bool) error {
	switch by {
	case model.ByParent, model.ByTop, model.ByTag, model.ByDay, model.ByWeek:
	default:
		return usagef("--by %s: want top, parent, tag, day or week", by)
	}
	q, err := r.parseScope(of)
	if err != nil {
		return err
	}
	s, err := r.open()
	if err != nil {
		return err
	}
	return s.close(r.view(s, func(v *model.View) error {
		q, err := v.Expand(q)
		if err != nil {
			return err
		}
		rep, err := v.Report(q, by, from, to, r.now())
		if err != nil {
			return err
		}
		p := r.table()
		switch {
		case asJSON:
			err = newEncoder(p.out).Encode(newReportJSON(rep, by))
		case markdown:
			p.width, p.colour = 0, false
			p.reportMarkdown(rep)
		default:
			err = p.report(rep)
		}
		if err != nil {
			return err
		}
		return p.out.Flush()
	}))
}

// reportJSON is what `arbor report --json` prints.
type reportJSON struct {
	V        int             `json:"v"`
	From     string          `json:"from"`
	To       string          `json:"to"`
	By       string          `json:"by"`
	Done     int             `json:"done"`
	Late     int             `json:"late"`
	Dropped  int             `json:"cancelled"`
	Added    int             `json:"added"`
	Open     int             `json:"open"`
	Seconds  int64           `json:"seconds"`
	Groups   []doneGroupJSON `json:"groups"`
	Unit     string          `json:"unit"`
	Periods  []periodJSON    `json:"periods"`
	Time     []totalJSON     `json:"time"`
	Series   []loggedJSON    `json:"series"`
	Slipped  []slippedJSON   `json:"slipped"`
	Measured []measuredJSON  `json:"estimates"`
}

type doneGroupJSON struct {
	Key   string     `json:"key"`
	Label string     `json:"label"`
	Nodes []doneJSON `json:"nodes"`
}

type doneJSON struct {
	ID   string `json:"id"`
	Text string `json:"text"`
	At   string `json:"at"`
	Late bool   `json:"late,omitempty"`
}

type periodJSON struct {
	From    string `json:"from"`
	To      string `json:"to"`
	Done    int    `json:"done"`
	Added   int    `json:"added"`
	Open    int    `json:"open"`
	Seconds int64  `json:"seconds"`
}

type loggedJSON struct {
	ID    string     `json:"id"`
	Text  string     `json:"text"`
	N     int64      `json:"n"`
	Sum   float64    `json:"sum"`
	Mean  float64    `json:"mean"`
	Min   float64    `json:"min"`
	Max   float64    `json:"max"`
	Last  float64    `json:"last"`
	Means []*float64 `json:"means"` // of each period; null where there was none
}

type slippedJSON struct {
	ID   string `json:"id"`
	Text string `json:"text"`
	Due  string `json:"due"`
}

type measuredJSON struct {
	ID       string `json:"id"`
	Text     string `json:"text"`
	Estimate int64  `json:"estimate"`
	Seconds  int64  `json:"seconds"`
}

func newReportJSON(rep *model.Report, by model.By) reportJSON {
	j := reportJSON{V: jsonVersion, From: rep.From.String(), To: rep.To.String(), By: string(by), Done: rep.Done, Late: rep.Late, Dropped: rep.Dropped,
		Added: rep.Added, Open: rep.Open, Seconds: int64(rep.Worked.Seconds()), Groups: []doneGroupJSON{}, Unit: rep.Unit, Periods: []periodJSON{}, Time: []totalJSON{},
		Series: []loggedJSON{}, Slipped: []slippedJSON{}, Measured: []measuredJSON{}}
	for _, g := range rep.Groups {
		out := doneGroupJSON{Key: g.Key, Label: g.Label}
		for _, it := range g.Items {
			out.Nodes = append(out.Nodes, doneJSON{it.Node.ID.String(), it.Node.Text, instant(it.At), it.Late})
		}
		j.Groups = append(j.Groups, out)
	}
	for _, p := range rep.Periods {
		j.Periods = append(j.Periods, periodJSON{p.From.String(), p.To.String(), p.Done, p.Added, p.Open, int64(p.Worked.Seconds())})
	}
	for _, t := range rep.Time {
		j.Time = append(j.Time, totalJSON{jsonVersion, string(by), t.Key, t.Label, int64(t.Time.Seconds()), int64(t.Estimate.Seconds()), t.N})
	}
	for _, l := range rep.Series {
		s := l.Summary
		out := loggedJSON{l.Node.ID.String(), l.Node.Text, s.N, s.Sum, s.Mean, s.Min, s.Max, s.Last, nil}
		for _, b := range l.Periods {
			var mean *float64
			if b.N > 0 {
				mean = &b.Mean
			}
			out.Means = append(out.Means, mean)
		}
		j.Series = append(j.Series, out)
	}
	for _, n := range rep.Slipped {
		j.Slipped = append(j.Slipped, slippedJSON{n.ID.String(), n.Text, n.Due.String()})
	}
	for _, m := range rep.Measured {
		j.Measured = append(j.Measured, measuredJSON{m.Node.ID.String(), m.Node.Text, int64(m.Estimate.Seconds()), int64(m.Worked.Seconds())})
	}
	return j
}
