package model

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"arbor/store"
)

// Find returns at most limit nodes of the tree whose text has, for each word given, a word that begins with it, letter case aside. It
// reads what the index has under the rarest of the words, until there are enough.
func (v *View) Find(text string, limit int) ([]Node, error) {
	wanted := slices.Collect(words(text))
	if len(wanted) == 0 || limit <= 0 {
		return nil, nil
	}
	ranges, err := v.rarest(wanted)
	if err != nil {
		return nil, err
	}
	var out []Node
	seen := map[ID]bool{}
	lines := lineages{v: v, known: map[ID]*line{}}
	for _, r := range ranges {
		for id, err := range postings(&v.t.ks, v.r, r) {
			if err != nil {
				return nil, err
			}
			if seen[id] {
				continue
			}
			seen[id] = true
			n, err := v.node(id)
			if err != nil {
				return nil, err
			}
			if n == nil || !hasWords(n.Text, wanted) {
				continue
			}
			in, err := lines.of(id)
			if err != nil {
				return nil, err
			}
			if in.top != Root {
				continue
			}
			if out = append(out, n.clone()); len(out) == limit {
				return out, nil
			}
		}
	}
	return out, nil
}

// hasWords reports whether each of the wanted words begins a word of the text.
func hasWords(text string, wanted []string) bool {
	for _, w := range wanted {
		if !hasWord(text, w) {
			return false
		}
	}
	return true
}

func hasWord(text, prefix string) bool {
	for w := range words(text) {
		if strings.HasPrefix(w, prefix) {
			return true
		}
	}
	return false
}

// wordRanges returns the ranges of terms under which every node with a word that begins with prefix stands.
func wordRanges(prefix string) []store.Range {
	long := store.Prefix(termPrefix(string(rune(termLong))))
	term := wordTerm(prefix)
	exact, begins := store.Prefix(termPrefix(term)), store.Prefix([]byte(term))
	runes := utf8.RuneCountInString(prefix)
	if strings.IndexFunc(prefix, unicode.IsDigit) >= 0 {
		if runes >= maxDigitWord {
			return []store.Range{exact, long} // the term is cut: all its words are under that one
		}
		return []store.Range{begins, long}
	}
	if runes <= maxDigitWord {
		return []store.Range{begins, long}
	}
	if runes >= maxWord {
		begins = exact
	}
	// A word that goes on with a digit is cut shorter than the prefix.
	cut := string(rune(termWord)) + prefix[:runeOffset(prefix, maxDigitWord)]
	return []store.Range{begins, store.Prefix(termPrefix(cut)), long}
}

// maxEstimate bounds how many blocks of ids are counted to find out which word is the rarest.
const maxEstimate = 64

// estimate returns how many blocks of ids stand under some ranges, at most maxEstimate.
func (v *View) estimate(ranges []store.Range) (int, error) {
	n := 0
	for _, r := range ranges {
		for _, err := range v.r.Scan(v.t.ks.terms, r) {
			if err != nil {
				return 0, err
			}
			if n++; n == maxEstimate {
				return n, nil
			}
		}
	}
	return n, nil
}

// rarest returns the ranges of the word with the fewest nodes.
func (v *View) rarest(wanted []string) ([]store.Range, error) {
	var best []store.Range
	fewest := maxEstimate + 1
	for _, w := range wanted {
		r := wordRanges(w)
		n, err := v.estimate(r)
		if err != nil {
			return nil, err
		}
		if n < fewest {
			best, fewest = r, n
		}
	}
	return best, nil
}
