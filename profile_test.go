package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
)

// profileKinds are the files of a profiled process, with a unit or function that each names.
var profileKinds = map[string]string{
	"cpu": "nanoseconds", "heap": "inuse_space", "allocs": "alloc_space", "block": "contentions", "mutex": "delay", "goroutine": "goroutine",
}

// With ARBOR_PROFILE a process leaves profiles that pprof reads, however it ends.
func TestProfile(t *testing.T) {
	for _, row := range []struct {
		name string
		args []string
		run  func(t *testing.T, h *home, args []string) (pid int)
	}{
		{"at its end", []string{"ls"}, runToEnd},
		{"after an error", []string{"show", "nothing"}, runToEnd},
		{"store-stats", []string{"store", "stats"}, runToEnd},
		{"killed", []string{"add", "-"}, terminate},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := newHome(t)
			h.env = append(h.env, "ARBOR_PROFILE="+h.dir)
			pid := row.run(t, h, row.args)
			command := "arbor-" + row.args[0]
			if row.args[0] == "store" {
				command += "-" + row.args[1]
			}
			for kind, text := range profileKinds {
				name := fmt.Sprintf("%s-%s-%d.pprof", kind, command, pid)
				b, err := os.ReadFile(filepath.Join(h.dir, name))
				if err != nil {
					t.Error(err)
					continue
				}
				if words := profileStrings(t, b); !words[text] {
					t.Errorf("%s does not say %q", name, text)
				}
			}
		})
	}
}

func runToEnd(t *testing.T, h *home, args []string) int {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := h.command(ctx, args...)
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return cmd.ProcessState.Pid()
}

// terminate ends a command with a signal while it reads what it is to add.
func terminate(t *testing.T, h *home, args []string) int {
	if runtime.GOOS == "windows" {
		t.Skip("no signals")
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := h.command(ctx, args...)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := in.Write(bytes.Repeat([]byte("line\n"), 1<<16)); err != nil { // more than a pipe holds: it is reading
		t.Fatal(err)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	cmd.Wait() // with an error: the code is looked at
	if code := cmd.ProcessState.ExitCode(); code != 128+int(syscall.SIGTERM) {
		t.Errorf("exit code %d", code)
	}
	return cmd.ProcessState.Pid()
}

// profileStrings returns the strings of a profile, which is a gzipped protocol buffer with them in field 6.
func profileStrings(t *testing.T, b []byte) map[string]bool {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if b, err = io.ReadAll(z); err != nil {
		t.Fatal(err)
	}
	words := map[string]bool{}
	for len(b) > 0 {
		num, typ, n := protowire.ConsumeTag(b)
		if n < 0 {
			t.Fatalf("%d bytes before the end: %v", len(b), protowire.ParseError(n))
		}
		size := protowire.ConsumeFieldValue(num, typ, b[n:])
		if size < 0 {
			t.Fatalf("field %d: %v", num, protowire.ParseError(size))
		}
		if num == 6 {
			v, _ := protowire.ConsumeBytes(b[n:])
			words[string(v)] = true
		}
		b = b[n+size:]
	}
	return words
}
