package model

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"arbor/model/query"
)

// resultTexts returns the texts of what the query of a node means.
func resultTexts(t testing.TB, tree *Tree, id ID, most int) string {
	t.Helper()
	var out []string
	view(t, tree, func(v *View) error {
		n, err := v.Node(id)
		if err != nil {
			return err
		}
		nodes, more, ok, err := v.Results(&n, clockTime, most)
		if !ok {
			out = append(out, "no query")
		}
		for _, n := range nodes {
			out = append(out, n.Text)
		}
		if more > 0 {
			out = append(out, fmt.Sprintf("%d more", more))
		}
		return err
	})
	return strings.Join(out, "|")
}

func TestSavedQuery(t *testing.T) {
	tree := open(t)
	ids := plant(t, tree, "Shopping List\nopen\nall of it\nwine #shop\ncheese #shop #k=v\nbread\nread #shop\n")
	do(t, tree, func(e *Edit) error {
		return errors.Join(e.SetField(ids["Shopping List"], "query", "+shop -done sort:text limit:2"), e.SetField(ids["open"], "query", "-state:done"),
			e.SetField(ids["all of it"], "query", `@"shopping list" or bread`), e.SetState(ids["read #shop"], Done), e.AddTag(ids["bread"], "food"))
	})
	for text, want := range map[string]string{
		`@"SHOPPING list"`:                    "cheese #shop #k=v|wine #shop",
		`@"shopping list" limit:1`:            "cheese #shop #k=v",
		`@"shopping list" sort:-text`:         "wine #shop|cheese #shop #k=v",
		`@"shopping list" -#k`:                "cheese #shop #k=v|wine #shop",
		`@"shopping list" -#k=v`:              "wine #shop",
		`-@"shopping list" depth:1 #shop`:     "read #shop",
		`@"all of it"`:                        "wine #shop|cheese #shop #k=v|bread",
		"@" + ids["open"].String() + " +food": "bread",
	} {
		if got := selectTexts(t, tree, text); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
	if got := resultTexts(t, tree, ids["Shopping List"], 10); got != "cheese #shop #k=v|wine #shop" {
		t.Error(got)
	}
	if got := resultTexts(t, tree, ids["open"], 3); got != "Shopping List|all of it|wine #shop|2 more" { // but not itself
		t.Error(got)
	}
	if got := resultTexts(t, tree, ids["bread"], 3); got != "no query" {
		t.Error(got)
	}
	setText(t, tree, ids["bread"], "bread #shop")
	if got := resultTexts(t, tree, ids["Shopping List"], 10); got != "bread #shop|cheese #shop #k=v" {
		t.Errorf("after a change: %s", got)
	}
}

// What void writes lists nodes too: #tagged, of each tag, key or key=value, all of which must hold; not where it feeds a plot.
func TestTaggedLists(t *testing.T) {
	tree := open(t)
	ids := plant(t, tree, "a #x\n\tbelow\nb #x #k=v\nc #k=w\nlist\n")
	list := ids["list"]
	for text, want := range map[string]string{
		"#tagged=x":              "a #x|b #x #k=v",
		"#tagged=x #tagged=k":    "b #x #k=v",
		"#tagged=k":              "b #x #k=v|c #k=w",
		"#tagged=k=w":            "c #k=w",
		"all #x #tagged":         "a #x|b #x #k=v",
		"#tagged":                "no query",
		"#plot=done #tagged=x":   "no query",
		"plain":                  "no query",
		"#query=below #tagged=x": "below",
	} {
		setText(t, tree, list, text)
		if got := resultTexts(t, tree, list, 10); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func TestSavedQueryRefuses(t *testing.T) {
	tree := open(t)
	ids := plant(t, tree, "a\nb\nc\nself\nwrong\ntwice\ntwice\nplain\nmany\nfew\n")
	do(t, tree, func(e *Edit) error {
		for text, q := range map[string]string{"a": "@b", "b": "x or -@c", "c": "under:(@a)", "self": "@self", "wrong": "due:blorp",
			"many": strings.Repeat("@few ", 60), "few": "@plain2 or x @twice2"} {
			if err := e.SetField(ids[text], "query", q); err != nil {
				return err
			}
		}
		for c, err := range e.Children(Root) {
			if err != nil {
				return err
			}
			if n, err := e.Node(c.ID); err != nil || n.Text != "twice" {
				continue
			}
			if err := e.SetField(c.ID, "query", "x"); err != nil {
				return err
			}
		}
		return errors.Join(e.SetField(ids["few"], "query", "@plain or @plain"), e.SetField(ids["plain"], "query", "x"))
	})
	for text, want := range map[string]string{
		"@a":                                     `a saved query asks for itself: "a" asks for "b" asks for "c" asks for "a"`,
		"-@self":                                 `"self" asks for "self"`,
		"@nobody":                                ErrNoQuery.Error(),
		"@wrong":                                 `"wrong" asks: query, column 1: "due:blorp"`,
		"@twice":                                 "twice",
		"@many":                                  "more than 100",
		"@" + ids["self"].String()[:8] + "zzzzz": ErrNoQuery.Error(),
	} {
		view(t, tree, func(v *View) error {
			q, err := query.Parse(text, clockTime)
			if err != nil {
				return err
			}
			found := false
			for _, err := range v.Select(q) {
				if err != nil && strings.Contains(err.Error(), want) {
					found = true
				}
			}
			if !found {
				t.Errorf("%s is not refused with %s", text, want)
			}
			return nil
		})
	}
}
