package cli

import "arbor/timeseries"

// seriesJSON is a series as --json prints it. Of one without samples the values are missing.
type seriesJSON struct {
	V         int         `json:"v"`
	ID        string      `json:"id"`
	Name      string      `json:"name"`
	Kind      string      `json:"kind,omitempty"`
	Unit      string      `json:"unit"`
	Day       string      `json:"day"`
	Merge     string      `json:"merge"`
	Goal      *goalJSON   `json:"goal,omitempty"`
	Road      *roadJSON   `json:"road,omitempty"`
	Target    *targetJSON `json:"target,omitempty"`
	Starts    string      `json:"starts,omitempty"`
	Keep      string      `json:"keep,omitempty"`
	Samples   int64       `json:"samples"`
	FirstTime string      `json:"first_time,omitempty"`
	LastTime  string      `json:"last_time,omitempty"`
	First     *jsonValue  `json:"first,omitempty"`
	Last      *jsonValue  `json:"last,omitempty"`
	LastText  string      `json:"last_text,omitempty"`
	Min       *jsonValue  `json:"min,omitempty"`
	Max       *jsonValue  `json:"max,omitempty"`
	Mean      *jsonValue  `json:"mean,omitempty"`
	Today     *jsonValue  `json:"today,omitempty"`
	Stats     *spreadJSON `json:"stats,omitempty"`
}

type goalJSON struct {
	From  string   `json:"from,omitempty"`
	First *float64 `json:"first,omitempty"`
	To    string   `json:"to"`
	Last  float64  `json:"last"`
}

type targetJSON struct {
	Value   float64  `json:"value"`
	Per     string   `json:"per"`
	From    string   `json:"from"`
	To      string   `json:"to"`
	Done    float64  `json:"done"`
	Skipped []string `json:"skipped"`
	Streak  int      `json:"streak"`
	Longest int      `json:"longest"`
	Misses  int      `json:"misses"`
}

func (k *known) json() seriesJSON {
	d := &k.def
	j := seriesJSON{V: jsonVersion, ID: k.node.ID.String(), Name: k.node.Text, Kind: string(d.Kind), Unit: d.Unit, Keep: d.Keep.String(), Day: string(d.Day), Merge: d.Merge.String(), Samples: k.all.N}
	if g := d.Goal; !g.To.IsZero() {
		j.Goal = &goalJSON{To: g.To.String(), Last: g.Last}
		if !g.From.IsZero() {
			j.Goal.From, j.Goal.First = g.From.String(), &g.First
		}
		j.Road = k.roadJSON(k.now)
	}
	if d.Starts >= 0 {
		j.Starts = timeseries.Calendar{Starts: d.Starts}.Clock()
	}
	if k.stats != nil {
		j.Stats = k.stats.json()
	}
	if t := d.Target; t.Value > 0 {
		j.Target = &targetJSON{t.Value, t.Per, k.progress.From.String(), k.progress.To.String(), k.progress.Done, []string{}, k.streak.Now, k.streak.Longest, d.Misses}
		for _, day := range k.progress.Skipped {
			j.Target.Skipped = append(j.Target.Skipped, day.String())
		}
	}
	if k.all.N > 0 && textual(&k.node) {
		j.FirstTime, j.LastTime, j.LastText = nanos(k.all.T0), nanos(k.all.T1), k.node.Value(k.last)
	} else if k.all.N > 0 {
		at := func(v float64) *jsonValue { x := jsonValue(v); return &x }
		j.FirstTime, j.LastTime = nanos(k.all.T0), nanos(k.all.T1)
		j.First, j.Last, j.Min, j.Max, j.Mean = at(k.all.First), at(k.all.Last), at(k.all.Min), at(k.all.Max), at(k.all.Mean)
	}
	if k.today.N > 0 {
		x := jsonValue(k.today.V)
		j.Today = &x
	}
	return j
}
