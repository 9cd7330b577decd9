package field

import (
	"cmp"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"arbor/model/date"
)

// maxNumber bounds a number: beyond it the sums of many would no longer be exact to a unit.
const maxNumber = 1e15

// Parse reads a value as a person types it, and returns it as it is kept and as it is shown. An error says what may stand there. Dates
// are read as package date does, in the zone of now.
func (d Def) Parse(text string, now time.Time) (kept, shown string, err error) {
	trimmed := strings.TrimSpace(text)
	switch d.Kind {
	case Number:
		n, err := d.number(trimmed)
		if err != nil {
			return "", "", err
		}
		kept = strconv.FormatFloat(n, 'f', -1, 64)
		return kept, d.withUnit(kept), nil
	case Date:
		day, err := date.Parse(trimmed, now)
		if err != nil {
			return "", "", err
		}
		return day.String(), date.Format(day, now), nil
	case Span:
		length, err := date.ParseSpan(trimmed)
		if err != nil {
			return "", "", err
		}
		kept = date.FormatSpan(length)
		return kept, kept, nil
	case Bool:
		switch strings.ToLower(trimmed) {
		case "yes", "true", "on", "1":
			return "yes", "yes", nil
		case "no", "false", "off", "0":
			return "no", "no", nil
		}
		return "", "", fmt.Errorf("%q is neither yes nor no", trimmed)
	case Choice:
		for _, c := range d.Choices {
			if strings.EqualFold(c, trimmed) {
				return c, c, nil
			}
		}
		return "", "", fmt.Errorf("%q is no %s; write one of %s", trimmed, d.Key, strings.Join(d.Choices, ", "))
	case URL:
		u, err := url.Parse(trimmed)
		if err != nil || u.Scheme == "" || u.Host == "" && u.Opaque == "" && u.Path == "" {
			return "", "", fmt.Errorf("%q is no address; write for example https://example.org/page", trimmed)
		}
		return trimmed, trimmed, nil
	}
	return text, text, nil
}

// number reads a decimal number, with the unit behind it or not. Neither infinity nor hexadecimal is one.
func (d Def) number(text string) (float64, error) {
	bare := text
	if d.Unit != "" {
		bare = strings.TrimSpace(strings.TrimSuffix(text, d.Unit))
	}
	n, err := strconv.ParseFloat(bare, 64)
	if err != nil || strings.Trim(bare, "+-.0123456789eE") != "" {
		like := "12.5"
		if d.Unit != "" {
			like += " or 12.5" + d.Unit
		}
		return 0, fmt.Errorf("%q is no number; write for example %s", text, like)
	}
	if math.Abs(n) > maxNumber {
		return 0, fmt.Errorf("%s is larger than %g, the most that can be added up", text, maxNumber)
	}
	return n + 0, nil // no negative zero
}

// withUnit puts the unit behind a number.
func (d Def) withUnit(number string) string {
	if d.Unit == "" {
		return number
	}
	return number + " " + d.Unit
}

// Show returns a kept value for a person: with its unit, its date in words. What is not of the kind is shown as it is.
func (d Def) Show(kept string, now time.Time) string {
	switch d.Kind {
	case Number:
		if _, err := d.number(kept); err == nil {
			return d.withUnit(kept)
		}
	case Date:
		if day, err := date.ParseISO(kept); err == nil {
			return date.Format(day, now)
		}
	}
	return kept
}

// Number returns a kept value as a number: of a length of time its minutes. False if it is none.
func (d Def) Number(kept string) (float64, bool) {
	switch d.Kind {
	case Number:
		n, err := d.number(kept)
		return n, err == nil
	case Span:
		length, err := date.ParseSpan(kept)
		return length.Minutes(), err == nil
	}
	return 0, false
}

// ShowNumber writes what Number gave, or a sum or mean of it, for a person.
func (d Def) ShowNumber(n float64) string {
	if d.Kind == Span {
		return date.FormatSpan(time.Duration(math.Round(n*60)) * time.Second)
	}
	return d.withUnit(strconv.FormatFloat(math.Round(n*1e4)/1e4, 'f', -1, 64))
}

// Compare orders two kept values: numbers by size, dates by time, choices as they are declared, anything else by its letters. It is false
// if one of them is not of the kind.
func (d Def) Compare(a, b string) (int, bool) {
	switch d.Kind {
	case Number, Span:
		x, okX := d.Number(a)
		y, okY := d.Number(b)
		return cmp.Compare(x, y), okX && okY
	case Date:
		x, errX := date.ParseISO(a)
		y, errY := date.ParseISO(b)
		return x.Compare(y), errX == nil && errY == nil
	case Choice:
		x, y := slices.Index(d.Choices, a), slices.Index(d.Choices, b)
		return cmp.Compare(x, y), x >= 0 && y >= 0
	}
	return strings.Compare(a, b), true
}
