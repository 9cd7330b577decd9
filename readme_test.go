package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every test and every file that the README names is there.
func TestReadme(t *testing.T) {
	b, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile("`([a-z/.]+)` `(Test[A-Za-z]+)`").FindAllStringSubmatch(string(b), -1)
	if all := strings.Count(string(b), "`Test"); len(named) < 10 || len(named) != all {
		t.Fatalf("the README names %d tests, %d of them with their package", all, len(named))
	}
	for _, m := range named {
		if dir, name := m[1], m[2]; !hasTest(t, dir, name) {
			t.Errorf("there is no %s in %s", name, dir)
		}
	}
	for _, m := range regexp.MustCompile(`\]\(([^)]+)\)`).FindAllStringSubmatch(string(b), -1) {
		if _, err := os.Stat(m[1]); err != nil {
			t.Error(err)
		}
	}
	for _, m := range regexp.MustCompile("`([a-z]+\\.txtar)`").FindAllStringSubmatch(string(b), -1) {
		if _, err := os.Stat(filepath.Join("ui/cli/testdata", m[1])); err != nil {
			t.Error(err)
		}
	}
}

// The program in the README is the one that is compiled and run as an example.
func TestReadmeExample(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	example, err := os.ReadFile("store/example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	_, program, ok := strings.Cut(string(readme), "```go\n")
	program, _, _ = strings.Cut(program, "```")
	program = strings.Replace(program, `"data"`, "dir", 1)
	indented := regexp.MustCompile("(?m)^(.)").ReplaceAllString(program, "\t\t$1")
	if !ok || !strings.Contains(string(example), indented) {
		t.Errorf("not in store/example_test.go:\n%s", indented)
	}
}

func hasTest(t *testing.T, dir, name string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(b), "\nfunc "+name+"(") {
			return true
		}
	}
	return false
}

// Every command of the tour in the README does what it is there for, one after the other, in an empty home, and each verb of the help is in the README.
func TestReadmeTour(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("no shell")
	}
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, tour, ok := strings.Cut(string(readme), "\n## A tour\n")
	tour, _, ends := strings.Cut(tour, "\n## ")
	blocks := regexp.MustCompile("(?s)\n```sh\n(.*?)```").FindAllStringSubmatch(tour, -1)
	if !ok || !ends || len(blocks) < 10 {
		t.Fatalf("the tour has %d blocks", len(blocks))
	}
	h := newHome(t)
	h.env = append(h.env, "ARBOR_NOW=2026-11-22T10:00:00Z", "BROWSER=true", "VISUAL=true")
	plan := "Trip to Rome\n  Book a flat est:2h cost:350 state:todo\n  Buy tickets est:30min cost:120 state:todo\n"
	if err := os.WriteFile(filepath.Join(h.dir, "plan.txt"), []byte(plan), 0o600); err != nil {
		t.Fatal(err)
	}
	settings := filepath.Join(h.dir, "config", "arbor")
	if err := os.MkdirAll(settings, 0o700); err != nil {
		t.Fatal(err)
	}
	_, toml, _ := strings.Cut(tour, "\n```toml\n")
	toml, _, _ = strings.Cut(toml, "```")
	if err := os.WriteFile(filepath.Join(settings, "config.toml"), []byte(toml), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, block := range blocks {
		for line := range strings.Lines(block[1]) {
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			cmd := exec.CommandContext(ctx, "sh", "-e", "-c", line)
			cmd.Env, cmd.Dir = h.env, h.dir
			out, err := cmd.CombinedOutput()
			cancel()
			if err != nil || len(out) == 0 && !strings.Contains(line, " -o ") { // what is written to a file needs no word
				t.Errorf("%s%v: %q", line, err, out)
			}
			t.Logf("%s%s", line, out)
		}
	}
	for line := range strings.Lines(h.must(t, "help")) {
		verb := regexp.MustCompile(`^  ([a-z]+)  +\S`).FindStringSubmatch(line)
		if verb != nil && !regexp.MustCompile(`arbor `+verb[1]+`\b`).Match(readme) {
			t.Errorf("the README says nothing of 'arbor %s'", verb[1])
		}
	}
}
