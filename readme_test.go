package main

import (
	"os"
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
