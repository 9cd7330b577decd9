package cli

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"arbor/model"
	"arbor/model/date"
)

// agendaDays is how many days are shown where nobody says which.
const agendaDays = 7

// maxAgenda bounds the days of an agenda.
const maxAgenda = 400

func (r *run) agendaCommand() *cobra.Command {
	var of string
	var asJSON, open bool
	cmd := &cobra.Command{
		Use: "agenda [DAYS]", Short: "what takes place, is due or to be begun, day by day",
		Long: "DAYS is a day (fri, 24 dec), two with .. between them (mon..fri), week (Monday to Sunday) or month; without, the seven days from today on. " +
			"What is late stands on today, what repeats on its dates ahead too. Events that are going on at the same time are marked.",
		RunE: func(cmd *cobra.Command, args []string) error {
			return r.agenda(strings.Join(args, " "), of, asJSON, open)
		},
	}
	cmd.Flags().StringVar(&of, "of", "", "only of the nodes that `QUERY` means")
	cmd.Flags().BoolVar(&open, "open", false, "leave out what was done")
	r.canLookBack(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	return cmd
}

// agendaJSON is the line of `arbor agenda --json`.
type agendaJSON struct {
	V         int      `json:"v"`
	Day       string   `json:"day"`
	Kind      string   `json:"kind"`
	ID        string   `json:"id"`
	Text      string   `json:"text"`
	State     string   `json:"state"`
	From      string   `json:"from"`
	To        string   `json:"to,omitempty"`
	AllDay    bool     `json:"all_day"`
	Late      bool     `json:"late,omitempty"`
	Projected bool     `json:"projected,omitempty"`
	Overlaps  []string `json:"overlaps,omitempty"`
}

// agendaBounds reads which days are meant.
func (r *run) agendaBounds(s string) (from, to date.Date, err error) {
	today := date.Day(r.now())
	plus := func(d date.Date, days int) date.Date { return date.Date{T: d.T.AddDate(0, 0, days), AllDay: true} }
	switch s {
	case "":
		return today, plus(today, agendaDays-1), nil
	case "week":
		from = plus(today, -(int(today.T.Weekday())+6)%7)
		return from, plus(from, 6), nil
	case "month":
		from = plus(today, 1-today.T.Day())
		return from, date.Date{T: from.T.AddDate(0, 1, -1), AllDay: true}, nil
	}
	if from, to, err = r.days(s); err != nil {
		return from, to, err
	}
	if to.IsZero() {
		to = from
		if strings.HasSuffix(s, "..") {
			to = plus(from, agendaDays-1)
		}
	}
	if to.T.Sub(from.T) > maxAgenda*24*time.Hour {
		return from, to, usagef("from %s to %s is more than %d days; ask for fewer", date.Format(from, r.now()), date.Format(to, r.now()), maxAgenda)
	}
	return from, to, nil
}

func (r *run) agenda(days, of string, asJSON, open bool) error {
	from, to, err := r.agendaBounds(days)
	if err != nil {
		return err
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
		all, err := v.Agenda(q, from, to, r.now())
		if err != nil {
			return err
		}
		p := r.table()
		for _, d := range all {
			if open {
				d.Items = withoutDone(d.Items)
			}
			if asJSON {
				err = p.agendaLines(&d)
			} else {
				err = p.agendaDay(v, &d)
			}
			if err != nil {
				return err
			}
		}
		return p.out.Flush()
	}))
}

func withoutDone(items []model.AgendaItem) (rest []model.AgendaItem) {
	for _, it := range items {
		if it.Kind != model.AgendaDone {
			rest = append(rest, it)
		}
	}
	return rest
}

func (p *printer) agendaLines(d *model.AgendaDay) error {
	enc := newEncoder(p.out)
	for _, it := range d.Items {
		j := agendaJSON{V: jsonVersion, Day: d.Day.String(), Kind: it.Kind.String(), ID: it.Node.ID.String(), Text: it.Node.Text, State: it.Node.State.String(),
			From: it.From.String(), To: it.To.String(), AllDay: it.From.AllDay, Late: it.Late, Projected: it.Projected}
		for _, id := range it.Overlaps {
			j.Overlaps = append(j.Overlaps, id.String())
		}
		if err := enc.Encode(j); err != nil {
			return err
		}
	}
	return nil
}

// agendaDay writes a day that has something on it: a line for the day, and one for each thing.
func (p *printer) agendaDay(v *model.View, d *model.AgendaDay) error {
	if len(d.Items) == 0 {
		return nil
	}
	title := plain(date.Format(d.Day, p.now))
	if d.Day.Equal(date.Day(p.now)) {
		title = span{sgr: yellow, text: title.text + ", today"}
	}
	if err := p.line(title); err != nil {
		return err
	}
	for _, it := range d.Items {
		short, err := v.ShortID(it.Node.ID)
		if err != nil {
			return err
		}
		text := span{text: printable(it.Node.Text), gives: true}
		if it.Kind == model.AgendaDone || it.Projected {
			text.sgr = faint
		}
		line := []span{plain("  "), {sgr: faint, text: fmt.Sprintf("%-*s", idWidth-1, short)}, plain(" " + p.agendaTime(d.Day, &it) + " "), p.sign(it.Node.State), plain(" "), text}
		line = append(line, tagSpans(&it.Node)...)
		if why := p.agendaWhy(&it); why.text != "" {
			line = append(line, plain("  "), why)
		}
		if err := p.line(line...); err != nil {
			return err
		}
	}
	return nil
}

// agendaTime writes the time of day of an item, as wide as two times.
func (p *printer) agendaTime(day date.Date, it *model.AgendaItem) string {
	from, to := it.Clock(day, p.now.Location())
	between := " "
	if to != "" {
		between = "–"
	}
	return fmt.Sprintf("%-5s%s%-5s", from, between, to)
}

// agendaWhy says what a person has to know beside the text.
func (p *printer) agendaWhy(it *model.AgendaItem) span {
	why := span{sgr: faint, text: it.Says(p.now)}
	switch {
	case it.Kind == model.AgendaDone:
		why.sgr = green
	case it.Late && it.Kind == model.AgendaDue, !it.Late && it.Kind == model.AgendaEvent && len(it.Overlaps) > 0:
		why.sgr = red
	case it.Late, it.Kind == model.AgendaWarned, it.Kind == model.AgendaDue:
		why.sgr = yellow
	}
	return why
}
