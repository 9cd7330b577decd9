package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// runner runs the plan, one child after the other, and keeps what each of them found.
type runner struct {
	dir      string // where the stores are
	file     string // of the results
	self     string // this program
	lmdb     string // the program that drives LMDB, empty if there is none
	profiles string // directory for CPU profiles, none if empty
	cycle    string // the program of a cycle
	timeout  time.Duration
	log      io.Writer
	results  *Results
	began    time.Time
	broken   map[string]bool // stores that a part left unusable
}

// all runs the steps. What a child cannot do is noted and the rest goes on; the error is of the harness itself.
func (r *runner) all(ctx context.Context, steps []step) error {
	r.began, r.broken = time.Now(), map[string]bool{}
	earlier := r.results.Took
	for i, s := range steps {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		res, skipped := r.one(ctx, s)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if skipped {
			continue
		}
		r.results.Results = append(r.results.Results, res)
		r.results.Took = earlier + time.Since(r.began)
		if err := r.results.save(r.file); err != nil {
			return err
		}
		fmt.Fprintf(r.log, "%4d/%d %5.0fs  run %d %-14s %-13s %6.1fs %6.1fs cpu  %s\n",
			i+1, len(steps), time.Since(r.began).Seconds(), s.run, res.Part, s.engine, res.Took.Seconds(), res.CPU.Seconds(), res.summary())
	}
	return nil
}

// one runs a step in a child, unless the store it needs is not there.
func (r *runner) one(ctx context.Context, s step) (res Result, skipped bool) {
	dir := filepath.Join(r.dir, fmt.Sprintf("%s-%s-%d", s.engine, s.store, s.run))
	if s.makes {
		delete(r.broken, dir)
		if err := os.RemoveAll(dir); err != nil {
			return Result{Run: s.run, Engine: s.engine, Part: s.label + s.part, Error: err.Error()}, false
		}
	} else if r.broken[dir] {
		return Result{}, true
	}
	res = r.child(ctx, s, dir)
	if res.Error != "" && (s.makes || s.writes) {
		r.broken[dir] = true
	}
	if n, err := diskUse(dir); err == nil {
		res.Disk = n
	}
	if s.last {
		if err := os.RemoveAll(dir); err != nil && res.Error == "" {
			res.Error = err.Error()
		}
	}
	syscall.Sync() // what this child left to be written is not for the next one to pay
	return res, false
}

// child runs one child and watches its memory.
func (r *runner) child(ctx context.Context, s step, dir string) Result {
	res := Result{Run: s.run, Engine: s.engine, Part: s.label + s.part}
	ctx, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()
	j := job{Engine: s.engine, Part: s.part, Dir: dir, Keys: s.keys, Seconds: r.results.Seconds, Program: r.cycle}
	if r.profiles != "" {
		j.Profile = filepath.Join(r.profiles, fmt.Sprintf("%s-%s-%d.prof", s.engine, strings.ReplaceAll(res.Part, "/", "-"), s.run))
	}
	cmd, err := r.command(ctx, j)
	if err != nil {
		res.Error = err.Error()
		return res
	}
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	cmd.WaitDelay = time.Second
	began := time.Now()
	if err = cmd.Start(); err == nil {
		stop := watchMemory(cmd.Process.Pid)
		err = cmd.Wait()
		res.Peak, res.Own = stop()
		res.CPU = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	}
	res.Took = time.Since(began)
	switch {
	case ctx.Err() == context.DeadlineExceeded:
		res.Error = fmt.Sprintf("not done after %v", r.timeout)
	case err != nil:
		res.Error = strings.TrimSpace(fmt.Sprintf("%v: %s", err, tail(errs.String())))
	default:
		var m Metrics
		if err := json.Unmarshal(lastLine(out.Bytes()), &m); err != nil {
			res.Error = fmt.Sprintf("answer of the child: %v", err)
		}
		res.Metrics = make(Metrics, len(m))
		for name, x := range m {
			res.Metrics[s.label+name] = x
		}
	}
	return res
}

// command makes the child of a job.
func (r *runner) command(ctx context.Context, j job) (*exec.Cmd, error) {
	if j.Engine == lmdb {
		return exec.CommandContext(ctx, r.lmdb, j.Part, j.Dir, fmt.Sprint(j.Keys), fmt.Sprint(j.Seconds)), nil
	}
	text, err := json.Marshal(j)
	if err != nil {
		return nil, err
	}
	return exec.CommandContext(ctx, r.self, "-child", string(text)), nil
}

// watchMemory looks at a process's memory every few milliseconds until stop, which returns the most it saw.
func watchMemory(pid int) (stop func() (peak, own int64)) {
	var peak, own atomic.Int64
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				p, o := memory(pid)
				peak.Store(max(peak.Load(), p))
				own.Store(max(own.Load(), o))
			}
		}
	}()
	return func() (int64, int64) {
		close(done)
		<-ended
		return peak.Load(), own.Load()
	}
}

// tail is the beginning of what a child complained about, on one line.
func tail(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > 300 {
		s = s[:300] + "…"
	}
	return s
}

func lastLine(b []byte) []byte {
	b = bytes.TrimSpace(b)
	return b[bytes.LastIndexByte(b, '\n')+1:]
}
