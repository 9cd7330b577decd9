package model

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"arbor/model/date"
	"arbor/timeseries"
)

// SampleKind is what the samples of a series are, and how they are read and written. Whatever they are, what is kept of each is a float64.
type SampleKind string

// The kinds.
const (
	Number   SampleKind = ""         // any number
	Integer  SampleKind = "int"      // a whole number that a float64 has exactly: up to 2^53
	Bool     SampleKind = "bool"     // yes or no: 1 or 0
	Duration SampleKind = "duration" // a length of time: seconds
	Words    SampleKind = "text"     // a text: timeseries.WordValue
)

// SampleKinds are the names of all of them.
var SampleKinds = []string{"number", string(Integer), string(Bool), string(Duration), string(Words)}

// maxExact is the greatest whole number up to which a float64 has all.
const maxExact = 1 << 53

// booleans are the words for yes and no.
var booleans = map[string]float64{"yes": 1, "y": 1, "true": 1, "on": 1, "1": 1, "no": 0, "n": 0, "false": 0, "off": 0, "0": 0}

// Parse reads a sample as a person writes it. A text has to be made known to its series, too: see Edit.Word.
func (k SampleKind) Parse(s string) (float64, error) {
	s = strings.TrimSpace(s)
	switch k {
	case Integer:
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil || n > maxExact || n < -maxExact {
			return 0, fmt.Errorf("%q is no whole number up to %d, which is as far as they are kept exactly", s, maxExact)
		}
		return float64(n), nil
	case Bool:
		v, ok := booleans[strings.ToLower(s)]
		if !ok {
			return 0, fmt.Errorf("%q is neither yes nor no", s)
		}
		return v, nil
	case Duration:
		return parseLength(s)
	case Words:
		if s = OneLine(s); s == "" || len(s) > timeseries.MaxWord {
			return 0, fmt.Errorf("a text has from 1 to %d bytes", timeseries.MaxWord)
		}
		return timeseries.WordValue(s), nil
	}
	v, ok := parseNumber(s)
	if !ok {
		return 0, fmt.Errorf("%q is no number; write it as 72.4", s)
	}
	return v, nil
}

// parseLength reads 1h30min, 1:30, 1:30:05.5, or a number of seconds.
func parseLength(s string) (float64, error) {
	if v, ok := parseNumber(s); ok && v >= 0 {
		return v, nil
	}
	wrong := fmt.Errorf("%q is no length of time; write 1h30min, 1:30 (hours and minutes), 1:30:05 or seconds", s)
	parts := strings.Split(s, ":")
	if len(parts) == 1 {
		d, err := date.ParseSpan(s)
		if err != nil {
			return 0, wrong
		}
		return d.Seconds(), nil
	}
	if len(parts) > 3 {
		return 0, wrong
	}
	sum := 0.0
	for i, p := range parts {
		v, ok := parseNumber(p)
		whole := i < 2 && strings.Trim(p, "0123456789") != ""
		if !ok || v < 0 || i > 0 && v >= 60 || whole {
			return 0, wrong
		}
		sum += v * [...]float64{3600, 60, 1}[i]
	}
	return sum, nil
}

// Format writes a sample as Parse reads it, and what lies between samples, such as a mean, as a number. Of a text it does not know the words.
func (k SampleKind) Format(v float64) string {
	switch {
	case k == Bool && v == 1:
		return "yes"
	case k == Bool && v == 0:
		return "no"
	case k == Integer && v == math.Trunc(v) && math.Abs(v) <= maxExact:
		return strconv.FormatInt(int64(v), 10)
	case k == Duration && v >= 0 && v < maxExact:
		whole, rest := math.Modf(v)
		text := date.FormatSpan(time.Duration(min(whole, math.MaxInt64/1e9)) * time.Second)
		if rest == 0 && whole < math.MaxInt64/1e9 {
			return text
		}
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

// parseKind reads the name of a kind.
func parseKind(s string) (SampleKind, error) {
	s = strings.ToLower(s)
	if !slices.Contains(SampleKinds, s) {
		return Number, fmt.Errorf("kind:%s is nothing that samples can be; write one of %s", s, strings.Join(SampleKinds, ", "))
	}
	if s == SampleKinds[0] {
		return Number, nil
	}
	return SampleKind(s), nil
}

// Value writes a sample of the series as a person reads it, without its unit.
func (n *Node) Value(v float64) string {
	k := n.Definition().Kind
	if k == Words && n.words != nil {
		if text, ok := n.words(v); ok {
			return text
		}
	}
	return k.Format(v)
}

// WithUnit is Value with the unit of the series.
func (n *Node) WithUnit(v float64) string {
	if unit := n.Definition().Unit; unit != "" {
		return n.Value(v) + " " + unit
	}
	return n.Value(v)
}

// worded gives a series of texts what Value needs to know them: they never change, so that each is read once, whenever it is asked for.
func (v *View) worded(n Node) Node {
	if !n.Series || n.Definition().Kind != Words {
		return n
	}
	t, id, known := v.t, timeseries.ID(n.ID), &sync.Map{}
	n.words = func(x float64) (text string, ok bool) {
		if text, ok := known.Load(x); ok {
			return text.(string), true
		}
		err := t.look(func(v *View) (err error) {
			text, ok, err = t.ks.book.Word(v.r, id, x)
			return err
		})
		if ok = ok && err == nil; ok {
			known.Store(x, text)
		}
		return text, ok
	}
	return n
}

// Sample reads a sample of a series as a person writes it, and has the series know it if it is a text.
func (e *Edit) Sample(n *Node, text string) (float64, error) {
	k := n.Definition().Kind
	if k == Words {
		return e.Word(n.ID, text)
	}
	return k.Parse(text)
}

// Word has a series know a text, and returns the value that stands for it.
func (e *Edit) Word(series ID, text string) (float64, error) {
	if _, err := e.need(series); err != nil {
		return 0, err
	}
	text = strings.TrimSpace(OneLine(text))
	v, err := Words.Parse(text)
	if err != nil {
		return 0, err
	}
	switch old, known, err := e.t.ks.book.Word(e.r, timeseries.ID(series), v); {
	case err != nil:
		return 0, err
	case known && old != text:
		return 0, fmt.Errorf("%q cannot be told from %q: %w", text, old, timeseries.ErrWord)
	case known:
		return v, nil
	}
	return v, e.do(op{kind: opWord, node: series, text: text})
}
