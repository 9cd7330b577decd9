package cli

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"arbor/config"
)

// everyVerb calls fn with each command that has a page.
func everyVerb(cmd *cobra.Command, fn func(*cobra.Command)) {
	fn(cmd)
	for _, c := range verbsOf(cmd) {
		everyVerb(c, fn)
	}
}

// TestManPages: every verb has a page with the sections that a page has, in their order, in ASCII, with each of its flags and examples.
func TestManPages(t *testing.T) {
	root := (&run{Program: &Program{}}).root()
	everyVerb(root, func(cmd *cobra.Command) {
		var b bytes.Buffer
		if err := (manual{root: root, version: "1", day: "2026-11-22"}).write(&b, cmd); err != nil {
			t.Fatal(err)
		}
		page, name := b.String(), pageName(cmd)
		var got []string
		for line := range strings.SplitSeq(page, "\n") {
			if section, ok := strings.CutPrefix(line, ".SH "); ok && section != "COMMANDS" && section != "ENVIRONMENT" {
				got = append(got, section)
			}
			if line == "" && !strings.HasSuffix(page, "\n"+line) {
				t.Errorf("%s: an empty line", name)
			}
		}
		want := []string{"NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "EXAMPLES", "SEE ALSO"}
		if !cmd.HasExample() {
			want = slices.DeleteFunc(want, func(s string) bool { return s == "EXAMPLES" })
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s has the sections %q, want %q", name, got, want)
		}
		if i := strings.IndexFunc(page, func(c rune) bool { return c > 0x7e }); i >= 0 {
			t.Errorf("%s: not in ASCII: %q", name, page[i:min(i+20, len(page))])
		}
		for _, usage := range strings.Split(cmd.LocalFlags().FlagUsages(), "\n") {
			if i := strings.Index(usage, "--"); i >= 0 {
				if flag := strings.Fields(usage[i:])[0]; !strings.Contains(page, roff(flag)+`\fR`) {
					t.Errorf("%s does not describe %s", name, flag)
				}
			}
		}
		for line := range strings.SplitSeq(cmd.Example, "\n") {
			if !strings.Contains(page, roff(strings.TrimSpace(line))) {
				t.Errorf("%s does not show %q", name, line)
			}
		}
	})
}

// TestManPagesFormat: the formatters of manual pages take every page without a warning.
func TestManPagesFormat(t *testing.T) {
	dir := t.TempDir()
	root := (&run{Program: &Program{}}).root()
	if err := (manual{root: root, version: "1", day: "2026-11-22"}).writeAll(dir); err != nil {
		t.Fatal(err)
	}
	pages, err := filepath.Glob(filepath.Join(dir, "arbor*.1"))
	if err != nil || len(pages) < len(examples) {
		t.Fatalf("%d pages, %v", len(pages), err)
	}
	for _, formatter := range [][]string{{"groff", "-man", "-Tascii", "-ww", "-z"}, {"mandoc", "-Tlint", "-Wwarning"}} {
		t.Run(formatter[0], func(t *testing.T) {
			if _, err := exec.LookPath(formatter[0]); err != nil {
				t.Skip(err)
			}
			if out, err := exec.Command(formatter[0], append(formatter[1:], pages...)...).CombinedOutput(); err != nil || len(out) > 0 {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

// What text says is not taken as a command of the formatter.
func TestRoff(t *testing.T) {
	for in, want := range map[string]string{
		".TH": `\&.TH`, "'x'": `\(aqx\(aq`, `a\n`: `a\en`, "--json": `\-\-json`, "a\n.b": "a\n\\&.b", "é…": `\[u00E9]\[u2026]`, "~/^`\"": "\\(ti/\\(ha\\(ga\\(dq",
	} {
		if got := roff(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// shellWords splits a line as a shell would, up to a comment, a pipe or a redirection.
func shellWords(t *testing.T, line string) (out []string) {
	word, open, quote := "", false, rune(0)
	for _, c := range line + " " {
		switch {
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
			word += string(c)
		case c == '\'' || c == '"':
			quote, open = c, true
		case c == ' ':
			if open {
				out = append(out, word)
			}
			word, open = "", false
		case !open && strings.ContainsRune("#|<>", c):
			return out
		case strings.ContainsRune("<>|&;()$`*?[\\", c):
			t.Errorf("%q: a shell takes %q for itself", line, c)
		default:
			word, open = word+string(c), true
		}
	}
	if quote != 0 {
		t.Errorf("%q: a quote is open", line)
	}
	return out
}

// TestExamples: every verb has examples, which are lines of that verb, of the flags and words that it takes. Each is run on an empty store,
// where what it names may be missing but nothing is misunderstood.
func TestExamples(t *testing.T) {
	t.Chdir(t.TempDir())
	dir := t.TempDir()
	program := func(args []string, errs io.Writer) Program {
		return Program{
			Args: args, In: strings.NewReader("a\n"), Out: io.Discard, Err: errs,
			Now: func() time.Time { return time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC) },
			Lookup: func(name string) (string, bool) {
				if name == "EDITOR" {
					return "true", true
				}
				return "", false
			},
			Paths: config.Paths{Config: filepath.Join(dir, "config.toml"), Data: filepath.Join(dir, "store"),
				Log: filepath.Join(dir, "log"), Cache: filepath.Join(dir, "cache")},
		}
	}
	alone := []string{"watch", "demo", "review", "remind --exec", "completion"} // they wait, need a terminal, start programs or write to the process's own output
	root := (&run{Program: &Program{}}).root()
	seen := map[string]bool{}
	everyVerb(root, func(cmd *cobra.Command) {
		name := strings.TrimPrefix(cmd.CommandPath(), "arbor ")
		seen[name] = true
		if cmd != root && name != "completion powershell" && !cmd.HasExample() {
			t.Errorf("'arbor %s' has no example", name)
		}
		its := false
		for line := range strings.SplitSeq(strings.Trim(cmd.Example, "\n"), "\n") {
			if line == "" {
				continue
			}
			args := shellWords(t, strings.TrimSpace(line))
			found, rest, err := (&run{Program: &Program{}}).root().Find(separateWords(root, args[1:]))
			if err != nil || args[0] != "arbor" {
				t.Errorf("%q is no line of ours: %v", line, err)
				continue
			}
			its = its || strings.HasPrefix(found.CommandPath(), cmd.CommandPath())
			if err := found.ParseFlags(rest); err != nil {
				t.Errorf("%q: %v", line, err)
			} else if err := found.ValidateArgs(found.Flags().Args()); err != nil {
				t.Errorf("%q: %v", line, err)
			}
			if slices.ContainsFunc(alone, func(s string) bool { return strings.HasPrefix(strings.Join(args[1:], " "), s) }) {
				continue
			}
			var errs bytes.Buffer
			if code := Run(t.Context(), program(args[1:], &errs)); code == exitUsage {
				t.Errorf("%q: %s", line, errs.String())
			}
		}
		if cmd.HasExample() && !its {
			t.Errorf("none of the examples of 'arbor %s' is of it", name)
		}
	})
	for name := range examples {
		if !seen[name] {
			t.Errorf("there is no 'arbor %s' any more", name)
		}
	}
	if _, err := os.Stat(filepath.Join("man1", "arbor-store-verify.1")); err != nil {
		t.Error(err)
	}
}
