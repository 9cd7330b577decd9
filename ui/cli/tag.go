package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"arbor/model"
	"arbor/model/inline"
)

func (r *run) tagCommand() *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use: "tag SEL +TAG|-TAG...", Short: "give nodes tags and take them away; list and rename tags",
		Long: "SEL is one argument: ids, or a query in quotes. +TAG gives the nodes a tag, -TAG takes it away, also where it stands in the text as #TAG. " +
			"'arbor tag list' counts all tags, 'arbor tag rename OLD NEW' changes one everywhere.",
		Args: words(2, -1, "what to tag, and tags with + or - before them"),
		RunE: func(cmd *cobra.Command, args []string) error { return r.tag(args[0], args[1:], yes) },
	}
	cmd.Flags().BoolVar(&yes, "yes", false, fmt.Sprintf("change more than %d nodes", maxUnasked))
	cmd.AddCommand(r.tagListCommand(), r.tagRenameCommand())
	return cmd
}

// parseTags reads +tag and -tag.
func (r *run) parseTags(args []string) (inline.Line, error) {
	env := r.env()
	env.Change = true
	for _, a := range args {
		if a == "" || !strings.ContainsRune("+-#", rune(a[0])) {
			return inline.Line{}, usagef("%q is no change of a tag; write +%s or -%s", a, a, a)
		}
	}
	l, err := parseLine(strings.Join(args, " "), env)
	if err == nil && l.Text != "" {
		err = usagef("%q is no tag: it begins with a letter and has no space; one of other signs goes in quotes, as in '+\"1st\"'", l.Text)
	}
	return l, err
}

func (r *run) tag(sel string, args []string, yes bool) error {
	l, err := r.parseTags(args)
	if err != nil {
		return err
	}
	return r.changeEach([]string{sel}, yes, "tag", func(e *model.Edit, ids []model.ID) (string, error) {
		for _, id := range ids {
			if err := e.Apply(id, inline.Line{Tags: l.Tags}); err != nil {
				return "", err
			}
			for _, t := range l.RemoveTags {
				if _, err := e.RenameTag(id, t, ""); err != nil {
					return "", refusedf("%s -%s: %w", id, t, err)
				}
			}
		}
		return "tagged" + understood(l), nil
	})
}

func (r *run) tagListCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list [QUERY...]", Short: "all tags, of how many nodes each is, and how many of them are open",
		RunE: func(cmd *cobra.Command, args []string) error { return r.tagList(strings.Join(args, " "), asJSON) },
	}
	r.canLookBack(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	cmd.ValidArgsFunction = func(cmd *cobra.Command, args []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return r.complete(cmd, word, false)
	}
	return cmd
}

// tagJSON is the line of `arbor tag list --json`.
type tagJSON struct {
	V    int    `json:"v"`
	Tag  string `json:"tag"`
	N    int    `json:"n"`
	Open int    `json:"open"`
}

func (r *run) tagList(text string, asJSON bool) error {
	q, err := r.parseScope(text)
	if err != nil {
		return err
	}
	s, err := r.open()
	if err != nil {
		return err
	}
	return s.close(r.view(s, func(v *model.View) error {
		counts, err := v.TagCounts(q)
		if err != nil {
			return err
		}
		p := r.table()
		enc := newEncoder(p.out)
		for _, c := range counts {
			if asJSON {
				err = enc.Encode(tagJSON{jsonVersion, c.Tag, c.Nodes, c.Open})
			} else {
				err = p.line(plain(fmt.Sprintf("%7d  ", c.Nodes)), span{cyan, "+" + printable(c.Tag), true}, span{sgr: faint, text: fmt.Sprintf("  %d open", c.Open)})
			}
			if err != nil {
				return err
			}
		}
		return p.out.Flush()
	}))
}

func (r *run) tagRenameCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "rename OLD NEW", Short: "change a tag on every node, in saved queries and in templates",
		Long: "What has NEW already has it still; the two are one from then on, until 'arbor undo'. Changed are the tags of nodes, also in the trash, #OLD and #tagged=OLD in texts, " +
			"saved queries, and +OLD in templates. Contexts and rules of the settings are named, for you to change.",
		Args: words(2, 2, "two tags"),
		RunE: func(cmd *cobra.Command, args []string) error { return r.tagRename(args[0], args[1]) },
	}
	cmd.ValidArgsFunction = func(cmd *cobra.Command, args []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return r.complete(cmd, "+"+strings.TrimLeft(word, "+#"), false)
	}
	return cmd
}

// oneTag reads the name of a tag, with + or # before it or without.
func (r *run) oneTag(name string) (string, error) {
	bare := strings.TrimLeft(name, "+#")
	if bare == "" || strings.HasPrefix(name, "-") {
		return "", usagef("%q is no tag", name)
	}
	l, err := r.parseTags([]string{"+" + bare})
	if err == nil && len(l.Tags) != 1 {
		err = usagef("%q is no tag", name)
	}
	if err != nil {
		return "", err
	}
	return l.Tags[0], nil
}

func (r *run) tagRename(from, to string) error {
	old, err := r.oneTag(from)
	if err != nil {
		return err
	}
	new, err := r.oneTag(to)
	if err != nil {
		return err
	}
	if old == new {
		return usagef("+%s is called that already", old)
	}
	s, err := r.open()
	if err != nil {
		return err
	}
	changed, joined, err := r.renameTag(s, old, new)
	if err = s.close(err); err != nil {
		return err
	}
	said := fmt.Sprintf("+%s is +%s now on %s", old, new, count(changed, "node", "nodes"))
	if joined > 0 {
		said += fmt.Sprintf(", beside %d that had it", joined)
	}
	r.say("%s", said)
	for _, where := range r.settingsWith(old) {
		r.say("%s asks for +%s still; 'arbor config path' says where that stands", where, old)
	}
	return nil
}

// renameTag changes a tag, as one step of undo, and says on how many nodes and how many had the new one before.
func (r *run) renameTag(s *Session, old, new string) (changed, joined int, err error) {
	var ids []model.ID
	err = r.view(s, func(v *model.View) error {
		q, err := r.parseQuery("")
		if err != nil {
			return err
		}
		counts, err := v.TagCounts(q)
		if err != nil {
			return err
		}
		joined = 0
		for _, c := range counts {
			if c.Tag == new {
				joined = c.Nodes
			}
		}
		ids, err = v.Renames(old)
		return err
	})
	if err != nil {
		return 0, 0, err
	}
	does := map[model.ID]bool{}
	label := fmt.Sprintf("rename +%s to +%s:", old, new)
	fn := func(e *model.Edit, ids []model.ID) (string, error) {
		for _, id := range ids {
			is, err := e.RenameTag(id, old, new)
			if err != nil {
				return "", refusedf("%s: %w", id, err)
			}
			does[id] = is
		}
		return "", nil
	}
	if len(ids) > maxAtOnce {
		_, err = changeMany(s.Tree, &chosen{ids: ids}, label, fn)
	} else {
		_, err = s.Tree.Do(fmt.Sprintf("rename +%s to +%s", old, new), func(e *model.Edit) error {
			_, err := fn(e, ids)
			return err
		})
	}
	for _, is := range does {
		if is {
			changed++
		}
	}
	if err == nil && changed == 0 {
		err = missingf("nothing has the tag +%s; 'arbor tag list' shows what there is", old)
	}
	return changed, joined, err
}

// settingsWith returns what in the settings speaks of a tag.
func (r *run) settingsWith(tag string) (where []string) {
	speaks := func(text string) bool {
		for word := range strings.FieldsFuncSeq(text, func(c rune) bool { return strings.ContainsRune(" \t()", c) }) {
			if slices.Contains([]string{"+" + tag, "#" + tag, "tag:" + tag, tag}, strings.TrimLeft(word, "-")) {
				return true
			}
		}
		return false
	}
	for _, c := range r.config.Contexts {
		if speaks(c.Query) || speaks(c.Stamp) {
			where = append(where, "the context "+c.Name)
		}
	}
	for _, rule := range r.config.Rules {
		if speaks(rule.Match) || slices.ContainsFunc(rule.Then, speaks) {
			where = append(where, fmt.Sprintf("the rule in line %d of the settings", rule.Line))
		}
	}
	return where
}
