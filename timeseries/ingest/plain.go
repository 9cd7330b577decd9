package ingest

import (
	"encoding/binary"
	"math"
	"math/bits"
	"slices"

	"arbor/timeseries"
)

// A line of the commonest kind, cells without blanks and quotes, a time as programs print it and decimals of few digits, is read in one pass, eight
// bytes at a time (Lemire, "Quickly parsing eight digits", 2018). Every other line is left to row; what is taken here row reads alike.

// plain is how the lines of a layout are read in one pass.
type plain struct {
	delim  byte
	counts int64     // nanoseconds of a unit, if times are numbers
	roles  []int     // of the columns, up to the last that is needed: a place among the values, or one of those below
	points []byte    // the decimal sign of each value
	values []float64 // of the line

	keys   []string // of objects, by column; nil if the lines are none
	needed int      // columns that are
	shapes []shape
	learnt int // lines from which one was
}

const (
	roleNone = -1 - iota
	roleTime
	roleName
)

// slack is how many bytes behind the beginning of a cell may be looked at: more than any that is plain has.
const slack = 64

// newPlain returns nil for a layout whose lines have to be looked at more closely.
func newPlain(l *Layout, opt *Options) *plain {
	unit, _ := l.Format.epoch()
	if l.Clock >= 0 || len(opt.Words) > 0 || opt.Value != nil || unit == 0 && l.Format != ISO && l.Format != DMY && l.Format != MDY {
		return nil
	}
	last := max(l.Time, l.Name, slices.Max(l.Values))
	if last >= maxColumns-1 {
		return nil
	}
	p := &plain{delim: byte(l.Delimiter), counts: unit, values: make([]float64, len(l.Values))}
	for range last + 1 {
		p.roles = append(p.roles, roleNone)
	}
	p.roles[l.Time] = roleTime
	if l.Name >= 0 {
		p.roles[l.Name] = roleName
	}
	for k, i := range l.Values {
		if p.roles[i] != roleNone {
			return nil
		}
		p.roles[i] = k
		point := byte('.')
		if l.Comma[k] {
			point = ','
		}
		p.points = append(p.points, point)
	}
	if l.Objects {
		p.keys = l.keys()
	}
	p.needed = 1 + len(l.Values) + min(l.Name+1, 1)
	return p
}

// line reads the line at the front of b and returns its length, 0 if it is not plain; then nothing has happened.
func (p *plain) line(rd *reading, b []byte) int {
	if p.keys != nil {
		return p.object(rd, b)
	}
	var m moment
	var name []byte
	i, ended := 0, false
	for c, role := range p.roles {
		if ended || i+slack > len(b) {
			return 0
		}
		n := 0
		switch {
		case role >= 0:
			p.values[role], n = decimal(b[i:], p.points[role])
		case role == roleNone:
			n = p.skip(b[i:])
		case role == roleTime && p.counts != 0:
			m, n = units(b[i:], p.counts)
		case role == roleTime:
			m, n = rd.stamp(b[i:])
		default:
			n = p.skip(b[i:])
			name = b[i : i+n]
		}
		if n == 0 && role != roleNone || i+n+1 >= len(b) {
			return 0
		}
		i += n
		switch ended = b[i] != p.delim; {
		case !ended:
		case b[i] == '\r' && b[i+1] == '\n':
			i++
		case b[i] != '\n':
			return 0
		}
		if i++; !ended && c == len(p.roles)-1 {
			n := lineFeed(b[i:])
			if n == 0 || i+n > maxRecord {
				return 0
			}
			i += n
		}
	}
	if !p.take(rd, m, name) {
		return 0
	}
	return i
}

// lineFeed returns the length of what is left of a line, 0 if that does not end.
func lineFeed(b []byte) int {
	for i, c := range b {
		if c == '\n' {
			return i + 1
		}
	}
	return 0
}

// skip returns the length of the cell at the front of b.
func (p *plain) skip(b []byte) int {
	for i, c := range b {
		if c == p.delim || c == '\n' || c == '\r' {
			return i
		}
	}
	return len(b)
}

// take adds the samples of a line, and reports whether it can.
func (p *plain) take(rd *reading, m moment, name []byte) bool {
	k := 0
	if name != nil {
		if f, l := name[0], name[len(name)-1]; f <= ' ' || f >= 0x7f || l <= ' ' || l >= 0x7f {
			return false
		}
		known, ok := rd.names[string(name)]
		if !ok {
			return false
		}
		k = known
	}
	t, ok := rd.clock.instant(m)
	if !ok {
		return false
	}
	for i, v := range p.values {
		rd.samples[k+i] = append(rd.samples[k+i], timeseries.Sample{T: t, V: v})
	}
	rd.held += len(p.values)
	rep := rd.report
	rep.Rows++
	if rep.Samples == 0 {
		rep.First, rep.Last = t, t
	}
	rep.Samples += int64(len(p.values))
	rep.First, rep.Last = min(rep.First, t), max(rep.Last, t)
	return true
}

const (
	zeros  = 0x3030303030303030 // eight digits, as text
	above9 = 0x7676767676767676 // raises a byte above 9 into its highest bit
	highs  = 0x8080808080808080
)

// digits8 returns the values of up to eight digits at the front of b, the first in the lowest byte, and how many they are.
func digits8(b []byte) (values uint64, n int) {
	d := binary.LittleEndian.Uint64(b) ^ zeros
	n = bits.TrailingZeros64(((d+above9)|d)&highs) >> 3
	return d << (64 - 8*n), n
}

// eight returns the number with these eight digits.
func eight(d uint64) uint64 {
	d = d*10 + d>>8
	const low = 0x000000ff000000ff
	return ((d&low)*(100+1_000_000<<32) + (d>>16&low)*(1+10_000<<32)) >> 32
}

// integer reads up to 15 digits at the front of b.
func integer(b []byte) (v int64, n int) {
	d, n := digits8(b)
	v = int64(eight(d))
	if n == 8 {
		more, k := digits8(b[8:])
		if k == 8 {
			return 0, 0
		}
		v, n = v*whole[k]+int64(eight(more)), 8+k
	}
	return v, n
}

var whole = [...]int64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}

// decimal reads a number of up to 15 digits at the front of b, whose division by a power of ten is correctly rounded. n is 0 if there is none.
func decimal(b []byte, point byte) (v float64, n int) {
	negative := b[0] == '-'
	if negative {
		b = b[1:]
	}
	d := binary.LittleEndian.Uint64(b) ^ zeros
	others := ((d + above9) | d) & highs
	k := bits.TrailingZeros64(others) >> 3
	switch last := others & (others - 1); {
	case k == 0 || k == 8:
		v, n = long(b, point)
	case b[k] != point:
		v, n = float64(int64(eight(d<<(64-8*k)))), k
	case last == 0: // it is longer than eight bytes
		v, n = long(b, point)
	default: // all within eight bytes: the digits are moved together
		n = bits.TrailingZeros64(last) >> 3
		d = d&(1<<(8*k)-1) | d>>8&^(1<<(8*k)-1)
		if n == k+1 {
			return 0, 0
		}
		v = float64(int64(eight(d<<(72-8*n)))) / tens[n-1-k]
	}
	if n > 0 && negative {
		return -v, n + 1
	}
	return v, n
}

// long is decimal of numbers of any length, without a sign.
func long(b []byte, point byte) (v float64, n int) {
	m, n := integer(b)
	v = float64(m)
	if b[n] == point {
		f, places := integer(b[n+1:])
		if places == 0 || n+places > 15 { // the digits behind it may be too many
			return 0, 0
		}
		v = float64(m*whole[places]+f) / tens[places]
		n += 1 + places
	}
	return v, n
}

// units reads a whole number of units since 1970 at the front of b. n is 0 if there is none, or too great a one.
func units(b []byte, unit int64) (m moment, n int) {
	d, n := digits8(b)
	v := eight(d)
	if n == 8 {
		more, k := digits8(b[8:])
		if v, n = v*uint64(whole[k])+eight(more), 8+k; k == 8 {
			for n < 19 && b[n]-'0' <= 9 {
				v = v*10 + uint64(b[n]-'0')
				n++
			}
		}
	}
	if v >= uint64(math.MaxInt64/unit) {
		return m, 0
	}
	per := int64(1e9) / unit
	return moment{secs: int64(v) / per, nanos: int32(int64(v) % per * unit)}, n
}

// The bytes of a time of day, as text, and its colons.
const (
	clockText   = 0x30303a30303a3030
	clockColons = 0x0000ff0000ff0000
)

// stamp reads a date and a time of day with seconds, perhaps a fraction and a zone, at the front of b. That of a day that is the last one's is read by its
// clock alone. n is 0 if there is none, or the time is of another kind.
func (rd *reading) stamp(b []byte) (m moment, n int) {
	b = b[:slack:slack]
	if head, tail := binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint16(b[8:]); head != rd.head || tail != rd.tail || !rd.dated {
		year, month, day, n := parseDate(b[:dateSize], rd.report.Layout.Format)
		if n != dateSize {
			return m, 0
		}
		rd.days = daysFromCivil(year, month, day) * 86400
		rd.head, rd.tail, rd.dated = head, tail, true
	}
	y := binary.LittleEndian.Uint64(b[dateSize+1:]) ^ clockText
	if y&clockColons != 0 || ((y+above9)|y)&highs != 0 || b[dateSize] != ' ' && b[dateSize] != 'T' {
		return m, 0
	}
	y = y*10 + y>>8
	h, mi, s := y&0xff, y>>24&0xff, y>>48&0xff
	if h > 23 || mi > 59 || s > 59 {
		return m, 0
	}
	m.secs = rd.days + int64(h*3600+mi*60+s)
	n = dateSize + 9
	if b[n] == '.' {
		d, k := digits8(b[n+1:])
		if k == 0 || k == 8 {
			nanos, rest, ok := fraction(b[n:])
			if !ok || len(rest) < 8 {
				return m, 0
			}
			m.nanos, n = nanos, len(b)-len(rest)
		} else {
			m.nanos = int32(int64(eight(d)) * whole[9-k])
			n += 1 + k
		}
	}
	switch b[n] {
	case 'Z':
		return m, n + 1
	case ' ':
		if b[n+1] != '+' && b[n+1] != '-' {
			return m, 0
		}
		n++
		fallthrough
	case '+', '-':
		end := n + len("+0200")
		if b[n+3] == ':' {
			end++
		}
		east, ok := parseOffset(b[n:end])
		if !ok {
			return m, 0
		}
		m.secs -= int64(east)
		return m, end
	}
	m.local = true
	return m, n
}
