package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"arbor/config"

	"pgregory.net/rapid"
)

// world is a person's files, on which commands run one after the other: each opens the store anew, as a process of its own does.
type world struct {
	t     *rapid.T // to draw from
	tb    rapid.TB
	dir   string
	zone  *time.Location
	clock time.Time
	ran   []string // for the report

	nodes     []exported // as of the last export: those of the tree and of the trash
	intervals []worked   // and the time worked on them
	undone    bool       // the last command was undo
}

// exported is what the commands to come have to know of a node.
type exported struct {
	ID, Text string
	Fields   map[string]string
	Events   json.RawMessage // in the line of events: the node; in the last line a count
	Happened []worked
}

// worked is an interval, or an occurrence, which has no beginning.
type worked struct {
	node     string
	ID       string
	From, To time.Time
}

const undoSettings = `
zone = "Europe/Berlin"
[states]
review = "doing"
someday = "waiting"
[field.cost]
type = "number"
roll = "sum"
[context.home]
query = "+home"
stamp = "+home prio:M state:todo under:inbox"
[[rule]]
on = "done"
match = "+bill"
then = ["add file {{text}} +paper due:+2d under:inbox", "set +filed"]
[[rule]]
on = "start"
then = ["set +begun"]
`

const undoTasks = `[{"uuid":"00000000-0000-4000-8000-000000000001","status":"pending","description":"first","entry":"20261101T100000Z","due":"20261224T083000Z",
"project":"home.garden","priority":"H","tags":["a"],"depends":["00000000-0000-4000-8000-000000000002"],"annotations":[{"entry":"20261105T120000Z","description":"later"}]},
{"uuid":"00000000-0000-4000-8000-000000000002","status":"completed","description":"second","entry":"20261101T100000Z","end":"20261103T100000Z"}]`

const undoTree = `{"arbor":1,"exported":"2026-11-22T17:00:00Z"}
{"id":"1111111111110","parent":"0000000000000","order":0,"text":"garden","state":"doing","tags":["home"],"fields":{"prio":"6","rec":"weekly"},"due":"2026-11-27","note":"two\nlines\n"}
{"events":"1111111111110","happened":[{"id":"1111111111112","from":"2026-11-01T10:00:00Z","to":"2026-11-01T11:00:00Z","text":"dug"},{"id":"1111111111114","date":"2026-11-20","outcome":"done","at":"2026-11-20T10:00:00Z"}]}
{"id":"2222222222220","parent":"1111111111110","order":0,"text":"pond","state":"done","tags":[],"fields":{},"arrows":[{"to":"3333333333330","label":"then"}],"x":4,"y":7,"collapsed":true}
{"id":"3333333333330","parent":"1111111111110","order":1,"text":"depth","state":"none","tags":[],"fields":{},"series":true}
{"samples":"3333333333330","values":[[1793527200000000000,0.8],[1793613600000000000,0.75]]}
{"end":true,"nodes":3,"samples":2,"events":2}
`

const undoTable = "time,weight,rain\n2026-11-01T07:00:00Z,72.4,0\n2026-11-03T07:00:00Z,72.0,1.5\n2026-11-02T07:00:00Z,72.2,NA\n"

// undoFiles are what is imported. Those that end before their time are refused.
var undoFiles = map[string]string{"tasks.json": undoTasks, "tree.jsonl": undoTree, "table.csv": undoTable, "torn.jsonl": undoTree[:len(undoTree)-60], "empty.json": ""}

// newWorld is one in a new directory.
func newWorld(t rapid.TB, dir string) *world {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	w := &world{tb: t, dir: dir, zone: zone, clock: time.Date(2027, 3, 26, 9, 0, 0, 0, time.UTC)} // two days before summer time
	files := maps.Clone(undoFiles)
	files["config.toml"] = undoSettings
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

// run is one command from its beginning to its end.
func (w *world) run(in string, args ...string) (out, said string, code int) {
	var stdout, stderr bytes.Buffer
	p := w.program(in, &stdout)
	p.Args, p.Err = args, &stderr
	code = Run(context.Background(), p)
	return stdout.String(), stderr.String(), code
}

// program is a process on the files. What is on standard input are keys too, there as they are pressed.
func (w *world) program(in string, out io.Writer) Program {
	return Program{
		In: strings.NewReader(in), Out: out,
		Now:    func() time.Time { return w.clock },
		Lookup: func(string) (string, bool) { return "", false },
		Paths: config.Paths{Config: filepath.Join(w.dir, "config.toml"), Data: filepath.Join(w.dir, "store"),
			Log: filepath.Join(w.dir, "state", "log"), Cache: filepath.Join(w.dir, "cache")},
		Terminal: Terminal{In: in != "", Out: in != "", Raw: func() (func(), error) { return func() {}, nil }},
	}
}

// must is run where nothing may go wrong.
func (w *world) must(args ...string) string {
	w.tb.Helper()
	out, said, code := w.run("", args...)
	if code != exitOK {
		w.fail("arbor %s: exit code %d: %s", strings.Join(args, " "), code, said)
	}
	return out
}

func (w *world) fail(format string, args ...any) {
	w.tb.Helper()
	w.tb.Fatalf("%s\nafter:\n  %s", fmt.Sprintf(format, args...), strings.Join(w.ran, "\n  "))
}

// state is all that the store holds, as it is exported: every node of the tree and of the trash with its note, arrows, intervals, occurrences and
// samples. The first line alone, which has the time of the export, is left out; even the times of change are as they were.
func (w *world) state() string {
	w.tb.Helper()
	_, state, _ := strings.Cut(w.must("export", "json"), "\n")
	w.nodes, w.intervals = w.nodes[:0], w.intervals[:0]
	for line := range strings.Lines(state) {
		var n exported
		if err := json.Unmarshal([]byte(line), &n); err != nil {
			w.fail("%s: %v", line, err)
		}
		if n.ID != "" && n.ID != "0000000000000" {
			w.nodes = append(w.nodes, n)
		}
		for _, x := range n.Happened {
			if x.node = string(n.Events); !x.From.IsZero() {
				w.intervals = append(w.intervals, x)
			}
		}
	}
	return state
}

// steps is how many actions verb would take back, or do again.
func (w *world) steps(verb string) int {
	w.tb.Helper()
	return strings.Count(w.must(verb, "--list", fmt.Sprint(maxSteps), "--json"), "\n")
}

// unknown is a state between the steps of one command.
const unknown = ""

// past is the oracle: the states that undo goes back through, and redo forward, with the one at hand between them.
type past struct {
	before, after []string // the nearest last
	now           string
}

// travel goes n steps back if back, else forward, as far as there are steps; it returns how many.
func (p *past) travel(n int, back bool) int {
	from, to := &p.before, &p.after
	if !back {
		from, to = to, from
	}
	n = min(n, len(*from))
	for range n {
		*to = append(*to, p.now)
		p.now = (*from)[len(*from)-1]
		*from = (*from)[:len(*from)-1]
	}
	return n
}

// act runs one command and holds it to the oracle: one action is one step; what is refused changes nothing.
func (w *world) act(p *past, c typed) {
	w.tb.Helper()
	w.clock = w.clock.Add(rapid.SampledFrom([]time.Duration{time.Second, 7 * time.Minute, 5 * time.Hour, 26 * time.Hour, 75 * time.Hour}).Draw(w.t, "later"))
	_, said, code := w.run(c.in, c.args...)
	said = strings.TrimSpace(said)
	w.ran = append(w.ran, fmt.Sprintf("%s  %q < %.60q → %d %.120s", w.clock.Format(time.DateTime), c.args, c.in, code, said))
	nothing := strings.Contains(said, "there is nothing to") || c.args[0] == "import" || slices.Contains(c.args, "--stdin") // which tell what is damaged from what they refuse
	if code != exitOK && (!strings.HasPrefix(said[strings.LastIndex(said, "\narbor: ")+1:], "arbor: ") || code == exitFailure && !nothing) {
		w.fail("exit code %d: %s", code, said)
	}
	if strings.Contains(said, "meanwhile") || strings.Contains(said, errOvertaken.Error()) {
		w.fail("nobody else was there: %s", said)
	}
	state, steps := w.state(), w.steps("undo")
	w.undone = c.travel < 0 && code == exitOK
	if c.travel != 0 {
		moved := p.travel(max(c.travel, -c.travel), c.travel < 0)
		if (moved > 0) != (code == exitOK) {
			w.fail("%d steps, exit code %d", moved, code)
		}
		w.same(p, state)
		return
	}
	added := steps - len(p.before)
	switch {
	case added == 0 && state != p.now:
		w.fail("it changed something, and undo knows nothing of it: %s", firstDiffer(p.now, state))
	case added == 0:
		return
	case added < 0 || added > 1 && !c.several:
		w.fail("%d steps of undo", added)
	case code != exitOK && !c.several:
		w.fail("refused, and a step of undo")
	}
	for range added {
		p.before = append(p.before, p.now)
		p.now = unknown
	}
	p.now, p.after = state, nil
	if n := w.steps("redo"); n != 0 {
		w.fail("%d steps to redo after an action", n)
	}
}

// same holds that the state is that of the oracle.
func (w *world) same(p *past, state string) {
	w.tb.Helper()
	if p.now == unknown {
		p.now = state
	}
	if state != p.now {
		w.fail("not the state that was there (-), but (+): %s", firstDiffer(p.now, state))
	}
}

// firstDiffer returns the lines of either text that the other has not.
func firstDiffer(a, b string) string {
	var out strings.Builder
	in := func(s string) map[string]bool {
		m := map[string]bool{}
		for l := range strings.Lines(s) {
			m[l] = true
		}
		return m
	}
	for mark, pair := range map[string][2]string{"-": {a, b}, "+": {b, a}} {
		other := in(pair[1])
		for l := range strings.Lines(pair[0]) {
			if !other[l] {
				fmt.Fprintf(&out, "\n%s %.400s", mark, strings.TrimSpace(l))
			}
		}
	}
	return out.String()
}

// TestUndoAll: after random commands of every verb that writes, valid and not, undo goes back through each state to the first one, and redo forward
// through each to the last. Each command opens the store and closes it again. ARBOR_SOAK=1 runs more of them.
func TestUndoAll(t *testing.T) {
	defer func(n int) { maxAtOnce = n }(maxAtOnce)
	maxAtOnce = 4            // so that what takes several transactions comes often
	rounds, length := 25, 40 // a short run makes a fifth of the rounds
	if os.Getenv("ARBOR_SOAK") != "" {
		rounds, length = 300, 60
	}
	checks := flag.Lookup("rapid.checks")
	defer func(n string) { _ = checks.Value.Set(n) }(checks.Value.String()) // it was there
	if err := checks.Value.Set(fmt.Sprint(rounds)); err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp("", "arbor") // a socket's path must be short
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		w := newWorld(t, dir)
		w.t = t
		p := &past{now: w.state()}
		for range length {
			w.act(p, w.command())
		}
		for _, forth := range []bool{false, true} {
			for {
				verb, n := "undo", rapid.IntRange(1, 4).Draw(t, "steps")
				if forth {
					verb = "redo"
				}
				if n = p.travel(n, !forth); n == 0 {
					break
				}
				w.ran = append(w.ran, fmt.Sprint(verb, " ", n))
				w.must(verb, fmt.Sprint(n))
				w.same(p, w.state())
			}
			if n := w.steps(map[bool]string{true: "redo", false: "undo"}[forth]); n > 0 {
				w.fail("%d steps are left", n)
			}
			w.must("store", "verify")
		}
	})
}
