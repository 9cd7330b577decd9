package command

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write ui/KEYS.md again")

// TestOneMeaning: in every preset and every focus a key means one command, and no key is the beginning of another's sequence.
func TestOneMeaning(t *testing.T) {
	for _, name := range Presets() {
		m, errs := New(name, nil)
		if len(errs) > 0 {
			t.Fatalf("%s: %v", name, errs)
		}
		for i, a := range table {
			for _, b := range table[i+1:] {
				if !overlap(a.Focus, b.Focus) {
					continue
				}
				for _, ka := range m.keys[a.ID] {
					for _, kb := range m.keys[b.ID] {
						if clashes(ka, kb) {
							t.Errorf("%s: %s is %q and %s is %q", name, a.ID, ka, b.ID, kb)
						}
					}
				}
			}
		}
		for _, c := range table {
			if _, err := parseKeys(m.keys[c.ID]); err != nil {
				t.Errorf("%s: %s: %v", name, c.ID, err)
			}
		}
		for id := range presets[name].keys {
			if _, ok := Find(id); !ok {
				t.Errorf("%s binds %q, which is no command", name, id)
			}
		}
		for _, id := range []ID{Quit, Help, Palette, Undo, Back, AddSibling, Done, FindWords} {
			if len(m.Keys(id)) == 0 {
				t.Errorf("%s has no key for %s", name, id)
			}
		}
	}
}

func TestTable(t *testing.T) {
	seen := map[ID]bool{}
	for _, c := range table {
		if seen[c.ID] {
			t.Errorf("%s is twice in the table", c.ID)
		}
		seen[c.ID] = true
		if c.Title == "" || c.Short == "" || c.Group == "" || c.Focus == 0 || strings.HasSuffix(c.Title, ".") || len(c.Short) > 14 {
			t.Errorf("row %s is not whole: %+v", c.ID, c.Title)
		}
	}
}

func TestOwnKeys(t *testing.T) {
	for _, c := range []struct {
		name string
		own  map[string][]string
		typed, want,
		err string
	}{
		{"moves a key", map[string][]string{"node.delete": {"d"}}, "d", "node.delete", ""},
		{"a sequence", map[string][]string{"node.delete": {"x x"}}, "x x", "node.delete", ""},
		{"unbind", map[string][]string{"node.delete": {}}, "x", "", ""},
		{"unknown command", map[string][]string{"node.fly": {"x"}}, "x", "node.delete", `no command "node.fly"`},
		{"not a key", map[string][]string{"node.delete": {"hyper+x"}}, "x", "node.delete", `"hyper+x" is not a key`},
		{"two want it", map[string][]string{"node.delete": {"y"}, "draw": {"y"}}, "y", "draw", "given to both"},
	} {
		m, errs := New("default", c.own)
		id, _ := m.Lookup(Outline, strings.Split(c.typed, " "))
		if string(id) != c.want {
			t.Errorf("%s: %q means %q, want %q", c.name, c.typed, id, c.want)
		}
		if (c.err == "") != (len(errs) == 0) || c.err != "" && !strings.Contains(errs[0].Error(), c.err) {
			t.Errorf("%s: errors %v, want %q", c.name, errs, c.err)
		}
	}
	if m, errs := New("nano", nil); len(errs) != 1 || m.Preset != "default" {
		t.Errorf("preset nano: %s %v", m.Preset, errs)
	}
}

// TestOwnKeysNeverClash: whatever a person writes, what comes out has one meaning a key.
func TestOwnKeysNeverClash(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ids := rapid.SampledFrom(table)
		key := rapid.SampledFrom([]string{"x", "z", "z 1", "z z", "d d", "d", "ctrl+p", "enter", "q", "", "foo"})
		own := map[string][]string{}
		for range rapid.IntRange(0, 4).Draw(t, "n") {
			own[string(ids.Draw(t, "id").ID)] = rapid.SliceOfN(key, 0, 2).Draw(t, "keys")
		}
		m, _ := New(rapid.SampledFrom(Presets()).Draw(t, "preset"), own)
		for i, a := range table {
			for _, b := range table[i+1:] {
				for _, ka := range m.keys[a.ID] {
					for _, kb := range m.keys[b.ID] {
						if overlap(a.Focus, b.Focus) && clashes(ka, kb) {
							t.Fatalf("%s is %q and %s is %q", a.ID, ka, b.ID, kb)
						}
					}
				}
			}
		}
	})
}

func TestSequences(t *testing.T) {
	m, _ := New("", nil)
	if id, more := m.Lookup(Outline, []string{"z"}); id != "" || !more {
		t.Errorf("z means %q, more %v", id, more)
	}
	if id, _ := m.Lookup(Outline, []string{"z", "3"}); id != FoldLevel(3) {
		t.Errorf("z 3 means %q", id)
	}
	if id, more := m.Lookup(Outline, []string{"z", "q"}); id != "" || more {
		t.Errorf("z q means %q, more %v", id, more)
	}
	if id, _ := m.Lookup(Plot, []string{"]"}); id != "" {
		t.Errorf("] means %q in the plot", id)
	}
	if got := len(m.After(Outline, []string{"z"})); got != 11 {
		t.Errorf("%d commands after z, want 11", got)
	}
	if got := m.Label(FoldLevel(3)); got != "z3" {
		t.Errorf("label %q", got)
	}
}

func TestKeysFileIsMadeFromTheTable(t *testing.T) {
	var b bytes.Buffer
	if err := WriteKeys(&b); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("../KEYS.md", b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile("../KEYS.md")
	if err != nil || !bytes.Equal(got, b.Bytes()) {
		t.Errorf("ui/KEYS.md is not what the table says (%v); run go test ./ui/command -update", err)
	}
}

// TestTheHelpBeginsWithWhatIsHere: under the first headings stands what works in one place alone, and no heading is lost.
func TestTheHelpBeginsWithWhatIsHere(t *testing.T) {
	for _, c := range []struct {
		focus Focus
		first string
	}{{Plot, "Plot"}, {Outline, Groups()[0]}, {Frame, Groups()[0]}} {
		got := GroupsOf(c.focus)
		if got[0] != c.first || len(got) != len(Groups()) {
			t.Errorf("the help of %s begins with %v", c.focus, got)
		}
	}
}
