package cli

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"arbor/ui/command"
)

// What changes or finds something in the terminal interface can be done by a command too, and the table names one that is there.
func TestTableNamesCommands(t *testing.T) {
	root := (&run{Program: &Program{}}).root()
	alone := []command.ID{command.Mark, command.FindNext, command.FindPrev} // a query names many at once, and lists all it finds
	for _, c := range command.All() {
		if c.CLI == "" {
			if slices.Contains([]string{"Write", "Arrange", "Find"}, c.Group) && !slices.Contains(alone, c.ID) {
				t.Errorf("%s (%s): no command does this", c.ID, c.Title)
			}
			continue
		}
		args := strings.Fields(c.CLI)
		if args[0] != "arbor" {
			t.Errorf("%s: %q is no command of ours", c.ID, c.CLI)
			continue
		}
		if args[1] == "help" { // made when it is asked for
			continue
		}
		cmd, _, err := root.Find(args[1:2])
		if err != nil || cmd == root {
			t.Errorf("%s: there is no command %q", c.ID, c.CLI)
			continue
		}
		for _, word := range args[2:] {
			if name, ok := strings.CutPrefix(word, "--"); ok && cmd.Flags().Lookup(name) == nil {
				t.Errorf("%s: %q has no flag --%s", c.ID, c.CLI, name)
			}
		}
	}
}

// Every command that takes --json is named in JSON.md.
func TestJSONIsDescribed(t *testing.T) {
	b, err := os.ReadFile("JSON.md")
	if err != nil {
		t.Fatal(err)
	}
	said := string(b)
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		name := strings.TrimPrefix(c.CommandPath(), "arbor ")
		if c.Flags().Lookup("json") != nil && !strings.Contains(said, "`"+name+"`") && !strings.Contains(said, "`"+name+" --") {
			t.Errorf("'arbor %s --json' is not described in JSON.md", name)
		}
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk((&run{Program: &Program{}}).root())
}
