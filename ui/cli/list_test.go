package cli

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"arbor/config"
)

func TestMarkdownList(t *testing.T) {
	for _, row := range []struct{ name, in, want string }{
		{"boxes", "- [ ] open\n  - [x] shut\n* [-] dropped\n- [X] also\n- plain", "open (todo)|.shut (done)|dropped (cancelled)|also (done)|plain"},
		{"a state of its own wins", "- [ ] it state:doing", "it (doing)"},
		{"headings", "# Trip\nwith Ann\n\n## Before\n- book\n  - train\n## There ##\n### Day one\n- see\n# Home\n- rest",
			"Trip {with Ann}|.Before|..book|...train|.There|..Day one|...see|Home|.rest"},
		{"heading skipped", "### deep\n- a\n## less\n- b\n# top", "deep|.a|less|.b|top"},
		{"numbers", "# n\n1. one\n2) two\n   - below\n10. ten", "n|.one|.two|..below|.ten"},
		{"notes", "- [ ] a\n  more of a\n  and more\n\n  after a gap\n- b", "a (todo) {more of a/and more//after a gap}|b"},
		{"code", "- a\n  ```sh\n  - [ ] no item\n\n    deeper\n  ```\n- b", "a {```sh/- [ ] no item//  deeper/```}|b"},
		{"code without an end", "- a\n```\n# no heading", "a {```/# no heading}"},
		{"a fence first", "```\ncode\n```", "``` {code/```}"},
		{"tags", "- [ ] call Ann +phone due:none", "call Ann (todo) +phone"},
		{"plain stays", "a\n  1. b\n  [ ] c\n#tag d\n    ## e", "a|.1. b|.[ ] c|d +tag|.## e"},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := &run{Program: &Program{In: strings.NewReader(row.in), Err: &bytes.Buffer{}, Now: time.Now}, config: &config.Loaded{Config: config.Config{Zone: time.UTC}}}
			list, err := r.readList()
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, item := range list {
				s := strings.Repeat(".", item.depth) + item.line.Text
				if item.line.State != "" {
					s += fmt.Sprintf(" (%s)", item.line.State)
				}
				for _, tag := range item.line.Tags {
					s += " +" + tag
				}
				if item.note != "" {
					s += " {" + strings.ReplaceAll(item.note, "\n", "/") + "}"
				}
				got = append(got, s)
			}
			if strings.Join(got, "|") != row.want {
				t.Errorf("got  %s\nwant %s", strings.Join(got, "|"), row.want)
			}
		})
	}
}

// A note of very many lines is read in about the time that its bytes take.
func TestMarkdownLongNote(t *testing.T) {
	text := "- [ ] a\n" + strings.Repeat("  a line of prose below it\n", 200_000)
	r := &run{Program: &Program{In: strings.NewReader(text), Err: &bytes.Buffer{}, Now: time.Now}, config: &config.Loaded{Config: config.Config{Zone: time.UTC}}}
	list, err := r.readList()
	if err != nil || len(list) != 1 {
		t.Fatalf("%d nodes, %v", len(list), err)
	}
	if got := strings.Count(list[0].note, "\n") + 1; got != 200_000 || list[0].size < len(list[0].note) {
		t.Errorf("a note of %d lines, %d of size %d", got, len(list[0].note), list[0].size)
	}
}
