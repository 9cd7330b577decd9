package csv

import (
	_ "embed"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"arbor/model"
	"arbor/model/exchange"
	"arbor/model/exchange/exchangetest"
	"arbor/timeseries"
	"arbor/timeseries/ingest"
)

func load(t *testing.T, tr *exchangetest.Tree, table string, opt Options) *exchange.Report {
	t.Helper()
	r, err := Import(tr.Tree, tr.Book, strings.NewReader(table), "import csv", opt)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// series returns the samples of a series by name, as lines of seconds and values.
func series(t *testing.T, tr *exchangetest.Tree, name string) string {
	t.Helper()
	var b strings.Builder
	err := tr.View(func(v *model.View) error {
		id, ok, err := v.SeriesByName(name)
		if err != nil || !ok {
			return errors.Join(err, fmt.Errorf("no series %q", name))
		}
		for s, err := range tr.Book.Range(v.Reader(), timeseries.Series{ID: timeseries.ID(id)}, -1<<62, 1<<62) {
			if err != nil {
				return err
			}
			fmt.Fprintf(&b, "%s %v\n", time.Unix(0, s.T).UTC().Format("01-02 15:04"), s.V)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

//go:embed testdata/weight.csv
var table string

func TestImport(t *testing.T) {
	tr := exchangetest.New(t, 1)
	empty := tr.Picture(t)
	only := Options{Series: "weight", Options: ingest.Options{ValueColumns: []string{"weight"}}}
	dry := only
	dry.DryRun = true
	if r := load(t, tr, table, dry); r.Samples != 3 || r.Created != 1 || tr.Picture(t) != empty {
		t.Fatalf("dry run: %+v", r)
	}
	if r := load(t, tr, table, only); r.Samples != 3 || r.Created != 1 {
		t.Fatalf("%+v", r)
	}
	const want = "11-01 07:00 72.4\n11-02 07:00 72.2\n11-03 07:00 72\n"
	if got := series(t, tr, "weight"); got != want {
		t.Fatalf("got\n%s", got)
	}
	whole := tr.Picture(t)
	if r := load(t, tr, table, only); r.Samples != 0 || r.Unchanged != 1 || tr.Picture(t) != whole {
		t.Fatalf("a second time: %+v", r)
	}
	longer := strings.Replace(table, "72.2", "72.25", 1) + "2026-11-02T12:00:00Z,71,\n2026-11-04T07:00:00Z,71.9,\n"
	r := load(t, tr, longer, only)
	if r.Samples != 3 || r.Changed != 1 {
		t.Fatalf("a longer table: %+v", r)
	}
	if got := series(t, tr, "weight"); got != "11-01 07:00 72.4\n11-02 07:00 72.25\n11-02 12:00 71\n11-03 07:00 72\n11-04 07:00 71.9\n" {
		t.Fatalf("got\n%s", got)
	}
	if r := load(t, tr, longer, only); r.Samples != 0 {
		t.Fatalf("again: %+v", r)
	}
	if r := load(t, tr, table, only); r.Samples != 1 {
		t.Fatalf("the older table: %+v", r)
	}
	if got := series(t, tr, "weight"); !strings.Contains(got, "11-02 07:00 72.2\n") {
		t.Fatalf("got\n%s", got)
	}
	tr.Undo(t)
	tr.Undo(t)
	if got := series(t, tr, "weight"); got != want {
		t.Fatalf("after undo\n%s", got)
	}
	tr.Undo(t)
	if got := tr.Picture(t); got != empty {
		t.Fatalf("undo left\n%s", got)
	}
	if load(t, tr, table, only); series(t, tr, "weight") != want {
		t.Fatal("after undo it does not come in again")
	}
}

func TestSeveralColumns(t *testing.T) {
	tr := exchangetest.New(t, 1)
	r := load(t, tr, table, Options{Series: "my", Options: ingest.Options{ValueColumns: []string{"weight", "3"}}})
	if r.Created != 2 || r.Samples != 5 || len(r.Dropped) != 1 || r.Dropped[0].Line != 4 {
		t.Fatalf("%+v", r)
	}
	if got := series(t, tr, "my rain"); got != "11-01 07:00 0\n11-03 07:00 1.5\n" {
		t.Errorf("got\n%s", got)
	}
	tr.Undo(t)
	load(t, tr, table, Options{Options: ingest.Options{ValueColumns: []string{"rain"}}})
	series(t, tr, "rain")
}

// The series is found by its name among what a person has, and logs by hand stay.
func TestIntoASeries(t *testing.T) {
	tr := exchangetest.New(t, 1)
	tr.Do(t, func(e *model.Edit) error {
		id, err := e.SeriesNode("weight")
		if err != nil {
			return err
		}
		return e.Log(id, timeseries.Sample{T: time.Date(2026, 11, 1, 7, 0, 0, 0, time.UTC).UnixNano(), V: 72.4}, timeseries.Sample{T: time.Date(2026, 11, 5, 7, 0, 0, 0, time.UTC).UnixNano(), V: 80})
	})
	if r := load(t, tr, table, Options{Series: "weight", Options: ingest.Options{ValueColumns: []string{"weight"}}}); r.Samples != 2 || r.Changed != 1 || r.Created != 0 {
		t.Errorf("%+v", r)
	}
	if got := series(t, tr, "weight"); got != "11-01 07:00 72.4\n11-02 07:00 72.2\n11-03 07:00 72\n11-05 07:00 80\n" {
		t.Errorf("got\n%s", got)
	}
}

func TestTwice(t *testing.T) {
	tr := exchangetest.New(t, 1)
	r := load(t, tr, "t,v\n2026-11-01,1\n2026-11-01,2\n2026-11-02,3\n", Options{Series: "x"})
	if r.Samples != 2 || len(r.Dropped) != 1 {
		t.Errorf("%+v", r)
	}
	if got := series(t, tr, "x"); got != "11-01 00:00 2\n11-02 00:00 3\n" {
		t.Errorf("got\n%s", got)
	}
}

func TestImportRefuses(t *testing.T) {
	for _, c := range []struct{ name, table, series, want string }{
		{"empty", "", "x", "empty"},
		{"binary", "a\x00b", "x", "not text"},
		{"no times", "a,b\n1,2\n", "x", "--time"},
		{"two columns", table, "", "--wide"},
		{"no names", "2026-11-01,1\n2026-11-02,2\n", "", "--series"},
		{"day or month", "t,v\n1/2/2026,1\n2/3/2026,2\n", "x", "--time-format"},
		{"no samples", "t,v\n2026-11-01,NA\n", "x", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			tr := exchangetest.New(t, 1)
			before := tr.Picture(t)
			_, err := Import(tr.Tree, tr.Book, strings.NewReader(c.table), "import", Options{Series: c.series})
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v, want one line with %q", err, c.want)
			}
			if tr.Picture(t) != before {
				t.Error("the tree was changed")
			}
		})
	}
}

// The sample files of other programs, where they are at hand, come in whole, once, and go with one undo.
func TestSamples(t *testing.T) {
	marks := map[string]float64{"YES_MANUAL": 2, "YES_AUTO": 1, "NO": 0, "UNKNOWN": math.NaN()}
	for _, c := range []struct {
		file string
		opt  Options
		want map[string]int // samples of each series
	}{
		{"nyc_taxi.csv", Options{Series: "taxi"}, map[string]int{"taxi": 10320}},
		{"daily-min-temperatures.csv", Options{}, map[string]int{"Temp": 3650}},
		{"co2-concentration.csv", Options{Options: ingest.Options{Wide: true}}, map[string]int{"CO2": 741, "adjusted CO2": 741}},
		{"seattle-weather.csv", Options{Series: "Seattle", Options: ingest.Options{Wide: true}},
			map[string]int{"Seattle precipitation": 1461, "Seattle temp_max": 1461, "Seattle temp_min": 1461, "Seattle wind": 1461}},
		{"Checkmarks.csv", Options{Options: ingest.Options{ValueColumns: []string{"Meditate", "Wake up early"}, Words: marks}}, map[string]int{"Wake up early": 10}},
	} {
		t.Run(c.file, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join(root(t), "..", "shared", "samples", "csv", c.file))
			if err != nil {
				t.Skip("no sample files: ", err)
			}
			tr := exchangetest.New(t, 1)
			empty := tr.Picture(t)
			r := load(t, tr, string(text), c.opt)
			for name, want := range c.want {
				if n := strings.Count(series(t, tr, name), "\n"); n != want {
					t.Errorf("%s: %d samples, want %d: %+v", name, n, want, r)
				}
			}
			if r := load(t, tr, string(text), c.opt); r.Samples > 0 || r.Unchanged != len(c.want) {
				t.Errorf("a second time: %+v", r)
			}
			tr.Undo(t)
			if tr.Picture(t) != empty {
				t.Error("undo leaves something")
			}
		})
	}
}

// root returns the directory of the module.
func root(t *testing.T) string {
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
	}
	t.Fatal("no go.mod above the test")
	return ""
}
