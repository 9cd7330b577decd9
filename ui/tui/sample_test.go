package tui

import (
	"strings"
	"testing"
	"time"

	"arbor/model"
	"arbor/timeseries"

	tea "github.com/charmbracelet/bubbletea"
)

// weighed returns a driver that shows a plot of three samples: 80, 81, 82 kg on the three days before noon, at six.
func weighed(t *testing.T, fields ...string) (*driver, *timeseries.Book, model.ID) {
	t.Helper()
	tree, db := newTreeIn(t)
	book, err := timeseries.Open(db)
	if err != nil {
		t.Fatal(err)
	}
	var id model.ID
	_, err = tree.Do("log", func(e *model.Edit) (err error) {
		if id, err = e.SeriesNode("weight"); err != nil {
			return err
		}
		for _, f := range append(fields, "unit:kg") {
			key, value, _ := strings.Cut(f, ":")
			if err := e.SetField(id, key, value); err != nil {
				return err
			}
		}
		for i := range 3 {
			if err := e.Log(id, timeseries.Sample{T: noon.Add(time.Duration(i-3)*24*time.Hour - 6*time.Hour).UnixNano(), V: float64(80 + i)}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	d := start(t, tree, 100, 24, func(o *Options) { o.Book = book })
	d.press("6")
	return d, book, id
}

// values are what a series holds, in the order of time.
func values(t *testing.T, d *driver, book *timeseries.Book, id model.ID) string {
	t.Helper()
	var out []string
	err := d.tree.View(func(v *model.View) error {
		n, err := v.Node(id)
		if err != nil {
			return err
		}
		out = nil
		for x, err := range book.Range(v.Reader(), n.Source(), 0, noon.Add(24*time.Hour).UnixNano()) {
			if err != nil {
				return err
			}
			out = append(out, valued(&model.Node{}, x.V))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(out, " ")
}

// TestSamplesUnderTheCrosshair changes samples by keys alone. Each is one step of undo, and seen at once.
func TestSamplesUnderTheCrosshair(t *testing.T) {
	for _, c := range []struct{ name, keys, want, says string }{
		{"edit", ".<enter>79.5<enter>", "79.5 81 82", "weight at Sun 1 Mar 06:00: 80 kg → 79.5 kg · u undoes"},
		{"the picture shows it", ".<enter>79.5<enter><esc>.", "79.5 81 82", "79.5 kg at Sun 1 Mar 2026 06:00:00, corrected"},
		{"edit, mended", ".i<end><bs>9<enter>", "89 81 82", "80 kg → 89 kg"},
		{"edit, undone", ".<enter>79.5<enter>u", "80 81 82", "80 kg at Sun 1 Mar 2026 06:00:00"},
		{"edit, undone and done again", ".<enter>79.5<enter>uU", "79.5 81 82", "did again: correct weight"},
		{"the same value is no change", ".<enter><enter>u", "", "undid: log"},
		{"no number stays open", ".<enter>heavy<enter>", "80 81 82", "\"heavy\" is no number"},
		{"the arrows step", ".<right><right><enter>70<enter>", "80 81 70", "82 kg → 70 kg"},
		{"and back", ",<left><enter>70<enter>", "80 70 82", "81 kg → 70 kg"},
		{"without a sample pointed at", "<enter>", "80 81 82", "point at a sample first"},
		{"remove", "..<del>", "80 82", "removed 81 kg of weight at Mon 2 Mar 06:00 · u undoes"},
		{"remove, undone: it points there again", "..xu", "80 81 82", "81 kg at Mon 2 Mar 2026 06:00:00"},
		{"remove all", ".xxx", "", ""},
		{"log now", "A79<enter>", "80 81 82 79", "logged weight 79 kg at Wed 4 Mar 12:00 · u undoes"},
		{"log then", "A79 mon 7:00<enter>", "80 81 79 82", "logged weight 79 kg at Mon 2 Mar 07:00"},
		{"as it is typed", "A79 mon 7:00", "80 81 82", "79 kg at Mon 2 Mar 07:00"},
		{"log at the time pointed at", "..A79", "80 81 82", "in place of 81 kg"},
		{"log at the time pointed at, done", "..A79<enter>", "80 79 82", ""},
		{"log undone", "A79<enter>u", "80 81 82", "undid: log weight 79"},
		{"log without a value", "A<enter>", "80 81 82", ""},
		{"no habit", "X", "80 81 82", "no target"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, book, id := weighed(t)
			d.press(c.keys)
			if got := values(t, d, book, id); got != c.want {
				t.Errorf("the samples are %s, want %s", got, c.want)
			}
			if p := d.picture(); !strings.Contains(p, c.says) {
				t.Errorf("%q is not said in\n%s", c.says, p)
			}
		})
	}
}

// TestHabitUnderTheCrosshair skips days of a habit, and logs one without a value.
func TestHabitUnderTheCrosshair(t *testing.T) {
	for _, c := range []struct{ name, keys, says string }{
		{"today", "X", "skipped Wed 4 Mar of weight · u undoes"},
		{"a day pointed at", ".X", "skipped Sun 1 Mar of weight"},
		{"and back", "XX", "Wed 4 Mar of weight is not skipped any more"},
		{"undone", "Xu", "undid: skip weight"},
		{"it stands on the plot", "X", "      skipped"},
		{"done", "A<enter>", "logged weight 1 kg at Wed 4 Mar 12:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, _, _ := weighed(t, "target:3/week")
			d.press(c.keys)
			if p := d.picture(); !strings.Contains(p, c.says) {
				t.Errorf("%q is not said in\n%s", c.says, p)
			}
		})
	}
}

// TestChoosingSeries shows another series by its name, lays one beside it, and shows spans of time.
func TestChoosingSeries(t *testing.T) {
	for _, c := range []struct{ name, keys, says string }{
		{"shown", "psle<enter>", " sleep  7 h"},
		{"the one that is shown is marked", "p", "shown now"},
		{"beside", "s<enter>", "weight  82 kg   sleep  7 h"},
		{"beside, offered again", "s<enter>s", "takes it away"},
		{"beside, and not", "s<enter>s<enter>", "82 kg  min 80"},
		{"none of that name", "pxyz<enter>", "no series is called “xyz”"},
		{"closed", "psle<esc>", "weight  82 kg"},
		{"since", "zsmon<enter>", "min 81  max 82"},
		{"until", "zumon<enter>", "1 sample"},
		{"as it is typed", "zs2d", "Mon 2 Mar 12:00"},
		{"no time stays open", "zs31 feb<enter>", "February has 29 days"},
		{"a day", "zd", "3 Mar 2026"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, _, _ := weighed(t)
			_, err := d.tree.Do("log", func(e *model.Edit) error {
				id, err := e.SeriesNode("sleep")
				if err != nil {
					return err
				}
				if err := e.SetField(id, "unit", "h"); err != nil {
					return err
				}
				return e.Log(id, timeseries.Sample{T: noon.Add(-30 * time.Hour).UnixNano(), V: 7})
			})
			if err != nil {
				t.Fatal(err)
			}
			d.press("16" + c.keys)
			if p := d.picture(); !strings.Contains(p, c.says) {
				t.Errorf("%q is not said in\n%s", c.says, p)
			}
		})
	}
}

// TestWhatHappened shows nodes on the plot: those that link to the series, those that a query means, typed or saved, or none; and what is new at once.
func TestWhatHappened(t *testing.T) {
	const plan = "on a trip, no [[weight]] lost when:2026-03-01T12:00..2026-03-02T12:00\nthe doctor +health when:2026-03-02T18:00\nhealthy query:+health\n"
	for _, c := range []struct{ name, keys, says, not string }{
		{"what links to it", "", "on a trip, no weight lo", "doctor"},
		{"a query", "e+health<enter>", "the doctor", "trip"},
		{"a saved query", "e@heal<enter>", "the doctor", "trip"},
		{"nothing", "e-<enter>", "weight  82 kg", "trip"},
		{"again what links to it", "e-<enter>e<enter>", "on a trip", "doctor"},
		{"no query stays open", "edue<<enter>", "due<", ""},
		{"in words", "W", "1 Mar 2026 – 2 Mar 2026: on a trip, no weight lost", "┤"},
		{"what is changed", "e+health<enter>1/doctor<enter>i<home>X<enter>6", "Xthe doctor", ""},
		{"on a histogram it does no harm", "vvvvvvv", "most from", "trip"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, _, _ := weighed(t)
			plant(t, d.tree, plan)
			d.press("16" + c.keys)
			p := d.picture()
			if !strings.Contains(p, c.says) || c.not != "" && strings.Contains(p, c.not) {
				t.Errorf("%q is not said, or %q is, in\n%s", c.says, c.not, p)
			}
		})
	}
}

// TestPlotPictures compares whole windows of the plot with the files in testdata.
func TestPlotPictures(t *testing.T) {
	for _, sc := range []struct{ name, keys string }{
		{"plot", ""}, {"plot-cross", ",<left>"}, {"plot-edit", ",<enter>7"}, {"plot-words", ".W"}, {"plot-beside", "s"}, {"plot-by", "bb"}, {"plot-spans", "z"}, {"plot-bare", "vvvvvvv"},
	} {
		for _, size := range []struct{ w, h int }{{20, 5}, {40, 12}, {80, 24}, {200, 50}} {
			name := sc.name + "-" + count(size.w)
			t.Run(name, func(t *testing.T) {
				d, _, _ := weighed(t, "goal:70@2026-04-01")
				_, err := d.tree.Do("log", func(e *model.Edit) error {
					id, err := e.SeriesNode("sleep")
					if err != nil {
						return err
					}
					return e.Log(id, timeseries.Sample{T: noon.Add(-30 * time.Hour).UnixNano(), V: 7})
				})
				if err != nil {
					t.Fatal(err)
				}
				plant(t, d.tree, "on a trip [[weight]] when:2026-03-01T12:00..2026-03-02T12:00\n")
				d.send(tea.WindowSizeMsg{Width: size.w, Height: size.h})
				d.press("16" + sc.keys)
				d.send(whichKey{d.m.typedAt})
				compare(t, name, d.picture())
			})
		}
	}
}

// TestDerivedByKeys chooses a series that follows from the tree by its name; nothing can be logged to it.
func TestDerivedByKeys(t *testing.T) {
	for _, c := range []struct{ name, keys, says string }{
		{"offered", "p", "what was done"},
		{"shown", "pbackl<enter>", " backlog  "},
		{"nobody logs it", "pbackl<enter>A", "it follows from the tree"},
		{"beside", "sdone<enter>", "weight  82 kg   done"},
		{"and not", "sdone<enter>sdone<enter>", "3 samples"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, _, _ := weighed(t)
			plant(t, d.tree, "a state:done\nb state:todo\n")
			d.press("16" + c.keys)
			if p := d.picture(); !strings.Contains(p, c.says) {
				t.Errorf("%q is not said in\n%s", c.says, p)
			}
		})
	}
}
