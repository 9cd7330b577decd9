package timeseries

import (
	"math"
	"testing"

	"arbor/store"
)

// TestApproxReadsNoChunk holds the first picture to its bounds: it reads no chunk, and at an edge at most what is half as long as may lie across
// it is in the wrong bucket.
func TestApproxReadsNoChunk(t *testing.T) {
	g := newRig(t)
	defer g.db.Close()
	id := ID{3}
	const n = 1500 * MaxChunk
	g.fillSteady(t, id, 1, n)
	for _, columns := range []int{1, 7, 40, 400, 1500, 20000} {
		edges := evenEdges(0, n*1e9, columns)
		width := n / columns
		err := g.db.View(func(s *store.Snapshot) error {
			c := &counted{Snapshot: s, chunks: g.b.chunks}
			rough, ok, err := g.b.Approx(c, Series{ID: id}, edges)
			if err != nil || c.read > 0 {
				t.Errorf("%d columns: %d chunks are read, %v", columns, c.read, err)
			}
			if want := MaxChunk <= approxChunks*width; ok != want {
				t.Errorf("%d columns: it tells %v", columns, ok)
			}
			if !ok {
				return err
			}
			exact, err := g.b.Buckets(s, Series{ID: id}, edges)
			most := float64(max(MaxChunk, width/approxPart)) // half of it at each end
			for i := range rough {
				if math.Abs(float64(rough[i].N-exact[i].N)) > most {
					t.Errorf("%d columns: bucket %d has %d samples, want %d within %v", columns, i, rough[i].N, exact[i].N, most)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
