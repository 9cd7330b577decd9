package config

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// tableNames are the first words of what the walk reads; the decoder takes them without a look.
type tableNames struct {
	Field   any `toml:"field"`
	States  any `toml:"states"`
	Urgency any `toml:"urgency"`
	Context any `toml:"context"`
	Review  any `toml:"review"`
	Track   any `toml:"track"`
	Remind  any `toml:"remind"`
	Series  any `toml:"series"`
	Hooks   any `toml:"hooks"`
	Rule    any `toml:"rule"`
	Pager   any `toml:"pager"`
	Confirm any `toml:"confirm"`
}

// isTable reports whether the walk reads what begins with a word.
func isTable(word string) bool {
	return slices.ContainsFunc(lines, func(l line) bool { return l.name == word || strings.HasPrefix(l.name, word+".") })
}

// valueKind is what a value of a table is.
type valueKind uint8

const (
	text   valueKind = iota
	list             // of texts; one text alone is a list of one
	number           // with or without a point
	yes              // true or false
)

var kindWords = map[valueKind]string{text: "text in quotes", list: "a list of texts", number: "a number", yes: "true or false"}

// value is one value of a table.
type value struct {
	at     Place
	text   string
	list   []string
	number float64
	yes    bool
}

// walk reads the tables of a file that is known to be TOML. What is wrong is said with its place and left out.
type walk struct {
	known    Known
	parser   unstable.Parser
	tables   Tables
	problems []Problem
}

// walkTables returns what the tables of a file say.
func (k Known) walkTables(b []byte) (Tables, []Problem) {
	w := &walk{known: k, tables: defaultTables()}
	w.parser.Reset(b)
	var above []string // the header that the lines stand under
	for w.parser.NextExpression() {
		e := w.parser.Expression()
		switch e.Kind {
		case unstable.Table, unstable.ArrayTable:
			var at Place
			above, at = w.key(e)
			if array := e.Kind == unstable.ArrayTable; isTable(above[0]) && array != (above[0] == "rule" && len(above) == 1) {
				w.problem(at, fmt.Sprintf("%s: write it as [%s]", above[0], map[bool]string{true: "NAME", false: "[rule]"}[array]))
				above = []string{""} // its lines go with it
				continue
			}
			if above[0] == "field" && len(above) == 2 { // a header alone declares a text
				w.tables.field(above[1], at)
			}
			if above[0] == "rule" {
				w.tables.Rules = append(w.tables.Rules, Rule{Place: at})
			}
		case unstable.KeyValue:
			path, at := w.key(e)
			w.take(append(slices.Clone(above), path...), at, e.Value())
		}
	}
	w.wholeRules()
	slices.SortStableFunc(w.problems, func(a, b Problem) int { return a.Line - b.Line })
	return w.tables, w.problems
}

func (w *walk) problem(at Place, text string) {
	w.problems = append(w.problems, Problem{Line: at.Line, Column: at.Column, Text: text})
}

// place returns where a node begins, or other if the parser does not say.
func (w *walk) place(n *unstable.Node, other Place) Place {
	if n.Raw.Length == 0 {
		return other
	}
	start := w.parser.Shape(n.Raw).Start
	return Place{start.Line, start.Column}
}

// key returns the words of a key and where it begins.
func (w *walk) key(n *unstable.Node) (path []string, at Place) {
	for it := n.Key(); it.Next(); {
		if path == nil {
			at = w.place(it.Node(), at)
		}
		path = append(path, string(it.Node().Data))
	}
	return path, at
}

// take reads one line, or all that an inline table has.
func (w *walk) take(path []string, at Place, n *unstable.Node) {
	if !isTable(path[0]) {
		return
	}
	if n.Kind == unstable.InlineTable {
		for it := n.Children(); it.Next(); {
			below, at := w.key(it.Node())
			w.take(append(slices.Clone(path), below...), at, it.Node().Value())
		}
		return
	}
	name := strings.Join(path, ".")
	l, word, ok := find(path)
	if !ok {
		w.problem(at, fmt.Sprintf("no setting is called %s", name))
		return
	}
	v, raw, ok := w.value(l.kind, n)
	v.at = w.place(n, at)
	if !ok {
		w.problem(v.at, fmt.Sprintf("%s: write %s", name, kindWords[l.kind]))
		return
	}
	if err := w.known.checkLine(l.name, v); err != nil {
		w.problem(v.at, fmt.Sprintf("%s: %v", name, err))
		return
	}
	if path[0] == "rule" && len(w.tables.Rules) == 0 {
		w.problem(at, "rule: write it as [[rule]]")
		return
	}
	l.set(&w.tables, word, v)
	w.tables.Entries = append(w.tables.Entries, Entry{name, raw, l.kind == number || l.kind == yes})
}

// find returns the line that a path is, and the word that the person chose in it.
func find(path []string) (l line, word string, ok bool) {
	for _, l := range lines {
		names := strings.Split(l.name, ".")
		if rest := names[len(names)-1] == "**"; rest && len(path) >= len(names) && names[0] == path[0] {
			return l, strings.Join(path[len(names)-1:], "."), true
		}
		if len(names) != len(path) {
			continue
		}
		word, fits := "", true
		for i, n := range names {
			if n == "*" {
				word = path[i]
			} else if n != path[i] {
				fits = false
			}
		}
		if fits {
			return l, word, true
		}
	}
	return line{}, "", false
}

// value reads a value of a kind, and returns it as text too.
func (w *walk) value(kind valueKind, n *unstable.Node) (v value, raw string, ok bool) {
	data := string(n.Data)
	switch {
	case n.Kind == unstable.String && kind == text:
		return value{text: data}, data, true
	case n.Kind == unstable.String && kind == list:
		return value{list: []string{data}}, data, true
	case n.Kind == unstable.Array && kind == list:
		v.list = []string{}
		for it := n.Children(); it.Next(); {
			if it.Node().Kind != unstable.String {
				return v, "", false
			}
			v.list = append(v.list, string(it.Node().Data))
		}
		return v, strings.Join(v.list, ", "), true
	case n.Kind == unstable.Bool && kind == yes:
		return value{yes: data == "true"}, data, true
	case (n.Kind == unstable.Integer || n.Kind == unstable.Float) && kind == number:
		f, err := strconv.ParseFloat(strings.ReplaceAll(data, "_", ""), 64)
		return value{number: f}, data, err == nil && !math.IsInf(f, 0) && !math.IsNaN(f)
	}
	return v, "", false
}

// checkLine looks at the value of a line by what other packages know of it.
func (k Known) checkLine(name string, v value) error {
	if values, ok := k.Names[name]; ok {
		if _, err := oneOf(v.text, values...); err != nil {
			return err
		}
	}
	check := k.Check[name]
	if check == nil {
		return nil
	}
	if v.list == nil {
		return check(v.text)
	}
	for _, one := range v.list {
		if err := check(one); err != nil {
			return err
		}
	}
	return nil
}

// wholeRules leaves out the rules that lack what a rule needs.
func (w *walk) wholeRules() {
	w.tables.Rules = slices.DeleteFunc(w.tables.Rules, func(r Rule) bool {
		missing := ""
		switch {
		case r.On == "":
			missing = `on, such as on = "done"`
		case len(r.Then) == 0:
			missing = `then, such as then = ["set +filed"]`
		}
		if missing != "" {
			w.problem(r.Place, "rule: it lacks "+missing)
		}
		return missing != ""
	})
}

// hooksDir is where the hooks are unless the file says: beside the file.
func hooksDir(paths Paths, said string) string {
	switch {
	case said == "":
		return filepath.Join(filepath.Dir(paths.Config), "hooks")
	case filepath.IsAbs(said):
		return said
	}
	return filepath.Join(filepath.Dir(paths.Config), said)
}
