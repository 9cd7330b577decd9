package inline

import "slices"

// Stamp adds to a line what another says and it does not: tags, fields, dates, a state, a place. What the line says itself stays, and the
// text of the other goes nowhere.
func (l *Line) Stamp(s Line) {
	for _, t := range s.Tags {
		if !slices.Contains(l.Tags, t) {
			l.Tags = append(l.Tags, t)
			l.Understood = append(l.Understood, "+"+t)
		}
	}
	slices.Sort(l.Tags)
	for _, f := range s.Fields {
		if !slices.ContainsFunc(l.Fields, func(have Field) bool { return have.Key == f.Key }) {
			l.Fields = append(l.Fields, f)
			l.Understood = append(l.Understood, f.Key+" "+f.Value)
		}
	}
	sortFields(l.Fields)
	for _, key := range dateKeys {
		if mine, its := l.date(key), s.date(key); *mine == nil && *its != nil {
			*mine = *its
			l.Understood = append(l.Understood, key)
		}
	}
	if l.State == "" && s.State != "" {
		l.State, l.StateName = s.State, s.StateName
		l.Understood = append(l.Understood, "state "+s.State)
	}
	if l.Under == "" && l.After == "" {
		l.Under, l.After = s.Under, s.After
	}
}
