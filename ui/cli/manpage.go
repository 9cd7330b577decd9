package cli

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// page is a manual page while it is written.
type page struct{ bytes.Buffer }

func (p *page) printf(format string, args ...any) { fmt.Fprintf(p, format, args...) }

func (p *page) section(name string) { p.printf(".SH %s\n", name) }

// item writes a name and, indented below it, what it means. Both are escaped already.
func (p *page) item(name, meaning string) { p.printf(".TP\n%s\n%s\n", name, meaning) }

// text writes paragraphs with empty lines between them; indented lines stay as they are.
func (p *page) text(s string) {
	var plain, fixed []string
	first := true
	flush := func() {
		if len(plain)+len(fixed) == 0 {
			return
		}
		if !first {
			p.printf(".PP\n")
		}
		first = false
		if len(plain) > 0 {
			p.printf("%s\n", roff(strings.Join(plain, "\n")))
		}
		if len(fixed) > 0 {
			p.literal(fixed)
		}
		plain, fixed = nil, nil
	}
	for line := range strings.SplitSeq(s, "\n") {
		indented := strings.HasPrefix(line, "  ") || strings.HasPrefix(line, "\t")
		if strings.TrimSpace(line) == "" || indented != (len(fixed) > 0) {
			flush()
		}
		switch {
		case strings.TrimSpace(line) == "":
		case indented:
			fixed = append(fixed, line)
		default:
			plain = append(plain, line)
		}
	}
	flush()
}

// literal writes lines of which none is broken or joined.
func (p *page) literal(lines []string) {
	p.printf(".RS 4\n.nf\n")
	for _, line := range lines {
		p.printf("%s\n", roff(strings.TrimSpace(line)))
	}
	p.printf(".fi\n.RE\n")
}

// synopsis says in what forms a verb is called.
func (p *page) synopsis(cmd *cobra.Command) {
	path := roff(cmd.CommandPath())
	words := strings.TrimSuffix(strings.TrimPrefix(cmd.UseLine(), cmd.CommandPath()), " [flags]")
	if cmd.Runnable() {
		p.printf("\\fB%s\\fR%s [\\fIoptions\\fR]\n", path, roff(words))
	}
	if cmd.HasAvailableSubCommands() {
		if cmd.Runnable() {
			p.printf(".br\n")
		}
		p.printf("\\fB%s\\fR \\fIcommand\\fR [\\fIargument\\fR ...]\n", path)
	}
}

// verbs lists those below a command, in the order of its help.
func (p *page) verbs(cmd *cobra.Command) {
	if len(verbsOf(cmd)) == 0 {
		return
	}
	p.section("COMMANDS")
	group := ""
	for _, c := range verbsOf(cmd) {
		if c.GroupID != group {
			group = c.GroupID
			for _, g := range cmd.Groups() {
				if g.ID == group {
					p.printf(".SS %s\n", roff(strings.TrimSuffix(g.Title, ":")))
				}
			}
		}
		name, words, _ := strings.Cut(c.Use, " ")
		if words != "" {
			words = " " + words
		}
		p.item(`\fB`+roff(name)+`\fR`+roff(words), roff(c.Short))
	}
}

// options lists the flags of a verb, and for arbor those of all verbs.
func (p *page) options(cmd *cobra.Command) {
	p.section("OPTIONS")
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Name == "help" {
			return
		}
		kind, usage := pflag.UnquoteUsage(f)
		name := `\fB\-\-` + roff(f.Name) + `\fR`
		if f.Shorthand != "" {
			name = `\fB\-` + f.Shorthand + `\fR, ` + name
		}
		if kind != "" {
			name += ` \fI` + roff(kind) + `\fR`
		}
		if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "0" && f.DefValue != "[]" {
			usage += "; " + f.DefValue + " without"
		}
		p.item(name, roff(usage))
	})
	p.item(`\fB\-h\fR, \fB\-\-help\fR`, "say what the command does")
	if cmd.HasParent() {
		p.printf(".PP\nThe options of all verbs are described in \\fBarbor\\fR(1).\n")
	}
}

// related names the pages of what is above a verb and below it.
func (p *page) related(cmd *cobra.Command) {
	var names []string
	for c := cmd.Parent(); c != nil; c = c.Parent() {
		names = append([]string{pageName(c)}, names...)
	}
	for _, c := range verbsOf(cmd) {
		names = append(names, pageName(c))
	}
	if !cmd.HasParent() {
		names = append(names, "man")
	}
	for i, name := range names {
		names[i] = `\fB` + roff(name) + `\fR(1)`
	}
	p.printf("%s\n", strings.Join(names, ",\n"))
}

// escapes are what the formatter would take as its own, or print as a sign that cannot be copied into a shell.
var escapes = strings.NewReplacer(`\`, `\e`, "-", `\-`, `"`, `\(dq`, "'", `\(aq`, "`", `\(ga`, "^", `\(ha`, "~", `\(ti`, "\t", "    ")

// roff writes text for the formatter: in ASCII, and none of it a command.
func roff(s string) string {
	var b strings.Builder
	for _, c := range escapes.Replace(s) {
		if c > 0x7e {
			fmt.Fprintf(&b, `\[u%04X]`, c)
			continue
		}
		b.WriteRune(c)
	}
	lines := strings.Split(b.String(), "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, ".") {
			lines[i] = `\&` + line
		}
	}
	return strings.Join(lines, "\n")
}
