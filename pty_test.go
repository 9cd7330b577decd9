//go:build unix

package main

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
)

// stall is what a command that waits for the terminal to answer would exceed; Bubble Tea's own probe waits five seconds.
const stall = 4 * time.Second

// No command asks the terminal anything: it would wait for an answer that many terminals never give, and eat what is typed meanwhile.
func TestNoCommandAsksTheTerminal(t *testing.T) {
	h := newHome(t)
	h.env = append(h.env, "ARBOR_PAGER=cat") // which asks, and waits for keys
	id := strings.TrimSpace(h.must(t, "add", "one", "due:2030-01-01", "+tag"))
	h.must(t, "log", "weight", "72")
	for _, args := range [][]string{
		{"--version"}, {"help"}, {"add", "two"}, {"ls"}, {"ls", "--json"}, {"show", id}, {"edit", id, "+b"}, {"done", id}, {"undo"}, {"redo"},
		{"draw"}, {"log", "weight", "73"}, {"plot", "weight"}, {"export", "json"}, {"doctor"}, {"store", "stats"}, {"store", "verify"},
		{"config", "show"}, {"completion", "bash"}, {"no-such-command"},
	} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			defer cancel()
			cmd := h.command(ctx, args...)
			began := time.Now()
			f, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 80})
			if err != nil {
				t.Skipf("no pseudo terminal: %v", err)
			}
			defer f.Close()
			out, _ := io.ReadAll(f) // ends with EIO when the program does
			cmd.Wait()              // its exit code is not what is tested
			if took := time.Since(began); took > stall {
				t.Errorf("took %v", took)
			}
			for _, question := range []string{"\x1b]10", "\x1b]11", "\x1b[6n", "\x1b[c", "\x1b[?u"} {
				if bytes.Contains(out, []byte(question)) {
					t.Errorf("asks the terminal %q", question)
				}
			}
			if len(out) == 0 && args[0] != "draw" {
				t.Error("says nothing")
			}
		})
	}
}
