// Package spec has spin go through every state of the models beside this file. README.md says what they are.
package spec

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// run is one search: names that the model asks for, and what spin is to look for.
type run struct {
	name    string
	defines []string
	ends    bool // look for somebody who waits forever, fairly scheduled, rather than for a wrong state
	long    bool // by make verify alone
	brief   bool // making the checker takes longer than running it
}

// searches must find nothing.
var searches = []run{
	{name: "three lives", defines: []string{"LIVES=3"}},
	{name: "checkpoint", defines: []string{"LIVES=2", "FINE=0", "CHECKPOINT"}, long: true},
	{name: "everybody ends", defines: []string{"LIVES=1", "LIVENESS"}, ends: true, long: true},
}

// bugs are what a search must find, and the check that first does.
var bugs = []struct {
	name    string
	defines []string
	what    string
}{
	{"publish before the copy", []string{"PUBLISH_FIRST"}, "R[pos_]==promised[pos_]"},
	{"drop the conflict check", []string{"NO_CONFLICT"}, "base[i_]==set_"},
	{"decide an outcome anew", []string{"REDECIDE"}, "headSet==set_"},
	{"keep a change that another has aborted", []string{"BLIND_FOLD"}, "headSet==set_"},
	{"put an older state over a newer one", []string{"LAST_WINS"}, "acked<=headPos"},
	{"flush before apply", []string{"FLUSH_EARLY"}, "acked<=headPos"},
	{"durable over a gap", []string{"GAP"}, "acked<=pos_"},
	{"acknowledge before durable", []string{"ACK_EARLY"}, "acked<=pos_"},
	{"a frame that calls itself durable", []string{"DURABLE_AHEAD"}, "hDurable"},
	{"skip the raise of the epoch", []string{"NO_EPOCH"}, "R[pos_]==promised[pos_]"},
	{"append before the epoch is durable", []string{"LATE_EPOCH"}, "last_<=mEpoch"},
	{"leave the found tail in the cache", []string{"NO_SYNC"}, "mDurable<=pos_"},
	{"do not note where the log goes on", []string{"RESUME_UNMARKED"}, "hDurable"},
	{"do not take back closed", []string{"CLOSED_STAYS"}, "acked<=pos_"},
	{"note closed before all is durable", []string{"CLOSE_EARLY"}, "mDurable<=pos_"},
	{"recovery takes a torn frame", []string{"TORN_TAKEN"}, "R[pos_]==promised[pos_]"},
	{"recovery goes on behind a hole", []string{"SKIP_HOLE"}, "promised[i_]"},
	{"recovery takes any epoch", []string{"ANY_EPOCH"}, "R[pos_]==promised[pos_]"},
	{"recovery forgets the manifest's epoch", []string{"NO_LEAST"}, "R[pos_]==promised[pos_]"},
	{"recovery applies what was aborted", []string{"IGNORE_ABORTED"}, "promised[i_]"},
	{"save what is not durable", []string{"CHECKPOINT", "LIVES=2", "FINE=0", "SAVE_EARLY"}, "set_"},
	{"replay from what is applied, not flushed", []string{"CHECKPOINT", "LIVES=2", "FINE=0", "REPLAY_HEAD"}, "acked<=pos_"},
}

func TestSpec(t *testing.T) {
	for _, r := range searches {
		t.Run(r.name, func(t *testing.T) {
			if r.long && os.Getenv("ARBOR_SOAK") == "" {
				t.Skip("a longer search: make verify")
			}
			t.Parallel()
			out := search(t, r)
			if found(out) != "" || !strings.Contains(out, "errors: 0") {
				t.Fatal(out)
			}
			if states := regexp.MustCompile(`(\d\S*) states, stored`).FindStringSubmatch(out); states != nil {
				t.Logf("%s states", states[1])
			}
		})
	}
}

// TestSpecBugs plants bugs in the model, each of which must be found.
func TestSpecBugs(t *testing.T) {
	for i, b := range bugs {
		t.Run(b.name, func(t *testing.T) {
			if os.Getenv("ARBOR_SOAK") == "" && i%7 != 0 || testing.Short() && i > 0 {
				t.Skip("a few of them here, all by make verify")
			}
			t.Parallel()
			out := search(t, run{defines: b.defines, brief: true})
			if f := found(out); !strings.Contains(strings.ReplaceAll(f, "(H[i_]>>8)&7", "hDurable"), b.what) {
				t.Fatalf("not found by %q:\n%s", b.what, out)
			}
		})
	}
}

// search makes the checker for r and runs it. It fails the test unless the search was exhaustive or has found an error.
func search(t *testing.T, r run) string {
	t.Helper()
	cc := "cc"
	for _, program := range []string{"spin", cc} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed: %v", program, err)
		}
	}
	model, err := filepath.Abs("pipeline.pml")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	command := func(name string, args ...string) string {
		cmd := exec.Command(name, args...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) || err != nil && name != "./pan" {
			t.Fatalf("%v: %v\n%s", cmd.Args, err, out)
		}
		return string(out)
	}
	generate := []string{"-a"}
	for _, d := range r.defines {
		generate = append(generate, "-D"+d)
	}
	command("spin", append(generate, model)...)
	// Processes that are stopped by a crash are not compatible with the reduction of the search by partial order.
	optimize := "-O2"
	if r.brief {
		optimize = "-O0"
	}
	build := []string{"-w", optimize, "-DNOREDUCE", "-DCOLLAPSE", "-DMEMLIM=4096", "-o", "pan", "pan.c"}
	check := []string{"-m100000"}
	if r.ends {
		build, check = append(build, "-DNFAIR=3"), append(check, "-a", "-f")
	} else {
		build = append(build, "-DSAFETY", "-DNOCLAIM")
	}
	command(cc, build...)
	out := command("./pan", check...)
	if found(out) == "" {
		for _, sign := range []string{"not completed", "out of memory", "too small", "bit state", "hash-compact", "aborted"} {
			if strings.Contains(strings.ToLower(out), sign) {
				t.Fatalf("not an exhaustive search (%s):\n%s", sign, out)
			}
		}
	}
	return out
}

// found returns the line that tells what a search has found, "" if it has found nothing.
func found(out string) string {
	return regexp.MustCompile(`(?m)^pan:\d+: (assertion violated|invalid end state|acceptance cycle).*$`).FindString(out)
}
