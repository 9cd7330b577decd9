package jsonl

import (
	"testing"

	"arbor/model"
	"arbor/model/exchange/exchangetest"
	"arbor/timeseries"

	"pgregory.net/rapid"
)

// TestMarksTravel: whatever was logged, corrected and removed, by whatever policy, an export has what is seen; another tree shows the same of it, an
// older export brings back what was removed since, nothing comes twice, and one undo takes an import out.
func TestMarksTravel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := exchangetest.New(t, 1), exchangetest.New(t, 2)
		defer a.Close(t)
		defer b.Close(t)
		var id model.ID
		a.Do(t, func(e *model.Edit) (err error) {
			if id, err = e.SeriesNode("weight"); err != nil {
				return err
			}
			return e.SetField(id, model.FieldMerge, rapid.SampledFrom([]string{"last", "all", "sum", "max", "min"}).Draw(t, "merge"))
		})
		change := func() {
			at, v := rapid.Int64Range(0, 5).Draw(t, "at"), float64(rapid.IntRange(0, 3).Draw(t, "v"))
			a.Do(t, func(e *model.Edit) error {
				switch rapid.IntRange(0, 3).Draw(t, "change") {
				case 0:
					return e.Correct(id, timeseries.Sample{T: at, V: v})
				case 1:
					return e.RemoveSamples(id, at, at+2)
				}
				return e.Log(id, timeseries.Sample{T: at, V: v})
			})
		}
		steps := func() {
			for range rapid.IntRange(1, 6).Draw(t, "steps") {
				change()
			}
		}
		steps()
		old := export(t, a)
		load(t, b, old, false)
		same(t, a, b)
		steps()
		load(t, b, export(t, a), false)
		steps()
		before := a.Picture(t)
		r := load(t, a, old, false)
		if again := load(t, a, old, false); again.Samples != 0 {
			t.Fatalf("again %d samples came", again.Samples)
		}
		if r.Samples > 0 {
			a.Undo(t)
		}
		if got := a.Picture(t); got != before {
			t.Fatalf("undone it is\n%s\nit was\n%s", got, before)
		}
	})
}

func same(t *rapid.T, a, b *exchangetest.Tree) {
	if got, want := b.Picture(t), a.Picture(t); got != want {
		t.Fatalf("it comes in as\n%s\nwant\n%s", got, want)
	}
}
