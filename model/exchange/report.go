package exchange

import (
	"fmt"
	"io"
	"strings"
)

// Report says what an import did, or in a dry run would do.
type Report struct {
	Format    string `json:"format"`
	DryRun    bool   `json:"dry_run,omitempty"`
	Created   int    `json:"created"`
	Changed   int    `json:"changed"`
	Unchanged int    `json:"unchanged"`
	Ours      int    `json:"ours"` // changed in the file and here, or in the trash here: left as they are
	Samples   int    `json:"samples,omitempty"`
	Folded    int    `json:"folded,omitempty"` // nodes of earlier imports that are part of another now, and went to the trash
	Events    int    `json:"events,omitempty"` // intervals worked, and what became of dates

	Kept    []Remark `json:"kept,omitempty"`    // preserved, though we do nothing with it yet
	Mapped  []Remark `json:"mapped,omitempty"`  // became something of ours
	Dropped []Remark `json:"dropped,omitempty"` // is not in the tree

	index map[remarkKey]int // where a remark stands in its list
	more  [3]int            // remarks beyond maxRemarks
}

// remarkKind says to which list a remark belongs.
type remarkKind uint8

const (
	kept remarkKind = iota
	mapped
	dropped
)

var kindNames = [...]string{kept: "kept", mapped: "mapped", dropped: "dropped"}

type remarkKey struct {
	kind remarkKind
	text string
}

func (r *Report) list(kind remarkKind) *[]Remark {
	return [...]*[]Remark{kept: &r.Kept, mapped: &r.Mapped, dropped: &r.Dropped}[kind]
}

// Remark is one thing that a person should know. Equal remarks are counted.
type Remark struct {
	Text  string `json:"text"`
	Line  int    `json:"line,omitempty"` // of the file, where it happened first; 0 if the format has no lines
	Count int    `json:"count"`
}

// maxRemarks bounds the remarks of one kind.
const maxRemarks = 1000

// Keep notes what is preserved as it is.
func (r *Report) Keep(line int, format string, args ...any) { r.note(kept, line, 1, format, args) }

// Map notes what became something of ours.
func (r *Report) Map(line int, format string, args ...any) { r.note(mapped, line, 1, format, args) }

// Drop notes what was left out.
func (r *Report) Drop(line int, format string, args ...any) { r.note(dropped, line, 1, format, args) }

// MapCount is Map for a number of things at once.
func (r *Report) MapCount(line, count int, format string, args ...any) {
	r.note(mapped, line, count, format, args)
}

// DropCount is Drop for a number of things at once.
func (r *Report) DropCount(line, count int, format string, args ...any) {
	r.note(dropped, line, count, format, args)
}

func (r *Report) note(kind remarkKind, line, count int, format string, args []any) {
	text := fmt.Sprintf(format, args...)
	list, key := r.list(kind), remarkKey{kind, text}
	if i, ok := r.index[key]; ok {
		(*list)[i].Count += count
		return
	}
	if len(*list) >= maxRemarks {
		r.more[kind] += count
		return
	}
	if r.index == nil {
		r.index = map[remarkKey]int{}
	}
	r.index[key] = len(*list)
	*list = append(*list, Remark{Text: text, Line: line, Count: count})
}

// WriteTo writes the report for a person.
func (r *Report) WriteTo(w io.Writer) (int64, error) {
	var b strings.Builder
	verb := ""
	if r.DryRun {
		verb = "dry run, nothing was changed: "
	}
	fmt.Fprintf(&b, "%s: %s%d created, %d changed, %d unchanged", r.Format, verb, r.Created, r.Changed, r.Unchanged)
	if r.Ours > 0 {
		fmt.Fprintf(&b, ", %d left as they are here", r.Ours)
	}
	if r.Folded > 0 {
		fmt.Fprintf(&b, ", %d folded into others", r.Folded)
	}
	if r.Samples > 0 {
		fmt.Fprintf(&b, ", %d samples", r.Samples)
	}
	if r.Events > 0 {
		fmt.Fprintf(&b, ", %d events", r.Events)
	}
	b.WriteByte('\n')
	for kind, name := range kindNames {
		for _, m := range *r.list(remarkKind(kind)) {
			fmt.Fprintf(&b, "  %-8s %s%s\n", name, m.Text, m.place())
		}
		if n := r.more[kind]; n > 0 {
			fmt.Fprintf(&b, "  %-8s and %d more\n", name, n)
		}
	}
	n, err := io.WriteString(w, b.String())
	return int64(n), err
}

func (m Remark) place() string {
	switch {
	case m.Count > 1 && m.Line > 0:
		return fmt.Sprintf(" (%d times, first in line %d)", m.Count, m.Line)
	case m.Count > 1:
		return fmt.Sprintf(" (%d times)", m.Count)
	case m.Line > 0:
		return fmt.Sprintf(" (line %d)", m.Line)
	}
	return ""
}
