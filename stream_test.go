//go:build unix

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// listening is `arbor log NAME --stdin --json` with a pipe at each end.
type listening struct {
	cmd  *exec.Cmd
	in   io.WriteCloser
	told *bufio.Scanner
	said bytes.Buffer
}

func (h *home) listen(t *testing.T, args ...string) *listening {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	l := &listening{cmd: h.command(ctx, append([]string{"log", "--stdin", "--json"}, args...)...)}
	var err error
	if l.in, err = l.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := l.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	l.told, l.cmd.Stderr = bufio.NewScanner(out), &l.said
	if err := l.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return l
}

// hears writes a line and waits until it is told as logged.
func (l *listening) hears(t *testing.T, line string, want float64) {
	t.Helper()
	if _, err := io.WriteString(l.in, line+"\n"); err != nil {
		t.Fatal(err)
	}
	if !l.told.Scan() {
		t.Fatalf("nothing was told of %q: %v: %s", line, l.told.Err(), l.said.String())
	}
	var x struct{ Value float64 }
	if err := json.Unmarshal(l.told.Bytes(), &x); err != nil || x.Value != want {
		t.Fatalf("of %q was told %s, %v", line, l.told.Text(), err)
	}
}

// Each line of a pipe that stays open is logged as it comes, and seen by others while it does. What was told survives a kill; an interrupt and
// the end of the input end it in order.
func TestLogOfAPipe(t *testing.T) {
	h := newHome(t)
	for round, end := range []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGKILL, nil} {
		l := h.listen(t, "temp")
		for i := range 3 {
			v := float64(10*round + i)
			l.hears(t, fmt.Sprint(v), v)
			if n := strings.Count(h.must(t, "log", "temp", "--list"), "\n"); n != 3*round+i+1 {
				t.Fatalf("round %d: %d samples are there after %d lines", round, n, i+1)
			}
		}
		if end == nil {
			if err := l.in.Close(); err != nil {
				t.Fatal(err)
			}
		} else if err := l.cmd.Process.Signal(end); err != nil {
			t.Fatal(err)
		}
		for l.told.Scan() {
			t.Errorf("at the end it tells of %s", l.told.Text())
		}
		err := l.cmd.Wait()
		if end == syscall.SIGKILL {
			continue
		}
		if err != nil || l.said.String() != "logged 3 samples of \"temp\"\n" {
			t.Errorf("after %v: %v, %q", end, err, l.said.String())
		}
	}
	if n := strings.Count(h.must(t, "log", "temp", "--list"), "\n"); n != 12 {
		t.Errorf("%d samples in the end", n)
	}
}

// What comes faster than it can be logged one by one is logged together, every line of it.
func TestLogOfManyLines(t *testing.T) {
	h := newHome(t)
	var in bytes.Buffer
	const n = 30000
	for i := range n {
		fmt.Fprintf(&in, "%d %d\n", 1700000000+i, i%100)
	}
	h.given(t, in.String(), "log", "load", "--stdin")
	if got := strings.Count(h.must(t, "log", "load", "--list"), "\n"); got != n {
		t.Errorf("%d samples of %d lines", got, n)
	}
	if steps := strings.Count(h.must(t, "undo", "--list"), "\n"); steps > 100 {
		t.Errorf("they are %d steps of undo", steps)
	}
}
