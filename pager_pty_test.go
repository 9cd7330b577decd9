//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// sgr is a change of colour.
var sgr = regexp.MustCompile("\x1b\\[[0-9;]*m")

// writeScript writes an executable shell script and returns its path.
func (h *home) writeScript(t *testing.T, name, body string) string {
	t.Helper()
	path := filepath.Join(h.dir, name)
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+body), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

// A list that is longer than the screen goes through the pager that the person has named, whole and in colour; what fits, what is no list and what
// goes into a pipe does not.
func TestPager(t *testing.T) {
	h := newHome(t)
	var list strings.Builder
	for i := range 40 {
		fmt.Fprintf(&list, "node %d state:todo due:2030-01-01\n", i)
	}
	file := filepath.Join(h.dir, "list")
	if err := os.WriteFile(file, []byte(list.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	add := exec.Command("sh", "-c", "arbor add - < list")
	add.Env, add.Dir = h.env, h.dir
	if out, err := add.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	whole := h.must(t, "ls")
	got := filepath.Join(h.dir, "got")
	ours := h.writeScript(t, "ours", "cat > "+got+"\necho ours $1\n")
	other := h.writeScript(t, "other", "cat > /dev/null\necho other\n")
	early := h.writeScript(t, "early", "exit 3\n")
	inside := h.writeScript(t, "inside", "cat > /dev/null\narbor doctor\n")
	if err := os.MkdirAll(filepath.Join(h.dir, "config", "arbor"), 0o700); err != nil {
		t.Fatal(err)
	}
	base := h.env
	for _, row := range []struct {
		name, setting string
		env           []string
		rows          uint16
		args          string
		says          string // all of what the terminal has, if nothing else is said
		direct        bool   // the list itself
	}{
		{name: "variable", env: []string{"ARBOR_PAGER=" + ours + " one"}, says: "ours one\n"},
		{name: "variable before setting", setting: other, env: []string{"ARBOR_PAGER=" + ours, "PAGER=" + other}, says: "ours\n"},
		{name: "setting", setting: ours, env: []string{"PAGER=" + other}, says: "ours\n"},
		{name: "that of all programs", env: []string{"PAGER=" + ours}, says: "ours\n"},
		{name: "41 lines on 42", env: []string{"ARBOR_PAGER=" + ours}, rows: 42, direct: true},
		{name: "40 lines and a prompt on 41", env: []string{"ARBOR_PAGER=" + ours}, rows: 41, direct: true},
		{name: "40 lines and a prompt on 40", env: []string{"ARBOR_PAGER=" + ours}, rows: 40, says: "ours\n"},
		{name: "empty", setting: ours, env: []string{"ARBOR_PAGER=", "PAGER=" + ours}, direct: true},
		{name: "cat", env: []string{"ARBOR_PAGER=cat"}, direct: true},
		{name: "dumb terminal", env: []string{"ARBOR_PAGER=" + ours, "TERM=dumb"}, direct: true},
		{name: "left early", env: []string{"ARBOR_PAGER=" + early}, says: ""},
		{name: "not there", env: []string{"ARBOR_PAGER=" + h.dir + "/nowhere"}, direct: true},
		{name: "no list", env: []string{"ARBOR_PAGER=" + ours}, args: "help"},
		{name: "the store is closed while a person reads", env: []string{"ARBOR_PAGER=" + inside}},
	} {
		t.Run(row.name, func(t *testing.T) {
			os.Remove(got)
			setting := ""
			if row.setting != "" {
				setting = fmt.Sprintf("pager = %q\n", row.setting)
			}
			if err := os.WriteFile(filepath.Join(h.dir, "config", "arbor", "config.toml"), []byte(setting), 0o600); err != nil {
				t.Fatal(err)
			}
			h.env = append(base[:len(base):len(base)], row.env...)
			args := []string{"ls"}
			if row.args != "" {
				args = strings.Fields(row.args)
			}
			rows := row.rows
			if rows == 0 {
				rows = 24
			}
			out := h.onTerminal(t, rows, 100, args...)
			_, err := os.Stat(got)
			switch ran := err == nil; {
			case row.args != "":
				if ran || !strings.Contains(out, "arbor") {
					t.Errorf("the terminal has %q", out)
				}
			case row.direct:
				if n := strings.Count(out, "node "); ran || n != 40 {
					t.Errorf("%d nodes are on the terminal, the pager ran: %t", n, ran)
				}
				if row.name == "not there" && !strings.Contains(out, "nowhere: no such file or directory; shown without a pager") {
					t.Errorf("nothing is said of the pager: %q", out)
				}
			case strings.Contains(row.name, "closed"):
				if !strings.Contains(out, "owner") || strings.Contains(out, "client of process") {
					t.Errorf("the pager's arbor says %q", out)
				}
			case out != row.says:
				t.Errorf("the terminal has %q, want %q", out, row.says)
			}
			if strings.HasPrefix(row.says, "ours") {
				b, err := os.ReadFile(got)
				if err != nil {
					t.Fatal(err)
				}
				if plain := sgr.ReplaceAllString(string(b), ""); plain != whole || plain == string(b) {
					t.Errorf("the pager got %q", b)
				}
			}
		})
	}
	h.env = append(base[:len(base):len(base)], "ARBOR_PAGER="+ours)
	os.Remove(got)
	h.must(t, "ls")
	if _, err := os.Stat(got); err == nil {
		t.Error("the pager runs in a pipe")
	}
}

// less shows the first screen in colour, and q leaves it: that is no failure.
func TestTmuxLess(t *testing.T) {
	if _, err := exec.LookPath("less"); err != nil {
		t.Skip("less is not installed")
	}
	h := newHome(t)
	for i := range 3 {
		h.must(t, "add", fmt.Sprintf("node %d", i))
	}
	id := strings.TrimSpace(h.must(t, "add", "the last one"))
	h.must(t, "note", id, strings.Repeat("a line\n", 60)+"the end of the note")
	m := newTmux(t, h, 80, 24)
	m.typed(t, "main", "PS1='ready> '; clear")
	m.keys(t, "main", "Enter")
	m.see(t, "main", "ready>")
	m.typed(t, "main", "arbor show "+id+"; echo code $?")
	m.keys(t, "main", "Enter")
	screen := m.until(t, "main", "the first lines", func(s string) bool { return strings.Contains(s, "the last one") && strings.Contains(s, "\n:") })
	if strings.Contains(screen, "ESC") || strings.Contains(screen, "the end of the note") {
		t.Errorf("the screen is\n%s", screen)
	}
	m.keys(t, "main", "G")
	m.see(t, "main", "the end of the note")
	m.keys(t, "main", "C-c")
	m.until(t, "main", "the first lines again", func(s string) bool { // less may lose the key that comes with the interrupt
		if strings.Contains(s, "the last one") {
			return true
		}
		m.keys(t, "main", "g")
		return false
	})
	m.keys(t, "main", "q")
	m.see(t, "main", "code 0")
	m.typed(t, "main", "clear; arbor ls; echo co''de $?")
	m.keys(t, "main", "Enter")
	m.see(t, "main", "node 2", "code 0")
}
