package plot

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"arbor/model"
	"arbor/timeseries"
	"arbor/ui/command"
	"arbor/ui/screen"
)

// sensor imports a series of a sample a second with jitter and one decimal.
func (s *stage) sensor(n int) {
	rng := rand.New(rand.NewPCG(1, 2))
	_, err := s.env.Tree.Import("sensor", func(im *model.Importer) error {
		id, err := im.Series("sensor")
		at, v := now.UnixNano()-int64(n)*1e9, 200
		xs := make([]timeseries.Sample, timeseries.MaxChunk)
		for i := 0; err == nil && i < n; i += len(xs) {
			for k := range xs {
				xs[k] = timeseries.Sample{T: at + rng.Int64N(10)*1e6, V: float64(v) / 10}
				at += 1e9
				v = min(max(v+rng.IntN(7)-3, -400), 1200)
			}
			var chunk []byte
			if chunk, err = timeseries.EncodeChunk(xs); err == nil {
				err = im.PutChunk(id, chunk)
			}
		}
		return err
	})
	if err != nil {
		s.t.Fatalf("%v", err)
	}
}

// BenchmarkPanAndZoom presses keys at random over a long series, 200×50 cells large: how long until the first picture is drawn, and until the exact
// one is.
func BenchmarkPanAndZoom(b *testing.B) {
	for _, n := range []int{10e6, 100e6} {
		b.Run(fmt.Sprintf("%dM", n/1e6), func(b *testing.B) {
			if n > 10e6 && os.Getenv("ARBOR_SOAK") == "" {
				b.Skip("ARBOR_SOAK=1 makes it")
			}
			s := newStage(b, false)
			s.sensor(n)
			s.send(screen.Resize{W: 200, H: 50}, screen.Enter{})
			rng := rand.New(rand.NewPCG(3, 4))
			keys := []command.ID{command.ZoomIn, command.ZoomIn, command.ZoomOut, command.PlotEarlier, command.PlotLater, command.PlotPageEarlier,
				command.PlotPageLater, command.PlotAll}
			var first, exact []time.Duration
			for b.Loop() {
				began := time.Now()
				m, cmd := s.m.invoke(keys[rng.IntN(len(keys))])
				for cmd != nil {
					m, cmd = m.arrived(cmd().(answer))
					s.m = m
					s.picture()
					if exact = append(exact, time.Since(began)); cmd != nil {
						first, exact = append(first, exact[len(exact)-1]), exact[:len(exact)-1]
					}
				}
			}
			for name, took := range map[string][]time.Duration{"first": first, "exact": exact} {
				if slices.Sort(took); len(took) > 0 {
					b.ReportMetric(float64(took[len(took)/2])/1e6, name+"-p50-ms")
					b.ReportMetric(float64(took[len(took)*99/100])/1e6, name+"-p99-ms")
				}
			}
		})
	}
}
