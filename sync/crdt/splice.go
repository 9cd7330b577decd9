package crdt

import "unicode/utf8"

// Splice replaces Del characters at Pos of a text by Ins. Positions count Unicode scalar values.
type Splice struct {
	Pos, Del int
	Ins      string
}

func (s Splice) end() int { return s.Pos + s.Del }

// grow is by how much s makes a text longer.
func (s Splice) grow() int { return utf8.RuneCountInString(s.Ins) - s.Del }

// Transform moves two splices of the same text past each other: b and then a2 gives the text that a and then b2 gives. Where both
// remove a character it is removed once. ok is false where one inserts inside of what the other removes, or both replace characters
// that overlap: which text is meant only a person can say.
func Transform(a, b Splice) (a2, b2 Splice, ok bool) {
	switch {
	case b.end() <= a.Pos && !(b.Pos == a.Pos && b.Del == 0 && a.Del == 0):
		a.Pos += b.grow()
		return a, b, true
	case a.end() <= b.Pos:
		c := b
		c.Pos += a.grow()
		return a, c, true
	case a.Ins != "" || b.Ins != "":
		return a, b, false
	}
	// Both only remove, and overlap.
	shared := min(a.end(), b.end()) - max(a.Pos, b.Pos)
	a2 = Splice{Pos: min(a.Pos, b.Pos), Del: a.Del - shared}
	b2 = Splice{Pos: min(a.Pos, b.Pos), Del: b.Del - shared}
	return a2, b2, true
}
