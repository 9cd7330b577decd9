package cli

import (
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"arbor/model"
	"arbor/model/date"
	"arbor/model/inline"
	"arbor/model/query"
	"arbor/store"
)

// How many candidates a shell is given of what a tree may have any number of.
const (
	completedNodes = 50
	completedTags  = 300
)

// dateWords are the dates that are offered; what each means by now stands beside it.
var dateWords = []string{"today", "tomorrow", "mon", "tue", "wed", "thu", "fri", "sat", "sun", "+1d", "+3d", "+1w", "+2w", "+1m", "eow", "eom", "eoq", "eoy", "som", "someday"}

// takesNodes are the commands whose first words name nodes, or say what is meant.
var takesNodes = []string{"done", "edit", "tag", "show", "mv", "rm", "start", "note", "history", "diff", "restore", "depend", "link", "tree", "chain", "skip", "pause", "resume", "backlinks", "cp"}

// takesLine are those whose words are a line or a query.
var takesLine = []string{"add", "edit", "tag", "ls", "next", "review", "find", "trash"}

// completeWords has the shell complete ids, tags, keys and dates.
func (r *run) completeWords(root *cobra.Command) {
	for _, c := range root.Commands() {
		nodes, line := slices.Contains(takesNodes, c.Name()), slices.Contains(takesLine, c.Name())
		if !nodes && !line || c.ValidArgsFunction != nil {
			continue
		}
		c.ValidArgsFunction = func(cmd *cobra.Command, args []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
			return r.complete(cmd, word, nodes && (len(args) == 0 || !line))
		}
	}
}

// complete returns what a word may become. It says nothing and makes no store; where something is wrong there is nothing to offer.
func (r *run) complete(cmd *cobra.Command, word string, nodes bool) (out []cobra.Completion, how cobra.ShellCompDirective) {
	how = cobra.ShellCompDirectiveNoFileComp
	r.Err = io.Discard // the shell would show it in the middle of the line
	if r.configure(cmd) != nil {
		return nil, how
	}
	key, _, isKey := strings.Cut(word, ":")
	said := query.Complete(word, r.fields.StateNames())
	switch {
	case isKey && slices.Contains([]string{"due", "sched", "wait", "until", "when"}, key):
		return r.completeDate(key), how
	case isKey && len(said) > 0:
		return append(out, said...), how
	case isKey && key == "prio":
		return []cobra.Completion{"prio:H", "prio:M", "prio:L"}, how
	case isKey && (key == "under" || key == "above" || key == "after" || key == "before" || key == "on" || key == "off" || key == "depends"):
		return r.completeNodes(key+":", ""), how
	case isKey:
		if d, ok := r.fields.Lookup(key); ok {
			return prefixed(key+":", d.Choices...), how
		}
		return nil, how
	case strings.HasPrefix(word, "+") || strings.HasPrefix(word, "#") || strings.HasPrefix(word, "-"):
		return r.completeTags(word[:1]), how
	case nodes:
		return r.completeNodes("", word), how
	}
	out = append(out, said...)
	for _, k := range r.keys() {
		if word != "" && strings.HasPrefix(k, word) && !slices.Contains(out, k+":") {
			out = append(out, k+":")
		}
	}
	return out, how | cobra.ShellCompDirectiveNoSpace
}

func prefixed(prefix string, words ...string) (out []cobra.Completion) {
	for _, w := range words {
		out = append(out, prefix+w)
	}
	return out
}

// keys are those of the inline grammar and the declared ones.
func (r *run) keys() []string {
	keys := slices.Clone(inline.Keys)
	for _, d := range r.fields.All() {
		if !slices.Contains(keys, d.Key) && !strings.Contains(d.Key, ".") {
			keys = append(keys, d.Key)
		}
	}
	slices.Sort(keys)
	return keys
}

func (r *run) completeDate(key string) (out []cobra.Completion) {
	for _, w := range dateWords {
		if d, err := date.Parse(w, r.now()); err == nil {
			out = append(out, cobra.CompletionWithDesc(key+":"+w, date.Format(d, r.now())))
		}
	}
	return out
}

// completeTemplates offers the names of templates.
func (r *run) completeTemplates(cmd *cobra.Command, args []string, word string) (out []cobra.Completion, how cobra.ShellCompDirective) {
	how = cobra.ShellCompDirectiveNoFileComp
	r.Err = io.Discard
	if len(args) > 0 && cmd.Name() == "use" || r.configure(cmd) != nil {
		return nil, how
	}
	r.look(func(v *model.View) error {
		all, err := v.Templates()
		for _, t := range all {
			out = append(out, cobra.CompletionWithDesc(t.Name, count(t.Nodes, "node", "nodes")))
		}
		return err
	})
	return out, how
}

// look opens the store if there is one, and reads from it.
func (r *run) look(fn func(*model.View) error) {
	if there, err := store.Exists(r.config.Dir); err != nil || !there {
		return
	}
	s, err := r.open()
	if err != nil {
		return
	}
	s.close(s.Tree.View(fn)) // what is wrong shows when the command runs
}

func (r *run) completeTags(prefix string) (out []cobra.Completion) {
	r.look(func(v *model.View) error {
		tags, err := v.Tags(completedTags)
		for _, t := range tags {
			if !strings.ContainsAny(t, "= \t") {
				out = append(out, prefix+t)
			}
		}
		return err
	})
	return out
}

func (r *run) completeNodes(prefix, word string) (out []cobra.Completion) {
	r.look(func(v *model.View) error {
		nodes, err := v.Recent(completedNodes)
		if err != nil {
			return err
		}
		for _, n := range nodes {
			short, err := v.ShortID(n.ID)
			if err != nil {
				return err
			}
			if full := n.ID.String(); len(word) > len(short) && strings.HasPrefix(full, word) {
				short = full
			}
			out = append(out, cobra.CompletionWithDesc(prefix+short, printable(n.Text)))
		}
		return nil
	})
	return out
}
