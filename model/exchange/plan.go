package exchange

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"

	"arbor/model"
	"arbor/model/date"
)

// Node is a node as a file has it. Of the embedded node Order, NoteLen and the From of arrows mean nothing.
type Node struct {
	model.Node
	Note    string
	Trashed bool // goes to the trash from its place under Parent
	Line    int  // where it stands in the file, 0 if the format has no lines
}

// Plan is what a file holds.
type Plan struct {
	Report Report
	// Each calls fn with every node, parents before their children and siblings in order. It can be called several times.
	Each func(fn func(*Node) error) error
	// Exact plans carry whole nodes of ours: they are compared by content and leave no marks.
	Exact bool
	// Samples, if set, calls fn with the samples of series nodes of the plan, a piece at a time.
	Samples func(fn func(Samples) error) error
	// Events, if set, calls fn with what happened to nodes of the plan, of one node at a time.
	Events func(fn func([]model.Event) error) error
	// Gone are nodes that are no more, because they are part of another: those that an earlier import made go to the trash.
	Gone []model.ID
}

// Of makes a plan of nodes that are in memory.
func Of(format string, nodes []*Node) *Plan {
	return &Plan{Report: Report{Format: format}, Each: func(fn func(*Node) error) error {
		for _, n := range nodes {
			if err := fn(n); err != nil {
				return err
			}
		}
		return nil
	}}
}

// ID returns the id of the node that a format names by key.
func ID(format string, key ...string) model.ID {
	return model.Named("import/" + format + "/" + strings.Join(key, "/"))
}

// SetField gives n a field, in order; an empty value is none.
func (n *Node) SetField(key, value string) {
	if value == "" {
		return
	}
	i := 0
	for i < len(n.Fields) && n.Fields[i].Key < key {
		i++
	}
	if i < len(n.Fields) && n.Fields[i].Key == key {
		n.Fields[i].Value = value
		return
	}
	n.Fields = append(n.Fields[:i:i], append([]model.Field{{Key: key, Value: value}}, n.Fields[i:]...)...)
}

// SetText gives n the text; what lies behind its first line, or beyond what a node can hold, goes to the beginning of the note.
func (n *Node) SetText(r *Report, text string) {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	line, rest, more := strings.Cut(strings.TrimRight(text, "\n"), "\n")
	if len(line) > model.MaxText {
		cut := model.MaxText
		for cut > 0 && line[cut]&0xc0 == 0x80 {
			cut--
		}
		line, rest, more = line[:cut], strings.TrimRight(line[cut:]+"\n"+rest, "\n"), true
	}
	if more {
		r.Map(n.Line, "the lines of a text behind its first → the note")
		n.AddNote(rest)
	}
	n.Text = model.OneLine(line)
	if n.Text != line {
		r.Map(n.Line, "control characters and bytes that are no UTF-8 → spaces and U+FFFD")
	}
}

// AddNote puts lines below the note that n has.
func (n *Node) AddNote(text string) {
	if n.Note != "" && text != "" && !strings.HasSuffix(n.Note, "\n") {
		n.Note += "\n"
	}
	n.Note += strings.ToValidUTF8(text, "\uFFFD")
}

// Overflow cuts a note that is longer than a node can hold, and returns children of n that hold the rest. They belong right behind n.
func (n *Node) Overflow(r *Report, format string) []*Node {
	var out []*Node
	rest := n.Note
	for first := true; len(rest) > model.MaxNote || !first && rest != ""; first = false {
		cut := len(rest)
		if cut > model.MaxNote {
			cut = model.MaxNote
			if i := strings.LastIndexByte(rest[:cut], '\n'); i > 0 {
				cut = i + 1
			}
			for cut > 0 && cut < len(rest) && rest[cut]&0xc0 == 0x80 {
				cut--
			}
		}
		if first {
			n.Note = rest[:cut]
			r.Map(n.Line, "notes of more than %d bytes → nodes below that hold the rest", model.MaxNote)
		} else {
			more := &Node{Note: rest[:cut], Line: n.Line}
			more.ID, more.Parent = ID(format, "note", n.ID.String(), strconv.Itoa(len(out))), n.ID
			more.Text = "note, part " + strconv.Itoa(len(out)+2)
			more.Created, more.Modified = n.Created, n.Modified
			out = append(out, more)
		}
		rest = rest[cut:]
	}
	return out
}

// check says what of a node the model could not hold, so that a plan is refused before anything is written.
func (n *Node) check() error {
	at := ""
	if n.Line > 0 {
		at = fmt.Sprintf("line %d: ", n.Line)
	}
	switch {
	case len(n.Text) > model.MaxText:
		return fmt.Errorf("%sa text of %d bytes, at most %d", at, len(n.Text), model.MaxText)
	case len(n.Note) > model.MaxNote:
		return fmt.Errorf("%sa note of %d bytes, at most %d", at, len(n.Note), model.MaxNote)
	}
	for _, t := range n.Tags {
		if _, bad := Name(t); bad || t == "" {
			return fmt.Errorf("%s%.40q cannot be a tag: it has blanks or is longer than %d bytes", at, t, model.MaxName)
		}
	}
	for _, f := range n.Fields {
		if _, bad := Name(f.Key); bad || f.Key == "" {
			return fmt.Errorf("%s%.40q cannot be the key of a field: it has blanks or is longer than %d bytes", at, f.Key, model.MaxName)
		}
		if len(f.Key) > model.MaxName || len(f.Value) > model.MaxText {
			return fmt.Errorf("%sfield %.40q has a key of %d and a value of %d bytes, at most %d and %d", at, f.Key, len(f.Key), len(f.Value), model.MaxName, model.MaxText)
		}
	}
	return nil
}

// Name turns s into what may stand as a tag or the key of a field, which have no blanks; changed says whether it had to.
func Name(s string) (name string, changed bool) {
	name = strings.ToValidUTF8(model.OneLine(s), "\uFFFD")
	name = strings.Join(strings.FieldsFunc(name, func(r rune) bool { return r == '\uFFFD' || unicode.IsSpace(r) }), "_")
	if len(name) > model.MaxName {
		cut := model.MaxName
		for cut > 0 && name[cut]&0xc0 == 0x80 {
			cut--
		}
		name = name[:cut]
	}
	return name, name != s
}

// Unix returns the instant of seconds since 1970 as a date; ok is false beyond the years that a date can have.
func Unix(sec uint64) (d date.Date, ok bool) {
	const last = 253402300799 // 9999-12-31T23:59:59Z
	if sec > last {
		return date.Date{}, false
	}
	return date.At(time.Unix(int64(sec), 0).UTC()), true
}
