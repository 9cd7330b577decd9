package ingest

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// What a line is read as in one pass is what row reads it as, and what is no part of it is never looked at.
func TestPlainAgainstRow(t *testing.T) {
	stamp := rapid.OneOf(
		rapid.StringMatching(`(2024-0[1-3]-[0-3][0-9]|0[1-3]/02/2024|2024/03/01)[ T][0-2][0-9]:[0-6][0-9]:[0-6][0-9]([.,][0-9]{0,10})?( ?[-+][01][0-9]:?[0-6][0-9]|Z|[+]05|z| PM)?`),
		rapid.StringMatching(`-?[0-9]{1,20}(\.[0-9]{1,3})?`), rapid.StringMatching(`1[67][0-9]{8}([0-9]{3}){0,3}`),
		rapid.SampledFrom([]string{"", "NA", "2024-01-01", "2024-03-31 02:30:00", "2024-10-27 02:30:00", "2024-02-30 00:00:00"}),
	)
	cell := rapid.OneOf(rapid.StringMatching(`[-+]?[0-9]{0,17}[.,]?[0-9]{0,16}`), rapid.StringMatching(`-?[0-9]{1,3}(\.[0-9])?`), rapid.SampledFrom([]string{"", " 1", "1 ", "NA", "-", ".", "1e3", "x", "a b", "é"}))
	rapid.Check(t, func(t *rapid.T) {
		l := Layout{Delimiter: rapid.SampledFrom([]rune{',', ';', '\t'}).Draw(t, "delimiter"), Clock: -1, Name: -1,
			Format: rapid.SampledFrom([]Format{ISO, DMY, MDY, Seconds, Millis, Micros, Nanos}).Draw(t, "format")}
		columns := rapid.Permutation([]int{0, 1, 2, 3}).Draw(t, "columns")
		l.Time, l.Values = columns[0], columns[1:2+rapid.IntRange(0, 1).Draw(t, "values")]
		l.Comma = []bool{rapid.Bool().Draw(t, "comma") && l.Delimiter != ',', false}[:len(l.Values)]
		if len(l.Values) == 1 && rapid.Bool().Draw(t, "named") {
			l.Name = columns[3]
		}
		var text bytes.Buffer
		for range rapid.IntRange(1, 4).Draw(t, "lines") {
			for i := range rapid.SampledFrom([]int{4, 4, 4, 5, 2}).Draw(t, "cells") {
				if i > 0 {
					text.WriteRune(l.Delimiter)
				}
				if i == l.Time {
					text.WriteString(stamp.Draw(t, "stamp"))
				} else {
					text.WriteString(cell.Draw(t, "cell"))
				}
			}
			text.WriteString(rapid.SampledFrom([]string{"\n", "\r\n", "\n\n"}).Draw(t, "end"))
		}
		zone := time.FixedZone("", 3600)
		if berlin, err := time.LoadLocation("Europe/Berlin"); err == nil && rapid.Bool().Draw(t, "Berlin") {
			zone = berlin
		}
		samePlain(t, l, text.Bytes(), zone)
	})
}

// samePlain reads text in one pass and line by line: both must give the same.
func samePlain(t interface{ Fatalf(string, ...any) }, l Layout, text []byte, zone *time.Location) {
	text = append(slices.Clip(text), make([]byte, 2*slack)...) // so that the last lines have room behind them
	said := func(fast bool) string {
		p := &part{report: Report{Layout: l}}
		if p.reading = newReading(Options{Zone: zone}, &p.report); !fast {
			p.plain = nil
		}
		if !p.read(text) { // the file's reader takes over
			return "not read"
		}
		return fmt.Sprintf("%v %+v %+v %d", p.samples, p.report, p.drops, p.lines)
	}
	if got, want := said(true), said(false); got != want {
		t.Fatalf("%q: read as\n%s\nwant\n%s", text, got, want)
	}
}

func FuzzPlain(f *testing.F) {
	for i, s := range []string{
		"2024-01-02T03:04:05.123Z,1.5,x\n2024-01-02 03:04:06+02:00,-2,\n", "31.12.2024 23:59:59;1,5;0.25\n", "1700000000,1,2\n1700000000123456789,1,2\n",
		"01/02/2024 00:00:00\t12345678.1234567\t1\r\n", "2024-03-31 02:30:00,1,1\n2024-10-27 02:30:00 -0130,1,1\n",
		"{\"t\":\"2024-01-02T03:04:05Z\",\"v\":1.5,\"x\":2}\n{\"t\":\"2024-01-02T03:04:06Z\",\"v\":-2,\"x\":null}\n{\"t\":\"2024-01-02T03:04:07Z\",\"v\":0.25,\"x\":7}\n",
		"{ \"x\": \"a\", \"v\": \"1\", \"t\": 1700000000, \"y\": true }\r\n{ \"x\": \"b\", \"v\": \"01\", \"t\": 1700000001, \"y\": 1 }\n",
	} {
		f.Add([]byte(s), uint16(i*37))
	}
	f.Fuzz(func(t *testing.T, text []byte, how uint16) {
		pick := func(n int) int {
			k := int(how) % n
			how /= uint16(n)
			return k
		}
		l := Layout{Delimiter: []rune{',', ';', '\t', '|'}[pick(4)], Clock: -1, Name: -1, Format: []Format{ISO, DMY, MDY, Seconds, Millis, Micros, Nanos}[pick(7)]}
		l.Time = pick(2)
		l.Values = []int{1 - l.Time, 2}[:1+pick(2)]
		if len(l.Values) == 1 && pick(2) == 1 {
			l.Name = 2
		}
		l.Comma = []bool{pick(2) == 1 && l.Delimiter != ',', false}[:len(l.Values)]
		if bytes.HasPrefix(text, []byte{'{'}) {
			l.Objects, l.Columns = true, []Column{{Name: "t"}, {Name: "v"}, {Name: "x"}}
		}
		samePlain(t, l, text, zone(t, []string{"UTC", "Europe/Berlin", "Australia/Lord_Howe"}[pick(3)]))
	})
}

// Objects that look alike are read in one pass, as one by one, whatever their values are.
func TestPlainObjects(t *testing.T) {
	value := rapid.OneOf(rapid.StringMatching(`-?[0-9]{1,17}(\.[0-9]{0,3})?`), rapid.StringMatching(`"-?[0-9]{1,3}(\.[0-9])?"`),
		rapid.SampledFrom([]string{"1", "0.5", "-0", "null", "true", "false", "1e3", "01", "-", ".5", "1.", `""`, `"a b"`, `"a\"b"`, `"é"`, "[1]", "{}", "abc", "1 2"}))
	stamp := rapid.OneOf(rapid.StringMatching(`"2024-0[1-3]-[0-3][0-9][ T][0-2][0-9]:[0-6][0-9]:[0-6][0-9](\.[0-9]{1,9})?(Z|[-+]0[0-9]:30)?"`), rapid.StringMatching(`1[67][0-9]{8}([0-9]{3}){0,3}`), value)
	rapid.Check(t, func(t *rapid.T) {
		l := Layout{Objects: true, Clock: -1, Name: -1, Values: []int{1, 2}, Comma: []bool{false, false}, Columns: []Column{{Name: "t"}, {Name: "v"}, {Name: "w"}, {Name: "x"}},
			Format: rapid.SampledFrom([]Format{ISO, Seconds, Millis, Micros, Nanos}).Draw(t, "format")}
		if rapid.Bool().Draw(t, "named") {
			l.Values, l.Comma, l.Name = l.Values[:1], l.Comma[:1], 3
		}
		gap := rapid.SampledFrom([]string{"", " ", "\t"})
		shapes := rapid.SliceOfN(rapid.SampledFrom([][]string{{"t", "v", "w", "x"}, {"x", "w", "t", "v"}, {"t", "v", "w", "x", "y"}, {"v", "t"}, {"t", "v", "w", "x", "v"}}), 1, 2).Draw(t, "shapes")
		between, quote := gap.Draw(t, "gap"), rapid.Bool().Draw(t, "quote")
		var text bytes.Buffer
		for range rapid.IntRange(2, 8).Draw(t, "lines") {
			text.WriteString(between + "{")
			for i, k := range rapid.SampledFrom(shapes).Draw(t, "shape") {
				if i > 0 {
					text.WriteString("," + between)
				}
				v := value.Draw(t, "value")
				switch {
				case k == "t":
					v = stamp.Draw(t, "stamp")
				case k != "x" && !quote && rapid.Bool().Draw(t, "plain"):
					v = strconv.Itoa(rapid.IntRange(-99, 999).Draw(t, "number"))
				}
				fmt.Fprintf(&text, "%q:%s%s", k, between, v)
			}
			text.WriteString("}" + between + rapid.SampledFrom([]string{"\n", "\r\n", "\n\n"}).Draw(t, "end"))
		}
		samePlain(t, l, text.Bytes(), time.UTC)
	})
}

// Lines as sensors write them are read in one pass, and without an allocation.
func TestPlainLines(t *testing.T) {
	for name, c := range map[string]struct {
		layout Layout
		line   func(at time.Time, i int) string
	}{
		"RFC 3339": {Layout{Format: ISO, Values: []int{1}}, func(at time.Time, i int) string {
			return at.Format("2006-01-02T15:04:05.000Z") + ",20." + strconv.Itoa(i%10)
		}},
		"zone":         {Layout{Format: ISO, Values: []int{1}}, func(at time.Time, i int) string { return at.Format("2006-01-02 15:04:05 +0100") + ",-1" }},
		"local":        {Layout{Format: DMY, Values: []int{1}}, func(at time.Time, i int) string { return at.Format("02.01.2006 15:04:05") + ",0.25\r" }},
		"milliseconds": {Layout{Format: Millis, Time: 1, Values: []int{0}}, func(at time.Time, i int) string { return "123456789.125," + strconv.FormatInt(at.UnixMilli(), 10) }},
		"wide":         {Layout{Format: Nanos, Values: []int{3, 1}}, func(at time.Time, i int) string { return strconv.FormatInt(at.UnixNano(), 10) + ",1,some words,2,more" }},
		"objects": {Layout{Objects: true, Format: ISO, Values: []int{1}, Columns: []Column{{Name: "t"}, {Name: "v"}}}, func(at time.Time, i int) string {
			return at.Format(`{"sensor":"kitchen","ok":true,"t":"2006-01-02T15:04:05.000Z","n":5,"v":`) + strconv.Itoa(i) + "}"
		}},
		"long": {Layout{Format: ISO, Values: []int{2}}, func(at time.Time, i int) string { return at.Format(time.RFC3339) + ",room " + strconv.Itoa(i%3) + ",1" }},
	} {
		t.Run(name, func(t *testing.T) {
			l := c.layout
			l.Delimiter, l.Clock, l.Name, l.Comma = ',', -1, -1, make([]bool, len(l.Values))
			if name == "long" {
				l.Name = 1
			}
			p := &part{report: Report{Layout: l}}
			p.reading = newReading(Options{Zone: zone(t, "Europe/Berlin")}, &p.report)
			const lines = 1000
			var text bytes.Buffer
			at := time.Date(2024, 6, 1, 0, 0, 0, 0, time.UTC)
			for i := range lines {
				text.WriteString(c.line(at.Add(time.Duration(i)*time.Second), i) + "\n")
			}
			text.Write(make([]byte, slack))
			p.read(text.Bytes()) // the first of each name and day
			n := 0
			allocs := testing.AllocsPerRun(10, func() {
				for k := range p.samples {
					p.samples[k] = p.samples[k][:0]
				}
				n = 0
				for raw := text.Bytes(); len(raw) > slack; n++ {
					size := p.plain.line(&p.reading, raw)
					if size == 0 {
						t.Fatalf("line %d, %.40q, is not read in one pass", n+1, raw)
					}
					raw = raw[size:]
				}
			})
			if n != lines || allocs > 0 {
				t.Errorf("%d lines, %v allocations", n, allocs)
			}
		})
	}
}

// A decimal is what strconv makes of it, to the bit, and ends where the number does.
func TestDecimalsAgainstLibrary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`-?[0-9]{1,16}(\.[0-9]{1,15})?`).Draw(t, "s")
		got, n := decimal(append([]byte(s), make([]byte, slack)...), '.')
		want, err := strconv.ParseFloat(s, 64)
		if err != nil {
			t.Fatal(err)
		}
		digits := digits([]byte(s))
		if n != 0 && (n != len(s) || math.Float64bits(got) != math.Float64bits(want)) || n == 0 && digits <= 15 {
			t.Fatalf("%q: %v, %d bytes, want %v", s, got, n, want)
		}
	})
}
