package exchange_test

import (
	"slices"
	"testing"

	"arbor/model"
	"arbor/model/exchange"
	"arbor/model/exchange/exchangetest"
	"arbor/timeseries"
)

// TestImportOfOneDevice: a file of what this device has measured adds to what others have, or is compared with it, and comes once; an export of a tree
// says what all devices have come to, and is taken at its word.
func TestImportOfOneDevice(t *testing.T) {
	at := func(values ...float64) (out []timeseries.Sample) {
		for i, v := range values {
			out = append(out, timeseries.Sample{T: int64(i), V: v})
		}
		return out
	}
	for _, c := range []struct {
		merge        string
		merged       bool
		first, again int // samples that the file brings
		want         []float64
	}{
		{"last", false, 2, 0, []float64{300, 400, 500}}, {"last", true, 2, 0, []float64{300, 400, 500}},
		{"sum", false, 3, 0, []float64{800, 400, 1000}}, {"sum", true, 2, 0, []float64{300, 400, 500}},
		{"max", false, 3, 0, []float64{500, 400, 500}}, {"max", true, 2, 0, []float64{300, 400, 500}},
		{"min", false, 3, 0, []float64{300, 400, 500}}, {"min", true, 2, 0, []float64{300, 400, 500}},
		{"all", false, 2, 0, []float64{500, 300, 400, 500}},
	} {
		tr := exchangetest.New(t, 1)
		var id model.ID
		tr.Do(t, func(e *model.Edit) (err error) {
			if id, err = e.SeriesNode("steps"); err != nil {
				return err
			}
			return e.SetField(id, model.FieldMerge, c.merge)
		})
		tr.Write(t, id, 1, []timeseries.Sample{{T: 0, V: 500}, {T: 2, V: 500}}) // the least id there is
		take := func() (n int) {
			_, err := tr.Import("steps", func(im *model.Importer) error {
				return im.View(func(v *model.View) error {
					f, err := exchange.Missing(v, tr.Book, exchange.Samples{Series: id, Samples: at(300, 400, 500), Merged: c.merged})
					if n = f.Len(); err != nil {
						return err
					}
					return f.Put(im, id, nil)
				})
			})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		if first, again := take(), take(); first != c.first || again != c.again {
			t.Errorf("%s, merged %v: brings %d and %d samples", c.merge, c.merged, first, again)
		}
		if got := tr.Values(t, id); !slices.Equal(got, c.want) {
			t.Errorf("%s, merged %v: %v, want %v", c.merge, c.merged, got, c.want)
		}
		tr.Close(t)
	}
}
