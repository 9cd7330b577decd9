package cli

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"pgregory.net/rapid"
)

// typed is a command as a person types it, with what standard input has.
type typed struct {
	args    []string
	in      string
	travel  int  // steps that undo (below zero) or redo goes, if it goes any
	several bool // it may be more than one action
}

// writers draw a command of each verb that writes to the tree, under its path. What they draw is mostly right and sometimes wrong.
var writers = map[string]func(*world) typed{
	"add": (*world).add,
	"cp": func(w *world) typed {
		return w.typed("cp", w.sel(), "under:"+w.id(), w.maybe("--mirror"), w.maybe("--yes"))
	},
	"day": (*world).day,
	"depend": func(w *world) typed {
		return w.typed("depend", w.sel(), w.word("on:", "on:", "off:")+w.id(), w.maybe("--yes"))
	},
	"done": func(w *world) typed { return w.typed("done", w.word(w.sel(), w.repeating()), w.maybe("--yes"), w.at()) },
	"edit": (*world).edit,
	"import": func(w *world) typed {
		return w.typed("import", filepath.Join(w.dir, w.word(undoNames...)), w.maybe("--dry-run"))
	},
	"link": func(w *world) typed {
		return w.typed("link", w.sel(), w.id(), w.maybe("--rm"), w.maybe("--label=then"), w.maybe("--label=depends"))
	},
	"log": (*world).log,
	"series set": func(w *world) typed {
		return w.typed("series", "set", w.series(), w.word("unit:kg", "unit:", "day:mean", "merge:all", "merge:sum", "merge:", "goal:72@2028-03-01", "target:3/week", "merge:any", "starts:4", "keep:2d then hour", "keep:3d", "keep:", "kind:bool", "kind:text", "kind:duration", "kind:"),
			w.word("", "target:1/day", "target:", "day:count"))
	},
	"series tidy": func(w *world) typed { return w.typed("series", "tidy", w.maybe("--dry-run")) },
	"mv": func(w *world) typed {
		return w.typed("mv", w.sel(), w.word("under:", "before:", "after:")+w.id(), w.maybe("--yes"))
	},
	"note": (*world).note,
	"pause": func(w *world) typed {
		return w.typed("pause", w.repeating(), w.word("", "today..+10d", "today..", "fri..mon", "sometime"))
	},
	"redo":    func(w *world) typed { return w.travel("redo") },
	"restore": (*world).restore,
	"resume":  func(w *world) typed { return w.typed("resume", w.repeating()) },
	"review":  (*world).review,
	"review answer": func(w *world) typed {
		return w.typed("review", "answer", w.sel(), w.word("d", "done", "f", "defer", "g", "next", "x", "keep", "perhaps"), w.word("", "fri", "anna", "a step"))
	},
	"rm":   func(w *world) typed { return w.typed("rm", w.sel(), w.maybe("--yes")) },
	"skip": func(w *world) typed { return w.typed("skip", w.repeating(), w.maybe("--yes")) },
	"start": func(w *world) typed {
		return w.typed("start", w.sel(), w.at(), w.maybe("--parallel"), w.maybe("--note=deep"))
	},
	"stop": func(w *world) typed { return w.typed("stop", w.word("", "", w.sel()), w.maybe("--at=yesterday 12:00")) },
	"tag": func(w *world) typed {
		return w.typed("tag", w.sel(), w.word("+x", "-home", "+bill", "-task"), w.word("", "+home", "-x"), w.maybe("--yes"))
	},
	"tag rename": func(w *world) typed {
		return w.typed("tag", "rename", w.word("home", "x", "bill", "task"), w.word("x", "+home", "new", "-x"))
	},
	"template save": func(w *world) typed {
		return w.typed("template", "save", w.sel(), w.word("Trip", "Daily", "bag"), w.maybe("--replace"), w.maybe("--yes"))
	},
	"template use": func(w *world) typed {
		return w.typed("template", "use", w.word("Trip", "Daily", "bag"), w.word("", "under:"+w.id()), w.word("who=Bob", "who=Eve", ""))
	},
	"track add": func(w *world) typed { return w.typed("track", "add", w.sel(), w.span(), w.word("", "text")) },
	"track edit": func(w *world) typed {
		return w.typed("track", "edit", w.interval(), w.word("", w.span()), w.word("", "under:"+w.id()), w.word("text", ""))
	},
	"track fix":   func(w *world) typed { return w.typed("track", "fix", w.maybe("--dry-run")) },
	"track merge": (*world).merge,
	"track rm":    func(w *world) typed { return w.typed("track", "rm", w.interval(), w.word("", "", w.interval())) },
	"track split": (*world).split,
	"undo":        func(w *world) typed { return w.travel("undo") },
}

// notDrawn are the verbs that may seem to write, and why they are not drawn.
var notDrawn = map[string]string{
	"":           "opens the terminal interface, which has a test of its own",
	"completion": "writes a script to standard output",
	"config":     "of the settings, not of the tree",
	"context":    "a choice of this machine, kept beside its log; it is not in the tree",
	"demo":       "a tree in memory",
	"hook":       "lists, or runs a program; changes nothing",
	"open":       "waits for a browser or an editor; what it writes is a note, as note does",
	"store":      "of the files, not of the tree; what salvage makes is another store",
	"series":     "says which verbs it has",
	"template":   "says which verbs it has",
}

// readers are the verbs that only read.
var readers = []string{"agenda", "backlinks", "chain", "diff", "doctor", "draw", "export", "find", "help", "history", "ls", "man", "next", "plot", "remind", "report", "series list", "series show", "show", "tag list", "template list",
	"track", "track report", "trash", "tree", "watch"}

// andBelow are those of them that have verbs that write.
var andBelow = []string{"", "series", "template", "track"}

// TestWritersAreDrawn: a verb that may write is among those that the test of undo draws, or it is said why not.
func TestWritersAreDrawn(t *testing.T) {
	left := map[string]bool{}
	for _, verb := range slices.Concat(slices.Collect(maps.Keys(writers)), slices.Collect(maps.Keys(notDrawn)), readers) {
		if left[verb] {
			t.Errorf("'%s' stands in two lists", verb)
		}
		left[verb] = true
	}
	var walk func(path string, c *cobra.Command)
	walk = func(path string, c *cobra.Command) {
		if !left[path] {
			t.Errorf("undo is not tested of '%s': draw it in writers, or say in notDrawn or readers why not", path)
		}
		delete(left, path)
		if _, drawn := writers[path]; !drawn && !slices.Contains(andBelow, path) {
			return // nor what is below it
		}
		for _, below := range c.Commands() {
			walk(strings.TrimSpace(path+" "+below.Name()), below)
		}
	}
	walk("", (&run{Program: &Program{}}).root())
	for verb := range left {
		t.Errorf("there is no '%s' any more", verb)
	}
}

// command draws a command. Verbs that make nodes come more often, or there would be few to do something to.
func (w *world) command() typed {
	if len(w.nodes) < 6 || rapid.IntRange(0, 9).Draw(w.t, "more") == 0 {
		return w.add()
	}
	if w.undone && rapid.Bool().Draw(w.t, "redo") {
		return w.travel("redo")
	}
	return writers[w.word(undoVerbs...)](w)
}

var (
	undoVerbs = slices.Sorted(maps.Keys(writers))
	undoNames = slices.Sorted(maps.Keys(undoFiles))
)

// typed is a command of these words; an empty one is left out.
func (w *world) typed(args ...string) typed {
	return typed{args: slices.DeleteFunc(args, func(s string) bool { return s == "" })}
}

func (w *world) series() string { return w.word("weight", "rain", "depth", "pages") }

// log logs a value, corrects one, or takes some away.
func (w *world) log() typed {
	when := w.word("--at=yesterday 9:00", "--at=2027-03-20", "--at=2026-11-02T07:00:00Z", "--at=today", "--at=nov 1")
	switch rapid.IntRange(0, 7).Draw(w.t, "log") {
	case 4:
		stdin := w.typed("log", w.series(), "--stdin", w.word("", "--strict"))
		stdin.in = w.word("1\n2\nmuch\n", "2026-11-02T07:00:00Z 3\n", "2026-11-02T07:00:00Z,5\n2026-11-01 4\n")
		stdin.several = true
		return stdin
	case 0:
		return w.typed("log", w.series(), "--edit="+w.word("1", "7", "few"), when)
	case 1:
		return w.typed("log", w.series(), "--rm", when)
	case 2:
		return w.typed("log", w.series(), "--rm", w.word("", "--since=2026-11-02", "--since=3d"), w.word("", "--until=2026-11-03", "--until=1h"))
	case 3:
		return w.typed("log", w.series(), "--skip", w.word("", when))
	}
	return w.typed("log", w.series(), w.word("", "1", "2", "-3", "4.5", "much"), w.at())
}

func (w *world) word(of ...string) string { return rapid.SampledFrom(of).Draw(w.t, "word") }

func (w *world) maybe(flag string) string { return w.word("", "", flag) }

// id is that of any node, of one that is always there, or of none.
func (w *world) id() string {
	if len(w.nodes) == 0 || rapid.IntRange(0, 19).Draw(w.t, "other") == 0 {
		return w.word("inbox", "inbox", "inbox", "root", "trash", "zzzzzzzzzzzz0")
	}
	return rapid.SampledFrom(w.nodes).Draw(w.t, "node").ID
}

// sel is a selection: ids, or a query.
func (w *world) sel() string {
	switch rapid.IntRange(0, 7).Draw(w.t, "selection") {
	case 0:
		return w.id() + " " + w.id()
	case 1:
		return w.word("is:open", "+home", "state:done", "is:series", "text~/a/ limit:3", "has:note", "has:rec", "+x", "+bill", "due:<+9d", "(")
	}
	return w.id()
}

// at is a time that has been, for most verbs.
func (w *world) at() string {
	return w.word("", "", "--at=yesterday 9:00", "--at=8:30", "--at=tomorrow", "--at=2027-03-20")
}

func (w *world) span() string {
	return w.word("9:00..9:30", "yesterday 9:00..10:30", "thu 10:00..11:00", "8:00..", "thu 13:00..15:00", "wed 9:00..17:00", "11:00..10:00")
}

// pick draws one of those that there are, or, seldom, none.
func pick[T any](w *world, of []T) (x T, ok bool) {
	if len(of) == 0 || rapid.IntRange(0, 19).Draw(w.t, "none") == 0 {
		return x, false
	}
	return rapid.SampledFrom(of).Draw(w.t, "one"), true
}

// repeating is a node that repeats.
func (w *world) repeating() string {
	x, ok := pick(w, slices.DeleteFunc(slices.Clone(w.nodes), func(n exported) bool { return n.Fields["rec"] == "" }))
	if !ok {
		return w.sel()
	}
	return x.ID
}

// interval names one that is there, or none.
func (w *world) interval() string {
	x, ok := pick(w, w.intervals)
	if !ok {
		return "@zzzz"
	}
	return "@" + x.ID
}

// split is in the middle of an interval.
func (w *world) split() typed {
	x, ok := pick(w, w.intervals)
	if !ok || x.To.IsZero() {
		return w.typed("track", "split", w.interval(), w.word("9:20", "noon"))
	}
	at := x.From.Add(x.To.Sub(x.From) / 2).In(w.zone)
	return w.typed("track", "split", "@"+x.ID, at.Format(time.DateTime))
}

// merge is of two intervals of one node.
func (w *world) merge() typed {
	x, _ := pick(w, w.intervals)
	y, ok := pick(w, slices.DeleteFunc(slices.Clone(w.intervals), func(y worked) bool { return y.node != x.node || y.ID == x.ID }))
	if !ok {
		return w.typed("track", "merge", w.interval(), w.interval())
	}
	return w.typed("track", "merge", "@"+x.ID, "@"+y.ID)
}

// keysOf are what a line may say beside its text. ID stands for one.
var (
	keysOf = []string{"+home", "+bill", "+x", "-home", "prio:H", "prio:", "est:90min", "cost:12.5", "due:fri", "due:yesterday", "due:", "due:fri 17:00", "sched:mon", "wait:+3d",
		"until:2027-05-01", "until:2027-03-01", "warn:2d", "zone:Asia/Tokyo", "when:tomorrow 10:00..11:00", "when:", "note:x", "nothing:here", "rec:daily", "rec:weekly", "rec:.+3d",
		"rec:++1m", "rec:mon,thu", "rec:", "state:todo", "state:doing", "state:review", "state:someday", "state:done", "state:cancelled", "state:none", "query:is:open", "query:+home",
		"depends:ID", "depends:ID", "under:ID", "after:ID"}
	wrongKeys = []string{"cost:much", "rec:now and then", "state:lost", "query:(", "depends:nobody", "due:30 feb", "due:fri", "due:mon"}
)

// words are what add and edit understand: a text, or only changes.
func (w *world) words(change bool) []string {
	var out []string
	if !change || rapid.Bool().Draw(w.t, "text") {
		text := w.word("milk", "pay the rent", "call anna", "the plan of the trip", "é日本", "run {{who}}", "#task water", "plants #every=3d", "see [[milk]] and [[pay the rent]]")
		out = append(out, strings.Fields(text)...)
	}
	said := map[string]bool{}
	for range rapid.IntRange(0, 4).Draw(w.t, "keys") {
		pool := keysOf
		if rapid.IntRange(0, 59).Draw(w.t, "wrong") == 0 {
			pool = wrongKeys
		}
		word := rapid.SampledFrom(pool).Draw(w.t, "key")
		if strings.HasSuffix(word, "ID") {
			word = strings.TrimSuffix(word, "ID") + w.id()
		}
		key, _, isKey := strings.Cut(word, ":")
		if !isKey || !said[key] {
			said[key] = true
			out = append(out, word)
		}
	}
	if len(out) == 0 {
		out = append(out, "+y")
	}
	return out
}

func (w *world) add() typed {
	switch rapid.IntRange(0, 9).Draw(w.t, "add") {
	case 0, 1, 2:
		c := w.typed("add", "-", w.word("", "", "--under="+w.id()), w.maybe("--context=home"))
		depth := 0
		for range rapid.IntRange(1, 6).Draw(w.t, "lines") {
			depth = rapid.IntRange(0, depth+1).Draw(w.t, "depth")
			c.in += strings.Repeat("\t", depth) + strings.Join(w.words(false), " ") + "\n"
		}
		return c
	case 3:
		c := w.typed("add", "-", w.word("", "", "--under="+w.id()))
		for i := range 3 { // more than fits in one transaction
			c.in += strings.Repeat("  ", i) + strings.Join(w.words(false), " ") + strings.Repeat(" word", smallList/14) + "\n"
		}
		return c
	case 4:
		return w.typed(append(append([]string{"add"}, w.words(false)...), "--template="+w.word("Trip", "Daily", "bag"))...)
	}
	return w.typed(append([]string{"add", w.maybe("--context=home")}, w.words(false)...)...)
}

// edit changes nodes by words, or by what an editor has left in a file of them.
func (w *world) edit() typed {
	if rapid.IntRange(0, 3).Draw(w.t, "file") > 0 {
		return w.typed(append([]string{"edit", w.sel(), w.maybe("--yes")}, w.words(true)...)...)
	}
	c := w.typed("edit", "--from=-", w.maybe("--yes"))
	for range rapid.IntRange(1, 6).Draw(w.t, "nodes") {
		c.in += nodeMark + w.id() + "\n" + strings.Join(w.words(false), " ") + "\n" + w.word("", "a note\n", "a note\nof [[milk]]\n")
	}
	return c
}

func (w *world) day() typed {
	c := w.typed("day", w.word("", "tomorrow", "2027-03-20", "2027-3-99"))
	if rapid.Bool().Draw(w.t, "line") {
		c.args = append(c.args, w.words(false)...)
	}
	return c
}

func (w *world) note() typed {
	c := w.typed("note", w.sel(), w.word("a line", "see [[milk]]", "-", ""), w.maybe("--replace"), w.maybe("--yes"))
	if slices.Contains(c.args, "-") {
		c.in = "one\ntwo [[call anna]]\n"
	}
	return c
}

// restore is from the trash, or an older version.
func (w *world) restore() typed {
	if rapid.Bool().Draw(w.t, "trash") {
		sel := w.word("a", "text~/./", w.id())
		for line := range strings.Lines(w.must("trash", "--json")) {
			var n exported
			if err := json.Unmarshal([]byte(line), &n); err != nil {
				w.fail("%s: %v", line, err)
			}
			sel = w.word(sel, n.ID)
		}
		return w.typed("restore", sel, w.maybe("--yes"))
	}
	id, names := w.id(), []string{"7777"}
	out, _, _ := w.run("", "history", id, "--json") // there may be no such node
	for line := range strings.Lines(out) {
		var v versionJSON
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			w.fail("%s: %v", line, err)
		}
		names = append(names, v.Version)
	}
	return w.typed("restore", id, "--version="+rapid.SampledFrom(names).Draw(w.t, "version"))
}

// review is one on a terminal: keys and lines, and then the end of the input, which ends it.
func (w *world) review() typed {
	c := typed{args: []string{"review"}, several: true}
	for range rapid.IntRange(1, 30).Draw(w.t, "keys") {
		c.in += w.word("d", "e", "fmon\r", "fnever\r", "g\r", "ganna\r", "na next step\r", "n\r", "x", "k", "s", "s", "s")
	}
	return c
}

func (w *world) travel(verb string) typed {
	n := rapid.SampledFrom([]int{1, 1, 1, 2, 2, 3, 5, 0}).Draw(w.t, "steps")
	if n == 0 {
		return w.typed(verb, w.word("0", "many"))
	}
	c := typed{args: []string{verb, fmt.Sprint(n)}, travel: n}
	if verb == "undo" {
		c.travel = -n
	}
	return c
}
