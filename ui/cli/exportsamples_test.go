package cli

import (
	"bytes"
	"cmp"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"arbor/model"
	"arbor/model/exchange/csv"
	"arbor/model/exchange/exchangetest"
	"arbor/timeseries"
	"arbor/timeseries/ingest"
)

// Samples that are written in either format are read back to the bit, into series of the same names, and a second time nothing is new.
func TestSamplesAreReadBack(t *testing.T) {
	for title, format := range map[string]sampleFormat{"csv": csvLines, "jsonl": jsonLines} {
		t.Run(title, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				want := map[string][]timeseries.Sample{}
				text := bytes.NewBufferString(format.header)
				name := rapid.Map(rapid.StringOf(rapid.RuneFrom([]rune(`ab1 ",;'|{}\é日`))), func(s string) string { return "s" + strings.TrimSpace(s) })
				for _, n := range rapid.SliceOfNDistinct(name, 1, 4, strings.ToLower).Draw(t, "names") {
					want[n] = drawSamples(t)
					line, err := format.line(&model.Node{Text: n})
					if err != nil {
						t.Fatal(err)
					}
					for _, x := range want[n] {
						text.Write(line(nil, x))
					}
				}
				tr := exchangetest.New(t, 1)
				for round := range 2 {
					zone := time.FixedZone("", 3600) // no matter: each time names its own
					r, err := csv.Import(tr.Tree, tr.Book, bytes.NewReader(text.Bytes()), "import", csv.Options{Options: ingest.Options{Zone: zone}})
					if err != nil || len(r.Dropped) > 0 || round > 0 && r.Samples > 0 {
						t.Fatalf("%v, %+v\n%s", err, r, text)
					}
				}
				for n, samples := range want {
					if got := samplesOf(t, tr, n); !slices.EqualFunc(got, samples, equalBits) {
						t.Fatalf("%q: got  %v\nwant %v\n%s", n, got, samples, text)
					}
				}
			})
		})
	}
}

// drawSamples draws samples of any finite value, in the order of time.
func drawSamples(t *rapid.T) []timeseries.Sample {
	value := rapid.OneOf(rapid.Float64(), rapid.Map(rapid.IntRange(-1e6, 1e6), func(i int) float64 { return float64(i) / 100 }),
		rapid.SampledFrom([]float64{0, math.Copysign(0, -1), math.MaxFloat64, math.SmallestNonzeroFloat64, 1e21, 123456789.125}))
	seed := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
	var out []timeseries.Sample
	for range rapid.IntRange(1, 20).Draw(t, "samples") {
		at := time.Date(1700, 1, 1, 0, 0, 0, 0, time.UTC).UnixNano() + seed.Int64N(math.MaxInt64)
		if rapid.Bool().Draw(t, "recent") {
			at = 1_700_000_000_000_000_000 + seed.Int64N(86400)*1e9
		}
		out = append(out, timeseries.Sample{T: at, V: value.Draw(t, "value")})
	}
	slices.SortFunc(out, func(a, b timeseries.Sample) int { return cmp.Compare(a.T, b.T) })
	return slices.CompactFunc(out, func(a, b timeseries.Sample) bool { return a.T == b.T })
}

func equalBits(a, b timeseries.Sample) bool {
	return a.T == b.T && math.Float64bits(a.V) == math.Float64bits(b.V)
}

func samplesOf(t *rapid.T, tr *exchangetest.Tree, name string) (out []timeseries.Sample) {
	err := tr.View(func(v *model.View) error {
		id, found, err := v.SeriesByName(name)
		if err != nil || !found {
			return errors.Join(err, errors.New("no series "+name))
		}
		for x, err := range tr.Book.Range(v.Reader(), timeseries.Series{ID: timeseries.ID(id)}, math.MinInt64, math.MaxInt64) {
			if err != nil {
				return err
			}
			out = append(out, x)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
