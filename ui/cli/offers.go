package cli

import (
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"arbor/model"
	"arbor/model/date"
	"arbor/model/query"
	"arbor/ui/hook"
	"arbor/ui/theme"
)

// offered returns what a word may become, where the settings are read already.
type offered func(args []string, word string) []cobra.Completion

// flagWords says what the values of flags may be: of every command that has a flag of that name, or of the one that stands before it.
func (r *run) flagWords() map[string]offered {
	return map[string]offered{
		"as-of": r.offerDates, "since": r.offerDates, "until": r.offerDates, "at": r.offerDates,
		"under":   func([]string, string) []cobra.Completion { return r.completeNodes("", "") },
		"context": func([]string, string) []cobra.Completion { return r.contextNames() },
		"theme":   func([]string, string) []cobra.Completion { return prefixed("", theme.Names()...) },
		"io":      func([]string, string) []cobra.Completion { return []cobra.Completion{"uring", "direct", "buffered"} },
		"sort": func(_ []string, word string) (out []cobra.Completion) {
			for _, w := range query.Complete("sort:"+word, nil) {
				out = append(out, strings.TrimPrefix(w, "sort:"))
			}
			return out
		},
		"within": func([]string, string) []cobra.Completion { return []cobra.Completion{"15min", "1h", "1d", "1w"} },
		"report by": func([]string, string) []cobra.Completion {
			return []cobra.Completion{"top", "parent", "tag", "day", "week"}
		},
		"track report by": func([]string, string) []cobra.Completion {
			return []cobra.Completion{"node", "parent", "top", "tag", "day", "week"}
		},
	}
}

// verbWords says what the words of commands may be, of which some are neither nodes nor a query.
func (r *run) verbWords() map[string]offered {
	spans := func(words ...string) offered {
		return func(args []string, _ string) []cobra.Completion {
			if len(args) > 0 {
				return nil
			}
			return slices.Concat(prefixed("", words...), r.offerDates(nil, ""))
		}
	}
	first := func(fn func() []cobra.Completion) offered {
		return func(args []string, _ string) []cobra.Completion {
			if len(args) > 0 {
				return nil
			}
			return fn()
		}
	}
	nodes := first(func() []cobra.Completion { return r.completeNodes("", "") })
	return map[string]offered{
		"agenda": spans("week", "month"), "report": spans("day", "week", "month", "year"), "day": spans(),
		"log": first(r.seriesNames), "series set": r.seriesWords, "series show": first(r.seriesNames), "plot": first(r.seriesNames), "export csv": first(r.seriesNames), "export jsonl": first(r.seriesNames), "context": first(r.contextNames),
		"stop": nodes, "open": nodes, "track": nodes, "track report": nodes, "track add": nodes, "template save": nodes,
		"hook run": func(args []string, _ string) []cobra.Completion {
			switch len(args) {
			case 0:
				return r.hookNames()
			case 1:
				return r.completeNodes("", "")
			}
			return nil
		},
	}
}

// completeRest has the shell complete the values of flags, and the words of those commands that completeWords leaves.
func (r *run) completeRest(root *cobra.Command) {
	flags, verbs := r.flagWords(), r.verbWords()
	var walk func(c *cobra.Command, path string)
	walk = func(c *cobra.Command, path string) {
		if of := verbs[path]; of != nil && c.ValidArgsFunction == nil {
			c.ValidArgsFunction = r.completing(of)
		}
		offer := func(f *pflag.Flag) {
			of := flags[path+" "+f.Name]
			if of == nil {
				of = flags[f.Name]
			}
			if of != nil {
				_ = c.RegisterFlagCompletionFunc(f.Name, r.completing(of)) // which fails where it has one already
			}
		}
		c.Flags().VisitAll(offer)
		c.PersistentFlags().VisitAll(offer)
		for _, sub := range c.Commands() {
			walk(sub, strings.TrimSpace(path+" "+sub.Name()))
		}
	}
	walk(root, "")
}

// completing is of for the shell. It says nothing; where something is wrong there is nothing to offer.
func (r *run) completing(of offered) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
		r.Err = io.Discard
		if r.configure(cmd) != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return of(args, word), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
	}
}

// offerDates offers dates, with what each means by now.
func (r *run) offerDates([]string, string) (out []cobra.Completion) {
	for _, w := range append([]string{"yesterday"}, dateWords...) {
		if d, err := date.Parse(w, r.now()); err == nil {
			out = append(out, cobra.CompletionWithDesc(w, date.Format(d, r.now())))
		}
	}
	return out
}

func (r *run) contextNames() (out []cobra.Completion) {
	for _, c := range r.config.Contexts {
		out = append(out, cobra.CompletionWithDesc(c.Name, c.Query))
	}
	return append(out, cobra.CompletionWithDesc(noContext, "everything"))
}

// seriesWords offers the names of series, then what one can be.
func (r *run) seriesWords(args []string, _ string) (out []cobra.Completion) {
	if len(args) == 0 {
		return r.seriesNames()
	}
	for _, w := range [][2]string{{"unit:kg", "what the values are"}, {"day:mean", "how the values of a day become one"}, {"merge:last", "what counts of several devices"},
		{"goal:72@2027-03-01", "a value to be reached on a day"}, {"target:3/week", "makes it a habit"}} {
		out = append(out, cobra.CompletionWithDesc(w[0], w[1]))
	}
	return out
}

func (r *run) seriesNames() (out []cobra.Completion) {
	r.look(func(v *model.View) error {
		all, err := v.AllSeries()
		for _, n := range all {
			out = append(out, printable(n.Text))
		}
		return err
	})
	return out
}

func (r *run) hookNames() (out []cobra.Completion) {
	programs, err := (&hook.Runner{Dir: r.config.Hooks.Dir}).Programs()
	for _, p := range programs {
		if err == nil && p.Idle == "" {
			out = append(out, p.Name)
		}
	}
	return out
}
