package grid

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/displaywidth"
	"github.com/clipperhouse/uax29/v2/graphemes"
)

// maxCluster bounds the bytes of one cell, so that a letter under a thousand accents stays a cell.
const maxCluster = 32

// Clusters calls yield with each grapheme cluster of s as it is drawn, its width in cells (1 or 2) and the byte offset at which it begins in s.
// Control characters appear as their pictures, line ends and tabs as spaces, broken UTF-8 as U+FFFD; characters that would reorder or hide text
// are left out.
func Clusters(s string, yield func(cluster string, width, offset int) bool) {
	ascii := true
	for i := 0; i < len(s); i++ {
		if s[i] < 0x20 || s[i] >= 0x7f {
			ascii = false
			break
		}
	}
	if ascii {
		for i := range len(s) {
			if !yield(s[i:i+1], 1, i) {
				return
			}
		}
		return
	}
	it := graphemes.FromString(s)
	for it.Next() {
		c, w := harmless(it.Value())
		if w > 0 && !yield(c, w, it.Start()) {
			return
		}
	}
}

// harmless returns what is drawn for a cluster. Width 0 means nothing.
func harmless(c string) (string, int) {
	r, size := utf8.DecodeRuneInString(c)
	switch {
	case r == '\t' || r == '\n' || r == '\r' || r == 0x2028 || r == 0x2029:
		return " ", 1
	case r < 0x20:
		return string(rune(0x2400) + r), 1
	case r == 0x7f:
		return "␡", 1
	case r == utf8.RuneError && size <= 1:
		return "\ufffd", 1
	case r < 0x7f && size == len(c):
		return c, 1
	case unicode.Is(unicode.Cc, r):
		return "\ufffd", 1
	}
	if len(c) > maxCluster || !utf8.ValidString(c) || strings.ContainsFunc(c, hidden) {
		c = trimCluster(c)
		if c == "" {
			return "", 0
		}
		r, _ = utf8.DecodeRuneInString(c)
	}
	if unicode.Is(unicode.M, r) { // an accent with nothing below it would sit on the neighbour
		return "\u00a0" + c, 1
	}
	return c, min(displaywidth.String(c), 2)
}

// trimCluster keeps the first runes of a cluster, without those that reorder.
func trimCluster(c string) string {
	var b strings.Builder
	for _, r := range c {
		if b.Len()+utf8.RuneLen(r) > maxCluster {
			break
		}
		if r != utf8.RuneError && !hidden(r) {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// hidden tells characters that change how others are read and show nothing themselves.
func hidden(r rune) bool {
	switch {
	case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x200e, r == 0x200f, r == 0x061c, r == 0xfeff, r == 0x200b, r == 0x2060,
		r >= 0xfff9 && r <= 0xfffb, r == 0xad:
		return true
	}
	return unicode.Is(unicode.Cc, r)
}

// Width returns the number of cells that s takes.
func Width(s string) int {
	n := 0
	Clusters(s, func(_ string, w, _ int) bool { n += w; return true })
	return n
}

// Cut returns the beginning of s that fits into width cells, with … for what was left out.
func Cut(s string, width int) string {
	if width <= 0 {
		return ""
	}
	if Width(s) <= width {
		return s
	}
	used, fit := 0, 0
	Clusters(s, func(_ string, w, off int) bool {
		fit = off
		if used+w > width-1 {
			return false
		}
		used += w
		return true
	})
	return s[:fit] + "…"
}

// Wrap breaks s at spaces into lines of at most width cells, and inside a word only where the word alone is too wide.
func Wrap(s string, width int) []string {
	if width <= 0 {
		return nil
	}
	var lines []string
	s = strings.ToValidUTF8(s, "\ufffd") // how wide broken bytes are depends on what follows them
	for _, para := range strings.Split(s, "\n") {
		line, used := "", 0
		for _, word := range strings.Fields(para) {
			w := Width(word)
			if used > 0 && used+1+w > width {
				lines, line, used = append(lines, line), "", 0
			}
			if used > 0 {
				line, used = line+" ", used+1
			}
			for w > width-used {
				head := cutExact(word, width-used)
				lines, line, used = append(lines, line+head), "", 0
				word = word[len(head):]
				w = Width(word)
				if head == "" {
					break
				}
			}
			line, used = line+word, used+w
		}
		lines = append(lines, line)
	}
	return lines
}

func cutExact(s string, width int) string {
	used, end := 0, len(s)
	Clusters(s, func(_ string, w, off int) bool {
		if used+w > width {
			end = off
			return false
		}
		used += w
		return true
	})
	return s[:end]
}
