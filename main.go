// Command arbor keeps a life in one tree: tasks, notes, maps and measurements, in the terminal and from scripts.
package main

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"time"

	_ "arbor/ui/hush" // keeps the terminal library from questioning the terminal in every command

	"github.com/charmbracelet/x/term"

	"arbor/config"
	"arbor/model"
	"arbor/model/date"
	"arbor/model/sample"
	"arbor/ui/cli"
	"arbor/ui/screen"
	"arbor/ui/tui"
)

// clock tells the time. Tests alone set it, so that their scripts know what day it is.
var clock = time.Now

func main() { os.Exit(run()) }

// collectLater puts the first collection of garbage off until there are 32 MB, eight times as much as usual: most commands end before that, and
// a collection costs them more than all else that they do. From then on it is as usual.
func collectLater() {
	percent := debug.SetGCPercent(800)
	first := new([16]byte)
	runtime.SetFinalizer(first, func(*[16]byte) { debug.SetGCPercent(percent) })
}

// run gives the process to the command line and returns the exit code.
func run() int {
	collectLater()
	return cli.Run(context.Background(), cli.Program{
		Args:     os.Args[1:],
		In:       os.Stdin,
		Out:      os.Stdout,
		Err:      os.Stderr,
		Now:      clock,
		Seed:     [2]uint64{rand.Uint64(), rand.Uint64()},
		Lookup:   os.LookupEnv,
		Paths:    config.FindPaths(),
		Terminal: terminal(),
		Version:  version(),
		Start:    start,
	})
}

// start shows the terminal interface until the person leaves it.
func start(ctx context.Context, s *cli.Session) error {
	now := func() time.Time { return clock().In(s.Config.Zone) }
	notice := ""
	if len(s.Config.Problems) > 0 {
		notice = s.Config.Problems[0].Error()
	}
	if st, err := s.DB.Stats(); err == nil && st.Damage != "" {
		notice = "the store is damaged and open for reading only: see arbor doctor"
	} else if err == nil && st.Role == "reader" {
		notice = "the directory of the store cannot be written to: open for reading only"
	}
	holds, err := s.Context()
	if err != nil {
		notice = err.Error()
	}
	var contexts []screen.Context
	for _, c := range s.Config.Contexts {
		contexts = append(contexts, screen.Context{Name: c.Name, Query: c.Query, Stamp: c.Stamp})
	}
	s.Tree.Serve()
	pomodoro, _ := model.ParsePomodoro(s.Config.Track.Pomodoro) // the settings were read with its form
	return tui.Run(ctx, tui.Options{
		Tree:     s.Tree,
		Book:     s.Book,
		Theme:    s.Config.Theme,
		Preset:   s.Config.Keys,
		Keys:     s.Config.Bind,
		Fields:   s.Fields,
		ASCII:    s.Config.ASCII,
		Urgency:  s.Config.Urgency,
		Review:   review(s.Config.Review),
		Parallel: s.Config.Track.Parallel,
		Pomodoro: pomodoro,

		Contexts:   contexts,
		Context:    holds,
		SetContext: s.SetContext,
		Holds:      s.Context,

		Bell:     s.Config.Remind.Bell,
		Notify:   s.Config.Remind.Notify,
		Now:      now,
		Notice:   notice,
		Suspend:  s.DB.Suspend,
		Resume:   s.DB.Resume,
		CrashDir: filepath.Dir(s.Config.Paths.Log),
		Offers: []screen.Offer{
			{Name: "Take the tour", Title: "seven things to try", Run: func() error { return sample.Tour(s.Tree) }},
			{Name: "See a sample", Title: "a small life; u takes it away", Run: func() error { return sample.Life(s.Tree, now(), rand.Uint64()) }},
		},
	})
}

// review says what a review brings up. The length of time was checked when the settings were read.
func review(c config.Review) screen.Review {
	stale, err := date.ParseSpan(c.Stale)
	if err != nil {
		stale = 30 * 24 * time.Hour
	}
	return screen.Review{Stale: stale, Day: c.Day}
}

// terminal says which streams are attached to one, and its size. It asks the kernel, never the terminal.
func terminal() cli.Terminal {
	t := cli.Terminal{In: term.IsTerminal(os.Stdin.Fd()), Out: term.IsTerminal(os.Stdout.Fd()), Err: term.IsTerminal(os.Stderr.Fd())}
	if t.Out {
		if w, h, err := term.GetSize(os.Stdout.Fd()); err == nil {
			t.Width, t.Height = w, h
		}
	}
	if t.In {
		t.Raw = func() (func(), error) {
			was, err := term.MakeRaw(os.Stdin.Fd())
			return func() { term.Restore(os.Stdin.Fd(), was) }, err
		}
	}
	return t
}

// version is the module's version as the Go command recorded it.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}
