package main

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/cespare/xxhash/v2"
	"github.com/rogpeppe/go-internal/testscript"
)

// TestScripts runs the scripts of the command line against the program itself, each with a home of its own.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "ui/cli/testdata",
		Setup: func(e *testscript.Env) error {
			// A socket's path is short, a test's directory may be long.
			run, err := os.MkdirTemp("", "arbor")
			if err != nil {
				return err
			}
			e.Defer(func() { os.RemoveAll(run) })
			home := filepath.Join(e.WorkDir, "home")
			if err := os.MkdirAll(home, 0o700); err != nil {
				return err
			}
			samples, err := filepath.Abs("model/exchange")
			if err != nil {
				return err
			}
			e.Vars = append(e.Vars, "HOME="+home, "XDG_CONFIG_HOME="+home+"/config", "XDG_DATA_HOME="+home+"/data", "XDG_STATE_HOME="+home+"/state",
				"XDG_RUNTIME_DIR="+run, "TZ=UTC", "ARBOR_IO="+os.Getenv("ARBOR_IO"), "EXCHANGE="+samples)
			return nil
		},
		Condition: condition,
		Cmds:      map[string]func(*testscript.TestScript, bool, []string){"refuses": refuses, "id": setFromStdout, "lines": lines, "poke": poke, "reversion": reversion},
	})
}

// condition answers what a script asks of the machine it runs on.
func condition(name string) (bool, error) {
	switch name {
	case "mounts": // may mount in a namespace of its own
		return runtime.GOOS == "linux" && exec.Command("unshare", "-rm", "sh", "-c", "mount -t tmpfs -o size=64k none /mnt").Run() == nil, nil
	case "root":
		return os.Getuid() == 0, nil
	}
	return false, fmt.Errorf("unknown condition %q", name)
}

// caret is what is shown below a line about a query or an expression: it, and a mark below its part that was not understood.
var caret = regexp.MustCompile(`\n[^\n]*\n *\^\n$`)

// refuses CODE PROGRAM ARG…: the program ends with the exit code, writes nothing to standard output and one line to standard error, of a query that
// is not understood the place too.
func refuses(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: refuses code program arg...")
	}
	err := ts.Exec(args[1], args[2:]...)
	code := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		code = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if want := args[0]; fmt.Sprint(code) != want {
		ts.Fatalf("exit code %d, want %s", code, want)
	}
	if out := ts.ReadFile("stdout"); out != "" {
		ts.Fatalf("standard output has %q", out)
	}
	said := ts.ReadFile("stderr")
	if strings.HasPrefix(said, "arbor: ") && strings.Contains(said, ", column") {
		said = caret.ReplaceAllString(said, "\n")
	}
	if !strings.HasPrefix(said, "arbor: ") || strings.Count(said, "\n") != 1 || !strings.HasSuffix(said, "\n") {
		ts.Fatalf("standard error is not one line of arbor's: %q", said)
	}
}

// id NAME: sets the variable to what the last command wrote to standard output.
func setFromStdout(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: id name")
	}
	ts.Setenv(args[0], strings.TrimSpace(ts.ReadFile("stdout")))
}

// lines COUNT [FILE]: standard output, or the file, has so many lines.
func lines(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: lines count [file]")
	}
	file := append(args, "stdout")[1]
	if n := strings.Count(ts.ReadFile(file), "\n"); fmt.Sprint(n) != args[0] {
		ts.Fatalf("%s has %d lines, want %s", file, n, args[0])
	}
}

// poke FILE OFFSET HEX: writes bytes into a file.
func poke(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: poke file offset hex")
	}
	offset, err := strconv.ParseInt(args[1], 0, 64)
	ts.Check(err)
	b, err := hex.DecodeString(args[2])
	ts.Check(err)
	f, err := os.OpenFile(ts.MkAbs(args[0]), os.O_WRONLY, 0)
	ts.Check(err)
	_, err = f.WriteAt(b, offset)
	ts.Check(errors.Join(err, f.Close()))
}

// reversion DIR NUMBER: has the manifests of a store say another version of the format, with checksums that are right: store/FORMAT.md.
func reversion(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: reversion dir number")
	}
	number, err := strconv.ParseUint(args[1], 10, 32)
	ts.Check(err)
	for _, name := range []string{"MANIFEST-A", "MANIFEST-B"} {
		path := filepath.Join(ts.MkAbs(args[0]), name)
		b, err := os.ReadFile(path)
		ts.Check(err)
		body, sum := b[:len(b)-8], b[len(b)-8:]
		bound := binary.LittleEndian.Uint64(sum) ^ xxhash.Sum64(body) // to the store and the generation
		binary.LittleEndian.PutUint32(b[8:], uint32(number))
		binary.LittleEndian.PutUint64(sum, bound^xxhash.Sum64(body))
		ts.Check(os.WriteFile(path, b, 0o600))
	}
}
