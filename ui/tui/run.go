package tui

import (
	"context"
	"errors"
	"io"
	"os"
	"sync"
	"time"

	_ "arbor/ui/hush" // keeps Bubble Tea from questioning the terminal of every command
	"arbor/ui/screen"
	"arbor/ui/term"

	tea "github.com/charmbracelet/bubbletea"
)

// Run shows the interface until the person quits. A signal that ends it is returned as a *term.SignalError, whose ExitCode the process
// should exit with, a panic as a *term.CrashError; the terminal is restored in every case.
func Run(ctx context.Context, opt Options) error {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Getenv == nil {
		opt.Getenv = os.Getenv
	}
	if opt.Out == nil {
		opt.Out = os.Stdout
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var p *tea.Program
	var ended *term.SignalError
	var once sync.Mutex
	m := newModel(&opt)
	m.signals = term.Watch(func(e *term.SignalError) {
		once.Lock()
		ended = e
		once.Unlock()
		p.Kill()
	}, func() { p.Send(suspendMsg{}) })
	defer m.signals.Close()
	in := term.NewReader(os.Stdin, func(msg tea.Msg) { p.Send(msg) })
	p = tea.NewProgram(guarded{Model: m}, tea.WithContext(ctx), tea.WithInput(in), tea.WithOutput(os.Stdout), tea.WithAltScreen(),
		tea.WithMouseCellMotion(), tea.WithoutSignalHandler(), tea.WithFilter(term.Filter(opt.Now)))

	done := make(chan struct{})
	go func() {
		defer close(done)
		watch(ctx, opt, p)
	}()
	if opt.Holds != nil && len(opt.Contexts) > 0 {
		look := time.NewTicker(lookForContext)
		defer look.Stop()
		followed := make(chan struct{})
		defer func() { <-followed }()
		defer stop()
		go func() {
			defer close(followed)
			followContext(ctx, &opt, look.C, p.Send)
		}()
	}
	final, err := p.Run()
	stop()
	<-done
	once.Lock()
	defer once.Unlock()
	if ended != nil {
		return ended
	}
	if g, ok := final.(guarded); ok && g.fatal != nil {
		return g.fatal
	}
	if errors.Is(err, tea.ErrProgramKilled) && ctx.Err() != nil {
		return nil
	}
	return err
}

// watch tells the program of every change to the tree, by this process or another, and asks the terminal for its background.
func watch(ctx context.Context, opt Options, p *tea.Program) {
	defer func() {
		if r := recover(); r != nil {
			p.Send(term.Crash(opt.CrashDir, r, opt.Now()))
		}
	}()
	if t := opt.Getenv("TERM"); t != "dumb" && t != "linux" && t != "" {
		p.Send(ask{})
	}
	w, err := opt.Tree.Watch(ctx)
	if err != nil {
		p.Send(screen.Echo{Text: err.Error(), Bad: true})
		return
	}
	defer w.Close()
	for {
		c, err := w.Next(ctx)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			p.Send(screen.Echo{Text: "changes by others are not shown: " + err.Error(), Bad: true})
			return
		}
		p.Send(screen.Changed{IDs: c.IDs})
	}
}

// ask has the terminal asked for its background; the loop is running, so raw mode is on and the answer is not echoed.
type ask struct{}

// guarded is the frame, with its panics caught: the program ends in order, and what happened is in a file.
type guarded struct {
	Model
}

// Init implements tea.Model.
func (g guarded) Init() tea.Cmd { return g.guard(g.Model.Init()) }

// Update implements tea.Model.
func (g guarded) Update(msg tea.Msg) (next tea.Model, cmd tea.Cmd) {
	defer func() {
		if r := recover(); r != nil {
			g.fatal = term.Crash(g.opt.CrashDir, r, g.opt.Now())
			next, cmd = g, tea.Quit
		}
	}()
	switch msg := msg.(type) {
	case *term.CrashError:
		g.fatal = msg
		return g, tea.Quit
	case ask:
		return g, func() tea.Msg {
			_, _ = io.WriteString(os.Stdout, term.AskBackground) // without an answer the colours stay the terminal's own
			return nil
		}
	}
	m, cmd := g.Model.Update(msg)
	g.Model = m.(Model)
	return g, g.guard(cmd)
}

// View implements tea.Model.
func (g guarded) View() (s string) {
	if g.fatal != nil {
		return ""
	}
	defer func() {
		if r := recover(); r != nil {
			e := term.Crash(g.opt.CrashDir, r, g.opt.Now())
			s = e.Error() // the next Update is told nothing; the picture says it
		}
	}()
	return g.Model.View()
}

// guard catches the panics of a command, and of those it batches.
func (g guarded) guard(cmd tea.Cmd) tea.Cmd {
	if cmd == nil {
		return nil
	}
	return func() (msg tea.Msg) {
		defer func() {
			if r := recover(); r != nil {
				msg = term.Crash(g.opt.CrashDir, r, g.opt.Now())
			}
		}()
		msg = cmd()
		if batch, ok := msg.(tea.BatchMsg); ok {
			for i := range batch {
				batch[i] = g.guard(batch[i])
			}
		}
		return msg
	}
}

// suspendMsg asks to stop for the shell.
type suspendMsg struct{}

// resumed tells that the terminal is ours again.
type resumed struct {
	err   error
	did   *screen.Did
	mouse bool
}

// suspend gives terminal and store to others and stops, until the shell lets the process go on.
func (m Model) suspend() tea.Cmd {
	if m.signals == nil {
		return screen.Say(screen.Echo{Text: term.ErrNoShell.Error()})
	}
	mouse := !m.mouseOff
	return tea.Exec(&pause{m.opt, m.signals}, func(err error) tea.Msg { return resumed{err: err, mouse: mouse} })
}

// pause is the time between leaving and coming back.
type pause struct {
	opt     *Options
	signals *term.Signals
}

// Run implements tea.ExecCommand.
func (p *pause) Run() error {
	if p.opt.Suspend != nil {
		if err := p.opt.Suspend(); err != nil {
			return err
		}
	}
	err := p.signals.Suspend()
	if p.opt.Resume != nil {
		err = errors.Join(err, p.opt.Resume())
	}
	return err
}

// SetStdin implements tea.ExecCommand; nothing is run that reads.
func (p *pause) SetStdin(io.Reader) {}

// SetStdout implements tea.ExecCommand; nothing is run that writes.
func (p *pause) SetStdout(io.Writer) {}

// SetStderr implements tea.ExecCommand.
func (p *pause) SetStderr(io.Writer) {}

// resumed takes the mouse again, which Bubble Tea forgets, and looks at the clock and the tree.
func (m Model) resumed(r resumed) (Model, tea.Cmd) {
	var cmds []tea.Cmd
	if r.mouse {
		cmds = append(cmds, tea.EnableMouseCellMotion)
	}
	if r.err != nil {
		m.echo = screen.Echo{Text: r.err.Error(), Bad: true}
	}
	if r.did != nil {
		var cmd tea.Cmd
		m, cmd = m.did(*r.did)
		return m, tea.Batch(append(cmds, cmd)...)
	}
	clock := m.env.Now
	return m, tea.Batch(append(cmds, func() tea.Msg { return screen.Clock{Now: clock()} })...)
}
