package plot

import (
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"arbor/model"
	"arbor/timeseries"
	"arbor/ui/command"
	"arbor/ui/plot"
	"arbor/ui/screen"
)

var update = flag.Bool("update", false, "write the pictures in testdata again")

// states are series that are not as one thinks of them.
var states = []struct {
	name    string
	samples func() []timeseries.Sample
}{
	{"empty", func() []timeseries.Sample { return nil }},
	{"one", func() []timeseries.Sample { return every(time.Hour, 1, func(int) float64 { return 72.4 }) }},
	{"nan", func() []timeseries.Sample { return every(time.Hour, 20, func(int) float64 { return math.NaN() }) }},
	{"gap", func() []timeseries.Sample {
		all := every(24*time.Hour, 90, func(i int) float64 { return 70 + 3*math.Sin(float64(i)/9) })
		return append(all[:30], all[60:]...)
	}},
	{"constant", func() []timeseries.Sample { return every(24*time.Hour, 40, func(int) float64 { return 5 }) }},
	{"huge", func() []timeseries.Sample {
		return every(24*time.Hour, 60, func(i int) float64 { return 3e17 * math.Pow(1.4, float64(i)) })
	}},
	{"negative", func() []timeseries.Sample {
		return every(6*time.Hour, 120, func(i int) float64 { return -40 + 60*math.Sin(float64(i)/11) })
	}},
	{"decade", func() []timeseries.Sample {
		return every(24*time.Hour, 3650, func(i int) float64 { return 15 + 10*math.Sin(float64(i)/58.1) + float64(i*7%11)/4 })
	}},
	{"minutes", func() []timeseries.Sample {
		return every(time.Second, 180, func(i int) float64 { return 60 + float64(i*i%17) })
	}},
}

// every returns n samples up to now.
func every(step time.Duration, n int, value func(i int) float64) []timeseries.Sample {
	var out []timeseries.Sample
	for i := range n {
		out = append(out, timeseries.Sample{T: now.Add(-time.Duration(n-1-i) * step).UnixNano(), V: value(i)})
	}
	return out
}

// TestPictures draws every kind of every state, 80 cells wide, and the usual one 200 cells wide, and says each in words.
func TestPictures(t *testing.T) {
	for _, st := range states {
		t.Run(st.name, func(t *testing.T) {
			s := newStage(t, false)
			s.log("weight", st.samples()...)
			s.do(func(e *model.Edit) error {
				id, err := e.SeriesNode("weight")
				if err != nil {
					return err
				}
				if err := e.MakeSeries(id); err != nil {
					return err
				}
				return e.SetField(id, "unit", "kg")
			})
			s.send(screen.Resize{W: 80, H: 20}, screen.Enter{})
			var b strings.Builder
			for k := plot.Auto; k <= plot.Spark; k++ {
				if k == plot.Scatter {
					continue
				}
				for s.m.look.kind != k {
					s.invoke(command.PlotKind)
				}
				fmt.Fprintf(&b, "== %s  [%s]\n%s", k, s.m.Place().Note, s.picture())
			}
			s.invoke(command.PlotKind, command.PlotWords)
			fmt.Fprintf(&b, "== words\n%s", s.picture())
			golden(t, st.name+"-80", b.String())
			s.invoke(command.PlotWords)
			s.send(screen.Resize{W: 200, H: 46})
			golden(t, st.name+"-200", s.picture())
		})
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	var lines []string
	for l := range strings.Lines(got) {
		lines = append(lines, strings.TrimRight(l, " \n"))
	}
	got = strings.Join(lines, "\n") + "\n"
	file := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || got != string(want) {
		t.Errorf("the picture differs from %s (%v); run the test with -update and read it\n%s", file, err, got)
	}
}
