//go:build unix

package main

import (
	"bytes"
	"context"
	"io"
	"testing"
	"time"

	"github.com/creack/pty"
)

// A terminal that is not known to refuse it gets a notification of the desktop, and rings, when something becomes due.
func TestNotification(t *testing.T) {
	h := newHome(t)
	h.env = append(h.env, "TERM=xterm-256color", "TMUX=", "STY=", "VTE_VERSION=", "TERM_PROGRAM=")
	h.must(t, "add", "ring the bank due:"+time.Now().Add(2*time.Second).UTC().Format(time.RFC3339))
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := h.command(ctx)
	f, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 80})
	if err != nil {
		t.Skipf("no pseudo terminal: %v", err)
	}
	defer f.Close()
	var seen []byte
	buffer := make([]byte, 64<<10)
	for want := "\x1b]9;arbor: “ring the bank” due "; !bytes.Contains(seen, []byte(want)) || !bytes.Contains(seen, []byte("\a\a")); {
		n, err := f.Read(buffer)
		if err != nil {
			t.Fatalf("the interface ended: %v after %q", err, seen)
		}
		seen = append(seen, buffer[:n]...)
	}
	if _, err := f.WriteString("q"); err != nil {
		t.Fatal(err)
	}
	io.Copy(io.Discard, f) // ends with EIO when the program does
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}
