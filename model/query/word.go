package query

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// ends reports whether c ends a word.
func ends(c rune) bool { return unicode.IsSpace(c) || c == '(' || c == ')' }

func (p *parser) skip() {
	p.i = len(p.s) - len(strings.TrimLeftFunc(p.s[p.i:], unicode.IsSpace))
}

// word returns the next word without taking it; "" at the end and before a parenthesis.
func (p *parser) word() string {
	if n := strings.IndexFunc(p.s[p.i:], ends); n >= 0 {
		return p.s[p.i : p.i+n]
	}
	return p.s[p.i:]
}

// operator takes the next word if it is this one.
func (p *parser) operator(name string) bool {
	if w := p.word(); !strings.EqualFold(w, name) {
		return false
	}
	p.i += len(name)
	p.skip()
	return true
}

func isOperator(w string) bool {
	return strings.EqualFold(w, "or") || strings.EqualFold(w, "and") || strings.EqualFold(w, "not")
}

// special reports whether a word needs a backslash to be a word.
func special(w string) bool {
	if w == "" || strings.ContainsRune(`-+#@"\`, rune(w[0])) || isOperator(w) {
		return true
	}
	if _, ok := compared(w); ok || strings.HasPrefix(w, regexpStart) || strings.HasPrefix(w, noteStart) {
		return true
	}
	_, _, ok := keyed(w)
	return ok
}

// keyed cuts key:value. A value that begins with // is a URL's, and only a key that means something here may stand without one.
func keyed(w string) (key, val string, ok bool) {
	key, val, ok = strings.Cut(w, ":")
	if !ok || !isKey(key) || strings.HasPrefix(val, "//") || val == "" && !reserved(key) {
		return "", "", false
	}
	return key, val, true
}

// What stands before a regular expression, of the text or of the note.
const (
	regexpStart = "text~/"
	noteStart   = "note~/"
)

// compared returns the key of key<value. Any key may stand before a number; before something else a word such as a<b is a word, unless the key
// is that of a date, of the priority or of the depth.
func compared(w string) (key string, ok bool) {
	i := strings.IndexAny(w, "<>")
	if i < 0 || !isKey(w[:i]) {
		return "", false
	}
	key = w[:i]
	if key == "prio" || key == "depth" || slices.Contains(Dates, key) {
		return key, true
	}
	_, err := strconv.ParseFloat(strings.TrimPrefix(w[i+1:], "="), 64)
	return key, err == nil
}

// isKey reports whether s begins with a letter and goes on with letters, digits, _, - and dots.
func isKey(s string) bool {
	for i, c := range s {
		if !unicode.IsLetter(c) && (i == 0 || !unicode.IsDigit(c) && c != '_' && c != '-' && c != '.') {
			return false
		}
	}
	return s != ""
}

// reserved reports whether key: means something else than the field of that name.
func reserved(key string) bool {
	switch key {
	case "is", "has", "state", "under", "above", "depth", "tag", "prio", "sort", "limit", "group":
		return true
	}
	return slices.Contains(Dates, key)
}

// value takes a value that stands here, in quotes or up to the end of the word.
func (p *parser) value(start int) (string, error) {
	if p.i == len(p.s) || p.s[p.i] != '"' {
		w := p.word()
		p.i += len(w)
		return w, nil
	}
	var b strings.Builder
	for i := p.i + 1; i < len(p.s); i++ {
		switch c := p.s[i]; {
		case c == '\\' && i+1 < len(p.s) && (p.s[i+1] == '"' || p.s[i+1] == '\\'):
			i++
			b.WriteByte(p.s[i])
		case c == '"':
			p.i = i + 1
			return b.String(), nil
		default:
			b.WriteByte(c)
		}
	}
	return "", p.fail(start, len(p.s), "lacks the closing quote")
}
