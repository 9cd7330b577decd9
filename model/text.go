package model

import (
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"
)

// token is a live word of a text: #key or #key=value.
type token struct {
	key, value string
	hasValue   bool
}

// tokens yields the live words of text in order. Punctuation belongs to them; case counts.
func tokens(text string) iter.Seq[token] {
	return func(yield func(token) bool) {
		if strings.IndexByte(text, '#') < 0 {
			return
		}
		for word := range strings.FieldsSeq(text) {
			if len(word) < 2 || word[0] != '#' {
				continue
			}
			key, value, has := strings.Cut(word[1:], "=")
			if key != "" && !yield(token{key, value, has}) {
				return
			}
		}
	}
}

// OneLine returns text as a node can hold it: valid UTF-8 without line breaks or other control characters, which become spaces.
func OneLine(text string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	bad := func(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' }
	if strings.IndexFunc(text, bad) < 0 {
		return text
	}
	text = strings.ReplaceAll(text, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		if bad(r) {
			return ' '
		}
		return r
	}, text)
}

// splice replaces del runes at rune pos of a text by ins.
type splice struct {
	pos, del int
	ins      string
}

// apply returns text with the splice made, and the runes it removed. Positions outside the text are moved to its end.
func (s splice) apply(text string) (result, removed string) {
	from := runeOffset(text, s.pos)
	to := from + runeOffset(text[from:], s.del)
	return text[:from] + s.ins + text[to:], text[from:to]
}

// runeOffset returns the byte offset of the n-th rune, at most len(text).
func runeOffset(text string, n int) int {
	at := 0
	for ; n > 0 && at < len(text); n-- {
		_, size := utf8.DecodeRuneInString(text[at:])
		at += size
	}
	return at
}

// Sizes beyond which a diff is not looked at closer than its two ends.
const (
	maxSplices    = 3
	minCommon     = 4    // runes two texts must share in the middle to be worth a splice more
	maxDiffMiddle = 2048 // runes, the common part is searched in quadratic time
)

// diff returns at most three splices that turn older into newer, each to be applied to the result of the one before.
func diff(older, newer string) []splice {
	var out []splice
	diffRunes([]rune(older), []rune(newer), 0, maxSplices, &out)
	return out
}

// diffRunes appends the splices that turn a, which begins at pos, into b, and returns how many there are.
func diffRunes(a, b []rune, pos, most int, out *[]splice) {
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	a, b, pos = a[head:], b[head:], pos+head
	tail := 0
	for tail < len(a) && tail < len(b) && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	a, b = a[:len(a)-tail], b[:len(b)-tail]
	if len(a) == 0 && len(b) == 0 {
		return
	}
	if most > 1 && len(a) <= maxDiffMiddle && len(b) <= maxDiffMiddle {
		if i, j, n := longestCommon(a, b); n >= minCommon && n*4 >= min(len(a), len(b)) {
			before := len(*out)
			diffRunes(a[:i], b[:j], pos, most-1, out)
			used := len(*out) - before
			diffRunes(a[i+n:], b[j+n:], pos+j+n, most-used, out)
			return
		}
	}
	*out = append(*out, splice{pos, len(a), string(b)})
}

// longestCommon returns the longest run of runes that a and b share: a[i:i+n] equals b[j:j+n].
func longestCommon(a, b []rune) (i, j, n int) {
	row := make([]int, len(b)+1) // row[k+1] is the length of the common run that ends at a[x], b[k]
	for x, c := range a {
		diagonal := 0
		for k, d := range b {
			above := row[k+1]
			row[k+1] = 0
			if c == d {
				row[k+1] = diagonal + 1
				if row[k+1] > n {
					n = row[k+1]
					i, j = x+1-n, k+1-n
				}
			}
			diagonal = above
		}
	}
	return i, j, n
}
