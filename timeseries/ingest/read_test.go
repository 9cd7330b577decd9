package ingest

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	_ "time/tzdata" // the tests must not depend on the machine's zones
	"unicode/utf16"

	"arbor/timeseries"
)

func zone(t testing.TB, name string) *time.Location {
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// read reads text and returns each sample as "time value", in UTC.
func read(t testing.TB, text string, opt Options) ([]string, Report, error) {
	t.Helper()
	var out []string
	many := len(opt.ValueColumns) > 1 || opt.Wide || opt.NameColumn != "" || strings.HasPrefix(text, "symbol")
	rep, err := Read(strings.NewReader(text), opt, func(column int, samples []timeseries.Sample) error {
		for _, s := range samples {
			line := fmt.Sprintf("%s %v", time.Unix(0, s.T).UTC().Format("2006-01-02T15:04:05.999999999"), s.V)
			if many {
				line += fmt.Sprintf(" @%d", column)
			}
			out = append(out, line)
		}
		return nil
	})
	if many { // columns come one after the other
		slices.SortStableFunc(out, func(a, b string) int { return strings.Compare(a[:19], b[:19]) })
	}
	if int64(len(out)) != rep.Samples {
		t.Fatalf("%d samples given out, %d reported", len(out), rep.Samples)
	}
	return out, rep, err
}

func TestForms(t *testing.T) {
	for _, c := range []struct {
		name, text string
		opt        Options
		want       string // samples, joined by |
	}{
		{"plain", "time,v\n2024-01-02 03:04:05,1.5\n2024-01-02 03:04:06,2\n", Options{}, "2024-01-02T03:04:05 1.5|2024-01-02T03:04:06 2"},
		{"no header", "2024-01-02,1\n2024-01-03,2\n", Options{}, "2024-01-02T00:00:00 1|2024-01-03T00:00:00 2"},
		{"no end of line", "2024-01-02,1\n2024-01-03,2", Options{}, "2024-01-02T00:00:00 1|2024-01-03T00:00:00 2"},
		{"CRLF", "d,v\r\n2024-01-02,1\r\n\r\n2024-01-03,2\r\n", Options{}, "2024-01-02T00:00:00 1|2024-01-03T00:00:00 2"},
		{"byte order mark", "\xef\xbb\xbfd,v\n2024-01-02,1\n", Options{TimeColumn: "d"}, "2024-01-02T00:00:00 1"},
		{"semicolon and decimal comma", "Datum;Wert\n02.01.2024;72,4\n13.01.2024;-0,25\n", Options{}, "2024-01-02T00:00:00 72.4|2024-01-13T00:00:00 -0.25"},
		{"points are day first", "02.01.2024;1\n03.01.2024;2\n", Options{}, "2024-01-02T00:00:00 1|2024-01-03T00:00:00 2"},
		{"tab", "t\tv\n2024-01-02T00:00:00Z\t1e3\n", Options{}, "2024-01-02T00:00:00 1000"},
		{"bar", "2024-01-02|7\n", Options{}, "2024-01-02T00:00:00 7"},
		{"spaces", " time , v \n 2024-01-02 , 7 \n", Options{TimeColumn: "time"}, "2024-01-02T00:00:00 7"},
		{"quotes", "\"t\",\"v, \"\"x\"\"\"\n\"2024-01-02\",\"7\"\n", Options{ValueColumns: []string{`v, "x"`}}, "2024-01-02T00:00:00 7"},
		{"quoted line end", "t,note,v\n2024-01-02,\"two\nlines\",7\n2024-01-03,one,8\n", Options{}, "2024-01-02T00:00:00 7|2024-01-03T00:00:00 8"},
		{"RFC 3339", "2024-01-02T03:04:05.123456789+02:00,1\n2024-01-02T03:04:05-0130,2\n2024-01-02T03:04Z,3\n", Options{},
			"2024-01-02T01:04:05.123456789 1|2024-01-02T04:34:05 2|2024-01-02T03:04:00 3"},
		{"Apple Health", "startDate,value\n2024-01-02 03:04:05 +0100,61\n", Options{}, "2024-01-02T02:04:05 61"},
		{"epoch s", "t,v\n1700000000,1\n1700000060,2\n", Options{TimeColumn: "t"}, "2023-11-14T22:13:20 1|2023-11-14T22:14:20 2"},
		{"epoch ms", "1700000000123;1,5\n", Options{}, "2023-11-14T22:13:20.123 1.5"},
		{"epoch us", "1700000000123456,1\n", Options{}, "2023-11-14T22:13:20.123456 1"},
		{"epoch ns", "1700000000123456789,1\n", Options{}, "2023-11-14T22:13:20.123456789 1"},
		{"epoch with fraction", "1700000000.25,1\n", Options{}, "2023-11-14T22:13:20.25 1"},
		{"early epoch", "86400,1\n-1.5,2\n", Options{TimeFormat: Seconds, TimeColumn: "1"}, "1970-01-02T00:00:00 1|1969-12-31T23:59:58.5 2"},
		{"compact", "20240229,1\n20240301,2\n", Options{}, "2024-02-29T00:00:00 1|2024-03-01T00:00:00 2"},
		{"day over 12", "t,v\n1/2/2024,1\n13/2/2024,2\n", Options{}, "2024-02-01T00:00:00 1|2024-02-13T00:00:00 2"},
		{"month first", "t,v\n1/2/2024 1:05 PM,1\n1/13/2024 12:00 am,2\n", Options{}, "2024-01-02T13:05:00 1|2024-01-13T00:00:00 2"},
		{"told", "t,v\n1/2/2024,1\n", Options{TimeFormat: MDY}, "2024-01-02T00:00:00 1"},
		{"told otherwise", "t,v\n1/2/2024,1\n", Options{TimeFormat: DMY}, "2024-02-01T00:00:00 1"},
		{"hour 24", "2024-01-02 24:00,1\n", Options{}, "2024-01-03T00:00:00 1"},
		{"two columns", "t,a,b\n2024-01-02,1,2\n2024-01-03,,4\n", Options{ValueColumns: []string{"b", "2"}},
			"2024-01-02T00:00:00 2 @0|2024-01-02T00:00:00 1 @1|2024-01-03T00:00:00 4 @0"},
		{"date beside epoch", "day,sent\n2024-01-02,1700000000\n", Options{}, "2024-01-02T00:00:00 1.7e+09"},
		{"told thousands", "t;v\n2024-01-02;1,234\n", Options{DecimalComma: true}, "2024-01-02T00:00:00 1.234"},
		{"words", "t,v\n2024-01-02,yes\n2024-01-03,no\n2024-01-04,skip\n", Options{Words: map[string]float64{"yes": 1, "no": 0, "skip": math.NaN()}, ValueColumns: []string{"v"}},
			"2024-01-02T00:00:00 1|2024-01-03T00:00:00 0"},
		{"year of two digits", "t,v\n25/12/24,1\n31/01/70,2\n", Options{TimeFormat: DMY}, "2024-12-25T00:00:00 1|1970-01-31T00:00:00 2"},
		{"year last by the days", "t,v\n25/12/24,1\n26/12/32,2\n", Options{TimeFormat: DMY}, "2024-12-25T00:00:00 1|2032-12-26T00:00:00 2"},
		{"month first by the days", "t,v\n12/25/24,1\n11/13/24,2\n", Options{}, "2024-12-25T00:00:00 1|2024-11-13T00:00:00 2"},
		{"year first by the days", "t,v\n99-12-25,1\n99-12-26,2\n", Options{}, "1999-12-25T00:00:00 1|1999-12-26T00:00:00 2"},
		{"German with two digits", "24.12.26;1,5\n", Options{}, "2026-12-24T00:00:00 1.5"},
		{"months", "t,v\n1749-01,1\n1749-02,2\n", Options{}, "1749-01-01T00:00:00 1|1749-02-01T00:00:00 2"},
		{"names of months", "t,v\nJan 1 2000,1\n2 Feb 2000 10:30,2\n\"March 3, 2000\",3\n04-Apr-2000,4\n", Options{}, "2000-01-01T00:00:00 1|2000-02-02T10:30:00 2|2000-03-03T00:00:00 3|2000-04-04T00:00:00 4"},
		{"Org", "t,v\n[2024-01-01 Mon 10:00],1\n<2024-01-02 Di>,2\n[2024-01-03],3\n", Options{}, "2024-01-01T10:00:00 1|2024-01-02T00:00:00 2|2024-01-03T00:00:00 3"},
		{"git", "t,v\n1700000000 +0100,1\n1700000060 -0800,2\n", Options{}, "2023-11-14T22:13:20 1|2023-11-14T22:14:20 2"},
		{"Taskwarrior", "20240229T101500Z,1\n", Options{}, "2024-02-29T10:15:00 1"},
		{"Excel", "t,v\n45000.5,1\n45000.75001,2\n61,3\n", Options{TimeFormat: Excel, TimeColumn: "t"}, "2023-03-15T12:00:00 1|2023-03-15T18:00:00.864 2|1900-03-01T00:00:00 3"},
		{"date and clock", "Date;Time;v\n16/12/2006;17:24:00;4.216\n16/12/2006;17:25:00;5.36\n", Options{}, "2006-12-16T17:24:00 4.216|2006-12-16T17:25:00 5.36"},
		{"clock elsewhere", "at,v,day\n5:24 PM,4.2,2006-12-16\n", Options{}, "2006-12-16T17:24:00 4.2"},
		{"one clock of two", "d,v,begin,end\n2024-01-02,1,10:00,11:00\n", Options{TimeColumn: "d,end"}, "2024-01-02T11:00:00 1"},
		{"a clock that is missing", "d,c,v\n2024-01-02,10:00,1\n2024-01-02,,2\n", Options{}, "2024-01-02T10:00:00 1"},
		{"wide", "t,a,b\n2024-01-02,1,2\n2024-01-03,,4\n", Options{Wide: true}, "2024-01-02T00:00:00 1 @0|2024-01-02T00:00:00 2 @1|2024-01-03T00:00:00 4 @1"},
		{"long", "symbol,date,price\nA,2024-01-02,1\nB,2024-01-02,2\nA,2024-01-03,3\n", Options{}, "2024-01-02T00:00:00 1 @0|2024-01-02T00:00:00 2 @1|2024-01-03T00:00:00 3 @0"},
		{"long by its flag", "room,date,v\n7,2024-01-02,1\n8,2024-01-02,2\n", Options{NameColumn: "room"}, "2024-01-02T00:00:00 1 @0|2024-01-02T00:00:00 2 @1"},
		{"a comment is no name", "date,v,note\n2024-01-02,1,cold\n2024-01-03,2,warm\n", Options{}, "2024-01-02T00:00:00 1|2024-01-03T00:00:00 2"},
		{"objects", "{\"t\":\"2024-01-02T00:00:00Z\",\"v\":1.5}\n\n{ \"v\" : -2e1, \"x\":{\"a\":[1]}, \"t\":\"2024-01-0\\u0033\"}\r\n{\"v\":null,\"t\":\"2024-01-04\"}\n", Options{}, "2024-01-02T00:00:00 1.5|2024-01-03T00:00:00 -20"},
		{"wide objects", "{\"t\":1700000000,\"a\":1,\"b\":\"2\"}\n{\"b\":3,\"t\":1700000060}\n", Options{TimeColumn: "t", Wide: true}, "2023-11-14T22:13:20 1 @0|2023-11-14T22:13:20 2 @1|2023-11-14T22:14:20 3 @1"},
		{"negative zero", "2024-01-02,-0\n", Options{}, "2024-01-02T00:00:00 -0"},
		{"precision", "2024-01-02,74.93588199999998\n2024-01-03,0.1\n2024-01-04,123456789012345678\n", Options{},
			"2024-01-02T00:00:00 74.93588199999998|2024-01-03T00:00:00 0.1|2024-01-04T00:00:00 1.2345678901234568e+17"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, rep, err := read(t, c.text, c.opt)
			if err != nil {
				t.Fatal(err)
			}
			if s := strings.Join(got, "|"); s != c.want {
				t.Errorf("got  %s\nwant %s\n%+v", s, c.want, rep)
			}
		})
	}
}

func TestRefused(t *testing.T) {
	for _, c := range []struct {
		name, text string
		opt        Options
		want       string
	}{
		{"day or month", "t,v\n1/2/2024,1\n3/4/2024,2\n", Options{},
			`column 1 (t) may give day and month or month and day, as in "1/2/2024"; --time-format dmy or mdy decides`},
		{"year of two digits", "t,v\n01-02-24,1\n", Options{}, `column 1 (t) may give the year first or last, as in "01-02-24"; --time-format dmy or mdy or ymd decides`},
		{"several clocks", "d,v,begin,end\n2024-01-02,1,10:00,11:00\n", Options{}, "times of day stand in column 3 (begin) and column 4 (end); --time-column 1,3 decides"},
		{"names and two values", "t,name,a,b\n2024-01-02,x,1,2\n", Options{NameColumn: "name", Wide: true}, "column 2 (name) names the series, and numbers stand in column 3 (a) and column 4 (b); --value-column decides"},
		{"no objects", "{\n\"a\": 1\n}\n", Options{}, "its lines are no objects of JSON; 'jq -c' writes one a line"},
		{"object without times", `{"a":1}`, Options{}, "no column holds times: column 1 (a) numbers such as 1; --time-column with --time-format decides"},
		{"month and day", "t,v\n1-01,20.7\n", Options{}, "no column holds times: column 1 (t) words: 1-01, column 2 (v) numbers such as 20.7; --time-column with --time-format decides"},
		{"no such day", "t,v\n2024-02-30,1\n", Options{}, "no column holds times: column 1 (t) words: 2024-02-30, column 2 (v) numbers such as 1; --time-column with --time-format decides"},
		{"two times", "from,to,v\n2024-01-02,2024-01-03,1\n", Options{}, "times stand in column 1 (from) and column 2 (to); --time-column decides"},
		{"two values", "t,high,low\n2024-01-02,2,1\n", Options{}, "numbers stand in column 2 (high) and column 3 (low); --value-column or --wide decides"},
		{"words", "t,v\n2024-01-02,yes\n2024-01-03,no\n", Options{}, "no column holds numbers: column 1 (t) times such as 2024-01-02, column 2 (v) words: yes, no; --value-column with --value-map decides"},
		{"words asked for", "t,v\n2024-01-02,yes\n2024-01-03,no\n", Options{ValueColumns: []string{"v"}}, "column 2 (v) holds words: yes, no; --value-map decides"},
		{"thousands", "t;v\n2024-01-02;1,234\n2024-01-03;2,345\n", Options{}, `column 2 (v) has commas that part thousands or decimals, as in "1,234"; --decimal-comma decides`},
		{"no such column", "t,v\n2024-01-02,1\n", Options{ValueColumns: []string{"w"}}, `--value-column "w": there is column 1 (t) times such as 2024-01-02, column 2 (v) numbers such as 1`},
		{"column 3 of 2", "t,v\n2024-01-02,1\n", Options{TimeColumn: "3"}, `--time-column "3": there is column 1 (t) times such as 2024-01-02, column 2 (v) numbers such as 1`},
		{"name twice", "t,v,v\n2024-01-02,1,2\n", Options{ValueColumns: []string{"v"}}, `--value-column "v": columns 2 and 3 both have that name; give the number`},
		{"time is no time", "t,v\n2024-01-02,1\n", Options{TimeColumn: "v"}, `column 2 (v) does not hold times that can be read: "1"; --time-format decides`},
		{"other format", "t,v\n2024-01-02,1\n", Options{TimeFormat: DMY}, `no column holds times of the form "dmy"; --time-format decides`},
		{"value is the time", "t,v\n2024-01-02,1\n", Options{ValueColumns: []string{"1"}}, `--value-column "1": that is the column of the times`},
		{"header alone", "t,v\n", Options{}, "it has a header and nothing below it"},
		{"prose", "Dear Sir,\nI write to you\n", Options{}, "no column holds times: column 1 (Dear Sir) words: I write to you; --time-column with --time-format decides"},
		{"old line ends", "t,v\r2024-01-02,1\r", Options{}, "its lines end in carriage returns alone, as before the year 2001; convert them first"},
		{"strange delimiter", "t,v\n2024-01-02,1\n", Options{Delimiter: 'x'}, `--delimiter "x": it is a comma, a semicolon, a tab or a bar`},
		{"either delimiter", "2024-01-02 ,1;|5\n2024-01-02 ,1;|5\n", Options{}, ""},
		{"all values missing", "t,v\n2024-01-02,\n2024-01-03,NA\n", Options{ValueColumns: []string{"v"}}, "column 2 (v) holds nothing; --value-map decides"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, _, err := read(t, c.text, c.opt)
			var refused *RefusedError
			if !errors.As(err, &refused) || got != nil {
				t.Fatalf("%d samples and %v", len(got), err)
			}
			if c.want != "" && err.Error() != c.want {
				t.Errorf("got  %s\nwant %s", err, c.want)
			}
		})
	}
}

func TestNotATable(t *testing.T) {
	for text, want := range map[string]error{"": ErrEmpty, " \n\n": ErrEmpty, "\xef\xbb\xbf": ErrEmpty, "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR": ErrBinary} {
		if _, _, err := read(t, text, Options{}); !errors.Is(err, want) {
			t.Errorf("%q gives %v, want %v", text, err, want)
		}
	}
}

// TestDrops reads a file in which most things go wrong, and holds the report to it line by line.
func TestDrops(t *testing.T) {
	good := strings.Repeat("2024-01-02 00:00,1,x\n", 40)
	text := "time,v,note\n" + good + // lines 2 to 41
		"2024-01-03 00:00,,x\n" + // 42 no value
		"2024-01-03 00:00,NA,x\n" + // 43
		",5,x\n" + // 44 no time
		"2024-01-03 00:00,5 kg,x\n" + // 45 not a number
		"yesterday,5,x\n" + // 46 not a time
		"2024-03-31 02:30,5,x\n" + // 47 skipped in Berlin
		"2024-01-03 00:00\n" + // 48 too short
		"2024-01-03 00:00,5,\"never closed\n" + // 49
		"2024-01-03 00:00,6,\"over\ntwo lines\"\n" + // 50 and 51
		"2024-01-03 00:00,inf,x\n" + // 52
		"2024-01-03 00:00,0x10,x\n" + // 53
		"2024-01-04 00:00,8,x,and,more\n" // 54
	got, rep, err := read(t, text, Options{Zone: zone(t, "Europe/Berlin")})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"2024-01-02T23:00:00 6", "2024-01-03T23:00:00 8"}; !slices.Equal(got[40:], want) {
		t.Errorf("samples %v, want %v", got[40:], want)
	}
	want := []Dropped{
		{NoValue, 2, []int{42, 43}, 1, ""}, {NoTime, 1, []int{44}, 0, ""}, {BadValue, 3, []int{45, 52, 53}, 1, "5 kg"}, {BadTime, 1, []int{46}, 0, "yesterday"},
		{NoSuchTime, 1, []int{47}, 0, "2024-03-31 02:30"}, {Short, 1, []int{48}, -1, ""}, {Broken, 1, []int{49}, -1, ""},
	}
	if fmt.Sprint(rep.Dropped) != fmt.Sprint(want) {
		t.Errorf("dropped\n%v, want\n%v", rep.Dropped, want)
	}
	if rep.Rows != 52 || rep.Samples != 42 {
		t.Errorf("%d rows, %d samples", rep.Rows, rep.Samples)
	}
}

func TestDropsAreBounded(t *testing.T) {
	_, rep, err := read(t, strings.Repeat("2024-01-02,1\n", 2000)+strings.Repeat("2024-01-02,?\n", 5000), Options{})
	if err != nil || len(rep.Dropped) != 1 || rep.Dropped[0].Count != 5000 || len(rep.Dropped[0].Lines) != maxLines || rep.Dropped[0].Lines[0] != 2001 {
		t.Fatalf("%+v, %v", rep.Dropped, err)
	}
}

// TestFallBack reads the hour that clocks show twice, upwards and downwards.
func TestFallBack(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	rows := []string{"2024-10-27 01:30", "2024-10-27 02:00", "2024-10-27 02:30", "2024-10-27 02:00", "2024-10-27 02:30", "2024-10-27 03:00"}
	want := []string{"2024-10-26T23:30:00", "2024-10-27T00:00:00", "2024-10-27T00:30:00", "2024-10-27T01:00:00", "2024-10-27T01:30:00", "2024-10-27T02:00:00"}
	for _, down := range []bool{false, true} {
		if down {
			slices.Reverse(rows)
			slices.Reverse(want)
		}
		got, _, err := read(t, strings.Join(rows, ",1\n")+",1\n", Options{Zone: berlin})
		if err != nil {
			t.Fatal(err)
		}
		for i := range want {
			if got[i] != want[i]+" 1" {
				t.Errorf("down %v: %s is %s, want %s", down, rows[i], got[i], want[i])
			}
		}
	}
}

func TestDaysBelongToTheZone(t *testing.T) {
	got, _, err := read(t, "2018-11-03,1\n2018-11-04,2\n", Options{Zone: zone(t, "America/Sao_Paulo")})
	if err != nil || strings.Join(got, "|") != "2018-11-03T03:00:00 1|2018-11-04T03:00:00 2" { // the second begins at one o'clock
		t.Errorf("%v, %v", got, err)
	}
}

// TestLocalTimesAgree compares the reading of local times with the library's, wherever a time has one meaning.
func TestLocalTimesAgree(t *testing.T) {
	for _, name := range []string{"Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu", "Africa/Casablanca", "UTC"} {
		c := clock{zone: zone(t, name)}
		for at := time.Date(2011, 1, 1, 0, 0, 0, 0, c.zone); at.Year() < 2042; at = at.Add(47*time.Minute + 13*time.Second) {
			if at.Year() == 2013 { // then the years behind the end of the library's tables
				at = at.AddDate(27, 0, 0)
			}
			m, ok := parseTime([]byte(at.Format("2006-01-02 15:04:05")), ISO)
			if !ok {
				t.Fatalf("%v is not read", at)
			}
			twice := false
			for _, d := range []time.Duration{-time.Hour, -30 * time.Minute, 30 * time.Minute, time.Hour} {
				twice = twice || at.Add(d).Format(time.DateTime) == at.Format(time.DateTime)
			}
			got, ok := c.instant(m)
			if !ok || !twice && got != at.UnixNano() {
				t.Fatalf("%v is read as %v, %v", at, time.Unix(0, got).In(c.zone), ok)
			}
		}
	}
}

func TestUTF16(t *testing.T) {
	text := "Zeit\tWert 😀\n2024-01-02\t72,5\n2024-01-03\t71\n"
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		b := order.AppendUint16(nil, 0xfeff)
		for _, u := range utf16.Encode([]rune(text)) {
			b = order.AppendUint16(b, u)
		}
		for _, r := range []io.Reader{bytes.NewReader(b), iotest.OneByteReader(bytes.NewReader(b))} {
			n := 0
			rep, err := Read(r, Options{ValueColumns: []string{"Wert 😀"}}, func(_ int, s []timeseries.Sample) error { n += len(s); return nil })
			if err != nil || n != 2 {
				t.Errorf("%d samples, %v, %+v", n, err, rep)
			}
		}
	}
}

func TestLongLines(t *testing.T) {
	pad := strings.Repeat("x", maxRecord+100)
	rows := strings.Repeat("2024-01-02,1,a\n", 6000) // more than is sniffed
	for name, middle := range map[string]string{
		"plain": "2024-01-02,2," + pad + "\n", "quoted": "2024-01-02,2,\"" + pad + "\"\n",
		"lines": "2024-01-02,2,\"" + strings.Repeat(pad[:100]+"\n", len(pad)/100) + "\"\n",
	} {
		got, rep, err := read(t, rows+middle+"2024-01-03,3,b\n", Options{})
		if err != nil || len(got) != 6001 || got[6000] != "2024-01-03T00:00:00 3" {
			t.Errorf("%s: %d samples, %v, %+v", name, len(got), err, rep.Dropped)
		}
		last := rep.Dropped[len(rep.Dropped)-1]
		if last.Why != Broken || last.Lines[0] != 6001 {
			t.Errorf("%s: %+v", name, rep.Dropped)
		}
	}
	if _, _, err := read(t, pad, Options{}); err == nil {
		t.Error("one endless line is read")
	}
}

func TestErrorsOfReading(t *testing.T) {
	boom := errors.New("boom")
	r := io.MultiReader(strings.NewReader(strings.Repeat("2024-01-02,1\n", 9000)), iotest.ErrReader(boom))
	if _, err := Read(r, Options{}, func(int, []timeseries.Sample) error { return nil }); !errors.Is(err, boom) {
		t.Errorf("reading: %v", err)
	}
	_, err := Read(strings.NewReader("2024-01-02,1\n2024-01-03,1\n"), Options{}, func(_ int, s []timeseries.Sample) error {
		if s[len(s)-1].T > 1704200000e9 {
			return boom
		}
		return nil
	})
	if !errors.Is(err, boom) {
		t.Errorf("taking: %v", err)
	}
}
