package cli

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"arbor/config"
)

// A word may begin with a dash; what begins with two is a flag, and so are the few short ones that a verb declares.
func TestSeparateWords(t *testing.T) {
	for _, row := range []struct{ name, in, want string }{
		{"negation", "ls -work", "ls -- -work"},
		{"flag behind words", "ls +home -work --json", "ls --json -- +home -work"},
		{"flag with a value", "ls --dir /tmp -x y", "ls --dir /tmp -- -x y"},
		{"flag before the verb", "--dir /tmp ls x", "ls --dir /tmp -- x"},
		{"flag with its value in one", "ls --dir=/tmp -x", "ls --dir=/tmp -- -x"},
		{"after two dashes all are words", "add -- --json", "add -- --json"},
		{"a verb's name among words", "add ls add", "add -- ls add"},
		{"negative number", "edit abcd est:-3 -x", "edit -- abcd est:-3 -x"},
		{"standard input", "add - --under x", "add --under x -- -"},
		{"help", "ls -h", "ls -h --"},
		{"a verb below a verb", "store stats --json", "store stats --json --"},
		{"no value", "ls --dir", "ls --dir"},
		{"completion", "__complete ls -x", "__complete ls -x"},
		{"unknown flag", "ls --jsn x", "ls --jsn -- x"},
	} {
		t.Run(row.name, func(t *testing.T) {
			root := (&run{Program: &Program{}}).root()
			if got := separateWords(root, strings.Fields(row.in)); !slices.Equal(got, strings.Fields(row.want)) {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}

func TestIndentation(t *testing.T) {
	for _, row := range []struct {
		line, body string
		columns    int
	}{
		{"a", "a", 0}, {"  a b", "a b", 2}, {"\ta", "a", 8}, {"  \ta", "a", 8}, {"\t a", "a", 9}, {" - a", "a", 1}, {"* a", "a", 0}, {"-a", "-a", 0}, {"  ", "", 2},
	} {
		if body, columns := indentation(row.line); body != row.body || columns != row.columns {
			t.Errorf("%q: %q at %d, want %q at %d", row.line, body, columns, row.body, row.columns)
		}
	}
}

// What a list says has the depth of its indentation: each line at most one deeper than the line above it.
func FuzzReadList(f *testing.F) {
	f.Add("a\n  b\n    c\n  d\ne\n")
	f.Add("\ta\n b\n\n- c\r\n")
	f.Add("# a\ntext\n\n## b ##\n- [x] c\n  ```sh\n  - d\n  ```\n1. e\n#### f\n")
	f.Fuzz(func(t *testing.T, text string) {
		r := &run{Program: &Program{In: strings.NewReader(text), Err: &bytes.Buffer{}, Now: time.Now}, config: &config.Loaded{Config: config.Config{Zone: time.UTC}}}
		list, err := r.readList()
		if err != nil {
			if strings.Count(err.Error(), "\n") > 0 {
				t.Errorf("more than a line: %q", err)
			}
			return
		}
		depth := -1
		for i, item := range list {
			if item.depth < 0 || item.depth > depth+1 {
				t.Errorf("line %d is at depth %d below one at %d", i, item.depth, depth)
			}
			if item.line.Text == "" {
				t.Errorf("line %d has no text", i)
			}
			depth = item.depth
		}
	})
}

// What looks like an id is one by its letters, whatever is in the tree.
func TestLooksLikeID(t *testing.T) {
	for word, want := range map[string]bool{"q7xk": true, "0123456789abc": true, "abc": false, "milk": false, "+tag": false, "0123456789abcd": false, "q7x!": false, "": false} {
		if got := looksLikeID(word); got != want {
			t.Errorf("%q: %v", word, got)
		}
	}
}

// The help fits a terminal of 80 cells, line by line, and names no verb without a group.
func TestHelpFits(t *testing.T) {
	var out bytes.Buffer
	if code := Run(context.Background(), Program{Args: []string{"help"}, Out: &out, Err: &out, Now: time.Now, Lookup: func(string) (string, bool) { return "", false }}); code != exitOK {
		t.Fatalf("exit code %d: %s", code, &out)
	}
	for line := range strings.Lines(out.String()) {
		if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > 80 {
			t.Errorf("%d cells: %s", n, line)
		}
		if strings.HasPrefix(line, "Additional") {
			t.Errorf("%s", line)
		}
	}
}
