package main

import (
	"math"
	"math/rand/v2"

	"arbor/timeseries"
)

// series is made like those that people keep; times are whole milliseconds in ns. target is the most bytes a sample may take, 0 if none
// is set.
type series struct {
	name   string
	n      int
	target float64
	next   func(rng *rand.Rand, i int, t int64, v float64) (int64, float64) // from the sample before, which is 0, 0 at first
	given  []timeseries.Sample                                              // those of a file, which are not made
}

const many = 256 * 1024

func tenth(v float64) float64 { return math.Round(v*10) / 10 }

// made are the series that are made.
var made = []series{
	{name: "weight, daily, one decimal", n: 28 * 1024, target: 2.38, next: func(rng *rand.Rand, i int, _ int64, v float64) (int64, float64) {
		if i == 0 {
			v = 80
		}
		return (int64(i)*86400 + 7*3600 + rng.Int64N(3600)) * 1e9, tenth(v + rng.NormFloat64()*0.4 - (v-80)*0.02)
	}},
	{name: "habit, daily, yes or no", n: 28 * 1024, target: 0, next: func(rng *rand.Rand, i int, _ int64, _ float64) (int64, float64) {
		return int64(i) * 86400e9, float64(rng.IntN(2))
	}},
	{name: "temperature each minute", n: many, target: 0.31, next: func(rng *rand.Rand, i int, _ int64, _ float64) (int64, float64) {
		return int64(i) * 60e9, tenth(20 + 5*math.Sin(float64(i)/229) + rng.NormFloat64()*0.03)
	}},
	{name: "temperature with jitter and gaps", n: many, target: 0, next: func(rng *rand.Rand, i int, t int64, _ float64) (int64, float64) {
		k := t/60e9 + 1
		for rng.IntN(200) == 0 {
			k++
		}
		return (k*60000 + rng.Int64N(17)) * 1e6, tenth(20 + 5*math.Sin(float64(k)/229) + rng.NormFloat64()*0.05)
	}},
	{name: "counter every 15 s", n: many, target: 0, next: func(rng *rand.Rand, i int, _ int64, v float64) (int64, float64) {
		return (int64(i)*15000 + rng.Int64N(7)) * 1e6, v + float64(rng.IntN(100))
	}},
	{name: "full precision, noisy", n: many, target: 0, next: func(rng *rand.Rand, i int, _ int64, _ float64) (int64, float64) {
		return int64(i) * 1e9, 20 + 5*math.Sin(float64(i)/5000) + rng.NormFloat64()*0.1
	}},
	{name: "three decimals after arithmetic", n: many, target: 0, next: func(rng *rand.Rand, i int, _ int64, v float64) (int64, float64) {
		a := math.Round((v+rng.NormFloat64()*0.4)*1000) / 1000
		return int64(i) * 300e9, (a*3+0.3)/3 - 0.1
	}},
	{name: "events at random", n: many, target: 4.92, next: func(rng *rand.Rand, i int, t int64, _ float64) (int64, float64) {
		return t + int64(rng.ExpFloat64()*60000)*1e6, math.Round(rng.ExpFloat64()*50000) / 1000
	}},
	{name: "prices in cents, in bursts", n: many, target: 1.84, next: func(rng *rand.Rand, i int, t int64, v float64) (int64, float64) {
		step := rng.Int64N(32)
		if rng.IntN(10) == 0 {
			step = rng.Int64N(500)
		}
		return t + step*1e6, (math.Round(v*100) + float64(rng.IntN(21)-10)) / 100
	}},
	{name: "heart each second, with gaps", n: many, target: 0.44, next: func(rng *rand.Rand, i int, t int64, v float64) (int64, float64) {
		if t += 1e9; rng.IntN(2000) == 0 {
			t += (10 + rng.Int64N(3600)) * 1e9
		}
		if i == 0 {
			v = 70
		}
		return t, math.Round(v + rng.NormFloat64()*0.9 - (v-70)*0.002)
	}},
}

func (s series) samples() ([]int64, []float64) {
	rng := rand.New(rand.NewPCG(7, 7))
	t, v := make([]int64, s.n), make([]float64, s.n)
	for i, x := range s.given {
		t[i], v[i] = x.T, x.V
	}
	if s.given != nil {
		return t, v
	}
	var at int64
	var last float64
	for i := range t {
		at, last = s.next(rng, i, at, last)
		t[i], v[i] = at, last
	}
	return t, v
}
