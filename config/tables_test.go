package config

import (
	"errors"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

const whole = `
pager = "less"
confirm = false
states.review = "doing"

[field.cost]
type = "number"
unit = "€"
roll = "sum"

[field]
size = {type = "choice", choices = ["S", "M", "L"]}

[urgency]
due = 12
"tag.work" = -0.5
[urgency.field]
cost = 1_000

[context.home]
query = "+home"
stamp = "+home"

[review]
stale = "2w"
day = "fri"

[track]
parallel = true
idle = "1h"

[remind]
notify = false

[hooks]
dir = "my"
timeout = "1s"

[[rule]]
on = "done"
match = "+bill"
then = "add 'file it'"

[[rule]]
on = "add"
then = ["set +new", "set prio:1"]
`

// All that the tables say is there, in the order of the file, whichever way TOML writes it.
func TestTables(t *testing.T) {
	l, err := load(t, whole, nil, nil)
	if err != nil || len(l.Problems) > 0 {
		t.Fatal(err, l.Problems)
	}
	got := l.Tables
	for i := range got.Declared {
		if got.Declared[i].Line == 0 || got.Declared[i].Column == 0 {
			t.Errorf("no place: %+v", got.Declared[i])
		}
		got.Declared[i].Place = Place{}
	}
	entries := len(got.Entries)
	got.Entries = nil
	want := Tables{
		Declared: []Field{{Key: "cost", Type: "number", Unit: "€", Roll: "sum"}, {Key: "size", Type: "choice", Choices: []string{"S", "M", "L"}}},
		States:   []State{{Place{4, 17}, "review", "doing"}},
		Urgency:  map[string]float64{"due": 12, "tag.work": -0.5, "field.cost": 1000},
		Contexts: []Context{{Place{21, 9}, "home", "+home", "+home"}},
		Review:   Review{"2w", "fri"}, Track: Track{true, "1h", "25min/5min"}, Remind: Remind{Bell: true}, Series: Series{Starts: "00:00", Week: "mon"},
		Hooks: Hooks{filepath.Join(filepath.Dir(l.Paths.Config), "my"), "1s"},
		Rules: []Rule{{Place{39, 3}, "done", "+bill", []string{"add 'file it'"}}, {Place{44, 3}, "add", "", []string{"set +new", "set prio:1"}}},
		Pager: "less",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if entries != 25 {
		t.Errorf("%d entries, want 25", entries)
	}
}

// A line that is wrong is named with its place, and the lines around it hold.
func TestTableProblems(t *testing.T) {
	known := Known{Names: map[string][]string{"field.*.type": {"text", "number"}},
		Check: map[string]func(string) error{"track.idle": func(string) error { return errors.New("no length") }, "rule.then": func(s string) error {
			if s == "" {
				return errors.New("is empty")
			}
			return nil
		}}}
	for _, row := range []struct{ name, body, want string }{
		{"unknown line", "[field.a]\ncolour = \"x\"", "2:1: no setting is called field.a.colour"},
		{"unknown table line", "[review]\nstael = \"x\"", "2:1: no setting is called review.stael"},
		{"number for text", "[review]\nstale = 30", "2:9: review.stale: write text in quotes"},
		{"text for number", "[urgency]\ndue = \"12\"", "2:7: urgency.due: write a number"},
		{"infinite", "[urgency]\ndue = inf", "2:7: urgency.due: write a number"},
		{"text for bool", "confirm = \"yes\"", "1:11: confirm: write true or false"},
		{"list of numbers", "[field.a]\nchoices = [1]", "2:1: field.a.choices: write a list of texts"},
		{"name", "[field.a]\ntype = \"nmber\"", `2:8: field.a.type: "nmber" is none of text, number`},
		{"check", "[track]\nidle = \"x\"", "2:8: track.idle: no length"},
		{"check of a list", "[[rule]]\non = \"add\"\nthen = [\"a\", \"\"]", "rule.then: is empty"},
		{"rule as a table", "[rule]\non = \"add\"", "1:2: rule: write it as [[rule]]"},
		{"rule inline", "rule = {on = \"add\"}", "rule: write it as [[rule]]"},
		{"field as an array", "[[field]]\ntype = \"x\"", "1:3: field: write it as [NAME]"},
		{"rule without on", "[[rule]]\nthen = \"x\"", "1:3: rule: it lacks on"},
		{"rule without then", "[[rule]]\non = \"add\"", "1:3: rule: it lacks then"},
		{"deep", "[states.a]\nb = \"todo\"", "2:1: no setting is called states.a.b"},
	} {
		t.Run(row.name, func(t *testing.T) {
			body := "pager = \"more\"\n" + row.body + "\n[hooks]\ntimeout = \"9s\"\n"
			got, problems := known.parse([]byte(body))
			found := false
			for _, p := range problems {
				p.Line-- // the line before the body
				found = found || strings.Contains(p.Error(), row.want)
			}
			if !found {
				t.Errorf("problems %v, want one with %q", problems, row.want)
			}
			if got.tables.Pager != "more" || got.tables.Hooks.Timeout != "9s" {
				t.Errorf("what is right did not hold: %+v", got.tables)
			}
		})
	}
}

// What no file says has a value that works.
func TestTableDefaults(t *testing.T) {
	for _, body := range []string{"", "no toml"} {
		l, err := load(t, body, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		if l.Review.Stale == "" || l.Track.Idle == "" || l.Hooks.Timeout == "" || l.Urgency == nil || !l.Confirm || !filepath.IsAbs(l.Hooks.Dir) {
			t.Errorf("%q: %+v", body, l.Tables)
		}
	}
}
