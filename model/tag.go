package model

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"

	"arbor/model/query"
)

// TagCount is how many nodes have a tag, and how many of them are not closed.
type TagCount struct {
	Tag         string
	Nodes, Open int
}

// TagCounts counts the tags, their own and those in their texts, of the nodes that a query means: the most frequent first. The cost is that of
// Meant and of a sheet.
func (v *View) TagCounts(q *query.Query) ([]TagCount, error) {
	ids, err := v.Meant(q)
	if err != nil {
		return nil, err
	}
	s, err := v.Sheet()
	if err != nil {
		return nil, err
	}
	counts := map[string]*TagCount{}
	for _, id := range ids {
		slot, ok := s.Slot(id)
		if !ok {
			continue
		}
		f := s.Facts(slot)
		for _, t := range f.Tags() {
			c := counts[t]
			if c == nil {
				c = &TagCount{Tag: t}
				counts[t] = c
			}
			c.Nodes++
			if !f.State.Closed() {
				c.Open++
			}
		}
	}
	out := make([]TagCount, 0, len(counts))
	for _, c := range counts {
		out = append(out, *c)
	}
	slices.SortFunc(out, func(a, b TagCount) int { return cmp.Or(cmp.Compare(b.Nodes, a.Nodes), cmp.Compare(a.Tag, b.Tag)) })
	return out, nil
}

// retagging puts one tag in the place of another; "" takes it away.
type retagging struct {
	old, new string
	template bool // the text is read as a line where it is used: +old is the tag
}

// text returns a text with its words for the tag changed: #old, and where it becomes another #tagged=old.
func (t retagging) text(s string) string {
	if !strings.Contains(s, t.old) {
		return s
	}
	var b strings.Builder
	for s != "" {
		rest := strings.TrimLeftFunc(s, unicode.IsSpace)
		space := s[:len(s)-len(rest)]
		end := strings.IndexFunc(rest, unicode.IsSpace)
		if end < 0 {
			end = len(rest)
		}
		word := rest[:end]
		s = rest[end:]
		switch {
		case t.new == "" && word == "#"+t.old:
			if b.Len() == 0 {
				s = strings.TrimLeftFunc(s, unicode.IsSpace)
			}
			continue
		case t.new != "" && (word == "#"+t.old || word == "#tagged="+t.old || t.template && word == "+"+t.old):
			word = strings.TrimSuffix(word, t.old) + t.new
		}
		b.WriteString(space + word)
	}
	return b.String()
}

// query returns the text of a saved query with its tags changed.
func (t retagging) query(text string, now time.Time, states []string) string {
	if t.new == "" || !strings.Contains(text, t.old) {
		return text
	}
	q, err := query.Parse(text, now, states...)
	if err != nil { // it never meant anything
		return text
	}
	changed, is := q.Retag(t.old, t.new)
	if !is {
		return text
	}
	as := strings.NewReplacer("+"+t.old, "+"+t.new, "#"+t.old, "#"+t.new, "tag:"+t.old, "tag:"+t.new).Replace(text)
	if q, err := query.Parse(as, now, states...); err == nil && q.String() == changed.String() { // as it was typed, but for the tag
		return as
	}
	return changed.String()
}

// RenameTag gives a node one tag in the place of another: among its tags, as #old and #tagged=old in its text, in its query, and of a template
// as +old in its text. "" takes the tag away, but from queries. It reports whether there was anything to change.
func (e *Edit) RenameTag(id ID, old, new string) (bool, error) {
	n, err := e.need(id)
	if err != nil {
		return false, err
	}
	t := retagging{old: old, new: new}
	if strings.Contains(n.Text, "+"+old) {
		if t.template, err = e.Under(id, Templates); err != nil {
			return false, err
		}
	}
	was := n.Text
	_, tagged := slices.BinarySearch(n.Tags, old)
	asked, asks := "", false
	if i, ok := findField(n.Fields, FieldQuery); ok {
		asked, asks = n.Fields[i].Value, true
	}
	text := t.text(was)
	if text != was && strings.TrimSpace(text) == "" {
		return false, errors.New("its text is the tag alone; give it another text first")
	}
	changed := tagged || text != was
	if text != was {
		if _, err := e.Rename(id, text); err != nil {
			return false, err
		}
	}
	if tagged {
		if err := e.RemoveTag(id, old); err != nil {
			return false, err
		}
	}
	if tagged && new != "" {
		if err := e.AddTag(id, new); err != nil {
			return false, err
		}
	}
	if is := t.query(asked, e.batch.stamp.Time(), e.t.opt.States); asks && is != asked {
		return true, e.SetField(id, FieldQuery, is)
	}
	return changed, nil
}

// Renames returns the nodes that RenameTag may have something to change of, those in the trash too: those that have the tag, list what has it,
// have a query, or stand below the templates.
func (v *View) Renames(tag string) ([]ID, error) {
	want := query.Or{query.Tag(tag), query.Field{Key: "tagged", Op: query.Any}, query.Has("query")}
	if top, err := v.Top(Templates); err == nil && top == Root {
		want = append(want, query.Under(Templates.String()))
	} else if err != nil && !errors.Is(err, ErrNoNode) {
		return nil, err
	}
	ids, err := v.Meant(&query.Query{Expr: want})
	if err != nil {
		return nil, err
	}
	thrown, err := v.Meant(&query.Query{Expr: query.And{query.Under(Trash.String()), query.Or{query.Tag(tag), query.Has("query")}}})
	return append(ids, thrown...), err
}
