//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// tmux is a terminal of its own: a server on a private socket with one window a pane.
type tmux struct {
	socket string
	home   *home
}

// sockets makes the socket's name fresh: a server does not start on that of one that was just killed.
var sockets atomic.Int64

// newTmux starts a server whose windows are cols×rows. The test is skipped where there is no tmux.
func newTmux(t *testing.T, h *home, cols, rows int) *tmux {
	t.Helper()
	if _, err := exec.LookPath("tmux"); err != nil {
		t.Skip("tmux is not installed")
	}
	conf := filepath.Join(h.dir, "tmux.conf")
	settings := "set -g default-terminal tmux-256color\nset -g status off\nset -g escape-time 0\nset -g remain-on-exit on\nset -g default-shell /bin/sh\n"
	if err := os.WriteFile(conf, []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	m := &tmux{socket: fmt.Sprintf("arbor-%d-%d", os.Getpid(), sockets.Add(1)), home: h}
	m.run(t, "-f", conf, "new-session", "-d", "-s", "main", "-x", fmt.Sprint(cols), "-y", fmt.Sprint(rows), "sh")
	t.Cleanup(func() { exec.Command("tmux", "-L", m.socket, "kill-server").Run() }) // gone already if the last window closed
	return m
}

// run runs a tmux command on the server.
func (m *tmux) run(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.Command("tmux", append([]string{"-L", m.socket}, args...)...)
	cmd.Env, cmd.Dir = m.home.env, m.home.dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("tmux %s: %v: %s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// open opens a window that runs a command line, and returns its name.
func (m *tmux) open(t *testing.T, name, line string) string {
	t.Helper()
	m.run(t, "new-window", "-d", "-n", name, line)
	return name
}

// keys presses keys, by tmux' names for them, one at a time.
func (m *tmux) keys(t *testing.T, window string, keys ...string) {
	t.Helper()
	for _, k := range keys {
		m.run(t, "send-keys", "-t", window, k)
	}
}

// typed types text as it is.
func (m *tmux) typed(t *testing.T, window, text string) {
	t.Helper()
	m.run(t, "send-keys", "-t", window, "-l", text)
}

// screen is what the window shows.
func (m *tmux) screen(t *testing.T, window string) string {
	t.Helper()
	return m.run(t, "capture-pane", "-p", "-t", window)
}

// pid is the process that runs in the window.
func (m *tmux) pid(t *testing.T, window string) string {
	t.Helper()
	return strings.TrimSpace(m.run(t, "display-message", "-p", "-t", window, "#{pane_pid}"))
}

// see waits until the window shows every one of the texts, and returns the screen.
func (m *tmux) see(t *testing.T, window string, texts ...string) string {
	t.Helper()
	return m.until(t, window, fmt.Sprintf("%q", texts), func(screen string) bool {
		for _, text := range texts {
			if !strings.Contains(screen, text) {
				return false
			}
		}
		return true
	})
}

// until waits until the window's screen satisfies ok. tmux has no way to tell that a screen has changed, so it is looked at again and again.
func (m *tmux) until(t *testing.T, window, what string, ok func(string) bool) string {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(patience)
	for {
		screen := m.screen(t, window)
		if ok(screen) {
			return screen
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("window %s does not show %s but\n%s", window, what, screen)
		}
	}
}

// A command in a real terminal: its output is on the screen, and the shell's prompt comes back.
func TestTmuxCommandLine(t *testing.T) {
	h := newHome(t)
	m := newTmux(t, h, 80, 24)
	m.typed(t, "main", "PS1='ready> '; clear")
	m.keys(t, "main", "Enter")
	m.see(t, "main", "ready>")
	m.typed(t, "main", "arbor add buy milk +home due:2030-01-02 && arbor ls && echo fin''ished")
	m.keys(t, "main", "Enter")
	m.see(t, "main", `added "buy milk"`, "· buy milk +home  due Wed 2 Jan 2030", "finished")
}

// Two interfaces and the command line work on one store at once; the first, which owns it, is killed; the second and the command line go
// on, and nothing that was acknowledged is missing.
func TestTmuxTwoInterfaces(t *testing.T) {
	h := newHome(t)
	m := newTmux(t, h, 100, 30)
	first := m.open(t, "first", "exec arbor")
	m.see(t, first, "Start empty", "tour")
	h.must(t, "add", "added from a shell")
	m.see(t, first, "added from a shell")

	second := m.open(t, "second", "exec arbor")
	m.see(t, second, "added from a shell")
	h.must(t, "add", "for both of them")
	m.see(t, first, "for both of them")
	m.see(t, second, "for both of them")

	// What is typed in one is seen in the other.
	m.keys(t, second, "Enter")
	m.typed(t, second, "typed in the second")
	m.keys(t, second, "Enter", "Escape")
	m.see(t, first, "typed in the second")

	pid := m.pid(t, first)
	if out, err := exec.Command("kill", "-9", pid).CombinedOutput(); err != nil {
		t.Fatalf("kill: %v: %s", err, out)
	}
	h.must(t, "add", "after the kill")
	screen := m.see(t, second, "after the kill")
	for _, text := range []string{"added from a shell", "for both of them", "typed in the second"} {
		if !strings.Contains(screen, text) {
			t.Errorf("%q is missing in\n%s", text, screen)
		}
	}
	m.keys(t, second, "q")
	if out := h.must(t, "ls"); strings.Count(out, "\n") != 4 {
		t.Errorf("want four nodes:\n%s", out)
	}
}

// Time that a key begins to count stands in the header until the command line stops it, and the other way round.
func TestTmuxTimer(t *testing.T) {
	h := newHome(t)
	h.must(t, "add", "write the report")
	m := newTmux(t, h, 100, 30)
	w := m.open(t, "timer", "exec arbor")
	m.see(t, w, "write the report")
	m.keys(t, w, "b")
	m.see(t, w, "◷ 0:00 write the report", "started: “write the report”")
	h.must(t, "stop")
	m.until(t, w, "no timer", func(screen string) bool { return !strings.Contains(screen, "◷") })
	h.must(t, "start", "report")
	m.see(t, w, "◷ 0:00 write the report")
	m.keys(t, w, "B")
	m.see(t, w, "“write the report” stopped after")
	if out := h.must(t, "track"); strings.Count(out, "write the report") != 2 {
		t.Errorf("want two intervals:\n%s", out)
	}
}

// What is due is said by a bell, which tmux notes of a window that nobody looks at, and by a line that stays until a key.
func TestTmuxReminder(t *testing.T) {
	h := newHome(t)
	m := newTmux(t, h, 100, 30)
	h.must(t, "add", "something else")
	w := m.open(t, "due", "exec arbor")
	m.see(t, w, "something else")
	h.must(t, "add", "ring the bank due:"+time.Now().Add(2*time.Second).UTC().Format(time.RFC3339))
	m.see(t, w, "“ring the bank” due")
	if flag := strings.TrimSpace(m.run(t, "display-message", "-p", "-t", w, "#{window_bell_flag}")); flag != "1" {
		t.Errorf("the bell did not ring: %q", flag)
	}
	m.keys(t, w, "j")
	m.until(t, w, "no reminder", func(screen string) bool { return !strings.Contains(screen, "“ring the bank” due") })
}

// A context that a key chooses holds for the command line, and one of the command line in the open interface and from its beginning.
func TestTmuxContext(t *testing.T) {
	h := newHome(t)
	settings := filepath.Join(h.dir, "config", "arbor", "config.toml")
	if err := os.MkdirAll(filepath.Dir(settings), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(settings, []byte("[context.home]\nquery = \"+home\"\nstamp = \"+home\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	h.must(t, "add", "sweep +home")
	h.must(t, "add", "report +work")
	m := newTmux(t, h, 100, 30)
	w := m.open(t, "context", "exec arbor")
	m.see(t, w, "sweep", "report")
	m.keys(t, w, "C", "Down", "Enter")
	m.see(t, w, "[home]", "sweep", "context home")
	if out := h.must(t, "ls"); strings.Contains(out, "report") || !strings.Contains(out, "sweep") {
		t.Errorf("the command line lists\n%s", out)
	}
	m.keys(t, w, "a")
	m.typed(t, w, "dust")
	m.keys(t, w, "Enter")
	m.see(t, w, "in the inbox: “dust”")
	if out := h.must(t, "ls", "dust"); !strings.Contains(out, "+home") {
		t.Errorf("what was captured is\n%s", out)
	}
	m.keys(t, w, "C", "Up", "Enter")
	m.see(t, w, "report")
	h.must(t, "context", "home")
	m.see(t, w, "[home]", "chosen elsewhere")
	m.keys(t, w, "q")
	w = m.open(t, "again", "exec arbor")
	if screen := m.see(t, w, "[home]", "sweep"); strings.Contains(screen, "report") {
		t.Errorf("the context of the command line does not hold:\n%s", screen)
	}
}

// Ctrl-Z gives the terminal and the store to the shell, fg takes both again.
func TestTmuxSuspend(t *testing.T) {
	h := newHome(t)
	m := newTmux(t, h, 80, 24)
	m.run(t, "new-window", "-d", "-n", "shell", "bash --norc")
	m.typed(t, "shell", "PS1='ready> '; clear")
	m.keys(t, "shell", "Enter")
	m.see(t, "shell", "ready>")
	h.must(t, "add", "one")
	m.typed(t, "shell", "arbor")
	m.keys(t, "shell", "Enter")
	m.see(t, "shell", "· one", "outline")
	m.keys(t, "shell", "C-z")
	m.see(t, "shell", "Stopped")
	m.typed(t, "shell", "arbor add while it sleeps && echo ad''ded")
	m.keys(t, "shell", "Enter")
	m.see(t, "shell", "added\n")
	m.typed(t, "shell", "fg")
	m.keys(t, "shell", "Enter")
	m.see(t, "shell", "· while it sleeps")
	m.keys(t, "shell", "q")
	m.see(t, "shell", "ready>")
}

// The editor of a note has the terminal itself, and gives it back. What it wrote is kept even where it failed.
func TestTmuxEditor(t *testing.T) {
	h := newHome(t)
	script := filepath.Join(h.dir, "editor")
	text := "#!/bin/sh\ntest -t 0 && test -t 1 || exit 9\necho typed in the editor >>\"$1\"\necho ready\nread how\nclear\nexit $how\n"
	if err := os.WriteFile(script, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	h.env = append(h.env, "EDITOR="+script, "TMPDIR="+h.dir)
	id := strings.TrimSpace(h.must(t, "add", "one"))
	m := newTmux(t, h, 100, 24)
	m.open(t, "note", "arbor")
	m.see(t, "note", "· one", "? help")
	for _, end := range []struct{ with, says string }{{"7", "exit status 7; what was written is in"}, {"0", "the note is saved"}} {
		m.keys(t, "note", "e")
		m.see(t, "note", "ready")
		m.keys(t, "note", end.with, "Enter")
		m.see(t, "note", end.says, "· one")
	}
	m.keys(t, "note", "?")
	m.see(t, "note", "Edit the note in your editor")
	if out := h.must(t, "show", id); strings.Count(out, "typed in the editor") != 1 {
		t.Errorf("the node is\n%s", out)
	}
}
