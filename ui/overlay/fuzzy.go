package overlay

import (
	"strings"
	"unicode"
)

// score tells how well the letters of query are found in text, in order and whatever their case; 0 is not at all. Letters that begin a word or
// follow each other weigh more, and all weigh more in a short text. Spaces in the query separate words that are found each for itself.
func score(query, text string) int {
	total := 1
	t := []rune(strings.ToLower(text))
	for _, word := range strings.Fields(strings.ToLower(query)) {
		s := scoreWord([]rune(word), t)
		if s == 0 {
			return 0
		}
		total += s
	}
	return total*64 - min(len(t), 63)
}

// scoreWord tries each place at which the word may begin and takes the best.
func scoreWord(word, text []rune) int {
	best := 0
	for start := range text {
		if text[start] == word[0] {
			best = max(best, scoreAt(word, text, start))
		}
	}
	return best
}

func scoreAt(word, text []rune, start int) int {
	s, i, last := 0, 0, start-1
	for j := start; j < len(text) && i < len(word); j++ {
		if text[j] != word[i] {
			continue
		}
		s++
		if j == last+1 && i > 0 {
			s += 3
		}
		if j == 0 || !unicode.IsLetter(text[j-1]) {
			s += 4
		}
		last = j
		i++
	}
	if i < len(word) {
		return 0
	}
	return s
}
