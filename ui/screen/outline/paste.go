package outline

import (
	"fmt"
	"strings"

	"arbor/model"
	"arbor/model/inline"
	"arbor/ui/command"
	"arbor/ui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// maxPaste bounds the nodes that one paste makes; a longer text is for arbor import.
const maxPaste = 1000

// pasted is a line of a pasted text, without bullets and boxes.
type pasted struct {
	indent int
	text   string
	done   bool
}

// readPaste cuts a text into lines with their indentation, as lists in mails and Markdown have it.
func readPaste(text string) []pasted {
	var out []pasted
	for l := range strings.Lines(strings.ReplaceAll(text, "\r", "\n")) {
		body := strings.TrimLeft(strings.TrimRight(l, " \t\n"), " \t")
		if body == "" {
			continue
		}
		lead := l[:len(l)-len(strings.TrimLeft(l, " \t"))]
		p := pasted{indent: len(strings.ReplaceAll(lead, "\t", "    "))}
		for _, bullet := range []string{"- ", "* ", "+ ", "• "} {
			if rest, ok := strings.CutPrefix(body, bullet); ok {
				body = strings.TrimLeft(rest, " ")
				break
			}
		}
		for box, done := range map[string]bool{"[ ] ": false, "[x] ": true, "[X] ": true} {
			if rest, ok := strings.CutPrefix(body, box); ok {
				body, p.done = rest, done
				break
			}
		}
		p.text = body
		out = append(out, p)
	}
	return out
}

// paste makes a node of each line that was pasted, one below the other or below a line that is indented less, as one action.
func (m Model) paste(text string) (Model, tea.Cmd) {
	e := *m.edit
	lines := readPaste(e.line.Text()[:e.line.Cursor()] + text + e.line.Text()[e.line.Cursor():])
	if len(lines) > maxPaste {
		m.edit = nil
		return m, say("%d lines are more than %d: save them in a file and use arbor import", len(lines), maxPaste)
	}
	env := m.env
	return m.act(action{label: "paste", ids: []model.ID{m.node()}, fn: func(x *model.Edit) (string, []model.ID, error) {
		type level struct {
			indent int
			id     model.ID
		}
		var stack []level
		parent, place := e.parent, e.place
		for i, l := range lines {
			for len(stack) > 0 && stack[len(stack)-1].indent >= l.indent && i > 0 {
				top := stack[len(stack)-1]
				stack = stack[:len(stack)-1]
				if len(stack) == 0 {
					place = model.After(top.id)
				}
			}
			p, at := parent, place
			if len(stack) > 0 {
				p, at = stack[len(stack)-1].id, model.Last
			}
			in := inline.Line{Text: l.text}
			if parsed, err := inline.Parse(l.text, inline.Env{Now: env.Now(), Fields: env.Fields}); err == nil {
				in = parsed // what is not of the grammar is text: a paste is not refused for a word
			}
			in.Under, in.After = "", ""
			if len(stack) == 0 { // those below have it from above
				if err := env.Stamp(&in); err != nil {
					return "", nil, err
				}
			}
			if l.done {
				in.State = "done"
			}
			id, err := screen.Create(x, p, at, in)
			if err != nil {
				return "", nil, err
			}
			stack = append(stack, level{l.indent, id})
		}
		last := stack[len(stack)-1].id
		return fmt.Sprintf("pasted %d nodes · %s undoes", len(lines), env.Keys.Label(command.Undo)), []model.ID{last}, nil
	}})
}
