// Package editor lets a person write a text with a program of their own.
//
// Its invariant: what was written is never lost. The file stays until somebody who has kept its text removes it.
package editor

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// chosen returns the editor that the environment names, nil if it names none.
func chosen(getenv func(string) string) []string {
	for _, k := range []string{"ARBOR_EDITOR", "VISUAL", "EDITOR"} {
		if words := strings.Fields(getenv(k)); len(words) > 0 {
			return words
		}
	}
	return nil
}

// Chosen reports whether the environment names an editor: $ARBOR_EDITOR, $VISUAL or $EDITOR.
func Chosen(getenv func(string) string) bool { return chosen(getenv) != nil }

// Command returns the person's editor as a command line, nil if there is none: the one that was chosen, or one that is found.
func Command(getenv func(string) string) []string {
	if words := chosen(getenv); words != nil {
		return words
	}
	for _, e := range []string{"editor", "nano", "vim", "vi", "notepad.exe"} {
		if _, err := exec.LookPath(e); err == nil {
			return []string{e}
		}
	}
	return nil
}

// ErrNone says that there is no editor.
var ErrNone = errors.New("no editor was found; set EDITOR")

// File is a text on its way through an editor, readable by its person alone.
type File struct {
	Name string
	was  string
}

// New writes text to a file of that name in a new directory.
func New(name, text string) (File, error) {
	dir, err := os.MkdirTemp("", "arbor-note-")
	if err != nil {
		return File{}, err
	}
	f := File{filepath.Join(dir, name), strings.TrimRight(text, "\n")}
	if text != "" {
		text = f.was + "\n"
	}
	return f, os.WriteFile(f.Name, []byte(text), 0o600)
}

// Text returns what is in the file, without the newlines at its end, and whether that is not what was there at first.
func (f File) Text() (text string, changed bool, err error) {
	b, err := os.ReadFile(f.Name)
	text = strings.TrimRight(string(b), "\n")
	return text, text != f.was, err
}

// Remove takes the file and its directory away.
func (f File) Remove() error { return os.RemoveAll(filepath.Dir(f.Name)) }

// Failed says why an editor did not run, or how it ended, without the names of system calls.
func Failed(err error) error {
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
