package main

import (
	"fmt"
	"math"
	"time"

	"github.com/VictoriaMetrics/VictoriaMetrics/lib/decimal"
	"github.com/VictoriaMetrics/VictoriaMetrics/lib/encoding"
	"github.com/prometheus/prometheus/tsdb/chunkenc"

	"arbor/timeseries/codec"
)

// encoder packs a part of a series and unpacks it again. The times that the peers get are milliseconds, as they keep them.
type encoder struct {
	name   string
	chunk  int   // samples together
	unit   int64 // ns of its times
	encode func(t []int64, v []float64) (part, error)
	decode func(p part, t []int64, v []float64) ([]int64, []float64, error)
}

// part is a packed part.
type part struct {
	times, values []byte
	n             int
	t, v          encoding.MarshalType
	firstT        int64
	firstV        int64
	exponent      int16
}

var engines = []encoder{
	{"arbor", codec.MaxPoints, 1, func(t []int64, v []float64) (part, error) {
		b, err := codec.Append(nil, t, v)
		return part{values: b}, err
	}, func(p part, t []int64, v []float64) ([]int64, []float64, error) {
		return codec.Decode(p.values, t, v)
	}},
	{"Prometheus", 120, 1e6, func(t []int64, v []float64) (part, error) {
		c := chunkenc.NewXOR2Chunk()
		a, err := c.Appender()
		if err != nil {
			return part{}, err
		}
		for i := range t {
			a.Append(0, t[i], v[i])
		}
		return part{values: c.Bytes()}, nil
	}, func(p part, t []int64, v []float64) ([]int64, []float64, error) {
		c, err := chunkenc.FromData(chunkenc.EncXOR2, p.values)
		if err != nil {
			return t, v, err
		}
		it := c.Iterator(nil)
		for it.Next() != chunkenc.ValNone {
			at, x := it.At()
			t, v = append(t, at), append(v, x)
		}
		return t, v, it.Err()
	}},
	{"VictoriaMetrics", 8192, 1e6, func(t []int64, v []float64) (part, error) {
		ints, e := decimal.AppendFloatToDecimal(nil, v)
		p := part{exponent: e, n: len(t)}
		p.times, p.t, p.firstT = encoding.MarshalTimestamps(nil, t, 64)
		p.values, p.v, p.firstV = encoding.MarshalValues(nil, ints, 64)
		return p, nil
	}, func(p part, t []int64, v []float64) ([]int64, []float64, error) {
		t, err := encoding.UnmarshalTimestamps(t, p.times, p.t, p.firstT, p.n)
		if err != nil {
			return t, v, err
		}
		ints, err := encoding.UnmarshalValues(nil, p.values, p.v, p.firstV, p.n)
		return t, decimal.AppendDecimalToFloat(v, ints, p.exponent), err
	}},
}

// cost is what a sample costs an engine, and how many values came back changed.
type cost struct {
	size, encode, decode float64
	changed              int
}

// measured is a series and its cost by engine.
type measured struct {
	series
	of []cost
}

func measureCodecs(all []series, runs int) ([]measured, error) {
	var found []measured
	for _, s := range all {
		times, values := s.samples()
		m := measured{series: s, of: make([]cost, len(engines))}
		took := make([][2][]float64, len(engines))
		for range runs {
			for i, e := range engines {
				c, err := e.measure(times, values)
				if err != nil {
					return nil, fmt.Errorf("%s, %s: %w", s.name, e.name, err)
				}
				m.of[i] = c
				took[i][0], took[i][1] = append(took[i][0], c.encode), append(took[i][1], c.decode)
			}
		}
		for i := range engines {
			m.of[i].encode, m.of[i].decode = median(took[i][0]), median(took[i][1])
		}
		found = append(found, m)
	}
	return found, nil
}

// measure packs and unpacks the series once and compares.
func (e *encoder) measure(times []int64, values []float64) (cost, error) {
	in := make([]int64, len(times))
	for i, t := range times {
		in[i] = t / e.unit
	}
	var c cost
	var parts []part
	began := time.Now()
	for at := 0; at < len(in); at += e.chunk {
		end := min(at+e.chunk, len(in))
		p, err := e.encode(in[at:end], values[at:end])
		if err != nil {
			return c, err
		}
		parts = append(parts, p)
	}
	n := float64(len(in))
	c.encode = float64(time.Since(began)) / n
	for _, p := range parts {
		c.size += float64(len(p.times)+len(p.values)) / n
	}
	t, v := make([]int64, 0, e.chunk), make([]float64, 0, e.chunk)
	began = time.Now()
	for _, p := range parts {
		if _, _, err := e.decode(p, t, v); err != nil {
			return c, err
		}
	}
	c.decode = float64(time.Since(began)) / n
	at := 0
	for _, p := range parts {
		gt, gv, err := e.decode(p, t, v)
		if err != nil {
			return c, err
		}
		for i := range gt {
			if gt[i] != in[at] {
				return c, fmt.Errorf("time %d is %d, want %d", at, gt[i], in[at])
			}
			if math.Float64bits(gv[i]) != math.Float64bits(values[at]) {
				c.changed++
			}
			at++
		}
	}
	if at != len(in) {
		return c, fmt.Errorf("%d samples came back of %d", at, len(in))
	}
	return c, nil
}
