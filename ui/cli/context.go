package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"arbor/config"
	"arbor/model/inline"
	"arbor/model/query"
)

// noContext is what a person writes to see everything.
const noContext = "none"

// contextVariable names the context of one terminal.
const contextVariable = "ARBOR_CONTEXT"

func (r *run) contextCommand() *cobra.Command {
	return &cobra.Command{
		Use: "context [NAME|none]", Short: "work in a part of the tree: lists show it, new nodes get its tag",
		Long: "Without NAME the contexts are listed, the one that holds is marked. They are tables of the settings:\n\n" +
			"  [context.home]\n  query = \"tag:home\"\n  stamp = \"+home\"\n\n" +
			"The choice holds for this machine until the next one; " + contextVariable + " in the environment, or --context, for one terminal or one command. " +
			"ls, next, agenda, review, report and tag list look at what the query means; add puts the words of the stamp on new nodes, where the line does not say otherwise.",
		Args: words(0, 1, "the name of a context, or none"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return r.listContexts()
			}
			return r.setContext(args[0])
		},
	}
}

// contextFile keeps the name that was chosen.
func (r *run) contextFile() string { return filepath.Join(filepath.Dir(r.Paths.Log), "context") }

// context returns the one that holds, nil for none: of the flag, the environment, or the file, in this order.
func (r *run) context() (*config.Context, error) {
	name := r.contextFlag
	from := "--context"
	if name == "" {
		name, _ = r.Lookup(contextVariable)
		from = contextVariable
	}
	if name == "" {
		b, err := os.ReadFile(r.contextFile())
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		name, from = strings.TrimSpace(string(b)), "'arbor context'"
	}
	if name == "" || name == noContext {
		return nil, nil
	}
	return r.contextNamed(name, from)
}

func (r *run) contextNamed(name, from string) (*config.Context, error) {
	i := slices.IndexFunc(r.config.Contexts, func(c config.Context) bool { return c.Name == name })
	if i >= 0 {
		return &r.config.Contexts[i], nil
	}
	hint := "the settings have none; see 'arbor context --help'"
	if len(r.config.Contexts) > 0 {
		var names []string
		for _, c := range r.config.Contexts {
			names = append(names, c.Name)
		}
		hint = "write " + strings.Join(names, ", ") + " or none"
	}
	return nil, usagef("%s: there is no context %q; %s", from, name, hint)
}

func (r *run) listContexts() error {
	active, err := r.context()
	if err != nil {
		return err
	}
	p := r.printer()
	for _, c := range r.config.Contexts {
		mark := " "
		if active != nil && active.Name == c.Name {
			mark = "*"
		}
		line := fmt.Sprintf("%s %s  %s", mark, c.Name, c.Query)
		if c.Stamp != "" {
			line += p.paint(faint, "  new: "+c.Stamp)
		}
		fmt.Fprintln(p.out, line)
	}
	return p.out.Flush()
}

// setContext keeps a choice, and says so.
func (r *run) setContext(name string) error {
	if err := r.keepContext(name); err != nil {
		return err
	}
	r.say("context %s", name)
	return nil
}

// contextName is the name of the context that holds, empty for none.
func (r *run) contextName() (string, error) {
	c, err := r.context()
	if err != nil || c == nil {
		return "", err
	}
	return c.Name, nil
}

// keepContext keeps a choice for this machine.
func (r *run) keepContext(name string) error {
	if name != noContext {
		if _, err := r.contextNamed(name, "arbor context"); err != nil {
			return err
		}
	}
	file := r.contextFile()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(file+".new", []byte(name+"\n"), 0o600); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}

// parseList reads the query of a list: within the context that holds, of which the person is told.
func (r *run) parseList(text string) (*query.Query, error) {
	q, err := r.parseQuery(text)
	if err != nil {
		return nil, err
	}
	c, err := r.context()
	if err != nil || c == nil || c.Query == "" {
		return q, err
	}
	within, err := r.parseQuery(c.Query)
	if err != nil {
		return nil, usagef("context %s: %w", c.Name, err)
	}
	if r.Terminal.Err {
		r.say("context %s", c.Name)
	}
	return q.In(within), nil
}

// parseScope is parseList for what has an order of its own.
func (r *run) parseScope(text string) (*query.Query, error) {
	q, err := r.parseQuery(text)
	if err != nil {
		return nil, err
	}
	if !q.Plain() {
		return nil, usagef("%s: the order here is fixed; write it in a query of 'arbor ls'", q.List)
	}
	return r.parseList(text)
}

// stamp returns what the context that holds puts on new lines.
func (r *run) stamp() (inline.Line, error) {
	c, err := r.context()
	if err != nil || c == nil || c.Stamp == "" {
		return inline.Line{}, err
	}
	stamp, err := parseLine(c.Stamp, r.env())
	if err != nil {
		return stamp, usagef("stamp of context %s: %w", c.Name, err)
	}
	if stamp.Text != "" {
		return stamp, usagef("stamp of context %s: %q is no tag, key or date", c.Name, stamp.Text)
	}
	return stamp, nil
}
