//go:build unix

package main

import (
	"bytes"
	"context"
	"regexp"
	"strings"
	"testing"
)

// verb is a command with arguments that make it do something in longLife's tree. NODE stands for the node that has everything.
type verb struct {
	line string
	code int // how it ends where nobody can be asked
}

// Those that help names: what reads, and what changes something or would ask for it. watch alone is left out: a signal ends it.
var (
	readingVerbs = []verb{
		{line: "ls"}, {line: "ls group:due"}, {line: "ls --columns id,text,due,est,urgency"}, {line: "ls --json"}, {line: "find family"}, {line: "show NODE"},
		{line: "show NODE --json"}, {line: "tree"}, {line: "tree --columns est"}, {line: "next --explain"}, {line: "draw"}, {line: "agenda"}, {line: "remind"},
		{line: "track"}, {line: "track report"}, {line: "report"}, {line: "report month --by tag"}, {line: "chain is:recurring"}, {line: "history NODE"}, {line: "diff NODE"}, {line: "backlinks NODE"},
		{line: "trash"}, {line: "plot weight"}, {line: "log weight --list"}, {line: "series list"}, {line: "series show weight"}, {line: "day"}, {line: "note NODE"}, {line: "undo --list"}, {line: "redo --list"}, {line: "review --list"},
		{line: "context"}, {line: "template list"}, {line: "tag list"}, {line: "hook list"}, {line: "config show --origin"}, {line: "config check"}, {line: "config path"},
		{line: "doctor"}, {line: "store stats"}, {line: "store verify"}, {line: "export json"}, {line: "export csv"}, {line: "export jsonl weight"}, {line: "man"}, {line: "help"}, {line: "help ls"},
		{line: "completion bash"},
	}
	writingVerbs = []verb{
		{line: "add one +b"}, {line: "add -"}, {line: "edit NODE +c"}, {line: "edit NODE", code: 2}, {line: "tag NODE +c"}, {line: "tag rename c d"}, {line: "edit plenty +d", code: 4}, {line: "mv NODE under:root"}, {line: "cp NODE under:root"},
		{line: "depend one on:NODE"}, {line: "link is:recurring NODE"}, {line: "start one --at 9:00"}, {line: "stop"}, {line: "pause is:recurring"}, {line: "resume is:recurring"},
		{line: "skip is:recurring"}, {line: "undo"}, {line: "redo"}, {line: "log weight 73"}, {line: "log weight --rm --since 1h"}, {line: "series set weight unit:kg"}, {line: "template save NODE trip"}, {line: "template use trip"},
		{line: "open --run one", code: 4}, {line: "open --note NODE", code: 2}, {line: "open one", code: 3}, {line: "review", code: 2}, {line: "demo", code: 2},
		{line: "import json -", code: 1}, {line: "rm plenty", code: 4}, {line: "done plenty", code: 4}, {line: "done one"}, {line: "restore thrown"},
		{line: "nosuchverb", code: 2}, {line: "ls due<blorp", code: 2}, {line: "", code: 2},
	}
)

// asks is what a question looks like.
var asks = regexp.MustCompile(`\[y/N\]|\? $|quit:|: $|--More--`)

// In a pipe no command shows a colour or asks anything, also where an answer to come would be yes, and with NO_COLOR none shows a colour on a terminal.
// Every verb of the help is tried.
func TestEveryVerbInPipes(t *testing.T) {
	h := newHome(t)
	id := longLife(t, h)
	many := &bytes.Buffer{}
	for range 30 {
		many.WriteString("plenty\n")
	}
	if out := h.fed(t, many.String(), 0, "add", "-"); strings.Count(out, "\n") == 0 {
		t.Fatal("nothing was added")
	}
	h.must(t, "log", "weight", "72")
	for line := range strings.Lines(h.must(t, "help")) {
		name, _, ok := strings.Cut(strings.TrimPrefix(line, "  "), " ")
		if !ok || !strings.HasPrefix(line, "  ") || strings.HasPrefix(name, "-") || name == "" || name == "arbor" {
			continue
		}
		known := name == "watch"
		for _, v := range append(readingVerbs, writingVerbs...) {
			first, _, _ := strings.Cut(v.line, " ")
			known = known || first == name
		}
		if !known {
			t.Errorf("'arbor %s' is in the help and not in this test", name)
		}
	}
	env := h.env
	for _, v := range readingVerbs {
		t.Run("on a terminal "+v.line, func(t *testing.T) {
			h.env = append(env[:len(env):len(env)], "NO_COLOR=1")
			if out := h.onTerminal(t, 5000, 80, strings.Fields(strings.ReplaceAll(v.line, "NODE", id))...); strings.Contains(out, "\x1b") {
				t.Errorf("with NO_COLOR: %q", out)
			}
		})
	}
	h.env = env
	for _, v := range append(readingVerbs, writingVerbs...) {
		t.Run(v.line, func(t *testing.T) {
			out := h.fed(t, "y\nyes\n", v.code, strings.Fields(strings.ReplaceAll(v.line, "NODE", id))...)
			if strings.Contains(out, "\x1b") {
				t.Errorf("in a pipe: %q", out)
			}
			if asks.MatchString(out) {
				t.Errorf("it asks where nobody is: %q", out)
			}
		})
	}
	if n := strings.Count(h.must(t, "ls", "plenty"), "\n"); n != 30 {
		t.Errorf("%d nodes are left of 30", n)
	}
}

// fed runs arbor with text on its standard input, and returns both of its outputs.
func (h *home) fed(t *testing.T, text string, code int, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := h.command(ctx, args...)
	cmd.Stdin = strings.NewReader(text)
	out, err := cmd.CombinedOutput()
	if got := cmd.ProcessState.ExitCode(); got != code {
		t.Errorf("arbor %s: exit code %d, want %d: %v: %s", strings.Join(args, " "), got, code, err, out)
	}
	return string(out)
}
