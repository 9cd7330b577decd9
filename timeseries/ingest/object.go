package ingest

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"slices"
)

// objects finds out how to read a file with an object of JSON on each line.
func objects(head []byte, opt Options) (Layout, error) {
	l := Layout{Objects: true, Time: -1, Clock: -1, Name: -1}
	r := newObjects(bytes.NewReader(head), nil)
	r.grow = true
	var rows [][]string
	for len(rows) < sniffedRows {
		cells, _, ok, err := r.next()
		if err != nil {
			break
		}
		if !ok {
			continue
		}
		row := make([]string, len(cells))
		for i, c := range cells {
			row[i] = string(bytes.TrimSpace(c))
		}
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		return l, &RefusedError{Why: "its lines are no objects of JSON; 'jq -c' writes one a line"}
	}
	for _, k := range r.keys {
		l.Columns = append(l.Columns, Column{Name: k})
	}
	return l, l.choose(rows, opt)
}

// newObjects returns a reader of lines that are objects of JSON. The cells of a record are the values of those keys.
func newObjects(r io.Reader, keys []string) *records {
	s := newRecords(r, 0)
	s.objects, s.keys = true, keys
	return s
}

// object cuts a line that is an object: strings without their quotes, numbers and the words true and false as they stand, nothing for null
// and for what is an object or an array itself.
func (s *records) object(b []byte) bool {
	clear(s.cells)
	for len(s.cells) < len(s.keys) {
		s.cells = append(s.cells, nil)
	}
	s.simple = s.simpleObject(b)
	return s.simple || s.anyObject(b)
}

// set gives the cell of a key its value.
func (s *records) set(key, value []byte) {
	i := -1
	if s.turn < len(s.keys) && s.keys[s.turn] == string(key) { // keys mostly come in one order
		i = s.turn
	} else {
		i = slices.Index(s.keys, string(key))
	}
	if i < 0 && s.grow && len(s.keys) < maxColumns {
		i = len(s.keys)
		s.keys, s.cells = append(s.keys, string(key)), append(s.cells, nil)
	}
	if s.turn = i + 1; i >= 0 {
		s.cells[i] = value
	}
}

// simpleObject cuts an object whose strings are of printable ASCII without escapes and whose values are plain. What it takes encoding/json
// takes, and reads alike.
func (s *records) simpleObject(b []byte) bool {
	s.turn = 0
	b = blanks(b)
	if len(b) < 2 || b[0] != '{' {
		return false
	}
	b = blanks(b[1:])
	for {
		key, rest := simpleString(b)
		if rest == nil {
			return false
		}
		if rest = blanks(rest); len(rest) == 0 || rest[0] != ':' {
			return false
		}
		var value []byte
		if value, b = simpleValue(blanks(rest[1:])); b == nil {
			return false
		}
		s.set(key, value)
		b = blanks(b)
		if len(b) == 0 {
			return false
		}
		if b[0] == '}' {
			return len(blanks(b[1:])) == 0
		}
		if b[0] != ',' {
			return false
		}
		b = blanks(b[1:])
	}
}

func blanks(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t' || b[0] == '\r' || b[0] == '\n') {
		b = b[1:]
	}
	return b
}

// simpleString returns a string at the front of b and what follows, which is nil if there is none that is simple.
func simpleString(b []byte) (text, rest []byte) {
	if len(b) == 0 || b[0] != '"' {
		return nil, nil
	}
	for i, c := range b[1:] {
		switch {
		case c == '"':
			return b[1 : 1+i], b[2+i:]
		case c == '\\' || c < ' ' || c >= 0x7f:
			return nil, nil
		}
	}
	return nil, nil
}

// simpleValue returns a value at the front of b and what follows, which is nil if it is not plain.
func simpleValue(b []byte) (value, rest []byte) {
	if len(b) == 0 {
		return nil, nil
	}
	if b[0] == '"' {
		return simpleString(b)
	}
	n := bytes.IndexAny(b, ",} \t\r\n")
	if n <= 0 {
		return nil, nil
	}
	value, rest = b[:n], b[n:]
	switch {
	case string(value) == "null":
		return nil, rest
	case string(value) == "true", string(value) == "false", simpleNumber(value):
		return value, rest
	}
	return nil, nil
}

// simpleNumber reports whether all of b is a number of JSON without an exponent.
func simpleNumber(b []byte) bool {
	b = bytes.TrimPrefix(b, []byte{'-'})
	if len(b) == 0 || b[0] == '0' && len(b) > 1 && b[1] != '.' {
		return false
	}
	whole, places, point := bytes.Cut(b, []byte{'.'})
	return digits(whole) == len(whole) && len(whole) > 0 && digits(places) == len(places) && point == (len(places) > 0)
}

// anyObject cuts what simpleObject does not.
func (s *records) anyObject(b []byte) bool {
	clear(s.cells)
	var found map[string]json.RawMessage
	if json.Unmarshal(b, &found) != nil || found == nil {
		return false
	}
	if s.grow { // in an order that does not change
		for _, k := range slices.Sorted(maps.Keys(found)) {
			s.set([]byte(k), nil)
		}
	}
	for i, k := range s.keys {
		raw := bytes.TrimSpace(found[k])
		if len(raw) == 0 || raw[0] == '{' || raw[0] == '[' || string(raw) == "null" {
			continue
		}
		s.cells[i] = raw
		var text string
		if raw[0] == '"' && json.Unmarshal(raw, &text) == nil {
			s.cells[i] = []byte(text)
		}
	}
	return true
}
