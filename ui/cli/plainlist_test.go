package cli

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"arbor/config"
)

// plainly reads a list of which no line is Markdown: each line a node, below the last one that is indented less. It says whether the list can
// be understood: no line goes back to between two that are open.
func plainly(r *run, text string) (list []listed, ok bool) {
	var indents []int
	for line := range strings.SplitSeq(text, "\n") {
		if strings.TrimSpace(line) == "" {
			continue
		}
		body, indent := indentation(strings.TrimRight(line, " \t"))
		back := false
		for len(indents) > 0 && indents[len(indents)-1] > indent {
			indents, back = indents[:len(indents)-1], true
		}
		switch {
		case len(indents) > 0 && indents[len(indents)-1] == indent:
			indents = indents[:len(indents)-1]
		case len(indents) > 0 && back:
			return nil, false
		}
		l, err := parseLine(body, r.env())
		if err != nil || l.Text == "" {
			return nil, false
		}
		list = append(list, listed{depth: len(indents), line: l, size: len(body)})
		indents = append(indents, indent)
	}
	return list, true
}

// TestPlainLists: a list without a heading, a box behind a bullet or a fence is read as it stands, whatever else in it looks like Markdown.
func TestPlainLists(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		line := rapid.Custom(func(t *rapid.T) string {
			indent := rapid.SampledFrom([]string{"", "", " ", "  ", "  ", "    ", "\t"}).Draw(t, "indent")
			bullet := rapid.SampledFrom([]string{"", "", "- ", "* ", "+ ", "1. ", "2) ", "> ", "-", "#tag ", "+tag ", "[ ] ", "[x]", "`` "}).Draw(t, "bullet")
			text := rapid.SampledFrom([]string{"a", "b # c", "due:2026-12-01 d", "**bold**", "---", "| x | y |", "e [ ] f", "g  ", "", "due:never"}).Draw(t, "text")
			return indent + bullet + text
		})
		text := strings.Join(rapid.SliceOfN(line, 1, 12).Draw(t, "lines"), "\n")
		r := &run{
			Program: &Program{In: strings.NewReader(text), Err: &bytes.Buffer{}, Now: func() time.Time { return time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC) }},
			config:  &config.Loaded{Config: config.Config{Zone: time.UTC}},
		}
		want, ok := plainly(r, text)
		got, err := r.readList()
		if (err == nil) != ok {
			t.Fatalf("%q: %v, understood is %v", text, err, ok)
		}
		if ok && len(got)+len(want) > 0 && !reflect.DeepEqual(got, want) {
			t.Fatalf("%q is %v, want %v", text, got, want)
		}
	})
}
