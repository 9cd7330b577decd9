package model

import (
	"encoding/binary"
	"iter"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"arbor/store"
)

// The kinds of terms. The first byte of a term is its kind.
const (
	termWord     = 'w'
	termTag      = 't' // also the keys, and keys with values, of live fields
	termCreated  = 'c' // a UTC day
	termFinished = 'f' // a UTC day
	termSeries   = 's' // every series
	termLong     = 'l' // every node with more words than are indexed
	termLink     = 'n' // the name of a link in the text or the note
)

// termBlock is the most ids of one block. Blocks are rewritten as they grow, so they are small.
const termBlock = 32

// Bounds that keep rare words from taking a key each, and long texts from taking more than a transaction has room for. A reader checks
// the node, so cutting words costs only time.
const (
	maxWord      = 16 // runes of a word of letters
	maxDigitWord = 4  // runes of a word with digits
	maxTagTerm   = 64 // bytes
	maxTerms     = 512
)

// words yields the words of a text as they are indexed, in lower case, each as often as it occurs: runs of letters and digits, and
// each character of the scripts that do not part words.
func words(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		start := -1
		for i, r := range text {
			inWord := unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
			alone := inWord && standsAlone(r)
			if start >= 0 && (!inWord || alone) {
				if !yield(strings.ToLower(text[start:i])) {
					return
				}
				start = -1
			}
			if alone && !yield(string(r)) {
				return
			}
			if inWord && !alone && start < 0 {
				start = i
			}
		}
		if start >= 0 {
			yield(strings.ToLower(text[start:]))
		}
	}
}

// standsAlone reports whether a character is a word by itself.
func standsAlone(r rune) bool { return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) }

// wordTerm returns the term under which a word in lower case is found.
func wordTerm(word string) string {
	most := maxWord
	if strings.IndexFunc(word, unicode.IsDigit) >= 0 {
		most = maxDigitWord
	}
	if len(word) > most {
		word = word[:runeOffset(word, most)]
	}
	return string(rune(termWord)) + word
}

func tagTerm(tag string) string {
	return string(rune(termTag)) + cutTerm(tag)
}

// linkTerm returns the term under which the nodes with a link of that name are found.
func linkTerm(name string) string { return string(rune(termLink)) + cutTerm(sameName(name)) }

func cutTerm(s string) string {
	if len(s) > maxTagTerm {
		end := maxTagTerm
		for end > 0 && !utf8.RuneStart(s[end]) {
			end--
		}
		s = s[:end]
	}
	return strings.ReplaceAll(s, "\x00", "")
}

// dayTerm returns the term of the UTC day of t.
func dayTerm(kind byte, t time.Time) string {
	day := uint32(floorDay(t)) + 1<<31 // days before 1970 sort first
	return string(binary.BigEndian.AppendUint32([]byte{kind}, day))
}

func floorDay(t time.Time) int64 {
	sec := t.Unix()
	day := sec / 86400
	if sec%86400 < 0 {
		day--
	}
	return day
}

// nodeTerms returns the terms of a node but for those of its note, sorted.
func nodeTerms(n *Node) []string {
	out := linkTerms(n.Text)
	seen := 0
	for w := range words(n.Text) {
		if seen++; seen > maxTerms {
			out = append(out, string(rune(termLong)))
			break
		}
		out = append(out, wordTerm(w))
	}
	for _, t := range n.Tags {
		out = append(out, tagTerm(t))
	}
	for t := range tokens(n.Text) {
		out = append(out, tagTerm(t.key))
		if t.hasValue {
			out = append(out, tagTerm(t.key+"="+t.value))
		}
	}
	if !n.Created.IsZero() {
		out = append(out, dayTerm(termCreated, n.Created))
	}
	if !n.Finished.IsZero() {
		out = append(out, dayTerm(termFinished, n.Finished))
	}
	if n.Series {
		out = append(out, string(rune(termSeries)))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// termKey is the term, a zero and the number of the block. Day terms hold zeros but have all the same length.
func termKey(term string, block uint32) []byte {
	k := append(make([]byte, 0, len(term)+5), term...)
	return binary.BigEndian.AppendUint32(append(k, 0), block)
}

func termPrefix(term string) []byte { return append([]byte(term), 0) }

// termTail is the last block of a term.
type termTail struct {
	term  string
	block uint32
	have  []byte
}

func readTail(ks *spaces, tx *store.Tx, term string) (termTail, error) {
	t := termTail{term: term}
	r := store.Prefix(termPrefix(term))
	r.Reverse = true
	for e, err := range tx.Scan(ks.terms, r) {
		if err != nil {
			return t, err
		}
		t.block = binary.BigEndian.Uint32(e.Key[len(e.Key)-4:])
		t.have = slices.Clone(e.Value)
		break
	}
	return t, nil
}

// append adds ids to the last block, and to new ones behind it.
func (t *termTail) append(ks *spaces, tx *store.Tx, ids []ID) error {
	for len(ids) > 0 {
		room := termBlock - len(t.have)/len(ID{})
		if room == 0 {
			t.block, t.have = t.block+1, nil
			continue
		}
		n := min(room, len(ids))
		for _, id := range ids[:n] {
			t.have = append(t.have, id[:]...)
		}
		ids = ids[n:]
		if err := tx.Put(ks.terms, termKey(t.term, t.block), t.have); err != nil {
			return err
		}
	}
	return nil
}

// postings yields the ids under the terms of a range of keys, unchecked and with repetitions.
func postings(ks *spaces, r store.Reader, keys store.Range) iter.Seq2[ID, error] {
	return func(yield func(ID, error) bool) {
		for e, err := range r.Scan(ks.terms, keys) {
			if err != nil {
				yield(ID{}, err)
				return
			}
			block := slices.Clone(e.Value) // the consumer may read the store, the lent value is then gone
			for ; len(block) >= len(ID{}); block = block[len(ID{}):] {
				if !yield(ID(block[:len(ID{})]), nil) {
					return
				}
			}
		}
	}
}
