package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"arbor/config"
)

func (r *run) manCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use: "man", Short: "print the manual page: arbor man | man -l -", Args: words(0, 0, "no arguments"),
		RunE: func(*cobra.Command, []string) error { return writeMan(r.Out, root) },
	}
}

// writeMan writes the manual page of all commands in the language of man(7).
func writeMan(w io.Writer, root *cobra.Command) error {
	var b strings.Builder
	b.WriteString(".TH ARBOR 1\n.SH NAME\narbor \\- " + roff(root.Short) + "\n.SH SYNOPSIS\n.B arbor\n[\\fIcommand\\fR] [\\fIargument\\fR ...]\n")
	b.WriteString(".SH DESCRIPTION\nWithout a command arbor shows the tree on the terminal. Data goes to standard output, words go to standard error.\n.SH COMMANDS\n")
	manCommands(&b, root)
	b.WriteString(".SH OPTIONS\n")
	manFlags(&b, root.PersistentFlags())
	b.WriteString(".SH ENVIRONMENT\n")
	for _, s := range config.Settings() {
		fmt.Fprintf(&b, ".TP\n.B %s\n%s; \\fB%s\\fR in the settings file\n", s.Env, roff(s.Help), roff(s.Name))
	}
	b.WriteString(".SH EXIT STATUS\n0 success, 1 failure, 2 a command line that cannot be understood, 3 the thing named does not exist, 4 refused or in conflict.\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func manCommands(b *strings.Builder, cmd *cobra.Command) {
	for _, c := range cmd.Commands() {
		if c.Hidden || c.Name() == "help" || c.Name() == "completion" {
			continue
		}
		if c.HasSubCommands() {
			manCommands(b, c)
			continue
		}
		fmt.Fprintf(b, ".SS %s\n%s\n", roff(strings.TrimPrefix(c.UseLine(), "arbor ")), roff(c.Short))
		if c.Long != "" {
			fmt.Fprintf(b, ".PP\n%s\n", roff(c.Long))
		}
		manFlags(b, c.LocalNonPersistentFlags())
	}
}

func manFlags(b *strings.Builder, flags *pflag.FlagSet) {
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Name == "help" || f.Name == "version" {
			return
		}
		kind, usage := pflag.UnquoteUsage(f)
		name := "\\-\\-" + roff(f.Name)
		if f.Shorthand != "" {
			name = "\\-" + f.Shorthand + ", " + name
		}
		fmt.Fprintf(b, ".TP\n\\fB%s\\fR %s\n%s\n", name, roff(kind), roff(usage))
	})
}

// roff escapes what the formatter would take as its own.
func roff(s string) string {
	s = strings.NewReplacer("\\", "\\e", "-", "\\-", "…", "...").Replace(s)
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
			lines[i] = "\\&" + line
		}
	}
	return strings.Join(lines, "\n")
}
