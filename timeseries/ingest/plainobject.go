package ingest

import (
	"bytes"
	"slices"
)

// Objects of JSON that a program writes look alike: between the values stand the same bytes. A shape is learnt from one, and those that follow are
// read by it in one pass, without looking at their keys again. Every other line is left to the reader of objects.

// shape is what objects look like: before each of the values some bytes, and some behind the last.
type shape struct {
	values []shapeValue
	end    []byte
}

// shapeValue is a value of a shape, with the bytes that stand before it, its opening quote among them.
type shapeValue struct {
	before []byte
	role   int
	quoted bool
}

// Bounds of the shapes of a block, and of the lines from which one is learnt.
const (
	maxShapes = 4
	maxLearnt = 32
)

// learn makes a shape of a line that simpleObject takes.
func (p *plain) learn(line []byte) {
	if p.learnt == maxLearnt {
		return
	}
	p.learnt++
	var s shape
	var seen [][]byte
	from := 0 // of the bytes before the next value
	at := func(rest []byte) int { return len(line) - len(rest) }
	rest := blanks(line)
	for rest = blanks(rest[1:]); ; rest = blanks(rest[1:]) {
		key, after := simpleString(rest)
		value := blanks(blanks(after)[1:])
		v := shapeValue{role: roleNone, quoted: value[0] == '"'}
		if slices.ContainsFunc(seen, func(k []byte) bool { return bytes.Equal(k, key) }) {
			return
		}
		seen = append(seen, key)
		if i := slices.Index(p.keys, string(key)); i >= 0 && i < len(p.roles) {
			v.role = p.roles[i]
		}
		begin := at(value)
		_, rest = simpleValue(value)
		end := at(rest)
		if v.quoted {
			begin, end = begin+1, end-1
		}
		v.before = bytes.Clone(line[from:begin])
		s.values, from = append(s.values, v), end
		if rest = blanks(rest); rest[0] == '}' {
			break
		}
	}
	s.end = bytes.Clone(line[from:])
	needed := 0
	for _, v := range s.values {
		if v.role != roleNone {
			needed++
		}
	}
	if needed == p.needed && len(p.shapes) < maxShapes && !slices.ContainsFunc(p.shapes, s.equal) {
		p.shapes = append(p.shapes, s)
	}
}

func (s shape) equal(o shape) bool {
	return bytes.Equal(s.end, o.end) && slices.EqualFunc(s.values, o.values, func(a, b shapeValue) bool { return bytes.Equal(a.before, b.before) })
}

// object reads the line at the front of b and returns its length, 0 if it is of no known shape; then nothing has happened.
func (p *plain) object(rd *reading, b []byte) int {
	for i := range p.shapes {
		if n := p.shaped(rd, b, &p.shapes[i]); n > 0 {
			return n
		}
	}
	return 0
}

func (p *plain) shaped(rd *reading, b []byte, s *shape) int {
	var m moment
	var name []byte
	i := 0
	for k := range s.values {
		v := &s.values[k]
		if !bytes.HasPrefix(b[i:], v.before) || i+len(v.before)+slack > len(b) {
			return 0
		}
		i += len(v.before)
		n := 0
		switch {
		case v.role != roleNone && !v.quoted && !beginsNumber(b[i:]):
			return 0
		case v.role >= 0:
			p.values[v.role], n = decimal(b[i:], p.points[v.role])
		case v.role == roleTime && p.counts != 0:
			m, n = units(b[i:], p.counts)
		case v.role == roleTime:
			m, n = rd.stamp(b[i:])
		case v.quoted:
			if n = quotedLen(b[i:]); n < 0 {
				return 0
			}
			if v.role == roleName {
				name = b[i : i+n]
			}
			i += n
			continue
		default:
			n = wordLen(b[i:])
			word := b[i : i+n]
			if !simpleNumber(word) && (v.role == roleName || string(word) != "true" && string(word) != "false" && string(word) != "null") {
				return 0
			}
			if v.role == roleName {
				name = word
			}
		}
		if n == 0 {
			return 0
		}
		i += n
	}
	if !bytes.HasPrefix(b[i:], s.end) || i+len(s.end)+2 > len(b) {
		return 0
	}
	i += len(s.end)
	if b[i] == '\r' {
		i++
	}
	if b[i] != '\n' || i >= maxRecord || name != nil && len(name) == 0 || !p.take(rd, m, name) {
		return 0
	}
	return i + 1
}

// beginsNumber reports whether a number at the front of b begins as one of JSON does: with a digit, which is no 0 before another.
func beginsNumber(b []byte) bool {
	if b[0] == '-' {
		b = b[1:]
	}
	return b[0]-'0' <= 9 && (b[0] != '0' || b[1]-'0' > 9)
}

// quotedLen returns the length of a text of printable ASCII without escapes up to its closing quote, -1 if it is none.
func quotedLen(b []byte) int {
	for i, c := range b {
		switch {
		case c == '"':
			return i
		case c == '\\' || c < ' ' || c >= 0x7f:
			return -1
		}
	}
	return -1
}

// wordLen returns the length of what may be a number, or a word without quotes, at the front of b.
func wordLen(b []byte) int {
	for i, c := range b {
		if c != '-' && c != '.' && c-'0' > 9 && c-'a' > 25 {
			return i
		}
	}
	return len(b)
}
