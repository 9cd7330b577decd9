package cli

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// What is written to a file of nodes is read back from it.
func TestNodeFile(t *testing.T) {
	line := rapid.StringMatching(`(\\{0,2}== |# |)[^\n\r]{0,12}`)
	node := rapid.Custom(func(t *rapid.T) writtenNode {
		return writtenNode{
			ref:  rapid.StringMatching(`[0-9a-z]{4,13}`).Draw(t, "id"),
			line: rapid.StringMatching(`([^=\n\r][^\n\r]{0,12})?`).Draw(t, "line"),
			note: strings.TrimRight(strings.Join(rapid.SliceOfN(line, 0, 4).Draw(t, "note"), "\n"), "\n"),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		nodes := rapid.SliceOfN(node, 0, 4).Draw(t, "nodes")
		text := writeNodes(nodes)
		for _, text := range []string{text, strings.TrimRight(text, "\n"), strings.ReplaceAll(text, "\n", "\r\n"), "\ufeff" + text} {
			got, err := readNodes(text)
			if err != nil {
				t.Fatalf("%v in\n%s", err, text)
			}
			for i := range got {
				if mark := strings.TrimSpace(strings.Split(text, "\n")[got[i].number-2]); mark != nodeMark+got[i].ref {
					t.Fatalf("node %d is said to stand below %q", i, mark)
				}
				got[i].number = 0
			}
			if !slices.Equal(got, nodes) {
				t.Fatalf("%+v was read of\n%s", got, text)
			}
		}
	})
}

// A file of nodes may have anything in it.
func FuzzNodeFile(f *testing.F) {
	f.Add("== k3f2\ncall Anna +phone\nher note\n\n== q7xk\n")
	f.Add("# a word\n== k3f2")
	f.Add("call Anna")
	f.Add("== k3f2\n== q7xk\n\\== a")
	f.Fuzz(func(t *testing.T, text string) {
		nodes, err := readNodes(text)
		if err != nil {
			return
		}
		if strings.Contains(text, "\r") || strings.HasPrefix(text, "\ufeff") {
			return
		}
		again, err := readNodes(writeNodes(nodes))
		if err != nil {
			t.Fatal(err)
		}
		for i := range nodes {
			nodes[i].number, again[i].number = 0, 0
		}
		if !slices.Equal(nodes, again) {
			t.Fatalf("%+v, then %+v", nodes, again)
		}
	})
}
