package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"arbor/model"
	"arbor/model/date"
	"arbor/ui/hook"
)

func (r *run) hookCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "hook", Short: "programs and rules that run beside changes",
		Long: "A program in the directory of the hooks runs where its name says: on-add, on-change, on-done, on-start and on-remove before the change is made, after-add and so on " +
			"once it is; anything may follow behind a dash or a dot, as in on-add-check.sh. on-sync and after-sync run once for all that comes from another machine, such as by import of its export json. A program reads one JSON object: the event, the action and its nodes, each as it was before and as it " +
			"will be after. If an on- program does not end with 0, nothing is changed, and the first line that it wrote is the reason. It may run arbor itself, which then runs no hooks.\n\n" +
			"A rule does without a program:\n\n" +
			"  [hooks]\n  dir = \"hooks\"        # beside the settings\n  timeout = \"5s\"       # for one program\n\n" +
			"  [[rule]]\n  on = \"done\"          # add, change, done, start or remove\n  match = \"+bill\"      # a query\n" +
			"  then = [\"add file {{text}} under:inbox due:+2d\", \"set +paid\"]\n\n" +
			"What it adds belongs to the same action, which undo takes back as a whole. Imports run hooks, but no rules; undo and redo neither.",
		Args: words(1, 1, "list or run"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return usagef("there is no 'hook %s'; list and run are there", args[0])
		},
	}
	var asJSON bool
	list := &cobra.Command{
		Use: "list", Short: "print the hooks and rules that there are", Args: words(0, 0, "no arguments"),
		RunE: func(*cobra.Command, []string) error { return r.listHooks(asJSON) },
	}
	list.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	cmd.AddCommand(list, &cobra.Command{
		Use: "run NAME SEL", Short: "run one program as if its event happened to some nodes; nothing is changed", Args: words(2, 2, "the name of a hook and nodes"),
		RunE: func(cmd *cobra.Command, args []string) error { return r.tryHook(args[0], args[1]) },
	})
	return cmd
}

// happeningsJSON is what a hook reads.
type happeningsJSON struct {
	V      int             `json:"v"`
	Event  string          `json:"event"`
	Action string          `json:"action"`
	Nodes  []happeningJSON `json:"nodes"`
}

type happeningJSON struct {
	Event  string    `json:"event,omitempty"` // of a node in a sync: what happens to it
	Before *nodeJSON `json:"before"`
	After  nodeJSON  `json:"after"`
}

// hookInput returns what the hooks of an event read of an action, nil if it is no such event.
func hookInput(event, action string, all []model.Happening) ([]byte, error) {
	in := happeningsJSON{V: jsonVersion, Event: event, Action: action}
	for i := range all {
		h := &all[i]
		if event != hook.Sync && h.Kind.String() != event {
			continue
		}
		j := happeningJSON{After: newNodeJSON(&h.After)}
		if event == hook.Sync {
			j.Event = h.Kind.String()
		}
		j.After.Note = h.Note
		if h.Before != nil {
			before := newNodeJSON(h.Before)
			j.Before = &before
		}
		in.Nodes = append(in.Nodes, j)
	}
	if in.Nodes == nil {
		return nil, nil
	}
	b, err := json.Marshal(in)
	return append(b, '\n'), err
}

// hooks returns what runs the hooks of the settings beside a store.
func (r *run) hooks(dir string) (*hook.Runner, error) {
	limit, err := date.ParseSpan(r.config.Hooks.Timeout)
	if err != nil {
		return nil, fmt.Errorf("hooks.timeout: %w", err)
	}
	run := &hook.Runner{Dir: r.config.Hooks.Dir, Timeout: limit}
	if dir, err := filepath.Abs(dir); err == nil { // else the program finds the store as this one did
		run.Env = []string{"ARBOR_DIR=" + dir}
	}
	return run, nil
}

// guard returns what stands beside the changes of a store, nil if nothing does: within a hook, or without hooks and rules.
func (r *run) guard(dir string) (*model.Guard, error) {
	if within, _ := r.Lookup(hook.Variable); within != "" || dir == "" {
		return nil, nil
	}
	g := &model.Guard{Then: r.follow()}
	_, err := os.Stat(r.config.Hooks.Dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, fmt.Errorf("hooks: %w", err)
	default:
		hooks, err := r.hooks(dir)
		if err != nil {
			return nil, err
		}
		g.Ask = func(action string, all []model.Happening) error { return r.runHooks(hooks, action, all, false) }
		g.Tell = func(action string, all []model.Happening) {
			if err := r.runHooks(hooks, action, all, true); err != nil {
				r.report("%v; what it was told of is done", err)
			}
		}
	}
	if g.Then == nil && g.Ask == nil {
		return nil, nil
	}
	return g, nil
}

// report says something where lines can be read: not while the terminal interface is drawn.
func (r *run) report(format string, args ...any) {
	if !r.drawing.Load() {
		r.say(format, args...)
	}
}

// runHooks runs the hooks of what happens, event by event. A signal stops the one that runs, and ends the action.
func (r *run) runHooks(hooks *hook.Runner, action string, all []model.Happening, after bool) error {
	programs, err := hooks.Programs()
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	for _, event := range hook.Events {
		if event == hook.Sync && !r.syncing {
			continue
		}
		var input []byte
		for _, p := range programs {
			if !p.Runs(event, after) {
				continue
			}
			if input == nil {
				if input, err = hookInput(event, action, all); err != nil || input == nil {
					break
				}
			}
			said, err := hooks.Run(ctx, p, input)
			for _, line := range said {
				r.report("hook %s: %s", p.Name, line)
			}
			if err != nil {
				return err
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// listedHook is a line of 'hook list': a program or a rule.
type listedHook struct {
	V     int      `json:"v"`
	Hook  string   `json:"hook,omitempty"`
	Line  int      `json:"line,omitempty"` // of a rule in the settings
	Event string   `json:"event,omitempty"`
	After bool     `json:"after,omitempty"`
	Match string   `json:"match,omitempty"`
	Then  []string `json:"then,omitempty"`
	Idle  string   `json:"idle,omitempty"`
}

func (r *run) listHooks(asJSON bool) error {
	hooks, err := r.hooks(r.config.Dir)
	if err != nil {
		return err
	}
	programs, err := hooks.Programs()
	if err != nil {
		return err
	}
	var all []listedHook
	for _, p := range programs {
		all = append(all, listedHook{V: jsonVersion, Hook: p.Name, Event: p.Event, After: p.After, Idle: p.Idle})
	}
	for _, rule := range r.ruled {
		all = append(all, listedHook{V: jsonVersion, Line: rule.Line, Event: rule.On, Match: rule.Match, Then: rule.Then})
	}
	p := r.printer()
	if asJSON {
		enc := newEncoder(p.out)
		for i := range all {
			if err := enc.Encode(&all[i]); err != nil {
				return err
			}
		}
		return p.out.Flush()
	}
	if len(all) == 0 {
		r.say("no hooks in %s, and no rules; 'arbor hook --help' says how to have some", hooks.Dir)
	}
	table := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	for _, h := range all {
		switch {
		case h.Idle != "":
			fmt.Fprintf(table, "%s\tnever runs\t%s\n", h.Hook, h.Idle)
		case h.Hook != "" && h.After:
			fmt.Fprintf(table, "%s\tafter %s\tis told\n", h.Hook, h.Event)
		case h.Hook != "":
			fmt.Fprintf(table, "%s\ton %s\tcan refuse\n", h.Hook, h.Event)
		default:
			fmt.Fprintf(table, "rule, line %d\ton %s\t%s\n", h.Line, h.Event, strings.TrimSpace(h.Match+": "+strings.Join(h.Then, "; ")))
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	return p.out.Flush()
}

// tryHook runs a hook of that name as if its event happened to nodes as they are.
func (r *run) tryHook(name, sel string) error {
	hooks, err := r.hooks(r.config.Dir)
	if err != nil {
		return err
	}
	programs, err := hooks.Programs()
	if err != nil {
		return err
	}
	var program *hook.Program
	for i := range programs {
		if programs[i].Name == name {
			program = &programs[i]
		}
	}
	switch {
	case program == nil:
		return missingf("there is no hook %q in %s; 'arbor hook list' shows which there are", name, hooks.Dir)
	case program.Idle != "":
		return refusedf("hook %s: %s", name, program.Idle)
	}
	s, err := r.open()
	if err != nil {
		return err
	}
	var input []byte
	err = again(func() error {
		return s.Tree.View(func(v *model.View) error {
			input, err = r.asIfHappened(v, program.Event, sel)
			return err
		})
	})
	if err != nil {
		return s.close(err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	said, err := hooks.Run(ctx, *program, input)
	for _, line := range said {
		fmt.Fprintln(r.Out, line)
	}
	if err == nil && !program.After {
		r.say("hook %s lets it pass", name)
	}
	return s.close(err)
}

// asIfHappened returns what a hook would read if something happened to nodes.
func (r *run) asIfHappened(v *model.View, event, sel string) ([]byte, error) {
	ids, err := r.selectNodes(v, sel)
	if err != nil {
		return nil, err
	}
	var all []model.Happening
	for kind := model.Adds; kind <= model.Alters; kind++ {
		if kind.String() != event && (event != hook.Sync || kind != model.Alters) {
			continue
		}
		for _, id := range ids {
			n, err := v.Node(id)
			if err != nil {
				return nil, err
			}
			h := model.Happening{Kind: kind, After: n}
			if kind != model.Adds {
				h.Before = &n
			}
			if h.Note, err = v.Note(id); err != nil {
				return nil, err
			}
			all = append(all, h)
		}
	}
	return hookInput(event, "hook run", all)
}
