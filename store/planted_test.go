package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestPlanted plants bugs, one at a time, and runs the tests that are to find it: each of them must fail. A bug is a file of
// testdata/planted: what it is, lines "fails: PACKAGE TEST…", and a unified diff against the sources, of which the line numbers do not
// matter but every hunk's old lines must be found once. One that does not apply is stale and is to be made anew.
//
// Each costs the making of a test binary. All of them run under ARBOR_SOAK; without it some of them do, and the others only have to apply;
// in the short suite that is all.
func TestPlanted(t *testing.T) {
	files, err := filepath.Glob("testdata/planted/*.diff")
	must(t, err)
	if len(files) < 15 {
		t.Fatalf("only %d planted bugs", len(files))
	}
	sample := []string{"skip-epoch", "acknowledge-early", "no-conflict"}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".diff")
		t.Run(name, func(t *testing.T) {
			p := readPlanted(t, file)
			overlay := p.apply(t)
			if testing.Short() || os.Getenv("ARBOR_SOAK") == "" && !slices.Contains(sample, name) {
				return
			}
			t.Parallel()
			p.mustFail(t, overlay)
		})
	}
}

// planted is one bug.
type planted struct {
	fails map[string][]string // package → tests
	files map[string][]hunk   // path from the root of the module → changes
}

// hunk is one place of a diff: its old lines and what replaces them.
type hunk struct{ old, new []string }

func readPlanted(t *testing.T, file string) planted {
	t.Helper()
	text, err := os.ReadFile(file)
	must(t, err)
	p := planted{map[string][]string{}, map[string][]hunk{}}
	path := ""
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		hunks := p.files[path]
		switch {
		case strings.HasPrefix(line, "fails: "):
			words := strings.Fields(line)
			p.fails[words[1]] = append(p.fails[words[1]], words[2:]...)
		case strings.HasPrefix(line, "--- a/"):
			path = strings.TrimPrefix(line, "--- a/")
		case path == "" || strings.HasPrefix(line, "+++ ") || strings.HasPrefix(line, "diff ") || strings.HasPrefix(line, "index "):
		case strings.HasPrefix(line, "@@"):
			p.files[path] = append(hunks, hunk{})
		case len(hunks) == 0:
			t.Fatalf("%s: %q before the first hunk", file, line)
		default:
			h, rest := &hunks[len(hunks)-1], ""
			if line != "" {
				rest = line[1:]
			}
			if !strings.HasPrefix(line, "+") {
				h.old = append(h.old, rest)
			}
			if !strings.HasPrefix(line, "-") {
				h.new = append(h.new, rest)
			}
		}
	}
	if len(p.fails) == 0 || len(p.files) == 0 {
		t.Fatalf("%s names no test that must fail, or changes nothing", file)
	}
	return p
}

// apply writes the changed sources beside the true ones and returns the overlay that makes the go command take them.
func (p planted) apply(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("..")
	must(t, err)
	dir := t.TempDir()
	replace := map[string]string{}
	for path, hunks := range p.files {
		source := filepath.Join(root, filepath.FromSlash(path))
		b, err := os.ReadFile(source)
		must(t, err)
		text := string(b)
		for _, h := range hunks {
			old, changed := strings.Join(h.old, "\n")+"\n", strings.Join(h.new, "\n")+"\n"
			if n := strings.Count(text, old); n != 1 {
				t.Fatalf("the diff is stale, make it anew: its lines are %d times in %s:\n%s", n, path, old)
			}
			text = strings.Replace(text, old, changed, 1)
		}
		replace[source] = filepath.Join(dir, fmt.Sprintf("%d-%s", len(replace), filepath.Base(path)))
		must(t, os.WriteFile(replace[source], []byte(text), 0o644))
	}
	list, err := json.Marshal(map[string]any{"Replace": replace})
	must(t, err)
	overlay := filepath.Join(dir, "overlay.json")
	must(t, os.WriteFile(overlay, list, 0o644))
	return overlay
}

// mustFail runs the tests with the overlay. Each has to fail, by its own judgement: not for a source that does not compile, nor by a hang.
func (p planted) mustFail(t *testing.T, overlay string) {
	gotool, err := exec.LookPath("go")
	if err != nil {
		t.Skip(err)
	}
	for pkg, tests := range p.fails {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
		defer cancel()
		cmd := exec.CommandContext(ctx, gotool, "test", "-overlay", overlay, "-short", "-count=1", "-timeout=4m",
			"-run", "^("+strings.Join(tests, "|")+")$", pkg)
		cmd.Dir = ".."
		cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "ARBOR_SOAK=") })
		out, err := cmd.CombinedOutput()
		if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		text := string(out)
		if len(text) > 4000 {
			text = text[:4000] + " …"
		}
		switch {
		case err == nil:
			t.Errorf("not found by %v", tests)
			continue
		case strings.Contains(text, "[build failed]") || strings.Contains(text, "[setup failed]"):
			t.Fatalf("the bug does not compile:\n%s", text)
		case strings.Contains(string(out), "panic: test timed out"):
			t.Errorf("hangs instead of failing:\n%s", text)
			continue
		}
		for _, name := range tests {
			if !regexp.MustCompile(`(?m)^--- FAIL: ` + name + ` `).Match(out) {
				t.Errorf("not found by %s; found was:\n%s", name, text)
			}
		}
	}
}
