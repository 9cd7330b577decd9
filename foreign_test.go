//go:build foreign

package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// run runs somebody else's program in the home and returns its output.
func (h *home) run(t *testing.T, stdin, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env, cmd.Dir, cmd.Stdin = h.env, h.dir, strings.NewReader(stdin)
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v: %s", name, strings.Join(args, " "), err, said.String())
	}
	return string(out)
}

// node is what the test looks at of a line of arbor's JSON.
type node struct {
	Text, State, Due string
	Tags             []string
	Fields           map[string]string
}

// taskwarrior is a home with settings for task.
func taskwarrior(t *testing.T) *home {
	h := newHome(t)
	rc := filepath.Join(h.dir, "taskrc")
	settings := "data.location=" + filepath.Join(h.dir, "task") + "\nconfirmation=no\nverbose=nothing\nnews.version=99\nuda.estimate.type=string\n"
	if err := os.WriteFile(rc, []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	h.env = append(h.env, "TASKRC="+rc)
	return h
}

// What Debian's Taskwarrior exports comes in: texts, states, tags, dates, priorities, dependencies; and again with no change.
func TestForeignTaskwarrior(t *testing.T) {
	h := taskwarrior(t)
	task := func(args ...string) { h.run(t, "", "task", args...) }
	task("add", "water the plants", "project:home.garden", "priority:H", "+green", "due:2030-06-01T08:00:00Z", "estimate:3h")
	task("add", "buy soil", "project:home.garden", "wait:2031-01-01")
	task("add", "Ünï¢öde 日本語 \"quoted\"")
	task("1", "modify", "depends:2")
	task("1", "annotate", "with rain water")
	task("add", "was done")
	task("4", "done")
	task("add", "was deleted")
	task("description:was deleted", "delete")
	task("rc.recurrence=no", "add", "every week", "due:2030-01-01", "recur:weekly")

	exported := h.run(t, "", "task", "export")
	report := h.run(t, exported, "arbor", "import", "taskwarrior", "-")
	if !strings.HasPrefix(report, "taskwarrior: ") {
		t.Fatalf("the report is %q", report)
	}
	nodes := map[string]node{}
	for line := range strings.Lines(h.must(t, "ls", "--json")) {
		var n node
		if err := json.Unmarshal([]byte(line), &n); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		nodes[n.Text] = n
	}
	plants := nodes["water the plants"]
	if plants.State != "todo" || plants.Due != "2030-06-01T08:00:00Z" || !slices.Contains(plants.Tags, "green") || plants.Fields["prio"] != "6" || plants.Fields["estimate"] != "3h" {
		t.Errorf("water the plants came in as %+v", plants)
	}
	if _, ok := nodes["Ünï¢öde 日本語 \"quoted\""]; !ok {
		t.Errorf("no text in Unicode among %v", nodes)
	}
	if nodes["was done"].State != "done" {
		t.Errorf("was done came in as %+v", nodes["was done"])
	}
	if _, ok := nodes["every week"]; !ok {
		t.Error("the recurring task is missing")
	}
	if _, ok := nodes["was deleted"]; ok || !strings.Contains(h.must(t, "ls", "under:trash"), "was deleted") {
		t.Error("the deleted task is not in the trash")
	}
	show := h.must(t, "show", `"water the plants"`)
	for _, want := range []string{"home › garden", "buy soil", "with rain water"} {
		if !strings.Contains(show, want) {
			t.Errorf("%q is missing in\n%s", want, show)
		}
	}
	if again := h.run(t, exported, "arbor", "import", "taskwarrior", "-"); !strings.Contains(again, "0 created, 0 changed") {
		t.Errorf("the second import says %s", again)
	}
	task("1", "done")
	if changed := h.run(t, h.run(t, "", "task", "export"), "arbor", "import", "taskwarrior", "-"); strings.Contains(changed, " 0 changed") {
		t.Errorf("a task that was done over there: %s", changed)
	}
	if out := h.must(t, "ls", "state:done", "plants"); !strings.Contains(out, "water the plants") {
		t.Errorf("it is not done here: %q", out)
	}
}

// TestForeignRecurrence: what Taskwarrior repeats comes in as one node with its history.
func TestForeignRecurrence(t *testing.T) {
	h := taskwarrior(t)
	task := func(args ...string) { h.run(t, "", "task", args...) }
	task("rc.recurrence=no", "add", "stretch", "due:yesterday", "recur:daily")
	task("export") // which makes the tasks
	task("status:pending", "imask:0", "done")
	task("status:pending", "imask:1", "delete")
	h.run(t, h.run(t, "", "task", "export"), "arbor", "import", "taskwarrior", "-")
	if out := h.must(t, "ls", "--json", "stretch"); strings.Count(out, "\n") != 1 || !strings.Contains(out, `"rec":"`) {
		t.Fatalf("it came in as\n%s", out)
	}
	chain := h.must(t, "chain", `"stretch"`, "--json")
	if strings.Count(chain, `"outcome":"done"`) != 1 || strings.Count(chain, `"outcome":"skipped"`) != 1 || !strings.Contains(chain, `"outcome":"open"`) {
		t.Errorf("its history is\n%s", chain)
	}
}

// What arbor writes is read by other programs: JSON by Python, the completions by bash.
func TestForeignReaders(t *testing.T) {
	h := newHome(t)
	h.must(t, "add", `quotes " and \ and <&> and 日本語`, "+tag", "due:2030-01-01")
	h.must(t, "log", "weight", "72.4")
	script := "import json,sys\nfor line in sys.stdin: json.loads(line)\n"
	for _, args := range [][]string{{"export", "json"}, {"ls", "--json"}, {"plot", "weight", "--json"}, {"store", "stats", "--json"}, {"doctor", "--json"}} {
		out := h.must(t, args...)
		if _, err := exec.LookPath("python3"); err == nil {
			h.run(t, out, "python3", "-c", script)
		}
	}
	h.run(t, h.must(t, "completion", "bash"), "bash", "-n")
}
