package cli

import (
	"errors"
	"slices"

	"arbor/config"
	"arbor/model"
	"arbor/model/date"
	"arbor/model/field"
	"arbor/model/query"
	"arbor/timeseries"
	"arbor/ui/command"
	"arbor/ui/theme"
)

// known is what the values of settings may be, where that is for other packages to say.
func (r *run) known() config.Known {
	length := func(s string) error {
		_, err := date.ParseSpan(s)
		return err
	}
	means := func(s string) error {
		_, err := query.Parse(s, r.Now())
		return err
	}
	return config.Known{
		Names: map[string][]string{
			"theme": theme.Names(), "keys.preset": command.Presets(),
			"field.*.type": field.Kinds(), "field.*.roll": field.Rolls(), "states.*": field.Classes[1:],
			"review.day": weekdays, "series.week": weekdays,
			"rule.on": {"add", "change", "done", "start", "remove"},
		},
		Check: map[string]func(string) error{
			"review.stale": length, "track.idle": length, "hooks.timeout": length,
			"track.pomodoro": func(s string) error {
				_, err := model.ParsePomodoro(s)
				return err
			},
			"series.starts": func(s string) error {
				_, err := timeseries.ParseStarts(s)
				return err
			},
			"context.*.query": means, "rule.match": means,
		},
	}
}

// weekdays are what a week can begin on.
var weekdays = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// seriesDays is by what the days and weeks of series begin that say nothing else.
func (r *run) seriesDays() timeseries.Calendar {
	c := timeseries.Calendar{Zone: r.config.Zone, WeekShift: max(slices.Index(weekdays, r.config.Series.Week), 0)}
	c.Starts, _ = timeseries.ParseStarts(r.config.Series.Starts) // the settings were read with its form
	return c
}

// declared returns the keys and states that the settings declare. What cannot be is a problem of the settings.
func declared(l *config.Loaded) *field.Set {
	var defs []field.Def
	var places []config.Place
	for _, key := range l.Fields {
		defs, places = append(defs, field.Def{Key: key}), append(places, config.Place{})
	}
	for _, f := range l.Declared {
		kind, _ := field.ParseKind(f.Type) // the settings were read with the names of both
		roll, _ := field.ParseRoll(f.Roll)
		defs = append(defs, field.Def{Key: f.Key, Kind: kind, Unit: f.Unit, Choices: f.Choices, Roll: roll})
		places = append(places, f.Place)
	}
	states := make([]field.State, len(l.States))
	for i, s := range l.States {
		states[i] = field.State{Name: s.Name, Class: s.Class}
	}
	set, errs := field.New(defs, states)
	for _, err := range errs {
		p := config.Problem{Path: l.Paths.Config, Text: err.Error()}
		var wrong *field.Error
		switch {
		case !errors.As(err, &wrong):
		case wrong.State >= 0:
			p.Line, p.Column = l.States[wrong.State].Line, l.States[wrong.State].Column
		default:
			p.Line, p.Column = places[wrong.Def].Line, places[wrong.Def].Column
		}
		if p.Line == 0 && wrong != nil { // from the list of keys
			p.Path = l.Origins["fields"].String()
		}
		l.Problems = append(l.Problems, p)
	}
	return set
}
