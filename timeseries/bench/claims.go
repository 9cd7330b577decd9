package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"time"

	"arbor/store"
	"arbor/timeseries"
)

// measureStore measures whole series in stores on the disk at dir.
func measureStore(dir string, f *flags) ([]claim, error) {
	imported, err := measureImport(dir, f.n)
	if err != nil {
		return nil, fmt.Errorf("import: %w", err)
	}
	duck, err := measureDuckDB(dir, tableIn(dir), f)
	if err != nil {
		return nil, fmt.Errorf("duckdb: %w", err)
	}
	imported[0].peer = duck.beside(duck.load, "M rows/s")
	middle, err := measureMiddle(filepath.Join(dir, "middle"), f, &duck)
	if err != nil {
		return nil, fmt.Errorf("series of %d: %w", f.n, err)
	}
	large, err := measureLarge(filepath.Join(dir, "large"), f)
	if err != nil {
		return nil, fmt.Errorf("series of %d: %w", f.large, err)
	}
	return slices.Concat(imported, middle, large), nil
}

// each calls do n times and returns how long each call took, in ms.
func each(n int, before, do func() error) ([]float64, error) {
	var took []float64
	for range n {
		if err := before(); err != nil {
			return nil, err
		}
		began := time.Now()
		if err := do(); err != nil {
			return nil, err
		}
		took = append(took, ms(time.Since(began)))
	}
	return took, nil
}

func nothing() error { return nil }

// measureMiddle measures the series that is summed up in 1,000 buckets, and SQLite with the same one. What DuckDB took is told beside it.
func measureMiddle(dir string, f *flags, duck *duckdbCost) (claims []claim, err error) {
	o, err := open(dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, o.db.Close()) }()
	if err := o.fill(f.n); err != nil {
		return nil, err
	}
	stats, err := o.db.Stats()
	if err != nil {
		return nil, err
	}
	edges := edgesOf(sensorStart, end(f.n), 1000)
	var got []timeseries.Bucket
	sums, err := each(f.runs, o.fresh, func() (err error) { got, err = o.buckets(edges); return err })
	if err != nil {
		return nil, err
	}
	wrong := mismatches(got, f.n)
	sqlite, err := measureSQLite(dir+".sqlite", f)
	if err != nil {
		return nil, err
	}
	rng := rand.New(rand.NewPCG(5, 6))
	late, err := each(200, nothing, func() error {
		x := []timeseries.Sample{{T: sensorStart + rng.Int64N(end(f.n)-sensorStart), V: 21}}
		return o.db.Update(func(tx *store.Tx) error { return o.book.Append(tx, sensorID.ID, device, x) })
	})
	if err != nil {
		return nil, err
	}
	prompt, err := each(200, nothing, func() error {
		x := []timeseries.Sample{{T: sensorStart + rng.Int64N(end(f.n)-sensorStart), V: 21}}
		return o.db.Update(func(tx *store.Tx) error {
			tx.SetDurability(store.None)
			return o.book.Append(tx, sensorID.ID, device, x)
		})
	})
	if err != nil {
		return nil, err
	}
	m := float64(f.n) / 1e6
	return []claim{
		{what: fmt.Sprintf("live bytes of %.3gM samples in the store", m), unit: "MB", got: float64(stats.LiveBytes) / 1e6, target: 1.25 * m,
			peer: fmt.Sprintf("SQLite %s MB, %s", number(sqlite.size/1e6), duck.beside(duck.size/1e6, "MB"))},
		{what: fmt.Sprintf("%.3gM samples in 1,000 buckets, decoded anew", m), unit: "ms", got: median(sums), target: 10,
			peer: fmt.Sprintf("SQLite %s ms, %s", number(sqlite.aggregate), duck.beside(duck.aggregate, "ms"))},
		{what: "of these, other than by brute force", unit: "", got: float64(wrong), target: 0},
		{what: "one late sample, not waiting for the disk, median", unit: "ms", got: median(prompt), target: 0.1,
			peer: fmt.Sprintf("durable %s ms, %s", number(median(late)), duck.beside(duck.late, "ms"))},
	}, nil
}

// measureLarge measures the series that is drawn in 400 columns: cold, at once, exact, and at any zoom.
func measureLarge(dir string, f *flags) (claims []claim, err error) {
	o, err := open(dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, o.db.Close()) }()
	if err := o.fill(f.large); err != nil {
		return nil, err
	}
	edges := edgesOf(sensorStart, end(f.large), 400)
	cold, err := each(f.runs, func() error {
		if err := o.db.Close(); err != nil {
			return err
		}
		if err := forget(dir); err != nil {
			return err
		}
		again, err := open(dir)
		if err == nil {
			o = again
		}
		return err
	}, func() error { return o.approx(edges) })
	if err != nil {
		return nil, err
	}
	first, err := each(4*f.runs, o.fresh, func() error { return o.approx(edges) })
	if err != nil {
		return nil, err
	}
	var got []timeseries.Bucket
	exact, err := each(4*f.runs, o.fresh, func() (err error) { got, err = o.buckets(edges); return err })
	if err != nil {
		return nil, err
	}
	wrong := mismatches(got, f.large)
	warm, err := each(4*f.runs, nothing, func() (err error) { got, err = o.buckets(edges); return err })
	if err != nil {
		return nil, err
	}
	wrong += mismatches(got, f.large)
	rng := rand.New(rand.NewPCG(3, 4))
	var window []int64
	zoom, err := each(1000, func() error {
		span := float64(end(f.large) - sensorStart)
		for range rng.IntN(6) {
			span /= 10
		}
		from := sensorStart + rng.Int64N(end(f.large)-sensorStart-int64(span)+1)
		window = edgesOf(from, from+max(int64(span), 400), 400)
		return nil
	}, func() error { _, err := o.buckets(window); return err })
	if err != nil {
		return nil, err
	}
	slices.Sort(zoom)
	m := float64(f.large) / 1e6
	return []claim{
		{what: fmt.Sprintf("%.3gM samples in 400 columns, exact, warm", m), unit: "ms", got: median(warm), target: 5,
			peer: fmt.Sprintf("%s ms where all is decoded anew by a program that has just begun", number(median(exact)))},
		{what: "the same, first frame", unit: "ms", got: median(first), target: 2},
		{what: "the same, first frame, no page in memory", unit: "ms", got: median(cold), target: 10},
		{what: "any zoom, 99th percentile", unit: "ms", got: zoom[len(zoom)*99/100], target: 8, peer: fmt.Sprintf("median %s ms", number(median(zoom)))},
		{what: "columns other than by brute force", unit: "", got: float64(wrong), target: 0},
	}, nil
}
