//go:build unix

package hook

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// place makes a directory of hooks: names and their scripts.
func place(t *testing.T, scripts map[string]string) *Runner {
	t.Helper()
	dir := t.TempDir()
	for name, script := range scripts {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return &Runner{Dir: dir, Timeout: time.Minute}
}

func (r *Runner) only(t *testing.T) Program {
	t.Helper()
	all, err := r.Programs()
	if err != nil || len(all) != 1 {
		t.Fatalf("%+v %v", all, err)
	}
	return all[0]
}

func TestPrograms(t *testing.T) {
	r := place(t, map[string]string{
		"on-add": "", "on-add.sh": "", "on-add-check.py": "", "after-done": "", "on-adding": "", "README": "", "on-start~": "", "idle": "",
	})
	for name, mode := range map[string]os.FileMode{"idle": 0o644, "after-done": 0o644} {
		if err := os.Chmod(filepath.Join(r.Dir, name), mode); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(r.Dir, "on-change"), 0o755); err != nil {
		t.Fatal(err)
	}
	all, err := r.Programs()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range all {
		word := p.Name + " "
		switch {
		case p.Idle != "":
			word += "idle"
		case p.After:
			word += "after " + p.Event
		default:
			word += "on " + p.Event
		}
		got = append(got, word)
	}
	const want = "README idle|after-done idle|idle idle|on-add on add|on-add-check.py on add|on-add.sh on add|on-adding idle|on-start~ idle"
	if strings.Join(got, "|") != want {
		t.Fatalf("got  %s\nwant %s", strings.Join(got, "|"), want)
	}
	none := Runner{Dir: filepath.Join(r.Dir, "nowhere")}
	if all, err := none.Programs(); err != nil || all != nil {
		t.Fatalf("%v %v", all, err)
	}
}

func TestRun(t *testing.T) {
	for _, c := range []struct{ name, script, said, refusal string }{
		{"reads and says", "cat; echo; echo two >&2", "input|", ""},
		{"environment", `test "$ARBOR_HOOK$EXTRA" = 1more && echo yes`, "yes|", ""},
		{"reads nothing", "exit 0", "", ""},
		{"refuses with a reason", "echo out; echo why not >&2; echo more >&2; exit 3", "out|", "hook on-add: why not"},
		{"refuses on standard output", "echo out; exit 3", "out|", "hook on-add: out"},
		{"refuses silently", "exit 3", "", "hook on-add: it refuses (exit status 3)"},
		{"dies", "kill -TERM $$", "", "hook on-add: it refuses (signal: terminated)"},
		{"leaves a process behind", "sleep 5 & echo done", "done|", ""},
		{"says much", "yes | head -c 1000000 | tr -d '\\n'; exit 0", strings.Repeat("y", maxOutput) + "|", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := place(t, map[string]string{"on-add": c.script})
			r.Env = []string{"EXTRA=more"}
			said, err := r.Run(context.Background(), r.only(t), []byte("input"))
			if got := strings.Join(append(said, ""), "|"); got != c.said && !(c.said == "" && got == "") {
				t.Errorf("it said %.100q, want %.100q", got, c.said)
			}
			var refusal *Refusal
			if got := errors.As(err, &refusal); got != (c.refusal != "") || got && err.Error() != c.refusal {
				t.Errorf("%v, want %q", err, c.refusal)
			}
		})
	}
}

// A hook that takes too long is stopped with all that it began.
func TestTimeout(t *testing.T) {
	r := place(t, map[string]string{"on-add": "sh -c 'echo $$ > \"$OUT/child\"; exec sleep 1000' & echo x > \"$OUT/began\"; wait"})
	out := t.TempDir()
	r.Env, r.Timeout = []string{"OUT=" + out}, 300*time.Millisecond
	_, err := r.Run(context.Background(), r.only(t), nil)
	if err == nil || err.Error() != "hook on-add: it did not end within 300ms and was stopped" {
		t.Fatal(err)
	}
	child, err := os.ReadFile(filepath.Join(out, "child"))
	if err != nil {
		t.Skipf("the machine is too slow for this: %v", err)
	}
	stat, err := os.ReadFile("/proc/" + strings.TrimSpace(string(child)) + "/stat")
	if err == nil && !strings.Contains(string(stat), ") Z ") { // dead, and not yet reaped by whoever took it over
		t.Fatalf("the child lives on: %s", stat)
	}
}

func TestStopped(t *testing.T) {
	r := place(t, map[string]string{"on-add": "sleep 1000"})
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(50*time.Millisecond, cancel)
	if _, err := r.Run(ctx, r.only(t), nil); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}

func TestNotAProgram(t *testing.T) {
	r := place(t, nil)
	if err := os.WriteFile(filepath.Join(r.Dir, "on-add"), []byte("\x7fELF no"), 0o755); err != nil {
		t.Fatal(err)
	}
	var refusal *Refusal
	if _, err := r.Run(context.Background(), r.only(t), nil); !errors.As(err, &refusal) || !strings.HasPrefix(refusal.Why, "it cannot be run") {
		t.Fatal(err)
	}
}
