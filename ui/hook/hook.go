// Package hook runs the programs that a person puts beside the changes of their tree: those named on-… before a change is made, which they can
// refuse, those named after-… once it is. It knows nothing of trees; what a program reads is the caller's.
package hook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Variable is 1 in the environment of a hook, where arbor runs no hooks and no rules: they do not set off each other.
const Variable = "ARBOR_HOOK"

// Sync is the event of what comes from another machine, all of it at once; the others are of single nodes.
const Sync = "sync"

// Events are what a hook can be for.
var Events = []string{"add", "change", "done", "start", "remove", Sync}

// Program is a file in the directory of the hooks whose name says when it runs.
type Program struct {
	Name  string // of the file: on-add, on-add-check, after-done.sh
	Event string
	After bool   // it runs after the change, and has no say in it
	Idle  string // why it is never run, "" if it is
	path  string
}

// Runner runs the hooks in a directory.
type Runner struct {
	Dir     string
	Timeout time.Duration // of one program
	Env     []string      // what they have in their environment besides that of this process
}

// Programs returns the hooks by their names. If there is no directory there are none.
func (r *Runner) Programs() ([]Program, error) {
	entries, err := os.ReadDir(r.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("hooks: %w", err)
	}
	var all []Program
	for _, e := range entries {
		path := filepath.Join(r.Dir, e.Name())
		info, err := os.Stat(path)
		if err == nil && info.IsDir() {
			continue
		}
		p := named(e.Name())
		p.path = path
		switch {
		case err != nil:
			p.Idle = "it cannot be read"
		case p.Event == "":
			p.Idle = "its name does not begin with on- or after- and one of " + strings.Join(Events, ", ")
		case !executable(info):
			p.Idle = "it is not executable; chmod +x makes it so"
		}
		all = append(all, p)
	}
	return all, nil
}

// named reads the name of a file: on-EVENT or after-EVENT, and behind it nothing, or anything behind a dash or a dot.
func named(file string) Program {
	p := Program{Name: file}
	rest, on := strings.CutPrefix(file, "on-")
	if !on {
		if rest, p.After = strings.CutPrefix(file, "after-"); !p.After {
			return p
		}
	}
	word := rest
	if i := strings.IndexAny(rest, "-."); i >= 0 {
		word = rest[:i]
	}
	if slices.Contains(Events, word) {
		p.Event = word
	}
	return p
}

// Runs reports whether a program is run for an event.
func (p *Program) Runs(event string, after bool) bool {
	return p.Idle == "" && p.Event == event && p.After == after
}

// Refusal is an error: a hook is against a change, or could not be asked.
type Refusal struct {
	Hook string // name of the program
	Why  string
}

func (r *Refusal) Error() string { return "hook " + r.Hook + ": " + r.Why }

// WaitOutput is how long the output of a hook that has ended is waited for, where a process that it left behind holds it.
const WaitOutput = 100 * time.Millisecond

// maxOutput bounds what is kept of what a hook writes, in bytes.
const maxOutput = 64 << 10

// Run runs one program with input on its standard input, and returns the lines it wrote to its standard output. If it does not end with 0, or in
// time, the error is a *Refusal; it is stopped then, with all that it began. If ctx ends it is stopped too, and the error is that of ctx.
func (r *Runner) Run(ctx context.Context, p Program, input []byte) ([]string, error) {
	limited, cancel := context.WithTimeout(ctx, r.Timeout)
	defer cancel()
	cmd := exec.CommandContext(limited, p.path)
	cmd.Env = append(append(os.Environ(), r.Env...), Variable+"=1")
	cmd.Stdin = bytes.NewReader(input)
	var out, complaint bounded
	cmd.Stdout, cmd.Stderr = &out, &complaint
	cmd.WaitDelay = WaitOutput
	apart(cmd)
	err := cmd.Run()
	switch {
	case err == nil, errors.Is(err, exec.ErrWaitDelay) && limited.Err() == nil:
		return out.lines(), nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case limited.Err() != nil:
		return nil, &Refusal{p.Name, fmt.Sprintf("it did not end within %v and was stopped", r.Timeout)}
	}
	why := fmt.Sprintf("it refuses (%v)", err)
	var ended *exec.ExitError
	if !errors.As(err, &ended) {
		why = fmt.Sprintf("it cannot be run: %v", err)
	}
	for _, said := range [][]string{complaint.lines(), out.lines()} {
		if len(said) > 0 && ended != nil {
			why = said[0]
			break
		}
	}
	return out.lines(), &Refusal{p.Name, why}
}

// bounded keeps the beginning of what is written to it.
type bounded struct{ kept bytes.Buffer }

func (b *bounded) Write(p []byte) (int, error) {
	b.kept.Write(p[:min(len(p), maxOutput-b.kept.Len())])
	return len(p), nil
}

// lines returns the lines that are not empty.
func (b *bounded) lines() []string {
	var all []string
	for line := range strings.Lines(strings.ToValidUTF8(b.kept.String(), "\ufffd")) {
		if line = strings.TrimSpace(line); line != "" {
			all = append(all, line)
		}
	}
	return all
}
