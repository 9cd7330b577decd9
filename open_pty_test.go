//go:build unix

package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/creack/pty"
)

// On a terminal a note goes through the person's editor, with the store closed meanwhile, and what is run is asked before.
func TestOpenOnTerminal(t *testing.T) {
	h := newHome(t)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	dir := t.TempDir()
	edit := filepath.Join(dir, "edit")
	script := "#!/bin/sh\necho 'a line of the editor' >> \"$1\"\nstat -c %a \"$1\" > " + dir + "/mode\n"
	if err := os.WriteFile(edit, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	on := func(answer string, args ...string) (string, error) {
		t.Helper()
		return h.inEditor(ctx, t, edit, answer, args...)
	}
	h.must(t, "add", "alpha")
	h.must(t, "note", "alpha", "first")
	if out, err := on("", "open", "alpha", "--note"); err != nil || !strings.Contains(out, "the note is saved") {
		t.Fatalf("open --note: %v; the terminal has %q", err, out)
	}
	if note := h.must(t, "note", "alpha"); note != "first\na line of the editor\n" {
		t.Errorf("the note is %q", note)
	}
	if b, err := os.ReadFile(filepath.Join(dir, "mode")); err != nil || strings.TrimSpace(string(b)) != "600" {
		t.Errorf("the file of the note has mode %s, %v", b, err)
	}
	h.must(t, "add", "touch "+dir+"/ran")
	if out, err := on("n\n", "open", "touch", "--run"); err == nil || !strings.Contains(out, "not run") {
		t.Errorf("a no: %v; the terminal has %q", err, out)
	}
	if _, err := os.Stat(dir + "/ran"); err == nil {
		t.Error("it ran all the same")
	}
	if out, err := on("y\n", "open", "touch", "--run"); err != nil {
		t.Errorf("a yes: %v; the terminal has %q", err, out)
	}
	if _, err := os.Stat(dir + "/ran"); err != nil {
		t.Error(err)
	}
}

// inEditor runs a command on a terminal with an editor, and returns what the terminal had on it.
func (h *home) inEditor(ctx context.Context, t *testing.T, edit, answer string, args ...string) (string, error) {
	t.Helper()
	cmd := h.command(ctx, args...)
	cmd.Env = append(cmd.Environ(), "ARBOR_EDITOR="+edit)
	f, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 80})
	if err != nil {
		t.Skipf("no pseudo terminal: %v", err)
	}
	defer f.Close()
	f.WriteString(answer)
	var s screenText
	buf := make([]byte, 4096)
	for {
		n, err := f.Read(buf)
		s.Write(buf[:n])
		if err != nil {
			return s.text, cmd.Wait()
		}
	}
}

// On a terminal a mistake in what was edited opens the editor again, on what was written, if one wants that.
func TestEditOnTerminal(t *testing.T) {
	h := newHome(t)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	edit := filepath.Join(t.TempDir(), "edit")
	script := "#!/bin/sh\nif grep -q due:frx \"$1\"; then sed -i s/due:frx/+right/ \"$1\"; else sed -i 's/^alpha$/alpha due:frx/' \"$1\"; fi\n"
	if err := os.WriteFile(edit, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	h.must(t, "add", "alpha")
	if out, err := h.inEditor(ctx, t, edit, "n\n", "edit", "alpha"); err == nil || !strings.Contains(out, "what was written is in") {
		t.Errorf("a no: %v; the terminal has %q", err, out)
	}
	if out, err := h.inEditor(ctx, t, edit, "\n", "edit", "alpha"); err != nil || !strings.Contains(out, "open the editor again?") {
		t.Errorf("a yes: %v; the terminal has %q", err, out)
	}
	if out := h.must(t, "ls", "+right"); !strings.Contains(out, "alpha") {
		t.Errorf("it was not saved: %q", out)
	}
}
