package ingest

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"reflect"
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
		opt.Zone = zone(t, []string{"UTC", "Europe/Berlin", "Australia/Lord_Howe"}[int(how)%3])
		if how&4 != 0 {
			opt.Wide = true
		}
		sameByBlocks(t, b, opt)
	})
}

// sameByBlocks reads b at once, byte by byte, and in blocks of a few lines each, some of them ahead of their turn: all must give the same.
func sameByBlocks(t *testing.T, b []byte, opt Options) {
	t.Helper()
	var want [][]timeseries.Sample
	var report string
	for k, in := range []struct {
		r           io.Reader
		first, size int
	}{
		{bytes.NewReader(b), firstBlock, blockSize}, {iotest.OneByteReader(bytes.NewReader(b)), firstBlock, blockSize},
		{bytes.NewReader(b), 16, 16}, {bytes.NewReader(b), 1, 40}, {iotest.HalfReader(bytes.NewReader(b)), 64, 200},
	} {
		var got [][]timeseries.Sample
		n := 0
		rep, err := readBlocks(in.r, opt, in.first, in.size, func(column int, samples []timeseries.Sample) error {
			for len(got) <= column {
				got = append(got, nil)
			}
			for _, s := range samples {
				if s.V != s.V || math.IsInf(s.V, 0) {
					t.Fatalf("value %v", s.V)
				}
			}
			got[column] = append(got[column], samples...)
			n += len(samples)
			return nil
		})
		if err == nil && int(rep.Samples) != n {
			t.Fatalf("%d samples, reported %d, %v", n, rep.Samples, err)
		}
		for _, d := range rep.Dropped {
			if len(d.Lines) > maxLines || len(d.Example) > 3*maxExample {
				t.Fatalf("the report is not bounded: %+v", d)
			}
		}
		said := fmt.Sprintf("%+v %v", rep, err)
		if k == 0 {
			want, report = got, said
		}
		if !reflect.DeepEqual(got, want) || said != report {
			t.Fatalf("reading %d of %q in blocks of %d: %v\n%s\nwant %v\n%s", k, b, in.size, got, said, want, report)
		}
	}
}

// Tables of all kinds, with hours that a clock shows twice, quotes and what is no sample, give the same in blocks that are read ahead.
func TestBlocksAgainstOneReader(t *testing.T) {
	cell := rapid.SampledFrom([]string{"1", "-2.5", "1e3", "123456789.123456789", "", "NA", "much", "\"7\"", "\"a\nb\"", "\"open", " 3 "})
	rapid.Check(t, func(rt *rapid.T) {
		start := time.Date(2024, 10, 26, 0, 0, 0, 0, time.UTC)
		layout := rapid.SampledFrom([]string{time.RFC3339, time.DateTime, "02.01.2006 15:04:05.000", time.DateOnly, "unix", "02/01/2006,15:04:05"}).Draw(rt, "layout")
		step := rapid.SampledFrom([]time.Duration{time.Second, 17 * time.Minute, -time.Hour, 24 * time.Hour}).Draw(rt, "step")
		loc := zone(t, rapid.SampledFrom([]string{"UTC", "Europe/Berlin", "Australia/Lord_Howe"}).Draw(rt, "zone"))
		end := rapid.SampledFrom([]string{"\n", "\r\n", "\n\n"}).Draw(rt, "end")
		var b bytes.Buffer
		if layout == "unix" || rapid.Bool().Draw(rt, "header") {
			b.WriteString(map[bool]string{true: "day,clock,v,w", false: "t,v,w"}[strings.Contains(layout, ",")] + end)
		}
		for i := range rapid.IntRange(1, 60).Draw(rt, "rows") {
			at := start.Add(time.Duration(i) * step).In(loc)
			text := at.Format(layout)
			if layout == "unix" {
				text = fmt.Sprint(at.Unix())
			}
			b.WriteString(text + "," + cell.Draw(rt, "v") + "," + cell.Draw(rt, "w") + end)
		}
		opt := Options{Zone: loc, Wide: true}
		if layout == "unix" {
			opt.TimeColumn = "t"
		}
		sameByBlocks(t, b.Bytes(), opt)
	})
}

// TestTimesAgainstLibrary: what the fast path reads of a time is what package time does.
func TestTimesAgainstLibrary(t *testing.T) {
	rd := newReading(Options{}, &Report{Layout: Layout{Format: ISO}})
	digit := rapid.StringMatching(`20[0-3][0-9]-[01][0-9]-[0-3][0-9][ T][0-2][0-9]:[0-6][0-9]:[0-6][0-9](\.[0-9]{1,9})?(Z|[+-](0[0-9]|1[0-4]):[0-5]0)?`)
	rapid.Check(t, func(t *rapid.T) {
		s := digit.Draw(t, "s")
		want, err := time.Parse(time.RFC3339Nano, strings.Replace(s, " ", "T", 1))
		local := false
		if err != nil {
			want, err = time.Parse("2006-01-02T15:04:05.999999999", strings.Replace(s, " ", "T", 1))
			local = true
		}
		m, ok := rd.time([]byte(s))
		if strings.Contains(s, ":60") || strings.Contains(s, "24:") { // a leap second and the end of a day are times here
			return
		}
		if ok != (err == nil) || ok && (m.secs != want.Unix() || int(m.nanos) != want.Nanosecond() || m.local != local) {
			t.Fatalf("%s is read as %+v, %v, the library has %v, %v", s, m, ok, want, err)
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
