package exchange

import (
	"crypto/sha256"
	"encoding/base32"
	"slices"
	"strconv"
	"strings"
	"time"

	"arbor/model"
)

// Mark is the field that says what a file said of a node when it was last imported.
const Mark = "import"

// mark holds digests of three parts of a node that change apart from each other: what it says, what it stands under, and how it is shown.
type mark struct{ content, parent, look string }

func (m mark) String() string { return m.content + ":" + m.parent + ":" + m.look }

// markOf returns the mark of a node, without its format; ok is false if it has none.
func markOf(n *model.Node, format string) (m mark, ok bool) {
	for _, f := range n.Fields {
		if f.Key != Mark {
			continue
		}
		if rest, found := strings.CutPrefix(f.Value, format+":"); found {
			if p := strings.Split(rest, ":"); len(p) == 3 {
				return mark{p[0], p[1], p[2]}, true
			}
		}
	}
	return mark{}, false
}

// digest makes the mark that fits a node as it is. A node in the trash stands under the trash, wherever it came from.
func digest(n *model.Node, note string, trashed bool) mark {
	var c, l []byte
	part := func(b *[]byte, s string) {
		*b = append(strconv.AppendInt(*b, int64(len(s)), 10), ':')
		*b = append(*b, s...)
	}
	part(&c, n.Text)
	part(&c, note)
	part(&c, n.State.String())
	part(&c, strings.Join(n.Tags, " "))
	for _, f := range n.Fields {
		if f.Key != Mark && f.Key != model.FieldReviewed { // neither is a change of what the node says
			part(&c, f.Key)
			part(&c, f.Value)
		}
	}
	for _, d := range []model.Date{n.Due, n.Sched, n.Wait, n.Until} {
		part(&c, d.String())
	}
	part(&c, millis(n.Finished))
	for _, a := range sortedArrows(n.Arrows) {
		part(&c, string(a.To[:]))
		part(&c, a.Label)
	}
	for _, on := range []bool{n.Collapsed, n.HideDone, n.AutoArrange, n.Placed} {
		l = strconv.AppendBool(append(l, ' '), on)
	}
	if n.Placed {
		l = strconv.AppendInt(append(l, ' '), int64(n.X), 10)
		l = strconv.AppendInt(append(l, ' '), int64(n.Y), 10)
	}
	parent := n.Parent
	if trashed || parent == model.Trash {
		parent = model.Trash
	}
	return mark{short(c, 12), short(parent[:], 6), short(l, 6)}
}

func short(b []byte, digits int) string {
	sum := sha256.Sum256(b)
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:10]))[:digits]
}

// millis writes a time as finely as the model keeps it.
func millis(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return strconv.FormatInt(t.UnixMilli(), 10)
}

func sortedArrows(arrows []model.Arrow) []model.Arrow {
	less := func(a, b model.Arrow) int { return strings.Compare(string(a.To[:]), string(b.To[:])) }
	if slices.IsSortedFunc(arrows, less) {
		return arrows
	}
	arrows = slices.Clone(arrows)
	slices.SortFunc(arrows, less)
	return arrows
}
