package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// home is a person's home directory, in which programs run.
type home struct {
	dir string
	env []string
}

func newHome(t testing.TB) *home {
	t.Helper()
	dir, err := os.MkdirTemp("", "arbor") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	env := []string{"HOME=" + dir, "XDG_CONFIG_HOME=" + dir + "/config", "XDG_DATA_HOME=" + dir + "/data", "XDG_STATE_HOME=" + dir + "/state",
		"XDG_RUNTIME_DIR=" + dir, "TZ=UTC", "LANG=C.UTF-8", "TERM=xterm-256color", "PATH=" + os.Getenv("PATH"), "ARBOR_IO=" + os.Getenv("ARBOR_IO")}
	return &home{dir: dir, env: env}
}

// store is where the home's store lies.
func (h *home) store() string { return filepath.Join(h.dir, "data", "arbor") }

// command is arbor with these arguments, ready to start.
func (h *home) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "arbor", args...)
	cmd.Env, cmd.Dir = h.env, h.dir
	return cmd
}

// patience bounds how long a test waits for anything: long enough for a machine under load, and nothing waits in vain.
const patience = 30 * time.Second

// arbor runs a command and returns its output and exit code.
func (h *home) arbor(t testing.TB, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var out, err bytes.Buffer
	cmd := h.command(ctx, args...)
	cmd.Stdout, cmd.Stderr = &out, &err
	failed := cmd.Run()
	var exit *exec.ExitError
	if errors.As(failed, &exit) {
		code = exit.ExitCode()
	} else if failed != nil {
		t.Errorf("arbor %v: %v", args, failed)
	}
	return out.String(), err.String(), code
}

// given is must with something on standard input.
func (h *home) given(t testing.TB, in string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var out, said bytes.Buffer
	cmd := h.command(ctx, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(in), &out, &said
	if err := cmd.Run(); err != nil {
		t.Fatalf("arbor %s: %v: %s", strings.Join(args, " "), err, said.String())
	}
	return out.String()
}

// must is arbor where it has to succeed.
func (h *home) must(t testing.TB, args ...string) string {
	t.Helper()
	out, said, code := h.arbor(t, args...)
	if code != 0 {
		t.Fatalf("arbor %s: exit code %d: %s", strings.Join(args, " "), code, said)
	}
	return out
}

// watcher is a running `arbor watch --json`: a process that holds the store open.
type watcher struct {
	cmd   *exec.Cmd
	lines chan string
}

// watch starts a watcher and returns once it watches.
func (h *home) watch(t testing.TB) *watcher {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	w := &watcher{cmd: h.command(ctx, "watch", "--json"), lines: make(chan string, 1<<16)}
	out, err := w.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	said, err := w.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := w.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var readers sync.WaitGroup
	readers.Go(func() {
		defer close(w.lines)
		forEachLine(out, func(line string) { w.lines <- line })
	})
	ready := make(chan struct{})
	readers.Go(func() {
		once := sync.OnceFunc(func() { close(ready) })
		forEachLine(said, func(line string) {
			if strings.HasPrefix(line, "watching") {
				once()
			} else {
				t.Logf("watch: %s", line)
			}
		})
		once()
	})
	t.Cleanup(func() {
		cancel()
		readers.Wait()
		w.cmd.Wait() // it was killed: that is no news
	})
	select {
	case <-ready:
	case <-time.After(patience):
		t.Fatal("arbor watch does not begin to watch")
	}
	return w
}

// forEachLine calls fn with each line of r, without its end.
func forEachLine(r io.Reader, fn func(string)) {
	in := bufio.NewScanner(r)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		fn(in.Text())
	}
}

// see waits for a line that has text in it.
func (w *watcher) see(t testing.TB, text string) {
	t.Helper()
	w.seeLine(t, regexp.MustCompile(regexp.QuoteMeta(text)))
}

// seeLine waits for a line that matches.
func (w *watcher) seeLine(t testing.TB, want *regexp.Regexp) {
	t.Helper()
	deadline := time.After(patience)
	for {
		select {
		case line, ok := <-w.lines:
			if !ok {
				t.Fatalf("the watcher ended before it printed %q", want)
			}
			if strings.Contains(line, `"text":"",`) {
				t.Fatalf("the watcher printed a node that no person sees: %s", line)
			}
			if want.MatchString(line) {
				return
			}
		case <-deadline:
			t.Fatalf("the watcher did not print %q", want)
		}
	}
}

// A watch says of each node what became of it, whichever process did it, and what was taken back.
func TestWatchEvents(t *testing.T) {
	h := newHome(t)
	w := h.watch(t)
	id := strings.TrimSpace(h.must(t, "add", "first", "state:todo"))
	node := func(event string) string { return `"id":"` + id + `".*"event":"` + event + `"` }
	for _, step := range []struct {
		args  []string
		event string
	}{
		{nil, "add"}, {[]string{"edit", id, "+tag"}, "change"}, {[]string{"start", id}, "start"}, {[]string{"stop"}, "stop"}, {[]string{"done", id}, "done"},
		{[]string{"undo"}, `undo","effect":"change`}, {[]string{"redo"}, `redo","effect":"done`}, {[]string{"rm", id}, "remove"}, {[]string{"restore", id}, "restore"},
	} {
		if step.args != nil {
			h.must(t, step.args...)
		}
		w.seeLine(t, regexp.MustCompile(node(step.event)))
	}
}

// Several processes use one store at once: the first owns it, the others are its clients, and each add is there for all.
func TestProcesses(t *testing.T) {
	h := newHome(t)
	w := h.watch(t)
	h.must(t, "add", "first")
	w.see(t, `"text":"first"`)
	h.must(t, "rm", "first")
	h.must(t, "undo")
	h.must(t, "edit", "first", "+back")
	w.see(t, `"back"`)

	const writers, each = 4, 4
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() {
			for k := range each {
				if _, said, code := h.arbor(t, "add", fmt.Sprintf("node %d.%d", i, k)); code != 0 {
					t.Errorf("exit code %d: %s", code, said)
				}
			}
		})
	}
	wg.Wait()
	if n := strings.Count(h.must(t, "ls", "--json"), "\n"); n != writers*each+1 {
		t.Errorf("%d nodes, want %d", n, writers*each+1)
	}
	if out := h.must(t, "doctor"); !strings.Contains(out, fmt.Sprintf("client of process %d", w.cmd.Process.Pid)) {
		t.Errorf("doctor does not name the owner:\n%s", out)
	}
}

// The owner is killed: a client goes on, and nothing that was acknowledged is missing.
func TestOwnerKilled(t *testing.T) {
	h := newHome(t)
	owner := h.watch(t)
	second := h.watch(t)
	h.must(t, "add", "before")
	second.see(t, `"text":"before"`)
	if err := owner.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	h.must(t, "add", "after")
	second.see(t, `"text":"after"`)
	out := h.must(t, "ls", "--json")
	for _, text := range []string{"before", "after"} {
		if !strings.Contains(out, `"text":"`+text+`"`) {
			t.Errorf("%q is missing in\n%s", text, out)
		}
	}
}
