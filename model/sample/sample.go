package sample

import (
	_ "embed"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"arbor/model"
	"arbor/model/inline"
	"arbor/timeseries"
)

//go:embed life.txt
var life string

// arrows between the named nodes of life.txt.
var arrows = []struct{ from, to, label string }{
	{"flights", "packing", "then"},
	{"ana", "compare", "if she says no"},
	{"letter", "broker", "needed for"},
	{"broker", "offers", ""},
	{"numbers", "draft", ""},
	{"draft", "noor", ""},
	{"talk", "report", "same numbers"},
}

// places of named nodes on the map, as offsets from their parents.
var places = map[string][2]int{"packing": {66, 7}}

// days is how far back the sample's history goes.
const days = 60

// Life fills t with tasks, a trip with a map, what was finished in the last sixty days, and a series of weights. The same seed gives
// the same life. It is one user action.
func Life(t *model.Tree, now time.Time, seed uint64) error {
	_, err := t.Do("a sample life", func(e *model.Edit) error {
		l := &loader{e: e, now: now, random: rand.New(rand.NewPCG(seed, 1)), named: map[string]model.ID{}}
		return l.load()
	})
	return err
}

type loader struct {
	e      *model.Edit
	now    time.Time
	random *rand.Rand
	named  map[string]model.ID
}

func (l *loader) load() error {
	if err := l.outline(life); err != nil {
		return err
	}
	for _, a := range arrows {
		if err := l.e.AddArrow(l.named[a.from], l.named[a.to], a.label); err != nil {
			return err
		}
	}
	for name, at := range places {
		if err := l.e.SetPos(l.named[name], at[0], at[1]); err != nil {
			return err
		}
	}
	if err := l.history("Reading", "reading", "read", books, 9); err != nil {
		return err
	}
	if err := l.history("Health", "health", "run", runs, 2); err != nil {
		return err
	}
	return l.weight()
}

// outline creates the nodes of an indented text.
func (l *loader) outline(text string) error {
	var path []model.ID
	for number, line := range strings.Split(text, "\n") {
		body := strings.TrimLeft(line, "\t")
		if body == "" || strings.HasPrefix(body, "# ") {
			continue
		}
		depth := min(len(line)-len(body), len(path))
		parent := model.Root
		if depth > 0 {
			parent = path[depth-1]
		}
		id, err := l.node(parent, body)
		if err != nil {
			return fmt.Errorf("line %d: %w", number+1, err)
		}
		path = append(path[:depth], id)
	}
	return nil
}

func (l *loader) node(parent model.ID, body string) (model.ID, error) {
	body, name, _ := strings.Cut(body, " @")
	parsed, err := inline.Parse(body, inline.Env{Now: l.now})
	if err != nil {
		return model.ID{}, err
	}
	id, err := l.e.Create(parent, model.Last, parsed.Text)
	if err != nil {
		return id, err
	}
	if name != "" {
		l.named[name] = id
	}
	if err := l.e.Apply(id, parsed); err != nil {
		return id, err
	}
	if parsed.State == model.Done.String() {
		return id, l.e.SetFinished(id, l.now.AddDate(0, 0, -1-l.random.IntN(6)))
	}
	return id, nil
}

var (
	books = []string{"Invisible Cities", "The Dispossessed", "Kindred", "Piranesi", "The Master and Margarita", "Stoner"}
	runs  = []string{"ran 5 km", "ran 6 km by the river", "ran 8 km", "intervals", "slow 4 km"}
)

// history adds finished nodes with a tag under a named node, one each every days on the average.
func (l *loader) history(_, parent, tag string, texts []string, every int) error {
	n := 0
	for day := days; day > 0; day-- {
		if l.random.IntN(every) != 0 {
			continue
		}
		at := time.Date(l.now.Year(), l.now.Month(), l.now.Day()-day, 7+l.random.IntN(14), l.random.IntN(60), 0, 0, l.now.Location())
		id, err := l.e.Create(l.named[parent], model.Last, texts[n%len(texts)])
		if err != nil {
			return err
		}
		n++
		if err := l.e.AddTag(id, tag); err != nil {
			return err
		}
		if err := l.e.SetState(id, model.Done); err != nil {
			return err
		}
		if err := l.e.SetCreated(id, at.Add(-2*time.Hour)); err != nil {
			return err
		}
		if err := l.e.SetFinished(id, at); err != nil {
			return err
		}
	}
	return l.e.SetFlag(l.named[parent], model.HideDone, true)
}

// weight adds a series of a morning's weight, with two weeks missing, for a gap is what real measurements have.
func (l *loader) weight() error {
	id, err := l.e.SeriesNode("weight")
	if err != nil {
		return err
	}
	if err := l.e.Move(id, l.named["health"], model.First); err != nil {
		return err
	}
	if err := l.e.SetField(id, "unit", "kg"); err != nil {
		return err
	}
	var samples []timeseries.Sample
	for day := 120; day >= 0; day-- {
		if day > 45 && day < 60 || l.random.IntN(9) == 0 {
			continue
		}
		x := float64(120-day) / 120
		kg := 76.8 - 4.1*x + 0.7*math.Sin(x*22) + 0.35*l.random.NormFloat64()
		at := time.Date(l.now.Year(), l.now.Month(), l.now.Day()-day, 7, l.random.IntN(30), 0, 0, l.now.Location())
		if at.After(l.now) {
			continue
		}
		samples = append(samples, timeseries.Sample{T: at.UnixNano(), V: math.Round(kg*10) / 10})
	}
	return l.e.Log(id, samples...)
}

// tour is a tree of things to try, in the order in which they build on each other.
var tour = []struct{ text, note string }{
	{"Welcome. Go down with ↓ or j, mark a line done with space", "Space on a line marks it done; space again takes it back."},
	{"Press Enter for a new line, type, Enter again; Esc ends typing", "Tab instead of Enter makes a child of the line."},
	{"Move this line right with > and back with <", "Whole subtrees move. K and J reorder among siblings."},
	{"Give this line a date: press d and type fri 17:00", "What was understood is shown before you press Enter."},
	{"Undo with u, redo with U: everything can be taken back", "Also after a restart, and an import of ten years is one step."},
	{"Press 2 for the map, 6 for the plot, 1 to come back", "The selection stays: each is a view of one tree."},
	{"Find with /, all commands with : and all keys with ?", "q quits. Nothing needs saving."},
}

// Tour fills t with lines to try the keys on. It is one user action.
func Tour(t *model.Tree) error {
	_, err := t.Do("the tour", func(e *model.Edit) error {
		top, err := e.Create(model.Root, model.Last, "A tour of arbor, ticked off: #plot=done #tagged=tour #since=1h #n=12")
		if err != nil {
			return err
		}
		if err := e.AddTag(top, "tour"); err != nil {
			return err
		}
		for _, step := range tour {
			id, err := e.Create(top, model.Last, step.text)
			if err != nil {
				return err
			}
			if err := e.SetState(id, model.Todo); err != nil {
				return err
			}
			if err := e.SetNote(id, step.note); err != nil {
				return err
			}
		}
		return nil
	})
	return err
}
