package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"

	"arbor/config"
	"arbor/model/field"
	"arbor/model/query"
	"arbor/ui/command"
)

// Program is what the process gives to its commands: arguments, streams, clock, randomness, environment and terminal.
type Program struct {
	Args     []string // without the program's name
	In       io.Reader
	Out, Err io.Writer
	Now      func() time.Time
	Seed     [2]uint64                   // of what is drawn by lot
	Lookup   func(string) (string, bool) // the environment
	Paths    config.Paths
	Terminal Terminal
	Version  string
	// Start shows the terminal interface on an open store until the person leaves it.
	Start func(context.Context, *Session) error
}

// Terminal says what the streams are attached to.
type Terminal struct {
	In, Out, Err  bool
	Width, Height int // of Out, 0 if it is no terminal
	// Raw has In give each key as it is pressed, until restore. Nil if In is no terminal.
	Raw func() (restore func(), err error)
}

// run is one command while it runs.
type run struct {
	*Program
	config *config.Loaded
	fields *field.Set // the keys and states that the settings declare
	ruled  []rule     // the rules of the settings

	syncing bool        // what another machine has is coming in
	drawing atomic.Bool // the terminal is the interface's: no line can be written

	contextFlag string    // --context
	asOf        string    // --as-of
	asSeen      time.Time // what it says; zero if the present is meant
}

// Run does what the arguments ask for and returns the exit code.
func Run(ctx context.Context, p Program) int {
	r := &run{Program: &p}
	root := r.root()
	root.SetIn(p.In)
	root.SetOut(p.Out)
	root.SetErr(p.Err)
	args := separateWords(root, p.Args)
	root.SetArgs(args)
	err := r.execute(ctx, root, args)
	if err == nil {
		return exitOK
	}
	dir := p.Paths.Data
	if r.config != nil {
		dir = r.config.Dir
	}
	if !errors.Is(err, context.Canceled) {
		fmt.Fprintf(p.Err, "arbor: %s\n", oneLine(err, dir))
		var wrong *query.Error
		if errors.As(err, &wrong) {
			fmt.Fprintln(p.Err, wrong.Caret())
		}
	}
	return exitCode(err)
}

// execute does what the arguments ask for, and measures it if that is asked for too.
func (r *run) execute(ctx context.Context, root *cobra.Command, args []string) error {
	cmd, _, err := root.Find(args)
	if err != nil {
		cmd = root // which says what is wrong
	}
	profile, err := startProfile(r.Lookup, cmd)
	if err != nil {
		return err
	}
	err = r.paged(ctx, root, cmd)
	return errors.Join(err, profile.stop())
}

// helpWidth is where the lines of help end.
const helpWidth = 78

// root builds the tree of commands.
func (r *run) root() *cobra.Command {
	cobra.EnableCommandSorting = false // they stand in the order in which one needs them
	root := &cobra.Command{
		Use:   "arbor",
		Short: "everything is a tree: tasks, notes, maps and measurements in one place",
		Long: "Everything is a tree: tasks, notes, maps and measurements in one place.\n\n" +
			"'arbor' alone shows it on the terminal: type, Enter, Tab; ? shows the keys, q quits. From the shell:\n\n" +
			"  arbor add 'call Anna +phone due:fri'    # prints the id\n  arbor ls due:overdue\n  arbor done q7xk\n  arbor undo",
		Version:       r.Version,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		RunE:          r.interactive,
		Annotations:   map[string]string{ownSignals: "yes"},
		PersistentPreRunE: func(cmd *cobra.Command, args []string) error {
			return r.configure(cmd)
		},
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usagef("%w; see '%s --help'", err, cmd.CommandPath())
	})
	for _, s := range config.Settings() {
		if strings.Contains(s.Name, ".") || s.Name == "fields" {
			continue // set once, in the file
		}
		f := root.PersistentFlags()
		if s.Switch {
			f.Bool(s.Name, false, s.Help)
		} else {
			f.String(s.Name, "", s.Help)
		}
	}
	root.PersistentFlags().StringVar(&r.contextFlag, "context", "", "`NAME` of the context that holds; none for all")
	r.addVerbs(root)
	r.completeWords(root)
	r.completeRest(root)
	root.SetHelpFunc(wrapped(root.HelpFunc()))
	root.InitDefaultVersionFlag()
	root.InitDefaultHelpCmd() // before the arguments are looked at
	help := child(root, "help")
	help.GroupID, help.Short = "care", "say what a command does"
	help.Args = func(_ *cobra.Command, args []string) error {
		if _, rest, err := root.Find(args); err != nil || len(rest) > 0 {
			return usagef("there is no command %q; see 'arbor help'", strings.Join(args, " "))
		}
		return nil
	}
	root.InitDefaultCompletionCmd()
	completion := child(root, "completion")
	completion.GroupID, completion.Short = "care", "print the completion script of a shell"
	showExamples(root)
	return root
}

// wrapped makes the help of a command break the lines of what it says of itself. Those of the shells' completions are broken already.
func wrapped(help func(*cobra.Command, []string)) func(*cobra.Command, []string) {
	return func(c *cobra.Command, args []string) {
		if c.Name() != "completion" && (!c.HasParent() || c.Parent().Name() != "completion") {
			c.Long = ansi.Wordwrap(c.Long, helpWidth, "")
		}
		help(c, args)
	}
}

// configure puts the settings together before a command runs.
func (r *run) configure(cmd *cobra.Command) error {
	flags := map[string]string{}
	for _, s := range config.Settings() {
		if f := cmd.Flags().Lookup(s.Name); f != nil && f.Changed {
			flags[s.Name] = f.Value.String()
		}
	}
	loaded, err := config.Load(r.Paths, r.known(), flags, r.Lookup)
	if err != nil {
		return usagef("%w", err)
	}
	_, errs := command.New(loaded.Keys, loaded.Bind)
	for _, err := range errs {
		loaded.Problems = append(loaded.Problems, config.Problem{Path: loaded.Paths.Config, Text: err.Error()})
	}
	r.config, r.fields = loaded, declared(loaded)
	r.ruled = r.rules(loaded)
	byPlace(loaded.Problems)
	if err := r.lookBack(); err != nil {
		return err
	}
	if cmd.Parent() == nil || cmd.Parent().Name() != "config" && cmd.Name() != "doctor" {
		for _, p := range loaded.Problems {
			r.say("%v (going on without it)", p)
		}
	}
	return nil
}

// interactive is arbor without a verb: the terminal interface.
func (r *run) interactive(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		hint := "see 'arbor help'"
		if s := cmd.SuggestionsFor(args[0]); len(s) > 0 {
			hint = "did you mean '" + strings.Join(s, "' or '") + "'?"
		}
		return usagef("there is no command %q; %s", args[0], hint)
	}
	if !r.Terminal.In || !r.Terminal.Out {
		return usagef("no terminal here to draw on; in a script use a command such as 'arbor add TEXT' or 'arbor ls', see 'arbor help'")
	}
	s, err := r.open()
	if err != nil {
		return err
	}
	r.drawing.Store(true)
	err = r.Start(cmd.Context(), s)
	r.drawing.Store(false)
	return s.close(err)
}

// now is the time, in the zone in which the person's days begin: where the tree is read as of a moment, that one.
func (r *run) now() time.Time {
	if !r.asSeen.IsZero() {
		return r.asSeen
	}
	return r.Now().In(r.config.Zone)
}

// say writes a line of words to standard error.
func (r *run) say(format string, args ...any) { fmt.Fprintf(r.Err, format+"\n", args...) }

// words returns an argument check for cobra: at least low arguments and at most high, any number if high is negative.
func words(low, high int, usage string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) < low {
			return usagef("missing %s; see '%s --help'", usage, cmd.CommandPath())
		}
		if high >= 0 && len(args) > high {
			return usagef("%q is too much: %s takes %s", args[high], cmd.CommandPath(), usage)
		}
		return nil
	}
}
