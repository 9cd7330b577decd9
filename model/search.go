package model

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"arbor/model/query"
)

// Found is a node that a search means, and how well: the more the better.
type Found struct {
	Node  Node
	Score int
}

// What it counts that a word of a search fits, by how it does. A tag counts a little less than the text, and a note less than both.
const (
	fitsWord   = 100
	fitsPrefix = 80
	fitsInside = 60
	fitsTypo   = 40 // one letter more, less, other or exchanged with its neighbour, in words of four and more
	fitsSpread = 15 // its letters in their order, in one word
	lessForTag = 10
	lessInNote = 50
)

// Search returns at most limit nodes among those that q means, each word of which is in the text, a tag or the note: as a word, the
// beginning of one, a part, with a typing error, or with letters left out, the best first. It reads all records, and the notes of those whose
// texts and tags lack a word.
func (v *View) Search(q *query.Query, wanted []string, limit int) ([]Found, error) {
	for i, w := range wanted {
		wanted[i] = strings.ToLower(w)
	}
	q, err := v.Expand(q)
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	keep, err := v.compile(q.Expr, q.Now)
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	type candidate struct {
		id     ID
		scores []int
	}
	var inNotes []candidate
	best := map[ID]int{}
	scores := make([]int, len(wanted))
	if err := v.everyNode(func(n *Node, _ []byte) error {
		if ok, err := keep(n); err != nil || !ok || builtin(n.ID) {
			return err
		}
		missing := false
		for i, w := range wanted {
			scores[i] = fit(n.Text, w)
			for _, t := range n.Tags {
				scores[i] = max(scores[i], fit(t, w)-lessForTag)
			}
			missing = missing || scores[i] <= 0
		}
		switch {
		case !missing:
			best[n.ID] = sum(scores)
		case n.NoteLen > 0:
			inNotes = append(inNotes, candidate{n.ID, slices.Clone(scores)})
		}
		return nil
	}); err != nil {
		return nil, err
	}
	for some := range slices.Chunk(inNotes, aheadNodes) {
		keys := make([][]byte, len(some))
		for i, c := range some {
			keys[i] = c.id[:]
		}
		notes, err := v.r.GetMany(v.t.ks.notes, keys)
		if err != nil {
			return nil, err
		}
		for i, c := range some {
			for j, w := range wanted {
				c.scores[j] = max(c.scores[j], fit(string(notes[i]), w)-lessInNote)
			}
			if !slices.ContainsFunc(c.scores, func(s int) bool { return s <= 0 }) {
				best[c.id] = sum(c.scores)
			}
		}
	}
	return v.rank(best, limit)
}

func sum(all []int) (s int) {
	for _, x := range all {
		s += x
	}
	return s
}

// rank returns the best of those that stand in the tree; of two that fit as well the shorter.
func (v *View) rank(best map[ID]int, limit int) ([]Found, error) {
	ids := make([]ID, 0, len(best))
	for id := range best {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b ID) int { return cmp.Or(cmp.Compare(best[b], best[a]), slices.Compare(a[:], b[:])) })
	var out []Found
	for _, id := range ids {
		if len(out) >= limit && best[id] < out[len(out)-1].Score {
			break
		}
		top, err := v.Top(id)
		if err != nil {
			return nil, err
		}
		if top != Root {
			continue
		}
		n, err := v.Node(id)
		if err != nil {
			return nil, err
		}
		out = append(out, Found{n, best[id]})
	}
	slices.SortStableFunc(out, func(a, b Found) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(len(a.Node.Text), len(b.Node.Text)), cmp.Compare(a.Node.Text, b.Node.Text))
	})
	return out[:min(limit, len(out))], nil
}

// fit says how well a word, in lower case, fits the best of a text's words; 0 if it fits none.
func fit(text, wanted string) (best int) {
	for w := range words(text) {
		switch {
		case w == wanted:
			return fitsWord
		case best < fitsPrefix && strings.HasPrefix(w, wanted):
			best = fitsPrefix
		case best < fitsInside && len(wanted) > 1 && strings.Contains(w, wanted):
			best = fitsInside
		case best < fitsTypo && len(wanted) >= 4 && oneOff(w, wanted):
			best = fitsTypo
		case best < fitsSpread && len(wanted) >= 3 && spread(w, wanted):
			best = fitsSpread
		}
	}
	if best == 0 && strings.Contains(strings.ToLower(text), wanted) { // it is more than a word, or has other characters
		best = fitsInside
	}
	return best
}

// oneOff reports whether two words differ by one letter that is more, less or another, or by two neighbours exchanged.
func oneOff(a, b string) bool {
	if d := utf8.RuneCountInString(a) - utf8.RuneCountInString(b); d < -1 || d > 1 {
		return false
	}
	x, y := []rune(a), []rune(b)
	for len(x) > 0 && len(y) > 0 && x[0] == y[0] {
		x, y = x[1:], y[1:]
	}
	for len(x) > 0 && len(y) > 0 && x[len(x)-1] == y[len(y)-1] {
		x, y = x[:len(x)-1], y[:len(y)-1]
	}
	return len(x) <= 1 && len(y) <= 1 || len(x) == 2 && len(y) == 2 && x[0] == y[1] && x[1] == y[0]
}

// spread reports whether the letters of wanted are in w in their order, the first of them first.
func spread(w, wanted string) bool {
	if w == "" || w[0] != wanted[0] {
		return false
	}
	for _, r := range wanted {
		i := strings.IndexRune(w, r)
		if i < 0 {
			return false
		}
		w = w[i+utf8.RuneLen(r):]
	}
	return true
}
