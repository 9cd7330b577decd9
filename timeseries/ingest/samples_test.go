package ingest

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"arbor/timeseries"
)

// sampleFile opens a file of other people's that lies beside the checkout, and skips the test where there is none.
func sampleFile(t *testing.T, name string) *os.File {
	for _, up := range []string{"../../..", "../../../.."} {
		if f, err := os.Open(filepath.Join(up, "shared/samples/csv", name)); err == nil {
			t.Cleanup(func() { f.Close() })
			return f
		}
	}
	t.Skip("no ../shared/samples beside the checkout")
	return nil
}

func TestSampleFiles(t *testing.T) {
	ny := zone(t, "America/New_York")
	for _, c := range []struct {
		file        string
		opt         Options
		n           int64
		first, last string // time in the zone, value; in the order of the file
		sum         float64
	}{
		{"nyc_taxi.csv", Options{Zone: ny}, 10320, "2014-07-01T00:00:00-04:00 10844", "2015-01-31T23:30:00-05:00 26288", 156219716},
		{"seattle-weather.csv", Options{ValueColumns: []string{"temp_max"}}, 1461, "2012-01-01T00:00:00Z 12.8", "2015-12-31T00:00:00Z 5.6", 24017.5},
		{"seattle-weather.csv", Options{ValueColumns: []string{"5"}}, 1461, "2012-01-01T00:00:00Z 4.7", "2015-12-31T00:00:00Z 3.5", 4735.3},
		{"co2-concentration.csv", Options{ValueColumns: []string{"CO2"}}, 741, "1958-03-01T00:00:00Z 315.7", "2020-04-01T00:00:00Z 416.18", 263285.4},
		{"co2-concentration.csv", Options{ValueColumns: []string{"adjusted CO2"}}, 741, "1958-03-01T00:00:00Z 314.44", "2020-04-01T00:00:00Z 413.35", 263280.38},
		{"daily-min-temperatures.csv", Options{}, 3650, "1981-01-01T00:00:00Z 20.7", "1990-12-31T00:00:00Z 13", 40798.8},
		{"Checkmarks.csv", Options{ValueColumns: []string{"Wake up early"}, Words: map[string]float64{"YES_MANUAL": 2, "YES_AUTO": 1, "NO": 0, "UNKNOWN": math.NaN()}},
			10, "2015-01-25T00:00:00Z 2", "2015-01-16T00:00:00Z 2", 15},
	} {
		t.Run(c.file, func(t *testing.T) {
			if c.opt.Zone == nil {
				c.opt.Zone = time.UTC
			}
			var got []timeseries.Sample
			sum := 0.0
			rep, err := Read(sampleFile(t, c.file), c.opt, func(_ int, samples []timeseries.Sample) error {
				got = append(got, samples...)
				for _, s := range samples {
					sum += s.V
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			show := func(s timeseries.Sample) string {
				return fmt.Sprintf("%s %v", time.Unix(0, s.T).In(c.opt.Zone).Format(time.RFC3339), s.V)
			}
			if rep.Samples != c.n || rep.Rows != c.n || rep.Dropped != nil {
				t.Errorf("%d samples of %d rows, dropped %+v, want %d", rep.Samples, rep.Rows, rep.Dropped, c.n)
			}
			if f, l := show(got[0]), show(got[len(got)-1]); f != c.first || l != c.last {
				t.Errorf("from %q to %q, want %q to %q", f, l, c.first, c.last)
			}
			if math.Abs(sum-c.sum) > 1e-6 {
				t.Errorf("sum %v, want %v", sum, c.sum)
			}
		})
	}
}

func TestSampleFilesRefused(t *testing.T) {
	for file, want := range map[string]string{
		"Habits.csv":            "no column holds times",
		"newlines_crlf.csv":     "no column holds times",
		"Checkmarks.csv":        "no column holds numbers",
		"co2-concentration.csv": "numbers stand in column 2 (CO2) and column 3 (adjusted CO2); --value-column or --wide decides",
		"seattle-weather.csv":   "numbers stand in column 2 (precipitation), column 3 (temp_max), column 4 (temp_min) and column 5 (wind); --value-column or --wide decides",
	} {
		t.Run(file, func(t *testing.T) {
			_, err := Read(sampleFile(t, file), Options{}, func(int, []timeseries.Sample) error {
				t.Error("a sample was given out")
				return nil
			})
			var refused *RefusedError
			if !errors.As(err, &refused) || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v, want %s", err, want)
			}
		})
	}
}

// What the samples of other people's files take as chunks, with a fiftieth for other choices of the codec; a sample in memory has 16 bytes.
func TestSampleFilesAreSmall(t *testing.T) {
	for _, c := range []struct {
		file  string
		opt   Options
		limit float64 // bytes a sample, over all columns
	}{
		{"nyc_taxi.csv", Options{}, 1.78},
		{"seattle-weather.csv", Options{Wide: true}, 1.01},
		{"co2-concentration.csv", Options{Wide: true}, 1.48},
		{"daily-min-temperatures.csv", Options{}, 1.05},
	} {
		t.Run(c.file, func(t *testing.T) {
			var s Sorter
			defer s.Spill.Close()
			rep, err := Read(sampleFile(t, c.file), c.opt, s.Add)
			if err == nil {
				err = s.Finish()
			}
			if err != nil {
				t.Fatal(err)
			}
			size := 0
			for k := range s.Len() {
				refs, ok := s.Chunks(k)
				if !ok {
					t.Fatalf("column %d is not in order", k)
				}
				for _, r := range refs {
					size += r.Size()
				}
			}
			if got := float64(size) / float64(rep.Samples); got > c.limit {
				t.Errorf("%.3f bytes a sample, at most %v", got, c.limit)
			}
		})
	}
}
