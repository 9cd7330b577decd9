package ingest

import (
	"bytes"
	"math"
	"time"

	"arbor/timeseries"
)

// moment is a time as a cell gives it: an instant, or a clock's reading in a place that the cell does not name.
type moment struct {
	secs  int64 // since 1970-01-01 00:00, on that clock if local
	nanos int32
	local bool
	date  bool // a day without a time of day; local too
}

// parseTime reads the whole of b as a time in format f.
func parseTime(b []byte, f Format) (m moment, ok bool) {
	switch f {
	case ISO, DMY, MDY, YMD:
		year, month, day, n := parseDate(b, f)
		if n == 0 && f == ISO {
			return parseWritten(b)
		}
		if n == 0 {
			return m, false
		}
		return parseClock(b[n:], daysFromCivil(year, month, day))
	case Compact:
		return parseCompact(b)
	case Excel:
		return parseExcel(b)
	}
	return parseEpoch(b, f)
}

// number reads b, of at most most digits and nothing else.
func number(b []byte, most int) (int, bool) {
	if len(b) == 0 || len(b) > most {
		return 0, false
	}
	n := 0
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}

// parseDate reads a date with separators at the front of b and returns how long it is, 0 if there is none. A year of two digits is one from 1969
// to 2068, as in POSIX; YMD has them alone.
func parseDate(b []byte, f Format) (year, month, day, n int) {
	var part [3]int
	var width [3]int
	sep := byte(0)
	for k := range part {
		start := n
		for n < len(b) && n-start < 4 && b[n] >= '0' && b[n] <= '9' {
			n++
		}
		var ok bool
		if part[k], ok = number(b[start:n], 4); !ok {
			return 0, 0, 0, 0
		}
		width[k] = n - start
		if k == 2 {
			break
		}
		if n == len(b) || b[n] != '-' && b[n] != '/' && b[n] != '.' || sep != 0 && b[n] != sep {
			return 0, 0, 0, 0
		}
		sep = b[n]
		n++
	}
	y, mo, d := 2, 1, 0
	switch f {
	case ISO:
		y, mo, d = 0, 1, 2
	case MDY:
		mo, d = 0, 1
	case YMD:
		y, mo, d = 0, 1, 2
	}
	if sep == '.' && (f == MDY || f == YMD) { // points are written day first
		return 0, 0, 0, 0
	}
	if width[y] == 2 && f != ISO {
		if part[y] += 1900; part[y] < 1969 {
			part[y] += 100
		}
	} else if width[y] != 4 || f == YMD {
		return 0, 0, 0, 0
	}
	if width[mo] > 2 || width[d] > 2 || !validDate(part[y], part[mo], part[d]) {
		return 0, 0, 0, 0
	}
	return part[y], part[mo], part[d], n
}

func validDate(y, m, d int) bool {
	if y < 1678 || y > 2261 || m < 1 || m > 12 || d < 1 { // years that nanoseconds in an int64 reach wholly
		return false
	}
	last := [...]int{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}[m-1]
	if m == 2 && (y%4 == 0 && y%100 != 0 || y%400 == 0) {
		last = 29
	}
	return d <= last
}

// daysFromCivil returns the days from 1970-01-01 to a date of the Gregorian calendar.
func daysFromCivil(y, m, d int) int64 {
	if m <= 2 { // years begin in March, so that the leap day is their last
		y--
		m += 12
	}
	return int64(365*y + y/4 - y/100 + y/400 + (153*(m-3)+2)/5 + d - 1 - 719468)
}

// parseClock reads what may follow a date: nothing, or a time of day with perhaps a fraction, AM or PM, and a zone.
func parseClock(b []byte, days int64) (m moment, ok bool) {
	m = moment{secs: days * 86400, local: true}
	if len(b) == 0 {
		m.date = true
		return m, true
	}
	if b[0] != ' ' && b[0] != 'T' && b[0] != 't' && b[0] != ',' {
		return m, false
	}
	b = b[1:]
	for len(b) > 0 && b[0] == ' ' {
		b = b[1:]
	}
	var hms [3]int
	k := 0
	for ; k < 3; k++ {
		n := 0
		for n < len(b) && n < 2 && b[n] >= '0' && b[n] <= '9' {
			n++
		}
		if hms[k], ok = number(b[:n], 2); !ok || k > 0 && n != 2 {
			return m, false
		}
		b = b[n:]
		if len(b) == 0 || b[0] != ':' {
			break
		}
		b = b[1:]
	}
	if k == 0 || k == 3 || hms[0] > 24 || hms[1] > 59 || hms[2] > 60 || hms[0] == 24 && (hms[1] > 0 || hms[2] > 0) {
		return m, false
	}
	if k == 2 {
		if m.nanos, b, ok = fraction(b); !ok {
			return m, false
		}
	}
	if hms[0], b, ok = halfDay(hms[0], b); !ok {
		return m, false
	}
	m.secs += int64(hms[0])*3600 + int64(hms[1])*60 + int64(hms[2])
	if len(b) > 0 && b[0] == ' ' {
		b = b[1:]
		if len(b) == 0 {
			return m, false
		}
	}
	if len(b) == 0 {
		return m, true
	}
	offset, ok := parseOffset(b)
	m.secs -= int64(offset)
	m.local = false
	return m, ok
}

// fraction reads a fraction of a second at the front of b.
func fraction(b []byte) (nanos int32, rest []byte, ok bool) {
	if len(b) == 0 || b[0] != '.' && b[0] != ',' {
		return 0, b, true
	}
	n := 0
	for n+1 < len(b) && b[n+1] >= '0' && b[n+1] <= '9' {
		if n < 9 {
			nanos = nanos*10 + int32(b[n+1]-'0')
		}
		n++
	}
	for i := n; i < 9; i++ {
		nanos *= 10
	}
	return nanos, b[n+1:], n > 0
}

// halfDay applies AM or PM at the front of b to an hour.
func halfDay(hour int, b []byte) (int, []byte, bool) {
	c := b
	if len(c) > 0 && c[0] == ' ' {
		c = c[1:]
	}
	if len(c) < 2 || c[1]|0x20 != 'm' || c[0]|0x20 != 'a' && c[0]|0x20 != 'p' {
		return hour, b, true
	}
	if hour < 1 || hour > 12 {
		return 0, b, false
	}
	hour %= 12
	if c[0]|0x20 == 'p' {
		hour += 12
	}
	return hour, c[2:], true
}

// parseOffset reads Z, UTC, +02, +0200 or +02:00 as seconds east.
func parseOffset(b []byte) (int, bool) {
	switch string(b) {
	case "Z", "z", "UTC", "GMT":
		return 0, true
	}
	if b[0] != '+' && b[0] != '-' {
		return 0, false
	}
	sign, rest := 1, b[1:]
	if b[0] == '-' {
		sign = -1
	}
	minutes := 0
	switch {
	case len(rest) == 5 && rest[2] == ':':
		minutes, _ = number(rest[3:], 2)
		if _, ok := number(rest[3:], 2); !ok {
			return 0, false
		}
	case len(rest) == 4:
		var ok bool
		if minutes, ok = number(rest[2:], 2); !ok {
			return 0, false
		}
	case len(rest) != 2:
		return 0, false
	}
	hours, ok := number(rest[:2], 2)
	return sign * (hours*3600 + minutes*60), ok && hours < 24 && minutes < 60
}

// epoch returns for a format that counts units since 1970 the nanoseconds of a unit, and the digits of a time that is surely one: from
// 2001 to 2286. The unit of the others is 0.
func (f Format) epoch() (unit int64, digits int) {
	switch f {
	case Seconds:
		return 1e9, 10
	case Millis:
		return 1e6, 13
	case Micros:
		return 1e3, 16
	case Nanos:
		return 1, 19
	}
	return 0, 0
}

// counts reports whether the format is a number.
func (f Format) counts() bool { unit, _ := f.epoch(); return unit != 0 }

// parseEpoch reads a count of units since 1970.
func parseEpoch(b []byte, f Format) (m moment, ok bool) {
	unit, _ := f.epoch()
	if i := bytes.IndexByte(b, ' '); i > 0 && f == Seconds { // git writes the zone behind it
		if rest := b[i+1:]; len(rest) != 5 || rest[0] != '+' && rest[0] != '-' || digits(rest) != 4 {
			return m, false
		}
		b = b[:i]
	}
	whole, frac := b, []byte(nil)
	for i, c := range b {
		if c == '.' {
			whole, frac = b[:i], b[i:]
			break
		}
	}
	negative := len(whole) > 0 && whole[0] == '-'
	if negative {
		whole = whole[1:]
	}
	if len(whole) == 0 || len(whole) > 19 {
		return m, false
	}
	n := int64(0)
	for _, c := range whole {
		d := int64(c - '0')
		if c < '0' || c > '9' || n > (math.MaxInt64-d)/10 {
			return m, false
		}
		n = n*10 + d
	}
	part, rest, ok := fraction(frac)
	if !ok || len(rest) > 0 || n > math.MaxInt64/unit-1 {
		return m, false
	}
	t := n*unit + int64(part)*unit/1e9
	if negative {
		t = -t
	}
	secs := t / 1e9
	if t%1e9 < 0 {
		secs--
	}
	return moment{secs: secs, nanos: int32(t - secs*1e9)}, true
}

// clock turns readings into instants. Of an hour that a clock shows twice it takes the one that keeps the order of the file.
type clock struct {
	zone    *time.Location
	starts  time.Duration // what it shows when a day begins
	falling bool
	last    int64
	any     bool
	unsure  bool // a time was one of several, and it was last that told which

	// from and to bound the local times that have one meaning, with offset, around the last one resolved.
	from, to, offset int64
}

// instant returns m in nanoseconds. ok is false if the zone's clocks never showed it.
func (c *clock) instant(m moment) (t int64, ok bool) {
	switch {
	case !m.local:
		t = m.secs*1e9 + int64(m.nanos)
	case m.date:
		y, mo, d := time.Unix(m.secs, 0).UTC().Date()
		t = timeseries.Calendar{Zone: c.zone, Starts: c.starts}.StartOf(y, mo, d).UnixNano()
	default:
		if m.secs < c.from || m.secs >= c.to {
			if t, ok = c.resolve(m); !ok {
				return 0, false
			}
			break
		}
		t = (m.secs-c.offset)*1e9 + int64(m.nanos)
	}
	c.last, c.any = t, true
	return t, true
}

// resolve looks at all offsets that were in use around m.
func (c *clock) resolve(m moment) (int64, bool) {
	var found []int64
	at := time.Unix(m.secs-26*3600, 0).In(c.zone)
	for range 64 { // steps of an hour or more
		_, offset := at.Zone()
		start, end := timeseries.ZoneBounds(at)
		t := m.secs - int64(offset)
		if (start.IsZero() || t >= start.Unix()) && (end.IsZero() || t < end.Unix()) {
			if ns := t*1e9 + int64(m.nanos); len(found) == 0 || found[len(found)-1] != ns {
				found = append(found, ns)
			}
			c.from, c.to, c.offset = math.MinInt64, math.MaxInt64, int64(offset)
			if !start.IsZero() { // 26 hours from its ends no other offset can mean the same
				c.from = start.Unix() + int64(offset) + 26*3600
			}
			if !end.IsZero() {
				c.to = end.Unix() + int64(offset) - 26*3600
			}
		}
		if end.IsZero() || end.Unix() > m.secs+26*3600 {
			break
		}
		at = end
	}
	c.unsure = c.unsure || len(found) > 1
	switch {
	case len(found) == 0:
		return 0, false
	case len(found) == 1 || !c.any:
		if c.falling {
			return found[len(found)-1], true
		}
		return found[0], true
	}
	if c.falling {
		if found[1] < c.last {
			return found[1], true
		}
		return found[0], true
	}
	if found[0] > c.last {
		return found[0], true
	}
	return found[1], true
}
