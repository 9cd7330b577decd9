package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestFeatures: each feature of ui/testdata/features.txt names a test that there is.
func TestFeatures(t *testing.T) {
	text, err := os.ReadFile("ui/testdata/features.txt")
	if err != nil {
		t.Fatal(err)
	}
	sources, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, name := range sources {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(b)
	}
	rows := 0
	for i, line := range strings.Split(string(text), "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		rows++
		cells := strings.Split(line, " | ")
		if len(cells) != 3 {
			t.Errorf("line %d: want group | feature | test", i+1)
			continue
		}
		switch test := cells[2]; {
		case strings.HasSuffix(test, ".txtar"):
			if _, err := os.Stat(filepath.Join("ui/cli/testdata", test)); err != nil {
				t.Errorf("line %d: %v", i+1, err)
			}
		default:
			if !regexp.MustCompile(`(?m)^func ` + regexp.QuoteMeta(test) + `\(t \*testing\.T\)`).MatchString(all.String()) {
				t.Errorf("line %d: there is no test %s", i+1, test)
			}
		}
	}
	if rows < 50 {
		t.Errorf("only %d features: one is not to go away", rows)
	}
}

// TestWorkflows counts the steps of the scripts taken from what other tools document of how they are used.
func TestWorkflows(t *testing.T) {
	files, err := filepath.Glob("ui/cli/testdata/workflows-*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	steps := 0
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		steps += len(regexp.MustCompile(`(?m)^(exec|refuses \d) arbor`).FindAll(b, -1))
	}
	if steps < 200 {
		t.Errorf("%d steps in %v, want 200", steps, files)
	}
}
