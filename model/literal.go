package model

import (
	"bytes"
	"regexp/syntax"
	"strings"
	"unicode/utf8"

	"arbor/model/query"
	"arbor/store"
)

// required returns runs of characters, in lower case, that the text of every node has which e means.
func required(e query.Expr) []string {
	switch e := e.(type) {
	case query.And:
		var all []string
		for _, x := range e {
			all = append(all, required(x)...)
		}
		return all
	case query.Word:
		return []string{string(e)}
	case query.Phrase:
		return []string{string(e)}
	case query.Regexp:
		if re, err := syntax.Parse(e.Pattern, syntax.Perl); err == nil && !e.Note {
			return spelled(re.Simplify())
		}
	}
	return nil
}

// spelled returns the runs of characters, in lower case, that every match of a pattern has.
func spelled(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpLiteral:
		return []string{strings.ToLower(string(re.Rune))}
	case syntax.OpCapture, syntax.OpPlus:
		return spelled(re.Sub[0])
	case syntax.OpConcat:
		var all []string
		for _, part := range re.Sub {
			all = append(all, spelled(part)...)
		}
		return all
	}
	return nil
}

// runRanges returns the ranges of terms that hold every node whose text has some runs of characters in lower case, by the rarest of their words;
// nil if these are too common, or none is known to begin where one of the text does.
func (v *View) runRanges(runs []string) (best []store.Range, err error) {
	fewest := maxEstimate
	for _, run := range runs {
		for _, r := range boundRanges(run) {
			n, err := v.estimate(r)
			if err != nil {
				return nil, err
			}
			if n < fewest {
				best, fewest = r, n
			}
		}
	}
	return best, nil
}

// boundRanges returns the ranges of each word of a run that begins where a word of the text does: not the first, which may be the end of one,
// unless something that is in no word stands before it. One at the end of the run may go on in the text.
func boundRanges(run string) (all [][]store.Range) {
	at := 0
	for w := range words(run) {
		i := strings.Index(run[at:], w)
		if i < 0 {
			return nil
		}
		at += i
		end := at + len(w)
		first, _ := utf8.DecodeRuneInString(w)
		switch {
		case at == 0 && !standsAlone(first):
		case end == len(run):
			all = append(all, wordRanges(w))
		default:
			all = append(all, wholeRanges(w))
		}
		at = end
	}
	return all
}

// literal looks for runs of characters in records, before these are decoded.
type literal struct {
	want []string
	low  []byte
}

// stand reports whether all that is wanted may stand in the text of a record. It is certain where it says no: letters beyond ASCII have more than one way of
// being in lower case, so it leaves those to others.
func (l *literal) stand(record []byte) bool {
	if len(l.want) == 0 {
		return true
	}
	d := decoder{b: record}
	for len(d.b) > 0 {
		kind, part := d.byte(), d.bytes()
		if kind < partText {
			continue
		}
		if kind > partText || d.err != nil {
			return d.err != nil
		}
		return l.in(part)
	}
	return d.err != nil
}

// in is stand for a text.
func (l *literal) in(text []byte) bool {
	if len(l.want) == 0 {
		return true
	}
	l.low = append(l.low[:0], text...)
	for i, c := range l.low {
		if c >= 0x80 {
			return true
		}
		if 'A' <= c && c <= 'Z' {
			l.low[i] = c + 'a' - 'A'
		}
	}
	for _, run := range l.want {
		if !bytes.Contains(l.low, []byte(run)) {
			return false
		}
	}
	return true
}
