package plot

import (
	"testing"

	"arbor/model"
	"arbor/timeseries"
	"arbor/ui/command"
	"arbor/ui/screen"
)

// TestTheFirstPictureIsFromSummaries shows a long series: the first answer is painted at once and asks for the exact one, which replaces it; close
// up there is but one.
func TestTheFirstPictureIsFromSummaries(t *testing.T) {
	s := newStage(t, false)
	const n = 400 * timeseries.MaxChunk
	_, err := s.env.Tree.Import("long", func(im *model.Importer) error {
		id, err := im.Series("long")
		for i := 0; err == nil && i < n; {
			var xs []timeseries.Sample
			for range timeseries.MaxChunk {
				xs = append(xs, timeseries.Sample{T: now.UnixNano() + int64(i-n)*1e9, V: float64(i / 1000)})
				i++
			}
			var chunk []byte
			if chunk, err = timeseries.EncodeChunk(xs); err == nil {
				err = im.PutChunk(id, chunk)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	m, cmd := s.m.load(model.ID{})
	first := cmd().(answer)
	if !first.first || first.chart.Curves[0].Total.N != n || len(first.chart.Curves[0].Columns) == 0 {
		t.Fatalf("the first answer is %+v", first)
	}
	m, cmd = m.arrived(first)
	s.m = m
	rough := s.picture()
	exact := cmd().(answer)
	if exact.first || exact.seq != first.seq || len(exact.chart.Curves[0].Columns) != len(first.chart.Curves[0].Columns) {
		t.Fatalf("the second answer is %+v", exact)
	}
	for i, c := range exact.chart.Curves[0].Columns {
		if d := c.N - first.chart.Curves[0].Columns[i].N; max(d, -d) > timeseries.MaxChunk {
			t.Errorf("column %d has %d samples, in the first picture %d", i, c.N, first.chart.Curves[0].Columns[i].N)
		}
	}
	if m, cmd = m.arrived(exact); cmd != nil {
		t.Error("there is more to ask for after the exact answer")
	}
	s.m = m
	if s.picture() == "" || rough == "" {
		t.Error("nothing is painted")
	}
	for range 12 {
		s.invoke(command.ZoomIn)
	}
	if _, cmd = s.m.load(model.ID{}); cmd().(answer).first {
		t.Error("close up, where chunks are longer than columns, there is a first picture from summaries")
	}
	// What is asked for meanwhile makes both answers old.
	m, cmd = s.m.load(model.ID{})
	m, _ = m.update(screen.Resize{W: 60, H: 10})
	m, next := m.arrived(cmd().(answer))
	if next == nil || next().(answer).seq != m.seq {
		t.Error("after an old answer the latest one is not asked for")
	}
}
