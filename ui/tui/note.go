package tui

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"arbor/model"
	"arbor/ui/command"
	"arbor/ui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// noteRead brings a note in a file, for the editor.
type noteRead struct {
	id   model.ID
	file string
	was  string
}

// note opens the note of the node under the cursor in the person's editor.
func (m Model) note() (Model, tea.Cmd) {
	id := m.place().Cursor
	m.inflight++
	tree := m.env.Tree
	return m, func() tea.Msg {
		n := noteRead{}
		err := tree.View(func(v *model.View) (err error) {
			if n.id, err = v.Through(id); err == nil {
				n.was, err = v.Note(n.id)
			}
			return err
		})
		if err == nil {
			n.file, err = writeTemp(n.was)
		}
		if err != nil {
			return screen.Did{Err: fmt.Errorf("open the note: %w", err)}
		}
		return n
	}
}

func writeTemp(text string) (string, error) {
	dir, err := os.MkdirTemp("", "arbor-note-")
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir, "note.md")
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	return file, os.WriteFile(file, []byte(text), 0o600)
}

// editor returns the person's editor as a command line.
func (m Model) editor() []string {
	for _, k := range []string{"ARBOR_EDITOR", "VISUAL", "EDITOR"} {
		if words := strings.Fields(m.opt.Getenv(k)); len(words) > 0 {
			return words
		}
	}
	for _, e := range []string{"editor", "nano", "vim", "vi", "notepad.exe"} {
		if _, err := exec.LookPath(e); err == nil {
			return []string{e}
		}
	}
	return nil
}

// editNote runs the editor and takes the note from the file. What the editor wrote is never lost: if it cannot be saved its file stays.
func (m Model) editNote(n noteRead) tea.Cmd {
	words := m.editor()
	if words == nil {
		return func() tea.Msg {
			return screen.Did{Err: errors.Join(errors.New("no editor was found; set EDITOR"), os.RemoveAll(filepath.Dir(n.file)))}
		}
	}
	tree, undo, mouse := m.env.Tree, m.keys.Label(command.Undo), !m.mouseOff
	c := exec.Command(words[0], append(words[1:], n.file)...)
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr // the terminal itself: behind a pipe no editor can be used, nor waited for
	return tea.ExecProcess(c, func(err error) tea.Msg {
		d := saveNote(tree, n, undo, err)
		return resumed{did: &d, mouse: mouse}
	})
}

// editorError says why an editor did not run, or how it ended, without the names of system calls.
func editorError(err error) error {
	var path *os.PathError
	var name *exec.Error
	switch {
	case errors.As(err, &path):
		return fmt.Errorf("the editor %s: %w", path.Path, path.Err)
	case errors.As(err, &name):
		return fmt.Errorf("the editor %s: %w", name.Name, name.Err)
	}
	return fmt.Errorf("the editor ended with %w", err)
}

func saveNote(tree *model.Tree, n noteRead, undo string, ran error) screen.Did {
	b, err := os.ReadFile(n.file)
	if err != nil {
		return screen.Did{Err: fmt.Errorf("edit the note: %w", err)}
	}
	text := strings.TrimRight(string(b), "\n")
	d := screen.Did{}
	if ran != nil {
		if text != strings.TrimRight(n.was, "\n") {
			return screen.Did{Err: fmt.Errorf("not saved, %w; what was written is in %s", editorError(ran), n.file)}
		}
		return screen.Did{Err: errors.Join(editorError(ran), os.RemoveAll(filepath.Dir(n.file)))}
	}
	if text != strings.TrimRight(n.was, "\n") {
		if _, err := tree.Do("note", func(e *model.Edit) error { return e.SetNote(n.id, text) }); err != nil {
			return screen.Did{Err: fmt.Errorf("save the note: %w; it is in %s", err, n.file)}
		}
		d.Text = "the note is saved · " + undo + " undoes"
	}
	if err := os.RemoveAll(filepath.Dir(n.file)); err != nil {
		d.Err = err
	}
	return d
}
