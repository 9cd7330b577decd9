package ingest

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"arbor/timeseries"

	"pgregory.net/rapid"
)

func FuzzRead(f *testing.F) {
	for _, s := range []string{
		"time,v\n2024-01-02 03:04:05,1.5\n2024-01-02 03:04:06,2\n", "Datum;Wert\n02.01.2024;72,4\n13.01.2024;-0,25\n", "\"a\n\",\"2\"\"\"\n",
		"1700000000,1\n1700000060,2\n", "\xff\xfe2\x000\x00", "1/2/2024 12:00 PM +02:00|5", "2024-01-02T24:00:00.9Z\t1e308\n\"", "Date;Time;v\n16/12/2006;17:24:00;4.216\n",
		"s,t,v\nA,[2024-01-01 Mon 10:00],1\nB,[2024-01-01 Mon 10:00],2\n", "{\"t\":\"2 Jan 2006\",\"v\":-1.5e3,\"x\":{}}\n{\"t\":\"2007-01\"}\n", "1700000000 +0100,1\n", "06-01-13,1\n",
	} {
		f.Add([]byte(s), byte(0))
	}
	f.Fuzz(func(t *testing.T, b []byte, how byte) {
		opt := Options{}
		if how&1 != 0 {
			opt.TimeColumn = "1"
		}
		if how&2 != 0 {
			opt.ValueColumns = []string{"2"}
		}
		opt.TimeFormat = append([]Format{"", ""}, formats...)[int(how>>2)%(len(formats)+2)]
		var first []timeseries.Sample
		for k, r := range []io.Reader{bytes.NewReader(b), iotest.OneByteReader(bytes.NewReader(b))} {
			n := 0
			rep, err := Read(r, opt, func(_ int, s timeseries.Sample) error {
				if s.V != s.V || math.IsInf(s.V, 0) {
					t.Fatalf("value %v", s.V)
				}
				if k == 0 {
					first = append(first, s)
				} else if n >= len(first) || first[n] != s {
					t.Fatalf("sample %d differs when read byte by byte", n)
				}
				n++
				return nil
			})
			if n != len(first) || err == nil && int(rep.Samples) != n {
				t.Fatalf("%d samples, then %d, reported %d, %v", len(first), n, rep.Samples, err)
			}
			for _, d := range rep.Dropped {
				if len(d.Lines) > maxLines || len(d.Example) > 3*maxExample {
					t.Fatalf("the report is not bounded: %+v", d)
				}
			}
		}
	})
}

// TestRecordsAgainstLibrary cuts well-formed tables and compares with encoding/csv.
func TestRecordsAgainstLibrary(t *testing.T) {
	cell := rapid.StringOf(rapid.RuneFrom([]rune("ab 1\",;\n\té")))
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOf(rapid.SliceOfN(cell, 2, 4)).Draw(t, "rows")
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		w.UseCRLF = rapid.Bool().Draw(t, "crlf")
		if err := w.WriteAll(rows); err != nil {
			t.Fatal(err)
		}
		rec := newRecords(&b, ',')
		for _, want := range rows {
			got, _, ok, err := rec.next()
			if err != nil || !ok || len(got) != len(want) {
				t.Fatalf("%q is cut into %q, %v, %v", want, got, ok, err)
			}
			for i := range want {
				g := string(got[i])
				if w.UseCRLF {
					g = strings.ReplaceAll(g, "\r\n", "\n")
				}
				if g != want[i] {
					t.Fatalf("%q is cut into %q", want, got)
				}
			}
		}
		if _, _, _, err := rec.next(); err != io.EOF {
			t.Fatalf("at the end: %v", err)
		}
	})
}

// TestNumbersAgainstLibrary reads numbers as people write them; each must be what strconv makes of it.
func TestNumbersAgainstLibrary(t *testing.T) {
	number := rapid.OneOf(
		rapid.StringMatching(`[-+]?[0-9]{1,20}`), rapid.StringMatching(`[-+]?[0-9]{0,12}\.[0-9]{1,12}`), rapid.StringMatching(`[0-9]{1,3}\.?[0-9]{0,3}[eE][-+]?[0-9]{1,3}`),
		rapid.StringMatching(`[-+.0-9eE]{0,8}`), rapid.Map(rapid.Float64(), func(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }),
	)
	rapid.Check(t, func(t *rapid.T) {
		s := number.Draw(t, "s")
		want, err := strconv.ParseFloat(s, 64)
		wantOK := err == nil && !math.IsInf(want, 0) && want == want
		for _, comma := range []bool{false, true} {
			text := s
			if comma {
				text = strings.Replace(s, ".", ",", 1)
				if strings.Contains(text, ".") {
					continue
				}
			}
			got, ok := parseNumber([]byte(text), comma)
			if ok != wantOK || ok && math.Float64bits(got) != math.Float64bits(want) {
				t.Fatalf("%q is read as %v, %v, the library has %v, %v", text, got, ok, want, err)
			}
		}
	})
}

// TestDatesAgainstLibrary reads days, real ones and others, and compares with time.Parse.
func TestDatesAgainstLibrary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := fmt.Sprintf("%04d-%02d-%02d", rapid.IntRange(1678, 2261).Draw(t, "y"), rapid.IntRange(0, 13).Draw(t, "m"), rapid.IntRange(0, 32).Draw(t, "d"))
		want, err := time.Parse(time.DateOnly, s)
		m, ok := parseTime([]byte(s), ISO)
		if ok != (err == nil) || ok && m.secs != want.Unix() {
			t.Fatalf("%s is read as %+v, %v, the library has %v, %v", s, m, ok, want, err)
		}
	})
}

func BenchmarkRead(b *testing.B) {
	var local, epoch bytes.Buffer
	const n = 100000
	for i := range n {
		at := time.Date(2024, 1, 1, 0, 0, i*30, 0, time.UTC)
		fmt.Fprintf(&local, "%s,%d.%d\n", at.Format("2006-01-02 15:04:05"), i%90, i%10)
		fmt.Fprintf(&epoch, "%d,%d.%d\n", at.UnixMilli(), i%90, i%10)
	}
	for name, text := range map[string][]byte{"local": local.Bytes(), "epoch": epoch.Bytes()} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				rep, err := Read(bytes.NewReader(text), Options{Zone: zone(b, "Europe/Berlin")}, func(int, timeseries.Sample) error { return nil })
				if err != nil || rep.Samples != n {
					b.Fatal(rep.Samples, err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/row")
		})
	}
}
