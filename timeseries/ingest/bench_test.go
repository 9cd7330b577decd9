package ingest

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"arbor/timeseries"
)

// BenchmarkRead reads tables of a hundred thousand lines and forgets what they hold. An op is a table.
func BenchmarkRead(b *testing.B) {
	const n = 100_000
	for _, c := range []struct {
		name, header string
		line         func(at time.Time, i int) string
		opt          Options
		samples      int64
	}{
		{"rfc3339", "t,v", func(at time.Time, i int) string {
			return fmt.Sprintf("%s,%d.%d", at.Format("2006-01-02T15:04:05.000Z07:00"), i%90, i%10)
		}, Options{}, n},
		{"local", "t,v", func(at time.Time, i int) string { return fmt.Sprintf("%s,%d.%d", at.Format(time.DateTime), i%90, i%10) }, Options{}, n},
		{"millis", "t,v", func(at time.Time, i int) string { return fmt.Sprintf("%d,%d.%d", at.UnixMilli(), i%90, i%10) }, Options{TimeColumn: "t"}, n},
		{"quoted", "t,v", func(at time.Time, i int) string {
			return fmt.Sprintf("\"%s\",\"%d.%d\"", at.Format(time.DateTime), i%90, i%10)
		}, Options{}, n},
		{"wide", "t,a,b,c,d", func(at time.Time, i int) string {
			return fmt.Sprintf("%s,%d.%d,%d,-%d.25,%d", at.Format(time.DateTime), i%90, i%10, i%2, i%1000, i)
		}, Options{Wide: true}, 4 * n},
		{"long", "room,t,v", func(at time.Time, i int) string {
			return fmt.Sprintf("room %d,%s,%d.%d", i%8, at.Format(time.RFC3339), i%90, i%10)
		}, Options{NameColumn: "room"}, n},
		{"jsonl", "", func(at time.Time, i int) string {
			return fmt.Sprintf(`{"t":"%s","v":%d.%d}`, at.Format(time.RFC3339), i%90, i%10)
		}, Options{}, n},
	} {
		var text bytes.Buffer
		if c.header != "" {
			text.WriteString(c.header + "\n")
		}
		for i := range n {
			text.WriteString(c.line(time.Date(2024, 1, 1, 0, 0, i*30, 0, time.UTC), i) + "\n")
		}
		c.opt.Zone = zone(b, "Europe/Berlin")
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(text.Len()))
			b.ReportAllocs()
			for b.Loop() {
				rep, err := Read(bytes.NewReader(text.Bytes()), c.opt, func(int, []timeseries.Sample) error { return nil })
				if err != nil || rep.Samples != c.samples {
					b.Fatal(rep.Samples, err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/line")
		})
	}
}

// BenchmarkLine reads a block of lines of RFC 3339 on one core.
func BenchmarkLine(b *testing.B) {
	var text bytes.Buffer
	const n = 8000
	for i := range n {
		fmt.Fprintf(&text, "%s,%d.%d\n", time.Date(2024, 1, 1, 0, 0, i, i%10*1e6, time.UTC).Format("2006-01-02T15:04:05.000Z07:00"), i%90, i%10)
	}
	l := Layout{Delimiter: ',', Clock: -1, Name: -1, Format: ISO, Values: []int{1}, Comma: []bool{false}}
	p := &part{report: Report{Layout: l}}
	p.reading = newReading(Options{}, &p.report)
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		p.samples[0] = p.samples[0][:0]
		if !p.read(text.Bytes()) || len(p.samples[0]) != n {
			b.Fatal(len(p.samples[0]))
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/line")
}
