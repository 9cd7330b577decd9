package cli

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"arbor/config"
)

func (r *run) manCommand(root *cobra.Command) *cobra.Command {
	var all string
	cmd := &cobra.Command{
		Use: "man [VERB...]", Short: "print the manual page of a verb: arbor man ls | man -l -",
		Long: "Without VERB it is the page of all, arbor(1). The words of a verb below a verb stand apart, as in 'arbor man store verify'. " +
			"--all writes every page to a directory, as man expects to find them.",
		RunE: func(_ *cobra.Command, args []string) error {
			m := manual{root: root, version: r.Version, day: r.now().Format("2006-01-02")}
			if all != "" {
				if len(args) > 0 {
					return usagef("--all writes every page: leave %q out", strings.Join(args, " "))
				}
				return m.writeAll(all)
			}
			verb, rest, err := root.Find(args)
			if err != nil || len(rest) > 0 {
				return usagef("there is no command %q; see 'arbor help'", strings.Join(args, " "))
			}
			return m.write(r.Out, verb)
		},
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) (out []cobra.Completion, how cobra.ShellCompDirective) {
			if verb, rest, err := root.Find(args); err == nil && len(rest) == 0 {
				for _, c := range verbsOf(verb) {
					out = append(out, cobra.CompletionWithDesc(c.Name(), c.Short))
				}
			}
			return out, cobra.ShellCompDirectiveNoFileComp
		},
	}
	cmd.Flags().StringVar(&all, "all", "", "`DIR` to which to write the pages of all verbs, arbor-ls.1 and so on")
	return cmd
}

// verbsOf are the verbs below a command that have a page.
func verbsOf(cmd *cobra.Command) (out []*cobra.Command) {
	for _, c := range cmd.Commands() {
		if !c.Hidden {
			out = append(out, c)
		}
	}
	return out
}

// manual makes pages of what the commands say of themselves, in the language of man(7).
type manual struct {
	root    *cobra.Command
	version string
	day     string // on which they were made
}

// pageName is the name of a verb's page: arbor-store-verify.
func pageName(cmd *cobra.Command) string { return strings.ReplaceAll(cmd.CommandPath(), " ", "-") }

// write writes the page of a verb, or that of arbor.
func (m manual) write(w io.Writer, cmd *cobra.Command) error {
	var p page
	name := pageName(cmd)
	p.printf(".TH %s 1 \"%s\" \"%s\"\n", roff(strings.ToUpper(name)), m.day, roff(strings.TrimSpace("arbor "+m.version)))
	p.section("NAME")
	p.printf("%s \\- %s\n", roff(name), roff(cmd.Short))
	p.section("SYNOPSIS")
	p.synopsis(cmd)
	p.section("DESCRIPTION")
	if cmd.Long == "" {
		p.text(strings.ToUpper(cmd.Short[:1]) + cmd.Short[1:] + ".")
	} else {
		p.text(cmd.Long)
	}
	p.verbs(cmd)
	p.options(cmd)
	if cmd == m.root {
		p.section("ENVIRONMENT")
		for _, s := range config.Settings() {
			p.item(`\fB`+roff(s.Env)+`\fR`, roff(s.Help)+`; \fB`+roff(s.Name)+`\fR in the settings file`)
		}
	}
	p.section("EXIT STATUS")
	for code, meaning := range exitMeanings {
		p.item(fmt.Sprintf(`\fB%d\fR`, code), roff(meaning))
	}
	if cmd.HasExample() {
		p.section("EXAMPLES")
		p.literal(strings.Split(cmd.Example, "\n"))
	}
	p.section("SEE ALSO")
	p.related(cmd)
	_, err := w.Write(p.Bytes())
	return err
}

// writeAll writes every page to a directory, which is made if it is not there. Pages of the same name are replaced.
func (m manual) writeAll(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	var walk func(*cobra.Command) error
	walk = func(cmd *cobra.Command) error {
		var b bytes.Buffer
		if err := m.write(&b, cmd); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, pageName(cmd)+".1"), b.Bytes(), 0o644); err != nil {
			return err
		}
		for _, c := range verbsOf(cmd) {
			if err := walk(c); err != nil {
				return err
			}
		}
		return nil
	}
	return walk(m.root)
}
