package model

import (
	"errors"
	"iter"
	"slices"
	"strconv"
	"strings"

	"arbor/model/date"
	"arbor/store"
)

// A link by name is [[Text of a node]], in a text or a note. It leads to every node of the tree that has that text, letter case and the
// number of spaces aside, and [[2026-11-22]] to the page of that day, as long as its text begins with it. A text with brackets of two cannot be linked to, nor one without a letter or
// a digit.
const linkOpen, linkClose = "[[", "]]"

// link is a link as it stands in a text: [[ begins at from, ]] ends at to.
type link struct {
	name     string
	from, to int
}

// links yields the links in a text, in their order.
func links(text string) iter.Seq[link] {
	return func(yield func(link) bool) {
		for at := 0; ; {
			i := strings.Index(text[at:], linkOpen)
			if i < 0 {
				return
			}
			from := at + i + len(linkOpen)
			n := strings.Index(text[from:], linkClose)
			if n < 0 {
				return
			}
			end := from + n
			if inner := strings.LastIndex(text[from:end], linkOpen); inner >= 0 { // the last one counts
				from += inner + len(linkOpen)
			}
			at = end + len(linkClose)
			if name := text[from:end]; linkable(name) && !yield(link{name, from - len(linkOpen), at}) {
				return
			}
		}
	}
}

// linkable reports whether a name can stand in a link.
func linkable(name string) bool {
	for range words(name) {
		return !strings.Contains(name, linkOpen) && !strings.Contains(name, linkClose) && !strings.Contains(name, "\n") &&
			!strings.HasPrefix(name, "[") && !strings.HasSuffix(name, "]")
	}
	return false
}

// sameName is the form in which names of links and texts of nodes are compared.
func sameName(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }

// relink gives the links of a text that have one name another, and returns how many.
func relink(text, from, to string) (string, int) {
	from = sameName(from)
	var b strings.Builder
	n, done := 0, 0
	for l := range links(text) {
		if sameName(l.name) == from {
			b.WriteString(text[done:l.from] + linkOpen + to + linkClose)
			n, done = n+1, l.to
		}
	}
	return b.String() + text[done:], n
}

// hasLink reports whether one of the names, in the form of sameName, is that of a link in a text.
func hasLink(text string, names []string) bool {
	for l := range links(text) {
		if slices.Contains(names, sameName(l.name)) {
			return true
		}
	}
	return false
}

// maxLinks bounds how many links of a text or a note are in the index.
const maxLinks = 256

// linkTerms returns the terms of the links in a text, sorted.
func linkTerms(text string) (out []string) {
	n := 0
	for l := range links(text) {
		if n++; n > maxLinks {
			break
		}
		out = append(out, linkTerm(l.name))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Titled returns the nodes of the tree to which a link of that name leads. It reads those that have the rarest of its words.
func (v *View) Titled(name string) ([]ID, error) {
	ids, err := v.titled(name)
	if err != nil {
		return nil, err
	}
	return v.inOrder(ids)
}

// titled is Titled of all nodes, in the tree or not, in no order.
func (v *View) titled(name string) ([]ID, error) {
	if !linkable(name) {
		return nil, nil
	}
	ranges, err := v.rarestOf(slices.Collect(words(name)))
	if err != nil {
		return nil, err
	}
	var ids, out []ID
	if d, err := date.ParseISO(strings.TrimSpace(name)); err == nil && d.AllDay {
		if page, err := v.node(Named("journal/" + d.String())); err != nil {
			return nil, err
		} else if page != nil && slices.Contains(linkNames(page), d.String()) {
			out = append(out, page.ID)
		}
	}
	for _, r := range ranges {
		for id, err := range postings(&v.t.ks, v.r, r) {
			if err != nil {
				return nil, err
			}
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b ID) int { return slices.Compare(a[:], b[:]) })
	same := sameName(name)
	if err := v.read(slices.Compact(ids), func(n *Node) error {
		if sameName(n.Text) == same {
			out = append(out, n.ID)
		}
		return nil
	}); err != nil {
		return nil, err
	}
	return out, nil
}

// rarestOf returns the ranges of terms that hold every node with some whole words, by the one with the fewest nodes.
func (v *View) rarestOf(wanted []string) (best []store.Range, err error) {
	fewest := maxEstimate + 1
	for _, w := range wanted {
		r := wholeRanges(w)
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

// wholeRanges returns the ranges of terms under which every node with a word stands.
func wholeRanges(word string) []store.Range {
	return []store.Range{store.Prefix(termPrefix(wordTerm(word))), store.Prefix(termPrefix(string(rune(termLong))))}
}

// inOrder returns those of some nodes that are in the tree, in its order.
func (v *View) inOrder(ids []ID) ([]ID, error) {
	p := paths{v: v, known: map[ID]spot{}}
	keys := map[ID]string{}
	for _, id := range ids {
		s, err := p.of(id)
		if err != nil {
			return nil, err
		}
		if s.top == Root && !builtin(id) {
			keys[id] = s.key
		}
	}
	ids = slices.DeleteFunc(ids, func(id ID) bool { _, in := keys[id]; return !in })
	slices.SortFunc(ids, func(a, b ID) int { return strings.Compare(keys[a], keys[b]) })
	return slices.Compact(ids), nil
}

// linkNames returns the names, in the form of sameName, by which links lead to a node.
func linkNames(n *Node) (names []string) {
	if linkable(n.Text) {
		names = append(names, sameName(n.Text))
	}
	if day, _, _ := strings.Cut(n.Text, " "); len(day) == len("2026-11-22") && n.ID == Named("journal/"+day) {
		names = append(names, day)
	}
	return names
}

// Backlinks returns the nodes of the tree whose text or note links to a node by its name, in the order of the tree and but for itself. It reads
// those that have or had such a link.
func (v *View) Backlinks(id ID) ([]ID, error) {
	n, err := v.need(id)
	if err != nil {
		return nil, err
	}
	names := linkNames(n)
	var ids, out []ID
	for _, name := range names {
		for from, err := range postings(&v.t.ks, v.r, store.Prefix(termPrefix(linkTerm(name)))) {
			if err != nil {
				return nil, err
			}
			if from != id {
				ids = append(ids, from)
			}
		}
	}
	slices.SortFunc(ids, func(a, b ID) int { return slices.Compare(a[:], b[:]) })
	if err := v.read(slices.Compact(ids), func(n *Node) error {
		linked := hasLink(n.Text, names)
		if !linked && n.NoteLen > 0 {
			note, err := readNote(&v.t.ks, v.r, n)
			if err != nil {
				return err
			}
			linked = hasLink(note, names)
		}
		if linked {
			out = append(out, n.ID)
		}
		return nil
	}); err != nil {
		return nil, err
	}
	return v.inOrder(out)
}

// LinkTargets returns the nodes to which the links in the text and the note of a node lead, each once, in the order of the links.
func (v *View) LinkTargets(id ID) (out []ID, err error) {
	n, err := v.need(id)
	if err != nil {
		return nil, err
	}
	note, err := readNote(&v.t.ks, v.r, n)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, text := range []string{n.Text, note} {
		for l := range links(text) {
			if same := sameName(l.name); !slices.Contains(names, same) {
				names = append(names, same)
			}
		}
	}
	for _, name := range names {
		to, err := v.Titled(name)
		if err != nil {
			return nil, err
		}
		for _, id := range to {
			if !slices.Contains(out, id) {
				out = append(out, id)
			}
		}
	}
	return out, nil
}

// Renamed says what became of the links to a node that was given another text.
type Renamed struct {
	Nodes int // whose links have the new name
	Left  int // whose links still have the old one: they are too many, or the new text cannot be linked to
}

// String says it in words, nothing if there were no links.
func (r Renamed) String() string {
	nodes := func(n int, verbOne, verb string) string {
		if n == 1 {
			return "1 node that links here " + verbOne
		}
		return strconv.Itoa(n) + " nodes that link here " + verb
	}
	switch {
	case r.Left > 0:
		return nodes(r.Left, "keeps", "keep") + " the old name"
	case r.Nodes > 0:
		return nodes(r.Nodes, "has", "have") + " the new name"
	}
	return ""
}

// Bounds of what is rewritten in one action.
const (
	maxRelinked    = 1000
	maxRelinkBytes = 384 << 10 // of texts and notes, which are written as a whole
)

// Rename gives a node another text and, in the same action, the links to it the new name. Links that lead to another node of the old
// name too are left to that one.
func (e *Edit) Rename(id ID, text string) (Renamed, error) {
	n, err := e.need(id)
	if err != nil {
		return Renamed{}, err
	}
	old := n.Text
	text = strings.TrimSpace(OneLine(text))
	if sameName(old) == sameName(text) || !linkable(old) {
		return Renamed{}, e.SetText(id, text)
	}
	from, err := e.Backlinks(id)
	if err != nil {
		return Renamed{}, err
	}
	if len(from) > 0 {
		others, err := e.Titled(old)
		if err != nil {
			return Renamed{}, err
		}
		if slices.ContainsFunc(others, func(o ID) bool { return o != id }) {
			from = nil
		}
	}
	if err := e.SetText(id, text); err != nil || len(from) == 0 {
		return Renamed{}, err
	}
	rewritten, fits, err := e.relinked(from, old, text)
	if err != nil {
		return Renamed{}, err
	}
	if !fits || !linkable(text) {
		return Renamed{Left: len(rewritten)}, nil
	}
	for _, r := range rewritten {
		if err := errors.Join(e.SetText(r.id, r.text), e.SetNote(r.id, r.note)); err != nil {
			return Renamed{}, err
		}
	}
	return Renamed{Nodes: len(rewritten)}, nil
}

// relinkedNode is a node with its links rewritten.
type relinkedNode struct {
	id         ID
	text, note string
}

// relinked rewrites the links of some nodes from one name to another; fits tells whether that has room in one action.
func (e *Edit) relinked(from []ID, old, text string) (out []relinkedNode, fits bool, err error) {
	fits = true
	size := 0
	for _, id := range from {
		n, err := e.need(id)
		if err != nil {
			return nil, false, err
		}
		note, err := e.Note(id)
		if err != nil {
			return nil, false, err
		}
		r := relinkedNode{id: id}
		var inText, inNote int
		r.text, inText = relink(n.Text, old, text)
		r.note, inNote = relink(note, old, text)
		if inText+inNote == 0 { // it leads to the page by its day
			continue
		}
		size += len(r.text) + len(r.note)
		fits = fits && len(r.text) <= MaxText && len(r.note) <= MaxNote
		out = append(out, r)
	}
	return out, fits && size <= maxRelinkBytes && len(out) <= maxRelinked, nil
}
