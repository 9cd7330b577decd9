package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"arbor/timeseries"
	"arbor/timeseries/ingest"
)

// sampleFiles are tables of other people's that may lie beside the checkout, each column of which is a series.
var sampleFiles = []string{"nyc_taxi.csv", "seattle-weather.csv", "co2-concentration.csv", "daily-min-temperatures.csv"}

// fileSeries returns the series of the sample files, none where these are not there.
func fileSeries() ([]series, error) {
	dir := filepath.Join("..", "..", "..", "shared", "samples", "csv")
	if _, err := os.Stat(dir); err != nil {
		dir = filepath.Join("..", dir) // beside the repository of a second work tree
	}
	var found []series
	for _, name := range sampleFiles {
		f, err := os.Open(filepath.Join(dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		var columns [][]timeseries.Sample
		r, err := ingest.Read(f, ingest.Options{Zone: time.UTC, Wide: true}, func(k int, samples []timeseries.Sample) error {
			for len(columns) <= k {
				columns = append(columns, nil)
			}
			columns[k] = append(columns[k], samples...)
			return nil
		})
		if err = errors.Join(err, f.Close()); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for k, samples := range columns {
			found = append(found, series{name: name + ", " + r.Layout.Columns[r.Layout.Values[k]].Name, n: len(samples), given: samples})
		}
	}
	return found, nil
}
