package csv

import (
	"fmt"
	"io"
	"runtime"
	"testing"
	"time"

	"arbor/model/exchange/exchangetest"
	"arbor/timeseries/ingest"
)

// generated is a table that is made while it is read. It looks at the heap now and then.
type generated struct {
	rows, next int
	line       func(i int) string
	rest       []byte
	peak       *peak
}

func (g *generated) Read(p []byte) (int, error) {
	if len(g.rest) == 0 {
		if g.next == g.rows {
			return 0, io.EOF
		}
		for ; len(g.rest) < 1<<16 && g.next < g.rows; g.next++ {
			if g.next%(g.rows/8) == g.rows/16 {
				g.peak.look()
			}
			g.rest = append(append(g.rest, g.line(g.next)...), '\n')
		}
	}
	n := copy(p, g.rest)
	if g.rest = g.rest[n:]; len(g.rest) == 0 {
		g.rest = nil
	}
	return n, nil
}

// peak is the greatest number of bytes that were in use.
type peak struct{ bytes uint64 }

func (p *peak) look() {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	p.bytes = max(p.bytes, m.HeapAlloc)
}

// What an import holds in memory does not grow with the table, in whatever order that is, into a new series and one that is there.
func TestMemory(t *testing.T) {
	const rows = 400_000
	at := func(i int) string { return time.Unix(1.6e9+int64(i), 0).UTC().Format(time.RFC3339) }
	for name, line := range map[string]func(i, rows int) string{
		"in order":     func(i, _ int) string { return fmt.Sprintf("%s,%d.%d", at(i), i/7919%10, i%10) },
		"out of order": func(i, rows int) string { return fmt.Sprintf("%s,%d.%d", at(i*7919%rows), i/7919%10, i%10) },
	} {
		t.Run(name, func(t *testing.T) {
			if testing.Short() && name != "in order" {
				t.Skip("takes seconds")
			}
			use := func(rows int, again bool) uint64 {
				tr := exchangetest.In(t, t.TempDir(), 1) // what is stored is not to count
				defer tr.Close(t)
				var before, p peak
				before.look()
				opt := Options{Series: "x", Options: ingest.Options{Zone: time.UTC}}
				stored := 0
				look := func(done, total int64) {
					if stored++; stored%(rows/8192) == 0 {
						p.look()
					}
				}
				if again {
					if _, err := Import(tr.Tree, tr.Book, &generated{rows: rows / 2, line: func(i int) string { return line(2*i, rows) }, peak: &peak{}}, "first", opt); err != nil {
						t.Fatal(err)
					}
				}
				table, err := Read(&generated{rows: rows, line: func(i int) string { return line(i, rows) }, peak: &p}, opt)
				if err != nil {
					t.Fatal(err)
				}
				defer table.Close()
				r, err := table.Import(tr.Tree, tr.Book, "import", look)
				if err != nil || r.Samples == 0 {
					t.Fatal(r, err)
				}
				return p.bytes - min(p.bytes, before.bytes)
			}
			for _, again := range []bool{false, true} {
				small, large := use(rows, again), use(8*rows, again)
				t.Logf("series there: %v: %d KiB for %d lines, %d KiB for %d", again, small>>10, rows, large>>10, 8*rows)
				if large > small+(24<<20) { // the samples alone take 45 MB more
					t.Errorf("series there: %v: %d bytes for %d lines, %d for %d", again, small, rows, large, 8*rows)
				}
			}
		})
	}
}
