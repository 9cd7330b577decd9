package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"arbor/model"
	"arbor/store"
)

// benchNodes is how large a tree the commands are measured on. One node in ten is an open task, a third of these with a due date, one in ten is
// done, and one in fifty has the tag x.
const benchNodes = 100_000

// grow fills the home's store with a tree ten wide.
func (h *home) grow(b *testing.B, nodes int) {
	b.Helper()
	dir := h.store()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		b.Fatal(err)
	}
	db, err := store.Open(dir, store.Options{})
	if err != nil {
		b.Fatal(err)
	}
	tree, err := model.Open(db, model.Options{Dir: dir})
	if err != nil {
		b.Fatal(err)
	}
	_, err = tree.Import("grow", func(im *model.Importer) error {
		ids := make([]model.ID, 0, nodes)
		for i := range nodes {
			parent := model.Root
			if i > 0 {
				parent = ids[(i-1)/10]
			}
			fill := func(e *model.Edit, id model.ID) error {
				var errs [3]error
				if i%50 == 0 {
					errs[0] = e.AddTag(id, "x")
				}
				switch i % 10 {
				case 3:
					errs[1] = e.SetState(id, model.Todo)
					if i%30 == 3 {
						errs[2] = e.SetDue(id, model.Date{T: time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, i/30%365), AllDay: true})
					}
				case 7:
					errs[1] = e.SetState(id, model.Done)
				}
				return errors.Join(errs[:]...)
			}
			id, err := im.Create(parent, fmt.Sprintf("node %d of a tree that was grown for a measurement", i), 64, fill)
			if err != nil {
				return err
			}
			ids = append(ids, id)
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	if err := db.Close(); err != nil {
		b.Fatal(err)
	}
}

// benchRuns is how often each command is run.
const benchRuns = 40

// buildProgram builds the program as make does, and has it found first.
func buildProgram(b *testing.B) {
	b.Helper()
	dir := b.TempDir()
	args := []string{"build", "-o", filepath.Join(dir, "arbor")}
	if runtime.GOOS == "linux" {
		args = append(args, "-tags", "iouring", "-ldflags=-checklinkname=0")
	}
	cmd := exec.Command("go", append(args, ".")...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("go build: %v\n%s", err, out)
	}
	b.Setenv("PATH", dir+string(filepath.ListSeparator)+os.Getenv("PATH"))
}

// BenchmarkProcess measures whole processes on a tree of 100,000 nodes, alone and as clients of one that has the store open, and
// reports the median and the slowest. Beside them stands Taskwarrior, if it is installed, on a tenth of that.
func BenchmarkProcess(b *testing.B) {
	buildProgram(b)
	h := newHome(b)
	h.grow(b, benchNodes)
	var id string
	if err := json.Unmarshal([]byte(h.must(b, "ls", "--json", "--limit", "1", "+x")), &struct{ ID *string }{&id}); err != nil {
		b.Fatal(err)
	}
	again := func(args ...string) func(int) []string { return func(int) []string { return args } }
	commands := []struct {
		name string
		args func(run int) []string
	}{
		{"--version", again("--version")},
		{"add", again("add", "one", "more", "+y")},
		{"done", func(run int) []string {
			if run%2 == 0 {
				return []string{"done", id}
			}
			return []string{"edit", id, "state:todo"}
		}},
		{"ls_+x", again("ls", "--json", "+x")},
		{"ls_+nowhere", again("ls", "--json", "+nowhere")},
		{"ls_overdue", again("ls", "--json", "due:overdue")},
		{"ls_due<fri", again("ls", "--json", "due<fri")},
		{"ls_ready", again("ls", "--json", "is:ready sort:due limit:20")},
		{"ls_phrase", again("ls", "--json", `"no such text"`)},
		{"next", again("next", "--json")},
		{"draw", again("draw", "--json")},
		{"agenda", again("agenda", "--json")},
		{"undo", again("undo")},
	}
	for _, role := range []string{"alone", "client"} {
		if role == "client" {
			h.watch(b)
		}
		for _, c := range commands {
			b.Run(role+"/"+c.name, func(b *testing.B) {
				measure(b, func(run int) { h.must(b, c.args(run)...) })
			})
		}
	}
	b.Run("task", benchTask)
}

// measure reports the median and the slowest of some runs.
func measure(b *testing.B, fn func(run int)) {
	for b.Loop() {
		took := make([]time.Duration, benchRuns)
		for i := range took {
			began := time.Now()
			fn(i)
			took[i] = time.Since(began)
		}
		slices.Sort(took)
		b.ReportMetric(float64(took[benchRuns/2].Microseconds())/1000, "p50-ms")
		b.ReportMetric(float64(took[benchRuns-1].Microseconds())/1000, "max-ms")
		b.ReportMetric(0, "ns/op")
	}
}

// benchTask measures Taskwarrior.
func benchTask(b *testing.B) {
	program, err := exec.LookPath("task")
	if err != nil {
		b.Skip("Taskwarrior is not installed")
	}
	dir := b.TempDir()
	rc := filepath.Join(dir, "taskrc")
	if err := os.WriteFile(rc, []byte("data.location="+dir+"\nconfirmation=no\nhooks=off\n"), 0o600); err != nil {
		b.Fatal(err)
	}
	run := func(in string, args ...string) {
		cmd := exec.Command(program, args...)
		cmd.Env = append(os.Environ(), "TASKRC="+rc, "TASKDATA="+dir, "HOME="+dir)
		cmd.Stdin = strings.NewReader(in)
		if out, err := cmd.CombinedOutput(); err != nil && !strings.Contains(string(out), "No matches") {
			b.Fatalf("task %v: %v\n%s", args, err, out)
		}
	}
	var tasks []string
	for i := range benchNodes / 10 {
		tags := ""
		if i%50 == 0 {
			tags = `,"tags":["x"]`
		}
		tasks = append(tasks, fmt.Sprintf(`{"description":"node %d of a tree that was grown for a measurement","status":"pending","entry":"20260101T000000Z"%s}`, i, tags))
	}
	run("["+strings.Join(tasks, ",\n")+"]", "import", "-")
	b.ResetTimer()
	for _, c := range []struct {
		name string
		args func(run int) []string
	}{
		{"add", func(int) []string { return []string{"add", "one", "more", "+y"} }},
		{"done", func(run int) []string { return []string{fmt.Sprint(run + 1), "done"} }},
		{"ls_+x", func(int) []string { return []string{"+x", "export"} }},
		{"ls_overdue", func(int) []string { return []string{"+OVERDUE", "export"} }},
		{"next", func(int) []string { return []string{"next"} }},
		{"undo", func(int) []string { return []string{"undo"} }},
	} {
		b.Run(c.name, func(b *testing.B) { measure(b, func(i int) { run("", c.args(i)...) }) })
	}
}
