package ingest

import (
	"bytes"
	"math"
	"strconv"
)

// missing reports whether a cell says that there is no value.
func missing(b []byte) bool {
	switch len(b) {
	case 0:
		return true
	case 1:
		return b[0] == '?' || b[0] == '-' || b[0] == '.'
	}
	if len(b) > 4 || b[0]|0x20 != 'n' && b[0] != '#' {
		return false
	}
	switch string(bytes.ToLower(b)) {
	case "na", "n/a", "#n/a", "nan", "null", "none", "nil":
		return true
	}
	return false
}

var tens = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}

// parseNumber reads a decimal number. With comma the decimal sign is a comma and a point is not part of a number.
func parseNumber(b []byte, comma bool) (float64, bool) {
	point := byte('.')
	if comma {
		point = ','
	}
	// Up to 15 digits are an integer that a float64 holds, and its division by a power of ten is correctly rounded.
	i, negative := 0, false
	if i < len(b) && (b[i] == '-' || b[i] == '+') {
		negative = b[i] == '-'
		i++
	}
	n, digits, places, seen := uint64(0), 0, 0, false
	for ; i < len(b) && digits <= 15; i++ {
		switch c := b[i]; {
		case c >= '0' && c <= '9':
			n = n*10 + uint64(c-'0')
			digits++
			if seen {
				places++
			}
			continue
		case c == point && !seen:
			seen = true
			continue
		}
		break
	}
	if i == len(b) && digits > 0 && digits <= 15 {
		v := float64(n) / tens[places]
		if negative {
			v = -v
		}
		return v, true
	}
	return slowNumber(b, comma)
}

// slowNumber reads exponents and long numbers.
func slowNumber(b []byte, comma bool) (float64, bool) {
	if len(b) > 400 || digits(b) == 0 {
		return 0, false
	}
	for _, c := range b {
		if !(c >= '0' && c <= '9' || c == '+' || c == '-' || c == 'e' || c == 'E' || c == '.' && !comma || c == ',' && comma) {
			return 0, false
		}
	}
	s := string(b)
	if comma {
		s = string(bytes.Replace(b, []byte(","), []byte("."), 1))
	}
	v, err := strconv.ParseFloat(s, 64)
	return v, err == nil && !math.IsInf(v, 0)
}

func digits(b []byte) int {
	n := 0
	for _, c := range b {
		if c >= '0' && c <= '9' {
			n++
		}
	}
	return n
}

// thousands reports whether every comma of a number stands where one would part thousands.
func thousands(b []byte) bool {
	b = bytes.TrimLeft(b, "+-")
	parts := bytes.Split(b, []byte(","))
	for i, p := range parts {
		if i == 0 && (len(p) == 0 || len(p) > 3 || p[0] == '0') || i > 0 && len(p) != 3 {
			return false
		}
	}
	return len(parts) > 1
}
