package tui

import (
	"errors"
	"fmt"
	"os"
	"os/exec"

	"arbor/model"
	"arbor/ui/command"
	"arbor/ui/editor"
	"arbor/ui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// noteRead brings a note in a file, for the editor.
type noteRead struct {
	id   model.ID
	file editor.File
}

// note opens the note of the node under the cursor in the person's editor.
func (m Model) note() (Model, tea.Cmd) {
	id := m.place().Cursor
	m.inflight++
	tree := m.env.Tree
	return m, func() tea.Msg {
		n, was := noteRead{}, ""
		err := tree.View(func(v *model.View) (err error) {
			if n.id, err = v.Through(id); err == nil {
				was, err = v.Note(n.id)
			}
			return err
		})
		if err == nil {
			n.file, err = editor.New("note.md", was)
		}
		if err != nil {
			return screen.Did{Err: fmt.Errorf("open the note: %w", err)}
		}
		return n
	}
}

// editNote runs the editor and takes the note from the file. What the editor wrote is never lost: if it cannot be saved its file stays.
func (m Model) editNote(n noteRead) tea.Cmd {
	words := editor.Command(m.opt.Getenv)
	if words == nil {
		return func() tea.Msg { return screen.Did{Err: errors.Join(editor.ErrNone, n.file.Remove())} }
	}
	tree, undo, mouse := m.env.Tree, m.keys.Label(command.Undo), !m.mouseOff
	c := exec.Command(words[0], append(words[1:], n.file.Name)...)
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr // the terminal itself: behind a pipe no editor can be used, nor waited for
	return tea.ExecProcess(c, func(err error) tea.Msg {
		d := saveNote(tree, n, undo, err)
		return resumed{did: &d, mouse: mouse}
	})
}

func saveNote(tree *model.Tree, n noteRead, undo string, ran error) screen.Did {
	text, changed, err := n.file.Text()
	if err != nil {
		return screen.Did{Err: fmt.Errorf("edit the note: %w", err)}
	}
	d := screen.Did{}
	if ran != nil {
		if changed {
			return screen.Did{Err: fmt.Errorf("not saved, %w; what was written is in %s", editor.Failed(ran), n.file.Name)}
		}
		return screen.Did{Err: errors.Join(editor.Failed(ran), n.file.Remove())}
	}
	if changed {
		if _, err := tree.Do("note", func(e *model.Edit) error { return e.SetNote(n.id, text) }); err != nil {
			return screen.Did{Err: fmt.Errorf("save the note: %w; it is in %s", err, n.file.Name)}
		}
		d.Text = "the note is saved · " + undo + " undoes"
	}
	if err := n.file.Remove(); err != nil {
		d.Err = err
	}
	return d
}
