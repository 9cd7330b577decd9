package command

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// WriteKeys writes the table as Markdown: ui/KEYS.md.
func WriteKeys(w io.Writer) error {
	var b strings.Builder
	b.WriteString("# Keys\n\nMade from the command table by `go test ./ui/command -update`. Inside arbor `?` shows the keys of where you are, and `:` finds any\n" +
		"command by name. Set others in `config.toml`: `[keys]`, the command's name, a list of keys; an empty list unbinds it.\n")
	var maps []*Keymap
	names := []string{"default", "vim", "emacs", "void"}
	for _, n := range names {
		m, _ := New(n, nil)
		maps = append(maps, m)
	}
	for _, g := range Groups() {
		fmt.Fprintf(&b, "\n## %s\n\n| command | what it does | where | %s | command line |\n|---|---|---|%s---|\n", g, strings.Join(names, " | "), strings.Repeat("---|", len(names)))
		for _, c := range table {
			if c.Group != g {
				continue
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s |", c.ID, c.Title, c.Focus)
			for _, m := range maps {
				var keys []string
				for _, k := range m.keys[c.ID] {
					keys = append(keys, "`"+strings.ReplaceAll(k, "|", "\\|")+"`")
				}
				fmt.Fprintf(&b, " %s |", strings.Join(keys, " "))
			}
			cli := ""
			if c.CLI != "" {
				cli = "`" + c.CLI + "`"
			}
			fmt.Fprintf(&b, " %s |\n", cli)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Groups returns the headings of the table in its order.
func Groups() []string {
	var out []string
	seen := map[string]bool{}
	for _, c := range table {
		if !seen[c.Group] {
			seen[c.Group] = true
			out = append(out, c.Group)
		}
	}
	return out
}

// GroupsOf returns the headings of the table, first those under which there is nothing but what works in focus alone.
func GroupsOf(focus Focus) []string {
	out := Groups()
	own := func(group string) bool {
		return !slices.ContainsFunc(table, func(c Command) bool { return c.Group == group && c.Focus != focus })
	}
	slices.SortStableFunc(out, func(a, b string) int {
		switch x, y := own(a), own(b); {
		case x == y:
			return 0
		case x:
			return -1
		}
		return 1
	})
	return out
}

// String names the places of f.
func (f Focus) String() string {
	if f&Frame != 0 {
		return "everywhere"
	}
	var s []string
	for _, p := range []struct {
		f    Focus
		name string
	}{{Outline, "outline"}, {Map, "map"}, {Plot, "plot"}, {Agenda, "agenda"}, {Next, "next"}, {Query, "query"}, {Time, "time"}, {Review, "review"}, {Trash, "trash"}, {History, "history"}, {Links, "links"}} {
		if f&p.f != 0 {
			s = append(s, p.name)
		}
	}
	return strings.Join(s, ", ")
}
