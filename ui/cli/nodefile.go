package cli

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"arbor/model"
	"arbor/model/inline"
)

// nodeHead explains a file of nodes to whoever has it in the editor. What stands above the first node is not read.
const nodeHead = `# Each node begins with a line "== ID"; leave that as it is. Below it stands
# the node in one line, as 'arbor add' reads it:
#   call Anna +phone due:2026-11-27 prio:H state:todo est:30min
# A word taken out of that line is taken from the node. All that follows, up
# to the next id, is the note. A node left as it was, or taken out of the file
# with its id, stays as it is.
`

// nodeMark begins the line with the id of a node. A line of a note that begins so has a backslash before it in the file.
const nodeMark = "== "

// writtenNode is a node as it stands in a file of nodes.
type writtenNode struct {
	ref    string // its id, or the beginning of it
	line   string // of the inline grammar
	note   string // without newlines at its end
	number int    // of line in the file, from 1 on
}

// lineError is a mistake in a line of a file of nodes.
type lineError struct {
	number int
	err    error
}

func (e *lineError) Error() string { return fmt.Sprintf("line %d: %v", e.number, e.err) }
func (e *lineError) Unwrap() error { return e.err }

// writeNodes writes nodes as a file to edit, which readNodes reads back as they are.
func writeNodes(nodes []writtenNode) string {
	var b strings.Builder
	b.WriteString(nodeHead)
	for _, n := range nodes {
		b.WriteString("\n" + nodeMark + n.ref + "\n" + n.line + "\n")
		if n.note == "" {
			continue
		}
		for line := range strings.SplitSeq(n.note, "\n") {
			if isMark(line) {
				b.WriteByte('\\')
			}
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

// isMark reports whether a line is one with an id, but for backslashes before it.
func isMark(line string) bool {
	return strings.HasPrefix(strings.TrimLeft(line, `\`), nodeMark)
}

// readNodes reads a file of nodes. A mistake is a *lineError.
func readNodes(text string) ([]writtenNode, error) {
	text = strings.TrimPrefix(text, "\ufeff")
	if strings.Count(text, "\n") == strings.Count(text, "\r\n") { // an editor of another system wrote it
		text = strings.ReplaceAll(text, "\r\n", "\n")
	}
	var out []writtenNode
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		ref, marked := strings.CutPrefix(lines[i], nodeMark)
		if !marked {
			if line := strings.TrimSpace(lines[i]); line != "" && !strings.HasPrefix(line, "#") {
				return nil, &lineError{i + 1, usagef("%s belongs to no node: a line %sID is missing above it", quoted(line), nodeMark)}
			}
			continue
		}
		n := writtenNode{ref: strings.TrimSpace(ref), number: i + 2}
		if i++; i < len(lines) {
			n.line = lines[i]
		}
		if strings.HasPrefix(n.line, nodeMark) {
			return nil, &lineError{i + 1, usagef("the line of the node %s is missing above this one", n.ref)}
		}
		var note []string
		for i+1 < len(lines) && !strings.HasPrefix(lines[i+1], nodeMark) {
			i++
			if isMark(lines[i]) {
				lines[i] = lines[i][1:]
			}
			note = append(note, lines[i])
		}
		n.note = strings.TrimRight(strings.Join(note, "\n"), "\n")
		out = append(out, n)
	}
	return out, nil
}

// nodeLine returns the line of a node for a file, and what that line says; it has no word for a value that a line does not bear.
func (r *run) nodeLine(n *model.Node) (line string, env inline.Env) {
	env = r.env()
	env.Live = n.Text
	l := model.LineOf(n)
	broken := func(s string) bool { return strings.ContainsAny(s, "\n\r") }
	l.Tags = slices.DeleteFunc(slices.Clone(l.Tags), broken)
	l.Fields = slices.DeleteFunc(l.Fields, func(f inline.Field) bool { return broken(f.Value) })
	l = env.Shown(l)
	l.Depends = idTexts(n.Depends())
	return inline.Format(l, env), env
}

// edited is a node as it was when it was written for the editor.
type edited struct {
	writtenNode
	top model.ID // of its path: the tree, or the trash
}

// edited reads a node for the editor.
func (r *run) edited(v *model.View, id model.ID) (is edited, env inline.Env, err error) {
	n, err := v.Node(id)
	if err != nil {
		return is, env, err
	}
	if is.note, err = v.Note(id); err != nil {
		return is, env, err
	}
	is.note = strings.TrimRight(is.note, "\n")
	is.ref = id.String()
	is.line, env = r.nodeLine(&n)
	is.top, err = v.Top(id)
	return is, env, err
}

// rewrite makes a node whose line says was say what is says: of what did not change nothing is written.
func rewrite(e *model.Edit, id model.ID, was, is inline.Line) (model.Renamed, error) {
	change := inline.Diff(was, is)
	if is.Text == was.Text {
		change.Text = ""
	}
	if is.State == was.State && is.StateName == was.StateName {
		change.State, change.StateName = "", ""
	}
	change.Depends = nil
	for _, ref := range is.Depends {
		if !slices.ContainsFunc(was.Depends, func(old string) bool { return strings.HasPrefix(old, strings.ToLower(ref)) }) {
			change.Depends = append(change.Depends, ref)
		}
	}
	for _, old := range was.Depends {
		if slices.ContainsFunc(is.Depends, func(ref string) bool { return strings.HasPrefix(old, strings.ToLower(ref)) }) {
			continue
		}
		on, err := model.ParseID(old)
		if err == nil {
			err = e.RemoveDepend(id, on)
		}
		if err != nil {
			return model.Renamed{}, err
		}
	}
	return editNode(e, id, change)
}

// isText reports whether what was read is a text at all.
func isText(b []byte) bool { return bytes.IndexByte(b, 0) < 0 }
