package csv

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"arbor/model"
	"arbor/store"
	"arbor/timeseries"
	"arbor/timeseries/ingest"
)

// BenchmarkImport brings a file of a million lines into a new store on the disk, durable at the end of each: what `arbor import` does.
func BenchmarkImport(b *testing.B) {
	const rows = 1_000_000
	for _, form := range []struct{ name, layout string }{{"rfc3339", time.RFC3339}, {"local", time.DateTime}, {"millis", ""}, {"quoted", `"` + time.DateTime + `"`}} {
		b.Run(form.name, func(b *testing.B) {
			var text bytes.Buffer
			text.WriteString("time,temp\n")
			for i := range rows {
				at := time.Date(2024, 1, 1, 0, 0, i*10+i%3, 0, time.UTC)
				if form.layout == "" {
					fmt.Fprintf(&text, "%d", at.UnixMilli())
				} else {
					text.WriteString(at.Format(form.layout))
				}
				fmt.Fprintf(&text, ",%d.%d\n", 15+i/7919%10, i/31%10)
			}
			file := filepath.Join(b.TempDir(), "temp.csv")
			if err := os.WriteFile(file, text.Bytes(), 0o600); err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(text.Len()))
			for b.Loop() {
				importFile(b, file, rows)
			}
			b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mrows/s")
		})
	}
}

// importFile imports into a store of its own; what making and taking down the store takes is not counted.
func importFile(b *testing.B, file string, rows int) {
	b.StopTimer()
	db, err := store.Open(filepath.Join(b.TempDir(), "store"), store.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	book, err := timeseries.Open(db)
	if err != nil {
		b.Fatal(err)
	}
	tree, err := model.Open(db, model.Options{Session: "bench", Now: time.Now, Location: time.UTC})
	if err != nil {
		b.Fatal(err)
	}
	f, err := os.Open(file)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close() // only read
	b.StartTimer()
	r, err := Import(tree, book, f, "import", Options{Series: "temp", Options: ingest.Options{Zone: time.UTC}})
	b.StopTimer()
	if err != nil || r.Samples != rows {
		b.Fatal(r, err)
	}
	b.StartTimer()
}
