package ingest

import (
	"bytes"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"
)

// parseWritten reads the dates that are not three numbers: a month, 2006-01, which is its first day; one with a month's English name, 2 Jan 2006,
// Jan 2, 2006 or 2-Jan-2006; and a timestamp of Org, [2006-01-02 Mon 15:04] or <2006-01-02>.
func parseWritten(b []byte) (m moment, ok bool) {
	if len(b) < 7 {
		return m, false
	}
	if b[0] == '[' || b[0] == '<' {
		return parseOrg(b)
	}
	if len(b) == 7 && b[4] == '-' {
		y, yes := number(b[:4], 4)
		mo, too := number(b[5:], 2)
		return moment{secs: daysFromCivil(y, mo, 1) * 86400, local: true, date: true}, yes && too && validDate(y, mo, 1)
	}
	return parseNamed(b)
}

// parseOrg reads an active or inactive timestamp; the name of the day may be in any language, or missing.
func parseOrg(b []byte) (m moment, ok bool) {
	last := len(b) - 1
	if b[last] != ']' && b[last] != '>' || (b[0] == '[') != (b[last] == ']') {
		return m, false
	}
	b = b[1:last]
	y, mo, d, n := parseDate(b, ISO)
	if n == 0 {
		return m, false
	}
	rest := b[n:]
	if word := bytes.TrimPrefix(rest, []byte{' '}); len(word) < len(rest) {
		end := bytes.IndexByte(word, ' ')
		if end < 0 {
			end = len(word)
		}
		if r, _ := utf8.DecodeRune(word); unicode.IsLetter(r) {
			rest = word[end:]
		}
	}
	return parseClock(rest, daysFromCivil(y, mo, d))
}

const months = "janfebmaraprmayjunjulaugsepoctnovdec"

var monthNames = strings.Fields("january february march april may june july august september october november december")

// parseNamed reads a date with the English name of its month, or the first three letters of it.
func parseNamed(b []byte) (m moment, ok bool) {
	var part [3][]byte
	rest := b
	for k := range part {
		n := 0
		for n < len(rest) && (rest[n] >= '0' && rest[n] <= '9' || rest[n]|0x20 >= 'a' && rest[n]|0x20 <= 'z') {
			n++
		}
		part[k], rest = rest[:n], rest[n:]
		if k == 2 {
			break
		}
		switch {
		case bytes.HasPrefix(rest, []byte(", ")), bytes.HasPrefix(rest, []byte(". ")):
			rest = rest[2:]
		case len(rest) > 0 && (rest[0] == ' ' || rest[0] == '-' || rest[0] == '/'):
			rest = rest[1:]
		default:
			return m, false
		}
	}
	month := monthOf(part[1])
	d := part[0]
	if month == 0 {
		month, d = monthOf(part[0]), part[1]
	}
	day, yes := number(d, 2)
	year, too := number(part[2], 4)
	if !yes || !too || len(part[2]) != 4 || !validDate(year, month, day) {
		return m, false
	}
	return parseClock(rest, daysFromCivil(year, month, day))
}

// monthOf returns the number of a month's name, 0 if it is none.
func monthOf(b []byte) int {
	if len(b) < 3 || len(b) > 9 {
		return 0
	}
	word := strings.ToLower(string(b))
	i := strings.Index(months, word[:3])
	if i < 0 || i%3 != 0 || len(word) > 3 && word != monthNames[i/3] {
		return 0
	}
	return i/3 + 1
}

// parseCompact reads 20060102, perhaps with T150405 and a zone, or a clock, behind it.
func parseCompact(b []byte) (m moment, ok bool) {
	if len(b) < 8 || digits(b[:8]) != 8 {
		return m, false
	}
	y, _ := number(b[:4], 4)
	mo, _ := number(b[4:6], 2)
	d, _ := number(b[6:8], 2)
	if !validDate(y, mo, d) {
		return m, false
	}
	rest := b[8:]
	if len(rest) >= 7 && rest[0] == 'T' && digits(rest[1:7]) == 6 {
		spaced := append(make([]byte, 0, 32), rest[:3]...)
		spaced = append(append(spaced, ':'), rest[3:5]...)
		spaced = append(append(spaced, ':'), rest[5:]...)
		rest = spaced
	}
	return parseClock(rest, daysFromCivil(y, mo, d))
}

// Days of a spreadsheet: the first is 1900-01-01, and there is a 1900-02-29, so that from March 1900 on they count from 1899-12-30.
const (
	excelEpoch = -25569 // in days since 1970
	excelFirst = 61     // 1900-03-01, from which on the count is right
	excelLast  = 132000 // in 2261
)

// parseExcel reads days and a fraction of a day, to the millisecond, which is as exact as a spreadsheet is.
func parseExcel(b []byte) (m moment, ok bool) {
	v, ok := parseNumber(b, false)
	if !ok || v < excelFirst || v > excelLast {
		return m, false
	}
	ms := int64(math.Round((v + excelEpoch) * 86400e3))
	secs := ms / 1000
	if ms%1000 < 0 {
		secs--
	}
	return moment{secs: secs, nanos: int32(ms-secs*1000) * 1e6, local: true, date: v == math.Trunc(v)}, true
}
