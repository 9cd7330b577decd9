package tui

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
)

// binary builds arbor once for the tests of this file.
func binary(t *testing.T) string {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("no pty")
	}
	bin := filepath.Join(t.TempDir(), "arbor")
	if out, err := exec.Command("go", "build", "-o", bin, "arbor").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return bin
}

// inPty starts arbor on a terminal that never answers, with a store of its own.
func inPty(t *testing.T, ctx context.Context, bin, home string, args ...string) (*os.File, *exec.Cmd) {
	t.Helper()
	cmd := exec.CommandContext(ctx, bin, args...)
	cmd.Env = []string{"TERM=xterm-256color", "COLORTERM=truecolor", "HOME=" + home, "XDG_RUNTIME_DIR=" + home, "PATH=" + os.Getenv("PATH")}
	f, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 80})
	if err != nil {
		t.Skipf("no pty: %v", err)
	}
	t.Cleanup(func() { f.Close() })
	return f, cmd
}

// until reads from the terminal until it has shown text.
func until(t *testing.T, f *os.File, text string) []byte {
	t.Helper()
	var got []byte
	buf := make([]byte, 4096)
	for !bytes.Contains(got, []byte(text)) {
		n, err := f.Read(buf)
		got = append(got, buf[:n]...)
		if err != nil {
			t.Fatalf("%v; the terminal shows %q, want %q", err, got, text)
		}
	}
	return got
}

// TestTerminal holds, in the real program on a real terminal, that no command questions the terminal or waits for its answer, and that a
// signal ends the interface with the terminal restored and the exit code that a shell expects.
func TestTerminal(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	bin, home := binary(t), t.TempDir()
	for _, args := range [][]string{{"--version"}, {"--help"}, {"add", "a node"}, {"ls"}} {
		begun := time.Now()
		f, cmd := inPty(t, ctx, bin, home, args...)
		out, _ := io.ReadAll(f) // a pty ends with EIO
		if err := cmd.Wait(); err != nil {
			t.Fatalf("arbor %v: %v\n%s", args, err, out)
		}
		if bytes.Contains(out, []byte("\x1b]")) || bytes.Contains(out, []byte("\x1b[6n")) || bytes.Contains(out, []byte("\x1b[c")) {
			t.Errorf("arbor %v questions the terminal: %q", args, out)
		}
		if took := time.Since(begun); took > 4*time.Second { // the probe waits five
			t.Errorf("arbor %v took %v", args, took)
		}
	}
	for sig, code := range map[syscall.Signal]int{syscall.SIGTERM: 143, syscall.SIGINT: 130, syscall.SIGHUP: 129} {
		f, cmd := inPty(t, ctx, bin, home)
		until(t, f, "a node")
		if err := cmd.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
		out, _ := io.ReadAll(f)
		var exit *exec.ExitError
		if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != code {
			t.Errorf("after %v: %v, want exit code %d", sig, err, code)
		}
		for _, want := range []string{"\x1b[?1049l", "\x1b[?25h", "\x1b[?1002l", "\x1b[?2004l"} {
			if !strings.Contains(string(out), want) {
				t.Errorf("after %v the terminal is not told %q: %q", sig, want, out)
			}
		}
	}
	f, cmd := inPty(t, ctx, bin, home)
	until(t, f, "a node")
	if _, err := io.WriteString(f, "\x1b[<35;1"); err != nil { // half of a mouse report, then a key
		t.Fatal(err)
	}
	if _, err := io.WriteString(f, ";1Mq"); err != nil {
		t.Fatal(err)
	}
	if out, _ := io.ReadAll(f); cmd.Wait() != nil {
		t.Errorf("q does not end it with success: %q", out)
	}
}

// TestSuspend holds that Ctrl-Z gives terminal and store to the shell, that what is done there appears after fg, and that a signal from
// outside does the same.
func TestSuspend(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip(err)
	}
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	bin, home := binary(t), t.TempDir()
	cmd := exec.CommandContext(ctx, "bash", "--norc", "--noprofile", "-i")
	cmd.Env = []string{"TERM=xterm-256color", "HOME=" + home, "XDG_RUNTIME_DIR=" + home, "PATH=" + os.Getenv("PATH"), "PS1=prompt:"}
	f, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 80})
	if err != nil {
		t.Skipf("no pty: %v", err)
	}
	defer f.Close()
	say := func(s string) {
		if _, err := io.WriteString(f, s); err != nil {
			t.Fatal(err)
		}
	}
	until(t, f, "prompt:")
	say(bin + " add here first\r")
	until(t, f, "prompt:")
	say(bin + "\r")
	until(t, f, "help") // the footer is drawn last
	say("\x1a")
	until(t, f, "prompt:")
	say(bin + " add made in the shell\r")
	until(t, f, "added")
	say("fg\r")
	until(t, f, "made in the shell")
	say("q")
	until(t, f, "prompt:")
	say("exit\r")
	_, _ = io.ReadAll(f) // a pty ends with EIO
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}
