package taskwarrior

import (
	_ "embed"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"arbor/model"
	"arbor/model/exchange"
)

const uuids = "00000000-0000-4000-8000-00000000000"

func plan(t testing.TB, data string) (map[string]*exchange.Node, *exchange.Report) {
	t.Helper()
	p, err := Read([]byte(data), time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	nodes := map[string]*exchange.Node{}
	seen := map[model.ID]bool{model.Root: true}
	if err := p.Each(func(n *exchange.Node) error {
		if !seen[n.Parent] {
			t.Errorf("%q stands before its parent", n.Text)
		}
		seen[n.ID] = true
		nodes[n.Text] = n
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return nodes, &p.Report
}

func has(remarks []exchange.Remark, part string) bool {
	return slices.ContainsFunc(remarks, func(r exchange.Remark) bool { return strings.Contains(r.Text, part) })
}

//go:embed testdata/tasks.json
var full string

func TestRead(t *testing.T) {
	nodes, report := plan(t, full)
	root, first := nodes["Taskwarrior"], nodes["first"]
	if root == nil || root.Parent != model.Root || !root.HideDone || first == nil {
		t.Fatalf("nodes %v", nodes)
	}
	garden, pond := nodes["garden"], nodes["pond"]
	if nodes["home"].Parent != root.ID || garden.Parent != nodes["home"].ID || pond.Parent != garden.ID || first.Parent != pond.ID || nodes["second"].Parent != garden.ID || !garden.HideDone {
		t.Error("the path of projects is wrong")
	}
	if first.State != model.Doing || !slices.Equal(first.Tags, []string{"a", "b", "c"}) || first.Line != 2 {
		t.Errorf("first is %+v", first)
	}
	for _, d := range []struct{ got, want string }{
		{first.Due.String(), "2026-12-24T08:30:00Z"}, {first.Sched.String(), "2026-12-24T08:30:00Z"}, {first.Wait.String(), "2026-12-01T00:00:00Z"},
		{first.Until.String(), "2027-01-01T00:00:00Z"}, {first.Created.Format(time.RFC3339), "2026-11-01T10:00:00Z"},
		{first.Modified.Format(time.RFC3339), "2026-11-02T10:00:00Z"}, {nodes["second"].Finished.Format(time.RFC3339), "2026-11-10T10:00:00Z"},
		{nodes["third"].Modified.Format(time.RFC3339), "2026-11-12T10:00:00Z"}, {nodes["fourth"].Wait.String(), "9999-12-30"},
		{first.Note, "and more\n2026-11-04T12:00:00Z earlier\n  line\n2026-11-05T12:00:00Z later"},
	} {
		if d.got != d.want {
			t.Errorf("got %q, want %q", d.got, d.want)
		}
	}
	want := []model.Field{{Key: "depends", Value: uuids + "9"}, {Key: "estimate", Value: "30"}, {Key: "path", Value: "a/b é"}, {Key: "person", Value: `{"a":[1,2]}`}, {Key: "prio", Value: "6"},
		{Key: "start", Value: "2026-11-03T10:00:00Z"}, {Key: "uda.prio", Value: "own"}, {Key: "uuid", Value: uuids + "1"}}
	if !slices.Equal(first.Fields, want) {
		t.Errorf("fields of first\n got %v\nwant %v", first.Fields, want)
	}
	if len(first.Arrows) != 1 || first.Arrows[0].To != nodes["second"].ID {
		t.Errorf("arrows of first are %v", first.Arrows)
	}
	for text, state := range map[string]model.State{"second": model.Done, "third": model.Cancelled, "fourth": model.Waiting, "instance": model.Todo} {
		if n := nodes[text]; n.State != state || n.Trashed != (text == "third") {
			t.Errorf("%s is %v, trashed %v", text, n.State, n.Trashed)
		}
	}
	if v, _ := nodes["instance"].Field("rec"); v != "every week" || nodes["template"] != nil {
		t.Errorf("rec is %q", v)
	}
	for _, part := range []string{"priority U", "estimate", "not in the file"} {
		if !has(report.Kept, part) {
			t.Errorf("the report does not say that %q is kept: %v", part, report.Kept)
		}
	}
	for _, part := range []string{"priority H, M, L", "annotations", "trash", "completed", "arrows"} {
		if !has(report.Mapped, part) {
			t.Errorf("the report does not say that %q is mapped: %v", part, report.Mapped)
		}
	}
	if !has(report.Dropped, "urgency") || !has(report.Dropped, "id:") {
		t.Errorf("dropped: %v", report.Dropped)
	}
}

func TestForms(t *testing.T) {
	a, b := `{"uuid":"`+uuids+`1","description":"a","status":"pending"}`, `{"uuid":"`+uuids+`2","description":"b",
"status":"pending"}`
	for _, c := range []struct{ name, data string }{
		{"array", "[" + a + ",\n" + b + "]"},
		{"array over lines", "[\n" + a + "\n,\n" + b + "\n]\n"},
		{"lines", a + "\n" + b + "\n"},
		{"concatenated", a + b},
		{"with commas", a + ",\n" + b},
		{"CRLF and a byte order mark", "\ufeff[\r\n" + a + ",\r\n" + b + "\r\n]\r\n"},
		{"two arrays", "[" + a + "]\n[" + b + "]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			nodes, _ := plan(t, c.data)
			if len(nodes) != 3 || nodes["a"] == nil || nodes["b"] == nil {
				t.Errorf("got %v", nodes)
			}
		})
	}
	if nodes, _ := plan(t, a); len(nodes) != 2 {
		t.Errorf("one object: %v", nodes)
	}
}

func TestDependsForms(t *testing.T) {
	for _, c := range []struct{ name, depends string }{
		{"array", `["` + uuids + `1","` + uuids + `2"]`},
		{"string", `"` + uuids + `1,` + uuids + `2"`},
		{"array in a string", `"[\"` + uuids + `1\",\"` + uuids + `2\"]"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			nodes, _ := plan(t, `{"description":"x","uuid":"`+uuids+`1"}{"description":"y","uuid":"`+uuids+`2"}{"description":"z","depends":`+c.depends+`}`)
			if len(nodes["z"].Arrows) != 2 || nodes["z"].Arrows[0].To != nodes["x"].ID {
				t.Errorf("arrows %v", nodes["z"].Arrows)
			}
		})
	}
	nodes, _ := plan(t, `{"description":"x","uuid":"`+uuids+`1"}{"description":"z","dep_`+uuids+`1":"x","tag_home":"x","annotation_1700000000":"noted"}`)
	if z := nodes["z"]; len(z.Arrows) != 1 || !slices.Equal(z.Tags, []string{"home"}) || z.Note != "2023-11-14T22:13:20Z noted" {
		t.Errorf("keys of TaskChampion: %+v", z)
	}
}

func TestRejectedTasks(t *testing.T) {
	good := `{"uuid":"` + uuids + `1","description":"good"}`
	for _, c := range []struct{ name, task, why string }{
		{"no description", `{}`, "no description"},
		{"status", `{"description":"x","status":"foo"}`, `status "foo"`},
		{"uuid", `{"description":"x","uuid":"123"}`, `uuid "123"`},
		{"date", `{"description":"x","due":"soon"}`, `due: "soon"`},
		{"annotation", `{"description":"x","annotations":[{"entry":"20261101T100000Z"}]}`, "no description"},
		{"annotations", `{"description":"x","annotations":"y"}`, "no list"},
		{"tags", `{"description":"x","tags":7}`, "tags is no list"},
		{"depends", `{"description":"x","depends":["y"]}`, "no uuid"},
	} {
		t.Run(c.name, func(t *testing.T) {
			nodes, report := plan(t, "[\n"+good+",\n"+c.task+"\n]")
			if len(nodes) != 2 || len(report.Dropped) != 1 || report.Dropped[0].Line != 3 || !strings.Contains(report.Dropped[0].Text, c.why) {
				t.Errorf("%d nodes, dropped %v", len(nodes), report.Dropped)
			}
		})
	}
	nodes, report := plan(t, good+"\n"+strings.Replace(good, "good", "better", 1))
	if nodes["better"] == nil || nodes["good"] != nil || !has(report.Dropped, "comes again in line 2") {
		t.Errorf("of two tasks with one uuid: %v, %v", nodes, report.Dropped)
	}
}

func TestReadRefuses(t *testing.T) {
	for _, c := range []struct{ name, data, want string }{
		{"empty", "", "empty"},
		{"empty array", "[]", "no task"},
		{"truncated array", full[:len(full)-4], "truncated"},
		{"truncated task", full[:len(full)/2], "truncated"},
		{"other JSON", `{"foo":1}`, "no task of Taskwarrior's"},
		{"text", "buy milk", "line 1"},
		{"bad JSON", "[\n{\"description\":\n nope}]", "line 3"},
		{"nested", "[[]]", "array within"},
		{"binary", "\x00\x01\x02", "binary"},
		{"gzip", "\x1f\x8b\x08", "gunzip"},
		{"database", "SQLite format 3\x00", "task export"},
		{"UTF-16", "\xff\xfe[\x00", "iconv"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := Read([]byte(c.data), time.UTC); err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v, want one line with %q", err, c.want)
			}
		})
	}
}

// Real exports, where they are at hand: every task is there, and none is dropped.
func TestSamples(t *testing.T) {
	for _, name := range []string{"export.json", "demo.json"} {
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile(sample(t, name))
			if err != nil {
				t.Skip("no sample files: ", err)
			}
			p, err := Read(data, time.UTC)
			if err != nil {
				t.Fatal(err)
			}
			tasks := 0
			_ = p.Each(func(n *exchange.Node) error {
				if _, ok := n.Field("uuid"); ok {
					tasks++
				}
				return nil
			})
			if objects := strings.Count(string(data), `"uuid"`); tasks != objects || has(p.Report.Dropped, "a task") {
				t.Errorf("%d tasks of %d, dropped %v", tasks, objects, p.Report.Dropped)
			}
		})
	}
}

// sample returns where a file of ../shared/samples is, seen from the module's root.
func sample(t *testing.T, name string) string {
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for up := dir; up != filepath.Dir(up); up = filepath.Dir(up) {
		if _, err := os.Stat(filepath.Join(up, "go.mod")); err == nil {
			return filepath.Join(up, "..", "shared", "samples", "taskwarrior", name)
		}
	}
	return name
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(full))
	f.Add([]byte(`{"description":"x","depends":"[\"a\"]","tags":"a,b"}{}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := Read(data, time.UTC)
		if err != nil {
			return
		}
		seen := map[model.ID]bool{model.Root: true}
		_ = p.Each(func(n *exchange.Node) error {
			if !seen[n.Parent] || seen[n.ID] {
				t.Fatalf("node %q stands before its parent or comes twice", n.Text)
			}
			seen[n.ID] = true
			return nil
		})
	})
}
