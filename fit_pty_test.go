//go:build unix

package main

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/creack/pty"

	"arbor/ui/grid"
)

// onTerminal runs arbor on a terminal of its own and returns what it has written there, with line feeds alone at the ends of the lines.
func (h *home) onTerminal(t *testing.T, rows, cols uint16, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := h.command(ctx, args...)
	f, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: rows, Cols: cols})
	if err != nil {
		t.Skipf("no pseudo terminal: %v", err)
	}
	defer f.Close()
	out, _ := io.ReadAll(f) // ends with EIO when the program does
	if err := cmd.Wait(); err != nil {
		t.Errorf("arbor %s: %v; the terminal has %q", strings.Join(args, " "), err, out)
	}
	return strings.ReplaceAll(string(out), "\r\n", "\n")
}

// longLife makes a tree whose lines are longer than any terminal of these tests, and returns the id of a node that has everything.
func longLife(t *testing.T, h *home) string {
	t.Helper()
	h.env = append(h.env, "ARBOR_NOW=2026-11-22T10:00:00Z") // what is shown twice is the same
	long := "a very long text 日本語の長い文章 with a family 👩‍👩‍👧 and a flag 🇮🇹 and more words than a narrow terminal has cells for them"
	id := strings.TrimSpace(h.must(t, "add", long, "+home", "+garden", "due:fri", "prio:H", "est:2h", "state:todo"))
	below := strings.TrimSpace(h.must(t, "add", "below it: "+long, "under:"+id, "rec:daily", "due:today"))
	h.must(t, "add", "see [["+long+"]] and again "+long)
	h.must(t, "edit", id, long+" and still more", "+kitchen")
	h.must(t, "note", id, "a line of the note: "+long)
	h.must(t, "done", below)
	h.must(t, "start", id, "--at", "9:00", "--note", "because of "+long)
	h.must(t, "stop")
	h.must(t, "add", "a query query:+home")
	h.must(t, "add", "thrown away: "+long)
	h.must(t, "rm", "thrown")
	return id
}

// Lists fit the terminal they are shown on, whatever stands in them; in a pipe each line is whole.
func TestListsFitTheTerminal(t *testing.T) {
	h := newHome(t)
	id := longLife(t, h)
	for _, args := range [][]string{
		{"ls"}, {"ls", "group:tag"}, {"find", "family"}, {"tree"}, {"tree", "--columns", "est,prio"}, {"next", "--explain"}, {"agenda"}, {"track"},
		{"track", "report"}, {"chain", "is:recurring"}, {"history", id}, {"trash"}, {"backlinks", id}, {"undo", "--list"}, {"day"},
	} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			piped := h.must(t, args...)
			// What an action is called was cut when it was written down.
			if strings.Contains(strings.ReplaceAll(piped, "…\"", ""), "…") || strings.Contains(piped, "\x1b") {
				t.Errorf("in a pipe it is cut or coloured:\n%s", piped)
			}
			for _, cols := range []uint16{24, 40, 80, 400} {
				shown := ansi.Strip(h.onTerminal(t, 200, cols, args...))
				lines, whole := strings.Split(shown, "\n"), strings.Split(piped, "\n")
				if len(lines) != len(whole) {
					t.Fatalf("%d lines on a terminal of %d cells, %d in a pipe\n%s", len(lines), cols, len(whole), shown)
				}
				for i, line := range lines {
					if w := grid.Width(line); w > int(cols) {
						t.Errorf("a line takes %d cells of %d: %q", w, cols, line)
					}
					if cols == 400 && line != whole[i] && !strings.Contains(line, "…") {
						t.Errorf("where there is room a line is %q, in a pipe %q", line, whole[i])
					}
				}
			}
		})
	}
}

// On a terminal columns have their names, numbers end below one another, and the text makes room for what is beside it; with tags and places in
// many columns nothing is wider than the terminal.
func TestColumnsOnTerminal(t *testing.T) {
	h := newHome(t)
	longLife(t, h)
	h.must(t, "add", "short", "est:90min", "state:todo")
	for _, cols := range []uint16{40, 60, 120} {
		for _, header := range []bool{true, false} {
			args := []string{"ls", "is:task", "--columns", "id,est,text,due"}
			if !header {
				args = append(args, "--no-header")
			}
			out := ansi.Strip(h.onTerminal(t, 200, cols, args...))
			lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
			if got := strings.HasPrefix(lines[0], "id"); got != header {
				t.Errorf("%v: the first line is %q", args, lines[0])
			}
			end := -1
			for _, line := range lines {
				if w := grid.Width(line); w > int(cols) {
					t.Errorf("a line takes %d cells of %d: %q", w, cols, line)
				}
				for _, est := range []string{" est ", " 2h ", " 1h30min "} {
					if i := strings.Index(line, est); i >= 0 {
						if at := i + len(est); end >= 0 && at != end {
							t.Errorf("numbers do not end below one another:\n%s", out)
						} else {
							end = at
						}
					}
				}
			}
			if end < 0 || cols < 120 && !strings.Contains(out, "…  ") {
				t.Errorf("%d cells:\n%s", cols, out)
			}
		}
	}
	all := "id,text,state,tags,due,sched,created,modified,under,urgency,est,prio,rec"
	for _, cols := range []uint16{10, 40, 100} {
		for line := range strings.Lines(ansi.Strip(h.onTerminal(t, 200, cols, "ls", "--columns", all, "group:tag"))) {
			if w := grid.Width(strings.TrimSuffix(line, "\n")); w > int(cols) {
				t.Errorf("a line takes %d cells of %d: %q", w, cols, line)
			}
		}
	}
}
