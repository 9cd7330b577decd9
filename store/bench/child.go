package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"
	"runtime/pprof"
	"slices"
	"strings"
	"time"

	"arbor/store/bench/engine"
)

// job is what a child is told to do.
type job struct {
	Engine  string
	Part    string
	Dir     string
	Keys    int
	Seconds float64
	Profile string // file for a CPU profile, none if empty
	Program string // that does one cycle
}

// part is a piece of the measurement that runs in one child.
type part func(j *job, e *engine.Engine) (Metrics, error)

// parts by name.
var parts = map[string]part{
	"load": loadOne, "load4": loadFour, "open": openRead, "reopen": openRead, "cold": openCold, "read": reads, "mix": mixes,
	"durable": durables, "overwrite": overwrite, "settle": settle,
	"grow": grow, "opentree": openTree, "tree": tree, "getmany": getMany, "cycle": cycle, "big": big,
}

// child does a job and prints its metrics as JSON on the last line of its standard output.
func child(text string) error {
	var j job
	if err := json.Unmarshal([]byte(text), &j); err != nil {
		return err
	}
	m, err := j.do()
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(m)
}

func (j *job) do() (Metrics, error) {
	do, e := parts[j.Part], engine.Find(j.Engine)
	if j.Engine == raw {
		do, e = floors, nil
	} else if do == nil || e == nil {
		return nil, fmt.Errorf("no part %q of engine %q", j.Part, j.Engine)
	}
	stop, err := profile(j.Profile)
	if err != nil {
		return nil, err
	}
	defer stop()
	return do(j, e)
}

func (j *job) span() time.Duration { return time.Duration(j.Seconds * float64(time.Second)) }

// hasRing tells whether this program was built with io_uring.
func hasRing() bool {
	info, _ := debug.ReadBuildInfo()
	return info != nil && slices.ContainsFunc(info.Settings, func(s debug.BuildSetting) bool {
		return s.Key == "-tags" && slices.Contains(strings.Split(s.Value, ","), "iouring")
	})
}

// profile begins a CPU profile and returns what ends it.
func profile(name string) (stop func(), err error) {
	if name == "" {
		return func() {}, nil
	}
	f, err := os.Create(name)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, err
	}
	return func() {
		pprof.StopCPUProfile()
		f.Close() // a profile that is cut short says so itself
	}, nil
}
