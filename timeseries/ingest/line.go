package ingest

import (
	"bytes"
	"fmt"

	"arbor/timeseries"
)

// Lines reads samples from lines as programs print them, one after the other: a value, or a time and a value with blanks, a tab, a comma or a
// semicolon between them. It keeps the time of the last line, by which it tells the two hours apart that a clock shows twice.
type Lines struct {
	clock clock
	value func(cell []byte) (float64, error)
}

// NewLines returns a reader of lines whose times are by that calendar where they name no zone, and where they are dates alone.
func NewLines(by timeseries.Calendar) *Lines {
	return &Lines{clock: clock{zone: by.Zone, starts: by.Starts}, value: func(cell []byte) (float64, error) {
		v, ok := parseNumber(cell, false)
		if !ok {
			return 0, fmt.Errorf("%q is no number", shown(cell))
		}
		return v, nil
	}}
}

// Values has values be read by another function.
func (l *Lines) Values(read func(text string) (float64, error)) {
	l.value = func(cell []byte) (float64, error) { return read(string(cell)) }
}

// Text reads a line that is a text, or a time and a text behind it. timed is false if it says no time; then t is 0.
func (l *Lines) Text(line []byte) (t int64, text string, timed bool) {
	line = bytes.TrimSpace(line)
	at := 0
	for range 2 { // a date, perhaps with a time of day behind it
		n := bytes.IndexAny(line[at:], " \t;,")
		if n < 0 {
			break
		}
		at += n
		if m, ok := parseAny(bytes.Trim(line[:at], " \t;,\"")); ok {
			if x, ok := l.clock.instant(m); ok {
				t, timed, text = x, true, string(bytes.Trim(line[at:], " \t;,\""))
			}
		}
		at++
	}
	if !timed || text == "" {
		return 0, string(bytes.Trim(line, `"`)), false
	}
	return t, text, true
}

// Parse reads one line. timed is false if it says no time; then T is 0. Times are those that can be meant in one way only: ISO 8601, 20060102, and
// seconds, milliseconds, microseconds or nanoseconds since 1970 by their digits.
func (l *Lines) Parse(line []byte) (s timeseries.Sample, timed bool, err error) {
	line = bytes.TrimSpace(line)
	at := bytes.LastIndexAny(line, " \t;")
	if at < 0 {
		at = bytes.LastIndexByte(line, ',')
	}
	if s.V, err = l.value(bytes.Trim(line[at+1:], `"`)); err != nil {
		return timeseries.Sample{}, false, err
	}
	if at < 0 {
		return s, false, nil
	}
	cell := bytes.Trim(line[:at], " \t;,\"")
	m, ok := parseAny(cell)
	if !ok {
		return s, false, fmt.Errorf("%q is no time; write it as 2026-11-22T10:00:00 or in seconds since 1970", shown(cell))
	}
	if s.T, ok = l.clock.instant(m); !ok {
		return s, false, fmt.Errorf("%q is a time that the clocks skip", shown(cell))
	}
	return s, true, nil
}

// parseAny reads a time in a form that can be meant in one way only.
func parseAny(b []byte) (m moment, ok bool) {
	for _, f := range formats {
		if f == DMY || f == MDY || f == YMD || f == Excel {
			continue
		}
		if _, length := f.epoch(); f.counts() {
			whole, _, _ := bytes.Cut(b, []byte{' '})
			if whole, _, _ = bytes.Cut(whole, []byte{'.'}); len(whole) != length {
				continue
			}
		}
		if m, ok = parseTime(b, f); ok {
			return m, true
		}
	}
	return m, false
}

// shown is a cell as a message has it.
func shown(cell []byte) string {
	return string(bytes.ToValidUTF8(cell[:min(len(cell), maxExample)], []byte("\ufffd")))
}
